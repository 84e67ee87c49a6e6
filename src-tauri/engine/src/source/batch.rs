//! What a source hands over at once, and the journal as a source sees it.

use bytes::Bytes;
use std::time::Duration;

use super::{Pending, Report};
use crate::clock::Millis;
use crate::problem::Problem;

/// Events and all that must be remembered with them, in one transaction: all of it or none.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    /// Each one JSON object, as it came.
    pub events: Vec<Bytes>,
    /// Where to go on from after a restart; what was saved stays where this is `None`.
    pub position: Option<String>,
    /// Ids of events that may come again and are not to be taken twice.
    pub seen: Vec<Seen>,
    /// Ids from before this time are of no use any more.
    pub forget_before: Option<Millis>,
    /// What cannot be an event, kept for a person to look at.
    pub unreadable: Vec<Unreadable>,
    /// Events left out on purpose, as its settings ask.
    pub left_out: u64,
}

impl Batch {
    /// Whether there is nothing in it to write down.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
            && self.position.is_none()
            && self.seen.is_empty()
            && self.forget_before.is_none()
            && self.unreadable.is_empty()
            && self.left_out == 0
    }
}

/// An id that was taken, and the time by which it is forgotten again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub id: String,
    pub at: Millis,
}

/// A piece of input that is no event.
#[derive(Debug, Clone)]
pub struct Unreadable {
    /// `/var/log/audit.json, line 17`.
    pub place: String,
    pub reason: Problem,
    /// The beginning of it, at most 64 KiB.
    pub bytes: Bytes,
    /// How long it was in all.
    pub length: u64,
}

/// Why events were not taken.
#[derive(Debug, Clone)]
pub enum AppendError {
    /// No room at the moment (journal limit, disk full); the sender should come again.
    Full {
        retry_after: Duration,
        problem: Problem,
    },
    /// The journal cannot be written.
    Failed(Problem),
}

pub type Appended = Pending<'static, Result<(), AppendError>>;

/// The journal, as a source sees it.
pub trait Append: Send + Sync + 'static {
    /// All of the batch or none; done only when on disk.
    fn take(&self, batch: Batch) -> Appended;

    /// All of `events` or none; done only when on disk.
    fn append(&self, events: Vec<Bytes>) -> Appended {
        self.take(Batch {
            events,
            ..Batch::default()
        })
    }

    /// Counts a request that was refused, for the source's page.
    fn refused(&self, reason: String);

    /// Says how the source is doing; cheap, and shown within a second.
    fn report(&self, report: Report);
}
