//! Reading the journal from its newest event backwards, for people who look at it.

use rusqlite::{Connection, params};
use std::ops::ControlFlow;

use super::Block;
use super::read::block_of;
use crate::event::Seq;

/// Hands out the blocks that begin before `before`, newest first, until `each` has enough. A
/// block that cannot be read is left out; whoever delivers says so.
pub fn back(
    connection: &Connection,
    before: Seq,
    source: Option<i64>,
    mut each: impl FnMut(&Block) -> ControlFlow<()>,
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(match source {
        None => {
            "SELECT first_seq, last_seq, source, source_total, accepted_at, crc, data
             FROM journal_block WHERE first_seq < ?1 AND ?2 IS NULL ORDER BY first_seq DESC"
        }
        Some(_) => {
            "SELECT first_seq, last_seq, source, source_total, accepted_at, crc, data
             FROM journal_block WHERE first_seq < ?1 AND source = ?2 ORDER BY first_seq DESC"
        }
    })?;
    let before = i64::try_from(before).unwrap_or(i64::MAX);
    let mut rows = statement.query(params![before, source])?;
    while let Some(row) = rows.next()? {
        if let Ok(block) = block_of(row)?
            && each(&block).is_break()
        {
            break;
        }
    }
    Ok(())
}
