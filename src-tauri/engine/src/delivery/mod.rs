//! Delivery: one worker per stream, from its cursor to its provider.
//!
//! Always holds: no transaction is open across a network call; a cursor moves only together with
//! the attempt that moved it; nothing is dropped by the program's own decision; one stream's
//! trouble stays its own. The supervisor starts and ends workers as streams are made, changed,
//! paused and deleted, by this process or by another on the same data folder.

pub(crate) mod acknowledge;
mod budget;
mod retry;
mod send;
mod units;
mod worker;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use self::budget::Budget;
use crate::changes::Touched;
use crate::clock::Clock;
use crate::problem::Problem;
use crate::store::Store;
use crate::store::streams::{self, StreamRow};
use crate::vault::Vault;

/// How long a graceful end waits for requests under way before they are put back.
const GRACE: Duration = Duration::from_secs(8);
/// How long other streams wait for one that ends.
const QUICK_END: Duration = Duration::from_millis(300);

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
    budget: Arc<Budget>,
    running: HashMap<String, Running>,
    /// Told to end, and not there yet; a stream has one worker at a time.
    ending: HashMap<String, Ending>,
}

struct Ending {
    task: JoinHandle<()>,
    deadline: Instant,
}

impl Supervisor {
    pub fn new(surroundings: Surroundings) -> Self {
        Self {
            surroundings,
            budget: Budget::new(),
            running: HashMap::new(),
            ending: HashMap::new(),
        }
    }

    /// Whether a worker that was told to end has yet to, so that another look is due.
    pub fn unsettled(&self) -> bool {
        !self.ending.is_empty()
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
        self.tell_to_end(outdated);
        self.wait_for_ends(QUICK_END).await;
        for (id, stream) in wanted {
            let orders = Orders {
                stop: false,
                retry_asked: stream.retry_asked,
                revision,
            };
            if let Some(running) = self.running.get(&id) {
                running.orders.send_replace(orders);
            } else if !self.ending.contains_key(&id) {
                self.begin(stream, orders);
            }
        }
        Ok(())
    }

    fn begin(&mut self, stream: StreamRow, orders: Orders) {
        let (sender, receiver) = watch::channel(orders);
        let task = tokio::spawn(worker::run(
            self.surroundings.clone(),
            Arc::clone(&self.budget),
            stream.clone(),
            receiver,
        ));
        self.running.insert(
            stream.id.clone(),
            Running {
                stream,
                orders: sender,
                task,
            },
        );
    }

    /// Ends every worker: what is under way is finished or put back.
    pub async fn stop(&mut self) {
        self.tell_to_end(self.running.keys().cloned().collect());
        self.wait_for_ends(GRACE + QUICK_END).await;
        for ending in self.ending.values() {
            ending.task.abort();
        }
    }

    fn tell_to_end(&mut self, ids: Vec<String>) {
        for id in ids {
            if let Some(running) = self.running.remove(&id) {
                running.orders.send_modify(|orders| orders.stop = true);
                let deadline = Instant::now() + GRACE + QUICK_END;
                self.ending.insert(
                    id,
                    Ending {
                        task: running.task,
                        deadline,
                    },
                );
            }
        }
    }

    async fn wait_for_ends(&mut self, patience: Duration) {
        let until = Instant::now() + patience;
        let mut left = HashMap::new();
        for (id, mut ending) in self.ending.drain() {
            if tokio::time::timeout_at(until, &mut ending.task)
                .await
                .is_err()
            {
                if ending.deadline <= Instant::now() {
                    ending.task.abort();
                }
                left.insert(id, ending);
            }
        }
        self.ending = left;
    }
}
