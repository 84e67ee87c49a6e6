//! The journal as a whole: how full it is, and what it may take.

use std::sync::Arc;

use super::Engine;
use crate::problem::Problem;
use crate::store::room::{self, Bounds, Room};
use crate::store::{cursor, journal, rescue, settings, streams};
use crate::view::JournalView;

impl Engine {
    pub async fn journal(&self) -> Result<JournalView, Problem> {
        let blocks = Arc::clone(self.0.store.blocks());
        let store = self.0.store.clone();
        self.0
            .store
            .read(move |connection| {
                let kept = journal::summary(connection)?;
                let waiting = streams::all(connection)?
                    .iter()
                    .map(|row| {
                        cursor::get(connection, &row.id)
                            .map(|cursor| cursor.unwrap_or_default().next_seq)
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
                    last_seq: blocks.last_seq().max(kept.last_seq),
                    events: kept.events,
                    bytes: kept.bytes,
                    limit_bytes: bounds.limit,
                    keep_free_bytes: room.kept_free(&bounds),
                    disk_free_bytes: room.disk_free,
                    waiting,
                    problem: blocks
                        .trouble()
                        .or(room.problem(&bounds))
                        .or(rescue::report(connection, store.path())?),
                })
            })
            .await
    }

    /// Sets what the journal may take; `None` leaves a bound as it is, and 0 as a limit takes the
    /// limit away.
    pub async fn set_journal_bounds(
        &self,
        limit: Option<u64>,
        keep_free: Option<u64>,
    ) -> Result<JournalView, Problem> {
        self.0
            .store
            .write(move |connection| {
                if let Some(limit) = limit {
                    let text = if limit == 0 {
                        String::new()
                    } else {
                        limit.to_string()
                    };
                    settings::set(connection, room::LIMIT, &text)?;
                }
                if let Some(keep_free) = keep_free {
                    settings::set(connection, room::KEEP_FREE, &keep_free.to_string())?;
                }
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
