//! `penstock status`: how everything is doing.

use penstock_engine::engine::Engine;

use crate::failure::Failure;
use crate::say::{Say, bytes, events, words};
use crate::table::pairs;
use crate::{host, source, stream};

pub async fn run(say: &Say) -> Result<(), Failure> {
    host::ask(async |engine| tell(engine, say).await).await
}

async fn tell(engine: &Engine, say: &Say) -> Result<(), Failure> {
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
                    "{}, {} on disk",
                    events(journal.events),
                    bytes(journal.bytes)
                ),
            ),
            ("Waiting", events(journal.waiting)),
        ]);
        if let Some(problem) = &journal.problem {
            text += &format!("\n{}", words(problem));
        }
        text
    });
    Ok(())
}
