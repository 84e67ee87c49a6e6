//! Sources, as they are shown and made.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

use super::{Bucket, Saved, SecretsDraft};
use crate::certificate::CertificateView;
use crate::form::Details;
use crate::problem::Problem;
use crate::source::Progress;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SourceStatus {
    /// Takes what is sent to it.
    Listening,
    /// Has read everything there is, and looks for more.
    Watching,
    /// Reads what there was before.
    CatchingUp,
    /// Has read everything it was to read, and ended.
    Done,
    Paused,
    /// No process delivers from this data folder at the moment.
    Stopped,
    Failing,
}

/// One source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SourceView {
    pub id: String,
    pub name: String,
    /// `http_intake`.
    pub kind: String,
    /// `HTTP intake`.
    pub kind_name: String,
    pub status: SourceStatus,
    /// Why it takes no events at the moment.
    pub problem: Option<Problem>,
    /// What a person should mend although events flow.
    pub warning: Option<Problem>,
    /// `127.0.0.1:8787`
    pub listen: Option<String>,
    /// `http://127.0.0.1:8787/v1/events`
    pub url: Option<String>,
    /// The certificate it shows, where it speaks TLS.
    pub certificate: Option<CertificateView>,
    /// Whether its token can be revealed.
    pub token: Option<Saved>,
    /// Until when the token before the last rotation is still taken.
    pub old_token_until: Option<String>,
    /// How far catching up has come.
    pub progress: Option<Progress>,
    /// Every event of an earlier time is in the journal.
    pub up_to: Option<String>,
    pub events: u64,
    pub events_24h: u64,
    /// Events left out as its settings ask.
    pub left_out: u64,
    /// Pieces of input that are no event, kept to be looked at.
    pub unreadable: u64,
    /// Requests refused in the last 24 hours.
    pub refused_24h: u64,
    pub last_event_at: Option<String>,
    pub last_refusal: Option<String>,
    pub largest_event_bytes: u64,
    /// The last 24 hours, oldest first, 24 entries.
    pub hours: Vec<Bucket>,
    /// Streams it feeds, by id.
    pub streams: Vec<String>,
    /// Settings that are not secret.
    pub details: Details,
    /// Every secret field of its kind.
    pub secrets: BTreeMap<String, Saved>,
    pub created_at: String,
}

/// A source just made: the only time its token is in an answer, apart from revealing it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SourceCreated {
    pub id: String,
    pub name: String,
    pub kind: String,
    pub listen: Option<String>,
    pub url: Option<String>,
    pub token: Option<String>,
    /// SHA-256 of the certificate it shows, where it speaks TLS.
    pub fingerprint: Option<String>,
}

/// A source about to be made or changed. Secrets that are absent keep their saved value.
#[derive(Clone, Deserialize, TS)]
pub struct SourceDraft {
    /// `http_intake`.
    pub kind: String,
    pub name: String,
    #[serde(default)]
    pub details: Details,
    /// Secret fields typed by a person. Only ever sent towards Rust.
    #[serde(default)]
    #[ts(type = "Record<string, unknown>")]
    pub secrets: SecretsDraft,
    /// Set when changing a source that exists.
    #[serde(default)]
    pub source: Option<String>,
}

/// What checking a draft of a source found.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct SourceCheck {
    pub errors: Vec<crate::form::FieldError>,
    pub warnings: Vec<crate::form::FieldError>,
    /// The details as they would be saved.
    pub details: Details,
}

/// A piece of input that is no event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct UnreadableView {
    pub id: i64,
    pub at: String,
    /// `/var/log/audit.json, line 17`.
    pub place: String,
    pub reason: Problem,
    /// The beginning of it, at most 64 KiB.
    pub text: String,
    /// How long it is in all.
    pub bytes: u64,
}
