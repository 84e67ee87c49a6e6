//! Carries batches from a follower to the journal, one after another.
//!
//! The next batch is read while the last one is being written, off the async threads. At rest it
//! looks for more at a pace that slows down; after trouble it tries again by itself.

use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::follow::{Follower, Start, Step};
use crate::clock::Clock;
use crate::problem::Problem;
use crate::source::{
    Append, AppendError, Batch, Measure, Pending, Phase, Progress, Report, Running,
};

/// Pause before the next look once nothing came, doubled each time nothing comes again.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// Pause after the journal could not be written.
const AFTER_FAILURE: Duration = Duration::from_secs(5);
/// With less than this left there is nothing to catch up with.
const BEHIND: u64 = 4 << 20;

pub struct Tail {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Tail {
    pub fn start(
        follower: Follower,
        start: Start,
        journal: Arc<dyn Append>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let (stop, stopping) = watch::channel(false);
        let carrier = Carrier {
            follower: Arc::new(Mutex::new(follower)),
            once: start == Start::Once,
            journal,
            clock,
            told: None,
        };
        Self {
            stop,
            task: tokio::spawn(carrier.run(stopping)),
        }
    }
}

impl Running for Tail {
    fn stop(self: Box<Self>) -> Pending<'static, ()> {
        Box::pin(async move {
            self.stop.send_replace(true);
            if let Err(error) = self.task.await {
                tracing::error!(%error, "Following a file ended badly.");
            }
        })
    }
}

struct Carrier {
    follower: Arc<Mutex<Follower>>,
    once: bool,
    journal: Arc<dyn Append>,
    clock: Arc<dyn Clock>,
    told: Option<Report>,
}

impl Carrier {
    async fn run(mut self, mut stopping: watch::Receiver<bool>) {
        tokio::select! {
            () = self.carry() => {}
            _ = stopping.wait_for(|stop| *stop) => {}
        }
    }

    /// Until a file that is read once was read. May be ended wherever it waits: a batch is in the
    /// journal with its position, or neither is.
    async fn carry(&mut self) {
        let mut pause = FIRST_PAUSE;
        let mut step = self.step().await;
        loop {
            match step {
                Step::Batch(batch) => {
                    pause = FIRST_PAUSE;
                    // The report speaks of this batch, not of the one that is read meanwhile.
                    let report = self.report(None);
                    let (next, refused) = tokio::join!(self.step(), self.hand_over(&batch));
                    let mut refused = refused;
                    while let Some((problem, wait)) = refused {
                        self.tell(self.report(Some(problem)));
                        sleep(wait).await;
                        refused = self.hand_over(&batch).await;
                    }
                    self.tell(report);
                    step = next;
                    continue;
                }
                Step::Busy => self.tell(self.report(None)),
                Step::Idle => {
                    self.tell(self.report(None));
                    sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
                Step::Done => {
                    let (done, _) = self.follower().progress();
                    return self.tell(Report {
                        phase: Phase::Done,
                        progress: Some(bytes(done, done)),
                        ..Report::default()
                    });
                }
            }
            step = self.step().await;
        }
    }

    async fn step(&self) -> Step {
        let (follower, now) = (Arc::clone(&self.follower), self.clock.now());
        let stepped = tokio::task::spawn_blocking(move || {
            follower.lock().expect("reading does not panic").step(now)
        });
        stepped.await.expect("reading does not panic")
    }

    fn follower(&self) -> std::sync::MutexGuard<'_, Follower> {
        self.follower.lock().expect("reading does not panic")
    }

    /// Why the journal did not take it, and how long to wait.
    async fn hand_over(&self, batch: &Batch) -> Option<(Problem, Duration)> {
        match self.journal.take(batch.clone()).await {
            Ok(()) => None,
            Err(AppendError::Full {
                retry_after,
                problem,
            }) => Some((problem, retry_after)),
            Err(AppendError::Failed(problem)) => Some((problem, AFTER_FAILURE)),
        }
    }

    fn report(&self, problem: Option<Problem>) -> Report {
        let follower = self.follower();
        let (done, left) = follower.progress();
        let behind = self.once || left >= BEHIND;
        Report {
            phase: if behind {
                Phase::CatchingUp
            } else {
                Phase::Watching
            },
            progress: behind.then(|| bytes(done, done + left)),
            up_to: None,
            problem: problem.or_else(|| follower.problem().cloned()),
            warning: None,
        }
    }

    /// Says it where it is news.
    fn tell(&mut self, report: Report) {
        if self.told.as_ref() != Some(&report) {
            self.journal.report(report.clone());
            self.told = Some(report);
        }
    }
}

fn bytes(done: u64, total: u64) -> Progress {
    Progress {
        done,
        total,
        measure: Measure::Bytes,
    }
}
