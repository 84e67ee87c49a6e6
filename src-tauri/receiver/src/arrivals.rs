//! The record of what came: arrivals for a page, events taken, and how far it has got.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::answer::Sent;
use crate::ledger::{Keep, Ledger, Taken};
use crate::view::Arrival;

/// How far a receiver has got since it started, or was cleared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Events taken, each as often as it came.
    pub events: u64,
    /// Different events taken; 0 with [`Keep::CountOnly`].
    pub distinct: u64,
    /// Requests that carried events, whatever became of them.
    pub deliveries: u64,
    /// Requests of every kind.
    pub requests: u64,
    /// Requests for a token.
    pub sign_ins: u64,
    /// Requests that were not taken whole.
    pub refused: u64,
}

/// The newest arrivals that are kept.
const KEPT: usize = 200;

pub(crate) struct Record {
    keep: Keep,
    keep_requests: usize,
    held: Mutex<Held>,
    progress: watch::Sender<Progress>,
}

#[derive(Default)]
struct Held {
    /// The newest first.
    arrivals: VecDeque<Arrival>,
    requests: VecDeque<Sent>,
    ledger: Ledger,
    last_id: u64,
}

impl Record {
    pub fn new(keep: Keep, keep_requests: usize) -> Self {
        let held = Held {
            ledger: Ledger::new(keep),
            ..Held::default()
        };
        Self {
            keep,
            keep_requests,
            held: Mutex::new(held),
            progress: watch::Sender::default(),
        }
    }

    /// Notes an arrival; `take` writes its events into the ledger.
    pub fn note(
        &self,
        mut arrival: Arrival,
        sent: Option<Sent>,
        count: impl FnOnce(&mut Progress),
        take: impl FnOnce(&mut Ledger),
    ) {
        let mut held = self.held();
        take(&mut held.ledger);
        held.last_id += 1;
        arrival.id = held.last_id;
        let refused = arrival.refusal.is_some();
        held.arrivals.push_front(arrival);
        held.arrivals.truncate(KEPT);
        if let Some(sent) = sent {
            held.requests.push_back(sent);
            if held.requests.len() > self.keep_requests {
                held.requests.pop_front();
            }
        }
        self.progress.send_modify(|progress| {
            progress.events = held.ledger.total();
            progress.distinct = held.ledger.distinct();
            progress.requests += 1;
            progress.refused += u64::from(refused);
            count(progress);
        });
    }

    pub fn keeps_requests(&self) -> bool {
        self.keep_requests > 0
    }

    pub fn progress(&self) -> watch::Receiver<Progress> {
        self.progress.subscribe()
    }

    /// The newest first.
    pub fn arrivals(&self, after: u64) -> Vec<Arrival> {
        let held = self.held();
        held.arrivals
            .iter()
            .take_while(|arrival| arrival.id > after)
            .cloned()
            .collect()
    }

    pub fn requests(&self) -> Vec<Sent> {
        self.held().requests.iter().cloned().collect()
    }

    pub fn taken(&self) -> Vec<Taken> {
        self.held().ledger.all()
    }

    pub fn take(&self) -> Vec<Taken> {
        let mut held = self.held();
        let ledger = std::mem::replace(&mut held.ledger, Ledger::new(self.keep));
        self.progress.send_modify(|progress| {
            progress.events = 0;
            progress.distinct = 0;
        });
        ledger.all()
    }

    pub fn clear(&self) {
        let mut held = self.held();
        let last_id = held.last_id;
        *held = Held {
            ledger: Ledger::new(self.keep),
            last_id,
            ..Held::default()
        };
        self.progress.send_replace(Progress::default());
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
