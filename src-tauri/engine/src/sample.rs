//! The sample log entry: one audit event like those that will come, marked as a sample so that
//! nobody takes it for something that happened.

use serde::de::IgnoredAny;
use serde_json::{Value, json};

use crate::clock::{Millis, rfc3339};
use crate::event::Event;
use crate::json;
use crate::problem::Problem;

/// Marks an entry as a sample, beside its other metadata.
const MARK: &str = "penstockSample";

/// The user agent of every sample log entry.
const USER_AGENT: &str = concat!(
    "Penstock/",
    env!("CARGO_PKG_VERSION"),
    " (sample log entry)"
);

const THREE_DAYS: Millis = 3 * 24 * 60 * 60 * 1000;

/// A fresh entry of this moment, or the one that a person edited: whatever else they changed, it
/// stays marked as a sample.
pub fn entry(now: Millis, edited: Option<&str>) -> Result<Event, Problem> {
    let text = match edited {
        Some(text) => relabelled(text)?,
        None => fresh(now),
    };
    Ok(Event::new(0, text))
}

/// JSON text with a line for each member and element, its values exactly as they were written.
/// Text that is not JSON comes out more or less as it was.
pub fn pretty(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let mut depth = 0_usize;
    let mut in_string = false;
    let mut escaped = false;
    let mut chars = text.chars().peekable();
    let new_line = |out: &mut String, depth: usize| {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", depth));
    };
    while let Some(char) = chars.next() {
        if in_string {
            out.push(char);
            in_string = escaped || char != '"';
            escaped = !escaped && char == '\\';
            continue;
        }
        match char {
            '"' => {
                in_string = true;
                out.push(char);
            }
            '{' | '[' => {
                out.push(char);
                while chars.next_if(|next| next.is_ascii_whitespace()).is_some() {}
                match chars.next_if(|next| matches!(next, '}' | ']')) {
                    Some(close) => out.push(close),
                    None => {
                        depth += 1;
                        new_line(&mut out, depth);
                    }
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                new_line(&mut out, depth);
                out.push(char);
            }
            ',' => {
                out.push(char);
                new_line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            blank if blank.is_ascii_whitespace() => {}
            other => out.push(other),
        }
    }
    out
}

fn fresh(now: Millis) -> String {
    let entry = json!({
        "id": uuid::Uuid::new_v4().to_string(),
        "actor": "user",
        "actorMetadata": {
            "email": "user@example.com",
            "userId": "7383b701-d83f-45c0-acb4-04e138b987ab",
            "username": "user@example.com"
        },
        "ipAddress": "127.0.0.1",
        "eventType": "create-secret",
        "eventMetadata": {
            "secretId": "3e5c796e-6599-4181-8dca-51133bb3acd0",
            "secretKey": "TEST-SECRET",
            "secretPath": "/",
            "environment": "dev",
            "secretVersion": 1,
            MARK: true
        },
        "userAgent": USER_AGENT,
        "userAgentType": "web",
        "expiresAt": rfc3339(now + THREE_DAYS),
        "createdAt": rfc3339(now),
        "updatedAt": rfc3339(now),
        "orgId": "785649f1-ff4b-4ef9-a40a-9b9878e46e57",
        "projectId": "09bfcc01-0917-4bea-9c7a-2d320584d5b1",
        "projectName": "example-project"
    });
    entry.to_string()
}

/// The edited text with its label put right; every other value stays as it was written.
fn relabelled(text: &str) -> Result<String, Problem> {
    serde_json::from_str::<IgnoredAny>(text).map_err(|error| {
        Problem::new("sample-not-json", "The edited sample is not valid JSON.")
            .cause(format!(
                "Line {}, column {}: {error}.",
                error.line(),
                error.column()
            ))
            .next("Mend it there, or start again from the sample that Penstock made.")
    })?;
    if !text.trim_start().starts_with('{') {
        return Err(
            Problem::new("sample-not-object", "The sample has to be one JSON object.")
                .cause("An audit event is one object; a list or a single value is not one.")
                .next("Begin with { and end with }."),
        );
    }
    let mut metadata = None;
    let mut entry = Members::new();
    for member in json::members(text.as_bytes()) {
        let value = std::str::from_utf8(member.value).unwrap_or_default();
        match member.key().as_ref() {
            "eventMetadata" => {
                let marked = marked(member.value)?;
                entry.add("eventMetadata", &marked);
                metadata = Some(marked);
            }
            "userAgent" => {}
            key => entry.add(key, value),
        }
    }
    if metadata.is_none() {
        entry.add("eventMetadata", &format!("{{\"{MARK}\":true}}"));
    }
    entry.add("userAgent", &Value::from(USER_AGENT).to_string());
    Ok(entry.finish())
}

fn marked(metadata: &[u8]) -> Result<String, Problem> {
    if !metadata.starts_with(b"{") {
        return Err(Problem::new(
            "sample-metadata",
            "The sample's eventMetadata has to be an object.",
        )
        .cause("Penstock marks the entry there as a sample.")
        .next("Put { } around it, or leave it out."));
    }
    let mut marked = Members::new();
    for member in json::members(metadata).filter(|member| !member.is(MARK)) {
        marked.add(
            &member.key(),
            std::str::from_utf8(member.value).unwrap_or_default(),
        );
    }
    marked.add(MARK, "true");
    Ok(marked.finish())
}

/// An object being written.
struct Members(String);

impl Members {
    fn new() -> Self {
        Self(String::from("{"))
    }

    fn add(&mut self, key: &str, value: &str) {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        self.0.push_str(&Value::from(key).to_string());
        self.0.push(':');
        self.0.push_str(value);
    }

    fn finish(mut self) -> String {
        self.0.push('}');
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = 1_768_464_000_020;

    fn value(event: &Event) -> Value {
        serde_json::from_slice(&event.bytes).expect("an entry is JSON")
    }

    #[test]
    fn a_fresh_entry_is_of_this_moment_and_labelled() {
        let one = entry(NOW, None).expect("a fresh entry");
        let other = entry(NOW, None).expect("a fresh entry");
        assert_ne!(one.id(), other.id(), "each has its own id");
        assert_eq!(one.created_at(), Some(NOW));
        let value = value(&one);
        assert_eq!(value["eventMetadata"]["penstockSample"], true);
        let agent = value["userAgent"].as_str().expect("text");
        assert!(
            agent.starts_with("Penstock/") && agent.ends_with("(sample log entry)"),
            "{agent}"
        );
    }

    #[test]
    fn a_fresh_entry_has_the_fields_of_the_fixture() {
        let fixture = include_str!("../../../tests/fixtures/sample-event.json");
        let fixture: Value = serde_json::from_str(fixture).expect("the fixture is JSON");
        let fresh = value(&entry(NOW, None).expect("a fresh entry"));
        let keys = |value: &Value| {
            value
                .as_object()
                .map(|it| it.keys().cloned().collect::<Vec<_>>())
        };
        assert_eq!(keys(&fresh), keys(&fixture));
    }

    #[test]
    fn an_edited_entry_keeps_its_values_as_written_and_its_label() {
        let text = r#"{ "id": "mine", "big": 123456789012345678901234567890.10, "userAgent": "curl",
            "eventMetadata": {"penstockSample": false, "n": 1.0}, "createdAt": "2026-01-01T00:00:00Z"}"#;
        let event = entry(NOW, Some(text)).expect("an object");
        let text = std::str::from_utf8(&event.bytes).expect("text");
        assert!(text.contains("123456789012345678901234567890.10"), "{text}");
        assert!(
            text.contains(r#""eventMetadata":{"n":1.0,"penstockSample":true}"#),
            "{text}"
        );
        assert!(
            !text.contains("curl") && text.contains("(sample log entry)"),
            "{text}"
        );
        assert_eq!(event.id().as_deref(), Some("mine"));
        assert!(event.created_at().is_some_and(|at| at != NOW));
    }

    #[test]
    fn an_entry_without_metadata_gets_the_label() {
        let event = entry(NOW, Some("{}")).expect("an object");
        assert_eq!(value(&event)["eventMetadata"]["penstockSample"], true);
    }

    #[test]
    fn what_is_no_object_is_refused_with_the_place() {
        let code = |text: &str| entry(NOW, Some(text)).expect_err("refused").code;
        assert_eq!(code("{\"a\": }"), "sample-not-json");
        assert_eq!(code("{} {}"), "sample-not-json");
        assert_eq!(code("[{}]"), "sample-not-object");
        assert_eq!(code(r#"{"eventMetadata": "x"}"#), "sample-metadata");
        let problem = entry(NOW, Some("{\n\"a\": }")).expect_err("refused");
        assert!(problem.cause.is_some_and(|cause| cause.contains("Line 2")));
    }

    #[test]
    fn pretty_text_has_the_same_values_and_one_line_each() {
        let text = r#"{"a":[],"b":{"c":"x, {\"y\": 1}"},"d":[1e400,2]}"#;
        let lines = [
            "{",
            r#"  "a": [],"#,
            r#"  "b": {"#,
            r#"    "c": "x, {\"y\": 1}""#,
            "  },",
            r#"  "d": ["#,
            "    1e400,",
            "    2",
            "  ]",
            "}",
        ];
        assert_eq!(pretty(text), lines.join("\n"));
    }
}
