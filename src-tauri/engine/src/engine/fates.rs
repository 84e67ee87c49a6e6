//! Where events stand with each stream.

use rusqlite::{Connection, params};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use crate::event::Seq;
use crate::filter::{Compiled, Filter};
use crate::problem::Problem;
use crate::store::cursor;
use crate::store::spans::{self, Span};
use crate::store::streams::{self, StreamRow};
use crate::view::{EventFate, FateKind};

/// What is known of every stream, read once for many events.
pub struct Fates {
    streams: Vec<Standing>,
}

struct Standing {
    stream: String,
    source: Option<String>,
    /// Where its cursor stands.
    next_seq: Seq,
    /// Oldest first, each with its filter; `None` where that cannot be read.
    spans: Vec<(Span, Option<Compiled>)>,
}

impl Fates {
    /// Of one stream, by id, or of all.
    pub fn load(connection: &Connection, only: Option<&str>) -> rusqlite::Result<Self> {
        let streams = streams::all(connection)?
            .into_iter()
            .filter(|row| only.is_none_or(|id| id == row.id))
            .map(|row| Standing::load(connection, row))
            .collect::<rusqlite::Result<_>>()?;
        Ok(Self { streams })
    }

    /// By cursors and filters alone, one for each stream, in the order of their names.
    pub fn of(&self, seq: Seq, source: &str, event: &[u8]) -> Vec<Option<FateKind>> {
        self.streams
            .iter()
            .map(|standing| standing.of(seq, source, event))
            .collect()
    }

    /// Adds what became of events that were refused, and names the streams. Fates that are not
    /// known are left out.
    pub fn complete(
        &self,
        connection: &Connection,
        found: BTreeMap<Seq, Vec<Option<FateKind>>>,
    ) -> rusqlite::Result<BTreeMap<Seq, Vec<EventFate>>> {
        let (Some(first), Some(last)) = (found.keys().next(), found.keys().next_back()) else {
            return Ok(BTreeMap::new());
        };
        let span = *first..=*last;
        let mut fates: BTreeMap<Seq, Vec<EventFate>> =
            found.keys().map(|seq| (*seq, Vec::new())).collect();
        for (index, standing) in self.streams.iter().enumerate() {
            let refused = refused(connection, &standing.stream, &span)?;
            for (seq, found) in &found {
                let fate = match (found[index], refused.get(seq)) {
                    (Some(FateKind::Delivered), Some(Refused::Discarded)) => {
                        Some((FateKind::Discarded, None))
                    }
                    (Some(_), Some(Refused::Kept(problem))) => {
                        Some((FateKind::SetAside, problem.clone()))
                    }
                    (Some(_), Some(Refused::Queued)) => Some((FateKind::Waiting, None)),
                    (fate, _) => fate.map(|fate| (fate, None)),
                };
                if let Some((fate, problem)) = fate
                    && let Some(fates) = fates.get_mut(seq)
                {
                    fates.push(EventFate {
                        stream: standing.stream.clone(),
                        fate,
                        problem,
                    });
                }
            }
        }
        Ok(fates)
    }
}

impl Standing {
    fn load(connection: &Connection, row: StreamRow) -> rusqlite::Result<Self> {
        let compiled = |span: Span| {
            let filter: Option<Filter> = serde_json::from_str(&span.filter).ok();
            let compiled = filter.and_then(|filter| filter.compile().ok());
            (span, compiled)
        };
        Ok(Self {
            next_seq: cursor::get(connection, &row.id)?
                .unwrap_or_default()
                .next_seq,
            spans: spans::of(connection, &row.id)?
                .into_iter()
                .map(compiled)
                .collect(),
            stream: row.id,
            source: row.source,
        })
    }

    fn of(&self, seq: Seq, source: &str, event: &[u8]) -> Option<FateKind> {
        let of_source = |wanted: &Option<String>| wanted.as_deref().is_none_or(|it| it == source);
        if seq >= self.next_seq {
            return Some(if of_source(&self.source) {
                FateKind::Waiting
            } else {
                FateKind::NotTaken
            });
        }
        let after = self.spans.partition_point(|(span, _)| span.from_seq <= seq);
        let Some((span, filter)) = after.checked_sub(1).map(|at| &self.spans[at]) else {
            return Some(FateKind::NotTaken);
        };
        if span.skipped || !of_source(&span.source) {
            return Some(FateKind::NotTaken);
        }
        Some(match filter.as_ref()?.passes(event) {
            true => FateKind::Delivered,
            false => FateKind::Filtered,
        })
    }
}

enum Refused {
    Kept(Option<Problem>),
    /// To be sent again.
    Queued,
    Discarded,
}

fn refused(
    connection: &Connection,
    stream: &str,
    span: &RangeInclusive<Seq>,
) -> rusqlite::Result<BTreeMap<Seq, Refused>> {
    connection
        .prepare_cached(
            "SELECT seq, queued, reason FROM set_aside WHERE stream = ?1 AND seq BETWEEN ?2 AND ?3
             UNION ALL
             SELECT seq, NULL, NULL FROM discarded WHERE stream = ?1 AND seq BETWEEN ?2 AND ?3",
        )?
        .query_map(
            params![stream, span.start().cast_signed(), span.end().cast_signed()],
            |row| {
                let refused = match row.get::<_, Option<bool>>(1)? {
                    None => Refused::Discarded,
                    Some(true) => Refused::Queued,
                    Some(false) => {
                        Refused::Kept(serde_json::from_str(row.get_ref(2)?.as_str()?).ok())
                    }
                };
                Ok((row.get::<_, i64>(0)?.cast_unsigned(), refused))
            },
        )?
        .collect()
}
