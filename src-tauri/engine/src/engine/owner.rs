//! Running: as the owner, sources and delivery and the journal's upkeep; as a guest, watching what
//! the owner does, ready to take over.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::Engine;
use super::running_sources::RunningSources;
use crate::changes::Touch;
use crate::clock::Millis;
use crate::delivery::{Supervisor, Surroundings};
use crate::problem::Problem;
use crate::store::owner::{self, Ownership};
use crate::store::{journal, settings, sources, spans};
use crate::view::Delivering;

/// How often another process's changes are looked for.
const LOOK_EVERY: Duration = Duration::from_millis(250);
const UPKEEP_EVERY: Duration = Duration::from_secs(30);
/// The same while senders wait for room.
const MAKE_ROOM_EVERY: Duration = Duration::from_secs(1);
const DAY: Millis = 86_400_000;
/// Delivered events are kept for replay, and never more bytes of them than this.
const KEEP_BYTES: u64 = 4 << 30;
/// Blocks deleted in one go, so that appends never wait long.
const PRUNE_BLOCKS: u32 = 64;

/// Stands for no process: this one delivers.
const HERE: u32 = u32::MAX;

/// What was started.
pub struct Running {
    stop: watch::Sender<bool>,
    look: Arc<Notify>,
    /// The owner's process, or [`HERE`].
    pid: Arc<AtomicU32>,
    /// The revision that runs.
    taken_up: watch::Receiver<i64>,
    task: JoinHandle<()>,
}

impl Running {
    pub fn delivering(&self) -> Delivering {
        match self.pid.load(Ordering::Relaxed) {
            HERE => Delivering::Here,
            pid => Delivering::Elsewhere { pid },
        }
    }

    /// Something was configured: the look that takes it up, and the revision that then runs.
    pub fn look(&self) -> watch::Receiver<i64> {
        self.look.notify_one();
        self.taken_up()
    }

    /// The revision of the configuration that runs; below 0 before the first.
    pub fn taken_up(&self) -> watch::Receiver<i64> {
        self.taken_up.clone()
    }

    pub async fn stop(self) {
        self.stop.send_replace(true);
        let _ = self.task.await;
    }
}

pub async fn start(engine: Engine) -> Result<Running, Problem> {
    let taken = take(&engine).await?;
    let pid = Arc::new(AtomicU32::new(
        taken.as_ref().err().copied().unwrap_or(HERE),
    ));
    let (stop, stopping) = watch::channel(false);
    let look = Arc::new(Notify::new());
    let (take_up, taken_up) = watch::channel(-1);
    let task = tokio::spawn(run(
        engine,
        taken.ok(),
        stopping,
        Arc::clone(&look),
        Arc::clone(&pid),
        take_up,
    ));
    Ok(Running {
        stop,
        look,
        pid,
        taken_up,
        task,
    })
}

async fn take(engine: &Engine) -> Result<Result<Ownership, u32>, Problem> {
    let folder = engine.0.data_dir.clone();
    let taken = tokio::task::spawn_blocking(move || owner::take(&folder))
        .await
        .map_err(|_| super::stopped())??;
    if taken.is_ok() {
        engine.0.store.refuse_read_only().await?;
    }
    Ok(taken)
}

async fn run(
    engine: Engine,
    mut ownership: Option<Ownership>,
    mut stopping: watch::Receiver<bool>,
    look: Arc<Notify>,
    pid: Arc<AtomicU32>,
    taken_up: watch::Sender<i64>,
) {
    if ownership.is_none() {
        ownership = watch_owner(&engine, &mut stopping, &look, &pid).await;
    }
    let Some(_ownership) = ownership else {
        return;
    };
    pid.store(HERE, Ordering::Relaxed);
    engine.0.touched.tell(Touch::App);
    deliver(&engine, &mut stopping, &look, &taken_up).await;
}

/// As a guest: tells what changed, and takes over when the owner ends.
async fn watch_owner(
    engine: &Engine,
    stopping: &mut watch::Receiver<bool>,
    look: &Notify,
    pid: &AtomicU32,
) -> Option<Ownership> {
    let mut known = (-1, -1, -1);
    let mut revision = -1_i64;
    loop {
        let blocks = Arc::clone(engine.0.store.blocks());
        let seen = engine
            .0
            .store
            .read(move |connection| {
                blocks.reload(connection)?;
                let last = journal::stamp(connection)?;
                Ok((settings::revision(connection)?, last))
            })
            .await;
        if let Ok((revised, stamp)) = seen {
            if revised != revision || stamp != known {
                engine.0.touched.tell(Touch::Configuration);
            }
            (revision, known) = (revised, stamp);
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY * 2) => {}
            () = look.notified() => {}
            _ = stopping.changed() => return None,
        }
        match take(engine).await {
            Ok(Ok(ownership)) => return Some(ownership),
            Ok(Err(owner)) => pid.store(owner, Ordering::Relaxed),
            Err(problem) => {
                tracing::warn!(code = problem.code, "The owner's lock could not be tried.")
            }
        }
    }
}

async fn deliver(
    engine: &Engine,
    stopping: &mut watch::Receiver<bool>,
    look: &Notify,
    taken_up: &watch::Sender<i64>,
) {
    let mut supervisor = Supervisor::new(Surroundings {
        store: engine.0.store.clone(),
        vault: Arc::clone(&engine.0.vault),
        clock: Arc::clone(&engine.0.clock),
        touched: engine.0.touched.clone(),
    });
    if let Err(problem) = engine.0.store.write(sources::none_runs).await {
        tracing::warn!(
            code = problem.code,
            "The state of sources could not be saved."
        );
    }
    let mut running_sources = RunningSources::new(engine);
    let mut known = -1_i64;
    let mut upkeep_at = Instant::now();
    let mut before = None;
    loop {
        match take_up(engine, &mut supervisor, &mut running_sources, known).await {
            Ok(revision) => {
                known = revision;
                taken_up.send_replace(revision);
            }
            Err(problem) => {
                tracing::warn!(code = problem.code, "The configuration could not be read.")
            }
        }
        running_sources.tend().await;
        let (no_room, keep) = look_for_room(engine).await;
        if before != Some((no_room, keep)) || Instant::now() >= upkeep_at {
            upkeep(engine, no_room, keep).await;
            upkeep_at = Instant::now()
                + if no_room {
                    MAKE_ROOM_EVERY
                } else {
                    UPKEEP_EVERY
                };
        }
        before = Some((no_room, keep));
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = look.notified() => {}
            _ = stopping.changed() => break,
        }
    }
    // Sources first: what they were promised is in the journal before delivery ends.
    running_sources.stop().await;
    supervisor.stop().await;
}

async fn take_up(
    engine: &Engine,
    supervisor: &mut Supervisor,
    running_sources: &mut RunningSources,
    known: i64,
) -> Result<i64, Problem> {
    let revision = engine.0.store.read(settings::revision).await?;
    if revision != known || supervisor.unsettled() {
        let blocks = Arc::clone(engine.0.store.blocks());
        engine
            .0
            .store
            .read(move |connection| blocks.reload(connection))
            .await?;
        running_sources.reconcile().await?;
        supervisor.reconcile(revision).await?;
        if revision != known {
            let store = &engine.0.store;
            store
                .write(move |connection| settings::set_taken_up(connection, revision))
                .await?;
        }
        engine.0.touched.tell(Touch::Configuration);
    }
    Ok(revision)
}

/// What is kept of delivered events.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Keep {
    bytes: u64,
    time: Millis,
}

/// Takes nothing in while there is no room; whether that is so, and what of delivered events may
/// be kept.
async fn look_for_room(engine: &Engine) -> (bool, Keep) {
    // Where it cannot be read, whoever writes hears what is wrong with the store.
    let (room, bounds) = engine.room().await.unwrap_or_default();
    let keep = Keep {
        bytes: bounds
            .limit
            .map_or(KEEP_BYTES, |limit| KEEP_BYTES.min(limit / 4 * 3)),
        time: Millis::from(bounds.kept_days()) * DAY,
    };
    let problem = room.problem(&bounds);
    let no_room = problem.is_some();
    let Ok(mut known) = engine.0.no_room.write() else {
        return (no_room, keep);
    };
    if known.is_some() != no_room {
        match &problem {
            Some(problem) => tracing::warn!(code = problem.code, "No events are taken in."),
            None => tracing::info!("Events are taken in again."),
        }
        engine.0.touched.tell(Touch::Journal);
    }
    *known = problem;
    (no_room, keep)
}

/// Deletes delivered blocks that are too old, or too many, to be kept for replay; all of them
/// where there is no room for new ones.
async fn upkeep(engine: &Engine, no_room: bool, keep: Keep) {
    let now = engine.now();
    let mut before = if no_room { now } else { now - keep.time };
    let mut any = false;
    loop {
        let pruned = engine
            .0
            .store
            .write(move |connection| {
                let pruned = journal::prune(connection, before, PRUNE_BLOCKS)?;
                if pruned > 0 {
                    spans::prune(connection)?;
                }
                Ok((pruned, journal::summary(connection)?.bytes))
            })
            .await;
        any |= pruned.as_ref().is_ok_and(|(pruned, _)| *pruned > 0);
        match pruned {
            Ok((pruned, _)) if pruned == PRUNE_BLOCKS as usize => {}
            Ok((_, bytes)) if bytes > keep.bytes && before < now => before = now,
            Ok(_) => break,
            Err(problem) => {
                tracing::warn!(code = problem.code, "The journal could not be pruned.");
                break;
            }
        }
        tokio::task::yield_now().await;
    }
    if any {
        engine.0.touched.tell(Touch::Journal);
    }
}
