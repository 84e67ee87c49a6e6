//! What a source that reads by itself remembers.
//!
//! Always holds: the place to go on from, and the ids that were taken, change only in the
//! transaction that appends the events they speak of.

use rusqlite::{Connection, Row, params};

use super::streams::text;
use crate::clock::Millis;
use crate::problem::Problem;
use crate::source::{Batch, Seen};

/// The longest beginning of an unreadable piece that is kept.
const KEPT: usize = 64 << 10;

/// Everything of a batch but its events; part of the caller's transaction. `source` is the
/// journal's number of the source.
pub fn save(
    connection: &Connection,
    source: i64,
    batch: &Batch,
    now: Millis,
) -> rusqlite::Result<()> {
    if batch.position.is_some() || batch.left_out > 0 {
        connection
            .prepare_cached(
                "UPDATE source SET position = coalesce(?2, position), left_out = left_out + ?3
                 WHERE number = ?1",
            )?
            .execute(params![
                source,
                batch.position,
                batch.left_out.cast_signed()
            ])?;
    }
    if let Some(before) = batch.forget_before {
        connection
            .prepare_cached("DELETE FROM source_seen WHERE source = ?1 AND at < ?2")?
            .execute(params![source, before])?;
    }
    let mut remember = connection.prepare_cached(
        "INSERT INTO source_seen (source, id, at) VALUES (?1, ?2, ?3)
         ON CONFLICT (source, id) DO UPDATE SET at = max(at, excluded.at)",
    )?;
    for seen in &batch.seen {
        remember.execute(params![source, seen.id, seen.at])?;
    }
    for piece in &batch.unreadable {
        connection
            .prepare_cached(
                "INSERT INTO source_unreadable (source, at, place, reason, bytes, length)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![
                source,
                now,
                piece.place,
                text(&piece.reason),
                &piece.bytes[..piece.bytes.len().min(KEPT)],
                piece.length.cast_signed()
            ])?;
    }
    Ok(())
}

/// Where to go on from after a restart.
pub fn position(connection: &Connection, source: i64) -> rusqlite::Result<Option<String>> {
    connection
        .prepare_cached("SELECT position FROM source WHERE number = ?1")?
        .query_row([source], |row| row.get(0))
}

/// The ids that were taken and are not forgotten yet.
pub fn seen(connection: &Connection, source: i64) -> rusqlite::Result<Vec<Seen>> {
    connection
        .prepare_cached("SELECT id, at FROM source_seen WHERE source = ?1")?
        .query_map([source], |row| {
            Ok(Seen {
                id: row.get(0)?,
                at: row.get(1)?,
            })
        })?
        .collect()
}

/// A piece of input that is no event, as it was kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    pub id: i64,
    pub at: Millis,
    pub place: String,
    pub reason: Problem,
    pub bytes: Vec<u8>,
    pub length: u64,
}

fn kept(row: &Row<'_>) -> rusqlite::Result<Kept> {
    Ok(Kept {
        id: row.get(0)?,
        at: row.get(1)?,
        place: row.get(2)?,
        reason: serde_json::from_str(row.get_ref(3)?.as_str()?)
            .unwrap_or_else(|_| Problem::new("unreadable", "This is no event.")),
        bytes: row.get(4)?,
        length: row.get::<_, i64>(5)?.cast_unsigned(),
    })
}

/// The newest first, older than `before` where given.
pub fn unreadable(
    connection: &Connection,
    source: i64,
    before: Option<i64>,
    limit: u32,
) -> rusqlite::Result<Vec<Kept>> {
    connection
        .prepare_cached(
            "SELECT id, at, place, reason, bytes, length FROM source_unreadable
             WHERE source = ?1 AND id < coalesce(?2, 9223372036854775807) ORDER BY id DESC LIMIT ?3",
        )?
        .query_map(params![source, before, limit], kept)?
        .collect()
}

pub fn unreadable_count(connection: &Connection, source: i64) -> rusqlite::Result<u64> {
    connection
        .prepare_cached("SELECT count(*) FROM source_unreadable WHERE source = ?1")?
        .query_row([source], |row| row.get::<_, i64>(0).map(i64::cast_unsigned))
}

/// Forgets what was kept up to and including `id`.
pub fn discard_unreadable(
    connection: &Connection,
    source: i64,
    id: i64,
) -> rusqlite::Result<usize> {
    connection
        .prepare_cached("DELETE FROM source_unreadable WHERE source = ?1 AND id <= ?2")?
        .execute(params![source, id])
}

/// What is of no use once the source is deleted.
pub fn forget(connection: &Connection, source: i64) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM source_seen WHERE source = ?1")?
        .execute([source])?;
    connection
        .prepare_cached("DELETE FROM source_unreadable WHERE source = ?1")?
        .execute([source])?;
    Ok(())
}
