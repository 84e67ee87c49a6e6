//! Where each stream stands, and how it is doing.
//!
//! Always holds: a cursor moves only in the transaction that records the attempt which moved it.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::spans;
use super::streams::text;
use crate::clock::Millis;
use crate::event::Seq;
use crate::problem::Problem;

/// What delivery is doing, apart from what a person decided.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum State {
    /// Nothing stands in the way.
    #[default]
    Ready,
    /// The provider is busy or unreachable.
    Retrying,
    /// A person has to mend something.
    Held,
}

impl State {
    fn name(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Retrying => "retrying",
            Self::Held => "held",
        }
    }

    fn named(name: &str) -> Self {
        match name {
            "retrying" => Self::Retrying,
            "held" => Self::Held,
            _ => Self::Ready,
        }
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Cursor {
    /// The first event not yet settled.
    pub next_seq: Seq,
    /// Events of its sources before `next_seq`.
    pub position: u64,
    /// Grows when a person moves the cursor, so that delivery notices.
    pub epoch: i64,
    pub delivered: u64,
    /// Events that its filter kept out.
    pub filtered: u64,
    pub last_delivered_at: Option<Millis>,
    pub state: State,
    pub state_since: Millis,
    /// Tries of what stands at the head.
    pub tries: u32,
    pub next_try_at: Option<Millis>,
    /// The last problem, kept after it was overcome.
    pub problem: Option<Problem>,
    pub problem_at: Option<Millis>,
}

fn of(row: &Row<'_>) -> rusqlite::Result<Cursor> {
    Ok(Cursor {
        next_seq: row.get::<_, i64>(0)?.cast_unsigned(),
        position: row.get::<_, i64>(1)?.cast_unsigned(),
        delivered: row.get::<_, i64>(2)?.cast_unsigned(),
        last_delivered_at: row.get(3)?,
        state: State::named(row.get_ref(4)?.as_str()?),
        state_since: row.get(5)?,
        tries: row.get(6)?,
        next_try_at: row.get(7)?,
        problem: row
            .get::<_, Option<String>>(8)?
            .and_then(|text| serde_json::from_str(&text).ok()),
        problem_at: row.get(9)?,
        epoch: row.get(10)?,
        filtered: row.get::<_, i64>(11)?.cast_unsigned(),
    })
}

pub fn get(connection: &Connection, stream: &str) -> rusqlite::Result<Option<Cursor>> {
    connection
        .prepare_cached(
            "SELECT next_seq, position, delivered, last_delivered_at, state, state_since, tries,
                    next_try_at, problem, problem_at, epoch, filtered
             FROM cursor WHERE stream = ?1",
        )?
        .query_row([stream], of)
        .optional()
}

/// Starts a stream's cursor, or sets it to another place.
pub fn place(
    connection: &Connection,
    stream: &str,
    next_seq: Seq,
    position: u64,
    now: Millis,
) -> rusqlite::Result<()> {
    let before = get(connection, stream)?;
    connection
        .prepare_cached(
            "INSERT INTO cursor (stream, next_seq, position, state_since) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (stream) DO UPDATE SET next_seq = excluded.next_seq, position = excluded.position,
                                              epoch = epoch + 1",
        )?
        .execute(params![stream, next_seq.cast_signed(), position.cast_signed(), now])?;
    match before {
        Some(before) => spans::moved(connection, stream, before.next_seq, next_seq),
        None => Ok(()),
    }
}

/// Events that the cursor passed wait again: they are not counted as passed any more.
pub fn uncount(
    connection: &Connection,
    stream: &str,
    delivered: u64,
    filtered: u64,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE cursor SET delivered = max(0, delivered - ?2), filtered = max(0, filtered - ?3)
             WHERE stream = ?1",
        )?
        .execute(params![
            stream,
            delivered.cast_signed(),
            filtered.cast_signed()
        ])?;
    Ok(())
}

/// The cursor as delivery has it; `false`, and nothing saved, where a person moved the cursor or
/// deleted the stream meanwhile.
pub fn save(connection: &Connection, stream: &str, cursor: &Cursor) -> rusqlite::Result<bool> {
    let saved = connection
        .prepare_cached(
            "UPDATE cursor SET next_seq = ?2, position = ?3, delivered = ?4, last_delivered_at = ?5,
                               state = ?6, state_since = ?7, tries = ?8, next_try_at = ?9,
                               problem = ?10, problem_at = ?11, filtered = ?13
             WHERE stream = ?1 AND epoch = ?12",
        )?
        .execute(params![
            stream,
            cursor.next_seq.cast_signed(),
            cursor.position.cast_signed(),
            cursor.delivered.cast_signed(),
            cursor.last_delivered_at,
            cursor.state.name(),
            cursor.state_since,
            cursor.tries,
            cursor.next_try_at,
            cursor.problem.as_ref().map(text),
            cursor.problem_at,
            cursor.epoch,
            cursor.filtered.cast_signed()
        ])?;
    Ok(saved == 1)
}
