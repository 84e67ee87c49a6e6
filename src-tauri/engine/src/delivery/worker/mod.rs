//! One stream's worker: wait, read, send, settle, commit.

mod commit;
mod judge;
mod read;

use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;

use self::read::{DAMAGED, Read, STORE_DAMAGED, take_up};
use super::budget::{Budget, SMALL, Share};
use super::send::{Line, Tried};
use super::units::{Origin, Units};
use super::{GRACE, Orders, Surroundings};
use crate::clock::Millis;
use crate::connect;
use crate::event::{Event, Seq};
use crate::filter::Compiled;
use crate::problem::Problem;
use crate::provider::Limits;
use crate::store::cursor::{self, Cursor, State};
use crate::store::set_aside;
use crate::store::streams::StreamRow;

/// Requests under way at once: for providers that take batches, and for those that take one event
/// a request.
const BATCHES_UNDER_WAY: usize = 4;
const SINGLES_UNDER_WAY: usize = 16;
/// Bytes of one batch, however much a provider would take.
const BATCH_BYTES: usize = 2 << 20;
/// The cursor is moved over events that the filter kept out at the latest after so many of them,
/// or this long.
const PASS_OVER: u64 = 100_000;
const PASS_OVER_AFTER: Duration = Duration::from_millis(500);
/// How long to wait where the vault or the store is in the way.
const LOOK_AGAIN: Duration = Duration::from_secs(15);

pub async fn run(
    surroundings: Surroundings,
    budget: Arc<Budget>,
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
                cursor.problem = Some(problem.clone());
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

/// A unit's request that came to an end: its events, what it came to, and when it was begun.
type Done = (u64, Vec<Event>, Tried, Instant);

struct Worker {
    surroundings: Surroundings,
    budget: Arc<Budget>,
    stream: String,
    /// The journal's number of its source; `None` takes every source.
    source: Option<i64>,
    /// `None` takes every event.
    filter: Option<Arc<Compiled>>,
    line: Arc<Line>,
    limits: Limits,
    /// Learnt from refusals: bodies above this are refused.
    body_limit: usize,
    cursor: Cursor,
    /// Where the next read starts; ahead of the cursor.
    next_read: Seq,
    units: Units,
    /// A request that was left when told to stop gives nothing: its events stay in the queue.
    under_way: JoinSet<Option<Done>>,
    /// Failures in a row.
    failures: u32,
    last_failure: Option<Instant>,
    /// Nothing is sent before.
    not_before: Option<Instant>,
    /// When the cursor is to be moved over events that were kept out.
    pass_over_at: Option<Instant>,
    orders: watch::Receiver<Orders>,
    seen: Orders,
    /// Tells requests under way that a person asks to try now.
    retry: watch::Sender<i64>,
    appended: watch::Receiver<u64>,
    /// Failed events may be queued.
    look_for_queued: bool,
    /// The cursor was moved by a person, or the stream deleted.
    overtaken: bool,
}

impl Worker {
    async fn new(
        surroundings: &Surroundings,
        budget: &Arc<Budget>,
        stream: &StreamRow,
        orders: watch::Receiver<Orders>,
    ) -> Result<Option<Self>, Problem> {
        let connect::Stream {
            destination,
            client,
            filter,
            redaction,
        } = connect::stream(Arc::clone(&surroundings.vault), stream).await?;
        let Some((cursor, source)) = take_up(surroundings, stream).await? else {
            return Ok(None);
        };
        let mut limits = destination.limits();
        // What is redacted may become longer.
        limits.overhead += redaction.growth();
        let seen = *orders.borrow();
        let appended = surroundings.store.blocks().subscribe(source);
        Ok(Some(Self {
            surroundings: surroundings.clone(),
            budget: Arc::clone(budget),
            stream: stream.id.clone(),
            source,
            filter: (!filter.is_empty()).then(|| Arc::new(filter)),
            line: Line::new(destination, client, redaction),
            body_limit: limits.bytes.min(BATCH_BYTES),
            limits,
            next_read: cursor.next_seq,
            cursor,
            units: Units::default(),
            under_way: JoinSet::new(),
            failures: 0,
            last_failure: None,
            not_before: None,
            pass_over_at: None,
            orders,
            seen,
            retry: watch::Sender::new(seen.retry_asked),
            appended,
            look_for_queued: true,
            overtaken: false,
        }))
    }

    async fn work(mut self) {
        loop {
            // Subscribed before looking, so an append in between is not missed.
            self.appended.borrow_and_update();
            let filled = match self.fill().await {
                Ok(filled) => filled,
                Err(problem) => {
                    tracing::warn!(
                        stream = self.stream,
                        code = problem.code,
                        "The journal could not be read."
                    );
                    let damaged = [DAMAGED, STORE_DAMAGED].contains(&problem.code.as_str());
                    // What lies before it comes first: it is looked at again when that is settled.
                    if damaged && self.under_way.is_empty() {
                        let now = self.surroundings.clock.now();
                        self.fails(Instant::now(), now, State::Held, None, &problem);
                        self.commit(Vec::new()).await;
                    } else if !damaged {
                        self.not_before = Some(Instant::now() + Duration::from_secs(1));
                    }
                    Filled::Busy
                }
            };
            if filled == Filled::Idle && self.units.is_empty() {
                self.note_nothing_waits().await;
            }
            self.note_passable().await;
            let (wake, pass_over) = (self.not_before, self.pass_over_at);
            tokio::select! {
                Some(done) = self.under_way.join_next() => self.handle(done.ok().flatten()).await,
                changed = self.orders.changed() => {
                    if changed.is_err() || self.follow_orders() {
                        break;
                    }
                }
                Ok(()) = self.appended.changed(), if filled == Filled::Idle => {}
                () = tokio::task::yield_now(), if filled == Filled::More => {}
                () = sleep_until(wake), if wake.is_some() => self.not_before = None,
                () = sleep_until(pass_over), if pass_over.is_some() => self.commit(Vec::new()).await,
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
            self.retry.send_replace(orders.retry_asked);
        }
        if orders.revision != self.seen.revision {
            self.look_for_queued = true;
        }
        self.seen = orders;
        orders.stop
    }

    /// What stood in the way of events is over where none waits any more: they were kept out by
    /// another filter, or passed over by a person.
    async fn note_nothing_waits(&mut self) {
        if self.cursor.state != State::Ready {
            let now = self.surroundings.clock.now();
            self.goes_well(now);
            self.commit(Vec::new()).await;
        }
    }

    /// Moves the cursor over many events that were kept out, or sees to it that a few do not wait
    /// for long.
    async fn note_passable(&mut self) {
        match self.units.passable() {
            0 => self.pass_over_at = None,
            PASS_OVER.. => self.commit(Vec::new()).await,
            _ => {
                self.pass_over_at
                    .get_or_insert(Instant::now() + PASS_OVER_AFTER);
            }
        }
    }

    /// Starts as many requests as are allowed.
    async fn fill(&mut self) -> Result<Filled, Problem> {
        loop {
            if self.not_before.is_some_and(|time| time > Instant::now()) {
                return Ok(Filled::Busy);
            }
            let allowed = match (self.cursor.state, self.limits.events) {
                (State::Ready, 1) => SINGLES_UNDER_WAY,
                (State::Ready, _) => BATCHES_UNDER_WAY,
                // In trouble: one request finds out whether it is over.
                _ => 1,
            };
            if self.units.sending() >= allowed {
                return Ok(Filled::Busy);
            }
            if let Some(id) = self.units.waiting().map(|unit| unit.id) {
                if !self.start(id).await? {
                    return Ok(Filled::Busy);
                }
                continue;
            }
            // Settled units behind one that is not count too: they would be sent again after a crash.
            if self.units.len() >= allowed.max(BATCHES_UNDER_WAY) {
                return Ok(Filled::Busy);
            }
            if self.look_for_queued && self.units.is_empty() {
                self.take_up_queued().await?;
                continue;
            }
            match self.read_on().await? {
                Read::Events => {}
                // Other things are seen to in between.
                Read::Filtered => return Ok(Filled::More),
                Read::Nothing => return Ok(Filled::Idle),
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
        self.units.push(Origin::SetAside, queued, Vec::new());
        Ok(())
    }

    /// Sends a unit; its events are read again where it had to wait. `false` where the order to
    /// stop came first.
    async fn start(&mut self, id: u64) -> Result<bool, Problem> {
        let Some(unit) = self.units.find(id) else {
            return Ok(true);
        };
        let bytes = match &unit.events {
            Some(events) => events.iter().map(|event| event.bytes.len()).sum(),
            None => self.body_limit,
        };
        let Some((share, small)) = self.share(bytes).await else {
            return Ok(false);
        };
        if let Some(unit) = self.units.find(id)
            && unit.events.is_none()
        {
            let span = (unit.first_seq, unit.last_seq, unit.count);
            let events = self.read_again(span).await?;
            if let Some(unit) = self.units.find(id) {
                unit.events = Some(events);
            }
        }
        if small {
            self.units.cut(id, SMALL);
        }
        let events = self.units.start(id);
        let line = Arc::clone(&self.line);
        let started = Instant::now();
        let mut orders = self.orders.clone();
        let retry = self.retry.subscribe();
        self.under_way.spawn(async move {
            // The order to stop, or nobody left to give it.
            let stop = async { drop(orders.wait_for(|orders| orders.stop).await) };
            let tried = line.send(&events, retry, stop).await;
            drop(share);
            Some((id, events, tried?, started))
        });
        Ok(true)
    }

    /// Room for a request, and whether only for a small one; `None` where the order to stop came
    /// first.
    async fn share(&self, bytes: usize) -> Option<(Share, bool)> {
        let trial = self.cursor.state != State::Ready;
        if trial && let Some(share) = self.budget.share_for_trial(bytes) {
            return Some((share, false));
        }
        let share = async {
            if trial {
                (self.budget.share_for_small_trial().await, true)
            } else {
                (self.budget.share(bytes).await, false)
            }
        };
        let mut orders = self.orders.clone();
        tokio::select! {
            share = share => Some(share),
            _ = orders.wait_for(|orders| orders.stop) => None,
        }
    }

    /// Settles what came back, with whatever else came back meanwhile, in one commit.
    async fn handle(&mut self, first: Option<Done>) {
        let mut attempts = Vec::new();
        let mut next = first;
        loop {
            if let Some((id, events, tried, started)) = next {
                attempts.push(self.judge(id, events, tried, started));
            }
            next = match self.under_way.try_join_next() {
                Some(done) => done.ok().flatten(),
                None => break,
            };
        }
        self.commit(attempts).await;
    }

    /// What is under way is finished, or put back when it takes too long.
    async fn finish(mut self) {
        let deadline = Instant::now() + GRACE;
        while !self.under_way.is_empty() && !self.overtaken {
            match tokio::time::timeout_at(deadline, self.under_way.join_next()).await {
                Ok(Some(done)) => self.handle(done.ok().flatten()).await,
                Ok(None) | Err(_) => break,
            }
        }
        if self.units.passable() > 0 && !self.overtaken {
            self.commit(Vec::new()).await;
        }
    }
}

/// What came of looking for something to send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Filled {
    /// Everything in the journal is on its way.
    Idle,
    /// As much as is allowed is on its way, or nothing is to be sent yet.
    Busy,
    /// There is more to look at.
    More,
}

async fn sleep_until(time: Option<Instant>) {
    if let Some(time) = time {
        tokio::time::sleep_until(time).await;
    }
}
