//! What an answer means for the queue and for the stream: settled, cut, put back; going well or
//! failing, and when to try again.

use rand::RngExt as _;
use std::time::Duration;
use tokio::time::Instant;

use super::super::retry;
use super::super::send::Tried;
use super::Worker;
use crate::clock::Millis;
use crate::event::Event;
use crate::problem::Problem;
use crate::provider::{Fate, Verdict};
use crate::store::attempt::Attempt;
use crate::store::cursor::State;
use crate::view::Outcome;

/// Characters of a body kept with an attempt that was accepted, and with one that was not.
const KEPT_ACCEPTED: usize = 2 << 10;
const KEPT_REFUSED: usize = 16 << 10;

impl Worker {
    pub(super) fn judge(
        &mut self,
        id: u64,
        events: Vec<Event>,
        tried: Tried,
        started: Instant,
    ) -> Attempt {
        let now = self.surroundings.clock.now();
        let count = events.len() as u64;
        let (first_seq, last_seq) = (
            events.first().map_or(0, |event| event.seq),
            events.last().map_or(0, |event| event.seq),
        );
        let try_number = self.units.find(id).map_or(1, |unit| unit.tries);
        let mut set_aside = 0;
        if let Some(size) = tried.too_large {
            self.body_limit = self.body_limit.min(size / 2).max(1 << 10);
        }
        let (outcome, problem) = match tried.verdict {
            Verdict::Accepted => {
                self.units.accepted(id, &events);
                self.goes_well(now);
                (Outcome::Accepted, None)
            }
            Verdict::Partly { fates, reason } => {
                set_aside = fates
                    .iter()
                    .filter(|fate| matches!(fate, Fate::SetAside(_)))
                    .count() as u64;
                self.units.partly(id, events, fates);
                self.goes_well(now);
                (Outcome::Partly, Some(reason))
            }
            Verdict::Split { reason } if events.len() > 1 => {
                self.units.split(id, events);
                self.goes_well(now);
                (Outcome::Split, Some(reason))
            }
            Verdict::Split { reason } | Verdict::SetAside { reason } => {
                set_aside = count;
                self.units.set_aside(id, events, &reason);
                self.goes_well(now);
                (Outcome::SetAside, Some(reason))
            }
            Verdict::Retry { after, reason } => {
                self.units.back(id, events);
                self.fails(started, now, State::Retrying, after, &reason);
                (Outcome::Retry, Some(reason))
            }
            Verdict::Hold { reason } => {
                self.units.back(id, events);
                self.fails(started, now, State::Held, None, &reason);
                (Outcome::Hold, Some(reason))
            }
        };
        let mut exchange = tried.exchange;
        let kept = if outcome == Outcome::Accepted {
            KEPT_ACCEPTED
        } else {
            KEPT_REFUSED
        };
        shorten(&mut exchange.request.body, kept);
        if let Some(response) = &mut exchange.response {
            shorten(&mut response.body, kept);
        }
        if exchange.curl.len() > kept {
            exchange.curl.clear();
        }
        Attempt {
            at: now,
            outcome,
            status: tried.status,
            reason: tried.reason,
            first_seq,
            last_seq,
            events: count,
            bytes: tried.bytes,
            latency_ms: u32::try_from(tried.elapsed.as_millis()).unwrap_or(u32::MAX),
            attempt: try_number,
            sample: false,
            set_aside,
            next_try_at: self.cursor.next_try_at,
            problem,
            exchange,
        }
    }

    pub(super) fn goes_well(&mut self, now: Millis) {
        self.failures = 0;
        self.not_before = None;
        if self.cursor.state != State::Ready {
            self.cursor.state = State::Ready;
            self.cursor.state_since = now;
        }
        self.cursor.next_try_at = None;
    }

    pub(super) fn fails(
        &mut self,
        started: Instant,
        now: Millis,
        state: State,
        after: Option<Duration>,
        reason: &Problem,
    ) {
        // Requests that were under way together fail together: that is one failure.
        if self.last_failure.is_none_or(|last| started >= last) {
            self.failures += 1;
        }
        self.last_failure = Some(Instant::now());
        let jitter = rand::rng().random::<f64>();
        let wait = match state {
            State::Held => retry::next_look(self.failures, jitter),
            State::Ready | State::Retrying => retry::backoff(self.failures, after, jitter),
        };
        let until = Instant::now() + wait;
        self.not_before = Some(self.not_before.map_or(until, |time| time.max(until)));
        // A provider that stays unreachable is not "held" one try and "retrying" the next.
        if self.cursor.state != state {
            if self.cursor.state == State::Ready {
                self.cursor.state_since = now;
            }
            self.cursor.state = state;
        }
        self.cursor.next_try_at = Some(now + wait.as_millis() as Millis);
        self.cursor.problem = Some(reason.clone());
        self.cursor.problem_at = Some(now);
    }
}

fn shorten(text: &mut String, limit: usize) {
    if text.len() > limit {
        text.truncate(text.floor_char_boundary(limit));
        text.push('…');
    }
}
