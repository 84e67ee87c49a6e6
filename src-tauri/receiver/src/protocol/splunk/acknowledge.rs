//! Indexer acknowledgement: ids by channel, each told once.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use serde_json::{Map, Value};
use uuid::Uuid;

/// When an event taken counts as indexed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Acknowledge {
    #[default]
    AtOnce,
    /// After so many times of asking in vain.
    AfterAsking(u32),
    Never,
}

pub(super) struct Channels {
    when: Acknowledge,
    channels: Mutex<HashMap<Uuid, Channel>>,
}

#[derive(Default)]
struct Channel {
    next: u64,
    /// Ids not told yet, with how often each was asked for.
    pending: HashMap<u64, u32>,
}

impl Channels {
    pub fn new(when: Acknowledge) -> Self {
        Self {
            when,
            channels: Mutex::default(),
        }
    }

    /// The id of the next acknowledgement on this channel; ids start at 0.
    pub fn issue(&self, channel: Uuid) -> u64 {
        let mut channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        let channel = channels.entry(channel).or_default();
        let id = channel.next;
        channel.next += 1;
        channel.pending.insert(id, 0);
        id
    }

    /// `{"0":true,"1":false}`: true is told once, and an unknown id is false.
    pub fn ask(&self, channel: Uuid, ids: &[u64]) -> Value {
        let mut channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        let mut answer = Map::new();
        for id in ids {
            let indexed = channels.get_mut(&channel).is_some_and(|channel| {
                let Some(asked) = channel.pending.get_mut(id) else {
                    return false;
                };
                *asked += 1;
                let indexed = match self.when {
                    Acknowledge::AtOnce => true,
                    Acknowledge::AfterAsking(times) => *asked > times,
                    Acknowledge::Never => false,
                };
                if indexed {
                    channel.pending.remove(id);
                }
                indexed
            });
            answer.insert(id.to_string(), Value::Bool(indexed));
        }
        Value::Object(answer)
    }
}
