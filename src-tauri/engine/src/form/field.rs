//! The fields of a form, drawn from the JSON schema of what it asks for.

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
    /// A PEM file: pasted or picked.
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

/// What is wrong with what a person typed into one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FieldError {
    /// The field's name.
    pub field: String,
    /// What is wrong and where the right value is, one or two sentences.
    pub message: String,
}
