//! A journal in memory that remembers what a real one does.

use penstock_engine::problem::Problem;
use penstock_engine::source::{Append, AppendError, Appended, Batch, Report, Seen};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::watch;

/// Far longer than anything here takes; only a failing test ever waits for it.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Debug, Clone, Default)]
pub struct State {
    /// In the order they were taken.
    pub events: Vec<Map<String, Value>>,
    pub position: Option<String>,
    pub seen: BTreeMap<String, i64>,
    pub unreadable: Vec<(String, String)>,
    pub left_out: u64,
    pub report: Option<Report>,
    /// The codes of all problems that were reported.
    pub problems: Vec<String>,
    /// The codes of all warnings that were reported.
    pub warnings: Vec<String>,
    pub full: bool,
    /// Batches refused for want of room.
    pub turned_away: u64,
}

impl State {
    pub fn ids(&self) -> Vec<String> {
        let id = |event: &Map<String, Value>| event["id"].as_str().map(str::to_owned);
        self.events.iter().filter_map(id).collect()
    }

    /// Sorted, so that two are easy to compare.
    pub fn sorted_ids(&self) -> Vec<String> {
        let mut ids = self.ids();
        ids.sort();
        ids
    }

    pub fn problem(&self) -> Option<&Problem> {
        self.report.as_ref()?.problem.as_ref()
    }

    pub fn has_problem(&self, code: &str) -> bool {
        self.problem().is_some_and(|it| it.code == code)
    }
}

pub struct Journal(watch::Sender<State>, Mutex<()>);

impl Journal {
    pub fn new() -> Arc<Self> {
        Arc::new(Self(watch::Sender::new(State::default()), Mutex::new(())))
    }

    pub fn state(&self) -> State {
        self.0.borrow().clone()
    }

    pub fn position(&self) -> Option<String> {
        self.0.borrow().position.clone()
    }

    pub fn seen(&self) -> Vec<Seen> {
        let seen = self.0.borrow().seen.clone();
        seen.into_iter().map(|(id, at)| Seen { id, at }).collect()
    }

    pub fn set_full(&self, full: bool) {
        self.0.send_modify(|state| state.full = full);
    }

    pub async fn until(&self, mut reached: impl FnMut(&State) -> bool) -> State {
        let mut states = self.0.subscribe();
        let waiting = states.wait_for(|state| reached(state));
        match tokio::time::timeout(PATIENCE, waiting).await {
            Ok(state) => state.expect("the journal is there").clone(),
            Err(_) => {
                let State {
                    events,
                    position,
                    report,
                    problems,
                    left_out,
                    ..
                } = self.state();
                let count = events.len();
                panic!(
                    "never came about: {count} events, {left_out} left out, {position:?}, {report:?}, {problems:?}"
                );
            }
        }
    }
}

impl Append for Journal {
    fn take(&self, batch: Batch) -> Appended {
        let _one_at_a_time = self.1.lock().expect("nothing panics");
        let mut taken = Ok(());
        self.0.send_modify(|state| {
            if state.full {
                state.turned_away += 1;
                taken = Err(AppendError::Full {
                    retry_after: Duration::from_millis(20),
                    problem: Problem::new("disk-full", "No room."),
                });
                return;
            }
            let parse = |event: &bytes::Bytes| serde_json::from_slice(event).expect("an object");
            state.events.extend(batch.events.iter().map(parse));
            if batch.position.is_some() {
                state.position.clone_from(&batch.position);
            }
            if let Some(before) = batch.forget_before {
                state.seen.retain(|_, at| *at >= before);
            }
            let seen = batch.seen.iter().map(|it| (it.id.clone(), it.at));
            state.seen.extend(seen);
            state.left_out += batch.left_out;
            let kept = batch.unreadable.iter().map(|it| {
                let text = String::from_utf8_lossy(&it.bytes).into_owned();
                (text, it.reason.code.clone())
            });
            state.unreadable.extend(kept);
        });
        Box::pin(async move { taken })
    }

    fn refused(&self, _: String) {}

    fn report(&self, report: Report) {
        self.0.send_modify(|state| {
            let code = report.problem.as_ref().map(|it| it.code.clone());
            state.problems.extend(code);
            let code = report.warning.as_ref().map(|it| it.code.clone());
            state.warnings.extend(code);
            state.report = Some(report);
        });
    }
}
