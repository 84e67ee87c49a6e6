//! `cargo xtask fuzz`: libFuzzer on everything that reads foreign bytes.

use crate::step::{Steps, command};
use crate::{Failure, system};

const FOLDER: &str = "tests/fuzz";

/// Runs the target, or each of them, for so many seconds.
pub fn fuzz(target: Option<&str>, seconds: &str) -> Result<(), Failure> {
    if seconds.parse::<u32>().is_err() {
        return Err(format!("{seconds:?} is not a number of seconds."));
    }
    let mut steps = Steps::default();
    if !system::has_program("cargo-fuzz") {
        steps.run(
            "cargo-fuzz",
            command(["cargo", "install", "--locked", "cargo-fuzz"]),
        )?;
    }
    let all = targets()?;
    for name in target.map_or(all, |one| vec![one.to_owned()]) {
        let limit = format!("-max_total_time={seconds}");
        let mut run = command(["cargo", "fuzz", "run", "--fuzz-dir", FOLDER]);
        run.args(["--features", "libfuzzer", "--sanitizer", "none", &name])
            .args(["--", &limit, "-rss_limit_mb=2048", "-timeout=10"]);
        println!("\nfuzz {name}");
        steps.run("fuzz", run)?;
    }
    steps.report();
    Ok(())
}

/// Every file in the folder of targets.
fn targets() -> Result<Vec<String>, Failure> {
    let folder = format!("{FOLDER}/targets");
    let entries = std::fs::read_dir(&folder).map_err(|error| format!("{folder}: {error}"))?;
    let mut names: Vec<String> = entries
        .filter_map(|entry| Some(entry.ok()?.path().file_stem()?.to_str()?.to_owned()))
        .collect();
    names.sort();
    Ok(names)
}
