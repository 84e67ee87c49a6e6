//! Audit events, as the list gives them and as they are streamed.

use serde_json::{Map, Value, json};
use std::sync::LazyLock;

use crate::Millis;

static STREAMED: LazyLock<Vec<Map<String, Value>>> = LazyLock::new(|| {
    include_str!("../../fixtures/events-1000.ndjson")
        .lines()
        .map(|line| serde_json::from_str(line).expect("the fixture is JSON"))
        .collect()
});

/// One row of the table.
#[derive(Debug, Clone)]
pub struct Event {
    pub id: String,
    pub created_at: Millis,
    /// When it appears in the list.
    pub shows_at: Millis,
    pub(crate) body: Body,
}

#[derive(Debug, Clone)]
pub(crate) enum Body {
    /// Like this one of the fixture's.
    Like(usize),
    /// Written by the stand-in itself: type, actor, metadata, and the program that asked.
    Own(&'static str, Value, Value, String),
    /// A row that is none.
    Text(String),
}

impl Event {
    /// The `n`-th of a varied and awkward thousand, with an id and a time of its own; shows at
    /// once.
    pub fn like(n: usize, id: impl Into<String>, created_at: Millis) -> Self {
        Self {
            id: id.into(),
            created_at,
            shows_at: created_at,
            body: Body::Like(n % STREAMED.len()),
        }
    }

    pub fn late(self, by: Millis) -> Self {
        Self {
            shows_at: self.created_at + by,
            ..self
        }
    }

    /// A row that is no event, as it is written.
    pub fn text(text: impl Into<String>, created_at: Millis) -> Self {
        Self {
            id: String::new(),
            created_at,
            shows_at: created_at,
            body: Body::Text(text.into()),
        }
    }

    /// `count` events of which the first is of `from` and the last just before `to`.
    pub fn spread(prefix: &str, count: usize, from: Millis, to: Millis) -> Vec<Self> {
        let span = to - from;
        (0..count)
            .map(|n| {
                let share = i128::from(span) * n as i128 / count.max(1) as i128;
                let at = from + Millis::try_from(share).expect("within the span");
                Self::like(n, format!("{prefix}-{n}"), at)
            })
            .collect()
    }

    pub fn is_own(&self) -> bool {
        matches!(self.body, Body::Own(..))
    }

    /// In the form in which Infisical streams it.
    pub fn streamed(&self, retention_days: i64) -> Map<String, Value> {
        let mut event = match &self.body {
            Body::Like(n) => STREAMED[*n].clone(),
            Body::Text(text) => serde_json::from_str(text).unwrap_or_default(),
            Body::Own(kind, actor, metadata, program) => {
                let mut event = STREAMED[0].clone();
                event["actor"] = actor["type"].clone();
                event["actorMetadata"] = actor["metadata"].clone();
                event["eventType"] = json!(kind);
                event["eventMetadata"] = metadata.clone();
                event["userAgent"] = json!(program);
                event.remove("projectId");
                event.remove("projectName");
                event
            }
        };
        let created = text(self.created_at);
        event.insert("id".into(), self.id.clone().into());
        event.insert("createdAt".into(), created.clone().into());
        event.insert("updatedAt".into(), created.into());
        let expires = self.created_at + retention_days * 86_400_000;
        event.insert("expiresAt".into(), text(expires).into());
        event
    }

    /// In the nested form of the list.
    pub(crate) fn listed(&self, retention_days: i64) -> String {
        if let Body::Text(text) = &self.body {
            return text.clone();
        }
        let mut row = self.streamed(retention_days);
        let mut nest = |object: &str, kind: &str, metadata: &str| {
            let kind = row.remove(kind).unwrap_or_default();
            let metadata = row.remove(metadata).unwrap_or_default();
            row.insert(object.into(), json!({ "type": kind, "metadata": metadata }));
        };
        nest("event", "eventType", "eventMetadata");
        nest("actor", "actor", "actorMetadata");
        Value::Object(row).to_string()
    }
}

/// `2026-01-15T08:00:00.020Z`
pub(crate) fn text(at: Millis) -> String {
    let time = jiff::Timestamp::from_millisecond(at).expect("a time in range");
    format!("{time:.3}")
}
