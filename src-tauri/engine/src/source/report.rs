//! How a source says it is doing.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::clock::Millis;
use crate::problem::Problem;

/// How a source that reads by itself is doing. One that listens has nothing to report.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    pub phase: Phase,
    pub progress: Option<Progress>,
    /// Every event of an earlier time is in the journal.
    pub up_to: Option<Millis>,
    /// Why it cannot go on at the moment; it tries again by itself.
    pub problem: Option<Problem>,
    /// What a person should mend although events flow.
    #[serde(default)]
    pub warning: Option<Problem>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Has read everything there is, and looks for more.
    #[default]
    Watching,
    /// Reads what there was before.
    CatchingUp,
    /// Has read everything it was to read, and ended.
    Done,
}

/// How far catching up has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Progress {
    pub done: u64,
    pub total: u64,
    pub measure: Measure,
}

/// What progress is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    Bytes,
    /// Milliseconds of event time.
    Time,
}
