//! The little that is read of an event: its id and its type, wherever a protocol's framing put
//! them.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::json::{Name, Text};

#[derive(Debug, Default, PartialEq)]
pub(crate) struct Known<'a> {
    pub id: Option<Cow<'a, str>>,
    pub event_type: Option<Cow<'a, str>>,
}

impl<'a> Known<'a> {
    /// Nothing is known of what is no JSON object.
    pub fn of(record: &'a [u8]) -> Self {
        serde_json::from_slice(record).unwrap_or_default()
    }
}

/// The id of the event in `record`, mostly without reading further than it.
pub(crate) fn id_of(record: &[u8]) -> Option<Cow<'_, str>> {
    if let Some(rest) = record.strip_prefix(br#"{"id":""#) {
        let end = memchr::memchr2(b'"', b'\\', rest)?;
        if rest[end] == b'"' {
            return std::str::from_utf8(&rest[..end]).ok().map(Cow::Borrowed);
        }
    }
    Known::of(record).id
}

/// Names an event's id is given where a provider keeps `id` for itself.
const OTHER_IDS: [&str; 3] = ["AuditId", "EventId", "event_id"];

impl<'de> Deserialize<'de> for Known<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(KnownVisitor)
    }
}

struct KnownVisitor;

impl<'de> Visitor<'de> for KnownVisitor {
    type Value = Known<'de>;

    fn expecting(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        formatter.write_str("an event")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Known<'de>, A::Error> {
        let (mut id, mut other, mut event_type, mut inner) = (None, None, None, Known::default());
        while let Some(Name(name)) = map.next_key()? {
            match name.as_ref() {
                "id" => id = map.next_value::<Text>()?.0,
                "eventType" | "EventType" => event_type = map.next_value::<Text>()?.0,
                "event" => inner = Known::of(map.next_value::<&RawValue>()?.get().as_bytes()),
                name if OTHER_IDS.contains(&name) => other = map.next_value::<Text>()?.0,
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(Known {
            id: id.or(other).or(inner.id),
            event_type: event_type.or(inner.event_type),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_found_wherever_the_framing_put_it() {
        for record in [
            r#"{"id":"x","event":{"id":"y"}}"#,
            r#"{"actor":{"id":"y"},"id":"x"}"#,
            r#"{"time":1e400,"event":{"a":[{"id":"y"}],"id":"x"}}"#,
            r#"{"TimeGenerated":"t","AuditId":"x"}"#,
            r#"{"id":"\u0078"}"#,
        ] {
            assert_eq!(id_of(record.as_bytes()).as_deref(), Some("x"), "{record}");
        }
        for record in [
            r#"{"id":7}"#,
            r#"{"event":"text"}"#,
            r#"{"a":{"id":"y"}}"#,
            "[]",
            "x",
        ] {
            assert_eq!(id_of(record.as_bytes()), None, "{record}");
        }
    }

    #[test]
    fn a_chain_of_envelopes_of_any_length_does_no_harm() {
        let deep = format!("{}1{}", r#"{"event":"#.repeat(100), "}".repeat(100));
        assert_eq!(id_of(deep.as_bytes()), None);
    }
}
