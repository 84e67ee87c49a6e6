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

/// What a list shows of an event, where the event has it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Head {
    pub id: Option<String>,
    pub event_type: Option<String>,
    /// E-mail address, name or id, else the kind.
    pub actor: Option<String>,
    /// Name or id.
    pub project: Option<String>,
    pub time: Option<String>,
}

impl Head {
    /// Bytes of one text that a list has room for.
    const LONGEST: usize = 256;

    pub fn of(event: &[u8]) -> Self {
        let mut head = Self::default();
        let (mut kind, mut project_id) = (None, None);
        for member in json::members(event) {
            let slot = match &*member.key() {
                "id" => &mut head.id,
                "eventType" => &mut head.event_type,
                "createdAt" => &mut head.time,
                "projectName" => &mut head.project,
                "projectId" => &mut project_id,
                "actor" => &mut kind,
                "actorMetadata" => {
                    head.actor = head.actor.or_else(|| actor(member.value));
                    continue;
                }
                _ => continue,
            };
            if slot.is_none() {
                *slot = short(&member);
            }
        }
        head.actor = head.actor.or(kind);
        head.project = head.project.or(project_id);
        head
    }
}

fn actor(metadata: &[u8]) -> Option<String> {
    let named = |name: &str| json::member(metadata, name).and_then(|member| short(&member));
    ["email", "username", "name"]
        .into_iter()
        .find_map(named)
        .or_else(|| {
            json::members(metadata)
                .find(|member| member.key().ends_with("Id"))
                .and_then(|member| short(&member))
        })
}

fn short(member: &json::Member<'_>) -> Option<String> {
    let text = member.text().filter(|text| !text.is_empty())?;
    Some(text[..text.floor_char_boundary(Head::LONGEST)].to_owned())
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
    fn a_list_shows_whom_and_what_an_event_names_first() {
        let head = |text: &str| Head::of(text.as_bytes());
        let user = head(
            r#"{"actor":"user","actorMetadata":{"userId":"u","username":"ava","email":"a@b.c"},
                "eventType":"get-secrets","projectId":"p","projectName":"Infra","createdAt":"now"}"#,
        );
        assert_eq!(user.actor.as_deref(), Some("a@b.c"));
        assert_eq!(user.project.as_deref(), Some("Infra"));
        assert_eq!((user.id, user.time.as_deref()), (None, Some("now")));
        let gateway =
            head(r#"{"actorMetadata":{"gatewayId":"g"},"projectId":"p","projectName":""}"#);
        assert_eq!(gateway.actor.as_deref(), Some("g"));
        assert_eq!(gateway.project.as_deref(), Some("p"));
        let platform = head(r#"{"actor":"platform","actorMetadata":{}}"#);
        assert_eq!(platform.actor.as_deref(), Some("platform"));
        let long = head(&format!(r#"{{"id":"{}"}}"#, "é".repeat(500)));
        assert_eq!(long.id.map(|id| id.len()), Some(256));
        for odd in ["[]", "{\"id\":7,\"actorMetadata\":[1]}", ""] {
            assert_eq!(head(odd), Head::default(), "{odd}");
        }
    }

    #[test]
    fn a_time_or_id_of_another_kind_is_none() {
        let event = Event::new(1, &br#"{"id":7,"createdAt":"yesterday"}"#[..]);
        assert_eq!((event.id(), event.created_at()), (None, None));
    }
}
