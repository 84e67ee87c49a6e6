//! Live events, previews of filters and redaction, and what can be chosen for them.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::filter::{EventTypes, Filter, FilterPreset};
use crate::form::{Choice, FieldError};
use crate::problem::Problem;
use crate::redaction::{Redaction, RedactionTemplate};

/// What an editor of filters and redaction offers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct FilterChoices {
    /// By class. The set is open: other types come with newer versions of Infisical.
    pub types: Vec<EventTypes>,
    pub presets: Vec<FilterPreset>,
    pub templates: Vec<RedactionTemplate>,
    /// Known kinds of actor and of user agent; open sets too.
    pub actor_kinds: Vec<Choice>,
    pub user_agent_kinds: Vec<Choice>,
}

/// A filter and a redaction to try on the journal's newest events.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct PreviewAsk {
    /// Name or id; `null` looks at every source.
    #[serde(default)]
    pub source: Option<String>,
    /// Name or id of the stream whose key makes the hashes; without one they are made with a key
    /// for this once.
    #[serde(default)]
    pub stream: Option<String>,
    #[serde(default)]
    pub filter: Filter,
    #[serde(default)]
    pub redaction: Redaction,
    /// Rows at most of those that pass, and of those that do not.
    pub limit: u32,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct Preview {
    /// What is wrong with the rules: `filter.0` is the first condition, `redaction.2` the third
    /// rule. Nothing is looked at then.
    pub errors: Vec<FieldError>,
    /// Events looked at: the newest, at most 10,000.
    pub looked_at: u64,
    pub matched: u64,
    /// The newest that pass and the newest that do not, newest first.
    pub rows: Vec<PreviewRow>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PreviewRow {
    pub seq: u64,
    pub accepted_at: String,
    pub passes: bool,
    pub event_type: Option<String>,
    pub actor: Option<String>,
    /// The event as it came, cut at 64 KiB.
    pub before: String,
    /// The event as it would leave, cut at 64 KiB.
    pub after: String,
}

/// Which of the journal's events to show.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct EventsAsk {
    /// Only older than this one.
    #[serde(default)]
    pub before: Option<u64>,
    /// Only newer than this one.
    #[serde(default)]
    pub after: Option<u64>,
    /// Only with this text somewhere in them; capital letters do not matter.
    #[serde(default)]
    pub search: Option<String>,
    /// Name or id.
    #[serde(default)]
    pub source: Option<String>,
    /// Name or id: only events of its sources, and only where they stand with it.
    #[serde(default)]
    pub stream: Option<String>,
    pub limit: u32,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct EventsPage {
    /// Newest first.
    pub rows: Vec<EventRow>,
    /// The oldest event looked at; what is asked for next starts `before` this one.
    pub looked_back_to: u64,
    /// Whether there may be more before it.
    pub more: bool,
    /// The newest event of the journal.
    pub last_seq: u64,
}

/// One event of the journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct EventRow {
    pub seq: u64,
    pub accepted_at: String,
    /// Source id; `null` where it was deleted.
    pub source: Option<String>,
    pub source_name: String,
    pub event_type: Option<String>,
    pub event_id: Option<String>,
    /// E-mail address, name or id, whichever the event has first.
    pub actor: Option<String>,
    /// Name or id.
    pub project: Option<String>,
    /// The event's own time, as written.
    pub time: Option<String>,
    pub bytes: u64,
    /// In the order of the streams' names. In a list, streams that did not take it are left out.
    pub fates: Vec<EventFate>,
}

/// Where an event stands with one stream.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct EventFate {
    /// Stream id.
    pub stream: String,
    pub fate: FateKind,
    /// Why it was set aside; only where one event is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub problem: Option<Problem>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FateKind {
    Delivered,
    Waiting,
    /// The stream's filter kept it out.
    Filtered,
    /// Among the failed events.
    SetAside,
    /// Was among the failed events, and a person deleted it.
    Discarded,
    /// Of another source, from before the stream began, or skipped by a person.
    NotTaken,
}

/// One event, opened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct EventDetail {
    pub row: EventRow,
    /// The event as it came, cut at 256 KiB.
    pub event: String,
    /// Whether it was cut.
    pub cut: bool,
}
