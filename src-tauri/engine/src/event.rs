//! An audit event as carried: the bytes as they came, never re-serialised.
//!
//! An event is one JSON object. Numbers beyond 64 bits, duplicate keys and unknown fields are
//! carried as they are; only what a provider's protocol demands is read, and only when asked for.

use bytes::Bytes;

use crate::clock::{Millis, parse_rfc3339};
use crate::json;

/// The position of an event in the journal; starts at 1 and has no gaps.
pub type Seq = u64;

/// One event: its position and its original bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub seq: Seq,
    pub bytes: Bytes,
}

impl Event {
    pub fn new(seq: Seq, bytes: impl Into<Bytes>) -> Self {
        Self {
            seq,
            bytes: bytes.into(),
        }
    }

    /// The event's own time (`createdAt`), where it has one that can be read.
    pub fn created_at(&self) -> Option<Millis> {
        parse_rfc3339(&json::member(&self.bytes, "createdAt")?.text()?)
    }

    /// The event's own id, where it has one.
    pub fn id(&self) -> Option<String> {
        Some(json::member(&self.bytes, "id")?.text()?.into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_and_id_are_read_from_an_event_with_duplicate_keys_and_huge_numbers() {
        let event = Event::new(
            1,
            &br#"{"n":1e999,"id":"a","createdAt":"2026-01-15T08:00:00.020Z","id":"b","n":2}"#[..],
        );
        assert_eq!(event.id().as_deref(), Some("a"));
        assert_eq!(event.created_at(), Some(1_768_464_000_020));
    }

    #[test]
    fn a_time_or_id_of_another_kind_is_none() {
        let event = Event::new(1, &br#"{"id":7,"createdAt":"yesterday"}"#[..]);
        assert_eq!((event.id(), event.created_at()), (None, None));
    }
}
