//! Streams, attempts and reports as text.

use penstock_engine::engine::Engine;
use penstock_engine::view::{
    AttemptDetail, AttemptView, Saved, ShownHeader, Stage, StreamView, VerifyReport,
};

use super::rules;
use crate::inputs;
use crate::say::{bytes, name, words};
use crate::table::{Table, pairs};

pub fn list(streams: &[StreamView]) -> Table {
    let mut table = Table::new([
        "NAME",
        "PROVIDER",
        "STATUS",
        "REASON",
        "DELIVERED",
        "WAITING",
        "FAILED",
        "LAST DELIVERED",
    ]);
    for stream in streams {
        table.row([
            stream.name.clone(),
            stream.provider_name.clone(),
            name(&stream.status),
            stream.reason.clone().unwrap_or_default(),
            stream.delivered.to_string(),
            stream.waiting.to_string(),
            stream.set_aside.to_string(),
            stream.last_delivered_at.clone().unwrap_or_default(),
        ]);
    }
    table
}

/// The name of the source that a stream takes, or what stands in its place.
pub async fn source(engine: &Engine, stream: &StreamView) -> String {
    match &stream.source {
        None => String::from("every source"),
        Some(id) => match engine.source(id).await {
            Ok(source) => source.name,
            Err(problem) if problem.code == "source-unknown" => {
                String::from("a deleted one, so nothing new comes")
            }
            Err(_) => id.clone(),
        },
    }
}

pub fn stream(stream: &StreamView, source: &str) -> String {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let mut out = pairs(&[
        ("Name", stream.name.clone()),
        ("Id", stream.id.clone()),
        ("Provider", stream.provider_name.clone()),
        ("Sends to", stream.endpoint.clone()),
        ("Source", source.to_owned()),
        (
            "Status",
            format!("{}, since {}", name(&stream.status), stream.status_since),
        ),
        ("Reason", text(&stream.reason)),
        (
            "Delivered",
            format!("{} ({} in 24 h)", stream.delivered, stream.delivered_24h),
        ),
        ("Waiting", stream.waiting.to_string()),
        ("Failed", stream.set_aside.to_string()),
        (
            "Filtered out",
            if stream.filter.is_empty() && stream.filtered == 0 {
                String::new()
            } else {
                stream.filtered.to_string()
            },
        ),
        ("Last delivered", text(&stream.last_delivered_at)),
        ("Oldest waiting", text(&stream.oldest_waiting_at)),
        ("Next try", text(&stream.next_try_at)),
        (
            "Verified",
            if stream.verified { "yes" } else { "no" }.into(),
        ),
        ("Made", stream.created_at.clone()),
    ]);
    for (field, value) in &stream.details {
        out += &format!("{field} = {}\n", inputs::plain(value));
    }
    for (field, saved) in &stream.secrets {
        let saved = match saved {
            Saved::Saved => "saved",
            Saved::Missing => "missing",
        };
        out += &format!("{field} = ({saved})\n");
    }
    if !stream.filter.is_empty() {
        out += &format!("Takes only\n{}", rules::conditions(&stream.filter));
    }
    if !stream.redaction.is_empty() {
        out += &format!("Redacts\n{}", rules::rules(&stream.redaction));
    }
    if let Some(problem) = &stream.last_problem {
        out += &format!("\n{}", words(problem));
    }
    out
}

pub fn attempts(attempts: &[AttemptView]) -> Table {
    let mut table = Table::new([
        "ID", "AT", "OUTCOME", "STATUS", "REASON", "EVENTS", "BYTES", "MS", "TRY",
    ]);
    for attempt in attempts {
        table.row([
            attempt.id.to_string(),
            attempt.at.clone(),
            if attempt.sample {
                "sample".into()
            } else {
                name(&attempt.outcome)
            },
            attempt
                .status
                .map(|status| status.to_string())
                .unwrap_or_default(),
            attempt.reason.clone(),
            attempt.events.to_string(),
            attempt.bytes.to_string(),
            attempt.latency_ms.to_string(),
            attempt.attempt.to_string(),
        ]);
    }
    table
}

pub fn attempt(detail: &AttemptDetail) -> String {
    let attempt = &detail.attempt;
    let (request, response) = (&detail.exchange.request, &detail.exchange.response);
    let mut out = pairs(&[
        ("At", attempt.at.clone()),
        (
            "Outcome",
            format!("{}: {}", name(&attempt.outcome), attempt.reason),
        ),
        (
            "Events",
            format!(
                "{} ({} to {})",
                attempt.events, attempt.first_seq, attempt.last_seq
            ),
        ),
        ("Size", bytes(attempt.bytes)),
        ("Took", format!("{} ms", attempt.latency_ms)),
        ("Try", attempt.attempt.to_string()),
    ]);
    out += &stages(&detail.exchange.stages);
    out += &format!(
        "\n{} {} {}\n",
        request.method, request.url, request.http_version
    );
    out += &headers(&request.headers);
    out += &format!("\n{}\n", request.body);
    if let Some(response) = response {
        out += &format!(
            "\n{} {} {}\n",
            response.http_version, response.status, response.status_text
        );
        out += &headers(&response.headers);
        out += &format!("\n{}\n", response.body);
    }
    if let Some(problem) = &detail.problem {
        out += &format!("\n{}", words(problem));
    }
    out
}

pub fn report(report: &VerifyReport) -> String {
    format!(
        "{}\n{}\n{}",
        report.headline,
        report.summary,
        stages(&report.exchange.stages)
    )
}

fn stages(stages: &[Stage]) -> String {
    let mut out = String::new();
    for stage in stages {
        let line = format!(
            "  {:<12} {:<12} {}",
            name(&stage.kind),
            name(&stage.state),
            stage.note
        );
        out += &format!("{}\n", line.trim_end());
    }
    out
}

fn headers(headers: &[ShownHeader]) -> String {
    let mut out = String::new();
    for header in headers {
        let hidden = if header.redacted { "***" } else { "" };
        out += &format!("{}: {}{hidden}\n", header.name, header.value);
    }
    out
}
