//! Changes as they come, gathered over a short time so that a burst is one batch.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::time::Instant;

use super::Engine;
use crate::changes::Touch;
use crate::problem::Problem;
use crate::view::{Changes, StreamView};

/// A batch gathers for this long, or ten times as long as it took to read the last one.
const GATHER: Duration = Duration::from_millis(150);

pub struct Subscription {
    engine: Engine,
    heard: Receiver<Touch>,
    /// Streams that were told, each by the digest of its row.
    streams: BTreeMap<String, u64>,
    sources: BTreeSet<String>,
    pause: Duration,
}

#[derive(Default)]
struct Gathered {
    everything: bool,
    /// What waits may have grown for any stream; rows that stayed the same are no news.
    waiting: bool,
    app: bool,
    streams: BTreeSet<String>,
    attempts: BTreeSet<String>,
    sources: BTreeSet<String>,
}

impl Gathered {
    fn add(&mut self, touch: Touch) {
        match touch {
            Touch::Stream(id) => {
                self.streams.insert(id);
            }
            Touch::Attempts(id) => {
                self.streams.insert(id.clone());
                self.attempts.insert(id);
            }
            Touch::Source(id) => {
                self.sources.insert(id);
            }
            Touch::Journal => self.waiting = true,
            Touch::Configuration => (self.everything, self.app) = (true, true),
            Touch::App => self.app = true,
        }
    }
}

impl Subscription {
    pub(super) fn new(engine: Engine) -> Self {
        Self {
            heard: engine.0.touched.listen(),
            engine,
            streams: BTreeMap::new(),
            sources: BTreeSet::new(),
            pause: GATHER,
        }
    }

    /// Waits for something to change; `None` once the engine is gone.
    pub async fn next(&mut self) -> Option<Changes> {
        loop {
            let mut gathered = Gathered::default();
            match self.heard.recv().await {
                Ok(touch) => gathered.add(touch),
                Err(RecvError::Lagged(_)) => gathered.add(Touch::Configuration),
                Err(RecvError::Closed) => return None,
            }
            tokio::time::sleep(self.pause).await;
            loop {
                match self.heard.try_recv() {
                    Ok(touch) => gathered.add(touch),
                    Err(TryRecvError::Lagged(_)) => gathered.add(Touch::Configuration),
                    Err(TryRecvError::Empty | TryRecvError::Closed) => break,
                }
            }
            let started = Instant::now();
            match self.read(gathered).await {
                Ok(changes) => {
                    self.pause = GATHER
                        .max(started.elapsed() * 10)
                        .min(Duration::from_secs(2));
                    return Some(changes);
                }
                Err(problem) => tracing::warn!(code = problem.code, "Changes could not be read."),
            }
        }
    }

    async fn read(&mut self, gathered: Gathered) -> Result<Changes, Problem> {
        let mut changes = Changes {
            attempts: gathered.attempts.into_iter().collect(),
            journal: Some(self.engine.journal().await?),
            ..Changes::default()
        };
        if gathered.everything || gathered.waiting {
            changes.streams = self.engine.streams().await?;
            changes.sources = self.engine.sources().await?;
            let streams: BTreeMap<String, u64> = changes
                .streams
                .iter()
                .map(|view| (view.id.clone(), digest(view)))
                .collect();
            let sources: BTreeSet<String> =
                changes.sources.iter().map(|view| view.id.clone()).collect();
            let gone = |id: &&String| !streams.contains_key(*id);
            changes.removed_streams = self.streams.keys().filter(gone).cloned().collect();
            changes.removed_sources = self.sources.difference(&sources).cloned().collect();
            if !gathered.everything {
                changes.streams.retain(|view| {
                    gathered.streams.contains(&view.id)
                        || self.streams.get(&view.id) != streams.get(&view.id)
                });
            }
            (self.streams, self.sources) = (streams, sources);
        } else {
            for id in gathered.streams {
                match self.engine.stream(&id).await {
                    Ok(view) => {
                        self.streams.insert(id, digest(&view));
                        changes.streams.push(view);
                    }
                    Err(problem) if problem.code == "stream-unknown" => {
                        changes.removed_streams.push(id)
                    }
                    Err(problem) => return Err(problem),
                }
            }
            for id in gathered.sources {
                match self.engine.source(&id).await {
                    Ok(view) => {
                        self.sources.insert(id);
                        changes.sources.push(view);
                    }
                    Err(problem) if problem.code == "source-unknown" => {
                        changes.removed_sources.push(id)
                    }
                    Err(problem) => return Err(problem),
                }
            }
        }
        if gathered.app {
            changes.app = Some(self.engine.app().await);
        }
        Ok(changes)
    }
}

fn digest(view: &StreamView) -> u64 {
    let mut hasher = DefaultHasher::new();
    // A view that could not be written would not be told either.
    serde_json::to_vec(view)
        .unwrap_or_default()
        .hash(&mut hasher);
    hasher.finish()
}
