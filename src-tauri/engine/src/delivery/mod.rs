//! Delivery: one worker per stream, from its cursor to its provider.
//!
//! Always holds: no transaction is open across a network call; a cursor moves only together with
//! the attempt that moved it; nothing is dropped by the program's own decision; one stream's
//! trouble stays its own. The supervisor starts and ends workers as streams are made, changed,
//! paused and deleted, by this process or by another on the same data folder.

mod retry;
mod send;
mod units;
mod worker;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;

use crate::changes::Touched;
use crate::clock::Clock;
use crate::problem::Problem;
use crate::store::Store;
use crate::store::streams::{self, StreamRow};
use crate::vault::Vault;

/// Kibibytes of events that all requests under way may hold together.
const BUDGET_KIB: usize = 32 << 10;
/// How long a graceful end waits for requests under way before they are put back.
const GRACE: Duration = Duration::from_secs(8);

/// What every worker needs.
#[derive(Clone)]
pub struct Surroundings {
    pub store: Store,
    pub vault: Arc<dyn Vault>,
    pub clock: Arc<dyn Clock>,
    pub touched: Touched,
}

/// What the supervisor tells a worker.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Orders {
    stop: bool,
    /// Grows when a person asks to try now.
    retry_asked: i64,
    /// Grows when failed events may have been queued again.
    revision: i64,
}

struct Running {
    stream: StreamRow,
    orders: watch::Sender<Orders>,
    task: JoinHandle<()>,
}

/// Starts and ends workers.
pub struct Supervisor {
    surroundings: Surroundings,
    budget: Arc<Semaphore>,
    running: HashMap<String, Running>,
}

impl Supervisor {
    pub fn new(surroundings: Surroundings) -> Self {
        Self {
            surroundings,
            budget: Arc::new(Semaphore::new(BUDGET_KIB)),
            running: HashMap::new(),
        }
    }

    /// Brings the workers in line with the streams as they are configured now.
    pub async fn reconcile(&mut self, revision: i64) -> Result<(), Problem> {
        let streams = self.surroundings.store.read(streams::all).await?;
        let wanted: HashMap<String, StreamRow> = streams
            .into_iter()
            .filter(|stream| stream.paused_at.is_none())
            .map(|stream| (stream.id.clone(), stream))
            .collect();
        let outdated: Vec<String> = self
            .running
            .iter()
            .filter(|(id, running)| {
                wanted
                    .get(*id)
                    .is_none_or(|stream| stream.revision != running.stream.revision)
                    || running.task.is_finished()
            })
            .map(|(id, _)| id.clone())
            .collect();
        self.end(outdated).await;
        for (id, stream) in wanted {
            let orders = Orders {
                stop: false,
                retry_asked: stream.retry_asked,
                revision,
            };
            if let Some(running) = self.running.get(&id) {
                running.orders.send_replace(orders);
                continue;
            }
            let (sender, receiver) = watch::channel(orders);
            let task = tokio::spawn(worker::run(
                self.surroundings.clone(),
                Arc::clone(&self.budget),
                stream.clone(),
                receiver,
            ));
            self.running.insert(
                id,
                Running {
                    stream,
                    orders: sender,
                    task,
                },
            );
        }
        Ok(())
    }

    /// Ends every worker: what is under way is finished or put back.
    pub async fn stop(&mut self) {
        let all = self.running.keys().cloned().collect();
        self.end(all).await;
    }

    async fn end(&mut self, ids: Vec<String>) {
        let ending: Vec<Running> = ids
            .iter()
            .filter_map(|id| self.running.remove(id))
            .collect();
        for running in &ending {
            running.orders.send_modify(|orders| orders.stop = true);
        }
        let deadline = tokio::time::Instant::now() + GRACE + Duration::from_secs(2);
        for mut running in ending {
            if tokio::time::timeout_at(deadline, &mut running.task)
                .await
                .is_err()
            {
                running.task.abort();
            }
        }
    }
}
