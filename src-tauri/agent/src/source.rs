//! `penstock source`: where events come from.

use clap::Subcommand;
use penstock_engine::engine::Engine;
use penstock_engine::view::{Saved, SourceDraft, SourceView};

use crate::confirm::confirm;
use crate::failure::Failure;
use crate::host;
use crate::inputs::{self, Setting};
use crate::say::{Say, name, words};
use crate::table::{Table, pairs};

#[derive(Subcommand)]
pub enum Command {
    /// Make a source
    Create {
        /// http_intake: programs post events to it
        #[arg(long)]
        kind: String,
        /// What to call it
        #[arg(long)]
        name: String,
        /// A setting, for example listen=127.0.0.1:8787
        #[arg(long = "set", value_name = "FIELD=VALUE")]
        settings: Vec<Setting>,
    },
    /// List every source
    List,
    /// Show a source
    Show {
        /// Its name or id
        source: String,
    },
    /// Print a source's token
    Token {
        /// Its name or id
        source: String,
        /// Make a new one; the old one stops working
        #[arg(long)]
        new: bool,
    },
    /// Stop taking events in
    Pause {
        /// Its name or id
        source: String,
    },
    /// Take events in again
    Resume {
        /// Its name or id
        source: String,
    },
    /// Delete a source; events it brought are still delivered
    Delete {
        /// Its name or id
        source: String,
        /// Do not ask
        #[arg(long, short)]
        yes: bool,
    },
}

impl Command {
    pub async fn run(self, say: &Say) -> Result<(), Failure> {
        let engine = host::open().await?;
        let result = self.ask(&engine, say).await;
        engine.stop().await;
        result
    }

    async fn ask(self, engine: &Engine, say: &Say) -> Result<(), Failure> {
        match self {
            Command::Create {
                kind,
                name,
                settings,
            } => {
                let draft = SourceDraft {
                    kind,
                    name,
                    details: inputs::details(settings),
                };
                let created = engine.create_source(draft).await?;
                say.answer(&created, || {
                    pairs(&[
                        ("Name", created.name.clone()),
                        ("Kind", created.kind.clone()),
                        ("Listens on", created.listen.clone().unwrap_or_default()),
                        ("Address", created.url.clone().unwrap_or_default()),
                        ("Token", created.token.clone().unwrap_or_default()),
                    ])
                });
                let source = engine.source(&created.id).await?;
                match source.token {
                    Some(Saved::Saved) => say.note("Senders present the token. It is saved: `penstock source token` prints it again."),
                    Some(Saved::Missing) => say.note("Senders present the token. Note it down now: the vault is read-only, so it is not saved."),
                    None => {}
                }
            }
            Command::List => {
                let sources = engine.sources().await?;
                say.table(
                    &sources,
                    "There is no source yet. Make one with `penstock source create`.",
                    || list(&sources),
                );
            }
            Command::Show { source } => {
                let source = engine.source(&source).await?;
                say.answer(&source, || show(&source));
            }
            Command::Token { source, new } => {
                let token = if new {
                    engine.rotate_token(&source).await?
                } else {
                    engine.reveal_token(&source).await?
                };
                let answer = serde_json::json!({ "token": token.expose() });
                say.answer(&answer, || token.expose().to_owned());
            }
            Command::Pause { source } => {
                let source = engine.pause_source(&source).await?;
                say.answer(&source, || {
                    format!("{} takes no events in until it is resumed.", source.name)
                });
            }
            Command::Resume { source } => {
                let source = engine.resume_source(&source).await?;
                say.answer(&source, || {
                    format!("{} takes events in again.", source.name)
                });
            }
            Command::Delete { source, yes } => {
                let source = engine.source(&source).await?;
                confirm(
                    &format!(
                        "Delete the source {:?}? Its senders will be refused.",
                        source.name
                    ),
                    yes,
                )?;
                engine.delete_source(&source.id).await?;
                let answer = serde_json::json!({ "deleted": source.id });
                say.answer(&answer, || {
                    format!("The source {} is deleted.", source.name)
                });
            }
        }
        Ok(())
    }
}

pub fn list(sources: &[SourceView]) -> Table {
    let mut table = Table::new([
        "NAME",
        "KIND",
        "STATUS",
        "EVENTS",
        "24 H",
        "REFUSED 24 H",
        "ADDRESS",
    ]);
    for source in sources {
        table.row([
            source.name.clone(),
            source.kind.clone(),
            name(&source.status),
            source.events.to_string(),
            source.events_24h.to_string(),
            source.refused_24h.to_string(),
            source.url.clone().unwrap_or_default(),
        ]);
    }
    table
}

fn show(source: &SourceView) -> String {
    let token = match source.token {
        Some(Saved::Saved) => "saved",
        Some(Saved::Missing) => "missing",
        None => "",
    };
    let mut text = pairs(&[
        ("Name", source.name.clone()),
        ("Id", source.id.clone()),
        ("Kind", source.kind.clone()),
        ("Status", name(&source.status)),
        ("Listens on", source.listen.clone().unwrap_or_default()),
        ("Address", source.url.clone().unwrap_or_default()),
        ("Token", token.into()),
        (
            "Events",
            format!("{} ({} in 24 h)", source.events, source.events_24h),
        ),
        (
            "Last event",
            source.last_event_at.clone().unwrap_or_default(),
        ),
        (
            "Refused",
            format!("{} requests in 24 h", source.refused_24h),
        ),
        (
            "Last refusal",
            source.last_refusal.clone().unwrap_or_default(),
        ),
        ("Made", source.created_at.clone()),
    ]);
    for (field, value) in &source.details {
        text += &format!("{field} = {}\n", inputs::plain(value));
    }
    if let Some(problem) = &source.problem {
        text += &format!("\n{}", words(problem));
    }
    text
}
