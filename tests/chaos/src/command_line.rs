//! What it is asked for, and what it prints: a line for each schedule, the story of each that
//! failed, and the figures of all.

use clap::Parser;
use penstock_chaos::figures::Figures;
use penstock_chaos::plan::Plan;
use penstock_chaos::power_cut;
use penstock_chaos::schedule::{self, Outcome};
use std::process::ExitCode;
use tokio::task::JoinSet;

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
    /// Print what happens in schedules that end well, too
    #[arg(long)]
    story: bool,
    /// Instead, let the power fail so many times within one run
    #[arg(long, value_name = "CUTS")]
    power_cuts: Option<usize>,
}

impl CommandLine {
    fn plan(&self, seed: u64) -> Plan {
        Plan {
            keychain: self.keychain,
            ..Plan::draw(seed, self.faults)
        }
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
        println!(
            "  again: cargo run --package penstock-chaos -- --seed {seed} --faults {}",
            line.faults
        );
    }
}
