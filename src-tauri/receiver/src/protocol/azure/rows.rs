//! The rows of a request: columns and their time.
//!
//! Azure fills in a missing time and drops what it does not know; a row without a good
//! `TimeGenerated`, or with a reserved column, is refused here, so that a sender finds out.

use std::borrow::Cow;
use std::ops::Range;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};

use super::{Refusal, refusal};
use crate::json::{Name, Text};
use crate::protocol::Record;

const RESERVED: [&str; 7] = [
    "id",
    "_ResourceId",
    "_SubscriptionId",
    "TenantId",
    "Type",
    "UniqueId",
    "Title",
];
const NAME_LENGTH: usize = 45;
const SPAN: SignedDuration = SignedDuration::from_mins(30);

pub(super) fn check(
    body: &[u8],
    cut: Vec<Range<usize>>,
    half_hour: bool,
) -> Result<Vec<Record>, Refusal> {
    let mut times: Option<(Timestamp, Timestamp)> = None;
    for (number, range) in cut.iter().enumerate() {
        let time = row(&body[range.clone()])
            .map_err(|reason| refusal(400, "InvalidPayload", format!("Row {number}: {reason}")))?;
        let (first, last) = times.unwrap_or((time, time));
        times = Some((first.min(time), last.max(time)));
    }
    if half_hour && times.is_some_and(|(first, last)| last.duration_since(first) > SPAN) {
        let text = "The rows of a request may span 30 minutes of TimeGenerated at most.";
        return Err(refusal(400, "RecordsTimeRangeIsMoreThan30Minutes", text));
    }
    Ok(cut.into_iter().map(Record::whole).collect())
}

/// The time of a row, or why the row is refused.
fn row(bytes: &[u8]) -> Result<Timestamp, String> {
    let row: Row = serde_json::from_slice(bytes)
        .map_err(|error| format!("it is not a JSON object ({error})."))?;
    if let Some(column) = row.reserved {
        return Err(format!("the column {column:?} is reserved by Azure."));
    }
    if let Some(column) = row.misnamed {
        return Err(format!(
            "{column:?} is no name for a column: a letter first, then letters, digits and \
             underscores, {NAME_LENGTH} at most."
        ));
    }
    let time = row.time.ok_or("the column TimeGenerated is missing.")?;
    time.parse()
        .map_err(|_| format!("TimeGenerated is {time:?}, which is not an ISO 8601 time."))
}

#[derive(Default)]
struct Row<'a> {
    time: Option<Cow<'a, str>>,
    reserved: Option<String>,
    misnamed: Option<String>,
}

impl<'de> Deserialize<'de> for Row<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(RowVisitor)
    }
}

struct RowVisitor;

impl<'de> Visitor<'de> for RowVisitor {
    type Value = Row<'de>;

    fn expecting(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        formatter.write_str("a row")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Row<'de>, A::Error> {
        let mut row = Row::default();
        while let Some(Name(key)) = map.next_key()? {
            if key == "TimeGenerated" {
                row.time = map.next_value::<Text>()?.0;
                continue;
            }
            map.next_value::<IgnoredAny>()?;
            if RESERVED.iter().any(|own| key.eq_ignore_ascii_case(own)) {
                row.reserved.get_or_insert_with(|| key.into_owned());
            } else if !is_name(&key) {
                row.misnamed.get_or_insert_with(|| key.into_owned());
            }
        }
        Ok(row)
    }
}

fn is_name(column: &str) -> bool {
    column.starts_with(|first: char| first.is_ascii_alphabetic())
        && column.len() <= NAME_LENGTH
        && column
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
