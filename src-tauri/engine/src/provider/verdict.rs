//! What a provider's answer means for the events that were sent.

use std::time::Duration;

use crate::problem::Problem;

/// The judgement on one request, always with a reason where it is not plain success.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// Every event was taken.
    Accepted,
    /// Nothing was taken, and the same request may work later; not before `after`.
    Retry {
        after: Option<Duration>,
        reason: Problem,
    },
    /// The request as a whole was not taken; halves of it may be. A single event that gets this
    /// is set aside.
    Split { reason: Problem },
    /// One fate for each event, in order.
    Partly { fates: Vec<Fate>, reason: Problem },
    /// These events can never be taken. Kept with the reason.
    SetAside { reason: Problem },
    /// A person has to mend something. Everything is kept; Penstock looks again now and then.
    Hold { reason: Problem },
}

/// What became of one event of a request.
#[derive(Debug, Clone, PartialEq)]
pub enum Fate {
    Stored,
    Again,
    SetAside(Problem),
}
