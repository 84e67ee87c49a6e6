//! Replay: a person sets a stream's cursor.
//!
//! Always holds: for every event that a stream takes, it is counted as delivered, set aside, kept
//! out or waiting, and as one of these only. What is delivered again waits until then.

use rusqlite::{Connection, params};
use std::ops::{ControlFlow, Range};

use super::Engine;
use crate::clock::Millis;
use crate::event::Seq;
use crate::filter::Filter;
use crate::problem::Problem;
use crate::store::spans::{self, Span};
use crate::store::streams::{self, StreamRow};
use crate::store::{cursor, journal, sources};
use crate::view::StreamView;

/// Where a replay starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplayFrom {
    Seq(Seq),
    /// The time of acceptance by Penstock.
    Time(Millis),
}

impl Engine {
    /// Sets the cursor; events already delivered from there on are delivered again.
    pub async fn replay_stream(&self, key: &str, from: ReplayFrom) -> Result<StreamView, Problem> {
        let row = self.stream_row(key).await?;
        let now = self.now();
        let (id, source) = (row.id.clone(), row.source.clone());
        // Looking through a long past is not for the thread that writes.
        let (to, known) = self
            .0
            .store
            .read(move |connection| {
                let source = match &source {
                    Some(source) => Some(sources::number(connection, source)?.unwrap_or(-1)),
                    None => None,
                };
                let to = place_of(connection, from, source)?;
                let next = cursor::get(connection, &id)?.unwrap_or_default().next_seq;
                let passed = Passed::within(connection, &id, to..next)?;
                Ok((to, (next, passed)))
            })
            .await?;
        let stream = row.clone();
        self.0
            .store
            .write(move |connection| move_cursor(connection, &stream, to, known, now))
            .await?;
        self.configured().await;
        self.stream(&row.id).await
    }
}

/// Not before what pruning left out, which may lie behind older events that another stream needs.
fn place_of(
    connection: &Connection,
    from: ReplayFrom,
    source: Option<i64>,
) -> rusqlite::Result<Seq> {
    let next = journal::last_seq(connection)? + 1;
    let seq = match from {
        ReplayFrom::Seq(seq) => seq,
        ReplayFrom::Time(time) => journal::first_since(connection, time)?.unwrap_or(next),
    };
    let first = first_place(connection, source, seq)?;
    Ok(seq.clamp(first, next.max(first)))
}

fn first_place(connection: &Connection, source: Option<i64>, to: Seq) -> rusqlite::Result<Seq> {
    Ok(journal::whole_from(connection, source, to)?.max(1))
}

/// `known` is what was passed from `to` up to another place, where that lies before the cursor.
fn move_cursor(
    connection: &Connection,
    stream: &StreamRow,
    to: Seq,
    (known_to, known): (Seq, Passed),
    now: Millis,
) -> rusqlite::Result<()> {
    let cursor = cursor::get(connection, &stream.id)?.unwrap_or_default();
    let source = match &stream.source {
        Some(source) => Some(sources::number(connection, source)?.unwrap_or(-1)),
        None => None,
    };
    let first = first_place(connection, source, to)?;
    let passed = if to < first {
        // Some of it was pruned since it was looked through.
        Passed::within(connection, &stream.id, first..cursor.next_seq)?
    } else if known_to <= cursor.next_seq {
        let since = Passed::within(connection, &stream.id, known_to.max(to)..cursor.next_seq)?;
        known.and(since)
    } else {
        Passed::within(connection, &stream.id, to..cursor.next_seq)?
    };
    let to = to.max(first);
    let refused = take_back_refused(connection, &stream.id, to)?;
    let delivered = passed.taken.saturating_sub(passed.filtered + refused);
    let position = journal::total_before(connection, to, source)?;
    cursor::place(connection, &stream.id, to, position, now)?;
    cursor::uncount(connection, &stream.id, delivered, passed.filtered)?;
    // The worker that has the old place ends, and another begins at the new one.
    streams::set_paused(connection, &stream.id, stream.paused_at)
}

/// Failed events from there on come again from the journal; how many there were, those included
/// that a person discarded.
fn take_back_refused(connection: &Connection, stream: &str, from: Seq) -> rusqlite::Result<u64> {
    let discarded: i64 = connection
        .prepare_cached("SELECT count(*) FROM discarded WHERE stream = ?1 AND seq >= ?2")?
        .query_row(params![stream, from.cast_signed()], |row| row.get(0))?;
    let failed = connection
        .prepare_cached("DELETE FROM set_aside WHERE stream = ?1 AND seq >= ?2")?
        .execute(params![stream, from.cast_signed()])?;
    Ok(discarded.cast_unsigned() + failed as u64)
}

/// How a stream passed a range of events.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Passed {
    /// Events of the sources it took at the time.
    taken: u64,
    /// Those of them that its filter kept out.
    filtered: u64,
}

impl Passed {
    /// An empty range has passed nothing.
    fn within(connection: &Connection, stream: &str, range: Range<Seq>) -> rusqlite::Result<Self> {
        let mut sum = Self::default();
        let spans = spans::of(connection, stream)?;
        for (at, span) in spans.iter().enumerate() {
            let end = spans.get(at + 1).map_or(Seq::MAX, |next| next.from_seq);
            let part = range.start.max(span.from_seq)..range.end.min(end);
            if !span.skipped && part.start < part.end {
                sum = sum.and(Self::by(connection, span, part)?);
            }
        }
        Ok(sum)
    }

    fn by(connection: &Connection, span: &Span, range: Range<Seq>) -> rusqlite::Result<Self> {
        let source = match &span.source {
            Some(source) => Some(sources::number(connection, source)?.unwrap_or(-1)),
            None => None,
        };
        let until = journal::total_before(connection, range.end, source)?;
        let taken = until - journal::total_before(connection, range.start, source)?;
        let filter: Option<Filter> = serde_json::from_str(&span.filter).ok();
        let Some(filter) = filter.and_then(|filter| filter.compile().ok()) else {
            return Ok(Self { taken, filtered: 0 });
        };
        let mut filtered = 0;
        if !filter.is_empty() {
            journal::back(connection, range.end, source, |block| {
                for index in 0..block.len() {
                    let event = block.event(index);
                    let kept_out = range.contains(&event.seq) && !filter.passes(&event.bytes);
                    filtered += u64::from(kept_out);
                }
                if block.first_seq <= range.start {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            })?;
        }
        Ok(Self { taken, filtered })
    }

    fn and(self, other: Self) -> Self {
        Self {
            taken: self.taken + other.taken,
            filtered: self.filtered + other.filtered,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;
    use crate::store::cursor::Cursor;
    use bytes::Bytes;

    #[tokio::test]
    async fn what_is_pruned_between_looking_and_moving_does_not_wait() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path()).expect("it opens");
        let stream = StreamRow {
            id: "s".into(),
            name: "Stream".into(),
            provider: "custom".into(),
            source: None,
            details: Default::default(),
            secrets: Default::default(),
            filter: Some(Filter::default()),
            redaction: Some(Default::default()),
            endpoint: String::new(),
            verified: false,
            paused_at: None,
            retry_asked: 0,
            created_at: 0,
            revision: 0,
        };
        let row = stream.clone();
        let made = store.write(move |connection| {
            let source = "INSERT INTO source (id, name, kind, details, created_at)
                          VALUES ('i', 'Intake', 'http_intake', '{}', 0)";
            connection.execute(source, [])?;
            streams::insert(connection, &row)?;
            cursor::place(connection, &row.id, 1, 0, 0)?;
            spans::begin(connection, &row, 0)?;
            connection.query_row("SELECT number FROM source", [], |row| row.get(0))
        });
        let source = made.await.expect("source and stream are made");
        let blocks = store.blocks().clone();
        let known = store.read(move |connection| blocks.reload(connection));
        known.await.expect("the source is known");
        for _ in 0..3 {
            let events = vec![Bytes::from_static(b"{}"); 5];
            let appended = store.writer().append(source, events, 1, None).await;
            appended.expect("a block is appended");
        }
        let known = store.write(|connection| {
            let before = cursor::get(connection, "s")?.unwrap_or_default();
            let after = Cursor {
                next_seq: 16,
                position: 15,
                delivered: 15,
                ..before
            };
            assert!(cursor::save(connection, "s", &after)?);
            Passed::within(connection, "s", 3..16)
        });
        let known = known.await.expect("everything is delivered");
        assert_eq!(known.taken, 13);
        let after = store.write(move |connection| {
            assert_eq!(journal::prune(connection, Millis::MAX, 2)?, 2);
            move_cursor(connection, &stream, 3, (16, known), 0)?;
            cursor::get(connection, "s")
        });
        let after = after.await.expect("it is moved").expect("it is there");
        assert_eq!(
            (after.next_seq, after.position, after.delivered),
            (11, 10, 10)
        );
    }
}
