//! `penstock stream create`: proves a draft, then makes the stream.

use clap::Args;
use penstock_engine::clock::SystemClock;
use penstock_engine::engine::Engine;
use penstock_engine::problem::Problem;
use penstock_engine::provider::{self, About, FieldError};
use penstock_engine::view::{SecretsDraft, StreamDraft};

use super::{no_stages, refused, rules, show};
use crate::failure::Failure;
use crate::inputs::{self, Setting, Start};
use crate::say::Say;

#[derive(Args)]
pub struct Create {
    /// As in `penstock provider list`
    #[arg(long, value_name = "ID")]
    provider: String,
    /// What to call it
    #[arg(long)]
    name: String,
    /// A field of the provider, as in `penstock provider show`
    #[arg(long = "set", value_name = "FIELD=VALUE")]
    settings: Vec<Setting>,
    /// A JSON object of the secret fields; - is standard input
    #[arg(long, value_name = "FILE|-")]
    secrets: Option<inputs::From>,
    /// Only events that this filter lets through, JSON; - is standard input
    #[arg(long, value_name = "FILE|-")]
    filter: Option<inputs::From>,
    /// What is redacted before events leave, JSON; - is standard input
    #[arg(long, value_name = "FILE|-")]
    redact: Option<inputs::From>,
    /// Only events of this source; without it, of every source
    #[arg(long)]
    source: Option<String>,
    /// Where to begin: now, begin, a time, a sequence number, or 24h for a day ago
    #[arg(long, value_name = "TIME|SEQ", default_value = "now")]
    from: Start,
    /// Make it without delivering yet
    #[arg(long)]
    paused: bool,
    /// Make it without sending a sample log entry first
    #[arg(long)]
    no_verify: bool,
}

impl Create {
    pub async fn run(self, engine: &Engine, say: &Say) -> Result<(), Failure> {
        let about = provider::about(&self.provider)?;
        known_fields(about, &self.settings)?;
        let inputs = [&self.secrets, &self.filter, &self.redact];
        let stdins = inputs
            .iter()
            .filter(|from| matches!(from, Some(inputs::From::Stdin)));
        if stdins.count() > 1 {
            return Err(Failure::Usage(
                "Only one of --secrets, --filter and --redact can be standard input.".into(),
            ));
        }
        let secrets = match &self.secrets {
            Some(from) => from.secrets()?,
            None => SecretsDraft::default(),
        };
        known_secrets(about, &secrets)?;
        let mut draft = StreamDraft {
            provider: self.provider,
            name: self.name,
            source: self.source,
            details: inputs::details(self.settings),
            secrets,
            filter: self.filter.as_ref().map(rules::filter_from).transpose()?,
            redaction: self
                .redact
                .as_ref()
                .map(rules::redaction_from)
                .transpose()?,
            stream: None,
        };
        let check = engine.check_draft(draft.clone()).await?;
        if !check.errors.is_empty() {
            return Err(invalid(about, &check.errors).into());
        }
        for warning in &check.warnings {
            say.note(&format!("Warning: {}: {}", warning.field, warning.message));
        }
        if !self.no_verify {
            let report = engine.verify(draft.clone(), None, no_stages()).await?;
            if !report.accepted {
                let problem = refused(&report, say);
                return Err(problem
                    .next("Or make the stream all the same, with --no-verify.")
                    .into());
            }
            say.note(&show::report(&report));
            if let Some(details) = report.details {
                draft.details = details;
            }
        }
        let replay = self.from.replay(&SystemClock);
        // With a start in the past, nothing may be delivered before the cursor is there.
        let mut stream = engine
            .create_stream(draft, !self.no_verify, self.paused || replay.is_some())
            .await?;
        if let Some(from) = replay {
            stream = engine.replay_stream(&stream.id, from).await?;
            if !self.paused {
                stream = engine.resume_stream(&stream.id).await?;
            }
        }
        let source = show::source(engine, &stream).await;
        say.answer(&stream, || {
            format!(
                "The stream {} is made.\n\n{}",
                stream.name,
                show::stream(&stream, &source)
            )
        });
        Ok(())
    }
}

fn known_fields(about: &About, settings: &[Setting]) -> Result<(), Failure> {
    for setting in settings {
        match about
            .fields
            .iter()
            .find(|field| field.name == setting.field)
        {
            Some(field) if field.secret => {
                return Err(Failure::Usage(format!(
                    "{} is a secret, and arguments are seen by every program on this machine. Pass it in a JSON object with --secrets FILE, or --secrets - for standard input.",
                    field.name
                )));
            }
            Some(_) => {}
            None => {
                let known: Vec<&str> = about
                    .fields
                    .iter()
                    .filter(|field| !field.secret)
                    .map(|field| field.name.as_str())
                    .collect();
                return Err(Failure::Usage(format!(
                    "{} has no field {:?}. Its fields are {}.",
                    about.name,
                    setting.field,
                    known.join(", ")
                )));
            }
        }
    }
    Ok(())
}

fn known_secrets(about: &About, secrets: &SecretsDraft) -> Result<(), Problem> {
    let known = |name: &String| {
        about
            .fields
            .iter()
            .any(|field| field.secret && field.name == *name)
    };
    match secrets.0.keys().find(|name| !known(name)) {
        None => Ok(()),
        Some(name) => {
            let known: Vec<&str> = about
                .fields
                .iter()
                .filter(|field| field.secret)
                .map(|field| field.name.as_str())
                .collect();
            Err(Problem::new(
                "secrets-unknown",
                format!("{} has no secret field {name:?}.", about.name),
            )
            .next(format!("Its secret fields are {}.", known.join(", "))))
        }
    }
}

fn invalid(about: &About, errors: &[FieldError]) -> Problem {
    let guide = format!(
        "Run `penstock provider show {} --guide` to see the fields and where their values are.",
        about.id
    );
    if let [error] = errors {
        let summary = format!("{}: {}", error.field, error.message);
        return Problem::new("field-invalid", summary)
            .field(&error.field)
            .next(guide);
    }
    let summary = format!("{} fields need a correction.", errors.len());
    let problem = Problem::new("field-invalid", summary);
    let each = errors
        .iter()
        .map(|error| format!("{}: {}", error.field, error.message));
    each.chain([guide]).fold(problem, Problem::next)
}
