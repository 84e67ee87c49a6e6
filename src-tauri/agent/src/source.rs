//! `penstock source`: where events come from.

use clap::Subcommand;
use penstock_engine::engine::Engine;
use penstock_engine::source::{self, About};
use penstock_engine::view::{Saved, SecretsDraft, SourceDraft, SourceView, UnreadableView};

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
        /// `penstock source kinds` lists them
        #[arg(long)]
        kind: String,
        /// What to call it
        #[arg(long)]
        name: String,
        /// A setting, for example listen=127.0.0.1:8787
        #[arg(long = "set", value_name = "FIELD=VALUE")]
        settings: Vec<Setting>,
        /// Secret fields as a JSON object: a file, or - for standard input
        #[arg(long, value_name = "FILE")]
        secrets: Option<inputs::From>,
    },
    /// Change a source; it goes on from where it stands
    Edit {
        /// Its name or id
        source: String,
        /// What to call it from now on
        #[arg(long)]
        name: Option<String>,
        /// A setting to change; an empty value takes it away
        #[arg(long = "set", value_name = "FIELD=VALUE")]
        settings: Vec<Setting>,
        /// Secret fields to change, as a JSON object: a file, or - for standard input
        #[arg(long, value_name = "FILE")]
        secrets: Option<inputs::From>,
    },
    /// List the kinds of sources and the settings each one has
    Kinds,
    /// Try what a source needs, without taking any event
    Test {
        /// Its name or id
        source: String,
    },
    /// Show what a source could not read as an event
    Unreadable {
        /// Its name or id
        source: String,
        /// How many at most
        #[arg(long, default_value_t = 50)]
        limit: u32,
        /// Forget all that is shown and everything before
        #[arg(long)]
        discard: bool,
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
        /// Make a new one; the old one stops working, at once or after the overlap
        #[arg(long)]
        new: bool,
        /// How long the old one is still taken, for example 90s, 30m, 24h or 7d
        #[arg(long, requires = "new", value_name = "TIME", value_parser = inputs::time_span, default_value = "0s")]
        overlap: i64,
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
        host::ask(async |engine| self.ask(engine, say).await).await
    }

    async fn ask(self, engine: &Engine, say: &Say) -> Result<(), Failure> {
        match self {
            Command::Create {
                kind,
                name,
                settings,
                secrets,
            } => {
                let draft = SourceDraft {
                    kind,
                    name,
                    details: inputs::details(settings),
                    secrets: read_secrets(secrets)?,
                    source: None,
                };
                let created = engine.create_source(draft).await?;
                say.answer(&created, || {
                    let mut known = vec![
                        ("Name", created.name.clone()),
                        ("Kind", created.kind.clone()),
                    ];
                    let more = [
                        ("Listens on", &created.listen),
                        ("Address", &created.url),
                        ("Token", &created.token),
                        ("SHA-256 fingerprint", &created.fingerprint),
                    ];
                    known.extend(more.into_iter().filter_map(|(label, value)| {
                        value.as_ref().map(|value| (label, value.clone()))
                    }));
                    pairs(&known)
                });
                let source = engine.source(&created.id).await?;
                match source.token {
                    Some(Saved::Saved) => say.note("Senders present the token. It is saved: `penstock source token` prints it again."),
                    Some(Saved::Missing) => say.note("Senders present the token. Note it down now: the vault is read-only, so it is not saved."),
                    None => {}
                }
            }
            Command::Edit {
                source,
                name,
                settings,
                secrets,
            } => {
                let present = engine.source(&source).await?;
                let mut details = present.details;
                details.extend(inputs::details(settings));
                details.retain(|_, value| value.as_str() != Some(""));
                let draft = SourceDraft {
                    kind: present.kind,
                    name: name.unwrap_or(present.name),
                    details,
                    secrets: read_secrets(secrets)?,
                    source: Some(present.id),
                };
                let source = engine.update_source(draft).await?;
                say.answer(&source, || show(&source));
            }
            Command::Kinds => {
                let kinds = source::abouts();
                say.answer(&kinds, || kinds.iter().map(about).collect());
            }
            Command::Test { source } => {
                let tested = engine.test_source(&source).await?;
                say.answer(&tested, || {
                    let facts: Vec<(&str, String)> = tested
                        .facts
                        .iter()
                        .map(|(label, text)| (label.as_str(), text.clone()))
                        .collect();
                    let mut text = format!("{}\n{}", tested.headline, pairs(&facts));
                    if let Some(warning) = &tested.warning {
                        text += &format!("\n{}", words(warning));
                    }
                    text
                });
                if let Some(problem) = tested.problem {
                    return Err(problem.into());
                }
            }
            Command::Unreadable {
                source,
                limit,
                discard,
            } => {
                let pieces = engine.unreadable(&source, None, limit).await?;
                say.table(&pieces, "Everything could be read.", || unreadable(&pieces));
                if let (true, Some(newest)) = (discard, pieces.first()) {
                    let count = engine.discard_unreadable(&source, newest.id).await?;
                    say.note(&format!("{count} forgotten."));
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
            Command::Token {
                source,
                new,
                overlap,
            } => {
                let token = if new {
                    engine.rotate_token(&source, overlap).await?
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

fn read_secrets(from: Option<inputs::From>) -> Result<SecretsDraft, Failure> {
    Ok(match from {
        Some(from) => from.secrets()?,
        None => SecretsDraft::default(),
    })
}

fn about(about: &About) -> String {
    let mut text = format!("{} ({}). {}\n", about.id, about.name, about.tagline);
    for field in &about.fields {
        let secret = if field.secret { ", secret" } else { "" };
        let required = if field.required { ", required" } else { "" };
        text += &format!("  {}{secret}{required}: {}\n", field.name, field.help);
    }
    text
}

fn unreadable(pieces: &[UnreadableView]) -> Table {
    let mut table = Table::new(["AT", "PLACE", "BYTES", "REASON"]);
    for piece in pieces {
        table.row([
            piece.at.clone(),
            piece.place.clone(),
            piece.bytes.to_string(),
            piece.reason.summary.clone(),
        ]);
    }
    table
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
            status(source),
            source.events.to_string(),
            source.events_24h.to_string(),
            source.refused_24h.to_string(),
            source.url.clone().unwrap_or_default(),
        ]);
    }
    table
}

/// Its status, and in a few words what is wrong.
fn status(source: &SourceView) -> String {
    let wrong = source.problem.as_ref().or(source.warning.as_ref());
    match wrong.and_then(|it| it.short.as_deref()) {
        Some(short) => format!("{} ({short})", name(&source.status)),
        None => name(&source.status),
    }
}

fn show(source: &SourceView) -> String {
    let token = source.token.map(|token| match token {
        Saved::Saved => String::from("saved"),
        Saved::Missing => String::from("missing"),
    });
    let count = |count: u64| (count > 0).then(|| count.to_string());
    let progress = source.progress.as_ref().map(|progress| {
        let percent = progress.done.saturating_mul(100) / progress.total.max(1);
        format!("{percent} % read")
    });
    let known = [
        ("Name", Some(source.name.clone())),
        ("Id", Some(source.id.clone())),
        ("Kind", Some(source.kind.clone())),
        ("Status", Some(name(&source.status))),
        ("Progress", progress),
        ("Read up to", source.up_to.clone()),
        ("Listens on", source.listen.clone()),
        ("Address", source.url.clone()),
        (
            "Certificate",
            source.certificate.as_ref().map(|it| it.subject.clone()),
        ),
        (
            "SHA-256 fingerprint",
            source.certificate.as_ref().map(|it| it.sha256.clone()),
        ),
        ("Token", token),
        ("Old token until", source.old_token_until.clone()),
        (
            "Events",
            Some(format!("{} ({} in 24 h)", source.events, source.events_24h)),
        ),
        ("Last event", source.last_event_at.clone()),
        ("Left out", count(source.left_out)),
        ("Unreadable", count(source.unreadable)),
        (
            "Refused",
            count(source.refused_24h).map(|count| format!("{count} requests in 24 h")),
        ),
        ("Last refusal", source.last_refusal.clone()),
        ("Made", Some(source.created_at.clone())),
    ];
    let known: Vec<(&str, String)> = known
        .into_iter()
        .filter_map(|(label, value)| value.map(|value| (label, value)))
        .collect();
    let mut text = pairs(&known);
    for (field, value) in &source.details {
        let value = inputs::plain(value);
        match value.lines().count() {
            0 | 1 => text += &format!("{field} = {value}\n"),
            lines => text += &format!("{field}: {lines} lines\n"),
        }
    }
    for (field, saved) in &source.secrets {
        text += &format!("{field}: {}\n", name(saved));
    }
    for problem in source.problem.iter().chain(&source.warning) {
        text += &format!("\n{}", words(problem));
    }
    text
}
