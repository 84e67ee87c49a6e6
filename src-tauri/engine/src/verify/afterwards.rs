//! What is asked once the sample was answered: whether it is safe, or why it was refused.

use std::time::{Duration, Instant};

use super::Verification;
use super::progress::{Progress, millis};
use crate::delivery::acknowledge;
use crate::problem::Problem;
use crate::provider::{Probe, Response};
use crate::view::StageKind;

/// How long a person is kept waiting for an acknowledgement, and for the cause of a refusal.
const PATIENCE: Duration = Duration::from_secs(15);

pub(super) enum Acknowledged {
    /// The provider acknowledges nothing.
    Never,
    After(Duration),
    NotYet,
    Refused(Problem),
}

/// Asks whether the sample that was taken is safe.
pub(super) async fn acknowledged(
    v: &Verification<'_>,
    response: &Response,
    progress: &mut Progress<'_>,
) -> Acknowledged {
    let at = StageKind::Acknowledged;
    let Some(acknowledge) = v.destination.acknowledge() else {
        return Acknowledged::Never;
    };
    let Some(receipt) = acknowledge.receipt(response) else {
        return Acknowledged::Never;
    };
    progress.extend(at);
    let started = Instant::now();
    let patience = PATIENCE.min(acknowledge.patience());
    let (_nobody, mut retry) = tokio::sync::watch::channel(0);
    let asked = acknowledge::ask(acknowledge, v.client, &receipt, patience, &mut retry);
    // Of a question without an answer nobody waits for the end.
    let told = tokio::time::timeout(PATIENCE, asked).await;
    let elapsed = started.elapsed();
    match told {
        Ok(Ok(true)) => {
            progress.noted(at, format!("after {} ms", millis(elapsed)), elapsed);
            Acknowledged::After(elapsed)
        }
        Ok(Ok(false)) | Err(_) => {
            progress.left(at, String::from("Not yet"));
            Acknowledged::NotYet
        }
        Ok(Err(verdict)) => match super::refusal(verdict) {
            None => Acknowledged::NotYet,
            Some(reason) => {
                progress.failed(at, super::short(&reason), Some(elapsed));
                Acknowledged::Refused(reason)
            }
        },
    }
}

/// The true cause of a refusal, where further questions can tell it.
pub(super) async fn cause(v: &Verification<'_>, refusal: &Response) -> Option<Problem> {
    let ask = async {
        let mut answers = Vec::new();
        loop {
            match v.destination.probe(refusal, &answers) {
                Probe::Found(problem) => return Some(problem),
                Probe::Nothing => return None,
                Probe::Ask(request) => {
                    let sent = v.client.send(&request).await;
                    answers.push(sent.ok().map(|sent| sent.response));
                }
            }
        }
    };
    tokio::time::timeout(PATIENCE, ask).await.ok().flatten()
}
