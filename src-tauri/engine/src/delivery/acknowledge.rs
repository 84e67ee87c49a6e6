//! Waiting until a provider that took events says that they are safe.
//!
//! The request stays under way meanwhile, so its events are neither counted as delivered nor lost
//! if Penstock ends: they are sent again. Nobody waits for it once told to stop.

use std::time::Duration;
use tokio::time::Instant;

use crate::http::{Client, Sent};
use crate::provider::{Acknowledge, Destination, Fate, Verdict};

const FIRST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// The verdict once it is known whether what was taken is safe; `None` where `stop` came first.
pub async fn settle(
    destination: &dyn Destination,
    client: &Client,
    verdict: Verdict,
    sent: &Sent,
    stop: impl Future<Output = ()>,
) -> Option<Verdict> {
    if !matches!(verdict, Verdict::Accepted | Verdict::Partly { .. }) {
        return Some(verdict);
    }
    let Some(acknowledge) = destination.acknowledge() else {
        return Some(verdict);
    };
    let Some(receipt) = acknowledge.receipt(&sent.response) else {
        return Some(verdict);
    };
    let told = tokio::select! {
        told = ask(acknowledge, client, &receipt, acknowledge.patience()) => told,
        () = stop => return None,
    };
    Some(match told {
        Ok(true) => verdict,
        Ok(false) => missed(acknowledge, verdict),
        Err(refusal) => refusal,
    })
}

/// Asks until the answer is yes or `patience` is over.
pub async fn ask(
    acknowledge: &dyn Acknowledge,
    client: &Client,
    receipt: &str,
    patience: Duration,
) -> Result<bool, Verdict> {
    let until = Instant::now() + patience;
    let mut wait = FIRST_WAIT;
    loop {
        // Not being able to ask says nothing about the events.
        if let Ok(sent) = client.send(&acknowledge.request(receipt)).await
            && acknowledge.acknowledged(receipt, &sent.response)?
        {
            return Ok(true);
        }
        if Instant::now() + wait > until {
            return Ok(false);
        }
        tokio::time::sleep(wait).await;
        wait = (wait * 3 / 2).min(LONGEST_WAIT);
    }
}

/// What was taken is not known to be safe, so it is sent again.
fn missed(acknowledge: &dyn Acknowledge, verdict: Verdict) -> Verdict {
    let reason = acknowledge.missed();
    match verdict {
        Verdict::Partly { fates, .. } => Verdict::Partly {
            fates: fates
                .into_iter()
                .map(|fate| match fate {
                    Fate::Stored => Fate::Again,
                    other => other,
                })
                .collect(),
            reason,
        },
        _ => Verdict::Retry {
            after: None,
            reason,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Event;
    use crate::problem::Problem;
    use crate::provider::{Body, Limits, Request, Response};
    use crate::secret::Secret;
    use bytes::Bytes;

    /// Takes everything, and is asked where nobody listens, for ever.
    struct Patient;

    impl Destination for Patient {
        fn endpoint(&self) -> String {
            String::new()
        }

        fn limits(&self) -> Limits {
            unreachable!("nothing is sent")
        }

        fn request(&self, _: &[Event], _: Option<&Secret>) -> Request {
            Unreachable.request("")
        }

        fn verdict(&self, _: &[Event], _: &Response) -> Verdict {
            Verdict::Accepted
        }

        fn acknowledge(&self) -> Option<&dyn Acknowledge> {
            Some(&Unreachable)
        }
    }

    /// Asks where nobody listens.
    struct Unreachable;

    impl Acknowledge for Unreachable {
        fn receipt(&self, _: &Response) -> Option<String> {
            Some("7".into())
        }

        fn request(&self, _: &str) -> Request {
            Request {
                method: "POST",
                url: "http://127.0.0.1:1/".into(),
                shown_url: "http://127.0.0.1:1/".into(),
                headers: Vec::new(),
                body: Body {
                    bytes: Bytes::new(),
                    gzip: false,
                },
            }
        }

        fn acknowledged(&self, _: &str, _: &Response) -> Result<bool, Verdict> {
            Ok(true)
        }

        fn patience(&self) -> Duration {
            Duration::from_secs(3600)
        }

        fn missed(&self) -> Problem {
            Problem::new("missed", "Not acknowledged.")
        }
    }

    #[tokio::test]
    async fn events_that_nobody_vouches_for_are_sent_again() {
        let client = Client::new(&Default::default(), &Default::default()).expect("a client");
        let told = ask(&Unreachable, &client, "7", Duration::ZERO).await;
        assert_eq!(told, Ok(false));
        assert!(matches!(
            missed(&Unreachable, Verdict::Accepted),
            Verdict::Retry { .. }
        ));
    }

    #[tokio::test]
    async fn nobody_waits_for_an_acknowledgement_once_told_to_stop() {
        let client = Client::new(&Default::default(), &Default::default()).expect("a client");
        let sent = Sent {
            response: Response::default(),
            elapsed: Duration::ZERO,
            wire_bytes: 0,
            http_version: String::new(),
        };
        let stop = std::future::ready(());
        let told = settle(&Patient, &client, Verdict::Accepted, &sent, stop).await;
        assert_eq!(told, None);
    }

    #[test]
    fn of_a_batch_taken_in_part_only_what_was_set_aside_stays_so() {
        let problem = Problem::new("bad", "Bad.");
        let fates = vec![Fate::Stored, Fate::SetAside(problem.clone()), Fate::Again];
        let reason = problem.clone();
        let verdict = missed(&Unreachable, Verdict::Partly { fates, reason });
        let wanted = vec![Fate::Again, Fate::SetAside(problem), Fate::Again];
        assert!(matches!(verdict, Verdict::Partly { fates, .. } if fates == wanted));
    }
}
