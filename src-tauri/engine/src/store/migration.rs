//! The tables, and how older stores become newer ones.
//!
//! All missing migrations run in one transaction. A store written by a newer version is refused,
//! untouched.

use rusqlite::{Connection, TransactionBehavior};

use super::problem;
use crate::problem::Problem;

/// `PSTK`: marks the file as ours.
const APPLICATION_ID: i32 = 0x5053_544B;

const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001.sql"),
    include_str!("migrations/0002.sql"),
    include_str!("migrations/0003.sql"),
    include_str!("migrations/0004.sql"),
];

pub fn migrate(connection: &mut Connection) -> Result<(), Problem> {
    let version = user_version(connection)?;
    let known = MIGRATIONS.len();
    if version > known {
        return Err(newer(version, known));
    }
    let ours: i32 = connection
        .pragma_query_value(None, "application_id", |row| row.get(0))
        .map_err(|error| problem(&error))?;
    let empty: bool = connection
        .query_row(
            "SELECT NOT EXISTS (SELECT 1 FROM sqlite_schema)",
            [],
            |row| row.get(0),
        )
        .map_err(|error| problem(&error))?;
    if ours != APPLICATION_ID && !empty {
        return Err(Problem::new(
            "store-not-a-database",
            "The database in the data folder belongs to another program.",
        )
        .next("Move the file penstock.db away, or choose another folder with PENSTOCK_DATA_DIR."));
    }
    if version == known {
        return Ok(());
    }
    apply(connection, version).map_err(|error| problem(&error))
}

fn user_version(connection: &Connection) -> Result<usize, Problem> {
    let version: i64 = connection
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .map_err(|error| problem(&error))?;
    Ok(usize::try_from(version).unwrap_or(usize::MAX))
}

fn apply(connection: &mut Connection, from: usize) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have migrated while this one waited for the lock.
    let now: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let from = from.max(usize::try_from(now).unwrap_or(0));
    for sql in &MIGRATIONS[from.min(MIGRATIONS.len())..] {
        transaction.execute_batch(sql)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(
        None,
        "user_version",
        i64::try_from(MIGRATIONS.len()).unwrap_or(0),
    )?;
    transaction.commit()
}

fn newer(found: usize, known: usize) -> Problem {
    Problem::new(
        "store-newer",
        "This data folder was written by a newer Penstock.",
    )
    .cause(format!(
        "Its format is version {found}; this Penstock knows up to {known}."
    ))
    .next("Install the newest Penstock. Nothing in the folder was changed.")
    .next("Or choose another data folder with PENSTOCK_DATA_DIR.")
}
