//! What lets a receiver know a request again, and know who sent it.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::event::Event;
use crate::secret::Secret;

/// The same for the same events sent to the same address. Positions in the journal are never used
/// twice, so the first and the last event name the batch.
pub(super) fn idempotency_key(url: &str, events: &[Event]) -> String {
    let mut hash = Sha256::new();
    hash.update(url);
    hash.update((events.len() as u64).to_be_bytes());
    for event in events.first().into_iter().chain(events.last()) {
        hash.update(event.seq.to_be_bytes());
        hash.update((event.bytes.len() as u64).to_be_bytes());
        hash.update(&event.bytes);
    }
    let total: usize = events.iter().map(|event| event.bytes.len()).sum();
    hash.update((total as u64).to_be_bytes());
    hex::encode(&hash.finalize()[..16])
}

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
