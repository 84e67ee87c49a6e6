//! Recording attempts and moving the cursor, in one transaction.

use std::sync::Arc;
use std::time::Duration;

use super::Worker;
use crate::clock::Millis;
use crate::delivery::units::Settled;
use crate::store::attempt::{self, Attempt};
use crate::store::cursor::{self, Cursor, State};
use crate::store::set_aside;
use crate::store::stat::{self, Delta};
use crate::view::{Outcome, Status};

impl Worker {
    /// Records attempts and moves the cursor, in one transaction; tries until it is on disk.
    pub(super) async fn commit(&mut self, attempts: Vec<Attempt>) {
        let attempted = !attempts.is_empty();
        self.pass_over_at = None;
        let settled = self.units.take_settled();
        let now = self.surroundings.clock.now();
        self.cursor.next_seq = settled.next_seq.unwrap_or(self.cursor.next_seq);
        self.cursor.position += settled.passed;
        self.cursor.delivered += settled.delivered;
        self.cursor.filtered += settled.filtered;
        if settled.delivered > 0 {
            self.cursor.last_delivered_at = Some(now);
        }
        self.cursor.tries = self.units.tries();
        let job = Arc::new(Job {
            stream: self.stream.clone(),
            cursor: self.cursor.clone(),
            worst: worst(&self.cursor),
            attempts,
            settled,
            now,
        });
        loop {
            let shared = Arc::clone(&job);
            match self
                .surroundings
                .store
                .write(move |connection| shared.write(connection))
                .await
            {
                Ok(saved) => {
                    self.overtaken = !saved;
                    break;
                }
                Err(problem) if problem.code == "engine-stopped" => {
                    self.overtaken = true;
                    break;
                }
                Err(problem) => {
                    tracing::warn!(
                        stream = self.stream,
                        code = problem.code,
                        "An attempt could not be recorded yet."
                    );
                }
            }
            tokio::select! {
                () = tokio::time::sleep(Duration::from_secs(1)) => {}
                _ = self.orders.changed() => if self.orders.borrow().stop {
                    self.overtaken = true;
                    return;
                },
            }
        }
        if attempted {
            self.surroundings.touched.attempts(&self.stream);
        } else {
            self.surroundings.touched.stream(&self.stream);
        }
    }
}

/// One commit, kept so that it can be tried again.
struct Job {
    stream: String,
    cursor: Cursor,
    worst: Status,
    attempts: Vec<Attempt>,
    settled: Settled,
    now: Millis,
}

impl Job {
    /// `false` where the stream's cursor is no longer this worker's; then nothing is recorded.
    fn write(&self, connection: &rusqlite::Connection) -> rusqlite::Result<bool> {
        if !cursor::save(connection, &self.stream, &self.cursor)? {
            return Ok(false);
        }
        for seq in &self.settled.resolved {
            set_aside::delivered(connection, &self.stream, *seq)?;
        }
        for (event, reason) in &self.settled.set_aside {
            set_aside::insert(connection, &self.stream, event, self.now, reason)?;
        }
        let mut delta = Delta {
            delivered: self.settled.delivered,
            set_aside: self.settled.set_aside.len() as u64,
            worst: Some(self.worst as u8),
            ..Delta::default()
        };
        for attempt in &self.attempts {
            attempt::insert(connection, &self.stream, attempt)?;
            delta.refused += u64::from(attempt.outcome != Outcome::Accepted);
            delta.latency_ms = Some(attempt.latency_ms);
        }
        stat::add(connection, &self.stream, self.now, &delta)?;
        Ok(true)
    }
}

fn worst(cursor: &Cursor) -> Status {
    match cursor.state {
        State::Ready => Status::Healthy,
        State::Retrying => Status::Retrying,
        State::Held => Status::Failing,
    }
}
