//! From rows to what is shown.

use rusqlite::{Connection, OptionalExtension};
use std::collections::{BTreeMap, BTreeSet};

use crate::clock::{Millis, rfc3339};
use crate::form::Field;
use crate::health;
use crate::problem::Problem;
use crate::provider;
use crate::source::{self, Phase, http_intake};
use crate::store::cursor::{self, Cursor};
use crate::store::journal::Blocks;
use crate::store::sources::{self, SourceRow};
use crate::store::streams::{self, StreamRow};
use crate::store::{reading, set_aside, stat, unless_damaged};
use crate::view::{Delivering, Saved, SourceStatus, SourceView, StreamView};

const HOUR_SECONDS: i64 = 3600;
const NAME_CHARACTERS: usize = 100;

/// Every stream. `guest`: another process may have appended since the blocks were looked at.
pub fn streams(
    connection: &Connection,
    blocks: &Blocks,
    guest: bool,
    now: Millis,
) -> rusqlite::Result<Vec<StreamView>> {
    if guest {
        blocks.reload(connection)?;
    }
    streams::all(connection)?
        .iter()
        .map(|row| stream(connection, blocks, row, now))
        .collect()
}

pub fn stream(
    connection: &Connection,
    blocks: &Blocks,
    row: &StreamRow,
    now: Millis,
) -> rusqlite::Result<StreamView> {
    let cursor = cursor::get(connection, &row.id)?.unwrap_or_default();
    let number = match &row.source {
        Some(source) => Some(sources::number(connection, source)?.unwrap_or(-1)),
        None => None,
    };
    let (kept, queued) = set_aside::count(connection, &row.id)?;
    let waiting = blocks.total(number).saturating_sub(cursor.position) + queued;
    let spans = stat::spans(connection, &row.id, HOUR_SECONDS, 24, now)?;
    let health = health::judge(row, &cursor, waiting, now);
    let about = provider::about(&row.provider).ok();
    let oldest = if waiting > 0 {
        // Whoever delivers says that it is damaged.
        unless_damaged(accepted_at(connection, &cursor, number))?.flatten()
    } else {
        None
    };
    Ok(StreamView {
        id: row.id.clone(),
        name: row.name.clone(),
        provider: row.provider.clone(),
        provider_name: about.map_or_else(|| row.provider.clone(), |about| about.name.clone()),
        endpoint: row.endpoint.clone(),
        source: row.source.clone(),
        status: health.status,
        reason: health.reason,
        status_since: rfc3339(health.since),
        paused_at: row.paused_at.map(rfc3339),
        delivered: cursor.delivered,
        waiting,
        set_aside: kept - queued,
        filtered: cursor.filtered,
        delivered_24h: spans.iter().map(|span| span.delivered).sum(),
        last_delivered_at: cursor.last_delivered_at.map(rfc3339),
        oldest_waiting_at: oldest.map(rfc3339),
        next_try_at: cursor.next_try_at.map(rfc3339),
        tries: cursor.tries,
        last_problem: cursor.problem,
        last_problem_at: cursor.problem_at.map(rfc3339),
        details: row.details.clone(),
        secrets: saved(about.map(|about| about.fields.as_slice()), &row.secrets),
        filter: row.filter.clone().unwrap_or_default(),
        redaction: row.redaction.clone().unwrap_or_default(),
        verified: row.verified,
        created_at: rfc3339(row.created_at),
        hours: health::buckets(&spans),
    })
}

fn accepted_at(
    connection: &Connection,
    cursor: &Cursor,
    source: Option<i64>,
) -> rusqlite::Result<Option<Millis>> {
    connection
        .prepare_cached(
            "SELECT accepted_at FROM journal_block
             WHERE last_seq >= ?1 AND first_seq >= (
               SELECT coalesce(max(first_seq), 0) FROM journal_block WHERE first_seq <= ?1)
               AND (?2 IS NULL OR source = ?2)
             ORDER BY first_seq LIMIT 1",
        )?
        .query_row(
            rusqlite::params![cursor.next_seq.cast_signed(), source],
            |row| row.get(0),
        )
        .optional()
}

/// Every source.
pub fn sources(
    connection: &Connection,
    delivering: &Delivering,
    now: Millis,
) -> rusqlite::Result<Vec<SourceView>> {
    sources::all(connection)?
        .iter()
        .map(|row| source(connection, row, delivering, now))
        .collect()
}

pub fn source(
    connection: &Connection,
    row: &SourceRow,
    delivering: &Delivering,
    now: Millis,
) -> rusqlite::Result<SourceView> {
    let spans = stat::spans(connection, &row.id, HOUR_SECONDS, 24, now)?;
    let fed = connection
        .prepare_cached("SELECT id FROM stream WHERE source IS NULL OR source = ?1 ORDER BY name COLLATE NOCASE")?
        .query_map([&row.id], |row| row.get(0))?
        .collect::<rusqlite::Result<Vec<String>>>()?;
    let report = row.report.as_ref();
    let problem = row
        .problem
        .as_ref()
        .or(report.and_then(|it| it.problem.as_ref()));
    let status = match (row.paused_at, report.map(|it| it.phase), delivering) {
        (Some(_), _, _) => SourceStatus::Paused,
        (None, Some(Phase::Done), _) => SourceStatus::Done,
        (None, _, Delivering::Nobody) => SourceStatus::Stopped,
        (None, _, _) if problem.is_some() => SourceStatus::Failing,
        (None, Some(Phase::Watching), _) => SourceStatus::Watching,
        (None, Some(Phase::CatchingUp), _) => SourceStatus::CatchingUp,
        (None, None, _) if row.listen.is_some() => SourceStatus::Listening,
        (None, None, _) => SourceStatus::Stopped,
    };
    let listen = listen_of(row);
    let about = source::about(&row.kind).ok();
    Ok(SourceView {
        id: row.id.clone(),
        name: row.name.clone(),
        kind: row.kind.clone(),
        kind_name: about.map_or_else(|| row.kind.clone(), |about| about.name.clone()),
        problem: problem.filter(|_| status == SourceStatus::Failing).cloned(),
        warning: report.and_then(|it| it.warning.clone()).filter(|_| {
            let running = [SourceStatus::Watching, SourceStatus::CatchingUp];
            running.contains(&status)
        }),
        status,
        url: http_intake::url(&row.details).filter(|_| listen.is_some()),
        certificate: http_intake::certificate(&row.details),
        listen,
        token: (row.kind == http_intake::KIND).then_some(if row.token_saved {
            Saved::Saved
        } else {
            Saved::Missing
        }),
        old_token_until: row
            .old_token
            .as_ref()
            .and_then(|token| token.until)
            .filter(|until| *until > now)
            .map(rfc3339),
        progress: report.and_then(|it| it.progress.clone()),
        up_to: report.and_then(|it| it.up_to).map(rfc3339),
        left_out: row.left_out,
        unreadable: reading::unreadable_count(connection, row.number)?,
        secrets: saved(about.map(|about| about.fields.as_slice()), &row.secrets),
        events: row.total,
        events_24h: spans.iter().map(|span| span.delivered).sum(),
        refused_24h: spans.iter().map(|span| span.refused).sum(),
        last_event_at: row.last_event_at.map(rfc3339),
        last_refusal: row.last_refusal.clone(),
        largest_event_bytes: row.largest,
        hours: health::buckets(&spans),
        streams: fed,
        details: row.details.clone(),
        created_at: rfc3339(row.created_at),
    })
}

/// Whether each secret field has a value.
fn saved(fields: Option<&[Field]>, saved: &BTreeSet<String>) -> BTreeMap<String, Saved> {
    let secret = fields.unwrap_or_default().iter().filter(|it| it.secret);
    secret
        .map(|field| {
            let state = if saved.contains(&field.name) {
                Saved::Saved
            } else {
                Saved::Missing
            };
            (field.name.clone(), state)
        })
        .collect()
}

/// The address a source is to listen on.
pub fn listen_of(row: &SourceRow) -> Option<String> {
    row.details
        .get("listen")
        .and_then(|value| value.as_str())
        .map(String::from)
}

/// A name for a stream or source: trimmed, visible, not too long.
pub fn clean_name(name: &str) -> Result<String, Problem> {
    let name = name.trim();
    let refuse = |summary: String| {
        Err(Problem::new("name-invalid", summary)
            .next("Choose a name of 1 to 100 characters on one line.")
            .field("name"))
    };
    if name.is_empty() {
        return refuse(String::from("The name is empty."));
    }
    if name.chars().count() > NAME_CHARACTERS {
        return refuse(format!(
            "The name is longer than {NAME_CHARACTERS} characters."
        ));
    }
    if name.chars().any(char::is_control) {
        return refuse(String::from(
            "The name holds a line break or another control character.",
        ));
    }
    Ok(name.to_owned())
}

pub fn name_taken(kind: &str, name: &str) -> Problem {
    Problem::new("name-taken", format!("Another {kind} is called {name:?}."))
        .next("Choose another name. Upper and lower case count as the same.")
        .field("name")
}
