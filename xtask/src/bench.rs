//! `cargo xtask bench`: measures the release build end to end.

use crate::step::{self, command};
use crate::{Failure, system, ui};

/// The scenario that opens windows, and so needs a display, the built page and the app.
const WINDOW: &str = "window";

/// Runs the scenarios of these names, or all that need no window.
pub fn bench(scenarios: &[&str]) -> Result<(), Failure> {
    let (window, others): (Vec<&str>, Vec<&str>) =
        scenarios.iter().partition(|name| **name == WINDOW);
    if !window.is_empty() {
        measure_window()?;
        if others.is_empty() {
            return Ok(());
        }
    }
    system::for_bench()?;
    let packages = ["--package", "penstock", "--package", "penstock-bench"];
    let mut build = command(["cargo", "build", "--release"]);
    build.args(packages);
    step::run(build)?;
    let mut measure = command(["cargo", "run", "--release", "--quiet"]);
    measure
        .args(["--package", "penstock-bench", "--"])
        .args(others);
    step::run(measure)
}

fn measure_window() -> Result<(), Failure> {
    system::for_test()?;
    if let Some(install) = ui::packages() {
        step::run(install)?;
    }
    step::run(ui::script("build"))?;
    let mut build = command(["cargo", "build", "--release"]);
    build.args(["--package", "penstock-desktop", "--package", "bare-window"]);
    step::run(build)?;
    let mut measure = command(["cargo", "run", "--release", "--quiet"]);
    measure.args(["--package", "penstock-window-tests", "--example", "measure"]);
    step::run(measure)
}
