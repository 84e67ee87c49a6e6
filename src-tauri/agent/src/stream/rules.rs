//! `penstock stream filter` and `penstock stream redact`: what a stream takes, and in which form
//! it leaves.

use clap::Args;
use clap::builder::PossibleValuesParser;
use penstock_engine::engine::Engine;
use penstock_engine::filter::{self, Filter, FilterCondition};
use penstock_engine::problem::Problem;
use penstock_engine::redaction::{self, Redaction, RedactionRule};
use penstock_engine::view::{Preview, PreviewAsk, StreamView};
use serde::de::DeserializeOwned;

use crate::failure::Failure;
use crate::inputs;
use crate::say::{Say, name};
use crate::table::Table;

/// Rows of a preview.
const ROWS: u32 = 20;

#[derive(Args)]
pub struct FilterCommand {
    /// Its name or id
    stream: String,
    /// Take what this filter lets through, JSON as --json shows it; - is standard input
    #[arg(long, group = "what", value_name = "FILE|-")]
    set: Option<inputs::From>,
    /// Take what a filter of Penstock's lets through
    #[arg(long, group = "what", value_name = "ID", value_parser = PossibleValuesParser::new(filter::presets().iter().map(|preset| preset.id.as_str())))]
    preset: Option<String>,
    /// Take everything
    #[arg(long, group = "what")]
    clear: bool,
    /// Show what would pass of the newest events, and change nothing
    #[arg(long)]
    preview: bool,
}

impl FilterCommand {
    pub async fn run(self, engine: &Engine, say: &Say) -> Result<(), Failure> {
        let stream = engine.stream(&self.stream).await?;
        let wanted = match (&self.set, &self.preset) {
            (Some(from), _) => Some(filter_from(from)?),
            (None, Some(id)) => filter::preset(id).map(|preset| preset.filter.clone()),
            (None, None) => self.clear.then(Filter::default),
        };
        if self.preview {
            let filter = wanted.unwrap_or_else(|| stream.filter.clone());
            let redaction = stream.redaction.clone();
            let preview = preview(engine, &stream, filter, redaction).await?;
            say.answer(&preview, || {
                let mut table = Table::new(["SEQ", "PASSES", "EVENT", "ACTOR"]);
                for row in preview.rows.iter().take(ROWS as usize) {
                    table.row([
                        row.seq.to_string(),
                        if row.passes { "yes" } else { "no" }.into(),
                        row.event_type.clone().unwrap_or_default(),
                        row.actor.clone().unwrap_or_default(),
                    ]);
                }
                format!("{}\n{}", summary(&preview), table.text(""))
            });
            return Ok(());
        }
        let stream = match wanted {
            Some(filter) => engine.set_filter(&stream.id, filter).await?,
            None => stream,
        };
        say.answer(&stream.filter, || takes(&stream.name, &stream.filter));
        Ok(())
    }
}

#[derive(Args)]
pub struct RedactCommand {
    /// Its name or id
    stream: String,
    /// Redact by these rules, JSON as --json shows them; - is standard input
    #[arg(long, group = "what", value_name = "FILE|-")]
    set: Option<inputs::From>,
    /// Redact by rules of Penstock's as well
    #[arg(long, group = "what", value_name = "ID", value_parser = PossibleValuesParser::new(redaction::templates().iter().map(|template| template.id.as_str())))]
    template: Option<String>,
    /// Redact nothing
    #[arg(long, group = "what")]
    clear: bool,
    /// Make hashes with a new key: nobody is recognised by an older one any more
    #[arg(long, group = "what", conflicts_with = "preview")]
    new_key: bool,
    /// Show how the newest events would leave, and change nothing
    #[arg(long)]
    preview: bool,
}

impl RedactCommand {
    pub async fn run(self, engine: &Engine, say: &Say) -> Result<(), Failure> {
        let mut stream = engine.stream(&self.stream).await?;
        let wanted = match (&self.set, &self.template) {
            (Some(from), _) => Some(redaction_from(from)?),
            (None, Some(id)) => redaction::template(id).map(|template| Redaction {
                rules: together(&stream.redaction.rules, &template.rules),
            }),
            (None, None) => self.clear.then(Redaction::default),
        };
        if self.preview {
            let redaction = wanted.unwrap_or_else(|| stream.redaction.clone());
            let filter = stream.filter.clone();
            let preview = preview(engine, &stream, filter, redaction).await?;
            say.answer(&preview, || {
                let mut text = summary(&preview);
                for row in preview.rows.iter().filter(|row| row.passes).take(3) {
                    text += &format!("\n{}\n  {}\n  {}\n", row.seq, row.before, row.after);
                }
                text
            });
            return Ok(());
        }
        if let Some(redaction) = wanted {
            stream = engine.set_redaction(&stream.id, redaction).await?;
        } else if self.new_key {
            stream = engine.new_redaction_key(&stream.id).await?;
        }
        say.answer(&stream.redaction, || {
            leaves(&stream.name, &stream.redaction)
        });
        Ok(())
    }
}

pub fn filter_from(from: &inputs::From) -> Result<Filter, Problem> {
    read(
        from,
        "filter",
        r#"{"conditions": [{"field": "event_type", "values": ["create-*"]}]}"#,
    )
}

pub fn redaction_from(from: &inputs::From) -> Result<Redaction, Problem> {
    read(
        from,
        "redaction",
        r#"{"rules": [{"path": "ipAddress", "action": "mask"}]}"#,
    )
}

fn read<T: DeserializeOwned>(from: &inputs::From, what: &str, like: &str) -> Result<T, Problem> {
    let text = from.read()?;
    let invalid = |detail: String| {
        Problem::new(
            format!("{what}-invalid"),
            format!("The {what} cannot be read."),
        )
        .next(format!("Write it like {like}"))
        .detail(detail)
    };
    // A list would be read as an object's members in order, an empty one as no rule at all.
    if !text.trim_start().starts_with('{') {
        return Err(invalid(String::from("It is no JSON object.")));
    }
    serde_json::from_str(&text).map_err(|error| invalid(error.to_string()))
}

/// Rules, and those of a template for other paths.
fn together(rules: &[RedactionRule], template: &[RedactionRule]) -> Vec<RedactionRule> {
    let replaced = |rule: &&RedactionRule| template.iter().any(|it| it.path == rule.path);
    let kept = rules.iter().filter(|rule| !replaced(rule));
    kept.chain(template).cloned().collect()
}

async fn preview(
    engine: &Engine,
    stream: &StreamView,
    filter: Filter,
    redaction: Redaction,
) -> Result<Preview, Failure> {
    let ask = PreviewAsk {
        source: stream.source.clone(),
        stream: Some(stream.id.clone()),
        filter,
        redaction,
        limit: ROWS,
    };
    let preview = engine.preview(ask).await?;
    match preview.errors.first() {
        None => Ok(preview),
        Some(error) => {
            let summary = format!("{}: {}", error.field, error.message);
            let problem = Problem::new("rule-invalid", summary)
                .next("Correct the rule and try again. Nothing was changed.");
            Err(problem.into())
        }
    }
}

fn summary(preview: &Preview) -> String {
    match preview.looked_at {
        0 => String::from("The journal holds no event to try it on.\n"),
        all => format!("Of the newest {all} events {} pass.\n", preview.matched),
    }
}

fn takes(stream: &str, filter: &Filter) -> String {
    if filter.is_empty() {
        return format!("{stream} takes every event.");
    }
    format!("{stream} takes events with\n{}", conditions(filter))
}

fn leaves(stream: &str, redaction: &Redaction) -> String {
    if redaction.is_empty() {
        return format!("Events leave for {stream} as they came.");
    }
    format!("Before events leave for {stream}:\n{}", rules(redaction))
}

/// A line for each condition.
pub fn conditions(filter: &Filter) -> String {
    let line = |condition: &FilterCondition| {
        let not = if condition.exclude { "not " } else { "" };
        let field = name(&condition.field);
        format!("  {not}{field}: {}\n", condition.values.join(", "))
    };
    filter.conditions.iter().map(line).collect()
}

/// A line for each rule.
pub fn rules(redaction: &Redaction) -> String {
    let line = |rule: &RedactionRule| format!("  {} {}\n", name(&rule.action), rule.path);
    redaction.rules.iter().map(line).collect()
}
