//! `penstock run`: sources and delivery in the foreground.

use penstock_engine::engine::Engine;
use penstock_engine::problem::Problem;
use penstock_engine::view::{Delivering, SourceStatus, SourceView};
use std::collections::HashMap;

use crate::failure::Failure;
use crate::host;
use crate::say::Say;
use crate::signals::Signals;

/// Until SIGINT or SIGTERM; then finishes what is in flight.
pub async fn run(say: &Say) -> Result<(), Failure> {
    let engine = host::open().await?;
    // Before anything is said to be ready, so that no signal after that is missed.
    let mut signals = Signals::listen()?;
    let mut changes = engine.subscribe();
    if let Delivering::Elsewhere { pid } = engine.start().await? {
        engine.stop().await;
        return Err(delivering_elsewhere(pid).into());
    }
    let mut told = Told::default();
    for source in engine.sources().await? {
        told.tell(&source, say);
    }
    say.line(&if say.json() {
        r#"{"ready":true}"#.into()
    } else {
        String::from("ready")
    });
    loop {
        tokio::select! {
            () = signals.next() => break,
            change = changes.next() => match change {
                Some(change) => change.sources.iter().for_each(|source| told.tell(source, say)),
                None => break,
            },
        }
    }
    end(engine, &mut signals, say).await
}

async fn end(engine: Engine, signals: &mut Signals, say: &Say) -> Result<(), Failure> {
    say.note("Stopping: what is in flight is finished first. Once more ends at once; nothing is lost then either.");
    tokio::select! {
        () = engine.stop() => {}
        () = signals.next() => say.note("Stopped."),
    }
    Ok(())
}

fn delivering_elsewhere(pid: u32) -> Problem {
    Problem::new("delivering-elsewhere", format!("Process {pid} delivers from this data folder already."))
        .cause("The desktop app or another `penstock run` is running. One process delivers; others may look and command.")
        .next("Leave it running: the other commands work beside it.")
        .next(format!("Or end process {pid} first, or set PENSTOCK_DATA_DIR to another folder."))
}

/// The sources told of so far, by id.
#[derive(Default)]
struct Told(HashMap<String, Known>);

/// How a source did, where it listens, and the code of its warning.
#[derive(Default)]
struct Known {
    doing: Option<(SourceStatus, Option<String>)>,
    warning: Option<String>,
}

impl Told {
    /// One line for an intake that listens or a source that reads by itself, or the problem of one
    /// that does not, when it is new; a warning likewise.
    fn tell(&mut self, source: &SourceView, say: &Say) {
        let now = (source.status, source.url.clone());
        let known = self.0.entry(source.id.clone()).or_default();
        let warning = source.warning.as_ref().map(|it| it.code.clone());
        let warned = std::mem::replace(&mut known.warning, warning.clone()) == warning;
        if let (false, Some(warning)) = (warned, &source.warning) {
            say.problem(warning);
        }
        if known.doing.replace(now.clone()).as_ref() == Some(&now) {
            return;
        }
        match (&now, &source.problem) {
            ((SourceStatus::Listening, Some(url)), _) if say.json() => {
                let line = serde_json::json!({ "intake": source.name, "url": url });
                say.line(&line.to_string());
            }
            ((SourceStatus::Listening, Some(url)), _) => {
                say.line(&format!("intake {} {url}", source.name))
            }
            ((SourceStatus::Watching | SourceStatus::CatchingUp, _), None) if say.json() => {
                let line = serde_json::json!({ "source": source.name, "status": source.status });
                say.line(&line.to_string());
            }
            ((SourceStatus::Watching, _), None) => {
                say.line(&format!("source {} watches for more", source.name))
            }
            ((SourceStatus::CatchingUp, _), None) => {
                say.line(&format!("source {} catches up", source.name))
            }
            ((SourceStatus::Failing, _), Some(problem)) => say.problem(problem),
            _ => {}
        }
    }
}
