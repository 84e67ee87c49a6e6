//! The sources that run in the delivering process.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

use super::Engine;
use super::entry::Entry;
use crate::connect;
use crate::problem::Problem;
use crate::source::{self, Append, Running, Setup, TokenDigest};
use crate::store::reading;
use crate::store::sources::{self, SourceRow};

/// How often a source that could not start is tried again.
const TRY_AGAIN: Duration = Duration::from_secs(5);

pub struct RunningSources {
    engine: Engine,
    running: HashMap<String, One>,
    try_again_at: Option<Instant>,
}

struct One {
    row: SourceRow,
    running: Box<dyn Running>,
    entry: Arc<Entry>,
}

impl RunningSources {
    pub fn new(engine: &Engine) -> Self {
        Self {
            engine: engine.clone(),
            running: HashMap::new(),
            try_again_at: None,
        }
    }

    /// Starts and ends sources so that they are as configured now.
    pub async fn reconcile(&mut self) -> Result<(), Problem> {
        let rows = self.engine.0.store.read(sources::all).await?;
        let wanted: HashMap<String, SourceRow> = rows
            .into_iter()
            .filter(|row| row.paused_at.is_none())
            .map(|row| (row.id.clone(), row))
            .collect();
        let outdated: Vec<String> = self
            .running
            .iter_mut()
            .filter_map(|(id, one)| {
                let goes_on = wanted.get(id).is_some_and(|row| one.go_on_as(row));
                (!goes_on).then(|| id.clone())
            })
            .collect();
        for id in outdated {
            self.end(&id).await;
        }
        self.try_again_at = None;
        for (id, row) in wanted {
            if !self.running.contains_key(&id) {
                self.begin(row).await;
            }
        }
        Ok(())
    }

    async fn begin(&mut self, row: SourceRow) {
        let entry = Arc::new(Entry::new(&self.engine, &row));
        let started = self.start(&row, &entry).await;
        let (listen, problem) = match &started {
            Ok(running) => (running.listen(), None),
            Err(problem) => (None, Some(problem.clone())),
        };
        self.record(&row.id, listen, problem).await;
        match started {
            Ok(running) => {
                self.running.insert(
                    row.id.clone(),
                    One {
                        row,
                        running,
                        entry,
                    },
                );
            }
            Err(problem) => {
                tracing::warn!(
                    source = row.id,
                    code = problem.code,
                    "A source could not start."
                );
                self.try_again_at = Some(Instant::now() + TRY_AGAIN);
            }
        }
    }

    async fn start(
        &self,
        row: &SourceRow,
        entry: &Arc<Entry>,
    ) -> Result<Box<dyn Running>, Problem> {
        let kind = source::find(&row.kind)?;
        let (vault, wanted) = (Arc::clone(&self.engine.0.vault), row.clone());
        let secrets = self
            .engine
            .off_thread(move || connect::source_secrets(&*vault, &wanted))
            .await?;
        let number = row.number;
        let (position, seen) = self
            .engine
            .0
            .store
            .read(move |connection| {
                Ok((
                    reading::position(connection, number)?,
                    reading::seen(connection, number)?,
                ))
            })
            .await?;
        kind.start(Setup {
            details: row.details.clone(),
            secrets,
            tokens: tokens(row),
            position,
            seen,
            journal: Arc::clone(entry) as Arc<dyn Append>,
            clock: Arc::clone(&self.engine.0.clock),
        })
        .await
    }

    async fn record(&self, id: &str, listen: Option<String>, problem: Option<Problem>) {
        let source = id.to_owned();
        let written = self
            .engine
            .0
            .store
            .write(move |connection| {
                sources::set_running(connection, &source, listen.as_deref(), problem.as_ref())
            })
            .await;
        if let Err(problem) = written {
            tracing::warn!(
                source = id,
                code = problem.code,
                "The state of a source could not be saved."
            );
        }
        self.engine.0.touched.source(id);
    }

    /// Saves what sources told since, and tries again what could not start.
    pub async fn tend(&mut self) {
        for one in self.running.values() {
            one.entry.flush().await;
        }
        if self.try_again_at.is_some_and(|time| time <= Instant::now())
            && let Err(problem) = self.reconcile().await
        {
            tracing::warn!(code = problem.code, "The sources could not be read.");
        }
    }

    /// Ends all of them, side by side.
    pub async fn stop(&mut self) {
        let mut ending = tokio::task::JoinSet::new();
        for (id, one) in self.running.drain() {
            ending.spawn(async move {
                one.running.stop().await;
                one.entry.flush().await;
                id
            });
        }
        while let Some(ended) = ending.join_next().await {
            if let Ok(id) = ended {
                self.record(&id, None, None).await;
            }
        }
    }

    async fn end(&mut self, id: &str) {
        if let Some(one) = self.running.remove(id) {
            one.running.stop().await;
            one.entry.flush().await;
            self.record(id, None, None).await;
        }
    }
}

impl One {
    /// Whether it goes on without being started anew, with other tokens perhaps.
    fn go_on_as(&mut self, row: &SourceRow) -> bool {
        if row.revision != self.row.revision {
            return false;
        }
        let wanted = tokens(row);
        let goes_on = wanted == tokens(&self.row) || self.running.replace_tokens(wanted);
        self.row = row.clone();
        goes_on
    }
}

/// The tokens that senders may present, the newest first.
fn tokens(row: &SourceRow) -> Vec<TokenDigest> {
    let present = row
        .token_sha256
        .as_deref()
        .and_then(|bytes| bytes.try_into().ok())
        .map(|sha256| TokenDigest {
            sha256,
            until: None,
        });
    present.into_iter().chain(row.old_token.clone()).collect()
}
