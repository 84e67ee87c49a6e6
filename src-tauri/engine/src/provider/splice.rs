//! Adds a provider's own members to an event without rewriting the event.
//!
//! They stand before the event's own; where the event has a member of that name, its own is kept
//! and ours is left out, so that no name appears twice because of us.

use super::frame;
use crate::clock::parse_rfc3339;
use crate::json;

#[derive(Default)]
pub(crate) struct Splice {
    adds: Vec<Add>,
    /// All of `adds` that do not depend on the event, in one piece.
    fixed: Vec<u8>,
    longest: usize,
}

struct Add {
    key: String,
    /// `"key":` and, where it is the same for every event, the value and a comma.
    text: Vec<u8>,
    value: Value,
}

#[derive(Clone, Copy, PartialEq)]
enum Value {
    Fixed,
    /// The event's own time, where it has one that can be read: as milliseconds since 1970.
    Millis,
    /// The same, in seconds with a fraction.
    Seconds,
    /// The same, as the event writes it.
    Rfc3339,
}

impl Splice {
    pub fn with(mut self, key: &str, value: &str) -> Self {
        let text = format!("{}:{},", frame::quoted(key), frame::quoted(value)).into_bytes();
        self.fixed.extend_from_slice(&text);
        self.longest += text.len();
        self.adds.push(Add {
            key: key.into(),
            text,
            value: Value::Fixed,
        });
        self
    }

    pub fn with_millis(self, key: &str) -> Self {
        self.with_time(key, Value::Millis)
    }

    pub fn with_seconds(self, key: &str) -> Self {
        self.with_time(key, Value::Seconds)
    }

    pub fn with_rfc3339(self, key: &str) -> Self {
        self.with_time(key, Value::Rfc3339)
    }

    fn with_time(mut self, key: &str, value: Value) -> Self {
        let text = format!("{}:", frame::quoted(key)).into_bytes();
        self.longest += text.len() + 40;
        self.adds.push(Add {
            key: key.into(),
            text,
            value,
        });
        self
    }

    /// The most bytes it adds to an event.
    pub fn overhead(&self) -> usize {
        self.longest
    }

    pub fn write(&self, out: &mut Vec<u8>, event: &[u8]) {
        let Some(inside) = json::inside(event) else {
            out.extend_from_slice(event);
            return;
        };
        let mut own = 0_u32;
        let mut time = None;
        for member in json::members(event) {
            for (at, add) in self.adds.iter().enumerate() {
                if member.is(&add.key) {
                    own |= 1 << at;
                }
            }
            if time.is_none() && member.is("createdAt") {
                time = Some(member);
            }
        }
        out.push(b'{');
        let start = out.len();
        if own == 0 {
            out.extend_from_slice(&self.fixed);
        }
        for (at, add) in self.adds.iter().enumerate() {
            if own & (1 << at) != 0 {
                continue;
            }
            match add.value {
                Value::Fixed if own == 0 => {}
                Value::Fixed => out.extend_from_slice(&add.text),
                _ => put_time(out, add, time),
            }
        }
        if inside.is_empty() && out.len() > start {
            out.pop();
        }
        out.extend_from_slice(inside);
        out.push(b'}');
    }
}

/// Nothing where the event has no time that can be read.
fn put_time(out: &mut Vec<u8>, add: &Add, time: Option<json::Member<'_>>) {
    let millis = |member: json::Member<'_>| parse_rfc3339(&member.text()?);
    let Some((member, millis)) = time.and_then(|it| Some((it, millis(it)?))) else {
        return;
    };
    let text = match add.value {
        Value::Seconds => frame::seconds(millis),
        _ => Some(millis.to_string()),
    };
    let value = match add.value {
        Value::Rfc3339 => Some(member.value),
        _ => text.as_deref().map(str::as_bytes),
    };
    if let Some(value) = value {
        out.extend_from_slice(&add.text);
        out.extend_from_slice(value);
        out.push(b',');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spliced(splice: &Splice, event: &str) -> String {
        let mut out = Vec::new();
        splice.write(&mut out, event.as_bytes());
        assert!(out.len() <= event.len() + splice.overhead(), "{event}");
        String::from_utf8(out).expect("text")
    }

    fn splice() -> Splice {
        Splice::default()
            .with("a", "\"x\"")
            .with("b", "y")
            .with_millis("t")
            .with_rfc3339("TimeGenerated")
    }

    #[test]
    fn members_stand_before_the_events_own_whose_bytes_stay() {
        assert_eq!(
            spliced(
                &splice(),
                "{ \"n\": 1e999,\n\"n\":2,\"createdAt\":\"2026-01-15T08:00:00.02Z\" }"
            ),
            "{\"a\":\"\\\"x\\\"\",\"b\":\"y\",\"t\":1768464000020,\"TimeGenerated\":\"2026-01-15T08:00:00.02Z\",\
             \"n\": 1e999,\n\"n\":2,\"createdAt\":\"2026-01-15T08:00:00.02Z\"}"
        );
    }

    #[test]
    fn a_member_that_the_event_has_is_left_to_it() {
        assert_eq!(
            spliced(
                &splice(),
                "{\"b\":7,\"t\":null,\"createdAt\":\"2026-01-15T08:00:00Z\"}"
            ),
            "{\"a\":\"\\\"x\\\"\",\"TimeGenerated\":\"2026-01-15T08:00:00Z\",\
             \"b\":7,\"t\":null,\"createdAt\":\"2026-01-15T08:00:00Z\"}"
        );
        assert_eq!(
            spliced(&Splice::default().with("é", "1"), "{\"\\u00e9\":2}"),
            "{\"\\u00e9\":2}"
        );
    }

    #[test]
    fn an_event_without_a_time_or_without_anything_is_still_an_object() {
        assert_eq!(
            spliced(&splice(), "{\"createdAt\":\"soon\"}"),
            "{\"a\":\"\\\"x\\\"\",\"b\":\"y\",\"createdAt\":\"soon\"}"
        );
        assert_eq!(
            spliced(&splice(), " {} "),
            "{\"a\":\"\\\"x\\\"\",\"b\":\"y\"}"
        );
        assert_eq!(spliced(&Splice::default().with_millis("t"), "{}"), "{}");
        assert_eq!(spliced(&splice(), "[1]"), "[1]");
    }
}
