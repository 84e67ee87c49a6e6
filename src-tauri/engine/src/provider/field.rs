//! The fields of a provider's form, drawn from the JSON schema of its credentials.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One field: everything needed to draw it, explain it and check its shape.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Field {
    pub name: String,
    pub label: String,
    pub kind: FieldKind,
    /// Kept in the keychain, never shown again.
    pub secret: bool,
    pub required: bool,
    /// Folded under "Advanced" or "Connection".
    pub group: FieldGroup,
    /// One line of hint.
    pub help: String,
    /// Shown as placeholder.
    pub example: String,
    /// A regular expression for the tidied value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub pattern: Option<String>,
    /// Filled in at the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub default: Option<String>,
    /// For [`FieldKind::Choice`].
    pub choices: Vec<Choice>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    Text,
    Url,
    Number,
    /// `true` or `false`.
    Switch,
    /// One of `choices`; up to four are drawn as radio cards, more as a menu.
    Choice,
    /// `[{"key","value","secret"}]`. All rows are kept in the keychain; one with `secret` set to
    /// `false` may be shown in a request, any other is redacted there.
    Headers,
    /// A PEM file: pasted, dropped or picked.
    Pem,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FieldGroup {
    Main,
    Advanced,
    Connection,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Choice {
    pub value: String,
    pub label: String,
    pub help: String,
}

/// What one request may carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    pub events: usize,
    /// Bytes of the body before compression, framing counted.
    pub bytes: usize,
    /// Bytes that framing adds to each event at most.
    pub overhead: usize,
    /// Bytes of one event; a larger one is sent alone.
    pub event_bytes: usize,
    /// Milliseconds of event time one request may span.
    pub span: Option<i64>,
}
