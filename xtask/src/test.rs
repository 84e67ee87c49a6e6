//! `cargo xtask test`: from a fresh clone to every test passed, the cheap steps first.

use std::process::Command;

use crate::step::{Steps, command};
use crate::{Failure, system, ui};

/// Drives the built window, so it runs after the rest and needs the app.
const WINDOW_TESTS: &str = "penstock-window-tests";

pub fn test() -> Result<(), Failure> {
    let mut steps = Steps::default();
    steps.time("system packages", |_| system::for_test())?;
    steps.run(
        "format of the Rust code",
        command(["cargo", "fmt", "--all", "--check"]),
    )?;

    if let Some(install) = ui::packages() {
        steps.run("page packages", install)?;
    }
    steps.run("format of the page", ui::script("format:check"))?;
    steps.run("types of the page", ui::script("check"))?;
    steps.run_tests("page tests", ui::script("test"))?;
    // The app takes the built page in.
    steps.run("page", ui::script("build"))?;

    let lint = [
        "cargo",
        "clippy",
        "--workspace",
        "--all-targets",
        "--",
        "--deny",
        "warnings",
    ];
    steps.run("lints of the Rust code", command(lint))?;
    steps.run_tests(
        "Rust tests",
        runner(["--workspace", "--exclude", WINDOW_TESTS]),
    )?;
    let documentation = ["cargo", "test", "--workspace", "--doc"];
    steps.run_tests("Rust documentation tests", command(documentation))?;
    steps.run(
        "app",
        command(["cargo", "build", "--package", "penstock-desktop"]),
    )?;
    steps.run_tests("window tests", runner(["--package", WINDOW_TESTS]))?;
    steps.run_tests("pages in a browser", ui::browser_tests())?;
    steps.report();
    Ok(())
}

/// cargo-nextest where it is installed, else `cargo test`.
fn runner<const N: usize>(packages: [&str; N]) -> Command {
    let mut runner = if system::has_program("cargo-nextest") {
        command(["cargo", "nextest", "run", "--no-fail-fast"])
    } else {
        command(["cargo", "test", "--no-fail-fast", "--all-targets"])
    };
    runner.args(packages);
    runner
}
