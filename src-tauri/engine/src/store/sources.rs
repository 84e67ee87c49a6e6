//! The sources a person made. A deleted source stays as a row while the journal holds its events.

use rusqlite::{Connection, OptionalExtension, Row, params};
use std::collections::{BTreeMap, BTreeSet};

use super::reading;
use super::settings::revise;
use super::streams::{json, text};
use crate::clock::Millis;
use crate::problem::Problem;
use crate::provider::Details;
use crate::source::{Report, TokenDigest};

#[derive(Debug, Clone, Default, PartialEq)]
pub struct SourceRow {
    /// The journal's short name for it.
    pub number: i64,
    pub id: String,
    pub name: String,
    pub kind: String,
    pub details: Details,
    /// Secret fields that were saved in the vault.
    pub secrets: BTreeSet<String>,
    /// SHA-256 of an intake's token: enough to check one, no use for making one.
    pub token_sha256: Option<Vec<u8>>,
    /// The token before the last rotation, and until when it is still taken.
    pub old_token: Option<TokenDigest>,
    /// Whether the token itself is in the vault.
    pub token_saved: bool,
    pub paused_at: Option<Millis>,
    pub created_at: Millis,
    pub total: u64,
    pub largest: u64,
    pub last_event_at: Option<Millis>,
    pub last_refusal: Option<String>,
    /// The address it listens on now, as the delivering process says.
    pub listen: Option<String>,
    /// Why it could not start.
    pub problem: Option<Problem>,
    /// How it is doing since.
    pub report: Option<Report>,
    /// Events left out as its settings ask.
    pub left_out: u64,
    /// The revision of its last change.
    pub revision: i64,
}

const COLUMNS: &str = "number, id, name, kind, details, token_sha256, token_saved, paused_at, created_at, \
                       total, largest, last_event_at, last_refusal, listen, problem, secrets, \
                       left_out, report, revision, old_token_sha256, old_token_until";

fn of(row: &Row<'_>) -> rusqlite::Result<SourceRow> {
    Ok(SourceRow {
        number: row.get(0)?,
        id: row.get(1)?,
        name: row.get(2)?,
        kind: row.get(3)?,
        details: json(row.get_ref(4)?.as_str()?),
        token_sha256: row.get(5)?,
        token_saved: row.get(6)?,
        paused_at: row.get(7)?,
        created_at: row.get(8)?,
        total: row.get::<_, i64>(9)?.cast_unsigned(),
        largest: row.get::<_, i64>(10)?.cast_unsigned(),
        last_event_at: row.get(11)?,
        last_refusal: row.get(12)?,
        listen: row.get(13)?,
        problem: row
            .get::<_, Option<String>>(14)?
            .and_then(|text| serde_json::from_str(&text).ok()),
        secrets: json(row.get_ref(15)?.as_str()?),
        left_out: row.get::<_, i64>(16)?.cast_unsigned(),
        report: row
            .get::<_, Option<String>>(17)?
            .and_then(|text| serde_json::from_str(&text).ok()),
        revision: row.get(18)?,
        old_token: row
            .get::<_, Option<[u8; 32]>>(19)?
            .zip(row.get::<_, Option<Millis>>(20)?)
            .map(|(sha256, until)| TokenDigest {
                sha256,
                until: Some(until),
            }),
    })
}

pub fn all(connection: &Connection) -> rusqlite::Result<Vec<SourceRow>> {
    connection
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM source WHERE deleted_at IS NULL ORDER BY name COLLATE NOCASE"
        ))?
        .query_map([], of)?
        .collect()
}

/// By id or name.
pub fn find(connection: &Connection, key: &str) -> rusqlite::Result<Option<SourceRow>> {
    connection
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM source
             WHERE deleted_at IS NULL AND (id = ?1 OR name = ?1 COLLATE NOCASE)
             ORDER BY id = ?1 DESC LIMIT 1"
        ))?
        .query_row([key], of)
        .optional()
}

/// The journal's number of a source, deleted ones included.
pub fn number(connection: &Connection, id: &str) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached("SELECT number FROM source WHERE id = ?1")?
        .query_row([id], |row| row.get(0))
        .optional()
}

pub fn insert(connection: &Connection, source: &SourceRow) -> rusqlite::Result<()> {
    let revision = revise(connection)?;
    connection
        .prepare_cached(
            "INSERT INTO source (id, name, kind, details, token_sha256, token_saved, created_at, secrets, revision)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute(params![
            source.id,
            source.name,
            source.kind,
            text(&source.details),
            source.token_sha256,
            source.token_saved,
            source.created_at,
            text(&source.secrets),
            revision
        ])?;
    Ok(())
}

/// Name, settings and the names of saved secrets as changed; what was read and where it stands
/// stay.
pub fn update(connection: &Connection, source: &SourceRow) -> rusqlite::Result<()> {
    let revision = revise(connection)?;
    connection
        .prepare_cached(
            "UPDATE source SET name = ?2, details = ?3, secrets = ?4, revision = ?5 WHERE id = ?1",
        )?
        .execute(params![
            source.id,
            source.name,
            text(&source.details),
            text(&source.secrets),
            revision
        ])?;
    Ok(())
}

pub fn set_paused(connection: &Connection, id: &str, at: Option<Millis>) -> rusqlite::Result<()> {
    revise(connection)?;
    connection
        .prepare_cached("UPDATE source SET paused_at = ?2 WHERE id = ?1")?
        .execute(params![id, at])?;
    Ok(())
}

/// `old`: the token before, and until when it is still taken.
pub fn set_token(
    connection: &Connection,
    id: &str,
    sha256: &[u8],
    saved: bool,
    old: Option<&(Vec<u8>, Millis)>,
) -> rusqlite::Result<()> {
    revise(connection)?;
    let (old_sha256, old_until) = old.map(|(sha256, until)| (sha256, until)).unzip();
    connection
        .prepare_cached(
            "UPDATE source SET token_sha256 = ?2, token_saved = ?3, old_token_sha256 = ?4, old_token_until = ?5
             WHERE id = ?1",
        )?
        .execute(params![id, sha256, saved, old_sha256, old_until])?;
    Ok(())
}

/// How a source is doing, as it says.
pub fn set_report(connection: &Connection, id: &str, report: &Report) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE source SET report = ?2 WHERE id = ?1")?
        .execute(params![id, text(report)])?;
    Ok(())
}

/// Where it listens, or why it does not.
pub fn set_running(
    connection: &Connection,
    id: &str,
    listen: Option<&str>,
    problem: Option<&Problem>,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE source SET listen = ?2, problem = ?3 WHERE id = ?1")?
        .execute(params![id, listen, problem.map(text)])?;
    Ok(())
}

/// No source runs yet, whatever a process that ended badly left written.
pub fn none_runs(connection: &Connection) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE source SET listen = NULL, problem = NULL WHERE listen IS NOT NULL")?
        .execute([])?;
    Ok(())
}

pub fn set_refusal(connection: &Connection, id: &str, reason: &str) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE source SET last_refusal = ?2 WHERE id = ?1")?
        .execute(params![id, reason])?;
    Ok(())
}

/// Streams that took only this source keep what waits and then have nothing more to take. The
/// name becomes free.
pub fn delete(connection: &Connection, id: &str, at: Millis) -> rusqlite::Result<()> {
    revise(connection)?;
    if let Some(number) = number(connection, id)? {
        reading::forget(connection, number)?;
    }
    connection
        .prepare_cached(
            "UPDATE source SET deleted_at = ?2, name = id, listen = NULL, token_sha256 = NULL,
                               old_token_sha256 = NULL, old_token_until = NULL, position = NULL WHERE id = ?1",
        )?
        .execute(params![id, at])?;
    Ok(())
}

/// Every source there ever was, by its number in the journal: id, name, and whether it is gone.
pub fn names(connection: &Connection) -> rusqlite::Result<BTreeMap<i64, (String, String, bool)>> {
    connection
        .prepare_cached("SELECT number, id, name, deleted_at IS NOT NULL FROM source")?
        .query_map([], |row| {
            Ok((row.get(0)?, (row.get(1)?, row.get(2)?, row.get(3)?)))
        })?
        .collect()
}
