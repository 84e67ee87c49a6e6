//! The commands of this repository: `cargo xtask run`, `test`, `bench` and `fix`.
//!
//! Each starts from a fresh clone: what is missing is installed (Debian and Ubuntu) or named with
//! the command that installs it. Only the standard library is used, so that nothing has to be
//! compiled before the first step.

mod bench;
mod fix;
mod icons;
mod run;
mod step;
mod system;
mod test;
mod ui;

use std::path::Path;
use std::process::ExitCode;

/// Why a command ended early, in words; already printed output explains the rest.
type Failure = String;

const USAGE: &str = "\
Usage: cargo xtask COMMAND

  run [--release]  install what is missing, build everything and open the window
  test             install what is missing and run every check and test
  bench [NAME]...  measure the release build end to end and print a table
  fix              format and lint everything, and write generated files anew";

fn main() -> ExitCode {
    std::env::set_current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
        .expect("the repository this command was built in is still there");
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments.as_slice() {
        ["run"] => run::run(false),
        ["run", "--release"] => run::run(true),
        ["test"] => test::test(),
        ["bench", scenarios @ ..] => bench::bench(scenarios),
        ["fix"] => fix::fix(),
        [] | ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            Ok(())
        }
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\n{failure}");
            ExitCode::FAILURE
        }
    }
}
