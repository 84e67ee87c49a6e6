//! A database that is behind its witness: the newest part of the journal is gone.
//!
//! Always holds: events that are lost keep their numbers, which are not given again; what is lost
//! is written down in the transaction that goes on after it, and told until a person has deleted
//! the note about it. Only whoever may deliver does this.

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::Path;

use super::journal::{self, insert_lost};
use super::witness::{self, Standing};
use super::{FILE, settings};
use crate::clock::{Clock, Millis, SystemClock, rfc3339};
use crate::event::Seq;
use crate::problem::Problem;

/// The setting that tells of what was lost, oldest first.
const SETTING: &str = "store.lost";

#[derive(Serialize, Deserialize)]
struct Told {
    /// The note's name in the data folder; `None` where it could not be written.
    noted_as: Option<String>,
    problem: Problem,
}

/// What the witness knows of and the database does not.
pub fn lacks(connection: &Connection, path: &Path) -> rusqlite::Result<Option<Standing>> {
    let Some(id) = witness::known_id(connection)? else {
        return Ok(None);
    };
    // Read before the database, which may grow meanwhile.
    let Some(standing) = witness::read(path, &id) else {
        return Ok(None);
    };
    let last = journal::newest(connection)?;
    Ok((standing.last_seq > last).then_some(standing))
}

/// Goes on after what is lost, if anything is.
pub fn go_on(connection: &mut Connection, path: &Path) -> rusqlite::Result<()> {
    if lacks(connection, path)?.is_none() {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let Some(standing) = lacks(&transaction, path)? else {
        return Ok(());
    };
    let first = journal::newest(&transaction)? + 1;
    let last = standing.last_seq;
    let since = accepted_before(&transaction, first)?;
    fill(&transaction, first, &standing)?;
    transaction.execute(
        "UPDATE counter SET value = ?1 WHERE name = 'last_seq'",
        [last.cast_signed()],
    )?;
    // Whoever runs takes everything up anew.
    settings::revise(&transaction)?;
    tell(&transaction, path, (first, last), since, standing.at)?;
    transaction.commit()?;
    tracing::error!(first, last, "The newest part of the journal is lost.");
    Ok(())
}

/// What was lost last and no person is done with.
pub fn report(connection: &Connection, path: &Path) -> rusqlite::Result<Option<Problem>> {
    let told = told(connection)?.into_iter().rev();
    Ok(told
        .filter(|told| match &told.noted_as {
            Some(name) => path.with_file_name(name).exists(),
            None => true,
        })
        .map(|told| told.problem)
        .next())
}

fn told(connection: &Connection) -> rusqlite::Result<Vec<Told>> {
    let text = settings::get(connection, SETTING)?;
    Ok(text
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default())
}

fn accepted_before(connection: &Connection, seq: Seq) -> rusqlite::Result<Option<Millis>> {
    connection
        .query_row(
            "SELECT accepted_at FROM journal_block WHERE first_seq < ?1 ORDER BY first_seq DESC LIMIT 1",
            [seq.cast_signed()],
            |row| row.get(0),
        )
        .optional()
}

/// Blocks in the place of what is lost, by source as far as the witness knows.
fn fill(connection: &Connection, first: Seq, standing: &Standing) -> rusqlite::Result<()> {
    let mut next = first;
    for (source, total) in &standing.sources {
        let had = total_of(connection, *source)?;
        let left = standing.last_seq + 1 - next;
        let share = total.saturating_sub(had.unwrap_or(0)).min(left);
        next = lose(connection, *source, had, next, share, standing.at)?;
    }
    let left = standing.last_seq + 1 - next;
    if left > 0 {
        // Of a source that the witness had no room for; which one it was cannot be told.
        let source: Option<i64> =
            connection.query_row("SELECT min(number) FROM source", [], |row| row.get(0))?;
        let source = source.unwrap_or(0);
        let had = total_of(connection, source)?;
        lose(connection, source, had, next, left, standing.at)?;
    }
    // The number of a source that was lost with its events is not another's.
    let newest = standing.sources.iter().map(|(number, _)| *number).max();
    connection.execute(
        "INSERT INTO sqlite_sequence (name, seq) SELECT 'source', 0
         WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'source')",
        [],
    )?;
    connection.execute(
        "UPDATE sqlite_sequence SET seq = max(seq, ?1) WHERE name = 'source'",
        [newest.unwrap_or(0)],
    )?;
    Ok(())
}

/// `None` where the source was lost, too.
fn total_of(connection: &Connection, source: i64) -> rusqlite::Result<Option<u64>> {
    connection
        .query_row(
            "SELECT total FROM source WHERE number = ?1",
            [source],
            |row| row.get::<_, i64>(0).map(i64::cast_unsigned),
        )
        .optional()
}

/// Loses `share` events of a source from `next` on; what comes next.
fn lose(
    connection: &Connection,
    source: i64,
    had: Option<u64>,
    next: Seq,
    share: u64,
    at: Millis,
) -> rusqlite::Result<Seq> {
    if share == 0 {
        return Ok(next);
    }
    let total = had.unwrap_or(0) + share;
    insert_lost(connection, (next, next + share - 1), source, total, at)?;
    connection.execute(
        "UPDATE source SET total = ?2 WHERE number = ?1",
        params![source, total.cast_signed()],
    )?;
    Ok(next + share)
}

/// Keeps what is to be told, and a note beside the database for a person to delete.
fn tell(
    connection: &Connection,
    path: &Path,
    lost: (Seq, Seq),
    since: Option<Millis>,
    until: Millis,
) -> rusqlite::Result<()> {
    let now: String = rfc3339(SystemClock.now())
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    let name = format!("{FILE}.lost-{now}");
    let problem = problem(lost, since, until);
    let noted = fs::write(path.with_file_name(&name), text(&problem)).is_ok();
    let problem = if noted {
        problem.next(format!(
            "Delete the file {name} in the data folder once this is of no more use to you."
        ))
    } else {
        problem
    };
    let mut all = told(connection)?;
    all.push(Told {
        noted_as: noted.then_some(name),
        problem,
    });
    let text = serde_json::to_string(&all)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
    settings::set(connection, SETTING, &text)
}

fn text(problem: &Problem) -> String {
    let mut text = format!("{}\n", problem.summary);
    for more in problem.cause.iter().chain(&problem.next_steps) {
        text.push_str(&format!("\n{more}\n"));
    }
    text
}

fn problem((first, last): (Seq, Seq), since: Option<Millis>, until: Millis) -> Problem {
    let which = match last - first {
        0 => format!("Event {first} is"),
        _ => format!("Events {first} to {last} are"),
    };
    let when = match since {
        Some(since) if since <= until => {
            format!("accepted from {} to {}", rfc3339(since), rfc3339(until))
        }
        _ => format!("accepted until {}", rfc3339(until)),
    };
    Problem::new(
        "journal-behind",
        format!("{which} missing from the journal: {when}, and gone since."),
    )
    .cause(format!(
        "While Penstock was not running, {FILE}-wal was removed or changed, or an older {FILE} was put back. Settings made meanwhile are gone, too."
    ))
    .next(format!(
        "Where a newer copy of the data folder exists, end Penstock and put the whole copy back. {FILE}-wal alone is of no use any more."
    ))
    .next("Streams are held where the missing events begin, and say how to go on. Their providers may have received them already.")
    .next("Files and Infisical are read again from where the journal ends, as far as they still hold the events. What came through an intake must be posted again by its sender.")
    .short("Newest events are missing")
}
