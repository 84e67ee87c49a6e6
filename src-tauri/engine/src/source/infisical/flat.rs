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
            flat.spread(row, member, "eventType", "eventMetadata");
        } else if nested && member.is("actor") {
            flat.spread(row, member, "actor", "actorMetadata");
        } else {
            flat.put(row, member);
        }
    }
    flat.write(row.len())
}

#[derive(Default)]
struct Flat<'a> {
    known: [Option<Cow<'a, [u8]>>; STREAMED.len()],
    /// `"key"` without its quotes, and the value.
    other: Vec<(&'a [u8], &'a [u8])>,
    /// The same, by the object they stood in; no name for the row itself.
    unplaced: Vec<(&'static str, &'a [u8], &'a [u8])>,
}

impl<'a> Flat<'a> {
    fn put(&mut self, row: &'a [u8], member: Member<'a>) {
        let key = &row[member.key_range()];
        match STREAMED.iter().position(|name| member.is(name)) {
            None => self.other.push((key, member.value)),
            Some(at) => self.settle(at, member.value.into(), ("", key, member.value)),
        }
    }

    /// Takes the members of an object of the row to where the streamed form has them.
    fn spread(
        &mut self,
        row: &'a [u8],
        object: Member<'a>,
        kind: &'static str,
        metadata: &'static str,
    ) {
        let place = |name: &str| STREAMED.iter().position(|it| *it == name);
        let from = if kind == "actor" { "actor" } else { "event" };
        let offset = object.value.as_ptr() as usize - row.as_ptr() as usize;
        for member in json::members(object.value) {
            let range = member.key_range();
            let key = &row[offset + range.start..offset + range.end];
            let unplaced = (from, key, member.value);
            let known = match member {
                it if it.is("type") => place(kind).map(|at| (at, it.value.into())),
                it if it.is("metadata") => place(metadata).map(|at| (at, as_streamed(it.value))),
                _ => None,
            };
            match known {
                Some((at, value)) => self.settle(at, value, unplaced),
                None => self.unplaced.push(unplaced),
            }
        }
        if let Some(at) = place(metadata)
            && self.known[at].is_none()
        {
            self.known[at] = Some(Cow::Borrowed(b"{}"));
        }
    }

    fn settle(
        &mut self,
        at: usize,
        value: Cow<'a, [u8]>,
        unplaced: (&'static str, &'a [u8], &'a [u8]),
    ) {
        match &self.known[at] {
            None => self.known[at] = Some(value),
            Some(same) if *same == value => {}
            Some(_) => self.unplaced.push(unplaced),
        }
    }

    fn write(self, length: usize) -> Vec<u8> {
        let mut out = Vec::with_capacity(length + 16);
        out.push(b'{');
        for (name, value) in STREAMED.iter().zip(self.known) {
            if let Some(value) = value {
                member(&mut out, name.as_bytes(), &value);
            }
        }
        for (key, value) in self.other {
            member(&mut out, key, value);
        }
        if !self.unplaced.is_empty() {
            let from = |object: &str| {
                let mut kept = vec![b'{'];
                for (_, key, value) in self.unplaced.iter().filter(|it| it.0 == object) {
                    member(&mut kept, key, value);
                }
                kept
            };
            let mut kept = from("");
            for object in ["event", "actor"] {
                let mut inner = from(object);
                if inner.len() > 1 {
                    inner.push(b'}');
                    member(&mut kept, object.as_bytes(), &inner);
                }
            }
            kept.push(b'}');
            member(&mut out, UNFLATTENED.as_bytes(), &kept);
        }
        out.push(b'}');
        out
    }
}

fn member(out: &mut Vec<u8>, key: &[u8], value: &[u8]) {
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
