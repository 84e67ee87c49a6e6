//! Filters: which events a stream takes.
//!
//! A filter is a list of conditions. An event passes where every field that has including
//! conditions is met by at least one of their values, and no value of an excluding condition is
//! met. An event that lacks a field meets no condition on it: an including one keeps it out, an
//! excluding one lets it through. The empty filter lets everything through. Pure: nothing here
//! reads the store, and nothing is changed in an event.

mod addresses;
mod compiled;
mod presets;
#[cfg(test)]
mod tests;
mod texts;
mod types;

pub use compiled::Compiled;
pub use presets::{preset, presets};
pub use types::known as known_types;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a stream takes. A filter with a part that this version does not know cannot be read, so
/// that nothing leaves which it was meant to keep.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Filter {
    #[serde(default)]
    pub conditions: Vec<FilterCondition>,
}

impl Filter {
    pub fn is_empty(&self) -> bool {
        self.conditions.is_empty()
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct FilterCondition {
    pub field: FilterField,
    /// Keeps out what meets it, instead of what does not.
    #[serde(default)]
    pub exclude: bool,
    /// At least one is to be met. `*` stands for any text; for `ip`: an address, a network such
    /// as `10.0.0.0/8`, or a range such as `10.0.0.1-10.0.0.9`.
    pub values: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FilterField {
    EventType,
    /// `management`, `data-access`, `authentication`, `authorization`; derived from the type.
    EventClass,
    /// `user`, `identity`, `service`, …
    ActorKind,
    /// Id, e-mail address, name or user name.
    Actor,
    /// Id or name.
    Project,
    Environment,
    SecretPath,
    /// `web`, `cli`, `k8-operator`, …
    UserAgentKind,
    Ip,
}

/// A filter to start from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FilterPreset {
    pub id: String,
    pub name: String,
    /// One sentence.
    pub help: String,
    pub filter: Filter,
}

/// The known event types of one class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct EventTypes {
    /// `data-access`
    pub class: String,
    /// `Data access`
    pub name: String,
    /// One sentence.
    pub help: String,
    pub types: Vec<String>,
}
