//! What the practice receiver shows of itself.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The practice receiver, as a page shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PracticeView {
    pub running: bool,
    /// `http://127.0.0.1:8799`; `null` while it does not run.
    pub base_url: Option<String>,
    /// Where a stream of the provider `practice` sends to: `<base_url>/practice`.
    pub practice_url: Option<String>,
    /// One entry for each protocol it speaks.
    pub protocols: Vec<Protocol>,
    pub fault: Fault,
    /// Events taken since it started.
    pub events: u64,
    /// Requests answered since it started, refused ones included.
    pub requests: u64,
    /// The newest arrivals, newest first, at most 200.
    pub arrivals: Vec<Arrival>,
}

/// What to type into a provider's form to send to the practice receiver.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Protocol {
    /// Provider id.
    pub provider: String,
    pub name: String,
    /// Field name to value; practice credentials, worth nothing anywhere else.
    pub values: Vec<(String, String)>,
}

/// One request that came.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Arrival {
    pub id: u64,
    pub at: String,
    /// Provider id of the protocol it spoke.
    pub provider: String,
    pub method: String,
    /// Without its query, and without what is secret in it.
    pub path: String,
    /// 0 where there was no answer.
    pub status: u16,
    /// Events taken.
    pub events: u64,
    /// Bytes of the body as it came.
    pub bytes: u64,
    pub gzip: bool,
    /// Why it was refused, or a part of it left out, in the words of a person.
    pub refusal: Option<String>,
    /// The answer's body.
    pub answer: String,
    /// The body, decompressed, cut at 64 KiB.
    pub body: String,
    /// Event types of the first events taken, for a one-line summary.
    pub event_types: Vec<String>,
}

/// How the receiver misbehaves, until told otherwise.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Fault {
    #[default]
    None,
    /// Answers this status instead of judging; `retry_after` in seconds.
    Status {
        status: u16,
        retry_after: Option<u32>,
        percent: u8,
    },
    /// Takes the events and answers late.
    Delay { milliseconds: u32 },
    /// Closes the connection: before the body is read, or after the events were taken.
    Reset { after_taking: bool, percent: u8 },
    /// Refuses single events of a batch by the provider's own means: those whose bytes contain `marker`.
    Partial { marker: String },
    /// Refuses bodies above this many bytes, decompressed, with the provider's own oversize answer.
    Limit { bytes: u64 },
    /// Reads the request, takes nothing and never answers.
    Hang,
    /// Answers something that is no HTTP at all.
    Garbage,
}
