//! The journal without the blocks that could not be read: their events keep their numbers.

use rusqlite::{Connection, OptionalExtension};
use std::collections::BTreeMap;

use crate::clock::Millis;
use crate::event::Seq;
use crate::store::journal;

struct Known {
    first: i64,
    last: i64,
    source: i64,
    total: i64,
    at: Millis,
}

/// Fills the gaps, and mends what counts on them; the events that are lost.
pub fn mend(connection: &Connection) -> rusqlite::Result<Vec<(Seq, Seq)>> {
    let blocks: Vec<Known> = connection
        .prepare("SELECT first_seq, last_seq, source, source_total, accepted_at FROM journal_block ORDER BY first_seq")?
        .query_map([], |row| {
            Ok(Known {
                first: row.get(0)?,
                last: row.get(1)?,
                source: row.get(2)?,
                total: row.get(3)?,
                at: row.get(4)?,
            })
        })?
        .collect::<rusqlite::Result<_>>()?;
    count_sources(connection)?;
    let number = |query: &str| connection.query_row(query, [], |row| row.get::<_, Option<i64>>(0));
    let counted = connection
        .query_row(
            "SELECT value FROM counter WHERE name = 'last_seq'",
            [],
            |row| row.get(0),
        )
        .optional()?;
    let last = [
        counted,
        blocks.last().map(|block| block.last),
        number("SELECT max(next_seq) - 1 FROM cursor")?,
    ];
    let last = last.into_iter().flatten().max().unwrap_or(0);
    let first = [
        blocks.first().map(|block| block.first),
        number("SELECT min(next_seq) FROM cursor")?,
    ];
    let first = first.into_iter().flatten().min().unwrap_or(last + 1);
    let lost = fill(connection, &blocks, first, last)?;
    count_sources(connection)?;
    connection.execute(
        "INSERT INTO counter VALUES ('last_seq', ?1)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        [last],
    )?;
    // Whoever runs takes everything up anew.
    connection.execute(
        "INSERT INTO counter VALUES ('revision', 1)
         ON CONFLICT (name) DO UPDATE SET value = value + 1",
        [],
    )?;
    begin_without_cursor(connection, first)?;
    Ok(lost
        .into_iter()
        .map(|(first, last)| (first.cast_unsigned(), last.cast_unsigned()))
        .collect())
}

/// No source had fewer events than its blocks say.
fn count_sources(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute(
        "UPDATE source SET total = max(total, coalesce(
           (SELECT max(source_total) FROM journal_block WHERE source = number), 0))",
        [],
    )?;
    Ok(())
}

fn fill(
    connection: &Connection,
    blocks: &[Known],
    first: i64,
    last: i64,
) -> rusqlite::Result<Vec<(i64, i64)>> {
    let totals: BTreeMap<i64, i64> = connection
        .prepare("SELECT number, total FROM source")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    let mut lost = Vec::new();
    // By source, its events before the place reached.
    let mut before: BTreeMap<i64, i64> = BTreeMap::new();
    let mut expected = first;
    for index in 0..=blocks.len() {
        let until = blocks.get(index).map_or(last + 1, |block| block.first);
        if until > expected {
            lost.push((expected, until - 1));
            let near = blocks.get(index.saturating_sub(1)).or(blocks.get(index));
            let at = near.map_or(0, |block| block.at);
            let rest = &blocks[index..];
            let after = |source: i64| {
                let next = rest.iter().find(|block| block.source == source);
                next.map(|block| block.total - (block.last + 1 - block.first))
                    .or(totals.get(&source).copied())
            };
            let mut left = until - expected;
            let mut shares: Vec<(i64, i64)> = Vec::new();
            for (source, had) in &before {
                let share = (after(*source).unwrap_or(*had) - had).clamp(0, left);
                left -= share;
                shares.push((*source, share));
            }
            if left > 0 {
                // Of a source of which nothing came before, most likely.
                let unknown = totals.keys().find(|source| !before.contains_key(source));
                let source = unknown.or(totals.keys().next()).copied().unwrap_or(0);
                before
                    .entry(source)
                    .or_insert(after(source).unwrap_or(left) - left);
                shares.push((source, left));
            }
            for (source, share) in shares.into_iter().filter(|(_, share)| *share > 0) {
                let total = before.entry(source).or_default();
                *total += share;
                let lost = (
                    expected.cast_unsigned(),
                    (expected + share - 1).cast_unsigned(),
                );
                journal::insert_lost(connection, lost, source, total.cast_unsigned(), at)?;
                expected += share;
            }
        }
        if let Some(block) = blocks.get(index) {
            before.insert(block.source, block.total);
            expected = block.last + 1;
        }
    }
    Ok(lost)
}

/// A stream that nobody knows the place of begins with the oldest event: rather twice than never.
fn begin_without_cursor(connection: &Connection, first: i64) -> rusqlite::Result<()> {
    let streams: Vec<(String, Option<i64>, i64)> = connection
        .prepare(
            "SELECT stream.id, source.number, stream.created_at FROM stream
             LEFT JOIN source ON source.id = stream.source
             WHERE stream.id NOT IN (SELECT stream FROM cursor)",
        )?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<rusqlite::Result<_>>()?;
    for (stream, source, at) in streams {
        let first = first.cast_unsigned();
        let position = journal::total_before(connection, first, source)?;
        crate::store::cursor::place(connection, &stream, first, position, at)?;
    }
    Ok(())
}
