//! The engine as its hosts see it: the desktop shell, the agent and the tests.
//!
//! One process delivers per data folder (the owner); any other is a guest that reads and
//! commands. A host opens the engine, may [`Engine::start`] delivery, and ends with
//! [`Engine::stop`], which finishes or puts back what is in flight.

use std::path::PathBuf;
use std::sync::Arc;

use crate::clock::Clock;
use crate::problem::Problem;
use crate::secret::Secret;
use crate::vault::Vault;
use crate::view::{
    AppView, AttemptDetail, AttemptView, Changes, Delivering, DraftCheck, Range, SetAsideView,
    SourceCreated, SourceDraft, SourceView, Stage, StatusView, StreamDraft, StreamView, Throughput,
    VerifyReport,
};

/// What a host passes in.
pub struct Options {
    /// Created where it does not exist.
    pub data_dir: PathBuf,
    pub vault: Arc<dyn Vault>,
    pub clock: Arc<dyn Clock>,
}

/// Where a replay starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplayFrom {
    Seq(u64),
    /// Milliseconds since the Unix epoch; the time of acceptance by Penstock.
    Time(i64),
}

/// A handle; clones share one engine. Wherever a method takes `key`, a name or an id is meant.
#[derive(Clone)]
pub struct Engine(Arc<Inner>);

struct Inner;

/// Changes as they come, gathered over a short time so that a burst is one batch.
pub struct Subscription;

impl Subscription {
    /// Waits for something to change; `None` once the engine has stopped.
    pub async fn next(&mut self) -> Option<Changes> {
        todo!()
    }
}

/// Told the stages of a Verify as they happen.
pub type OnStages = Arc<dyn Fn(&[Stage]) + Send + Sync>;

#[allow(unused_variables)]
impl Engine {
    /// Opens the store, migrating it. Starts nothing.
    pub async fn open(options: Options) -> Result<Self, Problem> {
        todo!()
    }

    /// Takes ownership where it is free, and starts sources and delivery. As a guest:
    /// [`Delivering::Elsewhere`], and takes over when the owner ends.
    pub async fn start(&self) -> Result<Delivering, Problem> {
        todo!()
    }

    /// Ends sources and delivery: what is in flight is finished or put back.
    pub async fn stop(&self) {
        todo!()
    }

    pub fn subscribe(&self) -> Subscription {
        todo!()
    }

    pub async fn app(&self) -> AppView {
        todo!()
    }

    pub async fn status(&self) -> Result<StatusView, Problem> {
        todo!()
    }

    // Streams.

    pub async fn streams(&self) -> Result<Vec<StreamView>, Problem> {
        todo!()
    }

    pub async fn stream(&self, key: &str) -> Result<StreamView, Problem> {
        todo!()
    }

    /// Checks as a person types; reads nothing from the network.
    pub async fn check_draft(&self, draft: StreamDraft) -> Result<DraftCheck, Problem> {
        todo!()
    }

    /// Sends the sample log entry on the very path that live events take. `sample` is the entry
    /// as edited by a person; it stays labelled as a sample.
    pub async fn verify(
        &self,
        draft: StreamDraft,
        sample: Option<String>,
        on_stages: OnStages,
    ) -> Result<VerifyReport, Problem> {
        todo!()
    }

    /// The same for a stream that exists; kept among its attempts.
    pub async fn send_sample(
        &self,
        key: &str,
        sample: Option<String>,
        on_stages: OnStages,
    ) -> Result<VerifyReport, Problem> {
        todo!()
    }

    pub async fn create_stream(
        &self,
        draft: StreamDraft,
        verified: bool,
        paused: bool,
    ) -> Result<StreamView, Problem> {
        todo!()
    }

    /// `draft.stream` names the stream; absent secrets keep their saved value.
    pub async fn update_stream(&self, draft: StreamDraft) -> Result<StreamView, Problem> {
        todo!()
    }

    pub async fn delete_stream(&self, key: &str) -> Result<(), Problem> {
        todo!()
    }

    pub async fn pause_stream(&self, key: &str) -> Result<StreamView, Problem> {
        todo!()
    }

    pub async fn resume_stream(&self, key: &str) -> Result<StreamView, Problem> {
        todo!()
    }

    /// Tries again at once, whatever the stream is waiting for.
    pub async fn retry_stream(&self, key: &str) -> Result<StreamView, Problem> {
        todo!()
    }

    /// Sets the cursor back; events already delivered from there on are delivered again.
    pub async fn replay_stream(&self, key: &str, from: ReplayFrom) -> Result<StreamView, Problem> {
        todo!()
    }

    pub async fn throughput(&self, key: &str, range: Range) -> Result<Throughput, Problem> {
        todo!()
    }

    /// Newest first; of every stream where `key` is `None`; older than attempt `before`.
    pub async fn attempts(
        &self,
        key: Option<&str>,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<AttemptView>, Problem> {
        todo!()
    }

    pub async fn attempt(&self, id: i64) -> Result<AttemptDetail, Problem> {
        todo!()
    }

    // Failed events.

    /// Oldest first, after `after`.
    pub async fn set_aside(
        &self,
        key: &str,
        after: Option<u64>,
        limit: u32,
    ) -> Result<Vec<SetAsideView>, Problem> {
        todo!()
    }

    /// Queues them again (all, or those named); the count.
    pub async fn replay_set_aside(&self, key: &str, seqs: Option<Vec<u64>>) -> Result<u64, Problem> {
        todo!()
    }

    pub async fn discard_set_aside(&self, key: &str, seqs: Option<Vec<u64>>) -> Result<u64, Problem> {
        todo!()
    }

    /// Writes them to a new file, one event a line as it came; the count.
    pub async fn export_set_aside(&self, key: &str, path: PathBuf) -> Result<u64, Problem> {
        todo!()
    }

    // Sources.

    pub async fn sources(&self) -> Result<Vec<SourceView>, Problem> {
        todo!()
    }

    pub async fn source(&self, key: &str) -> Result<SourceView, Problem> {
        todo!()
    }

    pub async fn create_source(&self, draft: SourceDraft) -> Result<SourceCreated, Problem> {
        todo!()
    }

    pub async fn delete_source(&self, key: &str) -> Result<(), Problem> {
        todo!()
    }

    pub async fn pause_source(&self, key: &str) -> Result<SourceView, Problem> {
        todo!()
    }

    pub async fn resume_source(&self, key: &str) -> Result<SourceView, Problem> {
        todo!()
    }

    /// The intake's token, on request.
    pub async fn reveal_token(&self, key: &str) -> Result<Secret, Problem> {
        todo!()
    }

    /// Makes a new token; the old one stops working.
    pub async fn rotate_token(&self, key: &str) -> Result<Secret, Problem> {
        todo!()
    }

    // Settings of the app, by key.

    pub async fn setting(&self, key: &str) -> Result<Option<String>, Problem> {
        todo!()
    }

    pub async fn set_setting(&self, key: &str, value: &str) -> Result<(), Problem> {
        todo!()
    }
}
