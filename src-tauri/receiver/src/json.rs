//! Cutting a body into its records, and reading single values.
//!
//! Records are ranges of the body, so that counting 1,000 events copies nothing. Checking is done
//! by serde_json without building a tree, and without a limit on depth. What a record must hold
//! beyond being a JSON object is each protocol's own business.

use std::borrow::Cow;
use std::ops::Range;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// The records of a body of one JSON object a line. Blank lines are passed over.
pub(crate) fn lines(body: &[u8]) -> Result<Vec<Range<usize>>, String> {
    let mut records = room(body);
    for (number, line) in split(body).enumerate() {
        if line.is_empty() {
            continue;
        }
        object(&body[line.clone()]).map_err(|reason| format!("line {}: {reason}", number + 1))?;
        records.push(line);
    }
    Ok(records)
}

/// The records of a body that is one JSON array of objects.
pub(crate) fn array(body: &[u8]) -> Result<Vec<Range<usize>>, String> {
    if body.get(trim(body, 0..body.len()).start) != Some(&b'[') {
        return Err("it is not a JSON array".into());
    }
    let text = std::str::from_utf8(body).map_err(|error| not_utf8(&error))?;
    let mut records = room(body);
    let mut json = serde_json::Deserializer::from_str(text);
    (&mut json)
        .deserialize_seq(Items {
            body,
            records: &mut records,
        })
        .and_then(|()| json.end())
        .map_err(|error| not_json(&error))?;
    match records.iter().position(|record| body[record.start] != b'{') {
        Some(item) => Err(format!("item {item} is not a JSON object")),
        None => Ok(records),
    }
}

/// The records of a body that is one JSON text: an array of objects, or one object.
pub(crate) fn one_text(body: &[u8]) -> Result<Vec<Range<usize>>, String> {
    let whole = trim(body, 0..body.len());
    match body.get(whole.start) {
        None => Err("it is empty".into()),
        Some(b'[') => array(body),
        Some(_) => object(&body[whole.clone()]).map(|()| vec![whole]),
    }
}

/// Whether these bytes are one JSON object.
pub(crate) fn object(bytes: &[u8]) -> Result<(), String> {
    if bytes.first() != Some(&b'{') {
        return Err("it is not a JSON object".into());
    }
    // serde_json does not check the text of what it passes over.
    let text = std::str::from_utf8(bytes).map_err(|error| not_utf8(&error))?;
    serde_json::from_str::<IgnoredAny>(text)
        .map(drop)
        .map_err(|error| not_json(&error))
}

/// Every line, without white space at its ends.
pub(crate) fn split(body: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    memchr::memchr_iter(b'\n', body)
        .chain([body.len()])
        .map(move |end| {
            let line = trim(body, start..end);
            start = end + 1;
            line
        })
}

pub(crate) fn not_utf8(error: &std::str::Utf8Error) -> String {
    format!("it is not UTF-8 text (byte {})", error.valid_up_to())
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

/// The name of a field.
pub(crate) struct Name<'a>(pub Cow<'a, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(NameVisitor)
    }
}

/// A text, or nothing where the value is anything else.
pub(crate) struct Text<'a>(pub Option<Cow<'a, str>>);

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?.get();
        let text = raw
            .starts_with('"')
            .then(|| serde_json::from_str::<Name>(raw));
        Ok(Text(text.and_then(Result::ok).map(|name| name.0)))
    }
}

struct NameVisitor;

impl<'de> Visitor<'de> for NameVisitor {
    type Value = Name<'de>;

    fn expecting(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        formatter.write_str("a text")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Name<'de>, E> {
        Ok(Name(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Name<'de>, E> {
        Ok(Name(Cow::Owned(text.to_owned())))
    }
}

struct Items<'a, 'b> {
    body: &'a [u8],
    records: &'b mut Vec<Range<usize>>,
}

impl<'de> Visitor<'de> for Items<'de, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        formatter.write_str("a JSON array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while let Some(item) = items.next_element::<&'de RawValue>()? {
            self.records
                .push(range_of(self.body, item.get().as_bytes()));
        }
        Ok(())
    }
}

fn not_json(error: &serde_json::Error) -> String {
    format!("it is not JSON ({error})")
}

fn room(body: &[u8]) -> Vec<Range<usize>> {
    Vec::with_capacity(body.len() / 512 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_array_is_cut_into_its_objects() {
        let body = " [ {\"a\":\"}]{\\\"\\\\\"} ,\n{\"b\":{\"c\":[{},[\"]\"]]}} ] ";
        let records = array(body.as_bytes()).expect("the array is good");
        let texts: Vec<_> = records.into_iter().map(|range| &body[range]).collect();
        assert_eq!(
            texts,
            ["{\"a\":\"}]{\\\"\\\\\"}", "{\"b\":{\"c\":[{},[\"]\"]]}}"]
        );
        assert_eq!(array(b"[]"), Ok(vec![]));
        for body in [
            "[{},{}",
            "[{},{\"a\":",
            "[{}] x",
            "{}",
            "",
            "[{},1]",
            "[{},]",
            "[{}{}]",
        ] {
            assert!(array(body.as_bytes()).is_err(), "{body}");
        }
    }

    #[test]
    fn lines_are_numbered_as_an_editor_numbers_them() {
        assert_eq!(
            lines(b"{\"a\":1}\r\n\n  {\"b\":2}  \n"),
            Ok(vec![0..7, 12..19])
        );
        let error = lines(b"{\"a\":1}\r\n\n{}\n[]\n").expect_err("the fourth line is an array");
        assert_eq!(error, "line 4: it is not a JSON object");
        assert!(
            lines(b"{\"a\":\"\xff\"}").is_err(),
            "invalid UTF-8 is no JSON"
        );
    }

    #[test]
    fn any_depth_is_taken() {
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(object(deep.as_bytes()), Ok(()));
        assert_eq!(
            array(format!("[{deep}]").as_bytes()).map(|records| records.len()),
            Ok(1)
        );
    }
}
