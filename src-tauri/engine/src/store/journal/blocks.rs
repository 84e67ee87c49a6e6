//! Blocks in memory: those about to be written, and the newest ones, kept so that live streams
//! need no read from disk.

use bytes::Bytes;
use rusqlite::{Connection, params};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use tokio::sync::watch;

use super::read::newest;
use super::{Block, encode};
use crate::clock::Millis;
use crate::event::Seq;
use crate::problem::Problem;
use crate::store::stat::{self, Delta};
use crate::store::witness::Standing;

/// A block ends at the first of these.
const BLOCK_EVENTS: usize = 1000;
const BLOCK_BYTES: usize = 1 << 20;
/// Bytes of the newest blocks kept in memory.
const TAIL_BYTES: usize = 12 << 20;
/// Blocks read back from disk and kept, for streams that catch up side by side.
const RECENT_BLOCKS: usize = 6;

/// The counters of the journal and its newest blocks.
pub struct Blocks {
    tail: watch::Sender<Seq>,
    inner: Mutex<Inner>,
}

struct Inner {
    last_seq: Seq,
    sources: HashMap<i64, SourceCount>,
    newest: BTreeMap<Seq, Arc<Block>>,
    newest_bytes: usize,
    recent: VecDeque<Arc<Block>>,
    trouble: Option<Problem>,
}

struct SourceCount {
    id: String,
    total: u64,
    changed: watch::Sender<u64>,
}

impl Blocks {
    pub(in crate::store) fn new(connection: &Connection) -> rusqlite::Result<Self> {
        let last_seq = newest(connection)?;
        let blocks = Self {
            tail: watch::Sender::new(last_seq),
            inner: Mutex::new(Inner {
                last_seq,
                sources: HashMap::new(),
                newest: BTreeMap::new(),
                newest_bytes: 0,
                recent: VecDeque::new(),
                trouble: None,
            }),
        };
        blocks.reload(connection)?;
        Ok(blocks)
    }

    /// Takes up sources made since, and, as a guest, what the owner appended since.
    pub fn reload(&self, connection: &Connection) -> rusqlite::Result<()> {
        let last_seq: i64 = connection.query_row(
            "SELECT value FROM counter WHERE name = 'last_seq'",
            [],
            |row| row.get(0),
        )?;
        let mut statement = connection.prepare_cached("SELECT number, id, total FROM source")?;
        let rows = statement
            .query_map([], |row| {
                Ok((
                    row.get(0)?,
                    row.get(1)?,
                    row.get::<_, i64>(2)?.cast_unsigned(),
                ))
            })?
            .collect::<rusqlite::Result<Vec<(i64, String, u64)>>>()?;
        let mut inner = self.lock();
        for (number, id, total) in rows {
            let source = inner.sources.entry(number).or_insert_with(|| SourceCount {
                id,
                total,
                changed: watch::Sender::new(total),
            });
            if total > source.total {
                source.total = total;
                source.changed.send_replace(total);
            }
        }
        let last_seq = last_seq.cast_unsigned();
        if last_seq > inner.last_seq {
            inner.last_seq = last_seq;
            inner.newest.clear();
            inner.newest_bytes = 0;
            drop(inner);
            self.tail.send_replace(last_seq);
        }
        Ok(())
    }

    pub fn last_seq(&self) -> Seq {
        self.lock().last_seq
    }

    /// How far the journal got, its newest event accepted at `at`.
    pub(in crate::store) fn standing(&self, at: Millis) -> Standing {
        let inner = self.lock();
        let totals = inner.sources.iter();
        let mut sources: Vec<(i64, u64)> = totals
            .map(|(number, source)| (*number, source.total))
            .collect();
        sources.sort_unstable();
        Standing {
            last_seq: inner.last_seq,
            at,
            sources,
        }
    }

    /// Events appended so far: of one source, or of all.
    pub fn total(&self, source: Option<i64>) -> u64 {
        let inner = self.lock();
        match source {
            None => inner.last_seq,
            Some(number) => inner.sources.get(&number).map_or(0, |source| source.total),
        }
    }

    /// Told each time events were appended: of one source, or of any.
    pub fn subscribe(&self, source: Option<i64>) -> watch::Receiver<u64> {
        let inner = self.lock();
        match source.and_then(|number| inner.sources.get(&number)) {
            Some(source) => source.changed.subscribe(),
            None => self.tail.subscribe(),
        }
    }

    /// Why nothing can be written at the moment.
    pub fn trouble(&self) -> Option<Problem> {
        self.lock().trouble.clone()
    }

    /// Whether that is news.
    pub(in crate::store) fn set_trouble(&self, trouble: Option<&Problem>) -> bool {
        let mut inner = self.lock();
        let news = inner.trouble.is_some() != trouble.is_some();
        if news {
            inner.trouble = trouble.cloned();
        }
        news
    }

    /// The newest blocks from the one that holds `seq` on, where memory has it.
    pub(super) fn newest_from(&self, seq: Seq) -> Option<Vec<Arc<Block>>> {
        let inner = self.lock();
        let (floor, _) = inner.newest.range(..=seq).next_back()?;
        Some(
            inner
                .newest
                .range(*floor..)
                .map(|(_, block)| Arc::clone(block))
                .collect(),
        )
    }

    pub(super) fn recent(&self, first_seq: Seq) -> Option<Arc<Block>> {
        self.lock()
            .recent
            .iter()
            .find(|block| block.first_seq == first_seq)
            .cloned()
    }

    pub(super) fn remember(&self, block: Arc<Block>) {
        let mut inner = self.lock();
        if inner
            .recent
            .iter()
            .any(|known| known.first_seq == block.first_seq)
        {
            return;
        }
        if inner.recent.len() == RECENT_BLOCKS {
            inner.recent.pop_front();
        }
        inner.recent.push_back(block);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner
            .lock()
            .expect("nothing panics while it holds the counters")
    }
}

/// The appends of one transaction, gathered into blocks.
#[derive(Default)]
pub struct Pending {
    open: BTreeMap<i64, Gathering>,
    ready: Vec<Gathering>,
    written: Vec<Arc<Block>>,
}

struct Gathering {
    source: i64,
    at: Millis,
    events: Vec<Bytes>,
    bytes: usize,
    largest: usize,
}

impl Pending {
    pub fn push(&mut self, source: i64, events: &[Bytes], at: Millis) {
        for event in events {
            let full = self.open.get(&source).is_some_and(|open| {
                open.events.len() >= BLOCK_EVENTS || open.bytes + event.len() > BLOCK_BYTES
            });
            if full && let Some(open) = self.open.remove(&source) {
                self.ready.push(open);
            }
            let open = self.open.entry(source).or_insert_with(|| Gathering {
                source,
                at,
                events: Vec::new(),
                bytes: 0,
                largest: 0,
            });
            open.bytes += event.len();
            open.largest = open.largest.max(event.len());
            open.at = open.at.max(at);
            open.events.push(event.clone());
        }
    }

    /// Inserts the blocks; part of the caller's transaction.
    pub fn write(&mut self, connection: &Connection, blocks: &Blocks) -> rusqlite::Result<()> {
        self.ready
            .extend(std::mem::take(&mut self.open).into_values());
        if self.ready.is_empty() {
            return Ok(());
        }
        let (mut next, mut totals) = {
            let inner = blocks.lock();
            let totals: HashMap<i64, (String, u64)> = inner
                .sources
                .iter()
                .map(|(number, source)| (*number, (source.id.clone(), source.total)))
                .collect();
            (inner.last_seq + 1, totals)
        };
        for gathering in std::mem::take(&mut self.ready) {
            let Some((id, total)) = totals.get_mut(&gathering.source) else {
                // Deleted while its last request was on the way: refused, not lost.
                return Err(rusqlite::Error::QueryReturnedNoRows);
            };
            *total += gathering.events.len() as u64;
            let block = insert(connection, next, *total, &gathering)?;
            next = block.last_seq() + 1;
            connection
                .prepare_cached(
                    "UPDATE source SET total = ?2, last_event_at = ?3, largest = max(largest, ?4)
                     WHERE number = ?1",
                )?
                .execute(params![
                    gathering.source,
                    total.cast_signed(),
                    gathering.at,
                    gathering.largest as i64
                ])?;
            let delta = Delta {
                delivered: gathering.events.len() as u64,
                ..Delta::default()
            };
            stat::add(connection, id, gathering.at, &delta)?;
            self.written.push(Arc::new(block));
        }
        connection
            .prepare_cached("UPDATE counter SET value = ?1 WHERE name = 'last_seq'")?
            .execute([(next - 1).cast_signed()])?;
        Ok(())
    }

    /// Announces the blocks once they are durable; when the newest was accepted.
    pub fn publish(self, blocks: &Blocks) -> Option<Millis> {
        let last = self.written.last()?;
        let (last_seq, at) = (last.last_seq(), last.accepted_at);
        let mut inner = blocks.lock();
        inner.last_seq = last_seq;
        for block in self.written {
            if let Some(source) = inner.sources.get_mut(&block.source) {
                source.total = block.source_total;
                source.changed.send_replace(block.source_total);
            }
            inner.newest_bytes += block.bytes();
            inner.newest.insert(block.first_seq, block);
        }
        while inner.newest_bytes > TAIL_BYTES && inner.newest.len() > 1 {
            if let Some((_, block)) = inner.newest.pop_first() {
                inner.newest_bytes -= block.bytes();
            }
        }
        drop(inner);
        blocks.tail.send_replace(last_seq);
        Some(at)
    }
}

fn insert(
    connection: &Connection,
    first_seq: Seq,
    source_total: u64,
    gathering: &Gathering,
) -> rusqlite::Result<Block> {
    let count = gathering.events.len();
    let start = 4 + 4 * count;
    let mut body = Vec::with_capacity(start + gathering.bytes);
    body.extend_from_slice(&(count as u32).to_le_bytes());
    for event in &gathering.events {
        body.extend_from_slice(&(event.len() as u32).to_le_bytes());
    }
    let mut ends = Vec::with_capacity(count);
    for event in &gathering.events {
        body.extend_from_slice(event);
        ends.push(body.len() as u32);
    }
    let (crc, data) = encode(&body);
    connection
        .prepare_cached(
            "INSERT INTO journal_block
               (first_seq, last_seq, source, source_total, accepted_at, crc, bytes, data)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            first_seq.cast_signed(),
            (first_seq + count as u64 - 1).cast_signed(),
            gathering.source,
            source_total.cast_signed(),
            gathering.at,
            crc,
            data.len() as i64,
            data
        ])?;
    Ok(Block {
        first_seq,
        source: gathering.source,
        source_total,
        accepted_at: gathering.at,
        body: Bytes::from(body),
        ends,
        start: start as u32,
    })
}
