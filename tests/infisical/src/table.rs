//! The table of audit events: newest first, cut by offset, and moving.

use std::collections::{BTreeMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::Millis;
use crate::event::Event;

#[derive(Default)]
pub(crate) struct Table {
    /// By time, then by the order of coming.
    rows: BTreeMap<(Millis, u64), Event>,
    added: u64,
}

impl Table {
    pub fn add(&mut self, event: Event) {
        self.added += 1;
        self.rows.insert((event.created_at, self.added), event);
    }

    pub fn ids(&self) -> Vec<String> {
        let events = self.rows.values().filter(|it| !it.is_own());
        events.map(|it| it.id.clone()).collect()
    }

    pub fn own(&self) -> usize {
        self.rows.values().filter(|it| it.is_own()).count()
    }

    pub fn merge_duplicates(&mut self) {
        let mut known = HashSet::new();
        self.rows
            .retain(|_, event| event.id.is_empty() || known.insert(event.id.clone()));
    }

    /// What shows by `now` of `[start, end)`. With `shuffle`, rows of one millisecond come in an
    /// order of its choosing.
    pub fn page(
        &self,
        (start, end): (Millis, Millis),
        now: Millis,
        (offset, limit): (usize, usize),
        shuffle: Option<u64>,
    ) -> Vec<&Event> {
        let shown = self
            .rows
            .range((start, 0)..(end.max(start), 0))
            .rev()
            .map(|(_, event)| event)
            .filter(|event| event.shows_at <= now);
        let Some(seed) = shuffle else {
            return shown.skip(offset).take(limit).collect();
        };
        let mut all: Vec<&Event> = shown.collect();
        all.sort_by_cached_key(|event| {
            let mut hash = DefaultHasher::new();
            (seed, &event.id).hash(&mut hash);
            (std::cmp::Reverse(event.created_at), hash.finish())
        });
        all.into_iter().skip(offset).take(limit).collect()
    }
}
