//! Blocks that stand for events that are lost: they say which events they held, and nobody can
//! read them. A stream that comes to one is held, and says so.

use rusqlite::{Connection, params};

use crate::clock::Millis;
use crate::event::Seq;

/// No data has this checksum: that of none is 0.
const NO_CHECKSUM: i64 = 1;

/// `source_total` counts the lost events, too.
pub fn insert_lost(
    connection: &Connection,
    (first, last): (Seq, Seq),
    source: i64,
    source_total: u64,
    at: Millis,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached("INSERT INTO journal_block VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, x'')")?
        .execute(params![
            first.cast_signed(),
            last.cast_signed(),
            source,
            source_total.cast_signed(),
            at,
            NO_CHECKSUM
        ])?;
    Ok(())
}
