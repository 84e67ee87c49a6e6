//! A name for a batch of events that is the same each time it is sent.

use sha2::{Digest, Sha256};

use crate::event::Event;

/// Positions in the journal are never used twice, so the first and the last event name the batch;
/// `salt` tells apart where it goes.
pub(crate) fn name(salt: &str, events: &[Event]) -> [u8; 16] {
    let mut hash = Sha256::new();
    hash.update(salt);
    hash.update((events.len() as u64).to_be_bytes());
    for event in events.first().into_iter().chain(events.last()) {
        hash.update(event.seq.to_be_bytes());
        hash.update((event.bytes.len() as u64).to_be_bytes());
        hash.update(&event.bytes);
    }
    let total: usize = events.iter().map(|event| event.bytes.len()).sum();
    hash.update((total as u64).to_be_bytes());
    let mut name = [0; 16];
    name.copy_from_slice(&hash.finalize()[..16]);
    name
}

/// The same as a GUID.
pub(crate) fn guid(salt: &str, events: &[Event]) -> String {
    uuid::Builder::from_custom_bytes(name(salt, events))
        .into_uuid()
        .to_string()
}
