//! What was taken: every event by its id, and how often it came.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{DefaultHasher, Hash, Hasher};

use bytes::Bytes;
use uuid::Uuid;

use crate::event::id_of;
use crate::protocol::Record;

/// How much is kept of the events taken. A receiver that runs for long should only count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Keep {
    /// Each event's bytes and how often it came.
    #[default]
    Bodies,
    /// Each event's id and how often it came.
    Ids,
    /// How many events came.
    CountOnly,
}

/// One event taken, in the order of first coming.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The event's own id; where it has none, `#` and a number made from its bytes.
    pub id: String,
    /// Provider id of the protocol it came by first.
    pub provider: &'static str,
    /// How often it came.
    pub times: u32,
    /// It came again with other bytes. Only known with [`Keep::Bodies`].
    pub altered: bool,
    /// The audit event where the protocol wraps it in an envelope, else the whole record, as it
    /// came first. Empty without [`Keep::Bodies`].
    pub event: Bytes,
    /// The record as the provider stores it, envelope and all.
    pub record: Bytes,
}

/// An event's identity, small for the usual UUID.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Uuid(Uuid),
    Name(Box<str>),
    Content(u64),
}

struct Held {
    provider: &'static str,
    times: u32,
    altered: bool,
}

/// Both parts of the same body.
struct Body {
    event: Bytes,
    record: Bytes,
}

#[derive(Default)]
pub(crate) struct Ledger {
    keep: Keep,
    total: u64,
    places: HashMap<Key, u32>,
    held: Vec<Held>,
    /// One for each held event, or none at all.
    bodies: Vec<Body>,
}

impl Ledger {
    pub fn new(keep: Keep) -> Self {
        Self {
            keep,
            ..Self::default()
        }
    }

    /// Events taken, each as often as it came.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Different events taken; 0 where only the number is kept.
    pub fn distinct(&self) -> u64 {
        self.held.len() as u64
    }

    pub fn take(&mut self, provider: &'static str, body: &Bytes, records: &[Record]) {
        self.total += records.len() as u64;
        if self.keep == Keep::CountOnly {
            return;
        }
        for record in records {
            self.take_one(provider, body, record);
        }
    }

    fn take_one(&mut self, provider: &'static str, body: &Bytes, record: &Record) {
        let event = &body[record.event.clone()];
        match self.places.entry(key(event)) {
            Entry::Occupied(place) => {
                let place = *place.get() as usize;
                let held = &mut self.held[place];
                held.times += 1;
                held.altered |= self
                    .bodies
                    .get(place)
                    .is_some_and(|body| body.event != event);
            }
            Entry::Vacant(place) => {
                place.insert(self.held.len() as u32);
                self.held.push(Held {
                    provider,
                    times: 1,
                    altered: false,
                });
                if self.keep == Keep::Bodies {
                    self.bodies.push(Body {
                        event: body.slice(record.event.clone()),
                        record: body.slice(record.whole.clone()),
                    });
                }
            }
        }
    }

    pub fn all(&self) -> Vec<Taken> {
        let mut all: Vec<Taken> = Vec::with_capacity(self.held.len());
        for (place, held) in self.held.iter().enumerate() {
            let body = self.bodies.get(place);
            all.push(Taken {
                id: String::new(),
                provider: held.provider,
                times: held.times,
                altered: held.altered,
                event: body.map(|body| body.event.clone()).unwrap_or_default(),
                record: body.map(|body| body.record.clone()).unwrap_or_default(),
            });
        }
        for (key, place) in &self.places {
            all[*place as usize].id = key.to_string();
        }
        all
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        match self {
            Key::Uuid(id) => write!(formatter, "{id}"),
            Key::Name(name) => formatter.write_str(name),
            Key::Content(hash) => write!(formatter, "#{hash:016x}"),
        }
    }
}

fn key(event: &[u8]) -> Key {
    match id_of(event) {
        Some(id) => match Uuid::try_parse(&id) {
            // Only the form that is written back as it was.
            Ok(uuid) if id.len() == 36 && !id.bytes().any(|b| b.is_ascii_uppercase()) => {
                Key::Uuid(uuid)
            }
            _ => Key::Name(id.into()),
        },
        None => {
            let mut hasher = DefaultHasher::new();
            event.hash(&mut hasher);
            Key::Content(hasher.finish())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(ledger: &mut Ledger, events: &[&str]) {
        for event in events {
            let body = Bytes::copy_from_slice(event.as_bytes());
            ledger.take("custom", &body, &[Record::whole(0..body.len())]);
        }
    }

    #[test]
    fn each_event_is_held_once_with_how_often_it_came() {
        let a = r#"{"id":"0f8fad5b-d9cb-469f-a165-70867728950e","n":1}"#;
        let upper = r#"{"id":"0F8FAD5B-d9cb-469f-a165-70867728950e"}"#;
        let none = r#"{"n":1}"#;
        let mut ledger = Ledger::new(Keep::Bodies);
        take(&mut ledger, &[a, none, upper, a, none, none]);
        assert_eq!((ledger.total(), ledger.distinct()), (6, 3));
        let all = ledger.all();
        let short: Vec<_> = all
            .iter()
            .map(|t| (t.times, t.altered, &t.event[..]))
            .collect();
        assert_eq!(
            short,
            [
                (2, false, a.as_bytes()),
                (3, false, none.as_bytes()),
                (1, false, upper.as_bytes())
            ]
        );
        assert_eq!(all[0].id, "0f8fad5b-d9cb-469f-a165-70867728950e");
        assert_eq!(all[2].id, "0F8FAD5B-d9cb-469f-a165-70867728950e");
    }

    #[test]
    fn an_event_that_comes_again_with_other_bytes_is_told() {
        let mut ledger = Ledger::new(Keep::Bodies);
        take(&mut ledger, &[r#"{"id":"a","n":1}"#, r#"{"id":"a","n":2}"#]);
        assert!(ledger.all()[0].altered);
    }

    #[test]
    fn less_is_kept_when_less_is_asked() {
        let mut ids = Ledger::new(Keep::Ids);
        take(&mut ids, &[r#"{"id":"a"}"#]);
        assert_eq!(
            (ids.all()[0].id.as_str(), ids.all()[0].event.len()),
            ("a", 0)
        );
        let mut count = Ledger::new(Keep::CountOnly);
        take(&mut count, &[r#"{"id":"a"}"#, r#"{"id":"a"}"#]);
        assert_eq!((count.total(), count.all()), (2, vec![]));
    }
}
