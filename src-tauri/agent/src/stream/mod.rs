//! `penstock stream`: what goes to which provider, and how it is doing.

mod create;
mod rules;
mod set_aside;
mod show;

pub use show::list;

use clap::{Args, Subcommand};
use penstock_engine::clock::SystemClock;
use penstock_engine::engine::{Engine, OnStages};
use penstock_engine::problem::Problem;
use penstock_engine::view::VerifyReport;
use std::sync::Arc;

use crate::confirm::confirm;
use crate::failure::Failure;
use crate::host;
use crate::inputs::{self, Start};
use crate::say::{Say, events};

#[derive(Subcommand)]
pub enum Command {
    /// Send a sample log entry, and make the stream if the provider takes it
    Create(create::Create),
    /// List every stream
    List,
    /// Show a stream
    Show {
        /// Its name or id
        stream: String,
    },
    /// Send a sample log entry and show what the provider answers
    Test {
        /// Its name or id
        stream: String,
        /// The entry to send, a JSON object; - is standard input
        #[arg(long, value_name = "FILE|-")]
        sample: Option<inputs::From>,
    },
    /// Show or change which events a stream takes
    Filter(rules::FilterCommand),
    /// Show or change what is redacted before events leave
    Redact(rules::RedactCommand),
    /// Stop delivering; events wait
    Pause {
        /// Its name or id
        stream: String,
    },
    /// Deliver again
    Resume {
        /// Its name or id
        stream: String,
    },
    /// Try again now instead of waiting
    Retry {
        /// Its name or id
        stream: String,
    },
    /// Delete a stream, with its failed events
    Delete {
        /// Its name or id
        stream: String,
        /// Do not ask
        #[arg(long, short)]
        yes: bool,
    },
    /// List the latest attempts, newest first
    Attempts(Attempts),
    /// List the events that the provider can never take, or do something about them
    SetAside(set_aside::SetAside),
    /// Deliver again from a point in the past
    Replay {
        /// Its name or id
        stream: String,
        /// A sequence number, a time, 24h for a day ago, or begin
        #[arg(long, value_name = "TIME|SEQ")]
        from: Start,
    },
}

#[derive(Args)]
pub struct Attempts {
    /// Its name or id
    stream: String,
    /// At most this many
    #[arg(long, default_value_t = 20)]
    limit: u32,
    /// Only those before this one
    #[arg(long, value_name = "ID")]
    before: Option<i64>,
    /// Show one attempt, with its request and answer
    #[arg(long, value_name = "ID")]
    show: Option<i64>,
}

impl Command {
    pub async fn run(self, say: &Say) -> Result<(), Failure> {
        host::ask(async |engine| self.ask(engine, say).await).await
    }

    async fn ask(self, engine: &Engine, say: &Say) -> Result<(), Failure> {
        match self {
            Command::Create(create) => return create.run(engine, say).await,
            Command::Filter(filter) => return filter.run(engine, say).await,
            Command::Redact(redact) => return redact.run(engine, say).await,
            Command::SetAside(set_aside) => return set_aside.run(engine, say).await,
            Command::Attempts(attempts) => return attempts.run(engine, say).await,
            Command::List => {
                let streams = engine.streams().await?;
                say.table(
                    &streams,
                    "There is no stream yet. Make one with `penstock stream create`.",
                    || list(&streams),
                );
            }
            Command::Show { stream } => {
                let stream = engine.stream(&stream).await?;
                let source = show::source(engine, &stream).await;
                say.answer(&stream, || show::stream(&stream, &source));
            }
            Command::Test { stream, sample } => {
                let sample = sample.map(|from| from.read()).transpose()?;
                let report = engine.send_sample(&stream, sample, no_stages()).await?;
                return verified(report, say);
            }
            Command::Pause { stream } => {
                let stream = engine.pause_stream(&stream).await?;
                say.answer(&stream, || {
                    format!("{} is paused. Its events wait.", stream.name)
                });
            }
            Command::Resume { stream } => {
                let stream = engine.resume_stream(&stream).await?;
                say.answer(&stream, || format!("{} delivers again.", stream.name));
            }
            Command::Retry { stream } => {
                let stream = engine.retry_stream(&stream).await?;
                say.answer(&stream, || match stream.paused_at {
                    None => format!("{} is tried again now.", stream.name),
                    Some(_) => format!(
                        "{} is paused: it is tried again once it is resumed.",
                        stream.name
                    ),
                });
            }
            Command::Delete { stream, yes } => {
                let stream = engine.stream(&stream).await?;
                let question = format!(
                    "Delete the stream {:?}? Waiting: {}, failed: {}. They will not be delivered to it.",
                    stream.name, stream.waiting, stream.set_aside
                );
                confirm(&question, yes)?;
                engine.delete_stream(&stream.id).await?;
                let answer = serde_json::json!({ "deleted": stream.id });
                say.answer(&answer, || {
                    format!("The stream {} is deleted.", stream.name)
                });
            }
            Command::Replay { stream, from } => {
                let Some(from) = from.replay(&SystemClock) else {
                    return Err(Failure::Usage(
                        "A replay starts in the past; now would deliver nothing again.".into(),
                    ));
                };
                let stream = engine.replay_stream(&stream, from).await?;
                say.answer(&stream, || {
                    format!(
                        "To be delivered to {}: {}.",
                        stream.name,
                        events(stream.waiting)
                    )
                });
            }
        }
        Ok(())
    }
}

impl Attempts {
    async fn run(self, engine: &Engine, say: &Say) -> Result<(), Failure> {
        if let Some(id) = self.show {
            let detail = engine.attempt(id).await?;
            say.answer(&detail, || show::attempt(&detail));
            return Ok(());
        }
        let attempts = engine
            .attempts(Some(&self.stream), self.before, self.limit)
            .await?;
        say.table(&attempts, "Nothing was attempted yet.", || {
            show::attempts(&attempts)
        });
        Ok(())
    }
}

/// Stages are shown with the report, once it is there.
fn no_stages() -> OnStages {
    Arc::new(|_| {})
}

/// Prints a report; a refusal is a failure of the command.
fn verified(report: VerifyReport, say: &Say) -> Result<(), Failure> {
    if report.accepted {
        say.answer(&report, || show::report(&report));
        return Ok(());
    }
    Err(refused(&report, say).into())
}

/// Notes the stages, and gives what went wrong.
fn refused(report: &VerifyReport, say: &Say) -> Problem {
    say.note(&show::report(report));
    report
        .problem
        .clone()
        .unwrap_or_else(|| Problem::new("sample-refused", report.headline.clone()))
}
