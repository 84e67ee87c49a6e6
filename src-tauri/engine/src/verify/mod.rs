//! Proving a stream: the sample log entry goes the way that live events take, and each stage of
//! it is shown.
//!
//! Before anything is sent, the host is found and a connection made, so that the stages have
//! their own times; then the request goes out through the very [`Client`] of the stream, and the
//! destination's verdict decides. What was refused may be looked into with further questions, and
//! what was taken may be acknowledged later. Dropping the future cancels.

mod afterwards;
mod preflight;
mod progress;

use crate::clock::{Clock, rfc3339};
use crate::event::Event;
use crate::exchange::{self, status_line};
use crate::http::{Client, Diagnosis, Failure, Sent};
use crate::problem::Problem;
use crate::provider::{Destination, Fate, Request, Verdict};
use crate::sample;
use crate::secret::Secret;
use crate::view::{Exchange, Stage, StageKind, VerifyReport};
use afterwards::Acknowledged;
use progress::{Progress, millis};
use std::time::Duration;

pub struct Verification<'a> {
    /// As the vendor writes it, for the headline.
    pub provider_name: &'a str,
    pub destination: &'a dyn Destination,
    pub client: &'a Client,
    /// From [`sample::entry`].
    pub sample: Event,
    pub clock: &'a dyn Clock,
}

/// Sends the sample. `on_stages` is called with every stage each time one of them changes.
pub async fn verify(
    v: Verification<'_>,
    on_stages: &(dyn Fn(&[Stage]) + Send + Sync),
) -> VerifyReport {
    let mut progress = Progress::new(v.destination.sign_in().is_some(), on_stages);
    let outcome = walk(&v, &mut progress).await;
    report(&v, outcome, progress.into_stages())
}

/// How a Verify ended, with the request that decided it.
struct Outcome {
    request: Request,
    answer: Result<Sent, Failure>,
    refused: Option<Refusal>,
    acknowledged: Acknowledged,
}

/// An answer came, and it was not good.
struct Refusal {
    at: StageKind,
    reason: Problem,
}

async fn walk(v: &Verification<'_>, progress: &mut Progress<'_>) -> Outcome {
    let events = std::slice::from_ref(&v.sample);
    let request = v.destination.request(events, None);
    if let Err(failure) = prepare(v, &request, progress).await {
        return failed(request, failure, progress);
    }
    let token = match sign_in(v, progress).await {
        Ok(token) => token,
        Err(outcome) => return outcome,
    };
    let request = v.destination.request(events, token.as_ref());
    progress.begin(StageKind::Send);
    let sent = match v.client.send(&request).await {
        Ok(sent) => sent,
        Err(failure) => return failed(request, failure, progress),
    };
    let refused = refusal(v.destination.verdict(events, &sent.response));
    let took = millis(sent.elapsed);
    let status = status_line(sent.response.status);
    match &refused {
        Some(_) => progress.failed(
            StageKind::Send,
            format!("{status}, {took} ms"),
            Some(sent.elapsed),
        ),
        None => {
            let size = size(request.body.bytes.len());
            progress.noted(StageKind::Send, format!("1 event, {size}"), sent.elapsed);
            progress.noted(
                StageKind::Accepted,
                format!("{} in {took} ms", sent.response.status),
                sent.elapsed,
            );
        }
    }
    let (refused, acknowledged) = match refused {
        Some(reason) => {
            let cause = afterwards::cause(v, &sent.response).await;
            let reason = cause.unwrap_or(reason);
            let at = StageKind::Send;
            (Some(Refusal { at, reason }), Acknowledged::Never)
        }
        None => match afterwards::acknowledged(v, &sent.response, progress).await {
            Acknowledged::Refused(reason) => {
                let at = StageKind::Acknowledged;
                (Some(Refusal { at, reason }), Acknowledged::NotYet)
            }
            told => (None, told),
        },
    };
    Outcome {
        request,
        answer: Ok(sent),
        refused,
        acknowledged,
    }
}

/// Finds the host and connects.
async fn prepare(
    v: &Verification<'_>,
    request: &Request,
    progress: &mut Progress<'_>,
) -> Result<(), Failure> {
    let early = |diagnosis: Diagnosis| Failure::before_sending(diagnosis);
    let url = v.client.address(request).map_err(early)?;
    let target = v.client.target(&url);
    preflight::run(v.client, &target, progress)
        .await
        .map_err(early)
}

async fn sign_in(
    v: &Verification<'_>,
    progress: &mut Progress<'_>,
) -> Result<Option<Secret>, Outcome> {
    let Some(sign_in) = v.destination.sign_in() else {
        return Ok(None);
    };
    let at = StageKind::SignIn;
    progress.begin(at);
    let request = sign_in.request();
    let sent = match v.client.send(&request).await {
        Ok(sent) => sent,
        Err(failure) => {
            progress.failed(at, short(&failure.problem), Some(failure.elapsed));
            let failure = Failure {
                stage: at,
                ..failure
            };
            return Err(Outcome {
                request,
                answer: Err(failure),
                refused: None,
                acknowledged: Acknowledged::Never,
            });
        }
    };
    match sign_in.token(&sent.response) {
        Ok(token) => {
            progress.done(at, "Token", sent.elapsed);
            Ok(Some(token.secret))
        }
        Err(verdict) => {
            let status = status_line(sent.response.status);
            progress.failed(
                at,
                format!("{status}, {} ms", millis(sent.elapsed)),
                Some(sent.elapsed),
            );
            let reason = refusal(verdict).unwrap_or_else(|| {
                Problem::new("sign-in-refused", "Signing in did not give a token.")
            });
            Err(Outcome {
                request,
                answer: Ok(sent),
                refused: Some(Refusal { at, reason }),
                acknowledged: Acknowledged::Never,
            })
        }
    }
}

fn failed(request: Request, failure: Failure, progress: &mut Progress<'_>) -> Outcome {
    let elapsed = (failure.elapsed > Duration::ZERO).then_some(failure.elapsed);
    progress.failed(failure.stage, short(&failure.problem), elapsed);
    Outcome {
        request,
        answer: Err(failure),
        refused: None,
        acknowledged: Acknowledged::Never,
    }
}

/// Why one event was not taken; `None` where it was.
fn refusal(verdict: Verdict) -> Option<Problem> {
    match verdict {
        Verdict::Accepted => None,
        Verdict::Retry { reason, .. }
        | Verdict::Split { reason }
        | Verdict::SetAside { reason }
        | Verdict::Hold { reason } => Some(reason),
        Verdict::Partly { fates, reason } => match fates.into_iter().next() {
            Some(Fate::Stored) => None,
            Some(Fate::SetAside(problem)) => Some(problem),
            Some(Fate::Again) | None => Some(reason),
        },
    }
}

fn short(problem: &Problem) -> String {
    problem
        .short
        .clone()
        .unwrap_or_else(|| String::from("Failed"))
}

/// `547 B`, `1.2 KB`
fn size(bytes: usize) -> String {
    match bytes {
        0..1000 => format!("{bytes} B"),
        _ => format!("{}.{} KB", bytes / 1000, bytes % 1000 / 100),
    }
}

fn report(v: &Verification<'_>, outcome: Outcome, stages: Vec<Stage>) -> VerifyReport {
    let Outcome {
        request,
        answer,
        refused,
        acknowledged,
    } = outcome;
    let exchange: Exchange = exchange::show(&request, answer.as_ref(), stages);
    let name = v.provider_name;
    let certificate = answer
        .as_ref()
        .err()
        .and_then(|failure| failure.certificate.as_deref().cloned());
    let (headline, summary, problem) = match (answer, refused) {
        (Ok(sent), None) => (
            format!("{name} accepted the sample log entry"),
            accepted_words(name, &sent, &acknowledged),
            None,
        ),
        (Ok(sent), Some(Refusal { at, reason })) => {
            let (headline, summary) = refused_words(name, at, &sent, &reason);
            (headline, summary, Some(reason))
        }
        (Err(failure), _) => {
            let (headline, summary) = unreached_words(name, &request, &failure);
            (headline, summary, Some(failure.problem))
        }
    };
    VerifyReport {
        accepted: problem.is_none(),
        headline,
        summary,
        problem,
        certificate,
        details: None,
        exchange,
        sample: sample::pretty(&String::from_utf8_lossy(&v.sample.bytes)),
        at: rfc3339(v.clock.now()),
    }
}

fn accepted_words(name: &str, sent: &Sent, acknowledged: &Acknowledged) -> String {
    let status = status_line(sent.response.status);
    let accepted = format!("{status} in {} ms", millis(sent.elapsed));
    match acknowledged {
        Acknowledged::After(elapsed) => {
            format!("{accepted}, acknowledged after {} ms.", millis(*elapsed))
        }
        Acknowledged::NotYet => format!(
            "{accepted}. {name} has not acknowledged yet that it is safe, which can take minutes; \
             live events are waited for longer."
        ),
        Acknowledged::Never | Acknowledged::Refused(_) => format!("{accepted}."),
    }
}

fn refused_words(name: &str, at: StageKind, sent: &Sent, reason: &Problem) -> (String, String) {
    let status = status_line(sent.response.status);
    let arrived = "The host was found and the connection works.";
    if reason.code == "reply-unknown" {
        return (
            format!("{name} answered {status}"),
            String::from("Penstock does not know this reply, so it cannot say what it means."),
        );
    }
    match at {
        StageKind::SignIn => (
            format!("{name} refused the sign-in: {status}"),
            format!("{arrived} Signing in was refused, so the sample was not sent."),
        ),
        StageKind::Acknowledged => (
            format!("{name} took the sample, but does not acknowledge it"),
            format!("{arrived} The sample was taken, and the question whether it is safe refused."),
        ),
        _ => (
            format!("{name} refused the sample: {status}"),
            format!("{arrived} The sample was sent, and the answer says no."),
        ),
    }
}

fn unreached_words(name: &str, request: &Request, failure: &Failure) -> (String, String) {
    let place = url::Url::parse(request.url.expose())
        .ok()
        .and_then(|url| url.host_str().map(str::to_owned))
        .unwrap_or_else(|| name.to_owned());
    let (headline, summary) = match failure.stage {
        StageKind::FindHost => (
            format!("Penstock could not reach {place}"),
            "The host was not found; nothing was sent.",
        ),
        StageKind::Connect => (
            format!("Penstock could not reach {place}"),
            "The host was found, but no connection came about; nothing was sent.",
        ),
        StageKind::SignIn => (
            format!("Penstock could not sign in at {place}"),
            "The connection to the provider works; the sample was not sent.",
        ),
        _ => (
            format!("{place} did not answer"),
            "The connection works and the sample was sent; whether it arrived is not known.",
        ),
    };
    (headline, summary.to_owned())
}
