//! Shows that "accepted" means on the disk: the power fails at many moments of a run, and what
//! everybody had been told by then is there.
//!
//! The shim notes every change of the database's files while the agent takes in and delivers
//! events. For each cut, the disk is rebuilt as it may have been at that moment ([`image`]) and
//! opened again.

mod changes;
mod facts;
mod image;
mod inspect;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng};
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;

use crate::agent::{Home, Run};
use crate::hosts;
use crate::sink::{Kind, Sink};
use crate::vault::Vault;
use facts::{Facts, Place};
use image::Image;

/// Lives of the agent; each ends with kill -9, or with SIGTERM, which folds the log away.
const LIVES: usize = 4;
/// Posts of one life: with their size, enough that SQLite folds its log away by itself meanwhile.
const POSTS: usize = 24;
const EVENTS: usize = 24;
/// Of one in so many cuts, the agent itself is started and has to deliver the rest.
const STARTED: u64 = 25;
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    pub cuts: u64,
    /// Cuts of which the agent was started, too.
    pub started: u64,
    pub changes: u64,
    pub syncs: u64,
    pub accepted: u64,
    /// Over all cuts: accepted events looked for.
    pub looked_for: u64,
    pub lost: u64,
    /// Cursors that were ahead of what the provider had.
    pub ahead: u64,
    /// Settings that were not as answered.
    pub unset: u64,
}

impl std::fmt::Display for Figures {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            out,
            "{} power cuts within {} changes and {} syncs ({} opened by the agent, too): {} events \
             accepted, looked for {} times; lost {}, cursors ahead {}, settings lost {}",
            self.cuts,
            self.changes,
            self.syncs,
            self.started,
            self.accepted,
            self.looked_for,
            self.lost,
            self.ahead,
            self.unset
        )
    }
}

/// A life of the agent, for rebuilding the disk.
struct Life {
    /// The disk when it began.
    before: Image,
    from: Place,
}

struct Experiment {
    work: PathBuf,
    home: Home,
    log: PathBuf,
    facts: Arc<Facts>,
    host: u16,
    sinks: Vec<(String, Sink)>,
    lives: Vec<Life>,
    chance: StdRng,
}

/// The figures, and what did not hold.
pub async fn run(seed: u64, cuts: usize) -> (Figures, Vec<String>) {
    let work = tempfile::Builder::new()
        .prefix("penstock-power-cut-")
        .tempdir()
        .expect("a folder");
    let mut experiment = Experiment::new(seed, work.path());
    experiment.record().await;
    let (figures, broken) = experiment.cut(cuts).await;
    if !broken.is_empty() {
        let _ = work.keep();
    }
    (figures, broken)
}

impl Experiment {
    fn new(seed: u64, work: &Path) -> Self {
        let mut home = Home::new(work, work.join("data"), Vault::directory(work));
        std::fs::create_dir_all(&home.data).expect("the data folder is made");
        let log = work.join("changes");
        home.note_changes(log.clone());
        Self {
            work: work.to_owned(),
            home,
            facts: Arc::new(Facts::new(&log)),
            log,
            host: hosts::number(),
            sinks: Vec::new(),
            lives: Vec::new(),
            chance: StdRng::seed_from_u64(seed),
        }
    }

    async fn ask(&self, arguments: &[&str]) -> serde_json::Value {
        let asked = self.home.ask(arguments).await;
        asked.unwrap_or_else(|refused| panic!("{refused}"))
    }

    fn begin_life(&mut self) {
        self.lives.push(Life {
            before: Image::of(&self.home.data),
            from: self.facts.now(),
        });
    }

    /// Several lives of the agent, with everything that is told in them.
    async fn record(&mut self) {
        self.begin_life();
        let listen = format!("listen={}:0", hosts::of_intakes(self.host));
        let intake = self
            .ask(&[
                "source",
                "create",
                "--kind",
                "http_intake",
                "--name",
                "intake",
                "--set",
                &listen,
            ])
            .await;
        let said = |name: &str| intake[name].as_str().unwrap_or_default().to_owned();
        let (url, token) = (said("url"), said("token"));
        let host = hosts::of_receivers(self.host);
        for (name, kind) in [("batches", Kind::Ndjson), ("singles", Kind::Single)] {
            self.make(name, kind, host).await;
        }
        for life in 0..LIVES {
            if life > 0 {
                self.begin_life();
            }
            let agent = self.home.run().await.unwrap_or_else(|it| panic!("{it}"));
            self.live(life, &url, &token, agent).await;
        }
    }

    async fn make(&mut self, name: &str, kind: Kind, host: Ipv4Addr) {
        let sink = Sink::start(kind, 0, host, false).await;
        let asked = self.facts.now();
        let (settings, _) = sink.settings(&[]);
        let mut arguments = vec![
            "stream",
            "create",
            "--provider",
            "custom",
            "--name",
            name,
            "--no-verify",
        ];
        for setting in &settings {
            arguments.extend(["--set", setting]);
        }
        self.ask(&arguments).await;
        self.facts.paused(name, asked, false);
        self.sinks.push((name.to_owned(), sink));
    }

    /// Posts, deliveries and commands side by side, until the process is ended in their midst.
    async fn live(&mut self, life: usize, url: &str, token: &str, agent: Run) {
        let (stop, stopped) = watch::channel(false);
        let seed = self.chance.random();
        let posting = tokio::spawn(post(
            life,
            seed,
            url.to_owned(),
            token.to_owned(),
            Arc::clone(&self.facts),
            stopped,
        ));
        let pausing = async {
            let mut paused = false;
            while !posting.is_finished() {
                paused = !paused;
                let verb = if paused { "pause" } else { "resume" };
                let asked = self.facts.now();
                self.ask(&["stream", verb, "singles"]).await;
                self.facts.paused("singles", asked, paused);
            }
            if paused {
                let asked = self.facts.now();
                self.ask(&["stream", "resume", "singles"]).await;
                self.facts.paused("singles", asked, false);
            }
        };
        let watching = self
            .sinks
            .iter()
            .map(|(name, sink)| watch_sink(&self.facts, name, sink));
        let watching = join(watching.collect());
        tokio::select! {
            () = pausing => {}
            () = watching => {}
        }
        if life.is_multiple_of(2) {
            agent.kill().await;
        } else {
            agent.terminate().await.expect("it ends when asked to");
        }
        for (name, sink) in &self.sinks {
            self.facts.look(name, sink);
        }
        stop.send_replace(true);
        posting.await.expect("posting does not panic");
    }

    /// Lets the power fail at random moments, in their order.
    async fn cut(&mut self, cuts: usize) -> (Figures, Vec<String>) {
        let mut figures = Figures {
            accepted: self.facts.held().accepted.len() as u64,
            ..Figures::default()
        };
        let mut broken = Vec::new();
        let end = self.facts.now();
        let mut lives = std::mem::take(&mut self.lives);
        let ends: Vec<Place> = lives
            .iter()
            .skip(1)
            .map(|it| it.from)
            .chain([end])
            .collect();
        for (life, end) in lives.iter_mut().zip(ends) {
            let noted = changes::read(&self.log, life.from, end);
            figures.changes += noted.len() as u64;
            let syncs = noted
                .iter()
                .filter(|(change, _)| matches!(change, changes::Change::Sync { .. }));
            figures.syncs += syncs.count() as u64;
            let mut moments: Vec<usize> = (0..cuts / LIVES)
                .map(|_| self.chance.random_range(0..=noted.len()))
                .collect();
            moments.sort_unstable();
            let mut done = 0;
            for moment in moments {
                for (change, _) in &noted[done..moment] {
                    life.before.take(change);
                }
                done = moment;
                let place = match moment {
                    0 => life.from,
                    _ => noted[moment - 1].1,
                };
                figures.cuts += 1;
                let folder = self.work.join(format!("cut-{}", figures.cuts));
                image::restore(&life.before.cut(&mut self.chance), &folder);
                let mut found = inspect::inspect(&folder, &self.facts, place, &mut figures);
                if found.is_empty() && figures.cuts.is_multiple_of(STARTED) {
                    found.extend(self.start(&folder).await.err());
                    figures.started += 1;
                }
                if found.is_empty() {
                    std::fs::remove_dir_all(&folder).expect("the folder can be removed");
                }
                broken.extend(
                    found
                        .into_iter()
                        .map(|why| format!("{} (change {moment}): {why}", folder.display())),
                );
            }
        }
        (figures, broken)
    }

    /// The agent opens what is left, and delivers the rest of it.
    async fn start(&self, folder: &Path) -> Result<(), String> {
        let work = self.work.join("started");
        std::fs::create_dir_all(&work).expect("the folder is made");
        let home = Home::new(&work, folder.to_owned(), Vault::directory(&work));
        let agent = home.run().await.map_err(|it| it.to_string())?;
        let begun = Instant::now();
        loop {
            let status = home.ask(&["status"]).await.map_err(|it| it.to_string())?;
            let streams = status["streams"].as_array().cloned().unwrap_or_default();
            let waits = |stream: &serde_json::Value| {
                stream["waiting"] != 0 && stream["paused_at"].is_null()
            };
            if !streams.iter().any(waits) {
                return agent.terminate().await;
            }
            if begun.elapsed() > PATIENCE {
                return Err(format!("it is never delivered: {status}"));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// Posts events that do not compress, one request after the other; what is not answered is not
/// offered again.
async fn post(
    life: usize,
    seed: u64,
    url: String,
    token: String,
    facts: Arc<Facts>,
    stop: watch::Receiver<bool>,
) {
    let mut chance = StdRng::seed_from_u64(seed);
    let client = reqwest::Client::builder()
        .no_proxy()
        .build()
        .expect("a client");
    for number in 0..POSTS {
        if *stop.borrow() {
            return;
        }
        let ids: Vec<String> = (0..chance.random_range(1..EVENTS))
            .map(|index| format!("{life}-{number}-{index}"))
            .collect();
        let body: String = ids
            .iter()
            .map(|id| {
                let size = chance.random_range(100..3_000);
                let noise: String = (0..size)
                    .map(|_| format!("{:08x}", chance.random::<u32>()))
                    .collect();
                format!("{{\"id\":\"{id}\",\"noise\":\"{noise}\"}}\n")
            })
            .collect();
        let post = client.post(&url).bearer_auth(&token).body(body);
        if post.send().await.is_ok_and(|it| it.status().is_success()) {
            facts.accepted(ids);
        }
    }
}

/// Notes what a provider has, for as long as it is polled.
async fn watch_sink(facts: &Facts, name: &str, sink: &Sink) {
    let mut progress = sink.progress();
    loop {
        progress.borrow_and_update();
        facts.look(name, sink);
        if progress.changed().await.is_err() {
            return;
        }
    }
}

/// All at once; none of them ends.
async fn join(mut all: Vec<impl Future<Output = ()>>) {
    match (all.pop(), all.pop()) {
        (Some(one), Some(other)) => {
            tokio::join!(one, other);
        }
        _ => unreachable!("there are two streams"),
    }
}
