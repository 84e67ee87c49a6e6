//! `cargo xtask bench`: measures the release build end to end.

use crate::step::{self, command};
use crate::{Failure, system};

/// Runs the scenarios of these names, or all of them.
pub fn bench(scenarios: &[&str]) -> Result<(), Failure> {
    system::for_bench()?;
    let packages = ["--package", "penstock", "--package", "penstock-bench"];
    let mut build = command(["cargo", "build", "--release"]);
    build.args(packages);
    step::run(build)?;
    let mut measure = command(["cargo", "run", "--release", "--quiet"]);
    measure
        .args(["--package", "penstock-bench", "--"])
        .args(scenarios);
    step::run(measure)
}
