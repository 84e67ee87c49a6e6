//! `penstock status`: how everything is doing.

use crate::failure::Failure;
use crate::say::{Say, bytes, events, words};
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
    engine.stop().await;
    Ok(())
}
