//! `penstock status`: how everything is doing.

use serde::Serialize;

use crate::failure::Failure;
use crate::say::{Say, words};
use crate::table::pairs;
use crate::{host, source, stream};

pub async fn run(say: &Say) -> Result<(), Failure> {
    let engine = host::open().await?;
    let status = engine.status().await?;
    say.answer(&status, || {
        let journal = &status.journal;
        let mut text = stream::list(&status.streams).text("There is no stream yet.");
        text += "\n";
        text += &source::list(&status.sources).text("There is no source yet.");
        text += "\n";
        text += &pairs(&[
            (
                "Journal",
                format!(
                    "{} events, {} on disk",
                    journal.events,
                    bytes(journal.bytes)
                ),
            ),
            ("Waiting", format!("{} events", journal.waiting)),
        ]);
        if let Some(problem) = &journal.problem {
            text += &format!("\n{}", words(problem));
        }
        text
    });
    engine.stop().await;
    Ok(())
}

/// The name of a state, as in JSON.
pub fn name<T: Serialize>(state: &T) -> String {
    let value = serde_json::to_value(state).unwrap_or_default();
    value.as_str().unwrap_or_default().replace('_', " ")
}

pub fn bytes(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}
