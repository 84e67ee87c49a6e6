//! Tests of the command line, in one binary, driving the real program.

mod conservation;
#[cfg(target_os = "linux")]
mod flow;
mod follow;
mod infisical;
mod intake;
#[cfg(target_os = "linux")]
mod keyring;
mod practice;
mod program;
mod provider;
mod receiver;
mod room;
mod rules;
mod run;
mod store;
mod stream;
mod usage;
mod vaults;
