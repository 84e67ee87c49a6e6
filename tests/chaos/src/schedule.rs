//! One schedule: the agent under load, its troubles one after another, and what held at the end.

mod ending;
mod person;
mod set_up;
mod troubles;

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::agent::{Home, Refused, Run, Surroundings};
use crate::disk::Disk;
use crate::figures::Figures;
use crate::hosts;
use crate::infisical::Infisical;
use crate::log::Log;
use crate::model::{self, Said, Stream};
use crate::offers::Offers;
use crate::plan::{Plan, Trouble};
use crate::vault::Vault;

/// How long nothing at all may be delivered, though nothing is wrong any more.
const PATIENCE: Duration = Duration::from_secs(60);

/// How a schedule ended.
pub struct Outcome {
    pub figures: Figures,
    /// What did not hold; empty where everything did.
    pub broken: Vec<String>,
    /// What happened, in order.
    pub story: Vec<String>,
    /// Kept where something did not hold.
    pub folder: Option<PathBuf>,
}

pub async fn run(plan: &Plan) -> Outcome {
    let work = tempfile::Builder::new()
        .prefix("penstock-chaos-")
        .tempdir()
        .expect("a folder");
    let mut schedule = Schedule::new(plan, work.path());
    let broken = match schedule.play(plan).await {
        Ok(()) => Vec::new(),
        Err(broken) => broken,
    };
    let mut folder = None;
    if !broken.is_empty() {
        let _ = std::process::Command::new("cp")
            .arg("-r")
            .arg(&schedule.home.data)
            .arg(work.path().join("kept"))
            .status();
        let story = std::mem::take(&mut schedule.story);
        let figures = schedule.figures;
        drop(schedule);
        folder = Some(work.keep());
        return Outcome {
            figures,
            broken,
            story,
            folder,
        };
    }
    Outcome {
        figures: schedule.figures,
        broken,
        story: std::mem::take(&mut schedule.story),
        folder,
    }
}

struct Schedule {
    home: Home,
    disk: Disk,
    surroundings: Surroundings,
    /// `None` while it is ended.
    agent: Option<Run>,
    streams: Vec<Stream>,
    deleted: Vec<Stream>,
    log: Option<Arc<Log>>,
    infisical: Option<Arc<Infisical>>,
    offers: Arc<Offers>,
    figures: Figures,
    story: Vec<String>,
    begun: Instant,
    seed: u64,
    /// Of this schedule among all that run.
    number: u16,
    going_on: Vec<GoesOn>,
    /// The clock was far enough ahead, or the disk full enough, for delivered events to be pruned.
    may_prune: bool,
}

/// A trouble that is not over yet.
struct GoesOn {
    /// The step at which it is.
    until: usize,
    trouble: Trouble,
    /// What each stream's receiver had taken when it began.
    before: Vec<u64>,
}

/// Nothing more can be done with this schedule.
type Broken = Vec<String>;

impl Schedule {
    fn new(plan: &Plan, work: &Path) -> Self {
        let disk = Disk::new(work.join("disk"));
        let vault = match plan.keychain {
            true => Vault::keychain(work),
            false => Vault::directory(work),
        };
        let home = Home::new(work, disk.data(), vault);
        Self {
            home,
            disk,
            surroundings: Surroundings::default(),
            agent: None,
            streams: Vec::new(),
            deleted: Vec::new(),
            log: None,
            infisical: None,
            offers: Arc::default(),
            figures: Figures {
                schedules: 1,
                ..Figures::default()
            },
            story: Vec::new(),
            begun: Instant::now(),
            seed: plan.seed,
            number: hosts::number(),
            going_on: Vec::new(),
            may_prune: false,
        }
    }

    fn tell(&mut self, what: impl std::fmt::Display) {
        let line = format!("{:6.2} s  {what}", self.begun.elapsed().as_secs_f64());
        self.story.push(line);
    }

    async fn play(&mut self, plan: &Plan) -> Result<(), Broken> {
        let intakes = self.set_up(plan).await?;
        self.start()
            .await
            .map_err(|refused| vec![refused.to_string()])?;
        let (stop, stopped) = watch::channel(false);
        let mut producers = JoinSet::new();
        self.produce(plan.seed, &intakes, &stopped, &mut producers);
        for (number, step) in plan.steps.iter().enumerate() {
            tokio::time::sleep(Duration::from_millis(step.pause_milliseconds)).await;
            self.end_troubles(number).await?;
            if !step.left_out {
                self.tell(format!("{}. {:?}", number + 1, step.trouble));
                self.begin_trouble(&step.trouble, number + step.lasts)
                    .await?;
                self.figures.faults += 1;
            }
            self.still_there()?;
        }
        self.end_troubles(usize::MAX).await?;
        if self.agent.is_none() {
            self.start()
                .await
                .map_err(|refused| vec![refused.to_string()])?;
        }
        self.tell("nothing is wrong any more");
        stop.send_replace(true);
        let all = async { while producers.join_next().await.is_some() {} };
        if tokio::time::timeout(3 * PATIENCE, all).await.is_err() {
            return Err(vec!["what producers offered is never accepted".into()]);
        }
        self.drain().await?;
        self.close().await
    }

    /// A command that must succeed.
    async fn ask(&self, arguments: &[&str]) -> Result<Value, Broken> {
        let asked = self.home.ask(arguments).await;
        asked.map_err(|refused| vec![refused.to_string()])
    }

    /// A command that is given again by and by where it is refused.
    async fn press(&mut self, arguments: &[&str]) {
        if let Err(refused) = self.home.ask(arguments).await {
            self.tell(format!("{arguments:?} is refused: {}", refused.code));
        }
    }

    async fn start(&mut self) -> Result<(), Refused> {
        self.agent = Some(self.home.run().await?);
        Ok(())
    }

    /// The agent never ends by itself, and no producer was told nonsense.
    fn still_there(&mut self) -> Result<(), Broken> {
        if let Some(status) = self.agent.as_mut().and_then(Run::ended) {
            return Err(vec![format!("the agent ended by itself: {status}")]);
        }
        match self.offers.surprise() {
            Some(surprise) => Err(vec![surprise]),
            None => Ok(()),
        }
    }

    async fn said(&self) -> Result<Vec<Said>, Broken> {
        self.said_in(&self.ask(&["status"]).await?)
    }

    fn said_in(&self, status: &Value) -> Result<Vec<Said>, Broken> {
        let said = self.streams.iter().map(|stream| {
            Said::of(status, stream)
                .ok_or_else(|| vec![format!("{} is not in the status", stream.name)])
        });
        said.collect()
    }

    /// Nothing moves at the moment: every stream's account is exact.
    async fn balance(&self) -> Result<(), Broken> {
        let said = self.said().await?;
        let broken: Vec<String> = said
            .iter()
            .zip(&self.streams)
            .filter_map(|(said, stream)| model::balanced(said, stream).err())
            .collect();
        if broken.is_empty() {
            Ok(())
        } else {
            Err(broken)
        }
    }
}
