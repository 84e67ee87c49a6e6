//! Attempts: each request to a provider and its answer, secrets redacted before they get here.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::streams::{json, text};
use crate::clock::{Millis, rfc3339};
use crate::event::Seq;
use crate::problem::Problem;
use crate::view::{AttemptDetail, AttemptView, Exchange, Outcome};

/// Attempts kept for each stream.
const KEPT: i64 = 1000;

#[derive(Debug, Clone, PartialEq)]
pub struct Attempt {
    pub at: Millis,
    pub outcome: Outcome,
    pub status: Option<u16>,
    pub reason: String,
    pub first_seq: Seq,
    pub last_seq: Seq,
    pub events: u64,
    pub bytes: u64,
    pub latency_ms: u32,
    pub attempt: u32,
    pub sample: bool,
    pub set_aside: u64,
    pub next_try_at: Option<Millis>,
    pub problem: Option<Problem>,
    pub exchange: Exchange,
}

pub fn insert(connection: &Connection, stream: &str, attempt: &Attempt) -> rusqlite::Result<i64> {
    connection
        .prepare_cached(
            "INSERT INTO attempt (stream, at, outcome, status, reason, first_seq, last_seq, events, bytes,
                                  latency_ms, attempt, sample, set_aside, next_try_at, problem, exchange)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
        )?
        .execute(params![
            stream,
            attempt.at,
            outcome_name(attempt.outcome),
            attempt.status,
            attempt.reason,
            attempt.first_seq.cast_signed(),
            attempt.last_seq.cast_signed(),
            attempt.events.cast_signed(),
            attempt.bytes.cast_signed(),
            attempt.latency_ms,
            attempt.attempt,
            attempt.sample,
            attempt.set_aside.cast_signed(),
            attempt.next_try_at,
            attempt.problem.as_ref().map(text),
            text(&attempt.exchange)
        ])?;
    let id = connection.last_insert_rowid();
    if id % 100 == 0 {
        prune(connection, stream)?;
    }
    Ok(id)
}

fn prune(connection: &Connection, stream: &str) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "DELETE FROM attempt WHERE stream = ?1 AND id <= (
               SELECT id FROM attempt WHERE stream = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
        )?
        .execute(params![stream, KEPT])?;
    Ok(())
}

const COLUMNS: &str = "id, stream, at, outcome, status, reason, first_seq, last_seq, events, bytes, \
                       latency_ms, attempt, sample, set_aside, next_try_at";

fn of(row: &Row<'_>) -> rusqlite::Result<AttemptView> {
    let count = |index| row.get::<_, i64>(index).map(i64::cast_unsigned);
    Ok(AttemptView {
        id: row.get(0)?,
        stream: row.get(1)?,
        at: rfc3339(row.get(2)?),
        outcome: outcome_named(row.get_ref(3)?.as_str()?),
        status: row.get(4)?,
        reason: row.get(5)?,
        first_seq: count(6)?,
        last_seq: count(7)?,
        events: count(8)?,
        bytes: count(9)?,
        latency_ms: row.get(10)?,
        attempt: row.get(11)?,
        sample: row.get(12)?,
        set_aside: count(13)?,
        next_try_at: row.get::<_, Option<Millis>>(14)?.map(rfc3339),
    })
}

/// Newest first, of one stream or of all, older than the attempt `before`.
pub fn list(
    connection: &Connection,
    stream: Option<&str>,
    before: Option<i64>,
    limit: u32,
) -> rusqlite::Result<Vec<AttemptView>> {
    let before = before.unwrap_or(i64::MAX);
    match stream {
        Some(stream) => connection
            .prepare_cached(&format!(
                "SELECT {COLUMNS} FROM attempt WHERE stream = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3"
            ))?
            .query_map(params![stream, before, limit], of)?
            .collect(),
        None => connection
            .prepare_cached(&format!(
                "SELECT {COLUMNS} FROM attempt WHERE id < ?1 ORDER BY id DESC LIMIT ?2"
            ))?
            .query_map(params![before, limit], of)?
            .collect(),
    }
}

pub fn get(connection: &Connection, id: i64) -> rusqlite::Result<Option<AttemptDetail>> {
    connection
        .prepare_cached(&format!(
            "SELECT {COLUMNS}, problem, exchange FROM attempt WHERE id = ?1"
        ))?
        .query_row([id], |row| {
            Ok(AttemptDetail {
                attempt: of(row)?,
                problem: row
                    .get::<_, Option<String>>(15)?
                    .and_then(|text| serde_json::from_str(&text).ok()),
                exchange: json(row.get_ref(16)?.as_str()?),
            })
        })
        .optional()
}

fn outcome_name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Accepted => "accepted",
        Outcome::Partly => "partly",
        Outcome::Retry => "retry",
        Outcome::Split => "split",
        Outcome::SetAside => "set_aside",
        Outcome::Hold => "hold",
    }
}

fn outcome_named(name: &str) -> Outcome {
    match name {
        "accepted" => Outcome::Accepted,
        "partly" => Outcome::Partly,
        "split" => Outcome::Split,
        "set_aside" => Outcome::SetAside,
        "hold" => Outcome::Hold,
        _ => Outcome::Retry,
    }
}
