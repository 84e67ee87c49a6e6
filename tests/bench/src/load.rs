//! Events to post: the varied ones of the fixtures, each with an id of its own.

use bytes::Bytes;
use penstock_receiver::Receiver;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use crate::agent::Intake;

const FIXTURE: &str = include_str!("../../fixtures/events-1000.ndjson");
/// Pads the fixture's events to the size that the figures are given for.
const SIZE: usize = 870;

/// One request's body of 1,000 events.
pub fn body(number: usize) -> Bytes {
    let mut body = String::with_capacity(1000 * (SIZE + 2));
    for (index, line) in FIXTURE.lines().enumerate() {
        let tail = line
            .strip_prefix("{\"id\":\"")
            .and_then(|rest| rest.split_once('"'))
            .map_or("", |(_, tail)| tail);
        let start = body.len();
        body.push_str(&format!("{{\"id\":\"{number:08}-{index:04}\""));
        let missing = SIZE.saturating_sub(body.len() - start + tail.len() + 14);
        if missing > 0 {
            body.push_str(",\"padding\":\"");
            // As hard to compress as hexadecimal ids are.
            let mut state = (number * 1000 + index) as u64 | 1;
            body.extend((0..missing).map(|_| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                char::from(b"0123456789abcdef"[(state >> 40) as usize % 16])
            }));
            body.push('"');
        }
        body.push_str(tail);
        body.push('\n');
    }
    Bytes::from(body)
}

/// Posts `requests` bodies over `connections`; panics where one is not accepted.
pub async fn post(intake: &Intake, requests: usize, connections: usize) {
    let bodies: Arc<Vec<Bytes>> = Arc::new((0..64).map(body).collect());
    let next = Arc::new(AtomicUsize::new(0));
    let mut senders = tokio::task::JoinSet::new();
    for _ in 0..connections {
        let (bodies, next) = (Arc::clone(&bodies), Arc::clone(&next));
        let (url, token) = (intake.url.clone(), intake.token.clone());
        senders.spawn(async move {
            let client = reqwest::Client::new();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= requests {
                    return;
                }
                let body = bodies[number % bodies.len()].clone();
                let answer = client
                    .post(&url)
                    .bearer_auth(&token)
                    .body(body)
                    .send()
                    .await
                    .expect("the intake answers");
                assert!(answer.status().is_success(), "{}", answer.status());
            }
        });
    }
    while let Some(sent) = senders.join_next().await {
        sent.expect("a sender ends well");
    }
}

/// How long events took from the intake's answer to the receiver, in milliseconds.
pub struct Waits(Vec<f64>);

impl std::fmt::Display for Waits {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let at = |percent: usize| self.0[(self.0.len() * percent / 100).min(self.0.len() - 1)];
        write!(out, "p50 {:.1} ms, p99 {:.1} ms", at(50), at(99))
    }
}

/// Posts events one at a time, each once the one before was received. `received` is how many the
/// receiver got before, and is kept up to date.
pub async fn waits(
    intake: &Intake,
    receiver: &Receiver,
    received: &mut u64,
    count: usize,
) -> Waits {
    let client = reqwest::Client::new();
    let mut waits = Vec::new();
    for _ in 0..count {
        let body = format!("{{\"id\":\"one-{received}\",\"eventType\":\"get-secrets\"}}");
        let posting = client
            .post(&intake.url)
            .bearer_auth(&intake.token)
            .body(body);
        let answer = posting.send().await.expect("the intake answers");
        assert!(answer.status().is_success(), "{}", answer.status());
        let accepted = Instant::now();
        *received += 1;
        receiver.wait_for_events(*received).await;
        waits.push(accepted.elapsed().as_secs_f64() * 1000.0);
    }
    waits.sort_by(f64::total_cmp);
    Waits(waits)
}
