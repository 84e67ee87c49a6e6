//! What somebody was told, and how far the log of changes had got by then.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::sink::Sink;

/// A place in the log: its length at some time.
pub type Place = u64;

pub struct Facts {
    log: PathBuf,
    held: Mutex<Held>,
}

#[derive(Default)]
pub struct Held {
    /// Accepted events: on the disk from this place on.
    pub accepted: Vec<(Place, String)>,
    /// By stream, the events its provider has taken: not before this place.
    pub taken: HashMap<String, HashMap<String, Place>>,
    /// By stream, the place when its provider was looked at last.
    looked: HashMap<String, Place>,
    /// By stream, whether it was paused: asked for at the one place, answered by the other.
    pub paused: HashMap<String, Vec<(Place, Place, bool)>>,
}

impl Facts {
    pub fn new(log: &Path) -> Self {
        Self {
            log: log.to_owned(),
            held: Mutex::default(),
        }
    }

    pub fn now(&self) -> Place {
        self.log.metadata().expect("the log is there").len()
    }

    pub fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Events of these ids were accepted just now.
    pub fn accepted(&self, ids: Vec<String>) {
        let now = self.now();
        self.held()
            .accepted
            .extend(ids.into_iter().map(|id| (now, id)));
    }

    /// Looks at what a stream's provider has: what it did not have the last time came since.
    pub fn look(&self, stream: &str, sink: &Sink) {
        let now = self.now();
        let ids = sink.taken().into_iter().map(|it| it.id);
        let mut held = self.held();
        let since = held.looked.insert(stream.to_owned(), now).unwrap_or(0);
        let taken = held.taken.entry(stream.to_owned()).or_default();
        for id in ids {
            taken.entry(id).or_insert(since);
        }
    }

    /// A stream was made, paused or resumed by a command that began at the place `asked`.
    pub fn paused(&self, stream: &str, asked: Place, paused: bool) {
        let now = self.now();
        let mut held = self.held();
        let states = held.paused.entry(stream.to_owned()).or_default();
        states.push((asked, now, paused));
    }
}

impl Held {
    /// What a stream's pause may be at a place: as answered last, or as asked for since. `None`
    /// among them: the stream need not be there.
    pub fn may_be_paused(&self, stream: &str, place: Place) -> Vec<Option<bool>> {
        let states = self.paused.get(stream).map_or(&[][..], Vec::as_slice);
        let mut may = vec![None];
        for (asked, answered, paused) in states {
            if *answered <= place {
                may = vec![Some(*paused)];
            } else if *asked <= place {
                may.push(Some(*paused));
            }
        }
        may
    }
}
