//! A damaged database: what can be read of it becomes a new one, and the damaged one is kept.
//!
//! Always holds: nothing is done while another process delivers; the damaged files stay beside
//! the new one until a person deletes them; events that are lost keep their numbers, so that no
//! cursor points elsewhere than before, and streams that owe them say so. Where not even the
//! names of the tables can be read, nothing is touched.

mod alone;
mod gaps;
mod rows;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::{Path, PathBuf};

use super::{FILE, behind, damaged, journal, migration, owner, problem, settings, witness};
use crate::clock::{Clock, SystemClock, rfc3339};
use crate::event::Seq;
use crate::problem::Problem;

/// Made where the database was found to be damaged while in use: it is looked through before it
/// is opened again.
const SUSPECT: &str = "penstock.db.suspect";
/// The setting that tells of the last rescue.
const SETTING: &str = "store.rescued";
const NEW: &str = "penstock.db.rescued";

/// The last rescue, as it is kept.
#[derive(Debug, Serialize, Deserialize)]
struct Rescued {
    /// The damaged file's name in the data folder.
    kept_as: String,
    problem: Problem,
}

/// Has the database looked through before it is opened again.
pub fn suspect(path: &Path) {
    let _ = fs::write(path.with_file_name(SUSPECT), "");
}

/// Whether the database is damaged, which is asked only where nobody delivers, and somebody met
/// damage or the newest part of the journal is gone: it takes as long as reading all of it.
pub fn is_damaged(connection: &Connection, path: &Path) -> rusqlite::Result<bool> {
    let delivers = path.parent().and_then(owner::current).is_some();
    if delivers {
        return Ok(false);
    }
    if !path.with_file_name(SUSPECT).exists() {
        // A log that was changed may mix older pages with newer ones.
        if behind::lacks(connection, path)?.is_none() {
            return Ok(false);
        }
        suspect(path);
    }
    let whole = is_whole(connection)? && alone::newer(connection, path).is_none();
    if whole {
        let _ = fs::remove_file(path.with_file_name(SUSPECT));
    } else {
        // It is to be kept as it was found.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    }
    Ok(!whole)
}

fn is_whole(connection: &Connection) -> rusqlite::Result<bool> {
    let said: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    // Blocks and counter are written in one transaction.
    Ok(said == "ok" && journal::newest(connection)? == journal::last_seq(connection)?)
}

/// What to say where damage was met, until the database is looked through.
pub fn suspected(path: &Path) -> Option<Problem> {
    path.with_file_name(SUSPECT).exists().then(damaged)
}

/// What was lost in the last rescue, until the damaged file is deleted.
pub fn report(connection: &Connection, path: &Path) -> rusqlite::Result<Option<Problem>> {
    let kept = settings::get(connection, SETTING)?;
    let rescued = kept.and_then(|text| serde_json::from_str::<Rescued>(&text).ok());
    Ok(rescued
        .filter(|rescued| path.with_file_name(&rescued.kept_as).exists())
        .map(|rescued| rescued.problem))
}

/// Puts a new database in the place of the damaged one. Blocks for as long as reading all of it
/// takes.
pub fn rescue(data_dir: &Path, damage: &Problem) -> Result<(), Problem> {
    // Whoever delivers has the damaged file open, and will come here when it is started again.
    let Ok(_nobody_else) = owner::take(data_dir)? else {
        return Err(damage.clone());
    };
    let time: String = rfc3339(SystemClock.now())
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    let kept_as = format!("{FILE}.damaged-{time}");
    let place = Place {
        path: data_dir.join(FILE),
        kept: data_dir.join(&kept_as),
        new: data_dir.join(NEW),
    };
    let rescued = place.keep().and_then(|()| place.rebuild(&kept_as));
    if let Err(error) = rescued {
        place.leave_alone();
        tracing::error!(%error, "The damaged database could not be rescued.");
        return Err(damage.clone());
    }
    place
        .replace()
        .map_err(|error| damage.clone().detail(error.to_string()))?;
    tracing::warn!(
        kept_as,
        "A damaged database was rebuilt from what could be read."
    );
    Ok(())
}

/// The files of a rescue.
struct Place {
    path: PathBuf,
    kept: PathBuf,
    new: PathBuf,
}

type Failure = Box<dyn std::error::Error>;

impl Place {
    /// The damaged files under names of their own, which they keep.
    fn keep(&self) -> Result<(), Failure> {
        for suffix in ["", "-wal"] {
            let (from, to) = (with(&self.path, suffix), with(&self.kept, suffix));
            if from.exists() {
                fs::hard_link(&from, &to).or_else(|_| fs::copy(&from, &to).map(drop))?;
            }
        }
        Ok(())
    }

    fn rebuild(&self, kept_as: &str) -> Result<(), Failure> {
        let damaged = Connection::open_with_flags(
            &self.kept,
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )?;
        // A file that was cut short is read as far as it goes.
        damaged.execute_batch("PRAGMA writable_schema = ON;")?;
        // It stays as it was found.
        damaged.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        let _ = fs::remove_file(&self.new);
        let mut new = Connection::open(&self.new)?;
        new.execute_batch("PRAGMA page_size = 8192; PRAGMA foreign_keys = OFF;")?;
        migration::migrate(&mut new)?;
        let transaction = new.transaction()?;
        let alone = alone::newer(&damaged, &self.kept);
        let unread = rows::copy_all(alone.as_ref().unwrap_or(&damaged), &transaction)?;
        witness::id(&transaction, &self.path)?;
        let lost = gaps::mend(&transaction)?;
        let problem = told(&lost, &unread, kept_as);
        let kept_as = kept_as.to_owned();
        let text = serde_json::to_string(&Rescued { kept_as, problem })?;
        settings::set(&transaction, SETTING, &text)?;
        transaction.commit()?;
        new.close().map_err(|(_, error)| error)?;
        Ok(())
    }

    /// The new database takes the damaged one's place.
    fn replace(&self) -> std::io::Result<()> {
        fs::File::open(&self.new)?.sync_all()?;
        // A write-ahead log would be taken for the new database's.
        for suffix in ["-wal", "-shm"] {
            let _ = fs::remove_file(with(&self.path, suffix));
        }
        // What looking at the damaged one left behind.
        let _ = fs::remove_file(with(&self.kept, "-shm"));
        let log = with(&self.kept, "-wal");
        if log.metadata().is_ok_and(|file| file.len() == 0) {
            let _ = fs::remove_file(log);
        }
        fs::rename(&self.new, &self.path)?;
        let _ = fs::remove_file(self.path.with_file_name(SUSPECT));
        #[cfg(unix)]
        if let Some(folder) = self.path.parent() {
            fs::File::open(folder)?.sync_all()?;
        }
        Ok(())
    }

    fn leave_alone(&self) {
        let _ = fs::remove_file(&self.new);
        for suffix in ["", "-wal", "-shm"] {
            let _ = fs::remove_file(with(&self.kept, suffix));
        }
    }
}

fn with(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn told(lost: &[(Seq, Seq)], unread: &[String], kept_as: &str) -> Problem {
    let events: u64 = lost.iter().map(|(first, last)| last + 1 - first).sum();
    let ranges: Vec<String> = lost
        .iter()
        .map(|(first, last)| format!("{first} to {last}"))
        .collect();
    let summary = match events {
        0 => String::from("The database was damaged; every event in it was rescued."),
        _ => format!(
            "The database was damaged; {events} events of it are lost: {}.",
            ranges.join(", ")
        ),
    };
    let mut problem = Problem::new("store-rescued", summary)
        .cause("The disk or a copy of the file lost or changed part of it.")
        .next("Look whether streams, sources and settings are as they should be.");
    if events > 0 {
        problem = problem.next(
            "Streams that had not delivered the lost events yet are held, and say how to go on.",
        );
    }
    problem = problem.next(format!(
        "The damaged database is kept as {kept_as}: delete it, and what is named like it, once it is of no more use."
    ));
    if !unread.is_empty() {
        problem = problem.detail(format!("Not read to the end: {}.", unread.join(", ")));
    }
    problem.short("Database was damaged")
}

/// A database with nothing in it where Penstock delivered from before.
pub fn refuse_emptied(path: &Path) -> Result<(), Problem> {
    let is_empty = |path: &Path| path.metadata().map_or(true, |file| file.len() == 0);
    let emptied = path.exists()
        && is_empty(path)
        && is_empty(&with(path, "-wal"))
        && path.with_file_name("penstock.pid").exists();
    if !emptied {
        return Ok(());
    }
    Err(Problem::new(
        "store-emptied",
        "Penstock's database is empty, though there were events in it.",
    )
    .cause("The file was cut to nothing, by another program or by a failing disk.")
    .next("Restore the data folder from a backup.")
    .next(format!(
        "Or delete {} to begin anew, without any stream.",
        path.display()
    ))
    .short("Database is empty"))
}

/// SQLite's error as a problem, and a note for the next opening where it tells of damage.
pub fn noted(error: &rusqlite::Error, path: &Path) -> Problem {
    let problem = problem(error);
    if problem.code == "store-damaged" {
        suspect(path);
    }
    problem
}
