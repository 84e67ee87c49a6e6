//! Penstock without a window: the command line and the agent, on the same engine and data folder
//! as the desktop app.
//!
//! One file for each family of commands. Exit codes: 0 done, 1 the operation failed (a problem is
//! printed: what, why, what to do), 2 wrong usage.

mod command_line;
mod confirm;
mod events;
mod failure;
mod host;
mod inputs;
mod journal;
mod provider;
mod receiver;
mod run;
mod say;
mod signals;
mod source;
mod status;
mod stream;
mod table;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let line = command_line::CommandLine::parse();
    let say = say::Say::new(line.json);
    let runtime = tokio::runtime::Runtime::new().expect("threads can be started");
    match runtime.block_on(line.command.run(&say)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(&say),
    }
}
