//! The protocols: one file for each provider, judging a request as that provider would.
//!
//! A protocol is given the whole request and answers at once: it knows no socket, no clock but
//! the time passed in, and of faults only what [`Rules`] say. Statuses, codes and texts follow the
//! vendors' documentation; a fact marked *recalled* was not read again there.

pub mod azure;
pub mod better_stack;
pub mod cribl;
pub mod custom;
pub mod datadog;
pub(crate) mod practice;
pub mod splunk;
pub mod sumo_logic;

use std::ops::Range;

use bytes::Bytes;

use crate::request::{Reply, Request, Unreadable};

/// One provider's side of the wire.
pub(crate) trait Protocol: Send + Sync {
    /// Provider id.
    fn id(&self) -> &'static str;

    fn name(&self) -> &'static str;

    /// What to type into the provider's form, for a receiver at `base`.
    fn form(&self, base: &str) -> Vec<(String, String)>;

    fn purpose(&self, request: &Request) -> Purpose;

    fn judge(&self, request: &Request, rules: &Rules) -> Outcome;

    /// The provider's usual answer of this status, for a receiver told to give it.
    fn told(&self, status: u16) -> Reply;

    /// The same for a request for a token.
    fn told_to_sign_in(&self, status: u16) -> Reply {
        self.told(status)
    }

    /// Takes back every token given.
    fn sign_everyone_out(&self) {}

    /// The path as a person may see it; other where a part of it is a secret.
    fn shown_path(&self, path: &str) -> String {
        path.to_owned()
    }
}

/// What a request is for. Faults strike what carries events; signing in has its own fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Deliver,
    SignIn,
    /// Health, acknowledgements, key checks.
    Ask,
}

/// How a request is to be judged, beyond the protocol's own settings.
pub(crate) struct Rules {
    /// Bodies above this many bytes, decompressed, are refused.
    pub limit: Option<usize>,
    /// Events that contain this are refused.
    pub marker: Option<String>,
    pub now: jiff::Timestamp,
}

impl Rules {
    /// The most bytes a body may have.
    pub fn limit(&self, own: usize) -> usize {
        self.limit.unwrap_or(own).min(own)
    }

    pub fn refuses(&self, record: &[u8]) -> bool {
        let marker = self.marker.as_deref().map(str::as_bytes);
        marker.is_some_and(|marker| memchr::memmem::find(record, marker).is_some())
    }

    /// The first record that is refused for its marker.
    pub fn first_refused(&self, body: &[u8], records: &[Record]) -> Option<usize> {
        self.marker.as_ref()?;
        records
            .iter()
            .position(|record| self.refuses(&body[record.whole.clone()]))
    }
}

/// Where a record lies in the body, and the audit event in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Record {
    pub whole: Range<usize>,
    pub event: Range<usize>,
}

impl Record {
    /// A record that is the event itself.
    pub fn whole(range: Range<usize>) -> Self {
        Self {
            event: range.clone(),
            whole: range,
        }
    }
}

/// The judgement on a request.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Outcome {
    pub reply: Reply,
    /// Why not all of it was taken, for a person.
    pub refusal: Option<String>,
    /// The body, decompressed; what `taken` points into.
    pub body: Bytes,
    pub taken: Vec<Record>,
    /// Shown for the body and the answer where either holds a secret.
    pub shown_body: Option<String>,
    pub shown_answer: Option<String>,
}

impl Outcome {
    pub fn taken(reply: Reply, body: Bytes, taken: Vec<Record>) -> Self {
        Self {
            reply,
            refusal: None,
            body,
            taken,
            shown_body: None,
            shown_answer: None,
        }
    }

    pub fn refused(reply: Reply, refusal: impl Into<String>) -> Self {
        Self::taken(reply, Bytes::new(), Vec::new()).because(refusal)
    }

    pub fn answered(reply: Reply) -> Self {
        Self::taken(reply, Bytes::new(), Vec::new())
    }

    pub fn because(mut self, refusal: impl Into<String>) -> Self {
        self.refusal = Some(refusal.into());
        self
    }
}

/// What is wrong with a body that cannot be read, for a person.
pub(crate) fn unreadable(reason: &Unreadable, limit: usize) -> String {
    match reason {
        Unreadable::Encoding(name) => {
            format!("The body is compressed as {name:?}, which is not taken here.")
        }
        Unreadable::Corrupt => {
            "The body is not the compression that its Content-Encoding names, or it is cut short."
                .into()
        }
        Unreadable::TooLarge(size) => {
            format!("The body is too large: {size} bytes or more, and {limit} are the limit.")
        }
    }
}

/// Why a batch is refused whole for one event, where the protocol cannot name the event.
pub(crate) fn marked(index: usize) -> String {
    format!("Event {index} of the batch is refused, and the batch with it.")
}

pub(crate) fn field(name: &str, value: impl Into<String>) -> (String, String) {
    (name.to_owned(), value.into())
}
