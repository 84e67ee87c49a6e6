//! The store: one SQLite file that holds journal, cursors, attempts, failed events and settings.
//!
//! Always holds: every write goes through one thread ([`writer`]), which lets concurrent writes
//! share a transaction and so one fsync; a write is answered only once it is durable
//! (`journal_mode=WAL`, `synchronous=FULL`). Reads use connections of their own and never wait
//! for a write. No transaction is open across a network call. Secrets are not in here.
//!
//! One file per table family; only this folder knows SQL.

pub mod attempt;
pub mod behind;
pub mod cursor;
pub mod journal;
pub mod migration;
pub mod owner;
pub mod reading;
pub mod rescue;
pub mod room;
pub mod set_aside;
pub mod settings;
pub mod sources;
pub mod spans;
pub mod stat;
pub mod streams;
pub mod witness;
mod writer;

use rusqlite::{Connection, OpenFlags};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Semaphore;

use crate::problem::Problem;
use journal::Blocks;
pub use writer::{Also, Writer};

/// Reads that run at once, and connections kept for them.
const READS: usize = 4;

/// The database's file name in the data folder.
pub const FILE: &str = "penstock.db";

/// A handle; clones share the connections.
#[derive(Clone)]
pub struct Store {
    shared: Arc<Shared>,
}

struct Shared {
    path: PathBuf,
    writer: Writer,
    idle_readers: Mutex<Vec<Connection>>,
    /// Reads at once, so that many streams do not become many threads.
    reads: Semaphore,
    blocks: Arc<Blocks>,
}

impl Store {
    pub fn path(&self) -> &Path {
        &self.shared.path
    }

    /// Opens the store of a data folder, making or migrating it, or rebuilding it from what can be
    /// read where it is damaged. Blocks.
    pub fn open(data_dir: &Path) -> Result<Self, Problem> {
        match Self::open_as_it_is(data_dir) {
            Err(damage) if damage.code == "store-damaged" => {
                rescue::rescue(data_dir, &damage)?;
                Self::open_as_it_is(data_dir)
            }
            opened => opened,
        }
    }

    fn open_as_it_is(data_dir: &Path) -> Result<Self, Problem> {
        make_folder(data_dir)?;
        let path = data_dir.join(FILE);
        refuse_foreign_file(&path)?;
        rescue::refuse_emptied(&path)?;
        let mut connection = connect(&path).map_err(|error| problem(&error))?;
        restrict_to_owner(&path);
        migration::migrate(&mut connection)?;
        let blocks = Arc::new(Blocks::new(&connection).map_err(|error| problem(&error))?);
        if rescue::is_damaged(&connection, &path).map_err(|error| problem(&error))? {
            return Err(damaged());
        }
        go_on(&mut connection, &path, &blocks)?;
        let writer = Writer::start(connection, &path, Arc::clone(&blocks));
        Ok(Self {
            shared: Arc::new(Shared {
                path,
                writer,
                idle_readers: Mutex::default(),
                reads: Semaphore::new(READS),
                blocks,
            }),
        })
    }

    /// The block cache and the counters of the journal.
    pub fn blocks(&self) -> &Arc<Blocks> {
        &self.shared.blocks
    }

    pub fn writer(&self) -> &Writer {
        &self.shared.writer
    }

    /// Runs `read` on a connection of its own, off the async threads. All that it reads is of one
    /// moment.
    pub async fn read<T, F>(&self, read: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let store = self.clone();
        let _turn = self.shared.reads.acquire().await;
        tokio::task::spawn_blocking(move || store.read_blocking(read))
            .await
            .map_err(|_| Problem::new("engine-stopped", "Penstock is closing."))?
    }

    /// The same, on the calling thread.
    pub fn read_blocking<T>(
        &self,
        read: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, Problem> {
        let idle = self
            .shared
            .idle_readers
            .lock()
            .expect("no reader panics")
            .pop();
        let connection = match idle {
            Some(connection) => connection,
            None => connect(&self.shared.path).map_err(|error| problem(&error))?,
        };
        let answer = at_one_moment(&connection, read)
            .map_err(|error| rescue::noted(&error, &self.shared.path));
        let mut idle = self.shared.idle_readers.lock().expect("no reader panics");
        if idle.len() < READS {
            idle.push(connection);
        }
        answer
    }

    /// Runs `write` in the next shared transaction, and again where another job spoilt that one;
    /// answers once it is durable.
    pub async fn write<T, F>(&self, write: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: Fn(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        self.shared.writer.run(write).await
    }

    /// SQLite opens what cannot be written for reading, and stays with that for as long as the
    /// process lives: nobody should begin to deliver then. Any other trouble may pass.
    pub async fn refuse_read_only(&self) -> Result<(), Problem> {
        let written = self
            .write(|connection| {
                connection.execute(
                    "UPDATE counter SET value = value WHERE name = 'last_seq'",
                    [],
                )
            })
            .await;
        match written {
            Err(problem) if problem.code == "store-read-only" => Err(problem),
            _ => Ok(()),
        }
    }
}

fn at_one_moment<T>(
    connection: &Connection,
    read: impl FnOnce(&Connection) -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    let transaction = connection.unchecked_transaction()?;
    let answer = read(&transaction)?;
    // SQLite commits nothing where damage was met, though it may have been of no matter.
    transaction.rollback()?;
    Ok(answer)
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    connection.busy_timeout(Duration::from_secs(20))?;
    connection.execute_batch(
        "PRAGMA page_size = 8192;
         PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         PRAGMA foreign_keys = ON;
         PRAGMA cache_size = -4096;
         PRAGMA journal_size_limit = 67108864;",
    )?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// Where nobody delivers, goes on after what the database lacks. Where that cannot be written,
/// it is done before the next event is appended.
fn go_on(connection: &mut Connection, path: &Path, blocks: &Blocks) -> Result<(), Problem> {
    let Some(data_dir) = path.parent() else {
        return Ok(());
    };
    let lacks = behind::lacks(connection, path).map_err(|error| problem(&error))?;
    if lacks.is_none() || owner::current(data_dir).is_some() {
        return Ok(());
    }
    let Ok(Ok(_nobody_else)) = owner::take(data_dir) else {
        return Ok(());
    };
    let gone_on = behind::go_on(connection, path).and_then(|()| blocks.reload(connection));
    if let Err(error) = gone_on {
        tracing::warn!(%error, "What the journal lost could not be written down yet.");
    }
    Ok(())
}

fn make_folder(data_dir: &Path) -> Result<(), Problem> {
    std::fs::create_dir_all(data_dir).map_err(|error| {
        Problem::new(
            "data-folder-unusable",
            format!("The data folder {} cannot be made.", data_dir.display()),
        )
        .cause("The place does not exist or this user may not write there.")
        .next("Choose another folder with PENSTOCK_DATA_DIR, or give this user the right to write there.")
        .detail(error.to_string())
    })?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // A folder that a person chose keeps its rights; the database has its own.
        if std::fs::read_dir(data_dir).is_ok_and(|mut entries| entries.next().is_none()) {
            let _ = std::fs::set_permissions(data_dir, std::fs::Permissions::from_mode(0o700));
            // One just made outlives a power cut only once the folder around it is on the disk.
            if let Some(around) = data_dir
                .parent()
                .and_then(|it| std::fs::File::open(it).ok())
            {
                let _ = around.sync_all();
            }
        }
    }
    Ok(())
}

/// SQLite would treat an empty or foreign file as it pleases; a person's file is left alone.
fn refuse_foreign_file(path: &Path) -> Result<(), Problem> {
    use std::io::Read;
    let Ok(mut file) = std::fs::File::open(path) else {
        return Ok(());
    };
    let mut head = [0_u8; 16];
    let read = file.read(&mut head).unwrap_or(0);
    if read == 0 || &head == b"SQLite format 3\0" {
        return Ok(());
    }
    Err(not_a_database(path))
}

fn not_a_database(path: &Path) -> Problem {
    Problem::new(
        "store-not-a-database",
        format!("{} is not a Penstock database.", path.display()),
    )
    .cause("Another program wrote a file of this name, or the file is damaged.")
    .next("Move the file away, or restore it from a backup, then open Penstock again.")
    .next("Or choose another data folder with PENSTOCK_DATA_DIR.")
}

fn restrict_to_owner(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        for suffix in ["", "-wal", "-shm"] {
            let mut name = path.as_os_str().to_owned();
            name.push(suffix);
            let _ = std::fs::set_permissions(
                PathBuf::from(name),
                std::fs::Permissions::from_mode(0o600),
            );
        }
    }
    #[cfg(not(unix))]
    let _ = path;
}

fn damaged() -> Problem {
    Problem::new("store-damaged", "Penstock's database is damaged.")
        .cause("The disk or a copy of the file lost part of it.")
        .next("Copy the data folder away before anything else.")
        .next("End Penstock and start it again: it keeps the damaged file, and rebuilds the database from what can be read.")
        .next("Where that does not help, restore the folder from a backup, or start with an empty one.")
        .short("Database is damaged")
}

/// Whether a part of the database that was asked for is damaged.
pub fn is_damage(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseCorrupt)
}

/// What was read, or nothing where that part of the database is damaged.
pub fn unless_damaged<T>(read: rusqlite::Result<T>) -> rusqlite::Result<Option<T>> {
    match read {
        Err(error) if is_damage(&error) => Ok(None),
        read => read.map(Some),
    }
}

/// SQLite's errors, in words.
pub fn problem(error: &rusqlite::Error) -> Problem {
    use rusqlite::ErrorCode;
    let detail = error.to_string();
    let code = match error {
        rusqlite::Error::SqliteFailure(failure, _) => Some(failure.code),
        _ => None,
    };
    match code {
        _ if error.sqlite_error().is_some_and(|error| {
            error.extended_code == rusqlite::ffi::SQLITE_READONLY_DBMOVED
        }) =>
        {
            Problem::new("store-moved", "The data folder was removed or moved while Penstock runs.")
                .cause("Its database is no longer where Penstock opened it. Nothing is taken in or delivered meanwhile.")
                .next("Put the data folder back where it was: Penstock goes on by itself.")
                .next("Where it is gone for good, end Penstock and open it again with an empty one.")
                .short("Data folder is gone")
        }
        Some(ErrorCode::DiskFull) => Problem::new("disk-full", "The disk is full.")
            .cause("There is no room left on the disk that holds Penstock's data folder.")
            .next("Free some space. Penstock goes on by itself as soon as there is room.")
            .short("Disk full"),
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
            Problem::new("store-read-only", "Penstock's database cannot be written.")
                .cause("The data folder or the file is read-only, or belongs to another user.")
                .next("Give this user the right to write to the data folder, then open Penstock again.")
                .short("Database is read-only")
        }
        Some(ErrorCode::NotADatabase) => {
            Problem::new("store-not-a-database", "The file in the data folder is not a Penstock database.")
                .cause("Another program wrote a file of this name, or the file is damaged.")
                .next("Move the file away, or restore it from a backup, then open Penstock again.")
        }
        Some(ErrorCode::DatabaseCorrupt) => damaged(),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            Problem::new("store-busy", "Penstock's database is in use by another program.")
                .cause("A backup or another Penstock holds it for longer than 20 seconds.")
                .next("Wait until the other program is done, then try again.")
        }
        Some(ErrorCode::SystemIoFailure) => {
            Problem::new("store-io", "The disk refused to read or write Penstock's database.")
                .cause("The disk is full, was taken away, or is failing.")
                .next("Look at the disk's space and health. Penstock tries again by itself.")
                .short("Disk error")
        }
        _ => Problem::new("store-failed", "Penstock's database answered with an error.")
            .next("Try again. If it stays, copy the data folder away and report the detail below."),
    }
    .detail(detail)
}
