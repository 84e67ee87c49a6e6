//! The one thread that writes.
//!
//! Always holds: what waits while a transaction is being committed shares the next one, so many
//! writers cost one fsync; a job that fails is undone alone; nobody is answered before the commit
//! is durable. A job must not wait for anything, and may be done again: SQLite commits no
//! transaction in which damage was met, so that the others of it are done once more without it.

use bytes::Bytes;
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use tokio::sync::oneshot;

use super::journal::{Blocks, Pending};
use super::witness::{self, Witness};
use super::{behind, is_damage, problem, rescue};
use crate::clock::Millis;
use crate::problem::Problem;

/// Jobs and bytes that one transaction takes at most.
const GROUP_JOBS: usize = 1024;
const GROUP_BYTES: usize = 16 << 20;

#[derive(Clone)]
pub struct Writer {
    jobs: Sender<Job>,
}

enum Job {
    Run(Box<dyn Work>),
    Append(Append),
}

trait Work: Send {
    fn run(&mut self, connection: &Connection) -> Ran;
    /// Answers, once it is known what came of the transaction.
    fn finish(self: Box<Self>, committed: Result<(), &Problem>, path: &Path);
}

/// What came of a job, before the commit.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ran {
    Well,
    Failed,
    MetDamage,
}

struct Task<T, F> {
    write: F,
    result: Option<rusqlite::Result<T>>,
    reply: oneshot::Sender<Result<T, Problem>>,
}

impl<T, F> Work for Task<T, F>
where
    T: Send,
    F: Fn(&Connection) -> rusqlite::Result<T> + Send,
{
    fn run(&mut self, connection: &Connection) -> Ran {
        match self.result.insert((self.write)(connection)) {
            Ok(_) => Ran::Well,
            Err(error) if is_damage(error) => Ran::MetDamage,
            Err(_) => Ran::Failed,
        }
    }

    fn finish(self: Box<Self>, committed: Result<(), &Problem>, path: &Path) {
        let _ = self.reply.send(match (self.result, committed) {
            (Some(Ok(value)), Ok(())) => Ok(value),
            (Some(Err(error)), _) => Err(rescue::noted(&error, path)),
            (_, Err(problem)) => Err(problem.clone()),
            (None, Ok(())) => Err(problem(&undone())),
        });
    }
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
        F: Fn(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job = Job::Run(Box::new(Task {
            write,
            result: None,
            reply,
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
    let mut tasks = Vec::new();
    for job in group {
        match job {
            Job::Append(append) => appends.push(append),
            Job::Run(work) => tasks.push((work, Ran::Well)),
        }
    }
    let mut pending = Pending::default();
    let outcome = (|| -> rusqlite::Result<()> {
        ready?;
        connection.execute_batch("BEGIN IMMEDIATE")?;
        if place.has_moved() {
            return Err(moved());
        }
        while run_tasks(connection, &mut tasks)? == Ran::MetDamage {
            connection.execute_batch("ROLLBACK; BEGIN IMMEDIATE")?;
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
    if answer.is_ok()
        && let Some(at) = pending.publish(blocks)
        && let Some(witness) = witness
    {
        witness.note(&blocks.standing(at));
    }
    for append in appends {
        let _ = append.reply.send(answer.clone());
    }
    for (task, _) in tasks {
        task.finish(answer.as_ref().map(|&()| ()), &place.path);
    }
}

/// Does what did not meet damage before, each job in a savepoint of its own; ends where one meets
/// damage, since nothing of the transaction can be committed then.
fn run_tasks(connection: &Connection, tasks: &mut [(Box<dyn Work>, Ran)]) -> rusqlite::Result<Ran> {
    for (task, ran) in tasks {
        if *ran == Ran::MetDamage {
            continue;
        }
        connection.execute_batch("SAVEPOINT job")?;
        *ran = task.run(connection);
        if connection.is_autocommit() {
            // A full disk and the like make SQLite undo the whole transaction.
            return Err(undone());
        }
        match ran {
            Ran::Well => connection.execute_batch("RELEASE job")?,
            Ran::Failed => connection.execute_batch("ROLLBACK TO job; RELEASE job")?,
            Ran::MetDamage => return Ok(Ran::MetDamage),
        }
    }
    Ok(Ran::Well)
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

#[cfg(test)]
mod tests {
    use super::super::{FILE, connect, migration, settings};
    use super::*;
    use std::io::{Seek, SeekFrom, Write};

    type Answer<T> = oneshot::Receiver<Result<T, Problem>>;

    fn job<T: Send + 'static>(
        write: impl Fn(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> (Job, Answer<T>) {
        let (reply, answer) = oneshot::channel();
        let result = None;
        let task = Task {
            write,
            result,
            reply,
        };
        (Job::Run(Box::new(task)), answer)
    }

    /// A database with a table that cannot be read.
    fn damaged(path: &Path) {
        let mut connection = connect(path).expect("it opens");
        migration::migrate(&mut connection).expect("its tables are made");
        connection
            .execute_batch("CREATE TABLE spoilt AS SELECT 1 AS it")
            .expect("it is made");
        let page: i64 = connection
            .query_row(
                "SELECT rootpage FROM sqlite_schema WHERE name = 'spoilt'",
                [],
                |row| row.get(0),
            )
            .expect("it has a page");
        // Folds the log away.
        connection.close().expect("it closes");
        let mut file = std::fs::File::options()
            .write(true)
            .open(path)
            .expect("it opens");
        let at = SeekFrom::Start((page.cast_unsigned() - 1) * 8192);
        file.seek(at)
            .and_then(|_| file.write_all(&[0xff; 8192]))
            .expect("it is overwritten");
    }

    #[test]
    fn a_job_that_meets_damage_is_undone_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(FILE);
        damaged(&path);
        let connection = connect(&path).expect("it opens");
        let blocks = Blocks::new(&connection).expect("it is read");

        let (before, before_answer) = job(|connection| settings::set(connection, "before", "1"));
        let (meets, meets_answer) = job(|connection| {
            settings::set(connection, "meets", "1")?;
            connection.query_row("SELECT it FROM spoilt", [], |row| row.get::<_, i64>(0))
        });
        let (after, after_answer) = job(|connection| settings::set(connection, "after", "1"));
        let group = vec![before, meets, after];
        commit_group(&connection, &Place::of(&path), Ok(()), group, &blocks, None);

        let answer = before_answer.blocking_recv().expect("an answer");
        answer.expect("it is written");
        let answer = after_answer.blocking_recv().expect("an answer");
        answer.expect("it is written");
        let answer = meets_answer.blocking_recv().expect("an answer");
        let problem = answer.expect_err("it cannot be read");
        assert_eq!(problem.code, "store-damaged");
        assert_eq!(blocks.trouble(), None, "the store can be written");
        assert!(
            rescue::suspected(&path).is_some(),
            "it is to be looked through"
        );
        let kept = |key| settings::get(&connection, key).expect("it is read");
        assert_eq!(kept("before").as_deref(), Some("1"));
        assert_eq!(kept("after").as_deref(), Some("1"));
        assert_eq!(kept("meets"), None);
    }
}
