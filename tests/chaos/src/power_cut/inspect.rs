//! Whether what is left of a data folder is what everybody was told.

use penstock_engine::store::{Store, cursor, journal, sources, streams};
use std::path::Path;

use super::Figures;
use super::facts::{Facts, Place};

/// What does not hold.
pub fn inspect(folder: &Path, facts: &Facts, place: Place, figures: &mut Figures) -> Vec<String> {
    let store = match Store::open(folder) {
        Ok(store) => store,
        Err(problem) => return vec![format!("it does not open: {problem:?}")],
    };
    let mut broken = Vec::new();
    let whole = store.read_blocking(|connection| {
        connection.query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0))
    });
    if whole.as_deref() != Ok("ok") {
        broken.push(format!("the database is not whole: {whole:?}"));
    }
    let ids = match all(&store) {
        Ok(ids) => ids,
        Err(why) => return vec![why],
    };
    let held = facts.held();
    let accepted = held.accepted.iter().filter(|(by, _)| *by <= place);
    let known: std::collections::HashSet<&str> = ids.iter().map(String::as_str).collect();
    for (_, id) in accepted {
        figures.looked_for += 1;
        if !known.contains(id.as_str()) {
            figures.lost += 1;
            broken.push(format!("{id} was accepted and is not there"));
        }
    }
    for name in held.paused.keys() {
        let row = store.read_blocking(|connection| {
            let Some(row) = streams::find(connection, name)? else {
                return Ok(None);
            };
            let source = sources::all(connection)?.first().map(|it| it.total);
            Ok(Some((cursor::get(connection, &row.id)?, source, row)))
        });
        let row = match row {
            Ok(row) => row,
            Err(problem) => return vec![format!("{name} cannot be read: {problem:?}")],
        };
        let is = row.as_ref().map(|(_, _, row)| row.paused_at.is_some());
        let may = held.may_be_paused(name, place);
        if !may.contains(&is) {
            figures.unset += 1;
            broken.push(format!("{name}: paused is {is:?}, not one of {may:?}"));
        }
        let Some((Some(cursor), total, _)) = row else {
            continue;
        };
        if cursor.delivered != cursor.position
            || cursor.position + 1 != cursor.next_seq
            || total.is_some_and(|total| total != ids.len() as u64)
        {
            broken.push(format!(
                "{name}: delivered {}, position {}, next {}, of {} events and a total of {total:?}",
                cursor.delivered,
                cursor.position,
                cursor.next_seq,
                ids.len()
            ));
        }
        let passed = usize::try_from(cursor.position).unwrap_or(usize::MAX);
        let taken = held.taken.get(name);
        let ahead = ids.iter().take(passed).find(|id| {
            let by = taken.and_then(|taken| taken.get(*id));
            by.is_none_or(|by| *by > place)
        });
        if passed > ids.len() || ahead.is_some() {
            figures.ahead += 1;
            broken.push(format!(
                "{name}: its cursor passed {passed} of {} events, {ahead:?} among them",
                ids.len()
            ));
        }
    }
    broken
}

/// The ids of all events, in their order, which has no gap.
fn all(store: &Store) -> Result<Vec<String>, String> {
    let runtime = tokio::runtime::Handle::current();
    let last = store.blocks().last_seq();
    let mut ids = Vec::new();
    let mut next = 1;
    while next <= last {
        let read = journal::read(store, journal::Wanted::all(next, None));
        let reading = tokio::task::block_in_place(|| runtime.block_on(read))
            .map_err(|problem| format!("the journal cannot be read: {problem:?}"))?;
        if reading.damaged.is_some() || reading.events.is_empty() {
            return Err(format!(
                "the journal ends at {next} instead of {last}: {:?}",
                reading.damaged
            ));
        }
        for event in reading.events {
            if event.seq != next {
                return Err(format!("event {next} is missing"));
            }
            next += 1;
            let event: serde_json::Value =
                serde_json::from_slice(&event.bytes).map_err(|error| error.to_string())?;
            ids.push(event["id"].as_str().unwrap_or_default().to_owned());
        }
    }
    Ok(ids)
}
