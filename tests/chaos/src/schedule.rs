//! One schedule: the agent under load, its troubles one after another, and what held at the end.

mod person;
mod troubles;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::agent::{Home, Refused, Run, Surroundings};
use crate::disk::Disk;
use crate::hosts;
use crate::model::{self, Figures, Offers, Said, Stream};
use crate::plan::{Plan, STREAMS, Trouble};
use crate::producer::{self, Intake};
use crate::sink::{self, Sink};

const PRODUCERS: usize = 3;
const SOURCES: [&str; 2] = ["first", "second"];
/// How long nothing at all may be delivered, though nothing is wrong any more.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often a person who waits looks, and presses "retry".
const LOOK: Duration = Duration::from_millis(100);
const RETRY: Duration = Duration::from_millis(1500);

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
        let home = Home::new(work, disk.data());
        Self {
            home,
            disk,
            surroundings: Surroundings::default(),
            agent: None,
            streams: Vec::new(),
            deleted: Vec::new(),
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
        for number in 0..PRODUCERS {
            let intake = intakes[number % intakes.len()].clone();
            let seed = plan.seed.wrapping_mul(31).wrapping_add(number as u64);
            let offers = Arc::clone(&self.offers);
            producers.spawn(producer::produce(
                number,
                seed,
                intake,
                offers,
                stopped.clone(),
            ));
        }
        for (number, step) in plan.steps.iter().enumerate() {
            tokio::time::sleep(Duration::from_millis(step.pause_milliseconds)).await;
            self.end_troubles(number).await?;
            self.begin_trouble(&step.trouble, number + step.lasts)
                .await?;
            self.figures.faults += 1;
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

    /// Two intakes, and the streams.
    async fn set_up(&mut self, plan: &Plan) -> Result<Vec<Intake>, Broken> {
        let mut intakes = Vec::new();
        let listen = format!("listen={}:0", hosts::of_intakes(self.number));
        for (source, name) in SOURCES.iter().enumerate() {
            let made = self
                .ask(&[
                    "source",
                    "create",
                    "--kind",
                    "http_intake",
                    "--name",
                    name,
                    "--set",
                    &listen,
                ])
                .await?;
            let said = |name: &str| made[name].as_str().unwrap_or_default().to_owned();
            intakes.push(Intake {
                source,
                url: said("url"),
                token: said("token"),
            });
        }
        if plan.reckless {
            self.ask(&["journal", "--keep-free", "0"]).await?;
        }
        for number in 0..STREAMS {
            let kind = plan.kinds[number];
            let source = (number == plan.narrow).then_some(1);
            let name = format!("s{number}");
            self.tell(format!("{name} is {kind:?} of {source:?}"));
            let stream = self.make(name, kind, source).await?;
            self.streams.push(stream);
        }
        Ok(intakes)
    }

    /// Makes a stream that begins with the oldest event there is.
    async fn make(
        &mut self,
        name: String,
        kind: sink::Kind,
        source: Option<usize>,
    ) -> Result<Stream, Broken> {
        let sink = Sink::start(kind, self.seed, hosts::of_receivers(self.number)).await;
        let about = self.ask(&["provider", "show", kind.provider()]).await?;
        let secrets = sink::secrets(&about);
        let settings = sink.settings(&name, &self.home.vault, &|field| {
            secrets.iter().any(|secret| secret == field)
        });
        let mut arguments = vec![
            "stream",
            "create",
            "--provider",
            kind.provider(),
            "--name",
            &name,
            "--no-verify",
            "--from",
            "begin",
        ];
        for setting in &settings {
            arguments.extend(["--set", setting]);
        }
        if let Some(source) = source {
            arguments.extend(["--source", SOURCES[source]]);
        }
        self.ask(&arguments).await?;
        // What every other stream had passed may have been pruned before it was made.
        let owes_from = if self.may_prune {
            self.offers.count()
        } else {
            0
        };
        Ok(Stream {
            name,
            sink,
            source,
            owes_from,
            account: model::Account::default(),
            replayed: 0,
            at_risk: 0,
        })
    }

    /// A command that must succeed.
    async fn ask(&self, arguments: &[&str]) -> Result<serde_json::Value, Broken> {
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
        let status = self.ask(&["status"]).await?;
        let sources = SOURCES.map(str::to_owned);
        let said = self.streams.iter().map(|stream| {
            Said::of(&status, stream, &sources)
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

    /// Waits until nothing waits and nothing is set aside, as a person would who presses the
    /// buttons meant for it.
    async fn drain(&mut self) -> Result<(), Broken> {
        let begun = Instant::now();
        let mut retried = None::<Instant>;
        let (mut delivered, mut moved) = (0, begun);
        loop {
            let said = self.said().await?;
            let now = said.iter().map(|said| said.delivered).sum::<i64>();
            if now > delivered {
                (delivered, moved) = (now, Instant::now());
            }
            if said
                .iter()
                .all(|said| said.waiting == 0 && said.set_aside == 0)
            {
                break;
            }
            self.still_there()?;
            if moved.elapsed() > PATIENCE {
                return Err(vec![format!("it is never delivered: {said:?}")]);
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
                        self.worker_ended(index);
                    }
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
    async fn close(&mut self) -> Result<(), Broken> {
        if let Some(agent) = self.agent.take() {
            agent.terminate().await.map_err(|why| vec![why])?;
        }
        self.balance().await?;
        let mut broken = Vec::new();
        for stream in &mut self.streams {
            let unanswered = unanswered(&self.home.data, &stream.name);
            stream.at_risk += unanswered.map_err(|error| vec![error.to_string()])?;
        }
        let said = self.said().await?;
        for (said, stream) in said.iter().zip(&self.streams) {
            match model::appended_twice(&self.offers, said.appended, stream.source) {
                Ok(twice) => {
                    if stream.source.is_none() {
                        self.figures.appended_twice = twice;
                    }
                    broken.extend(model::settle(
                        &self.offers,
                        stream,
                        &mut self.figures,
                        twice,
                    ));
                }
                Err(why) => broken.push(why),
            }
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

/// Events of requests that came to nothing: whether they arrived all the same is not known.
fn unanswered(data: &Path, stream: &str) -> rusqlite::Result<u64> {
    let connection = rusqlite::Connection::open(data.join("penstock.db"))?;
    connection.query_row(
        "SELECT coalesce(sum(events), 0) FROM attempt JOIN stream ON stream.id = attempt.stream
         WHERE stream.name = ?1 AND outcome = 'retry' AND attempt.status IS NULL",
        [stream],
        |row| row.get::<_, i64>(0).map(i64::cast_unsigned),
    )
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
