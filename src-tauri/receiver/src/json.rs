//! Cutting a body into its records, and reading the little of a record that is needed.
//!
//! Records are ranges of the body, so that counting 1,000 events copies nothing. Checking is done
//! by serde_json without building a tree, and without a limit on depth. What a record must hold
//! beyond being a JSON object is each protocol's own business.

use std::borrow::Cow;
use std::ops::Range;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// Whether records are checked to be JSON, or only told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Strict {
    /// Every byte is checked.
    #[default]
    Full,
    /// Records are told apart by their brackets alone; for measuring a sender at full speed.
    Fast,
}

/// A body that does not hold what it should: the records before the fault, and what is wrong.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Flaw {
    pub before: Vec<Range<usize>>,
    pub reason: String,
}

/// The records of a body of one JSON object a line. Blank lines are passed over.
pub(crate) fn lines(body: &[u8], strict: Strict) -> Result<Vec<Range<usize>>, Flaw> {
    let mut records = Vec::with_capacity(body.len() / 512 + 1);
    let mut start = 0;
    for (number, end) in memchr::memchr_iter(b'\n', body)
        .chain([body.len()])
        .enumerate()
    {
        let line = trim(body, start..end);
        start = end + 1;
        if line.is_empty() {
            continue;
        }
        if let Err(reason) = object(&body[line.clone()], strict) {
            let reason = format!("line {}: {reason}", number + 1);
            return Err(Flaw {
                before: records,
                reason,
            });
        }
        records.push(line);
    }
    Ok(records)
}

/// The records of a body that is one JSON array of objects.
pub(crate) fn array(body: &[u8], strict: Strict) -> Result<Vec<Range<usize>>, Flaw> {
    let whole = trim(body, 0..body.len());
    if body.get(whole.start) != Some(&b'[') {
        return Err(Flaw {
            before: Vec::new(),
            reason: "it is not a JSON array".into(),
        });
    }
    match strict {
        Strict::Full => checked_array(body),
        Strict::Fast => fast_array(body, whole),
    }
}

/// The records of a body that is one JSON text: an array of objects, or one object.
pub(crate) fn one_text(body: &[u8], strict: Strict) -> Result<Vec<Range<usize>>, String> {
    let whole = trim(body, 0..body.len());
    match body.get(whole.start) {
        None => Err("it is empty".into()),
        Some(b'[') => array(body, strict).map_err(|flaw| flaw.reason),
        Some(_) => object(&body[whole.clone()], strict).map(|()| vec![whole]),
    }
}

/// Whether these bytes are one JSON object.
pub(crate) fn object(bytes: &[u8], strict: Strict) -> Result<(), String> {
    if bytes.first() != Some(&b'{') {
        return Err("it is not a JSON object".into());
    }
    match strict {
        Strict::Fast if bytes.last() == Some(&b'}') => Ok(()),
        Strict::Fast => Err("the JSON object has no end".into()),
        Strict::Full => valid(bytes),
    }
}

/// Whether these bytes are JSON.
pub(crate) fn valid(bytes: &[u8]) -> Result<(), String> {
    // serde_json does not check the text of what it passes over.
    let text = std::str::from_utf8(bytes).map_err(|error| not_utf8(&error))?;
    serde_json::from_str::<IgnoredAny>(text)
        .map(drop)
        .map_err(|error| not_json(&error))
}

pub(crate) fn not_utf8(error: &std::str::Utf8Error) -> String {
    format!("it is not UTF-8 text (byte {})", error.valid_up_to())
}

pub(crate) fn not_json(error: &serde_json::Error) -> String {
    format!("it is not JSON ({error})")
}

/// The range without white space at its ends.
pub(crate) fn trim(body: &[u8], range: Range<usize>) -> Range<usize> {
    let bytes = &body[range.clone()];
    let leading = bytes.len() - bytes.trim_ascii_start().len();
    let kept = bytes.trim_ascii().len();
    range.start + leading..range.start + leading + kept
}

/// Where a part of `body` lies in it.
pub(crate) fn range_of(body: &[u8], part: &[u8]) -> Range<usize> {
    let start = part.as_ptr() as usize - body.as_ptr() as usize;
    start..start + part.len()
}

fn checked_array(body: &[u8]) -> Result<Vec<Range<usize>>, Flaw> {
    struct Records<'a, 'b>(&'a [u8], &'b mut Vec<Range<usize>>, &'b mut Option<String>);

    impl<'de> Visitor<'de> for Records<'de, '_> {
        type Value = ();

        fn expecting(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
            formatter.write_str("a JSON array")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
            while let Some(item) = items.next_element::<&'de RawValue>()? {
                if !item.get().starts_with('{') {
                    self.2
                        .get_or_insert(format!("item {} is not a JSON object", self.1.len()));
                }
                self.1.push(range_of(self.0, item.get().as_bytes()));
            }
            Ok(())
        }
    }

    let text = std::str::from_utf8(body).map_err(|error| Flaw {
        before: Vec::new(),
        reason: not_utf8(&error),
    })?;
    let mut records = Vec::with_capacity(body.len() / 512 + 1);
    let mut no_object = None;
    let mut json = serde_json::Deserializer::from_str(text);
    let read = (&mut json)
        .deserialize_seq(Records(body, &mut records, &mut no_object))
        .and_then(|()| json.end());
    match (read, no_object) {
        (Ok(()), None) => Ok(records),
        (Ok(()), Some(reason)) => Err(Flaw {
            before: records,
            reason,
        }),
        (Err(error), _) => {
            let reason = format!("after {} items {}", records.len(), not_json(&error));
            Err(Flaw {
                before: records,
                reason,
            })
        }
    }
}

fn fast_array(body: &[u8], whole: Range<usize>) -> Result<Vec<Range<usize>>, Flaw> {
    let mut records = Vec::with_capacity(body.len() / 512 + 1);
    let mut at = whole.start + 1;
    let reason = loop {
        match body.get(at) {
            Some(b',' | b' ' | b'\n' | b'\r' | b'\t') => at += 1,
            Some(b'{') => match object_end(body, at) {
                Some(end) => {
                    records.push(at..end);
                    at = end;
                }
                None => break "an object has no end",
            },
            Some(b']') if at + 1 == whole.end => return Ok(records),
            Some(_) => break "an item is not a JSON object",
            None => break "the array has no end",
        }
    };
    Err(Flaw {
        before: records,
        reason: reason.into(),
    })
}

/// Where the object that begins at `start` ends, by its brackets.
pub(crate) fn object_end(body: &[u8], start: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut at = start;
    loop {
        at += memchr::memchr3(b'"', b'{', b'}', body.get(at..)?)?;
        match body[at] {
            b'{' => depth += 1,
            b'}' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => at = string_end(body, at + 1)?,
        }
        at += 1;
    }
}

/// Where the quote stands that ends the text that begins at `at`.
fn string_end(body: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += memchr::memchr2(b'"', b'\\', body.get(at..)?)?;
        if body[at] == b'"' {
            return Some(at);
        }
        at += 2;
    }
}

/// What is read of an event: its id and its type, wherever the provider's framing put them.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Known<'a> {
    pub id: Option<Cow<'a, str>>,
    pub event_type: Option<Cow<'a, str>>,
}

impl<'a> Known<'a> {
    pub(crate) fn of(record: &'a [u8]) -> Self {
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

/// Names that providers whose `id` is reserved give to an event's id.
const OTHER_IDS: [&str; 6] = [
    "EventId",
    "eventId",
    "event_id",
    "AuditLogId",
    "LogId",
    "auditId",
];

impl<'de> Deserialize<'de> for Known<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(KnownVisitor)
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
        while let Some(key) = map.next_key::<Text>()? {
            match key.0.as_deref().unwrap_or_default() {
                "id" => id = map.next_value::<Text>()?.0,
                "eventType" | "EventType" => event_type = map.next_value::<Text>()?.0,
                "event" => inner = map.next_value()?,
                name if OTHER_IDS.contains(&name) => other = map.next_value::<Text>()?.0,
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(Known {
            id: id.or(other).or(inner.id),
            event_type: event_type.or(inner.event_type),
        })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Known<'de>, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Known::default())
    }

    fn visit_str<E>(self, _: &str) -> Result<Known<'de>, E> {
        Ok(Known::default())
    }

    fn visit_bool<E>(self, _: bool) -> Result<Known<'de>, E> {
        Ok(Known::default())
    }

    fn visit_i64<E>(self, _: i64) -> Result<Known<'de>, E> {
        Ok(Known::default())
    }

    fn visit_u64<E>(self, _: u64) -> Result<Known<'de>, E> {
        Ok(Known::default())
    }

    fn visit_f64<E>(self, _: f64) -> Result<Known<'de>, E> {
        Ok(Known::default())
    }

    fn visit_unit<E>(self) -> Result<Known<'de>, E> {
        Ok(Known::default())
    }
}

/// A text, or nothing where it is anything else.
pub(crate) struct Text<'a>(pub Option<Cow<'a, str>>);

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        formatter.write_str("a text")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
        Ok(Text(Some(Cow::Borrowed(text))))
    }

    fn visit_str<E>(self, text: &str) -> Result<Text<'de>, E> {
        Ok(Text(Some(Cow::Owned(text.to_owned()))))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Text<'de>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Text(None))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Text<'de>, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Text(None))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Text<'de>, E> {
        Ok(Text(None))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Text<'de>, E> {
        Ok(Text(None))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Text<'de>, E> {
        Ok(Text(None))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Text<'de>, E> {
        Ok(Text(None))
    }

    fn visit_unit<E>(self) -> Result<Text<'de>, E> {
        Ok(Text(None))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(body: &str, cut: Result<Vec<Range<usize>>, Flaw>) -> Vec<&str> {
        cut.expect("the body is good")
            .into_iter()
            .map(|range| &body[range])
            .collect()
    }

    #[test]
    fn both_ways_of_cutting_an_array_agree() {
        let body = " [ {\"a\":\"}]{\\\"\\\\\"} ,\n{\"b\":{\"c\":[{},[\"]\"]]}} ] ";
        let expected = ["{\"a\":\"}]{\\\"\\\\\"}", "{\"b\":{\"c\":[{},[\"]\"]]}}"];
        for strict in [Strict::Full, Strict::Fast] {
            assert_eq!(
                texts(body, array(body.as_bytes(), strict)),
                expected,
                "{strict:?}"
            );
            assert_eq!(array(b"[]", strict), Ok(vec![]), "{strict:?}");
        }
    }

    #[test]
    fn a_broken_array_tells_what_came_before_the_fault() {
        for (body, before) in [
            ("[{},{}", 2),
            ("[{},{\"a\":", 1),
            ("[{}] x", 1),
            ("{}", 0),
            ("", 0),
            ("[{},1]", 2),
        ] {
            let flaw = array(body.as_bytes(), Strict::Full).expect_err(body);
            assert_eq!(flaw.before.len(), before, "{body}: {}", flaw.reason);
        }
        for body in ["[{},{}", "[{},{\"a\":", "[{}] x", "{}", "", "[{},1]"] {
            assert!(array(body.as_bytes(), Strict::Fast).is_err(), "{body}");
        }
    }

    #[test]
    fn lines_are_numbered_as_an_editor_numbers_them() {
        let body = b"{\"a\":1}\r\n\n  {\"b\":2}  \n[]\n";
        let flaw = lines(body, Strict::Full).expect_err("the fourth line is an array");
        assert_eq!(flaw.before, [0..7, 12..19]);
        assert_eq!(flaw.reason, "line 4: it is not a JSON object");
        assert_eq!(
            lines(b"{}\n{}", Strict::Fast).map(|records| records.len()),
            Ok(2)
        );
        assert!(
            lines(b"{\"a\":\"\xff\"}", Strict::Full).is_err(),
            "invalid UTF-8 is no JSON"
        );
    }

    #[test]
    fn any_depth_is_taken() {
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(object(deep.as_bytes(), Strict::Full), Ok(()));
        assert_eq!(
            array(format!("[{deep}]").as_bytes(), Strict::Full).map(|r| r.len()),
            Ok(1)
        );
    }

    #[test]
    fn an_id_is_found_wherever_the_framing_put_it() {
        for record in [
            r#"{"id":"x","event":{"id":"y"}}"#,
            r#"{"actor":{"id":"y"},"id":"x"}"#,
            r#"{"time":1.5,"event":{"a":[{"id":"y"}],"id":"x"}}"#,
            r#"{"TimeGenerated":"t","EventId":"x"}"#,
            r#"{"id":"\u0078"}"#,
        ] {
            assert_eq!(id_of(record.as_bytes()).as_deref(), Some("x"), "{record}");
        }
        for record in [
            r#"{"id":7}"#,
            r#"{"event":"text"}"#,
            r#"{"a":{"id":"y"}}"#,
            "[]",
        ] {
            assert_eq!(id_of(record.as_bytes()), None, "{record}");
        }
    }
}
