//! The journal's newest events, and where each of them stands.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use super::Engine;
use super::fates::Fates;
use super::search::Needle;
use crate::clock::rfc3339;
use crate::event::{Head, Seq};
use crate::problem::Problem;
use crate::store::journal::{self, Block};
use crate::store::sources;
use crate::view::{EventDetail, EventFate, EventRow, EventsAsk, EventsPage, FateKind};

/// Events and bytes that one ask looks at; a search goes on from there.
const LOOK: (u64, usize) = (20_000, 32 << 20);
const MOST_ROWS: usize = 500;
/// Bytes of an event that are shown.
const SHOWN: usize = 256 << 10;

impl Engine {
    /// A page of events, newest first.
    pub async fn events(&self, ask: EventsAsk) -> Result<EventsPage, Problem> {
        let stream = match &ask.stream {
            Some(key) => Some(self.stream_row(key).await?),
            None => None,
        };
        let source = match &ask.source {
            Some(key) => Some(self.source_row(key).await?.id),
            None => None,
        };
        let needle = ask.search.as_deref().and_then(Needle::new);
        let limit = (ask.limit as usize).clamp(1, MOST_ROWS);
        self.0
            .store
            .read(move |connection| {
                let last_seq = journal::last_seq(connection)?;
                let before = ask.before.unwrap_or(Seq::MAX).min(last_seq + 1);
                let mut page = EventsPage {
                    looked_back_to: before,
                    last_seq,
                    ..EventsPage::default()
                };
                let of_stream = stream.as_ref().and_then(|row| row.source.clone());
                if of_stream.is_some() && source.is_some() && of_stream != source {
                    return Ok(page);
                }
                let source = match of_stream.or(source) {
                    Some(id) => Some(sources::number(connection, &id)?.unwrap_or(-1)),
                    None => None,
                };
                let names = sources::names(connection)?;
                let only = stream.as_ref().map(|row| row.id.as_str());
                let fates = Fates::load(connection, only)?;
                let mut found = BTreeMap::new();
                let mut looked = (0, 0);
                journal::back(connection, before, source, |block| {
                    for index in (0..block.len()).rev() {
                        let event = block.event(index);
                        if event.seq >= before {
                            continue;
                        }
                        if ask.after.is_some_and(|after| event.seq <= after) {
                            page.more = false;
                            return ControlFlow::Break(());
                        }
                        if page.rows.len() >= limit || looked.0 >= LOOK.0 || looked.1 >= LOOK.1 {
                            page.more = true;
                            return ControlFlow::Break(());
                        }
                        looked = (looked.0 + 1, looked.1 + event.bytes.len());
                        page.looked_back_to = event.seq;
                        if needle
                            .as_ref()
                            .is_none_or(|needle| needle.is_in(&event.bytes))
                        {
                            let row = row(block, event.seq, &event.bytes, &names);
                            let id = row.source.as_deref().unwrap_or_default();
                            found.insert(event.seq, fates.of(event.seq, id, &event.bytes));
                            page.rows.push(row);
                        }
                    }
                    ControlFlow::Continue(())
                })?;
                let mut fates = fates.complete(connection, found)?;
                for row in &mut page.rows {
                    let fates = fates.remove(&row.seq).unwrap_or_default();
                    row.fates = fates
                        .into_iter()
                        .filter(|fate| fate.fate != FateKind::NotTaken)
                        .map(|fate| EventFate {
                            problem: None,
                            ..fate
                        })
                        .collect();
                }
                Ok(page)
            })
            .await
    }

    /// One event, opened.
    pub async fn event(&self, seq: Seq) -> Result<EventDetail, Problem> {
        let found = self
            .0
            .store
            .read(move |connection| {
                let names = sources::names(connection)?;
                let fates = Fates::load(connection, None)?;
                let mut detail = None;
                journal::back(connection, seq.saturating_add(1), None, |block| {
                    if seq <= block.last_seq() {
                        let event = block.event(block.index_of(seq));
                        let row = row(block, seq, &event.bytes, &names);
                        let id = row.source.as_deref().unwrap_or_default();
                        let fates = fates.of(seq, id, &event.bytes);
                        detail = Some((row, fates, event.bytes));
                    }
                    ControlFlow::Break(())
                })?;
                let Some((mut row, found, bytes)) = detail else {
                    return Ok(None);
                };
                let completed = fates.complete(connection, BTreeMap::from([(seq, found)]))?;
                row.fates = completed.into_values().flatten().collect();
                Ok(Some(EventDetail {
                    row,
                    event: shown(&bytes, SHOWN),
                    cut: bytes.len() > SHOWN,
                }))
            })
            .await?;
        found.ok_or_else(|| {
            Problem::new(
                "event-unknown",
                format!("The journal does not hold event {seq}."),
            )
            .cause("There is no event of this number yet, or every stream passed it and it was too old to be kept.")
            .next("Choose one of those that `penstock events` lists.")
        })
    }
}

/// The start of an event as text.
pub(super) fn shown(bytes: &[u8], limit: usize) -> String {
    let mut text = String::from_utf8_lossy(bytes).into_owned();
    text.truncate(text.floor_char_boundary(limit));
    text
}

fn row(
    block: &Block,
    seq: Seq,
    event: &[u8],
    names: &BTreeMap<i64, (String, String, bool)>,
) -> EventRow {
    let head = Head::of(event);
    let (source, source_name) = match names.get(&block.source) {
        Some((id, name, false)) => (Some(id.clone()), name.clone()),
        _ => (None, String::from("Deleted source")),
    };
    EventRow {
        seq,
        accepted_at: rfc3339(block.accepted_at),
        source,
        source_name,
        event_type: head.event_type,
        event_id: head.id,
        actor: head.actor,
        project: head.project,
        time: head.time,
        bytes: event.len() as u64,
        fates: Vec::new(),
    }
}
