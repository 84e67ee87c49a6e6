//! Reading the journal for a stream: what it takes, how far the cursor may pass, and what is read
//! again before it is sent again.

use super::{Surroundings, Worker};
use crate::delivery::units::Origin;
use crate::event::{Event, Seq};
use crate::problem::Problem;
use crate::store::cursor::{self, Cursor};
use crate::store::journal::{self, Wanted};
use crate::store::streams::StreamRow;
use crate::store::{sources, spans};

/// The code of the problem that a block cannot be read.
pub(super) const DAMAGED: &str = "journal-damaged";
/// The code of the problem that the database itself cannot be read.
pub(super) const STORE_DAMAGED: &str = "store-damaged";
/// Events and bytes that a filter looks at in one go.
const LOOK: (usize, usize) = (20_000, 16 << 20);

/// What the journal had.
pub(super) enum Read {
    Events,
    /// Only events that the filter kept out.
    Filtered,
    Nothing,
}

impl Worker {
    pub(super) async fn read_on(&mut self) -> Result<Read, Problem> {
        let store = &self.surroundings.store;
        if store.blocks().last_seq() < self.next_read {
            return Ok(Read::Nothing);
        }
        let wanted = Wanted {
            events: self.limits.events,
            bytes: self.body_limit,
            overhead: self.limits.overhead,
            look: LOOK,
            ..self.wanted(self.next_read)
        };
        let reading = journal::read(store, wanted).await;
        let mut reading = reading.map_err(|problem| damage_at(self.next_read, problem))?;
        if let Some(damaged) = reading.damaged {
            return Err(damaged_block(damaged.first_seq, damaged.last_seq));
        }
        let found = reading.events.len();
        if let Some(span) = self.limits.span {
            cut_by_time(&mut reading.events, span);
        }
        let read = match reading.events.last() {
            Some(last) => {
                self.next_read = last.seq + 1;
                Read::Events
            }
            None if reading.rest > 0 => Read::Filtered,
            None => return Ok(Read::Nothing),
        };
        let whole = reading.events.len() == found;
        reading.gaps.truncate(reading.events.len());
        self.units
            .push(Origin::Journal, reading.events, reading.gaps);
        if whole && reading.rest > 0 {
            self.next_read = reading.next_seq;
            self.units.pass_over(reading.next_seq, reading.rest);
        }
        Ok(read)
    }

    /// Everything that this stream takes from `from` on.
    fn wanted(&self, from: Seq) -> Wanted {
        Wanted {
            filter: self.filter.clone(),
            ..Wanted::all(from, self.source)
        }
    }

    /// The events from `first` to `last`, of which there are to be `count`.
    pub(super) async fn read_again(
        &self,
        (first, last, count): (Seq, Seq, usize),
    ) -> Result<Vec<Event>, Problem> {
        let wanted = Wanted {
            events: count,
            ..self.wanted(first)
        };
        let reading = journal::read(&self.surroundings.store, wanted).await;
        let mut events = reading.map_err(|problem| damage_at(first, problem))?.events;
        events.retain(|event| event.seq <= last);
        if events.len() == count {
            Ok(events)
        } else {
            Err(damaged_block(first, last))
        }
    }
}

/// The stream's cursor and its source's number in the journal, once it is written down what is
/// taken from there on; `None` where the stream is gone.
pub(super) async fn take_up(
    surroundings: &Surroundings,
    stream: &StreamRow,
) -> Result<Option<(Cursor, Option<i64>)>, Problem> {
    let row = stream.clone();
    let (cursor, source, known) = surroundings
        .store
        .read(move |connection| {
            let number = match &row.source {
                // A source that is gone for good has no number and no more events.
                Some(source) => Some(sources::number(connection, source)?.unwrap_or(-1)),
                None => None,
            };
            let known = spans::goes_on(connection, &row)?;
            Ok((cursor::get(connection, &row.id)?, number, known))
        })
        .await?;
    let Some(cursor) = cursor else {
        return Ok(None);
    };
    if !known {
        let (row, epoch) = (stream.clone(), cursor.epoch);
        surroundings
            .store
            .write(move |connection| spans::begin(connection, &row, epoch))
            .await?;
    }
    Ok(Some((cursor, source)))
}

/// Keeps the run from the first event on whose times lie within `span` of each other.
fn cut_by_time(events: &mut Vec<Event>, span: i64) {
    let (mut earliest, mut latest) = (i64::MAX, i64::MIN);
    let keep = events
        .iter()
        .take_while(|event| {
            let Some(time) = event.created_at() else {
                return true;
            };
            let (low, high) = (earliest.min(time), latest.max(time));
            let fits = high - low < span;
            if fits {
                (earliest, latest) = (low, high);
            }
            fits
        })
        .count();
    events.truncate(keep.max(1));
}

/// Names the place where a damaged database was met.
fn damage_at(seq: Seq, problem: Problem) -> Problem {
    if problem.code != STORE_DAMAGED {
        return problem;
    }
    Problem {
        summary: format!("Penstock's database is damaged where event {seq} is to be read."),
        ..problem
    }
}

fn damaged_block(first: Seq, last: Seq) -> Problem {
    Problem::new(
        DAMAGED,
        format!("Events {first} to {last} cannot be read from the journal."),
    )
    .cause("The disk lost or changed part of Penstock's database.")
    .next("Restore the data folder from a backup to deliver them.")
    .next(format!(
        "Or go on without them: replay this stream from event {}.",
        last + 1
    ))
    .short("Journal is damaged")
}
