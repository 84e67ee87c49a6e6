//! The signature that lets a receiver know who sent a request.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::event::Event;
use crate::secret::Secret;

/// The last event's own time in whole seconds, or 0 where it has none.
pub(super) fn timestamp(events: &[Event]) -> String {
    let millis = events.last().and_then(Event::created_at).unwrap_or(0);
    millis.div_euclid(1000).to_string()
}

/// `sha256=` and the HMAC of the timestamp, a dot and the body.
pub(super) fn signature(key: &Secret, timestamp: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.expose().as_bytes())
        .expect("a key of any length will do");
    mac.update(timestamp.as_bytes());
    mac.update(b".");
    mac.update(body);
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}
