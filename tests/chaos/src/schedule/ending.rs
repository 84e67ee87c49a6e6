//! The end of a schedule: everything is delivered, and every account is settled.

use std::path::Path;
use std::time::{Duration, Instant};

use super::{Broken, PATIENCE, Schedule};
use crate::model;
use crate::plan::{INFISICAL, SOURCES};
use crate::rules::CANARY;

/// How often a person who waits looks, and presses "retry".
const LOOK: Duration = Duration::from_millis(100);
const RETRY: Duration = Duration::from_millis(1500);
/// Attempts of a stream that are kept at least.
const ATTEMPTS_KEPT: i64 = 1000;

impl Schedule {
    /// Waits until nothing waits and nothing is set aside, as a person would who presses the
    /// buttons meant for it.
    pub(super) async fn drain(&mut self) -> Result<(), Broken> {
        let begun = Instant::now();
        let mut retried = None::<Instant>;
        let (mut delivered, mut moved) = (0, begun);
        let mut read_before = false;
        loop {
            let status = self.ask(&["status"]).await?;
            let said = self.said_in(&status)?;
            let unread = model::unread(&self.offers, &status);
            let now = said
                .iter()
                .map(|it| it.delivered + it.appended)
                .sum::<i64>();
            if now > delivered {
                (delivered, moved) = (now, Instant::now());
            }
            // Streams are looked at before sources: what was in the journal the last time counts.
            if std::mem::replace(&mut read_before, unread == 0)
                && said
                    .iter()
                    .all(|said| said.waiting == 0 && said.set_aside == 0)
            {
                break;
            }
            self.still_there()?;
            if moved.elapsed() > PATIENCE {
                return Err(vec![format!(
                    "it is never delivered: {said:?}, {unread} never read"
                )]);
            }
            if retried.is_none_or(|retried| retried.elapsed() > RETRY) {
                for (index, said) in said.iter().enumerate() {
                    let name = self.streams[index].name.clone();
                    if said.set_aside > 0 {
                        self.press(&["stream", "set-aside", &name, "--replay"])
                            .await;
                    }
                    if said.waiting > 0 {
                        self.press(&["stream", "retry", &name]).await;
                    }
                    if said.waiting > 0 && self.streams[index].sink.kind.waits_for_proof() {
                        // It is patient for minutes; this one is not.
                        self.press(&["stream", "pause", &name]).await;
                        self.press(&["stream", "resume", &name]).await;
                        self.streams[index].worker_ended();
                    }
                }
                if unread > 0 && self.infisical.is_some() {
                    // It is patient for half a minute where something is to be mended first.
                    self.press(&["source", "pause", SOURCES[INFISICAL]]).await;
                    self.press(&["source", "resume", SOURCES[INFISICAL]]).await;
                }
                retried = Some(Instant::now());
            }
            tokio::time::sleep(LOOK).await;
        }
        let drained = begun.elapsed();
        self.figures.slowest_drain = u64::try_from(drained.as_millis()).unwrap_or(u64::MAX);
        self.tell(format!("nothing waits after {} ms", drained.as_millis()));
        Ok(())
    }

    /// Ends the agent, and looks whether everything held.
    pub(super) async fn close(&mut self) -> Result<(), Broken> {
        if let Some(agent) = self.agent.take() {
            agent.terminate().await.map_err(|why| vec![why])?;
        }
        self.balance().await?;
        let mut broken = Vec::new();
        for stream in &mut self.streams {
            stream.look_at_requests();
            let unanswered = unanswered(&self.home.data, &stream.name, stream.largest);
            stream.at_risk += unanswered.map_err(|error| vec![error.to_string()])?;
        }
        let status = self.ask(&["status"]).await?;
        broken.extend(model::read_once(&self.offers, &status));
        let said = self.said_in(&status)?;
        for (said, stream) in said.iter().zip(&self.streams) {
            match model::appended_twice(&self.offers, said.appended, stream.source) {
                Ok(twice) => {
                    if stream.source.is_none() {
                        self.figures.appended_twice = twice;
                    }
                    broken.extend(model::settle(
                        &self.offers,
                        stream,
                        said,
                        &mut self.figures,
                        twice,
                    ));
                }
                Err(why) => broken.push(why),
            }
        }
        let redacted = self
            .streams
            .iter()
            .filter(|it| it.rules.redaction.is_some());
        for name in redacted.map(|it| it.name.clone()).collect::<Vec<_>>() {
            let leaks = leaks(&self.home.data, &name).map_err(|error| vec![error.to_string()])?;
            self.leaked(&name, leaks, "attempts", &mut broken);
        }
        for stream in &self.deleted {
            broken.extend(model::settle_deleted(
                &self.offers,
                stream,
                &mut self.figures,
            ));
        }
        model::count(&self.offers, &mut self.figures);
        broken.extend(integrity(&self.home.data));
        if broken.is_empty() {
            Ok(())
        } else {
            Err(broken)
        }
    }
}

/// Attempts that show what was to be redacted.
fn leaks(data: &Path, stream: &str) -> rusqlite::Result<u64> {
    let connection = rusqlite::Connection::open(data.join("penstock.db"))?;
    connection.query_row(
        "SELECT count(*) FROM attempt JOIN stream ON stream.id = attempt.stream
         WHERE stream.name = ?1 AND (instr(exchange, ?2) OR instr(coalesce(attempt.problem, ''), ?2))",
        [stream, CANARY],
        |row| row.get::<_, i64>(0).map(i64::cast_unsigned),
    )
}

/// Events of requests that came to nothing: whether they arrived all the same is not known. Of many
/// attempts only the newest are kept; then each refused one counts, with the most events of any.
fn unanswered(data: &Path, stream: &str, most: u64) -> rusqlite::Result<u64> {
    let connection = rusqlite::Connection::open(data.join("penstock.db"))?;
    let (attempts, unanswered) = connection.query_row(
        "SELECT count(*), coalesce(sum(events) FILTER (
                  WHERE outcome = 'retry' AND attempt.status IS NULL), 0)
         FROM attempt JOIN stream ON stream.id = attempt.stream WHERE stream.name = ?1",
        [stream],
        |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)),
    )?;
    if attempts < ATTEMPTS_KEPT {
        return Ok(unanswered.cast_unsigned());
    }
    let refused: i64 = connection.query_row(
        "SELECT coalesce(max(refused), 0) FROM (
           SELECT sum(refused) AS refused FROM stat JOIN stream ON stream.id = stat.owner
           WHERE stream.name = ?1 GROUP BY width)",
        [stream],
        |row| row.get(0),
    )?;
    Ok(refused.cast_unsigned() * most)
}

/// What SQLite itself says of the database.
fn integrity(data: &Path) -> Option<String> {
    let checked = rusqlite::Connection::open(data.join("penstock.db")).and_then(|connection| {
        connection.query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0))
    });
    match checked {
        Ok(said) if said == "ok" => None,
        Ok(said) => Some(format!("the database is not whole: {said}")),
        Err(error) => Some(format!("the database cannot be checked: {error}")),
    }
}
