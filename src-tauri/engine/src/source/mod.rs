//! Sources: where audit events come from.
//!
//! A source hands events to [`Append`], which answers only when they are durable in the journal;
//! only then may the source tell its sender "accepted". A source keeps no event of its own.

pub mod http_intake;

use bytes::Bytes;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use crate::problem::Problem;

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

pub type Appended = Pin<Box<dyn Future<Output = Result<(), AppendError>> + Send>>;

/// The journal, as a source sees it.
pub trait Append: Send + Sync + 'static {
    /// All of `events` (each one JSON object, as it came) or none; done only when on disk.
    fn append(&self, events: Vec<Bytes>) -> Appended;

    /// Counts a request that was refused, for the source's page.
    fn refused(&self, reason: String);
}
