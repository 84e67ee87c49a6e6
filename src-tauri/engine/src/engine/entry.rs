//! The journal, as one running source sees it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::Engine;
use crate::changes::Touch;
use crate::source::{Append, AppendError, Appended, Batch, Report};
use crate::store::reading;
use crate::store::sources::{self, SourceRow};
use crate::store::stat::{self, Delta};

/// What a sender is told to wait while there is no room.
const COME_BACK: Duration = Duration::from_secs(5);

pub struct Entry {
    engine: Engine,
    id: String,
    number: i64,
    told: Mutex<Told>,
}

/// What a source told since it was last saved.
#[derive(Default)]
struct Told {
    refused: u64,
    last_refusal: String,
    report: Option<Report>,
}

impl Entry {
    pub fn new(engine: &Engine, row: &SourceRow) -> Self {
        Self {
            engine: engine.clone(),
            id: row.id.clone(),
            number: row.number,
            told: Mutex::default(),
        }
    }

    /// Saves what the source told since the last time.
    pub async fn flush(&self) {
        let told = std::mem::take(&mut *self.told.lock().expect("nothing panics while it counts"));
        if told.refused == 0 && told.report.is_none() {
            return;
        }
        let (source, now) = (self.id.clone(), self.engine.now());
        let told = Arc::new(told);
        let shared = Arc::clone(&told);
        let written = self
            .engine
            .0
            .store
            .write(move |connection| {
                if let Some(report) = &shared.report {
                    sources::set_report(connection, &source, report)?;
                }
                if shared.refused == 0 {
                    return Ok(());
                }
                sources::set_refusal(connection, &source, &shared.last_refusal)?;
                let delta = Delta {
                    refused: shared.refused,
                    ..Delta::default()
                };
                stat::add(connection, &source, now, &delta)
            })
            .await;
        if let Err(problem) = written {
            tracing::warn!(
                source = self.id,
                code = problem.code,
                "What a source told could not be saved."
            );
            // The newest report stands until it can be saved.
            let mut waiting = self.told.lock().expect("nothing panics while it counts");
            if waiting.report.is_none() {
                waiting.report.clone_from(&told.report);
            }
        }
        self.engine.0.touched.source(&self.id);
    }
}

impl Append for Entry {
    fn take(&self, batch: Batch) -> Appended {
        let (engine, number) = (self.engine.clone(), self.number);
        Box::pin(async move {
            let no_room = engine.0.no_room.read();
            if let Some(problem) = no_room.ok().and_then(|no_room| no_room.clone()) {
                return Err(AppendError::Full {
                    retry_after: COME_BACK,
                    problem,
                });
            }
            let now = engine.now();
            let Batch { events, .. } = batch;
            let rest = Batch {
                events: Vec::new(),
                ..batch
            };
            let appended = !events.is_empty();
            let also = (!rest.is_empty()).then(|| -> crate::store::Also {
                Box::new(move |connection| reading::save(connection, number, &rest, now))
            });
            let written = engine
                .0
                .store
                .writer()
                .append(number, events, now, also)
                .await;
            written.map_err(|problem| match problem.code.as_str() {
                "disk-full" | "store-io" | "store-busy" | "store-moved" | "store-read-only"
                | "store-damaged" | "engine-stopped" => AppendError::Full {
                    retry_after: COME_BACK,
                    problem,
                },
                _ => AppendError::Failed(problem),
            })?;
            if appended {
                engine.0.touched.tell(Touch::Journal);
            }
            Ok(())
        })
    }

    fn refused(&self, reason: String) {
        let mut told = self.told.lock().expect("nothing panics while it counts");
        told.refused += 1;
        told.last_refusal = reason;
    }

    fn report(&self, report: Report) {
        let mut told = self.told.lock().expect("nothing panics while it counts");
        told.report = Some(report);
    }
}
