//! The HTTP intakes that run in the delivering process.

use bytes::Bytes;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::time::Instant;

use super::Engine;
use crate::changes::Touch;
use crate::problem::Problem;
use crate::source::http_intake;
use crate::source::{Append, AppendError, Appended};
use crate::store::sources::{self, SourceRow};
use crate::store::stat::{self, Delta};

/// How often an intake that could not start is tried again.
const TRY_AGAIN: Duration = Duration::from_secs(5);
/// What a sender is told to wait while there is no room.
const COME_BACK: Duration = Duration::from_secs(5);

pub struct Intakes {
    engine: Engine,
    running: HashMap<String, Intake>,
    try_again_at: Option<Instant>,
}

struct Intake {
    row: SourceRow,
    server: http_intake::Running,
    entry: Arc<Entry>,
}

impl Intakes {
    pub fn new(engine: &Engine) -> Self {
        Self {
            engine: engine.clone(),
            running: HashMap::new(),
            try_again_at: None,
        }
    }

    /// Starts and ends intakes so that they are as configured now.
    pub async fn reconcile(&mut self) -> Result<(), Problem> {
        let rows = self.engine.0.store.read(sources::all).await?;
        let wanted: HashMap<String, SourceRow> = rows
            .into_iter()
            .filter(|row| row.kind == http_intake::KIND && row.paused_at.is_none())
            .map(|row| (row.id.clone(), row))
            .collect();
        let outdated: Vec<String> = self
            .running
            .iter()
            .filter(|(id, intake)| {
                wanted
                    .get(*id)
                    .is_none_or(|row| !same_server(row, &intake.row))
            })
            .map(|(id, _)| id.clone())
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
        let entry = Arc::new(Entry {
            engine: self.engine.clone(),
            number: row.number,
            refused: Mutex::default(),
        });
        let started = match super::sources::intake_options(&row) {
            Ok(options) => http_intake::start(options, Arc::clone(&entry) as Arc<dyn Append>).await,
            Err(problem) => Err(problem),
        };
        let (listen, problem) = match &started {
            Ok(server) => (Some(server.addr().to_string()), None),
            Err(problem) => (None, Some(problem.clone())),
        };
        self.record(&row.id, listen, problem).await;
        match started {
            Ok(server) => {
                self.running
                    .insert(row.id.clone(), Intake { row, server, entry });
            }
            Err(problem) => {
                tracing::warn!(
                    source = row.id,
                    code = problem.code,
                    "An intake could not start."
                );
                self.try_again_at = Some(Instant::now() + TRY_AGAIN);
            }
        }
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

    /// Counts refusals, and tries again what could not start.
    pub async fn tend(&mut self) {
        for (id, intake) in &self.running {
            intake.entry.flush(id).await;
        }
        if self.try_again_at.is_some_and(|time| time <= Instant::now())
            && let Err(problem) = self.reconcile().await
        {
            tracing::warn!(code = problem.code, "The sources could not be read.");
        }
    }

    pub async fn stop(&mut self) {
        let ids: Vec<String> = self.running.keys().cloned().collect();
        for id in ids {
            self.end(&id).await;
        }
    }

    async fn end(&mut self, id: &str) {
        if let Some(intake) = self.running.remove(id) {
            intake.server.stop().await;
            intake.entry.flush(id).await;
            self.record(id, None, None).await;
        }
    }
}

fn same_server(one: &SourceRow, other: &SourceRow) -> bool {
    one.details == other.details && one.token_sha256 == other.token_sha256
}

/// The journal, as one intake sees it.
struct Entry {
    engine: Engine,
    number: i64,
    refused: Mutex<Refused>,
}

#[derive(Default)]
struct Refused {
    count: u64,
    last: String,
}

impl Append for Entry {
    fn append(&self, events: Vec<Bytes>) -> Appended {
        let (engine, number) = (self.engine.clone(), self.number);
        Box::pin(async move {
            let written = engine
                .0
                .store
                .writer()
                .append(number, events, engine.now())
                .await;
            written.map_err(|problem| match problem.code.as_str() {
                "disk-full" | "store-io" | "store-busy" | "store-moved" | "engine-stopped" => {
                    AppendError::Full {
                        retry_after: COME_BACK,
                        problem,
                    }
                }
                _ => AppendError::Failed(problem),
            })?;
            engine.0.touched.tell(Touch::Journal);
            Ok(())
        })
    }

    fn refused(&self, reason: String) {
        let mut refused = self.refused.lock().expect("nothing panics while it counts");
        refused.count += 1;
        refused.last = reason;
    }
}

impl Entry {
    /// Writes down what was refused since the last time.
    async fn flush(&self, id: &str) {
        let refused =
            std::mem::take(&mut *self.refused.lock().expect("nothing panics while it counts"));
        if refused.count == 0 {
            return;
        }
        let (source, now) = (id.to_owned(), self.engine.now());
        let written = self
            .engine
            .0
            .store
            .write(move |connection| {
                sources::set_refusal(connection, &source, &refused.last)?;
                stat::add(
                    connection,
                    &source,
                    now,
                    &Delta {
                        refused: refused.count,
                        ..Delta::default()
                    },
                )
            })
            .await;
        if let Err(problem) = written {
            tracing::warn!(
                source = id,
                code = problem.code,
                "Refusals could not be counted."
            );
        }
        self.engine.0.touched.source(id);
    }
}
