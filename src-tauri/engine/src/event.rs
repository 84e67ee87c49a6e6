//! An audit event as carried: the bytes as they came, never re-serialised.
//!
//! An event is one JSON object. Numbers beyond 64 bits, duplicate keys and unknown fields are
//! carried as they are; only what a provider's protocol demands is read, and only when asked for.

use bytes::Bytes;
use serde::Deserialize;
use std::borrow::Cow;

use crate::clock::{Millis, parse_rfc3339};

/// The position of an event in the journal; starts at 1 and has no gaps.
pub type Seq = u64;

/// One event: its position and its original bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub seq: Seq,
    pub bytes: Bytes,
}

#[derive(Deserialize)]
struct Known<'a> {
    #[serde(borrow, default, rename = "id")]
    id: Option<Loose<'a>>,
    #[serde(borrow, default, rename = "createdAt")]
    created_at: Option<Loose<'a>>,
}

/// Text, or anything else that is then of no use to us.
#[derive(Deserialize)]
#[serde(untagged)]
enum Loose<'a> {
    Text(#[serde(borrow)] Cow<'a, str>),
    Other(serde::de::IgnoredAny),
}

impl Loose<'_> {
    fn text(self) -> Option<String> {
        match self {
            Loose::Text(text) => Some(text.into_owned()),
            Loose::Other(_) => None,
        }
    }
}

impl Event {
    pub fn new(seq: Seq, bytes: impl Into<Bytes>) -> Self {
        Self { seq, bytes: bytes.into() }
    }

    /// The event's own time (`createdAt`), where it has one that can be read.
    pub fn created_at(&self) -> Option<Millis> {
        parse_rfc3339(&self.known()?.created_at?.text()?)
    }

    /// The event's own id, where it has one.
    pub fn id(&self) -> Option<String> {
        self.known()?.id?.text()
    }

    fn known(&self) -> Option<Known<'_>> {
        serde_json::from_slice(&self.bytes).ok()
    }
}
