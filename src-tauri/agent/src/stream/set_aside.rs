//! `penstock stream set-aside`: failed events, kept with their reason.

use clap::Args;
use penstock_engine::engine::Engine;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::confirm::confirm;
use crate::failure::Failure;
use crate::say::{Say, events};
use crate::table::Table;

#[derive(Args)]
pub struct SetAside {
    /// Its name or id
    stream: String,
    /// Deliver them again
    #[arg(long, group = "what")]
    replay: bool,
    /// Write them to a new file, or to standard output (-), one event a line as it leaves
    #[arg(long, group = "what", value_name = "FILE")]
    export: Option<PathBuf>,
    /// Delete them
    #[arg(long, group = "what")]
    discard: bool,
    /// Only the events with these sequence numbers
    #[arg(long = "seq", value_name = "SEQ", conflicts_with = "export")]
    seqs: Vec<u64>,
    /// At most this many
    #[arg(long, default_value_t = 20)]
    limit: u32,
    /// Only those after this one
    #[arg(long, value_name = "SEQ")]
    after: Option<u64>,
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
}

impl SetAside {
    pub async fn run(self, engine: &Engine, say: &Say) -> Result<(), Failure> {
        let seqs = (!self.seqs.is_empty()).then_some(self.seqs);
        if self.replay {
            let count = engine.replay_set_aside(&self.stream, seqs).await?;
            let answer = serde_json::json!({ "replayed": count });
            say.answer(&answer, || {
                format!("To be delivered again: {}.", events(count))
            });
        } else if self.export.as_deref() == Some(Path::new("-")) {
            let count = engine
                .write_set_aside(&self.stream, StandardOutput, "Standard output")
                .await?;
            say.note(&format!("Written: {}.", events(count)));
        } else if let Some(file) = self.export {
            let count = engine.export_set_aside(&self.stream, file.clone()).await?;
            let answer = serde_json::json!({ "exported": count, "file": file });
            say.answer(&answer, || {
                format!("Written to {}: {}.", file.display(), events(count))
            });
        } else if self.discard {
            let stream = engine.stream(&self.stream).await?;
            let count = seqs
                .as_ref()
                .map_or(stream.set_aside, |seqs| seqs.len() as u64);
            confirm(
                &format!(
                    "Delete {count} failed events of {:?} for good?",
                    stream.name
                ),
                self.yes,
            )?;
            let count = engine.discard_set_aside(&stream.id, seqs).await?;
            let answer = serde_json::json!({ "discarded": count });
            say.answer(&answer, || format!("Deleted: {}.", events(count)));
        } else {
            let events = engine
                .set_aside(&self.stream, self.after, self.limit)
                .await?;
            say.table(&events, "No event failed for good.", || {
                let mut table = Table::new(["SEQ", "AT", "EVENT", "REASON"]);
                for event in &events {
                    table.row([
                        event.seq.to_string(),
                        event.at.clone(),
                        event.event_type.clone().unwrap_or_default(),
                        event.reason.summary.clone(),
                    ]);
                }
                table
            });
        }
        Ok(())
    }
}

/// Whoever stops reading gets no more; that is no failure.
struct StandardOutput;

impl Write for StandardOutput {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match io::stdout().write(bytes) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(bytes.len()),
            written => written,
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match io::stdout().flush() {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            flushed => flushed,
        }
    }
}
