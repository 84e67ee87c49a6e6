//! What windows and the command line are shown. Holds no secret, ever.
//!
//! The same shapes serve `--json` on the command line and the page; the TypeScript in
//! `ui/src/bindings` is generated from here. Times are RFC 3339 text in UTC, durations are in
//! milliseconds, counts are whole events.

mod live;
mod source;

pub use live::{
    EventDetail, EventFate, EventRow, EventsAsk, EventsPage, FateKind, FilterChoices, Preview,
    PreviewAsk, PreviewRow,
};
pub use source::{
    SourceCheck, SourceCreated, SourceDraft, SourceStatus, SourceView, UnreadableView,
};

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

pub use crate::certificate::CertificateView;
use crate::filter::Filter;
use crate::problem::Problem;
use crate::provider::Details;
use crate::redaction::Redaction;

/// How a stream is doing, in the order a list is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Failing,
    Attention,
    Retrying,
    Healthy,
    Paused,
    Idle,
}

/// Whether a secret field has a value in the vault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Saved {
    Saved,
    Missing,
}

/// One stream, as the list, the stream page and `stream show` see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct StreamView {
    pub id: String,
    pub name: String,
    /// Provider id.
    pub provider: String,
    pub provider_name: String,
    /// The place events go: `splunk.example.com:8088`.
    pub endpoint: String,
    /// Source id; `null` means every source.
    pub source: Option<String>,
    pub status: Status,
    /// At most five words: `403 Token disabled`, `503, try 4 in 38 s`.
    pub reason: Option<String>,
    pub status_since: String,
    pub paused_at: Option<String>,
    pub delivered: u64,
    /// Not yet passed; some may still be kept out by the filter.
    pub waiting: u64,
    pub set_aside: u64,
    /// Kept out by the filter.
    pub filtered: u64,
    pub delivered_24h: u64,
    pub last_delivered_at: Option<String>,
    pub oldest_waiting_at: Option<String>,
    pub next_try_at: Option<String>,
    /// Tries of the batch at the head of the queue so far.
    pub tries: u32,
    pub last_problem: Option<Problem>,
    pub last_problem_at: Option<String>,
    /// Settings that are not secret.
    pub details: Details,
    /// Every secret field of the provider.
    pub secrets: BTreeMap<String, Saved>,
    /// Which events it takes.
    pub filter: Filter,
    /// What is redacted before they leave.
    pub redaction: Redaction,
    /// Whether the sample log entry was accepted with the present settings.
    pub verified: bool,
    pub created_at: String,
    /// The last 24 hours, oldest first, 24 entries.
    pub hours: Vec<Bucket>,
}

/// A span of time in a chart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Bucket {
    pub from: String,
    pub delivered: u64,
    /// Attempts that were not accepted.
    pub refused: u64,
    pub set_aside: u64,
    /// The worst state during the span; `null` where nothing happened.
    pub state: Option<Status>,
    pub latency_p50_ms: Option<u32>,
    pub latency_p95_ms: Option<u32>,
}

/// A chart of one stream.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Throughput {
    /// Length of one bucket in seconds.
    pub bucket_seconds: u32,
    pub buckets: Vec<Bucket>,
    pub failing_since: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Range {
    Hour,
    Day,
    Week,
}

/// How one attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Accepted,
    Partly,
    Retry,
    Split,
    SetAside,
    Hold,
}

/// One request to a provider, or a try that did not get as far.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct AttemptView {
    pub id: i64,
    pub stream: String,
    pub at: String,
    pub outcome: Outcome,
    /// HTTP status; `null` where no answer came.
    pub status: Option<u16>,
    /// `Success`, `Token disabled`, `Connection refused`.
    pub reason: String,
    pub first_seq: u64,
    pub last_seq: u64,
    pub events: u64,
    /// Bytes on the wire.
    pub bytes: u64,
    pub latency_ms: u32,
    /// Which try of this batch it was, from 1.
    pub attempt: u32,
    /// Sent by hand as a sample, not from the journal.
    pub sample: bool,
    /// Events of this attempt set aside.
    pub set_aside: u64,
    pub next_try_at: Option<String>,
}

/// One attempt, opened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct AttemptDetail {
    pub attempt: AttemptView,
    pub problem: Option<Problem>,
    pub exchange: Exchange,
}

/// A request and its answer, secrets replaced by `redacted` parts.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct Exchange {
    pub request: ShownRequest,
    /// `null` where no answer came.
    pub response: Option<ShownResponse>,
    pub stages: Vec<Stage>,
    /// The request as a `curl` line, secrets as `$PENSTOCK_…` placeholders.
    pub curl: String,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct ShownRequest {
    pub method: String,
    pub url: String,
    pub http_version: String,
    pub headers: Vec<ShownHeader>,
    /// The body before compression, cut at 64 KiB.
    pub body: String,
    pub body_bytes: u64,
    /// Bytes on the wire, where compressed.
    pub compressed_bytes: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ShownHeader {
    pub name: String,
    /// What may be shown; for a secret header the part before it (`Bearer `).
    pub value: String,
    /// A secret follows `value` and is not shown.
    pub redacted: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct ShownResponse {
    pub status: u16,
    pub status_text: String,
    pub http_version: String,
    pub headers: Vec<ShownHeader>,
    /// Cut at 64 KiB.
    pub body: String,
    pub elapsed_ms: u32,
}

/// One step on the way to a provider, in order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Stage {
    pub kind: StageKind,
    pub state: StageState,
    /// `DNS, 4 ms`, `TLS 1.3, 31 ms`, `403 Forbidden, 74 ms`.
    pub note: String,
    pub elapsed_ms: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum StageKind {
    FindHost,
    Connect,
    SignIn,
    Send,
    Accepted,
    /// The provider said later that the events are safe.
    Acknowledged,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum StageState {
    Waiting,
    Running,
    Done,
    Failed,
    NotReached,
}

/// What a Verify showed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct VerifyReport {
    pub accepted: bool,
    /// `Splunk accepted the sample log entry`, `Azure refused the sample: 403 Forbidden`.
    pub headline: String,
    /// One sentence below it.
    pub summary: String,
    pub problem: Option<Problem>,
    /// The server's certificate, where it was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub certificate: Option<CertificateView>,
    /// Set where it was accepted with other details than those given; the stream is to be made
    /// with these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub details: Option<Details>,
    pub exchange: Exchange,
    /// The sample log entry as it was sent, pretty JSON.
    pub sample: String,
    pub at: String,
}

/// An event that a provider can never take, with its reason.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SetAsideView {
    pub seq: u64,
    pub at: String,
    pub reason: Problem,
    pub event_type: Option<String>,
    pub event_id: Option<String>,
    pub bytes: u64,
    /// The event, cut at 64 KiB.
    pub event: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct JournalView {
    /// Sequence number of the oldest event kept and of the newest.
    pub first_seq: u64,
    pub last_seq: u64,
    /// Events on disk, delivered ones that are kept for replay included.
    pub events: u64,
    /// Bytes on disk.
    pub bytes: u64,
    /// When the oldest of them was accepted.
    pub oldest_at: Option<String>,
    /// What the database may take, where a person set it.
    pub limit_bytes: Option<u64>,
    /// What stays free on the disk.
    pub keep_free_bytes: u64,
    pub disk_free_bytes: u64,
    /// Days for which delivered events are kept, so that they can be replayed.
    pub keep_days: u32,
    /// Events that at least one stream still has to deliver.
    pub waiting: u64,
    /// Set while nothing can be appended, for example because the disk is full.
    pub problem: Option<Problem>,
}

/// What the journal may take. What is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, TS)]
pub struct JournalBounds {
    /// 0 takes the limit away.
    #[serde(default)]
    #[ts(optional)]
    pub limit_bytes: Option<u64>,
    #[serde(default)]
    #[ts(optional)]
    pub keep_free_bytes: Option<u64>,
    #[serde(default)]
    #[ts(optional)]
    pub keep_days: Option<u32>,
}

/// `penstock status`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct StatusView {
    pub streams: Vec<StreamView>,
    pub sources: Vec<SourceView>,
    pub journal: JournalView,
}

/// Who delivers from this data folder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Delivering {
    /// This process.
    Here,
    /// Another process; this one reads and commands.
    Elsewhere { pid: u32 },
    /// Nobody.
    Nobody,
}

/// The state of the app as a whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct AppView {
    pub version: String,
    pub data_dir: String,
    pub delivering: Delivering,
    pub vault: VaultView,
    /// Why the store could not be opened; the window opens all the same and shows it.
    pub problem: Option<Problem>,
    /// The host this machine's intake would listen on by default and a free port there.
    pub suggested_listen: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct VaultView {
    /// `OS keychain`, `Environment`, `Credential directory`.
    pub name: String,
    pub writable: bool,
    /// Missing, locked, denied: three different problems.
    pub problem: Option<Problem>,
}

/// What changed, pushed from Rust in batches.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct Changes {
    /// Streams that changed, whole rows.
    pub streams: Vec<StreamView>,
    pub removed_streams: Vec<String>,
    pub sources: Vec<SourceView>,
    pub removed_sources: Vec<String>,
    pub journal: Option<JournalView>,
    pub app: Option<AppView>,
    /// Streams that have new attempts.
    pub attempts: Vec<String>,
}

/// A stream about to be made or changed. Secrets that are absent keep their saved value.
#[derive(Clone, Deserialize, TS)]
pub struct StreamDraft {
    pub provider: String,
    pub name: String,
    #[serde(default)]
    pub source: Option<String>,
    #[serde(default)]
    pub details: Details,
    /// Secret fields typed by a person; a value that is not text is JSON. Only ever sent towards
    /// Rust.
    #[serde(default)]
    #[ts(type = "Record<string, unknown>")]
    pub secrets: SecretsDraft,
    /// Absent: a stream that exists keeps its own, a new one takes everything.
    #[serde(default)]
    #[ts(optional)]
    pub filter: Option<Filter>,
    /// Absent: a stream that exists keeps its own, a new one redacts nothing.
    #[serde(default)]
    #[ts(optional)]
    pub redaction: Option<Redaction>,
    /// Set when changing a stream that exists.
    #[serde(default)]
    pub stream: Option<String>,
}

/// Secrets on their way in.
#[derive(Clone, Default)]
pub struct SecretsDraft(pub crate::secret::Secrets);

impl<'de> Deserialize<'de> for SecretsDraft {
    fn deserialize<D: serde::Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        let values = BTreeMap::<String, serde_json::Value>::deserialize(source)?;
        Ok(Self(
            values
                .into_iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(name, value)| {
                    let text = match value {
                        serde_json::Value::String(text) => text,
                        other => other.to_string(),
                    };
                    (name, text.into())
                })
                .collect(),
        ))
    }
}

/// What checking a draft found.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct DraftCheck {
    pub errors: Vec<crate::provider::FieldError>,
    pub warnings: Vec<crate::provider::FieldError>,
    /// The details as they would be saved (a pasted address taken apart, and so on).
    pub details: Details,
    /// The request the sample log entry would make; `null` while there are errors.
    pub preview: Option<ShownRequest>,
}
