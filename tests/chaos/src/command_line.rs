//! What it is asked for, and what it prints: a line for each schedule, the story of each that
//! failed with the fewest of its faults that still do, and the figures of all.

use clap::Parser;
use penstock_chaos::figures::Figures;
use penstock_chaos::plan::Plan;
use penstock_chaos::power_cut;
use penstock_chaos::schedule::{self, Outcome};
use penstock_chaos::shrink;
use std::process::ExitCode;
use tokio::task::JoinSet;

/// How many lists of faults are tried at most, and how often each: what depends on a moment fails
/// now and then.
const TRIES: usize = 60;
const ATTEMPTS: usize = 2;

/// Plays random schedules of faults against the agent, and says whether anything was lost.
///
/// Build the agent first, with the same profile: cargo build --package penstock.
#[derive(Parser)]
#[command(name = "penstock-chaos")]
struct CommandLine {
    /// The first schedule's seed; the others follow it. Without it, any
    #[arg(long)]
    seed: Option<u64>,
    /// Faults of each schedule
    #[arg(long, default_value_t = 20)]
    faults: usize,
    /// How many schedules
    #[arg(long, default_value_t = 1)]
    schedules: u64,
    /// Schedules at a time
    #[arg(long, default_value_t = 1)]
    jobs: usize,
    /// Keep secrets in a GNOME Keyring on a bus of its own, which is killed or locked as the vault's
    /// trouble
    #[arg(long)]
    keychain: bool,
    /// Play only these faults, by number as a story tells them
    #[arg(long, value_name = "NUMBERS", value_delimiter = ',')]
    only: Option<Vec<usize>>,
    /// Do not look for the fewest faults with which a schedule still fails
    #[arg(long)]
    no_shrink: bool,
    /// Print what happens in schedules that end well, too
    #[arg(long)]
    story: bool,
    /// Instead, let the power fail so many times within one run
    #[arg(long, value_name = "CUTS")]
    power_cuts: Option<usize>,
}

impl CommandLine {
    fn plan(&self, seed: u64) -> Plan {
        let plan = Plan {
            keychain: self.keychain,
            ..Plan::draw(seed, self.faults)
        };
        match &self.only {
            Some(numbers) => plan.only(numbers),
            None => plan,
        }
    }

    /// What plays these faults again.
    fn again(&self, seed: u64, only: Option<&[usize]>) -> String {
        let mut again = format!(
            "cargo run --package penstock-chaos -- --seed {seed} --faults {}",
            self.faults
        );
        if self.keychain {
            again += " --keychain";
        }
        if let Some(only) = only.or(self.only.as_deref()) {
            let only: Vec<String> = only.iter().map(usize::to_string).collect();
            again += &format!(" --only {}", only.join(","));
        }
        again
    }
}

pub fn run() -> ExitCode {
    let line = CommandLine::parse();
    let runtime = tokio::runtime::Runtime::new().expect("threads can be started");
    if let Some(cuts) = line.power_cuts {
        return runtime.block_on(cut_power(&line, cuts));
    }
    let (figures, failed) = runtime.block_on(all(&line));
    println!("\n{figures}");
    if failed.is_empty() {
        return ExitCode::SUCCESS;
    }
    println!("failed: {failed:?}");
    if !line.no_shrink {
        runtime.block_on(shrink(&line, &failed));
    }
    ExitCode::FAILURE
}

async fn cut_power(line: &CommandLine, cuts: usize) -> ExitCode {
    let seed = line.seed.unwrap_or_else(|| rand::random::<u32>().into());
    let (figures, broken) = power_cut::run(seed, cuts).await;
    println!("seed {seed}: {figures}");
    broken.iter().for_each(|why| println!("  ! {why}"));
    match broken.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

async fn all(line: &CommandLine) -> (Figures, Vec<u64>) {
    let first = line.seed.unwrap_or_else(|| rand::random::<u32>().into());
    let mut seeds = first..first + line.schedules;
    let mut playing = JoinSet::new();
    let mut figures = Figures::default();
    let mut failed = Vec::new();
    loop {
        while playing.len() < line.jobs.max(1) {
            let Some(seed) = seeds.next() else { break };
            let plan = line.plan(seed);
            playing.spawn(async move {
                let outcome = schedule::run(&plan).await;
                (seed, outcome)
            });
        }
        let Some(played) = playing.join_next().await else {
            return (figures, failed);
        };
        let (seed, outcome) = played.expect("a schedule does not panic");
        tell(seed, line, &outcome);
        figures.add(&outcome.figures);
        if !outcome.broken.is_empty() {
            failed.push(seed);
        }
    }
}

fn tell(seed: u64, line: &CommandLine, outcome: &Outcome) {
    let failed = !outcome.broken.is_empty();
    println!(
        "seed {seed}: {}: {}",
        if failed { "FAILED" } else { "held" },
        outcome.figures
    );
    if failed || line.story {
        outcome.story.iter().for_each(|told| println!("  {told}"));
        outcome.broken.iter().for_each(|why| println!("  ! {why}"));
    }
    if let Some(folder) = &outcome.folder {
        println!("  kept in {}", folder.display());
        println!("  again: {}", line.again(seed, None));
    }
}

/// Finds the fewest faults of each that fails, and prints what plays them.
async fn shrink(line: &CommandLine, failed: &[u64]) {
    for &seed in failed {
        let all: Vec<usize> = match &line.only {
            Some(numbers) => numbers.clone(),
            None => (1..=line.faults).collect(),
        };
        println!("\nseed {seed}: looking for the fewest faults");
        let smallest = shrink::smallest(all, TRIES, async |numbers| {
            let mut broken = None;
            for _ in 0..ATTEMPTS {
                let mut outcome = schedule::run(&line.plan(seed).only(numbers)).await;
                forget(&outcome);
                broken = outcome.broken.pop();
                if broken.is_some() {
                    break;
                }
            }
            let came_to = broken.as_deref().unwrap_or("holds");
            println!("  {numbers:?}: {came_to}");
            broken.is_some()
        })
        .await;
        println!("  the fewest: {}", line.again(seed, Some(&smallest)));
    }
}

/// What is kept of one that failed is kept of the first only.
fn forget(outcome: &Outcome) {
    if let Some(folder) = &outcome.folder {
        let _ = std::fs::remove_dir_all(folder);
    }
}
