//! Proofs: the sample log entry sent with a draft, or over a stream that exists.

use std::sync::Arc;

use super::drafts::connect_draft;
use super::{Engine, OnStages};
use crate::clock::{Millis, parse_rfc3339};
use crate::connect::{self, invalid};
use crate::http::Client;
use crate::problem::Problem;
use crate::provider::{self, About, Connected, Details};
use crate::redaction::Compiled;
use crate::sample;
use crate::store::attempt::{self, Attempt};
use crate::store::streams;
use crate::verify::{Verification, verify};
use crate::view::{Outcome, StageKind, StreamDraft, VerifyReport};

impl Engine {
    /// Sends the sample log entry on the very path that live events take. `sample` is the entry
    /// as edited by a person; it stays labelled as a sample. Where the credentials are refused,
    /// other ways to send them are tried. It is redacted like the stream's events.
    pub async fn verify(
        &self,
        draft: StreamDraft,
        sample: Option<String>,
        on_stages: OnStages,
    ) -> Result<VerifyReport, Problem> {
        let secrets = self.effective_secrets(&draft).await?;
        let redaction = self.draft_redaction(&draft).await?;
        let provider = provider::find(&draft.provider)?;
        let prove = async |details: &Details| {
            let client = Client::new(details, &secrets).map_err(|errors| invalid(&errors))?;
            let connected = connect_draft(&draft.provider, details, &secrets)?;
            let report = self
                .prove(
                    &draft.provider,
                    &connected,
                    &client,
                    &redaction,
                    sample.as_deref(),
                    &on_stages,
                )
                .await?;
            Ok::<_, Problem>((connected, report))
        };
        let (connected, report) = prove(&draft.details).await?;
        if !refused_for_credentials(&report) {
            return Ok(report);
        }
        for details in provider.alternatives(&connected.details, &connected.secrets) {
            let (other, mut found) = prove(&details).await?;
            if found.accepted {
                let changed = changed(
                    provider::about(&draft.provider)?,
                    &connected.details,
                    &other.details,
                );
                found.summary = format!(
                    "{} It was refused at first, and accepted with {changed}.",
                    found.summary
                );
                found.details = Some(other.details);
                return Ok(found);
            }
        }
        Ok(report)
    }

    /// The same for a stream that exists; kept among its attempts.
    pub async fn send_sample(
        &self,
        key: &str,
        sample: Option<String>,
        on_stages: OnStages,
    ) -> Result<VerifyReport, Problem> {
        let row = self.stream_row(key).await?;
        let (vault, stream) = (Arc::clone(&self.0.vault), row.clone());
        let secrets = self
            .off_thread(move || connect::secrets(&*vault, &stream))
            .await?;
        let client = Client::new(&row.details, &secrets).map_err(|errors| invalid(&errors))?;
        let connected = connect_draft(&row.provider, &row.details, &secrets)?;
        let report = self
            .prove(
                &row.provider,
                &connected,
                &client,
                &self.stream_redaction(&row).await?,
                sample.as_deref(),
                &on_stages,
            )
            .await?;
        let attempt = as_attempt(&report, self.now());
        let (id, accepted) = (row.id.clone(), report.accepted);
        self.0
            .store
            .write(move |connection| {
                attempt::insert(connection, &id, &attempt)?;
                if accepted {
                    streams::set_verified(connection, &id)
                } else {
                    Ok(())
                }
            })
            .await?;
        self.0.touched.attempts(&row.id);
        Ok(report)
    }

    async fn prove(
        &self,
        provider: &str,
        connected: &Connected,
        client: &Client,
        redaction: &Compiled,
        edited: Option<&str>,
        on_stages: &OnStages,
    ) -> Result<VerifyReport, Problem> {
        let name = &provider::about(provider)?.name;
        let verification = Verification {
            provider_name: name,
            destination: &*connected.destination,
            client,
            sample: redaction.event(&sample::entry(self.now(), edited)?),
            clock: &*self.0.clock,
        };
        Ok(verify(verification, &**on_stages).await)
    }
}

/// Whether an answer came, and said no to the credentials. Nothing was stored then.
fn refused_for_credentials(report: &VerifyReport) -> bool {
    let response = report.exchange.response.as_ref();
    !report.accepted && response.is_some_and(|it| matches!(it.status, 401 | 403))
}

/// `Token is sent: Alone`
fn changed(about: &About, before: &Details, after: &Details) -> String {
    let changed = about.fields.iter().filter_map(|field| {
        let value = after.get(&field.name)?;
        if before.get(&field.name) == Some(value) {
            return None;
        }
        let value = value.as_str().unwrap_or_default();
        let choice = field.choices.iter().find(|choice| choice.value == value);
        let words = choice.map_or(value, |choice| choice.label.as_str());
        Some(format!("{}: {words}", field.label))
    });
    changed.collect::<Vec<_>>().join(", ")
}

fn as_attempt(report: &VerifyReport, now: Millis) -> Attempt {
    let response = report.exchange.response.as_ref();
    Attempt {
        at: parse_rfc3339(&report.at).unwrap_or(now),
        outcome: if report.accepted {
            Outcome::Accepted
        } else {
            Outcome::Hold
        },
        status: response.map(|response| response.status),
        reason: match &report.problem {
            Some(problem) => problem
                .short
                .clone()
                .unwrap_or_else(|| problem.summary.clone()),
            None => String::from("Sample accepted"),
        },
        first_seq: 0,
        last_seq: 0,
        events: 1,
        bytes: report
            .exchange
            .request
            .compressed_bytes
            .unwrap_or(report.exchange.request.body_bytes),
        latency_ms: report
            .exchange
            .stages
            .iter()
            .find(|stage| stage.kind == StageKind::Send)
            .and_then(|stage| stage.elapsed_ms)
            .or(response.map(|response| response.elapsed_ms))
            .unwrap_or(0),
        attempt: 1,
        sample: true,
        set_aside: 0,
        next_try_at: None,
        problem: report.problem.clone(),
        exchange: report.exchange.clone(),
    }
}
