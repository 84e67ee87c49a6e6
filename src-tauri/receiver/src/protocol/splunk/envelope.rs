//! Judging the objects of a body, one after the other, up to the first that is refused.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{Code, Token};
use crate::json::{self, Name, Text};
use crate::protocol::{Record, Rules};
use crate::request::Request;

/// What is taken of a body, and the answer.
pub(super) struct Judged {
    pub taken: Vec<Record>,
    pub code: Code,
    /// `invalid-event-number`.
    pub number: Option<usize>,
    pub refusal: Option<String>,
}

/// A body for `/event`: envelopes back to back.
pub(super) fn objects(token: &Token, body: &[u8], rules: &Rules) -> Judged {
    let mut taken = Vec::with_capacity(body.len() / 512 + 1);
    let mut passed_over = Vec::new();
    let mut at = 0;
    for number in 0.. {
        at = json::trim(body, at..body.len()).start;
        if at == body.len() {
            break;
        }
        match envelope(token, body, at, rules) {
            Ok(Fate::Indexed(record)) => {
                at = record.whole.end;
                taken.push(record);
            }
            Ok(Fate::PassedOver(end)) => {
                passed_over.push(number);
                at = end;
            }
            Err(Fault::Refused(code, reason)) => {
                // For an index, the collector names the object after the one at fault.
                let named = number + usize::from(code == Code::IncorrectIndex);
                let refusal = format!("Object {number}: {reason} It and all after it are refused.");
                return Judged {
                    taken,
                    code,
                    number: Some(named),
                    refusal: Some(refusal),
                };
            }
            Err(Fault::UnknownKey(key)) => {
                let code = if taken.is_empty() {
                    Code::NoData
                } else {
                    Code::Success
                };
                let refusal = format!(
                    "Object {number} has the key {key:?}, which no envelope has. It and all after \
                     it are left out in silence."
                );
                return Judged {
                    taken,
                    code,
                    number: None,
                    refusal: Some(refusal),
                };
            }
        }
    }
    if taken.is_empty() && passed_over.is_empty() {
        let refusal = Some(Code::NoData.explained().into());
        return Judged {
            taken,
            code: Code::NoData,
            number: None,
            refusal,
        };
    }
    let refusal = (!passed_over.is_empty()).then(|| {
        format!(
            "Objects {passed_over:?} have `fields` and no `event`. They are left out in silence."
        )
    });
    Judged {
        taken,
        code: Code::Success,
        number: None,
        refusal,
    }
}

/// A body for `/raw`: each line is an event, whatever it holds.
pub(super) fn lines(request: &Request, token: &Token, body: &[u8], rules: &Rules) -> Judged {
    let refused = |code: Code, number| Judged {
        taken: Vec::new(),
        code,
        number,
        refusal: Some(code.explained().into()),
    };
    if request
        .query("index")
        .is_some_and(|index| !may_write(token, &index))
    {
        return refused(Code::IncorrectIndex, Some(1));
    }
    let mut taken = Vec::new();
    for line in json::split(body) {
        if rules.refuses(&body[line.clone()]) {
            let number = Some(taken.len());
            return Judged {
                taken,
                ..refused(Code::InvalidFormat, number)
            };
        }
        if !line.is_empty() {
            taken.push(Record::whole(line));
        }
    }
    if taken.is_empty() {
        return refused(Code::NoData, None);
    }
    Judged {
        taken,
        code: Code::Success,
        number: None,
        refusal: None,
    }
}

enum Fate {
    Indexed(Record),
    /// Left out under a 200; where it ends.
    PassedOver(usize),
}

enum Fault {
    Refused(Code, String),
    UnknownKey(String),
}

fn envelope(token: &Token, body: &[u8], start: usize, rules: &Rules) -> Result<Fate, Fault> {
    let invalid = |reason: String| Fault::Refused(Code::InvalidFormat, reason);
    let refuse = |code: Code| Fault::Refused(code, code.explained().into());
    if body[start] != b'{' {
        return Err(invalid(
            "It is not a JSON object; a batch has no array and no commas.".into(),
        ));
    }
    let mut json = serde_json::Deserializer::from_slice(&body[start..]).into_iter::<Envelope>();
    let read = match json.next() {
        Some(Ok(read)) => read,
        Some(Err(error)) => return Err(invalid(format!("It is not JSON ({error})."))),
        None => return Err(invalid("It is empty.".into())),
    };
    let whole = start..start + json.byte_offset();
    if let Some(key) = read.unknown {
        return Err(Fault::UnknownKey(key));
    }
    if let Some(key) = read.not_text {
        return Err(invalid(format!("Its {key:?} is not text.")));
    }
    if !read.time.is_none_or(|time| is_time(time.get())) {
        return Err(invalid("Its \"time\" is not a number of seconds.".into()));
    }
    if read
        .index
        .as_deref()
        .is_some_and(|index| !may_write(token, index))
    {
        let index = read.index.unwrap_or_default();
        let reason = format!("The token may not write to the index {index:?}.");
        return Err(Fault::Refused(Code::IncorrectIndex, reason));
    }
    let Some(event) = read.event else {
        return match read.fields {
            Some(_) => Ok(Fate::PassedOver(whole.end)),
            None => Err(refuse(Code::EventRequired)),
        };
    };
    match event.get() {
        "null" | "false" => return Err(invalid("Its `event` is null or false.".into())),
        text if text.starts_with('"') && text.trim_matches('"').trim().is_empty() => {
            return Err(refuse(Code::EventBlank));
        }
        _ => {}
    }
    if !read.fields.is_none_or(|fields| is_flat(fields.get())) {
        return Err(refuse(Code::IndexedFields));
    }
    if rules.refuses(&body[whole.clone()]) {
        return Err(invalid("It holds the marker.".into()));
    }
    Ok(Fate::Indexed(Record {
        event: json::range_of(body, event.get().as_bytes()),
        whole,
    }))
}

fn may_write(token: &Token, index: &str) -> bool {
    token.indexes.is_empty() || token.indexes.iter().any(|allowed| allowed == index)
}

/// Seconds as a number, or as a text that is one.
fn is_time(json: &str) -> bool {
    json.trim_matches('"')
        .parse::<f64>()
        .is_ok_and(f64::is_finite)
}

/// Whether `fields` is an object of plain values, or of lists of them.
fn is_flat(json: &str) -> bool {
    use serde_json::Value;
    let plain = |value: &Value| !value.is_object() && !value.is_array();
    let flat = |value: &Value| {
        value
            .as_array()
            .map_or(plain(value), |list| list.iter().all(plain))
    };
    serde_json::from_str::<serde_json::Map<_, _>>(json).is_ok_and(|map| map.values().all(flat))
}

#[derive(Default)]
struct Envelope<'a> {
    event: Option<&'a RawValue>,
    fields: Option<&'a RawValue>,
    time: Option<&'a RawValue>,
    index: Option<Cow<'a, str>>,
    /// The first key that no envelope has.
    unknown: Option<String>,
    /// The first key whose value should be text.
    not_text: Option<&'static str>,
}

impl<'de> Deserialize<'de> for Envelope<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EnvelopeVisitor)
    }
}

struct EnvelopeVisitor;

impl<'de> Visitor<'de> for EnvelopeVisitor {
    type Value = Envelope<'de>;

    fn expecting(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        formatter.write_str("an envelope")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Envelope<'de>, A::Error> {
        let mut envelope = Envelope::default();
        while let Some(Name(key)) = map.next_key()? {
            match key.as_ref() {
                "event" => envelope.event = Some(map.next_value()?),
                "fields" => envelope.fields = Some(map.next_value()?),
                "time" => envelope.time = Some(map.next_value()?),
                "index" => match map.next_value::<Text>()?.0 {
                    Some(index) => envelope.index = Some(index),
                    None => envelope.not_text = Some("index"),
                },
                "host" | "source" | "sourcetype" => {
                    if map.next_value::<Text>()?.0.is_none() {
                        envelope.not_text = Some("host, source or sourcetype");
                    }
                }
                _ => {
                    envelope.unknown.get_or_insert_with(|| key.into_owned());
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(envelope)
    }
}
