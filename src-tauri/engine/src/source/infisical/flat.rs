//! A row of the list API in the flat form in which Infisical streams events.
//!
//! The list nests what the streamed form spreads (`event.type` is `eventType`, and so on). Every
//! value is copied as it stands in the row, never written anew; what the flat form has no place
//! for is kept all the same. The members that are known come in the order of the streamed form.

use std::borrow::Cow;

use crate::json::{self, Member};

/// The members of a streamed event, in its order.
const STREAMED: [&str; 14] = [
    "id",
    "actor",
    "actorMetadata",
    "ipAddress",
    "eventType",
    "eventMetadata",
    "userAgent",
    "userAgentType",
    "expiresAt",
    "createdAt",
    "updatedAt",
    "orgId",
    "projectId",
    "projectName",
];

/// Where a member stands that is in nobody's way but has no place of its own.
const UNFLATTENED: &str = "unflattened";

/// The flat form of `row`, which is one JSON object.
pub fn flatten(row: &[u8]) -> Vec<u8> {
    let mut flat = Flat::default();
    for member in json::members(row) {
        let nested = member.value.first() == Some(&b'{');
        if nested && member.is("event") {
            flat.spread("event", member.value, "eventType", "eventMetadata");
        } else if nested && member.is("actor") {
            flat.spread("actor", member.value, "actor", "actorMetadata");
        } else {
            let piece = Piece::of("", row, member);
            match place(|name| member.is(name)) {
                Some(at) => flat.settle(at, member.value.into(), piece),
                None => flat.other.push(piece),
            }
        }
    }
    flat.write(row.len())
}

/// A member as it stands in the row.
#[derive(Clone, Copy)]
struct Piece<'a> {
    member: Member<'a>,
    /// The object of the row that it stood in; no name for the row itself.
    from: &'static str,
    /// Without its quotes.
    key: &'a [u8],
}

impl<'a> Piece<'a> {
    fn of(from: &'static str, object: &'a [u8], member: Member<'a>) -> Self {
        Self {
            member,
            from,
            key: &object[member.key_range()],
        }
    }
}

/// Where the streamed form has the member.
fn place(is: impl Fn(&str) -> bool) -> Option<usize> {
    STREAMED.iter().position(|name| is(name))
}

#[derive(Default)]
struct Flat<'a> {
    known: [Option<Cow<'a, [u8]>>; STREAMED.len()],
    other: Vec<Piece<'a>>,
    /// What would stand in the way of another.
    unplaced: Vec<Piece<'a>>,
}

impl<'a> Flat<'a> {
    /// Takes the members of an object of the row to where the streamed form has them.
    fn spread(&mut self, from: &'static str, object: &'a [u8], kind: &str, metadata: &str) {
        for member in json::members(object) {
            let piece = Piece::of(from, object, member);
            let known = match member {
                it if it.is("type") => place(|name| name == kind).zip(Some(it.value.into())),
                it if it.is("metadata") => {
                    place(|name| name == metadata).zip(Some(as_streamed(it.value)))
                }
                _ => None,
            };
            match known {
                Some((at, value)) => self.settle(at, value, piece),
                None => self.unplaced.push(piece),
            }
        }
        if let Some(at) = place(|name| name == metadata) {
            self.known[at].get_or_insert(Cow::Borrowed(b"{}"));
        }
    }

    fn settle(&mut self, at: usize, value: Cow<'a, [u8]>, piece: Piece<'a>) {
        match &self.known[at] {
            None => self.known[at] = Some(value),
            Some(same) if *same == value => {}
            Some(_) => self.unplaced.push(piece),
        }
    }

    fn write(self, length: usize) -> Vec<u8> {
        let mut out = Vec::with_capacity(length + 16);
        out.push(b'{');
        for (name, value) in STREAMED.iter().zip(&self.known) {
            if let Some(value) = value {
                put(&mut out, name.as_bytes(), value);
            }
        }
        for piece in &self.other {
            put(&mut out, piece.key, piece.member.value);
        }
        if !self.unplaced.is_empty() {
            let mut kept = self.unplaced_of("");
            for object in ["event", "actor"] {
                let mut inner = self.unplaced_of(object);
                if inner.len() > 1 {
                    inner.push(b'}');
                    put(&mut kept, object.as_bytes(), &inner);
                }
            }
            kept.push(b'}');
            put(&mut out, UNFLATTENED.as_bytes(), &kept);
        }
        out.push(b'}');
        out
    }

    /// An object that is still open.
    fn unplaced_of(&self, object: &str) -> Vec<u8> {
        let mut kept = vec![b'{'];
        for piece in self.unplaced.iter().filter(|it| it.from == object) {
            put(&mut kept, piece.key, piece.member.value);
        }
        kept
    }
}

fn put(out: &mut Vec<u8>, key: &[u8], value: &[u8]) {
    if out.last() != Some(&b'{') {
        out.push(b',');
    }
    out.push(b'"');
    out.extend_from_slice(key);
    out.extend_from_slice(b"\":");
    out.extend_from_slice(value);
}

/// Metadata is an object in the streamed form, whatever it was made of.
fn as_streamed(metadata: &[u8]) -> Cow<'_, [u8]> {
    match metadata.first() {
        Some(b'[') => [b"{\"data\":", metadata, b"}"].concat().into(),
        Some(b'n') => Cow::Borrowed(b"{}"),
        _ => metadata.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn flat(row: &str) -> String {
        String::from_utf8(flatten(row.as_bytes())).expect("text")
    }

    /// Without the blanks between tokens.
    fn compact(text: &str) -> String {
        let (mut out, mut in_string, mut escaped) = (String::new(), false, false);
        for it in text.chars() {
            if in_string || !it.is_ascii_whitespace() {
                out.push(it);
            }
            if it == '"' && !escaped {
                in_string = !in_string;
            }
            escaped = it == '\\' && !escaped;
        }
        out
    }

    #[test]
    fn a_page_of_the_list_is_byte_for_byte_what_was_streamed() {
        let page: Value = serde_json::from_str(include_str!(
            "../../../../../tests/fixtures/infisical-list-page.json"
        ))
        .expect("a page");
        let text = include_str!("../../../../../tests/fixtures/infisical-list-page.json");
        let listing: super::super::page::Listing<'_> = serde_json::from_str(text).expect("a page");
        let streamed: Vec<&str> = include_str!("../../../../../tests/fixtures/events-1000.ndjson")
            .lines()
            .collect();
        let count = page["auditLogs"].as_array().expect("rows").len();
        assert_eq!((count, listing.audit_logs.len()), (25, 25));
        for (row, line) in listing.audit_logs.iter().zip(streamed.iter().rev()) {
            assert_eq!(compact(&flat(row.get())), *line);
        }
    }

    #[test]
    fn every_streamed_event_comes_back_from_its_nested_form() {
        for line in include_str!("../../../../../tests/fixtures/events-1000.ndjson").lines() {
            let part = |name: &str| {
                let member = json::member(line.as_bytes(), name).expect("a member");
                String::from_utf8(member.value.to_vec()).expect("text")
            };
            let mut row = format!(
                "{{\"eventClass\":\"management\",\"event\":{{\"metadata\":{},\"type\":{}}},\
                 \"actor\":{{\"type\":{},\"metadata\":{}}}",
                part("eventMetadata"),
                part("eventType"),
                part("actor"),
                part("actorMetadata")
            );
            for name in STREAMED.iter().rev() {
                let nested = ["actor", "actorMetadata", "eventType", "eventMetadata"];
                if !nested.contains(name) && json::member(line.as_bytes(), name).is_some() {
                    row += &format!(",\"{name}\":{}", part(name));
                }
            }
            row.push('}');
            let wanted = line.strip_suffix('}').expect("an object");
            assert_eq!(
                flat(&row),
                format!("{wanted},\"eventClass\":\"management\"}}")
            );
        }
    }

    #[test]
    fn values_keep_their_bytes_and_unknown_members_their_place_in_the_event() {
        assert_eq!(
            flat(
                r#"{ "new\u0041" : 1e999, "event":{"metadata":{"n":123456789012345678901234567890},"type":"x"},
                   "id":"a", "dup":1, "dup":2, "actor":{"type":"scimClient"} }"#
            ),
            r#"{"id":"a","actor":"scimClient","actorMetadata":{},"eventType":"x","eventMetadata":{"n":123456789012345678901234567890},"new\u0041":1e999,"dup":1,"dup":2}"#
        );
    }

    #[test]
    fn what_has_no_place_in_the_flat_form_is_kept_beside_it() {
        for (row, wanted) in [
            (
                r#"{"event":{"type":"x","metadata":{},"version":2},"actor":{"type":"user","metadata":{"a":1},"via":"sso"}}"#,
                r#"{"actor":"user","actorMetadata":{"a":1},"eventType":"x","eventMetadata":{},"unflattened":{"event":{"version":2},"actor":{"via":"sso"}}}"#,
            ),
            (
                r#"{"eventType":"x","event":{"type":"y","metadata":null}}"#,
                r#"{"eventType":"x","eventMetadata":{},"unflattened":{"event":{"type":"y"}}}"#,
            ),
            (
                r#"{"event":{"type":"x","metadata":[1,2]},"eventType":"x"}"#,
                r#"{"eventType":"x","eventMetadata":{"data":[1,2]}}"#,
            ),
            (
                r#"{"event":null,"actor":"user","actorMetadata":{}}"#,
                r#"{"actor":"user","actorMetadata":{},"event":null}"#,
            ),
            ("{}", "{}"),
        ] {
            assert_eq!(flat(row), wanted, "{row}");
        }
    }

    #[test]
    fn a_flat_event_stays_as_it_is() {
        for line in include_str!("../../../../../tests/fixtures/events-1000.ndjson").lines() {
            assert_eq!(flat(line), line);
        }
    }
}
