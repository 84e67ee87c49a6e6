//! What each stream took: from one event on, of which source and through which filter.
//!
//! Always holds: whoever delivers writes a span before it delivers anything by it, at the place
//! where it begins, so for every event before a stream's cursor the spans say how it was passed.

use rusqlite::{Connection, OptionalExtension, params};

use super::cursor;
use super::streams::{StreamRow, text};
use crate::event::Seq;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    pub from_seq: Seq,
    /// Passed over by a person's decision.
    pub skipped: bool,
    /// Source id; `None` took every source.
    pub source: Option<String>,
    /// As JSON.
    pub filter: String,
}

/// Whether the last span says what the stream takes now.
pub fn goes_on(connection: &Connection, stream: &StreamRow) -> rusqlite::Result<bool> {
    let same: Option<bool> = connection
        .prepare_cached(
            "SELECT skipped = 0 AND source IS ?2 AND filter = ?3 FROM stream_span
             WHERE stream = ?1 ORDER BY from_seq DESC LIMIT 1",
        )?
        .query_row(
            params![stream.id, stream.source, text(&stream.filter)],
            |row| row.get(0),
        )
        .optional()?;
    Ok(same == Some(true))
}

/// Begins a span where the cursor stands, unless a person moved it since `epoch`.
pub fn begin(connection: &Connection, stream: &StreamRow, epoch: i64) -> rusqlite::Result<()> {
    let cursor = cursor::get(connection, &stream.id)?;
    let Some(cursor) = cursor.filter(|cursor| cursor.epoch == epoch) else {
        return Ok(());
    };
    let (source, filter) = (stream.source.as_deref(), text(&stream.filter));
    insert(
        connection,
        &stream.id,
        cursor.next_seq,
        false,
        source,
        &filter,
    )
}

/// A person moved the cursor: what is behind it now was skipped, what is before it again waits.
pub fn moved(connection: &Connection, stream: &str, from: Seq, to: Seq) -> rusqlite::Result<()> {
    if to > from {
        return insert(connection, stream, from, true, None, "{}");
    }
    if to < from {
        connection
            .prepare_cached("DELETE FROM stream_span WHERE stream = ?1 AND from_seq > ?2")?
            .execute(params![stream, to.cast_signed()])?;
        connection
            .prepare_cached("DELETE FROM discarded WHERE stream = ?1 AND seq >= ?2")?
            .execute(params![stream, to.cast_signed()])?;
    }
    Ok(())
}

fn insert(
    connection: &Connection,
    stream: &str,
    from_seq: Seq,
    skipped: bool,
    source: Option<&str>,
    filter: &str,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO stream_span (stream, from_seq, skipped, source, filter)
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![
            stream,
            from_seq.cast_signed(),
            skipped,
            source,
            filter
        ])?;
    Ok(())
}

/// Oldest first.
pub fn of(connection: &Connection, stream: &str) -> rusqlite::Result<Vec<Span>> {
    connection
        .prepare_cached(
            "SELECT from_seq, skipped, source, filter FROM stream_span
             WHERE stream = ?1 ORDER BY from_seq",
        )?
        .query_map([stream], |row| {
            Ok(Span {
                from_seq: row.get::<_, i64>(0)?.cast_unsigned(),
                skipped: row.get(1)?,
                source: row.get(2)?,
                filter: row.get(3)?,
            })
        })?
        .collect()
}

/// Forgets what speaks only of events that the journal no longer holds.
pub fn prune(connection: &Connection) -> rusqlite::Result<()> {
    let oldest: i64 = connection
        .prepare_cached(
            "SELECT coalesce(min(first_seq),
                             (SELECT value + 1 FROM counter WHERE name = 'last_seq'))
             FROM journal_block",
        )?
        .query_row([], |row| row.get(0))?;
    connection
        .prepare_cached(
            "DELETE FROM stream_span WHERE EXISTS (
               SELECT 1 FROM stream_span AS later WHERE later.stream = stream_span.stream
               AND later.from_seq > stream_span.from_seq AND later.from_seq <= ?1)",
        )?
        .execute([oldest])?;
    connection
        .prepare_cached("DELETE FROM discarded WHERE seq < ?1")?
        .execute([oldest])?;
    Ok(())
}
