//! The one thread that writes.
//!
//! Always holds: what waits while a transaction is being committed shares the next one, so many
//! writers cost one fsync; a job that fails is undone alone; nobody is answered before the commit
//! is durable. A job must not wait for anything.

use bytes::Bytes;
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use tokio::sync::oneshot;

use super::journal::{Blocks, Pending};
use super::witness::{self, Witness};
use super::{behind, problem, rescue};
use crate::clock::Millis;
use crate::problem::Problem;

/// Jobs and bytes that one transaction takes at most.
const GROUP_JOBS: usize = 1024;
const GROUP_BYTES: usize = 16 << 20;

#[derive(Clone)]
pub struct Writer {
    jobs: Sender<Job>,
}

type Finish = Box<dyn FnOnce(Result<(), &Problem>) + Send>;

/// Whether it went well, and whom to tell after the commit. Not to be done where there is no
/// transaction to do it in.
type Work = Box<dyn FnOnce(Option<&Connection>) -> (bool, Finish) + Send>;

enum Job {
    Run(Work),
    Append(Append),
}

/// What is written with appended events, in their transaction.
pub type Also = Box<dyn FnOnce(&Connection) -> rusqlite::Result<()> + Send>;

struct Append {
    source: i64,
    events: Vec<Bytes>,
    at: Millis,
    also: Option<Also>,
    reply: oneshot::Sender<Result<(), Problem>>,
}

impl Append {
    fn bytes(&self) -> usize {
        self.events.iter().map(Bytes::len).sum()
    }
}

impl Writer {
    pub(super) fn start(connection: Connection, path: &Path, blocks: Arc<Blocks>) -> Self {
        let (jobs, waiting) = channel();
        let place = Place::of(path);
        std::thread::Builder::new()
            .name(String::from("penstock-writer"))
            .spawn(move || run(connection, &place, &waiting, &blocks))
            .expect("the system starts a thread");
        Self { jobs }
    }

    pub(super) async fn run<T, F>(&self, write: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job = Job::Run(Box::new(move |connection| {
            let result = connection.map(write);
            let finish: (bool, Finish) = (
                matches!(result, Some(Ok(_))),
                Box::new(move |committed| {
                    let _ = reply.send(match (result, committed) {
                        (Some(Ok(value)), Ok(())) => Ok(value),
                        (Some(Err(error)), _) => Err(problem(&error)),
                        (_, Err(problem)) => Err(problem.clone()),
                        (None, Ok(())) => Err(problem(&undone())),
                    });
                }),
            );
            finish
        }));
        self.jobs.send(job).map_err(|_| stopped())?;
        answer.await.map_err(|_| stopped())?
    }

    /// Appends events of one source (by its number), and writes what belongs to them; all or none,
    /// durable once answered.
    pub async fn append(
        &self,
        source: i64,
        events: Vec<Bytes>,
        at: Millis,
        also: Option<Also>,
    ) -> Result<(), Problem> {
        if events.is_empty() && also.is_none() {
            return Ok(());
        }
        let (reply, answer) = oneshot::channel();
        self.jobs
            .send(Job::Append(Append {
                source,
                events,
                at,
                also,
                reply,
            }))
            .map_err(|_| stopped())?;
        answer.await.map_err(|_| stopped())?
    }
}

fn stopped() -> Problem {
    Problem::new("engine-stopped", "Penstock is closing.")
}

fn run(mut connection: Connection, place: &Place, waiting: &Receiver<Job>, blocks: &Blocks) {
    let mut witness = None;
    while let Ok(first) = waiting.recv() {
        let group = gather(first, waiting);
        let appends = group.iter().any(|job| matches!(job, Job::Append(_)));
        let ready = if appends && witness.is_none() {
            take_up(&mut connection, place, blocks).map(|taken_up| witness = Some(taken_up))
        } else {
            Ok(())
        };
        commit_group(&connection, place, ready, group, blocks, witness.as_mut());
    }
    // The last handle is gone: fold the write-ahead log away where nobody else needs it.
    let _ = connection.execute_batch("PRAGMA wal_checkpoint(PASSIVE);");
}

fn gather(first: Job, waiting: &Receiver<Job>) -> Vec<Job> {
    let size = |job: &Job| {
        if let Job::Append(append) = job {
            append.bytes()
        } else {
            0
        }
    };
    let mut bytes = size(&first);
    let mut group = vec![first];
    while group.len() < GROUP_JOBS && bytes < GROUP_BYTES {
        match waiting.try_recv() {
            Ok(job) => {
                bytes += size(&job);
                group.push(job);
            }
            Err(TryRecvError::Empty | TryRecvError::Disconnected) => break,
        }
    }
    group
}

/// Before the first append: goes on after what the database lacks.
fn take_up(
    connection: &mut Connection,
    place: &Place,
    blocks: &Blocks,
) -> rusqlite::Result<Witness> {
    if place.has_moved() {
        return Err(moved());
    }
    behind::go_on(connection, &place.path)?;
    blocks.reload(connection)?;
    let id = witness::id(connection, &place.path)?;
    Ok(Witness::of(&place.path, id))
}

fn commit_group(
    connection: &Connection,
    place: &Place,
    ready: rusqlite::Result<()>,
    group: Vec<Job>,
    blocks: &Blocks,
    witness: Option<&mut Witness>,
) {
    let mut appends = Vec::new();
    let mut finishes = Vec::new();
    let mut pending = Pending::default();
    let mut group = group.into_iter();
    let outcome = (|| -> rusqlite::Result<()> {
        ready?;
        connection.execute_batch("BEGIN IMMEDIATE")?;
        if place.has_moved() {
            return Err(moved());
        }
        for job in group.by_ref() {
            match job {
                Job::Append(append) => appends.push(append),
                Job::Run(work) => {
                    connection.execute_batch("SAVEPOINT job")?;
                    let (ok, finish) = work(Some(connection));
                    finishes.push(finish);
                    if connection.is_autocommit() {
                        // A full disk and the like make SQLite undo the whole transaction.
                        return Err(undone());
                    }
                    connection.execute_batch(if ok {
                        "RELEASE job"
                    } else {
                        "ROLLBACK TO job; RELEASE job"
                    })?;
                }
            }
        }
        for append in &mut appends {
            pending.push(append.source, &append.events, append.at);
            if let Some(also) = append.also.take() {
                also(connection)?;
            }
        }
        pending.write(connection, blocks)?;
        connection.execute_batch("COMMIT")
    })();
    let answer = outcome.map_err(|error| {
        if !connection.is_autocommit() {
            let _ = connection.execute_batch("ROLLBACK");
        }
        rescue::noted(&error, &place.path)
    });
    if blocks.set_trouble(answer.as_ref().err()) {
        match &answer {
            Ok(()) => tracing::info!("The store can be written again."),
            Err(problem) => tracing::error!(code = problem.code, "The store cannot be written."),
        }
    }
    // What was not begun is answered like what was undone.
    for job in group {
        match job {
            Job::Append(append) => appends.push(append),
            Job::Run(work) => finishes.push(work(None).1),
        }
    }
    if answer.is_ok()
        && let Some(at) = pending.publish(blocks)
        && let Some(witness) = witness
    {
        witness.note(&blocks.standing(at));
    }
    for append in appends {
        let _ = append.reply.send(answer.clone());
    }
    for finish in finishes {
        finish(answer.as_ref().map(|&()| ()));
    }
}

/// Where the database was opened. A file that was removed since can still be written, and what
/// is written to it is gone once the process ends.
struct Place {
    path: PathBuf,
    file: Option<(u64, u64)>,
}

impl Place {
    fn of(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            file: identity(path),
        }
    }

    fn has_moved(&self) -> bool {
        identity(&self.path) != self.file
    }
}

#[cfg(unix)]
fn identity(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    let file = path.metadata().ok()?;
    Some((file.dev(), file.ino()))
}

/// Elsewhere an open file cannot be removed.
#[cfg(not(unix))]
fn identity(_: &Path) -> Option<(u64, u64)> {
    None
}

fn moved() -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(
        rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_READONLY_DBMOVED),
        None,
    )
}

fn undone() -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(
        rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_FULL),
        Some(String::from("the transaction was undone")),
    )
}
