//! Failed events, as hosts see and command them.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use super::Engine;
use crate::event::Seq;
use crate::problem::Problem;
use crate::redaction::Compiled;
use crate::store::{Store, set_aside};
use crate::view::SetAsideView;

impl Engine {
    /// Oldest first, after `after`, redacted as they leave.
    pub async fn set_aside(
        &self,
        key: &str,
        after: Option<Seq>,
        limit: u32,
    ) -> Result<Vec<SetAsideView>, Problem> {
        let row = self.stream_row(key).await?;
        let redaction = self.stream_redaction(&row).await?;
        self.0
            .store
            .read(move |connection| {
                set_aside::list(connection, &row.id, after, limit.min(500), &redaction)
            })
            .await
    }

    /// Queues them again (all, or those named); the count.
    pub async fn replay_set_aside(
        &self,
        key: &str,
        seqs: Option<Vec<Seq>>,
    ) -> Result<u64, Problem> {
        let row = self.stream_row(key).await?;
        let queued = self
            .0
            .store
            .write(move |connection| set_aside::queue(connection, &row.id, seqs.as_deref()))
            .await?;
        self.configured().await;
        Ok(queued)
    }

    /// Forgets them (all, or those named) by a person's decision; the count.
    pub async fn discard_set_aside(
        &self,
        key: &str,
        seqs: Option<Vec<Seq>>,
    ) -> Result<u64, Problem> {
        let row = self.stream_row(key).await?;
        let id = row.id.clone();
        let discarded = self
            .0
            .store
            .write(move |connection| set_aside::discard(connection, &id, seqs.as_deref()))
            .await?;
        self.0.touched.stream(&row.id);
        Ok(discarded)
    }

    /// Writes them to a new file, one event a line, redacted as they leave; the count.
    pub async fn export_set_aside(&self, key: &str, path: PathBuf) -> Result<u64, Problem> {
        let failed_events = self.failed_events(key).await?;
        self.off_thread(move || {
            let fails = |error| cannot_write(&path.display().to_string(), &error);
            let mut out = BufWriter::new(File::create_new(&path).map_err(fails)?);
            let count = failed_events.write(&mut out)?.map_err(fails)?;
            out.into_inner()
                .map_err(std::io::IntoInnerError::into_error)
                .and_then(|file| file.sync_all())
                .map_err(fails)?;
            Ok(count)
        })
        .await
    }

    /// The same, to something open that is called `name`.
    pub async fn write_set_aside<W: Write + Send + 'static>(
        &self,
        key: &str,
        out: W,
        name: &'static str,
    ) -> Result<u64, Problem> {
        let failed_events = self.failed_events(key).await?;
        self.off_thread(move || {
            let fails = |error| cannot_write(name, &error);
            let mut out = BufWriter::new(out);
            let count = failed_events.write(&mut out)?.map_err(fails)?;
            out.flush().map_err(fails)?;
            Ok(count)
        })
        .await
    }

    async fn failed_events(&self, key: &str) -> Result<FailedEvents, Problem> {
        let row = self.stream_row(key).await?;
        Ok(FailedEvents {
            store: self.0.store.clone(),
            redaction: self.stream_redaction(&row).await?,
            stream: row.id,
        })
    }
}

/// Those of a stream, as they leave.
struct FailedEvents {
    store: Store,
    redaction: Compiled,
    stream: String,
}

impl FailedEvents {
    fn write(&self, out: &mut impl Write) -> Result<std::io::Result<u64>, Problem> {
        self.store.read_blocking(|connection| {
            set_aside::for_each(connection, &self.stream, |event| {
                let redacted = self.redaction.splice(event);
                let event = redacted.as_deref().unwrap_or(event);
                // A line break between tokens means nothing, and one within a text cannot be.
                let line: Vec<u8> = event
                    .iter()
                    .map(|byte| {
                        if matches!(byte, b'\n' | b'\r') {
                            b' '
                        } else {
                            *byte
                        }
                    })
                    .collect();
                out.write_all(&line)?;
                out.write_all(b"\n")
            })
        })
    }
}

fn cannot_write(name: &str, error: &std::io::Error) -> Problem {
    let problem = Problem::new("export-failed", format!("{name} could not be written."));
    if error.kind() == std::io::ErrorKind::AlreadyExists {
        return problem
            .cause("A file of this name exists.")
            .next("Choose another name.");
    }
    problem
        .next("Choose a folder you may write to, with room on its disk.")
        .detail(error.to_string())
}
