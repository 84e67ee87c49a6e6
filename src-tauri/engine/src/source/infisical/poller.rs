//! Reads window after window and hands the events on, until it is told to stop.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::api::Api;
use super::course::{Course, WANTED, Window};
use super::pace::{self, Looks};
use super::page::{Row, RowKind};
use super::paging::{Next, PAGE, Paging};
use super::position::Position;
use super::problems as say;
use super::settings::Settings;
use super::trouble::Trouble;
use crate::clock::{Clock, Millis};
use crate::problem::Problem;
use crate::source::{
    Append, AppendError, Batch, Measure, Pending, Phase, Progress, Report, Running, Seen, Setup,
    Unreadable,
};

/// A window with more is read in parts.
const ROWS: usize = 10_000;
const BYTES: usize = 32 << 20;
/// Less than this behind the present is no catching up.
const BEHIND: Millis = 300_000;
/// A window that took too long is not made narrower than this.
const NARROWEST: Millis = 60_000;
/// What passes by itself is told from this one in a row on; being too fast, from the one after.
const WORTH_TELLING: u32 = 2;
/// Narrower windows are tried this often without a pause.
const SLOW: u32 = 6;

/// The source at work.
pub(super) struct Polling {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Running for Polling {
    fn stop(self: Box<Self>) -> Pending<'static, ()> {
        Box::pin(async move {
            self.stop.send_replace(true);
            // It fails only where it panicked; either way it has ended.
            let _ = self.task.await;
        })
    }
}

pub(super) fn start(
    api: Api,
    settings: &Settings,
    position: Option<Position>,
    setup: Setup,
) -> Polling {
    let (stop, stopped) = watch::channel(false);
    let first = Position::first(settings.start, setup.clock.now());
    let place = position.unwrap_or(first);
    let poller = Poller {
        api,
        journal: setup.journal,
        leave_out_own: settings.leave_out_own,
        pinned: position.is_some(),
        course: Course::new(place.up_to, settings.overlap),
        place,
        seen: setup.seen.into_iter().map(|it| (it.id, it.at)).collect(),
        looks: Looks::default(),
        busy: false,
        phase: Phase::CatchingUp,
        failures: 0,
        slow: 0,
        stopped,
    };
    Polling {
        stop,
        task: tokio::spawn(poller.run()),
    }
}

struct Poller {
    api: Api,
    journal: Arc<dyn Append>,
    leave_out_own: bool,
    /// Where it stands is saved.
    pinned: bool,
    place: Position,
    course: Course,
    /// Rows that may come again.
    seen: HashMap<String, Millis>,
    looks: Looks,
    /// Events came in this sweep, apart from own ones.
    busy: bool,
    phase: Phase,
    failures: u32,
    /// Pages in a row that took Infisical too long.
    slow: u32,
    stopped: watch::Receiver<bool>,
}

impl Poller {
    async fn run(mut self) {
        loop {
            let pause = match self.step().await {
                Ok(pause) => {
                    self.failures = 0;
                    pause
                }
                Err(Trouble::Stopped) => return,
                Err(trouble) => self.after(trouble),
            };
            if self.rest(pause).await.is_err() {
                return;
            }
        }
    }

    /// Tells of trouble; the wait before the next try.
    fn after(&mut self, trouble: Trouble) -> Duration {
        self.failures += 1;
        let (failures, jitter) = (self.failures, rand::random::<f64>());
        let (wait, problem) = match trouble {
            Trouble::Busy(wait, problem) => {
                let wait = wait.unwrap_or(Duration::from_secs(30));
                let problem = (failures > WORTH_TELLING).then_some(problem);
                (wait + Duration::from_millis(500).mul_f64(jitter), problem)
            }
            Trouble::Wrong(problem) => (pace::next_hope(failures, jitter), Some(problem)),
            Trouble::TooWide(problem)
            | Trouble::TooLarge(problem)
            | Trouble::SignedOut(problem)
            | Trouble::Again(problem) => {
                let problem = (failures >= WORTH_TELLING).then_some(problem);
                (pace::next_try(failures, jitter), problem)
            }
            Trouble::Stopped => (Duration::ZERO, None),
        };
        self.report(problem);
        wait
    }

    /// One window; the wait before the next one.
    async fn step(&mut self) -> Result<Duration, Trouble> {
        self.pin().await?;
        let now = self.api.now();
        let Some(window) = self.course.next(now) else {
            self.report(None);
            return Ok(self.looks.after(false));
        };
        self.phase = match now - self.course.at() > BEHIND {
            true => Phase::CatchingUp,
            false => Phase::Watching,
        };
        let Some(rows) = self.read(window).await? else {
            return Ok(Duration::ZERO);
        };
        let count = rows.len();
        let settled = self.course.settled_after(window);
        self.take(rows, Some(settled)).await?;
        let arrived = self.course.took(window, count, now);
        if !arrived {
            self.report(None);
            return Ok(Duration::ZERO);
        }
        self.phase = Phase::Watching;
        self.place.from = self.place.up_to;
        self.report(None);
        Ok(self.looks.after(std::mem::take(&mut self.busy)))
    }

    /// Saves where it begins, at once; and by Infisical's clock as soon as that is known.
    async fn pin(&mut self) -> Result<(), Trouble> {
        if !self.pinned {
            let batch = Batch {
                position: Some(self.place.text()),
                ..Batch::default()
            };
            self.hand_over(batch).await?;
            self.pinned = true;
        }
        if self.api.ahead().is_none() {
            let stopped = self.stopped.clone();
            until_stopped(stopped, self.api.greet()).await??;
        }
        if self.place.local {
            let ahead = self.api.ahead().unwrap_or_default();
            self.place = self.place.corrected(ahead);
            self.course.shift(ahead);
        }
        Ok(())
    }

    /// Every row of the window that was not seen in it before, the newest first; `None` where it
    /// is too much at once, and the next window will be narrower.
    async fn read(&mut self, window: Window) -> Result<Option<Vec<Row>>, Trouble> {
        let mut paging = Paging::new(PAGE);
        let (mut rows, mut bytes) = (Vec::new(), 0);
        loop {
            let stopped = self.stopped.clone();
            let asked = self.api.list(window, paging.offset, paging.limit);
            let page = match until_stopped(stopped, asked).await? {
                Ok(page) => {
                    if paging.is_at_its_beginning() {
                        self.course.began(page.read_at);
                    }
                    self.slow = 0;
                    if self.failures > 0 {
                        self.failures = 0;
                        self.report(None);
                    }
                    page.rows
                }
                // What was read of the window so far is not read again for that.
                Err(trouble @ (Trouble::Busy(..) | Trouble::Again(_))) => {
                    let pause = self.after(trouble);
                    self.rest(pause).await?;
                    continue;
                }
                Err(Trouble::TooLarge(problem)) => match paging.smaller() {
                    true => continue,
                    false => return Err(Trouble::Wrong(problem)),
                },
                Err(Trouble::TooWide(problem)) => {
                    if window.span() <= NARROWEST {
                        return Err(Trouble::Again(problem));
                    }
                    self.slow += 1;
                    // One as wide went well: a gateway's bad moment, most likely.
                    if self.slow == 1 && self.course.has_gone_well(window) {
                        continue;
                    }
                    self.course.too_wide(window);
                    return match self.slow > SLOW {
                        true => Err(Trouble::Again(problem)),
                        false => Ok(None),
                    };
                }
                Err(trouble) => return Err(trouble),
            };
            if paging.is_at_its_beginning() && page.len() == paging.limit && window.span() > 1 {
                let likely = likely_rows(window, &page);
                if likely > ROWS && self.has_more_than(window, ROWS).await? {
                    let share = WANTED as f64 / likely as f64;
                    let span = (window.span() as f64 * share) as Millis;
                    self.course
                        .narrow(window, span.min(before_last(window, &page)));
                    return Ok(None);
                }
            }
            let (new, next) = paging.took(page.iter().map(|row| row.key.as_str()));
            for (row, _) in page.into_iter().zip(new).filter(|(_, new)| *new) {
                bytes += row.len() + row.key.len();
                rows.push(row);
            }
            match next {
                Next::Done => return Ok(Some(rows)),
                Next::Page if rows.len() <= ROWS && bytes <= BYTES => {}
                Next::Page if window.span() > 1 => {
                    self.course.narrow(window, before_last(window, &rows));
                    return Ok(None);
                }
                // All of one millisecond: no order among them matters, nor can it be narrower.
                Next::Page => {
                    self.take(std::mem::take(&mut rows), None).await?;
                    bytes = 0;
                }
                Next::Repeats => {
                    self.take(rows, None).await?;
                    return Err(Trouble::Wrong(say::repeats()));
                }
            }
        }
    }

    /// Asks for one row alone, that which would be one too many.
    async fn has_more_than(&mut self, window: Window, rows: usize) -> Result<bool, Trouble> {
        let stopped = self.stopped.clone();
        let asked = self.api.list(window, rows, 1);
        match until_stopped(stopped, asked).await? {
            Ok(page) => Ok(!page.rows.is_empty()),
            // Whether there is or not: it is too much to look for.
            Err(Trouble::TooWide(_)) => Ok(true),
            Err(trouble) => Err(trouble),
        }
    }

    /// Journals what is new, the oldest first. With `settled`, all from before is in the journal
    /// then and never read again; without, the window goes on.
    async fn take(&mut self, mut rows: Vec<Row>, settled: Option<Millis>) -> Result<(), Trouble> {
        let nothing = rows.is_empty();
        rows.reverse();
        rows.sort_by_key(|row| row.at);
        let mut batch = Batch::default();
        let mut own = 0;
        for row in rows {
            if self.seen.contains_key(&row.key) {
                continue;
            }
            if settled.is_none_or(|settled| row.at >= settled) {
                batch.seen.push(Seen {
                    id: row.key.clone(),
                    at: row.at,
                });
            }
            match row.kind {
                RowKind::Event(bytes) => batch.events.push(bytes),
                RowKind::Own(_) if self.leave_out_own => batch.left_out += 1,
                RowKind::Own(bytes) => {
                    own += 1;
                    batch.events.push(bytes);
                }
                RowKind::Unreadable(bytes, reason) => batch.unreadable.push(Unreadable {
                    place: format!(
                        "{}, audit log at {}",
                        self.api.site().place(),
                        crate::clock::rfc3339(row.at)
                    ),
                    reason,
                    length: bytes.len() as u64,
                    bytes,
                }),
            }
        }
        self.busy |= batch.events.len() > own;
        let place = settled.map(|settled| self.place.advanced(settled, nothing));
        if let Some(place) = place.filter(|place| *place != self.place || !nothing) {
            batch.position = Some(place.text());
            batch.forget_before = settled;
        }
        let seen = batch.seen.clone();
        if batch.position.is_some() || !seen.is_empty() || !batch.events.is_empty() {
            self.hand_over(batch).await?;
        }
        self.seen.extend(seen.into_iter().map(|it| (it.id, it.at)));
        if let (Some(place), Some(settled)) = (place, settled) {
            self.place = place;
            self.seen.retain(|_, at| *at >= settled);
        }
        Ok(())
    }

    /// Waits for room as long as there is none. Never given up half-way: what was handed over is
    /// known to be in the journal or not.
    async fn hand_over(&mut self, batch: Batch) -> Result<(), Trouble> {
        loop {
            match self.journal.take(batch.clone()).await {
                Ok(()) => return Ok(()),
                Err(AppendError::Full {
                    retry_after,
                    problem,
                }) => {
                    self.report(Some(problem));
                    self.rest(retry_after).await?;
                }
                Err(AppendError::Failed(problem)) => return Err(Trouble::Again(problem)),
            }
        }
    }

    fn report(&self, problem: Option<Problem>) {
        let now = self.api.now();
        let behind = self.phase == Phase::CatchingUp;
        let length = |millis: Millis| u64::try_from(millis).unwrap_or_default();
        self.journal.report(Report {
            phase: self.phase,
            progress: behind.then(|| Progress {
                done: length(self.course.settled() - self.place.from),
                total: length(now - self.place.from),
                measure: Measure::Time,
            }),
            up_to: Some(self.course.settled()),
            problem,
            warning: self.api.clock_warning(),
        });
    }

    async fn rest(&self, pause: Duration) -> Result<(), Trouble> {
        if pause.is_zero() && !*self.stopped.borrow() {
            return Ok(());
        }
        until_stopped(self.stopped.clone(), tokio::time::sleep(pause)).await
    }
}

/// From the window's start to the oldest of these rows, so that many of one moment come last.
fn before_last(window: Window, rows: &[Row]) -> Millis {
    rows.last().map_or(0, |row| row.at - window.start)
}

/// How many rows the window has if they are as dense as on its newest page.
fn likely_rows(window: Window, page: &[Row]) -> usize {
    let oldest = page.last().map_or(window.start, |row| row.at);
    let covered = (window.end - oldest).clamp(1, window.span());
    let times = window.span() as f64 / covered as f64;
    (page.len() as f64 * times) as usize
}

async fn until_stopped<T>(
    mut stopped: watch::Receiver<bool>,
    work: impl Future<Output = T>,
) -> Result<T, Trouble> {
    tokio::select! {
        biased;
        // An error says that nobody is there any more to stop it.
        _ = stopped.wait_for(|stopped| *stopped) => Err(Trouble::Stopped),
        done = work => Ok(done),
    }
}
