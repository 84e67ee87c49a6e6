//! Failed events, as hosts see and command them.

use std::io::{BufWriter, Write};
use std::path::PathBuf;

use super::Engine;
use crate::event::Seq;
use crate::problem::Problem;
use crate::store::set_aside;
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
        let row = self.stream_row(key).await?;
        let redaction = self.stream_redaction(&row).await?;
        let store = self.0.store.clone();
        self.off_thread(move || {
            let file =
                std::fs::File::create_new(&path).map_err(|error| cannot_write(&path, &error))?;
            let mut out = BufWriter::new(file);
            let written = store.read_blocking(|connection| {
                set_aside::for_each(connection, &row.id, |event| {
                    let redacted = redaction.splice(event);
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
            })?;
            let count = written.map_err(|error| cannot_write(&path, &error))?;
            out.into_inner()
                .map_err(std::io::IntoInnerError::into_error)
                .and_then(|file| file.sync_all())
                .map_err(|error| cannot_write(&path, &error))?;
            Ok(count)
        })
        .await
    }
}

fn cannot_write(path: &std::path::Path, error: &std::io::Error) -> Problem {
    let problem = Problem::new(
        "export-failed",
        format!("{} could not be written.", path.display()),
    );
    if error.kind() == std::io::ErrorKind::AlreadyExists {
        return problem
            .cause("A file of this name exists.")
            .next("Choose another name.");
    }
    problem
        .next("Choose a folder you may write to, with room on its disk.")
        .detail(error.to_string())
}
