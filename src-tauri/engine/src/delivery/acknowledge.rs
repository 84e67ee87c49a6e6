//! Waiting until a provider that took events says that they are safe.
//!
//! The request stays under way meanwhile, so its events are neither counted as delivered nor lost
//! if Penstock ends: they are sent again. Nobody waits for it once told to stop.

use std::time::Duration;
use tokio::sync::watch;
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
    retry: &mut watch::Receiver<i64>,
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
        told = ask(acknowledge, client, &receipt, acknowledge.patience(), retry) => told,
        () = stop => return None,
    };
    Some(match told {
        Ok(true) => verdict,
        Ok(false) => missed(acknowledge, verdict),
        Err(refusal) => refusal,
    })
}

/// Asks until the answer is yes or `patience` is over; anew, without waiting any longer, each
/// time a person says so by `retry`.
pub async fn ask(
    acknowledge: &dyn Acknowledge,
    client: &Client,
    receipt: &str,
    patience: Duration,
    retry: &mut watch::Receiver<i64>,
) -> Result<bool, Verdict> {
    let until = Instant::now() + patience;
    let mut wait = FIRST_WAIT;
    loop {
        let request = acknowledge.request(receipt);
        let answer = tokio::select! {
            answer = client.send(&request) => answer,
            Ok(()) = retry.changed() => {
                wait = FIRST_WAIT;
                continue;
            }
        };
        // Not being able to ask says nothing about the events.
        if let Ok(sent) = answer
            && acknowledge.acknowledged(receipt, &sent.response)?
        {
            return Ok(true);
        }
        if Instant::now() + wait > until {
            return Ok(false);
        }
        tokio::select! {
            () = tokio::time::sleep(wait) => wait = (wait * 3 / 2).min(LONGEST_WAIT),
            Ok(()) = retry.changed() => wait = FIRST_WAIT,
        }
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
        let (_, mut retry) = watch::channel(0);
        let told = ask(&Unreachable, &client, "7", Duration::ZERO, &mut retry).await;
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
        let (_, mut retry) = watch::channel(0);
        let told = settle(
            &Patient,
            &client,
            Verdict::Accepted,
            &sent,
            &mut retry,
            stop,
        )
        .await;
        assert_eq!(told, None);
    }

    /// Asks at an address.
    struct At(String);

    impl Acknowledge for At {
        fn receipt(&self, _: &Response) -> Option<String> {
            Unreachable.receipt(&Response::default())
        }

        fn request(&self, receipt: &str) -> Request {
            Request {
                url: self.0.as_str().into(),
                shown_url: self.0.clone(),
                ..Unreachable.request(receipt)
            }
        }

        fn acknowledged(&self, _: &str, _: &Response) -> Result<bool, Verdict> {
            Ok(true)
        }

        fn patience(&self) -> Duration {
            Unreachable.patience()
        }

        fn missed(&self) -> Problem {
            Unreachable.missed()
        }
    }

    #[tokio::test]
    async fn a_person_who_tries_again_does_not_wait_for_an_answer_that_is_lost() {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        // Longer than any test may take.
        let patient = serde_json::json!({ "timeout_seconds": "300" });
        let details = patient.as_object().cloned().unwrap_or_default();
        let client = Client::new(&details, &Default::default()).expect("a client");
        let server = tokio::net::TcpListener::bind("127.0.0.1:0").await;
        let server = server.expect("a port");
        let address = server.local_addr().expect("an address");
        let it = At(format!("http://{address}/"));
        let (person, mut retry) = watch::channel(0);
        let answering = async {
            let (mut never_answered, _) = server.accept().await.expect("the first question");
            // Only then it is under way for sure.
            never_answered.read_u8().await.expect("its first byte");
            person.send_replace(1);
            let (mut second, _) = server.accept().await.expect("the second question");
            // An answer before the question would be none.
            second.read_u8().await.expect("its first byte");
            let answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
            second.write_all(answer.as_bytes()).await.expect("answered");
            std::future::pending::<()>().await;
        };
        tokio::select! {
            told = ask(&it, &client, "7", it.patience(), &mut retry) => assert_eq!(told, Ok(true)),
            () = answering => unreachable!("it never ends"),
        }
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
