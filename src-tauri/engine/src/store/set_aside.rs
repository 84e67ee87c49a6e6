//! Failed events: what a provider can never take, kept with its reason until a person decides.

use rusqlite::{Connection, Row, ToSql, params, params_from_iter};

use super::settings::revise;
use super::streams::text;
use crate::clock::{Millis, rfc3339};
use crate::event::{Event, Seq};
use crate::problem::Problem;
use crate::redaction::Compiled;
use crate::view::SetAsideView;

/// Bytes of an event that a list shows.
const SHOWN: usize = 64 << 10;

pub fn insert(
    connection: &Connection,
    stream: &str,
    event: &Event,
    at: Millis,
    reason: &Problem,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO set_aside (stream, seq, at, reason, event) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (stream, seq) DO UPDATE SET at = excluded.at, reason = excluded.reason, queued = 0",
        )?
        .execute(params![stream, event.seq.cast_signed(), at, text(reason), &event.bytes[..]])?;
    connection
        .prepare_cached("DELETE FROM discarded WHERE stream = ?1 AND seq = ?2")?
        .execute(params![stream, event.seq.cast_signed()])?;
    Ok(())
}

/// How many a stream has, and how many of them are queued to be sent again.
pub fn count(connection: &Connection, stream: &str) -> rusqlite::Result<(u64, u64)> {
    connection
        .prepare_cached(
            "SELECT count(*), coalesce(sum(queued), 0) FROM set_aside WHERE stream = ?1",
        )?
        .query_row([stream], |row| {
            Ok((
                row.get::<_, i64>(0)?.cast_unsigned(),
                row.get::<_, i64>(1)?.cast_unsigned(),
            ))
        })
}

/// Oldest first, after the event `after`, as they leave; those queued to be sent again are not
/// among them.
pub fn list(
    connection: &Connection,
    stream: &str,
    after: Option<Seq>,
    limit: u32,
    redaction: &Compiled,
) -> rusqlite::Result<Vec<SetAsideView>> {
    connection
        .prepare_cached(
            "SELECT seq, at, reason, event FROM set_aside
             WHERE stream = ?1 AND seq > ?2 AND queued = 0 ORDER BY seq LIMIT ?3",
        )?
        .query_map(
            params![stream, after.unwrap_or(0).cast_signed(), limit],
            |row| view(row, redaction),
        )?
        .collect()
}

fn view(row: &Row<'_>, redaction: &Compiled) -> rusqlite::Result<SetAsideView> {
    let came = row.get_ref(3)?.as_blob()?;
    let redacted = redaction.splice(came);
    let bytes = redacted.as_deref().unwrap_or(came);
    let known: Known = serde_json::from_slice(bytes).unwrap_or_default();
    let mut event = String::from_utf8_lossy(bytes).into_owned();
    if event.len() > SHOWN {
        event.truncate(event.floor_char_boundary(SHOWN));
    }
    Ok(SetAsideView {
        seq: row.get::<_, i64>(0)?.cast_unsigned(),
        at: rfc3339(row.get(1)?),
        reason: serde_json::from_str(row.get_ref(2)?.as_str()?)
            .unwrap_or_else(|_| Problem::new("set-aside", "The provider refused this event.")),
        event_type: known
            .event_type
            .and_then(|value| value.as_str().map(String::from)),
        event_id: known.id.and_then(|value| value.as_str().map(String::from)),
        bytes: bytes.len() as u64,
        event,
    })
}

#[derive(Default, serde::Deserialize)]
struct Known {
    #[serde(default)]
    id: Option<serde_json::Value>,
    #[serde(default, rename = "eventType")]
    event_type: Option<serde_json::Value>,
}

/// The events that wait to be sent again.
pub fn queued(connection: &Connection, stream: &str, limit: usize) -> rusqlite::Result<Vec<Event>> {
    connection
        .prepare_cached("SELECT seq, event FROM set_aside WHERE stream = ?1 AND queued = 1 ORDER BY seq LIMIT ?2")?
        .query_map(params![stream, limit as i64], |row| {
            Ok(Event::new(row.get::<_, i64>(0)?.cast_unsigned(), row.get::<_, Vec<u8>>(1)?))
        })?
        .collect()
}

/// Queues events (all, or those named) to be sent again; the count.
pub fn queue(connection: &Connection, stream: &str, seqs: Option<&[Seq]>) -> rusqlite::Result<u64> {
    revise(connection)?;
    change(connection, "UPDATE set_aside SET queued = 1", stream, seqs)
}

/// Forgets events by a person's decision; the count.
pub fn discard(
    connection: &Connection,
    stream: &str,
    seqs: Option<&[Seq]>,
) -> rusqlite::Result<u64> {
    let remember =
        "INSERT OR IGNORE INTO discarded (stream, seq) SELECT stream, seq FROM set_aside";
    change(connection, remember, stream, seqs)?;
    change(connection, "DELETE FROM set_aside", stream, seqs)
}

fn change(
    connection: &Connection,
    verb: &str,
    stream: &str,
    seqs: Option<&[Seq]>,
) -> rusqlite::Result<u64> {
    let Some(seqs) = seqs else {
        return Ok(connection.execute(
            &format!("{verb} WHERE stream = ?1 AND queued = 0"),
            [stream],
        )? as u64);
    };
    let mut changed = 0;
    for seqs in seqs.chunks(500) {
        let marks = vec!["?"; seqs.len()].join(", ");
        let numbers: Vec<i64> = seqs.iter().map(|seq| seq.cast_signed()).collect();
        let values = std::iter::once(&stream as &dyn ToSql)
            .chain(numbers.iter().map(|seq| seq as &dyn ToSql));
        changed += connection.execute(
            &format!("{verb} WHERE stream = ? AND queued = 0 AND seq IN ({marks})"),
            params_from_iter(values),
        )? as u64;
    }
    Ok(changed)
}

/// Takes one event away because it was delivered after all.
pub fn delivered(connection: &Connection, stream: &str, seq: Seq) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM set_aside WHERE stream = ?1 AND seq = ?2")?
        .execute(params![stream, seq.cast_signed()])?;
    Ok(())
}

/// Calls `each` with every event, oldest first, as it came.
pub fn for_each(
    connection: &Connection,
    stream: &str,
    mut each: impl FnMut(&[u8]) -> std::io::Result<()>,
) -> rusqlite::Result<std::io::Result<u64>> {
    let mut statement =
        connection.prepare_cached("SELECT event FROM set_aside WHERE stream = ?1 ORDER BY seq")?;
    let mut rows = statement.query([stream])?;
    let mut count = 0;
    while let Some(row) = rows.next()? {
        if let Err(error) = each(row.get_ref(0)?.as_blob()?) {
            return Ok(Err(error));
        }
        count += 1;
    }
    Ok(Ok(count))
}
