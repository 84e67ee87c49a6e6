//! One stream's worker: wait, read, send, settle, commit.

use rand::RngExt as _;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::send::{Line, Tried};
use super::units::{Origin, Settled, Units};
use super::{GRACE, Orders, Surroundings, retry};
use crate::clock::Millis;
use crate::connect;
use crate::event::{Event, Seq};
use crate::problem::Problem;
use crate::provider::{Limits, Verdict};
use crate::store::attempt::{self, Attempt};
use crate::store::cursor::{self, Cursor, State};
use crate::store::stat::{self, Delta};
use crate::store::streams::StreamRow;
use crate::store::{journal, set_aside, sources};
use crate::view::{Outcome, Status};

/// Requests under way at once: for providers that take batches, and for those that take one event
/// a request.
const BATCHES_UNDER_WAY: usize = 4;
const SINGLES_UNDER_WAY: usize = 16;
/// Bytes of one batch, however much a provider would take.
const BATCH_BYTES: usize = 2 << 20;
/// Characters of a body kept with an attempt that was accepted, and with one that was not.
const KEPT_ACCEPTED: usize = 2 << 10;
const KEPT_REFUSED: usize = 16 << 10;
/// How long to wait where the vault or the store is in the way.
const LOOK_AGAIN: Duration = Duration::from_secs(15);

pub async fn run(
    surroundings: Surroundings,
    budget: Arc<Semaphore>,
    stream: StreamRow,
    mut orders: watch::Receiver<Orders>,
) {
    loop {
        match Worker::new(&surroundings, &budget, &stream, orders.clone()).await {
            Ok(Some(worker)) => return worker.work().await,
            // The stream is gone.
            Ok(None) => return,
            Err(problem) => hold(&surroundings, &stream.id, problem).await,
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK_AGAIN) => {}
            changed = orders.changed() => if changed.is_err() { return },
        }
        if orders.borrow().stop {
            return;
        }
    }
}

/// Records that the stream cannot even start.
async fn hold(surroundings: &Surroundings, stream: &str, problem: Problem) {
    let (id, now) = (stream.to_owned(), surroundings.clock.now());
    let written = surroundings
        .store
        .write(move |connection| {
            if let Some(mut cursor) = cursor::get(connection, &id)? {
                if cursor.state != State::Held {
                    cursor.state_since = now;
                }
                cursor.state = State::Held;
                cursor.problem = Some(problem);
                cursor.problem_at = Some(now);
                cursor.next_try_at = Some(now + LOOK_AGAIN.as_millis() as Millis);
                cursor::save(connection, &id, &cursor)?;
            }
            Ok(())
        })
        .await;
    if let Err(problem) = written {
        tracing::warn!(
            stream,
            code = problem.code,
            "The state of a stream could not be saved."
        );
    }
    surroundings.touched.stream(stream);
}

struct Worker {
    surroundings: Surroundings,
    budget: Arc<Semaphore>,
    stream: String,
    /// The journal's number of its source; `None` takes every source.
    source: Option<i64>,
    line: Arc<Line>,
    limits: Limits,
    /// Learnt from refusals: bodies above this are refused.
    body_limit: usize,
    cursor: Cursor,
    /// Where the next read starts; ahead of the cursor.
    next_read: Seq,
    units: Units,
    under_way: JoinSet<(u64, Vec<Event>, Tried, Instant)>,
    /// Failures in a row.
    failures: u32,
    last_failure: Option<Instant>,
    /// Nothing is sent before.
    not_before: Option<Instant>,
    orders: watch::Receiver<Orders>,
    seen: Orders,
    appended: watch::Receiver<u64>,
    /// Failed events may be queued.
    look_for_queued: bool,
    /// The cursor was moved by a person, or the stream deleted.
    overtaken: bool,
}

impl Worker {
    async fn new(
        surroundings: &Surroundings,
        budget: &Arc<Semaphore>,
        stream: &StreamRow,
        orders: watch::Receiver<Orders>,
    ) -> Result<Option<Self>, Problem> {
        let (destination, client) =
            connect::stream(Arc::clone(&surroundings.vault), stream).await?;
        let (id, source) = (stream.id.clone(), stream.source.clone());
        let (cursor, source) = surroundings
            .store
            .read(move |connection| {
                let number = match source {
                    // A source that is gone for good has no number and no more events.
                    Some(source) => Some(sources::number(connection, &source)?.unwrap_or(-1)),
                    None => None,
                };
                Ok((cursor::get(connection, &id)?, number))
            })
            .await?;
        let Some(cursor) = cursor else {
            return Ok(None);
        };
        let limits = destination.limits();
        let seen = *orders.borrow();
        let appended = surroundings.store.blocks().subscribe(source);
        Ok(Some(Self {
            surroundings: surroundings.clone(),
            budget: Arc::clone(budget),
            stream: stream.id.clone(),
            source,
            line: Line::new(destination, client),
            body_limit: limits.bytes.min(BATCH_BYTES),
            limits,
            next_read: cursor.next_seq,
            cursor,
            units: Units::default(),
            under_way: JoinSet::new(),
            failures: 0,
            last_failure: None,
            not_before: None,
            orders,
            seen,
            appended,
            look_for_queued: true,
            overtaken: false,
        }))
    }

    async fn work(mut self) {
        loop {
            // Subscribed before looking, so an append in between is not missed.
            self.appended.borrow_and_update();
            let idle = match self.fill().await {
                Ok(idle) => idle,
                Err(problem) => {
                    tracing::warn!(
                        stream = self.stream,
                        code = problem.code,
                        "The journal could not be read."
                    );
                    self.not_before = Some(Instant::now() + Duration::from_secs(1));
                    false
                }
            };
            let wake = self.not_before;
            tokio::select! {
                Some(done) = self.under_way.join_next() => self.handle(done.ok()).await,
                changed = self.orders.changed() => {
                    if changed.is_err() || self.follow_orders() {
                        break;
                    }
                }
                Ok(()) = self.appended.changed(), if idle => {}
                () = sleep_until(wake), if wake.is_some() => self.not_before = None,
            }
            if self.overtaken {
                return;
            }
        }
        self.finish().await;
    }

    /// Whether to stop.
    fn follow_orders(&mut self) -> bool {
        let orders = *self.orders.borrow_and_update();
        if orders.retry_asked != self.seen.retry_asked {
            self.not_before = None;
        }
        if orders.revision != self.seen.revision {
            self.look_for_queued = true;
        }
        self.seen = orders;
        orders.stop
    }

    /// Starts as many requests as are allowed; whether everything in the journal is on its way.
    async fn fill(&mut self) -> Result<bool, Problem> {
        loop {
            if self.not_before.is_some_and(|time| time > Instant::now()) {
                return Ok(false);
            }
            let allowed = match (self.cursor.state, self.limits.events) {
                (State::Ready, 1) => SINGLES_UNDER_WAY,
                (State::Ready, _) => BATCHES_UNDER_WAY,
                // In trouble: one request finds out whether it is over.
                _ => 1,
            };
            if self.units.sending() >= allowed {
                return Ok(false);
            }
            if let Some(id) = self.units.waiting().map(|unit| unit.id) {
                self.start(id).await?;
                continue;
            }
            // Settled units behind one that is not count too: they would be sent again after a crash.
            if self.units.len() >= allowed.max(BATCHES_UNDER_WAY) {
                return Ok(false);
            }
            if self.look_for_queued && self.units.is_empty() {
                self.take_up_queued().await?;
                continue;
            }
            if !self.read_on().await? {
                return Ok(true);
            }
        }
    }

    async fn take_up_queued(&mut self) -> Result<(), Problem> {
        let (id, limit) = (self.stream.clone(), self.limits.events.min(500));
        let queued = self
            .surroundings
            .store
            .read(move |connection| set_aside::queued(connection, &id, limit))
            .await?;
        self.look_for_queued = !queued.is_empty();
        self.units.push(Origin::SetAside, queued);
        Ok(())
    }

    async fn read_on(&mut self) -> Result<bool, Problem> {
        let store = &self.surroundings.store;
        if store.blocks().last_seq() < self.next_read {
            return Ok(false);
        }
        let reading = journal::read(
            store,
            self.next_read,
            self.source,
            self.limits.events,
            self.body_limit,
            self.limits.overhead,
        )
        .await?;
        if let Some(damaged) = reading.damaged {
            return Err(Problem::new(
                "journal-damaged",
                format!(
                    "Events {} to {} cannot be read.",
                    damaged.first_seq, damaged.last_seq
                ),
            ));
        }
        let mut events = reading.events;
        if let Some(span) = self.limits.span {
            cut_by_time(&mut events, span);
        }
        let Some(last) = events.last() else {
            return Ok(false);
        };
        self.next_read = last.seq + 1;
        self.units.push(Origin::Journal, events);
        Ok(true)
    }

    /// Sends a unit; its events are read again where it had to wait.
    async fn start(&mut self, id: u64) -> Result<(), Problem> {
        let Some(unit) = self.units.find(id) else {
            return Ok(());
        };
        let bytes = match &unit.events {
            Some(events) => events.iter().map(|event| event.bytes.len()).sum(),
            None => self.body_limit,
        };
        if unit.events.is_none() {
            let (first, last, count) = (unit.first_seq, unit.last_seq, unit.count);
            let reading = journal::read(
                &self.surroundings.store,
                first,
                self.source,
                count,
                usize::MAX,
                0,
            )
            .await?;
            let mut events = reading.events;
            events.retain(|event| event.seq <= last);
            if let Some(unit) = self.units.find(id) {
                unit.events = Some(events);
            }
        }
        let permit = self.permit(bytes).await;
        let events = self.units.start(id);
        let line = Arc::clone(&self.line);
        let started = Instant::now();
        self.under_way.spawn(async move {
            let tried = line.send(&events).await;
            drop(permit);
            (id, events, tried, started)
        });
        Ok(())
    }

    async fn permit(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        let kib = u32::try_from((bytes >> 10).clamp(1, 8 << 10)).unwrap_or(8 << 10);
        Arc::clone(&self.budget).acquire_many_owned(kib).await.ok()
    }

    /// Settles what came back, with whatever else came back meanwhile, in one commit.
    async fn handle(&mut self, first: Option<(u64, Vec<Event>, Tried, Instant)>) {
        let mut attempts = Vec::new();
        let mut next = first;
        loop {
            if let Some((id, events, tried, started)) = next {
                attempts.push(self.judge(id, events, tried, started));
            }
            next = match self.under_way.try_join_next() {
                Some(done) => done.ok(),
                None => break,
            };
        }
        self.commit(attempts).await;
    }

    fn judge(&mut self, id: u64, events: Vec<Event>, tried: Tried, started: Instant) -> Attempt {
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
                    .filter(|fate| matches!(fate, crate::provider::Fate::SetAside(_)))
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

    fn goes_well(&mut self, now: Millis) {
        self.failures = 0;
        self.not_before = None;
        if self.cursor.state != State::Ready {
            self.cursor.state = State::Ready;
            self.cursor.state_since = now;
        }
        self.cursor.next_try_at = None;
    }

    fn fails(
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

    /// Records attempts and moves the cursor, in one transaction; tries until it is on disk.
    async fn commit(&mut self, attempts: Vec<Attempt>) {
        let settled = self.units.take_settled();
        let now = self.surroundings.clock.now();
        self.cursor.next_seq = settled.next_seq.unwrap_or(self.cursor.next_seq);
        self.cursor.position += settled.passed;
        self.cursor.delivered += settled.delivered;
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
        self.surroundings.touched.attempts(&self.stream);
    }

    /// What is under way is finished, or put back when it takes too long.
    async fn finish(mut self) {
        let deadline = Instant::now() + GRACE;
        while !self.under_way.is_empty() && !self.overtaken {
            match tokio::time::timeout_at(deadline, self.under_way.join_next()).await {
                Ok(Some(done)) => self.handle(done.ok()).await,
                Ok(None) | Err(_) => break,
            }
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

/// Keeps the run from the first event on whose times lie within `span` of each other.
fn cut_by_time(events: &mut Vec<Event>, span: i64) {
    let (mut earliest, mut latest) = (i64::MAX, i64::MIN);
    let keep = events
        .iter()
        .take_while(|event| {
            let Some(time) = event.created_at() else {
                return true;
            };
            let (low, high) = (earliest.min(time), latest.max(time));
            let fits = high - low < span;
            if fits {
                (earliest, latest) = (low, high);
            }
            fits
        })
        .count();
    events.truncate(keep.max(1));
}

fn shorten(text: &mut String, limit: usize) {
    if text.len() > limit {
        text.truncate(text.floor_char_boundary(limit));
        text.push('…');
    }
}

async fn sleep_until(time: Option<Instant>) {
    if let Some(time) = time {
        tokio::time::sleep_until(time).await;
    }
}
