//! One page of the list, taken apart into rows.

use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use super::flat::flatten;
use super::own::Own;
use crate::clock::{Millis, parse_rfc3339};
use crate::json;
use crate::problem::Problem;

/// An answer of the list, each row as it stands.
#[derive(Deserialize)]
pub(super) struct Listing<'a> {
    #[serde(borrow, rename = "auditLogs")]
    pub audit_logs: Vec<&'a RawValue>,
}

/// One row, ready to be taken.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    /// What it is recognised by when it comes again: its id, or a digest where it has none.
    pub key: String,
    pub at: Millis,
    pub kind: RowKind,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum RowKind {
    /// Its flat form.
    Event(Bytes),
    /// Caused by the reading itself, in its flat form.
    Own(Bytes),
    /// No event: as it came, and why.
    Unreadable(Bytes, Problem),
}

impl Row {
    pub fn len(&self) -> usize {
        match &self.kind {
            RowKind::Event(bytes) | RowKind::Own(bytes) | RowKind::Unreadable(bytes, _) => {
                bytes.len()
            }
        }
    }
}

/// The rows of an answer in the order they came; `None` where it is no page. A row that does not
/// tell its time stands at the time of the row before it, the first one just before `end`.
pub(super) fn rows(body: &[u8], end: Millis, own: &Own) -> Option<Vec<Row>> {
    let listing: Listing<'_> = serde_json::from_slice(body).ok()?;
    let mut at = end - 1;
    let row = |raw: &&RawValue| {
        let row = read(raw.get().as_bytes(), at, own);
        at = row.at;
        row
    };
    Some(listing.audit_logs.iter().map(row).collect())
}

fn read(row: &[u8], before: Millis, own: &Own) -> Row {
    let text = |name: &str| json::member(row, name).and_then(|it| it.text());
    let at = text("createdAt")
        .and_then(|time| parse_rfc3339(&time))
        .unwrap_or(before);
    let unreadable = |what: &str| Row {
        key: format!("sha256:{}", hex::encode(Sha256::digest(row))),
        at,
        kind: RowKind::Unreadable(Bytes::copy_from_slice(row), no_event(what)),
    };
    if row.first() != Some(&b'{') {
        return unreadable("is no JSON object");
    }
    let Some(key) = text("id").filter(|id| !id.is_empty()) else {
        return unreadable("has no id");
    };
    let key = key.into_owned();
    let flat = Bytes::from(flatten(row));
    let kind = if own.caused(&flat) {
        RowKind::Own(flat)
    } else {
        RowKind::Event(flat)
    };
    Row { key, at, kind }
}

fn no_event(what: &str) -> Problem {
    Problem::new(
        "infisical-row-unreadable",
        format!("A row of Infisical's audit log {what}."),
    )
    .cause("Infisical answered in a form that its documentation does not describe.")
    .next("Look at the row: it is kept as it came. The events around it were taken.")
    .short("Row unreadable")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_without_an_id_or_that_are_no_object_are_kept_and_hide_no_other() {
        let body = br#"{"auditLogs":[7,{"id":"a","createdAt":"2026-01-15T08:00:00.020Z"},
            {"createdAt":"2026-01-15T08:00:00.010Z"},{"id":""},{"id":"b"}],"more":1}"#;
        let rows = rows(body, 1_768_464_000_100, &Own::default()).expect("a page");
        let events: Vec<_> = rows
            .iter()
            .map(|row| {
                (
                    row.at - 1_768_464_000_000,
                    matches!(row.kind, RowKind::Event(_)),
                )
            })
            .collect();
        assert_eq!(
            events,
            [
                (99, false),
                (20, true),
                (10, false),
                (10, false),
                (10, true)
            ]
        );
        assert_eq!((rows[1].key.as_str(), rows[4].key.as_str()), ("a", "b"));
        assert_ne!(rows[2].key, rows[3].key);
        assert_eq!(rows[0].key, rows_again(body)[0].key, "it is recognised");
    }

    fn rows_again(body: &[u8]) -> Vec<Row> {
        rows(body, 1, &Own::default()).expect("a page")
    }

    #[test]
    fn what_is_no_page_is_none() {
        for body in [
            "",
            "<html>",
            "[]",
            "{}",
            r#"{"auditLogs":{}}"#,
            r#"{"auditLogs":[{]}"#,
        ] {
            assert_eq!(rows(body.as_bytes(), 1, &Own::default()), None, "{body}");
        }
    }
}
