//! The journal: every accepted event, once, in blocks.
//!
//! Always holds: sequence numbers start at 1 and have no gaps; a block belongs to one source and
//! is written once; what [`Blocks`] announces is durable. Form of a block's data, compressed with
//! lz4 (length prepended): count, then each event's length, as little-endian `u32`, then the
//! events' bytes as they came. The checksum covers the compressed data.

mod back;
mod blocks;
mod lost;
mod read;

pub use back::back;
pub use blocks::{Blocks, Pending};
pub use lost::insert_lost;
pub use read::{
    Reading, Summary, Wanted, first_since, last_seq, newest, oldest_at, prune, read, stamp,
    summary, total_before, whole_from,
};

use bytes::Bytes;

use crate::clock::Millis;
use crate::event::{Event, Seq};

/// Events of one source that share a row.
#[derive(Debug)]
pub struct Block {
    pub first_seq: Seq,
    pub source: i64,
    /// Events of this source up to and including this block.
    pub source_total: u64,
    pub accepted_at: Millis,
    body: Bytes,
    /// Where each event ends in `body`; the first starts at `start`.
    ends: Vec<u32>,
    start: u32,
}

impl Block {
    pub fn last_seq(&self) -> Seq {
        self.first_seq + self.ends.len() as u64 - 1
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    pub fn bytes(&self) -> usize {
        self.body.len() + self.ends.len() * 4
    }

    /// The event at `index`, counted from 0.
    pub fn event(&self, index: usize) -> Event {
        let from = if index == 0 {
            self.start
        } else {
            self.ends[index - 1]
        };
        Event {
            seq: self.first_seq + index as u64,
            bytes: self.body.slice(from as usize..self.ends[index] as usize),
        }
    }

    /// The index of the first event at or after `seq`.
    pub fn index_of(&self, seq: Seq) -> usize {
        usize::try_from(seq.saturating_sub(self.first_seq)).unwrap_or(usize::MAX)
    }
}

/// A damaged block, named by its events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Damaged {
    pub first_seq: Seq,
    pub last_seq: Seq,
}

fn encode(body: &[u8]) -> (u32, Vec<u8>) {
    let data = lz4_flex::block::compress_prepend_size(body);
    (crc32fast::hash(&data), data)
}

fn decode(data: &[u8], crc: u32) -> Option<(Bytes, Vec<u32>, u32)> {
    if crc32fast::hash(data) != crc {
        return None;
    }
    let body = lz4_flex::block::decompress_size_prepended(data).ok()?;
    let number = |at: usize| Some(u32::from_le_bytes(body.get(at..at + 4)?.try_into().ok()?));
    let count = number(0)? as usize;
    let start = u32::try_from(4 + 4 * count).ok()?;
    let mut end = start;
    let mut ends = Vec::with_capacity(count);
    for index in 0..count {
        end = end.checked_add(number(4 + 4 * index)?)?;
        ends.push(end);
    }
    (end as usize == body.len()).then(|| (Bytes::from(body), ends, start))
}
