//! Redaction: which values of an event leave Penstock in another form, or not at all.
//!
//! Always holds: the journal keeps the original; only bytes of redacted values change, everything
//! else leaves as it came; where a key stands twice, both are redacted. Pure: the key for hashes
//! is passed in.

mod compiled;
mod path;
mod templates;
#[cfg(test)]
mod tests;
mod values;

pub use compiled::Compiled;
pub use templates::{template, templates};
pub use values::Key;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What is redacted before an event leaves. One with a part that this version does not know
/// cannot be read, so that nothing leaves as it came which was to be redacted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Redaction {
    #[serde(default)]
    pub rules: Vec<RedactionRule>,
}

impl Redaction {
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RedactionRule {
    /// `ipAddress`, `actorMetadata.email`, `eventMetadata.*.value`: `*` is any key, `\.` a dot
    /// within a key; lists are walked through.
    pub path: String,
    pub action: RedactionAction,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RedactionAction {
    /// `a***@example.com`, `203.0.113.0/24`, `2001:db8:1::/48`; of anything else the first
    /// character stays.
    Mask,
    /// `h:` and a text that stands for the value: the same value is recognised by it, and only
    /// Penstock has the key.
    Hash,
    /// Neither key nor value leaves.
    Remove,
}

/// Rules to start from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RedactionTemplate {
    pub id: String,
    pub name: String,
    /// One sentence.
    pub help: String,
    pub rules: Vec<RedactionRule>,
}
