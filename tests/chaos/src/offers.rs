//! What was offered to the agent, by whom, and what was taken.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::rules::Facts;

/// What producers offered, and what they were told.
#[derive(Default)]
pub struct Offers(Mutex<Held>);

#[derive(Default)]
pub struct Held {
    /// By id.
    pub offered: HashMap<String, Offer>,
    /// Source and id.
    pub accepted: Vec<(usize, String)>,
    /// Events of posts without an answer: they may be in the journal, and again after the next try.
    pub unanswered: u64,
    pub refused: u64,
    surprises: Vec<String>,
}

pub struct Offer {
    pub source: usize,
    pub text: String,
    pub facts: Facts,
    /// How many events had been accepted before.
    pub at: usize,
}

impl Offers {
    /// Ids and texts, which are JSON.
    pub fn offer(&self, source: usize, events: &[(String, String)]) {
        let mut held = self.lock();
        let at = held.accepted.len();
        for (id, text) in events {
            let event = serde_json::from_str(text).expect("what is offered is an event");
            let offer = Offer {
                source,
                text: text.clone(),
                facts: Facts::of(&event),
                at,
            };
            held.offered.insert(id.clone(), offer);
        }
    }

    pub fn accepted(&self, source: usize, events: &[(String, String)]) {
        let ids = events.iter().map(|(id, _)| (source, id.clone()));
        self.lock().accepted.extend(ids);
    }

    pub fn unanswered(&self, events: usize) {
        self.lock().unanswered += events as u64;
    }

    pub fn refused(&self) {
        self.lock().refused += 1;
    }

    pub fn surprised(&self, what: String) {
        self.lock().surprises.push(what);
    }

    /// How many were accepted so far.
    pub fn count(&self) -> usize {
        self.lock().accepted.len()
    }

    pub fn surprise(&self) -> Option<String> {
        self.lock().surprises.first().cloned()
    }

    pub fn lock(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
