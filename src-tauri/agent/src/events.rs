//! `penstock events` and `penstock event`: what the journal holds, and where it went.

use clap::Args;
use penstock_engine::engine::Engine;
use penstock_engine::sample::pretty;
use penstock_engine::view::{EventFate, EventRow, EventsAsk, FateKind, StreamView};
use std::collections::BTreeMap;

use crate::failure::Failure;
use crate::host;
use crate::say::{Say, bytes, name};
use crate::table::{Table, pairs};

#[derive(Args)]
pub struct Events {
    /// Only events with this text somewhere in them
    #[arg(long)]
    search: Option<String>,
    /// Only events of this source
    #[arg(long)]
    source: Option<String>,
    /// Only events of this stream's sources, and where they stand with it
    #[arg(long)]
    stream: Option<String>,
    /// At most this many
    #[arg(long, default_value_t = 20)]
    limit: u32,
    /// Only those before this one
    #[arg(long, value_name = "SEQ")]
    before: Option<u64>,
}

#[derive(Args)]
pub struct Event {
    /// Its sequence number
    seq: u64,
}

impl Events {
    pub async fn run(self, say: &Say) -> Result<(), Failure> {
        host::ask(async |engine| self.ask(engine, say).await).await
    }

    async fn ask(self, engine: &Engine, say: &Say) -> Result<(), Failure> {
        let ask = EventsAsk {
            before: self.before,
            after: None,
            search: self.search,
            source: self.source,
            stream: self.stream,
            limit: self.limit,
        };
        let page = engine.events(ask).await?;
        say.answer(&page, || {
            let mut table = Table::new(["SEQ", "ACCEPTED", "SOURCE", "EVENT", "ACTOR", "STANDS"]);
            for row in &page.rows {
                table.row([
                    row.seq.to_string(),
                    row.accepted_at.clone(),
                    row.source_name.clone(),
                    row.event_type.clone().unwrap_or_default(),
                    row.actor.clone().unwrap_or_default(),
                    standing(&row.fates),
                ]);
            }
            let mut text = table.text("No such event was found.");
            if page.more {
                text += &format!(
                    "\nLooked back to event {}. Go on with --before {}.",
                    page.looked_back_to, page.looked_back_to
                );
            }
            text
        });
        Ok(())
    }
}

impl Event {
    pub async fn run(self, say: &Say) -> Result<(), Failure> {
        host::ask(async |engine| self.ask(engine, say).await).await
    }

    async fn ask(self, engine: &Engine, say: &Say) -> Result<(), Failure> {
        let detail = engine.event(self.seq).await?;
        let streams = engine.streams().await?;
        say.answer(&detail, || {
            let cut = if detail.cut { "…\n" } else { "\n" };
            format!(
                "{}\n{}{cut}",
                head(&detail.row, &streams),
                pretty(&detail.event)
            )
        });
        Ok(())
    }
}

/// `2 delivered, 1 filtered`
fn standing(fates: &[EventFate]) -> String {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for fate in fates {
        *counts.entry(words(fate.fate)).or_default() += 1;
    }
    let counts = counts.iter().map(|(fate, count)| format!("{count} {fate}"));
    counts.collect::<Vec<_>>().join(", ")
}

fn words(fate: FateKind) -> String {
    match fate {
        FateKind::SetAside => String::from("failed"),
        other => name(&other),
    }
}

fn head(row: &EventRow, streams: &[StreamView]) -> String {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let mut out = pairs(&[
        ("Event", row.seq.to_string()),
        ("Accepted", row.accepted_at.clone()),
        ("Source", row.source_name.clone()),
        ("Type", text(&row.event_type)),
        ("Id", text(&row.event_id)),
        ("Actor", text(&row.actor)),
        ("Project", text(&row.project)),
        ("Time", text(&row.time)),
        ("Size", bytes(row.bytes)),
    ]);
    let mut table = Table::new(["STREAM", "STANDS", "REASON"]);
    for fate in &row.fates {
        let stream = streams.iter().find(|stream| stream.id == fate.stream);
        let problem = fate.problem.as_ref();
        table.row([
            stream.map_or_else(|| fate.stream.clone(), |stream| stream.name.clone()),
            words(fate.fate),
            problem.map(|it| it.summary.clone()).unwrap_or_default(),
        ]);
    }
    out += "\n";
    out += &table.text("There is no stream yet.");
    out
}
