//! The streams a person made. Holds the names of saved secret fields, never a secret.

use rusqlite::{Connection, OptionalExtension, Row, params};
use std::collections::BTreeSet;

use super::settings::revise;
use crate::clock::Millis;
use crate::filter::Filter;
use crate::provider::Details;
use crate::redaction::Redaction;

#[derive(Debug, Clone, PartialEq)]
pub struct StreamRow {
    pub id: String,
    pub name: String,
    pub provider: String,
    /// Source id; `None` takes every source.
    pub source: Option<String>,
    pub details: Details,
    /// Secret fields that were saved in the vault.
    pub secrets: BTreeSet<String>,
    /// `None` where a newer version saved something that this one cannot read; it is kept.
    pub filter: Option<Filter>,
    /// The same.
    pub redaction: Option<Redaction>,
    pub endpoint: String,
    pub verified: bool,
    pub paused_at: Option<Millis>,
    /// Counts the times a person asked to try now.
    pub retry_asked: i64,
    pub created_at: Millis,
    /// The revision of its last change.
    pub revision: i64,
}

const COLUMNS: &str = "id, name, provider, source, details, secrets, endpoint, verified, paused_at, \
                       retry_asked, created_at, revision, filter, redaction";

fn of(row: &Row<'_>) -> rusqlite::Result<StreamRow> {
    Ok(StreamRow {
        id: row.get(0)?,
        name: row.get(1)?,
        provider: row.get(2)?,
        source: row.get(3)?,
        details: json(row.get_ref(4)?.as_str()?),
        secrets: json(row.get_ref(5)?.as_str()?),
        endpoint: row.get(6)?,
        verified: row.get(7)?,
        paused_at: row.get(8)?,
        retry_asked: row.get(9)?,
        created_at: row.get(10)?,
        revision: row.get(11)?,
        filter: serde_json::from_str(row.get_ref(12)?.as_str()?).ok(),
        redaction: serde_json::from_str(row.get_ref(13)?.as_str()?).ok(),
    })
}

/// What this program wrote itself; anything else reads as empty.
pub(super) fn json<T: serde::de::DeserializeOwned + Default>(text: &str) -> T {
    serde_json::from_str(text).unwrap_or_default()
}

pub(super) fn text<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

pub fn all(connection: &Connection) -> rusqlite::Result<Vec<StreamRow>> {
    connection
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM stream ORDER BY name COLLATE NOCASE"
        ))?
        .query_map([], of)?
        .collect()
}

/// By id or name.
pub fn find(connection: &Connection, key: &str) -> rusqlite::Result<Option<StreamRow>> {
    connection
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM stream WHERE id = ?1 OR name = ?1 COLLATE NOCASE
             ORDER BY id = ?1 DESC LIMIT 1"
        ))?
        .query_row([key], of)
        .optional()
}

/// Whether another stream has this name.
pub fn name_taken(
    connection: &Connection,
    name: &str,
    except: Option<&str>,
) -> rusqlite::Result<bool> {
    connection
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM stream WHERE name = ?1 COLLATE NOCASE AND id IS NOT ?2)",
        )?
        .query_row(params![name, except], |row| row.get(0))
}

pub fn insert(connection: &Connection, stream: &StreamRow) -> rusqlite::Result<()> {
    let revision = revise(connection)?;
    connection
        .prepare_cached(&format!(
            "INSERT INTO stream ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)"
        ))?
        .execute(params![
            stream.id,
            stream.name,
            stream.provider,
            stream.source,
            text(&stream.details),
            text(&stream.secrets),
            stream.endpoint,
            stream.verified,
            stream.paused_at,
            stream.retry_asked,
            stream.created_at,
            revision,
            text(&stream.filter.clone().unwrap_or_default()),
            text(&stream.redaction.clone().unwrap_or_default())
        ])?;
    Ok(())
}

/// Everything a person may change on a stream.
pub fn update(connection: &Connection, stream: &StreamRow) -> rusqlite::Result<()> {
    let revision = revise(connection)?;
    connection
        .prepare_cached(
            "UPDATE stream SET name = ?2, source = ?3, details = ?4, secrets = ?5, endpoint = ?6,
                               verified = ?7, revision = ?8, filter = coalesce(?9, filter),
                               redaction = coalesce(?10, redaction) WHERE id = ?1",
        )?
        .execute(params![
            stream.id,
            stream.name,
            stream.source,
            text(&stream.details),
            text(&stream.secrets),
            stream.endpoint,
            stream.verified,
            revision,
            stream.filter.as_ref().map(text),
            stream.redaction.as_ref().map(text)
        ])?;
    Ok(())
}

pub fn set_paused(connection: &Connection, id: &str, at: Option<Millis>) -> rusqlite::Result<()> {
    let revision = revise(connection)?;
    connection
        .prepare_cached("UPDATE stream SET paused_at = ?2, revision = ?3 WHERE id = ?1")?
        .execute(params![id, at, revision])?;
    Ok(())
}

pub fn set_verified(connection: &Connection, id: &str) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE stream SET verified = 1 WHERE id = ?1")?
        .execute([id])?;
    Ok(())
}

/// Asks whoever delivers to try at once.
pub fn ask_retry(connection: &Connection, id: &str) -> rusqlite::Result<()> {
    revise(connection)?;
    connection
        .prepare_cached("UPDATE stream SET retry_asked = retry_asked + 1 WHERE id = ?1")?
        .execute([id])?;
    Ok(())
}

pub fn delete(connection: &Connection, id: &str) -> rusqlite::Result<()> {
    revise(connection)?;
    connection
        .prepare_cached("DELETE FROM stat WHERE owner = ?1")?
        .execute([id])?;
    connection
        .prepare_cached("DELETE FROM stream WHERE id = ?1")?
        .execute([id])?;
    Ok(())
}
