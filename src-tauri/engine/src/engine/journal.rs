//! The journal as a whole: how full it is, and what it may take.

use rusqlite::Connection;
use std::path::Path;

use super::Engine;
use crate::clock::rfc3339;
use crate::problem::Problem;
use crate::store::journal::Summary;
use crate::store::room::{self, Bounds, Room};
use crate::store::{Store, behind, cursor, journal, rescue, settings, streams, unless_damaged};
use crate::view::{JournalBounds, JournalView};

/// A smaller journal could not even hold the streams' own records.
const LEAST_LIMIT: u64 = 1_000_000;
const MOST_DAYS: u32 = 3650;

impl Engine {
    pub async fn journal(&self) -> Result<JournalView, Problem> {
        let store = self.0.store.clone();
        self.0
            .store
            .read(move |connection| view(connection, &store))
            .await
    }

    /// Sets what the journal may take.
    pub async fn set_journal_bounds(&self, bounds: JournalBounds) -> Result<JournalView, Problem> {
        refuse(&bounds)?;
        self.0
            .store
            .write(move |connection| {
                let set = |key, value: Option<String>| match value {
                    Some(value) => settings::set(connection, key, &value),
                    None => Ok(()),
                };
                let limit = bounds.limit_bytes.map(|limit| match limit {
                    0 => String::new(),
                    limit => limit.to_string(),
                });
                set(room::LIMIT, limit)?;
                set(
                    room::KEEP_FREE,
                    bounds.keep_free_bytes.map(|it| it.to_string()),
                )?;
                set(room::KEEP_DAYS, bounds.keep_days.map(|it| it.to_string()))?;
                settings::revise(connection)
            })
            .await?;
        self.configured().await;
        self.journal().await
    }

    /// How much room there is, and how much there may be.
    pub(super) async fn room(&self) -> Result<(Room, Bounds), Problem> {
        let store = self.0.store.clone();
        self.0
            .store
            .read(move |connection| {
                Ok((
                    room::measure(connection, store.path())?,
                    room::bounds(connection)?,
                ))
            })
            .await
    }
}

/// Of a damaged journal no more than how far it got, so that everything else can be shown.
fn summary(connection: &Connection, path: &Path) -> rusqlite::Result<Summary> {
    if let Some(summary) = unless_damaged(journal::summary(connection))? {
        return Ok(summary);
    }
    rescue::suspect(path);
    Ok(Summary {
        last_seq: journal::last_seq(connection)?,
        ..Summary::default()
    })
}

fn refuse(bounds: &JournalBounds) -> Result<(), Problem> {
    if let Some(limit) = bounds.limit_bytes
        && (1..LEAST_LIMIT).contains(&limit)
    {
        return Err(Problem::new(
            "journal-limit-too-small",
            format!("A journal of {limit} bytes could not take in anything."),
        )
        .next("Choose a limit of 1 MB or more, or none.")
        .field("limit_bytes"));
    }
    if let Some(days) = bounds.keep_days
        && days > MOST_DAYS
    {
        return Err(Problem::new(
            "journal-kept-too-long",
            format!("Delivered events cannot be kept for {days} days."),
        )
        .next(format!("Choose {MOST_DAYS} days or fewer."))
        .field("keep_days"));
    }
    Ok(())
}

/// How the journal is doing.
pub(super) fn view(connection: &Connection, store: &Store) -> rusqlite::Result<JournalView> {
    let kept = summary(connection, store.path())?;
    let oldest_at = unless_damaged(journal::oldest_at(connection))?.flatten();
    let waiting = streams::all(connection)?
        .iter()
        .map(|row| {
            cursor::get(connection, &row.id).map(|cursor| cursor.unwrap_or_default().next_seq)
        })
        .collect::<rusqlite::Result<Vec<_>>>()?
        .into_iter()
        .min()
        .map_or(0, |next| (kept.last_seq + 1).saturating_sub(next));
    let (room, bounds) = (
        room::measure(connection, store.path())?,
        room::bounds(connection)?,
    );
    Ok(JournalView {
        first_seq: kept.first_seq,
        last_seq: store.blocks().last_seq().max(kept.last_seq),
        events: kept.events,
        bytes: kept.bytes,
        oldest_at: oldest_at.map(rfc3339),
        limit_bytes: bounds.limit,
        keep_free_bytes: room.kept_free(&bounds),
        disk_free_bytes: room.disk_free,
        keep_days: bounds.kept_days(),
        waiting,
        problem: store
            .blocks()
            .trouble()
            .or(room.problem(&bounds))
            .or(rescue::suspected(store.path()))
            .or(behind::report(connection, store.path())?)
            .or(rescue::report(connection, store.path())?),
    })
}
