//! Problems: the only place where errors become words.
//!
//! A problem says what happened, why most likely, and what to do next, in sentence case and in
//! plain words. A code exists only where someone acts on it. No problem holds a secret.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What went wrong, for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Problem {
    /// Kebab-case and stable, for example `splunk-token-disabled`.
    pub code: String,
    /// What happened, one sentence.
    pub summary: String,
    /// The most likely cause, one or two sentences. Absent where it would be a guess.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub cause: Option<String>,
    /// What to do, in order.
    #[serde(default)]
    pub next_steps: Vec<String>,
    /// The provider's own words, or the system's, as they came; secrets redacted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub detail: Option<String>,
    /// At most five words for a list row, for example `403 Token disabled`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub short: Option<String>,
    /// The form field at fault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub field: Option<String>,
    /// The guide step (counted from 1) that mends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub guide_step: Option<u32>,
    /// The part of the reply that proves the diagnosis, verbatim.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub evidence: Option<String>,
    /// A documentation page that explains it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub link: Option<String>,
}

impl Problem {
    pub fn new(code: impl Into<String>, summary: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            summary: summary.into(),
            cause: None,
            next_steps: Vec::new(),
            detail: None,
            short: None,
            field: None,
            guide_step: None,
            evidence: None,
            link: None,
        }
    }

    pub fn cause(mut self, cause: impl Into<String>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// Adds one thing to do, after those already there.
    pub fn next(mut self, step: impl Into<String>) -> Self {
        self.next_steps.push(step.into());
        self
    }

    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    pub fn short(mut self, short: impl Into<String>) -> Self {
        self.short = Some(short.into());
        self
    }

    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    pub fn guide_step(mut self, step: u32) -> Self {
        self.guide_step = Some(step);
        self
    }

    pub fn evidence(mut self, evidence: impl Into<String>) -> Self {
        self.evidence = Some(evidence.into());
        self
    }

    pub fn link(mut self, link: impl Into<String>) -> Self {
        self.link = Some(link.into());
        self
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.summary)
    }
}

impl std::error::Error for Problem {}
