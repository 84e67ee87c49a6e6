//! Settings of the app, and the number that tells other processes that something was configured.

use rusqlite::{Connection, OptionalExtension, params};

pub fn get(connection: &Connection, key: &str) -> rusqlite::Result<Option<String>> {
    connection
        .prepare_cached("SELECT value FROM setting WHERE key = ?1")?
        .query_row([key], |row| row.get(0))
        .optional()
}

pub fn set(connection: &Connection, key: &str, value: &str) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO setting VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        )?
        .execute(params![key, value])?;
    Ok(())
}

/// Grows with every change to streams and sources that a delivering process must take up.
pub fn revision(connection: &Connection) -> rusqlite::Result<i64> {
    connection
        .prepare_cached("SELECT value FROM counter WHERE name = 'revision'")?
        .query_row([], |row| row.get(0))
}

/// Part of every write that changes what must run; the new number.
pub fn revise(connection: &Connection) -> rusqlite::Result<i64> {
    connection
        .prepare_cached(
            "UPDATE counter SET value = value + 1 WHERE name = 'revision' RETURNING value",
        )?
        .query_row([], |row| row.get(0))
}

/// The revision that the delivering process has taken up.
pub fn taken_up(connection: &Connection) -> rusqlite::Result<i64> {
    let found: Option<i64> = connection
        .prepare_cached("SELECT value FROM counter WHERE name = 'taken_up'")?
        .query_row([], |row| row.get(0))
        .optional()?;
    Ok(found.unwrap_or_default())
}

pub fn set_taken_up(connection: &Connection, revision: i64) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO counter VALUES ('taken_up', ?1) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        )?
        .execute([revision])?;
    Ok(())
}
