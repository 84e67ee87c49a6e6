//! The command line as a whole: its families and what holds for all of them.

use clap::{Parser, Subcommand};

use crate::failure::Failure;
use crate::say::Say;
use crate::{events, journal, provider, receiver, run, source, status, stream};

/// Delivers audit log events to log providers, and loses none.
///
/// The data folder is PENSTOCK_DATA_DIR, else the platform's; it is shared with the desktop app.
/// Secrets are kept in the operating system's keychain, or read where PENSTOCK_VAULT says: env
/// (PENSTOCK_SECRET_<STREAM>_<FIELD>) or directory (CREDENTIALS_DIRECTORY). PENSTOCK_LOG sets the
/// level of the logs in the data folder: error, warn, info, debug or trace.
#[derive(Parser)]
#[command(name = "penstock", version, propagate_version = true)]
pub struct CommandLine {
    /// Print JSON for programs instead of text for people
    #[arg(long, global = true)]
    pub json: bool,

    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// Where events can go, and which fields each provider needs
    #[command(subcommand)]
    Provider(provider::Command),
    /// Where events come from
    #[command(subcommand)]
    Source(source::Command),
    /// Streams: what goes to which provider, and how it is doing
    #[command(subcommand)]
    Stream(stream::Command),
    /// How everything is doing
    Status,
    /// List the newest events, and where they stand
    Events(events::Events),
    /// Show one event, and where it stands with every stream
    Event(events::Event),
    /// How full the journal is, and what it may take
    Journal(journal::Command),
    /// Take in and deliver events until SIGINT or SIGTERM
    Run,
    /// Run the practice receiver, which speaks every provider's protocol on this machine
    Receiver(receiver::Command),
}

impl Command {
    pub async fn run(self, say: &Say) -> Result<(), Failure> {
        match self {
            Command::Provider(command) => command.run(say),
            Command::Source(command) => command.run(say).await,
            Command::Stream(command) => command.run(say).await,
            Command::Status => status::run(say).await,
            Command::Events(events) => events.run(say).await,
            Command::Event(event) => event.run(say).await,
            Command::Journal(command) => command.run(say).await,
            Command::Run => run::run(say).await,
            Command::Receiver(command) => command.run(say).await,
        }
    }
}
