//! Reading the journal from a cursor, and pruning what nobody needs any more.

use bytes::Bytes;
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::sync::Arc;

use super::{Block, Damaged, decode};
use crate::clock::Millis;
use crate::event::{Event, Seq};
use crate::filter::Compiled;
use crate::problem::Problem;
use crate::store::{Store, is_damage, unless_damaged};

/// A filter that looks at more events than this does so where it holds up nobody else.
const LOOK_HERE: u64 = 2000;

/// What to read from a cursor on.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub from: Seq,
    /// `None` reads every source.
    pub source: Option<i64>,
    /// At most so many events.
    pub events: usize,
    /// At most so many bytes, each event counted with `overhead`.
    pub bytes: usize,
    pub overhead: usize,
    /// Only events that pass.
    pub filter: Option<Arc<Compiled>>,
    /// Events and bytes to look at before coming back, however few passed.
    pub look: (usize, usize),
}

impl Wanted {
    /// Everything of a source, or of all.
    pub fn all(from: Seq, source: Option<i64>) -> Self {
        Self {
            from,
            source,
            events: usize::MAX,
            bytes: usize::MAX,
            overhead: 0,
            filter: None,
            look: (usize::MAX, usize::MAX),
        }
    }
}

/// What a cursor found.
#[derive(Debug, Default)]
pub struct Reading {
    pub events: Vec<Event>,
    /// Before each event, how many its filter kept out since the one before it; empty without a
    /// filter.
    pub gaps: Vec<u64>,
    /// How many it kept out after the last event.
    pub rest: u64,
    /// Where the next read starts.
    pub next_seq: Seq,
    /// When the first of the events was accepted.
    pub accepted_at: Option<Millis>,
    /// A block that cannot be read, where nothing came before it.
    pub damaged: Option<Damaged>,
}

/// Events as wanted, at least one where there is one that passes within what is looked at.
pub async fn read(store: &Store, wanted: Wanted) -> Result<Reading, Problem> {
    let blocks = store.blocks().newest_from(wanted.from);
    let ahead = store.blocks().last_seq().saturating_sub(wanted.from);
    let looks_long = wanted.filter.is_some() && ahead > LOOK_HERE;
    let cut = Cut::new(wanted);
    match blocks {
        Some(blocks) if looks_long => {
            let looked = tokio::task::spawn_blocking(move || cut.take_all(&blocks));
            looked
                .await
                .map_err(|_| Problem::new("engine-stopped", "Penstock is closing."))
        }
        Some(blocks) => Ok(cut.take_all(&blocks)),
        None => {
            let shared = store.clone();
            store
                .read(move |connection| cut.take_from(&shared, connection))
                .await
        }
    }
}

struct Cut {
    wanted: Wanted,
    size: usize,
    looked: (usize, usize),
    reading: Reading,
}

impl Cut {
    fn new(wanted: Wanted) -> Self {
        let reading = Reading {
            next_seq: wanted.from,
            ..Reading::default()
        };
        Self {
            wanted,
            size: 0,
            looked: (0, 0),
            reading,
        }
    }

    fn take_all(mut self, blocks: &[Arc<Block>]) -> Reading {
        for block in blocks {
            if !self.take(block) {
                break;
            }
        }
        self.reading
    }

    fn take_from(mut self, store: &Store, connection: &Connection) -> rusqlite::Result<Reading> {
        let source = self.wanted.source;
        let mut next = floor(connection, self.wanted.from, source)?;
        while let Some(first_seq) = next {
            let loaded = load(store, connection, first_seq);
            if self.ends_before(&loaded) {
                break;
            }
            match loaded? {
                Ok(block) => {
                    if !self.take(&block) {
                        break;
                    }
                }
                Err(damaged) => {
                    if self.looked.0 == 0 {
                        self.reading.damaged = Some(damaged);
                        self.reading.next_seq = damaged.last_seq + 1;
                    }
                    break;
                }
            }
            let follows = following(connection, first_seq, source);
            if self.ends_before(&follows) {
                break;
            }
            next = follows?;
        }
        Ok(self.reading)
    }

    /// Whether it is damage, and something lies before it: that first.
    fn ends_before<T>(&self, read: &rusqlite::Result<T>) -> bool {
        self.looked.0 > 0 && read.as_ref().is_err_and(is_damage)
    }

    /// Whether there is room for more.
    fn take(&mut self, block: &Block) -> bool {
        let (wanted, reading) = (&self.wanted, &mut self.reading);
        if wanted.source.is_some_and(|source| source != block.source) {
            return true;
        }
        for index in block.index_of(wanted.from)..block.len() {
            let mut event = block.event(index);
            if self.looked.0 >= wanted.look.0 || self.looked.1 >= wanted.look.1 {
                return false;
            }
            if let Some(filter) = &wanted.filter {
                if !filter.passes(&event.bytes) {
                    self.looked = (self.looked.0 + 1, self.looked.1 + event.bytes.len());
                    reading.rest += 1;
                    reading.next_seq = event.seq + 1;
                    continue;
                }
                // The few that pass are not to hold on to the blocks they came in.
                event.bytes = Bytes::copy_from_slice(&event.bytes);
            }
            let size = event.bytes.len() + wanted.overhead;
            let full = reading.events.len() >= wanted.events || self.size + size > wanted.bytes;
            if full && !reading.events.is_empty() {
                return false;
            }
            self.looked = (self.looked.0 + 1, self.looked.1 + event.bytes.len());
            self.size += size;
            if wanted.filter.is_some() {
                reading.gaps.push(std::mem::take(&mut reading.rest));
            }
            reading.accepted_at.get_or_insert(block.accepted_at);
            reading.next_seq = event.seq + 1;
            reading.events.push(event);
        }
        true
    }
}

/// The first block that may hold events at or after `seq`.
fn floor(connection: &Connection, seq: Seq, source: Option<i64>) -> rusqlite::Result<Option<Seq>> {
    let at: Option<i64> = connection
        .prepare_cached(
            "SELECT first_seq FROM journal_block
             WHERE first_seq <= ?1 AND last_seq >= ?1 ORDER BY first_seq DESC LIMIT 1",
        )?
        .query_row([seq.cast_signed()], |row| row.get(0))
        .optional()?;
    match at {
        Some(first)
            if source.is_none_or(|source| belongs(connection, first, source).unwrap_or(false)) =>
        {
            Ok(Some(first.cast_unsigned()))
        }
        _ => following(connection, seq.saturating_sub(1), source),
    }
}

fn belongs(connection: &Connection, first_seq: i64, source: i64) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("SELECT source = ?2 FROM journal_block WHERE first_seq = ?1")?
        .query_row(params![first_seq, source], |row| row.get(0))
}

fn following(
    connection: &Connection,
    after: Seq,
    source: Option<i64>,
) -> rusqlite::Result<Option<Seq>> {
    let after = after.cast_signed();
    let next: Option<i64> = match source {
        None => connection
            .prepare_cached("SELECT first_seq FROM journal_block WHERE first_seq > ?1 ORDER BY first_seq LIMIT 1")?
            .query_row([after], |row| row.get(0))
            .optional()?,
        Some(source) => connection
            .prepare_cached(
                "SELECT first_seq FROM journal_block WHERE source = ?2 AND first_seq > ?1
                 ORDER BY first_seq LIMIT 1",
            )?
            .query_row(params![after, source], |row| row.get(0))
            .optional()?,
    };
    Ok(next.map(i64::cast_unsigned))
}

fn load(
    store: &Store,
    connection: &Connection,
    first_seq: Seq,
) -> rusqlite::Result<Result<Arc<Block>, Damaged>> {
    if let Some(block) = store.blocks().recent(first_seq) {
        return Ok(Ok(block));
    }
    let mut statement = connection.prepare_cached(
        "SELECT first_seq, last_seq, source, source_total, accepted_at, crc, data
         FROM journal_block WHERE first_seq = ?1",
    )?;
    let found = statement.query_row([first_seq.cast_signed()], block_of)?;
    Ok(found.map(|block| {
        let block = Arc::new(block);
        store.blocks().remember(Arc::clone(&block));
        block
    }))
}

pub(super) fn block_of(row: &Row<'_>) -> rusqlite::Result<Result<Block, Damaged>> {
    let first_seq = row.get::<_, i64>(0)?.cast_unsigned();
    let last_seq = row.get::<_, i64>(1)?.cast_unsigned();
    let damaged = Damaged {
        first_seq,
        last_seq,
    };
    let data = row.get_ref(6)?.as_blob()?;
    let Some((body, ends, start)) = decode(data, row.get(5)?) else {
        return Ok(Err(damaged));
    };
    if ends.len() as u64 != last_seq + 1 - first_seq {
        return Ok(Err(damaged));
    }
    Ok(Ok(Block {
        first_seq,
        source: row.get(2)?,
        source_total: row.get::<_, i64>(3)?.cast_unsigned(),
        accepted_at: row.get(4)?,
        body,
        ends,
        start,
    }))
}

/// How many events of a source (or of all) lie before `seq`.
pub fn total_before(
    connection: &Connection,
    seq: Seq,
    source: Option<i64>,
) -> rusqlite::Result<u64> {
    let Some(source) = source else {
        return Ok(seq.saturating_sub(1));
    };
    if seq > last_seq(connection)? {
        return total(connection, source);
    }
    let block = connection
        .prepare_cached(
            "SELECT last_seq, source_total FROM journal_block
             WHERE source = ?1 AND first_seq < ?2 ORDER BY first_seq DESC LIMIT 1",
        )?
        .query_row(params![source, seq.cast_signed()], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))
        })
        .optional();
    // Damage that ends before `seq` has no say: the next block knows how many came before it.
    let before = match unless_damaged(block)?.flatten() {
        Some((last, total)) if last >= seq.cast_signed() => {
            return Ok((total - (last + 1 - seq.cast_signed())).cast_unsigned());
        }
        Some((_, total)) => total.cast_unsigned(),
        None => 0,
    };
    // What was pruned from there on to the next block counts as before it: it can never come again.
    let next: Option<i64> = connection
        .prepare_cached(
            "SELECT source_total - (last_seq + 1 - first_seq) FROM journal_block
             WHERE source = ?1 AND first_seq >= ?2 ORDER BY first_seq LIMIT 1",
        )?
        .query_row(params![source, seq.cast_signed()], |row| row.get(0))
        .optional()?;
    let all = match next {
        Some(next) => next.cast_unsigned(),
        None => total(connection, source)?,
    };
    Ok(all.max(before))
}

/// The first event from which on nothing was pruned: of a source, or of all; the next one to be
/// appended where the newest were. Looks back no further than to the block of `enough`.
pub fn whole_from(
    connection: &Connection,
    source: Option<i64>,
    enough: Seq,
) -> rusqlite::Result<Seq> {
    let last = last_seq(connection)?;
    let (mut whole, mut upto) = match source {
        None => (last + 1, last),
        Some(source) => (last + 1, total(connection, source)?),
    };
    if upto == 0 {
        return Ok(0);
    }
    let mut statement = connection.prepare_cached(match source {
        None => {
            "SELECT first_seq, first_seq - 1, last_seq FROM journal_block
             WHERE ?1 IS NULL ORDER BY first_seq DESC"
        }
        Some(_) => {
            "SELECT first_seq, source_total - (last_seq + 1 - first_seq), source_total
             FROM journal_block WHERE source = ?1 ORDER BY first_seq DESC"
        }
    })?;
    let mut rows = statement.query([source])?;
    while let Some(row) = rows.next()? {
        let ends = row.get::<_, i64>(2)?.cast_unsigned();
        if ends < upto {
            break;
        }
        whole = row.get::<_, i64>(0)?.cast_unsigned();
        upto = row.get::<_, i64>(1)?.cast_unsigned();
        if whole <= enough {
            break;
        }
    }
    Ok(whole)
}

/// Events of a source that were ever appended.
fn total(connection: &Connection, source: i64) -> rusqlite::Result<u64> {
    let total: Option<i64> = connection
        .prepare_cached("SELECT total FROM source WHERE number = ?1")?
        .query_row([source], |row| row.get(0))
        .optional()?;
    Ok(total.unwrap_or(0).cast_unsigned())
}

/// What the journal holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    pub first_seq: Seq,
    pub last_seq: Seq,
    pub events: u64,
    pub bytes: u64,
}

pub fn summary(connection: &Connection) -> rusqlite::Result<Summary> {
    connection
        .prepare_cached(
            "SELECT coalesce(min(first_seq), 0),
                    (SELECT value FROM counter WHERE name = 'last_seq'),
                    coalesce(sum(last_seq + 1 - first_seq), 0),
                    coalesce(sum(bytes), 0)
             FROM journal_block",
        )?
        .query_row([], |row| {
            Ok(Summary {
                first_seq: row.get::<_, i64>(0)?.cast_unsigned(),
                last_seq: row.get::<_, i64>(1)?.cast_unsigned(),
                events: row.get::<_, i64>(2)?.cast_unsigned(),
                bytes: row.get::<_, i64>(3)?.cast_unsigned(),
            })
        })
}

/// When the oldest event that is kept was accepted.
pub fn oldest_at(connection: &Connection) -> rusqlite::Result<Option<Millis>> {
    connection
        .prepare_cached("SELECT accepted_at FROM journal_block ORDER BY first_seq LIMIT 1")?
        .query_row([], |row| row.get(0))
        .optional()
}

/// Deletes up to `limit` blocks that every stream has passed and that were accepted before
/// `before`; the number deleted. A paused stream counts, so nothing is lost by pausing.
pub fn prune(connection: &Connection, before: Millis, limit: u32) -> rusqlite::Result<usize> {
    connection
        .prepare_cached(
            "DELETE FROM journal_block WHERE first_seq IN (
               SELECT first_seq FROM journal_block AS block
               WHERE accepted_at < ?1 AND NOT EXISTS (
                 SELECT 1 FROM stream JOIN cursor ON cursor.stream = stream.id
                 LEFT JOIN source ON source.id = stream.source
                 WHERE (stream.source IS NULL OR source.number = block.source)
                   AND cursor.next_seq <= block.last_seq)
               ORDER BY first_seq LIMIT ?2)",
        )?
        .execute(params![before, limit])
}

/// The first event accepted at or after `time`.
pub fn first_since(connection: &Connection, time: Millis) -> rusqlite::Result<Option<Seq>> {
    let seq: Option<i64> = connection
        .prepare_cached("SELECT min(first_seq) FROM journal_block WHERE accepted_at >= ?1")?
        .query_row([time], |row| row.get(0))?;
    Ok(seq.map(i64::cast_unsigned))
}

/// The newest event that was ever appended.
pub fn last_seq(connection: &Connection) -> rusqlite::Result<Seq> {
    connection
        .prepare_cached("SELECT value FROM counter WHERE name = 'last_seq'")?
        .query_row([], |row| row.get::<_, i64>(0).map(i64::cast_unsigned))
}

/// The same, where the counter may be older than the blocks.
pub fn newest(connection: &Connection) -> rusqlite::Result<Seq> {
    let block: Option<i64> = connection
        .prepare_cached("SELECT last_seq FROM journal_block ORDER BY first_seq DESC LIMIT 1")?
        .query_row([], |row| row.get(0))
        .optional()?;
    Ok(last_seq(connection)?.max(block.unwrap_or(0).cast_unsigned()))
}

/// Grows whenever a process appended, delivered or filtered something.
pub fn stamp(connection: &Connection) -> rusqlite::Result<(i64, i64, i64)> {
    connection
        .prepare_cached(
            "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'attempt'), 0),
                    (SELECT value FROM counter WHERE name = 'last_seq'),
                    (SELECT coalesce(sum(filtered), 0) FROM cursor)",
        )?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
}
