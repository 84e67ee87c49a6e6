//! Programs that post events to an intake, and offer again what was not accepted.

use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng};
use reqwest::StatusCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

use crate::offers::Offers;
use crate::rules::CANARY;

/// The text that a receiver told to refuse single events looks for.
pub const MARKER: &str = "POISON";
/// How long a refused producer waits; the intake asks for longer, a schedule is short.
const AGAIN: Duration = Duration::from_millis(60);

/// An intake, as a producer knows it.
#[derive(Clone)]
pub struct Intake {
    /// Which of the sources it is.
    pub source: usize,
    pub url: String,
    pub token: String,
}

/// Posts until told to stop, and until what it offered last is accepted.
pub async fn produce(
    number: usize,
    seed: u64,
    intake: Intake,
    offers: Arc<Offers>,
    mut stop: watch::Receiver<bool>,
) {
    let mut chance = StdRng::seed_from_u64(seed);
    let client = reqwest::Client::builder()
        .timeout(Duration::from_secs(10))
        .no_proxy()
        .build()
        .expect("a client");
    let mut batch = 0_u32;
    while !*stop.borrow() {
        batch += 1;
        let count = chance.random_range(1..40);
        let events: Vec<(String, String)> = (0..count)
            .map(|index| event(&mut chance, format!("{number}-{batch}-{index}")))
            .collect();
        let texts: Vec<&str> = events.iter().map(|(_, text)| text.as_str()).collect();
        let body = if chance.random() {
            texts.join("\n")
        } else {
            format!("[{}]", texts.join(","))
        };
        offers.offer(intake.source, &events);
        loop {
            let post = client
                .post(&intake.url)
                .bearer_auth(&intake.token)
                .body(body.clone());
            match post.send().await.map(|answer| answer.status()) {
                Ok(StatusCode::OK) => break,
                Ok(StatusCode::SERVICE_UNAVAILABLE) => offers.refused(),
                Ok(other) => offers.surprised(format!("a producer was answered {other}")),
                // No connection is a refusal; anything later leaves open what became of it.
                Err(error) if error.is_connect() => offers.refused(),
                Err(_) => offers.unanswered(events.len()),
            }
            tokio::time::sleep(AGAIN).await;
        }
        offers.accepted(intake.source, &events);
        let pause = Duration::from_millis(chance.random_range(10..80));
        let _ = tokio::time::timeout(pause, stop.wait_for(|stop| *stop)).await;
    }
}

/// Event type, actor and address; filters tell them apart.
const MAKES: [(&str, &str, &str); 7] = [
    ("get-secrets", "user", "10.1.2.3"),
    ("get-secrets", "identity", "203.0.113.7"),
    ("create-secret", "identity", "10.9.9.9"),
    ("create-moon-base", "platform", "2001:db8::7"),
    ("user-login", "user", "203.0.113.9"),
    ("permission-denied", "unknownUser", "192.0.2.1"),
    ("delete-secret", "user", "10.1.2.3"),
];

/// An event with something in it for every filter and every redaction.
pub fn event(chance: &mut StdRng, id: String) -> (String, String) {
    let poison = if chance.random_ratio(1, 50) {
        MARKER
    } else {
        "plain"
    };
    let padding = "x".repeat(chance.random_range(0..200));
    let (kind, actor, address) = MAKES.choose(chance).expect("there are some");
    let text = format!(
        "{{\"id\":\"{id}\",\"actor\":\"{actor}\",\"actorMetadata\":{{\"email\":\"{CANARY}-{id}@penstock.test\",\
         \"name\":\"{id}\"}},\"ipAddress\":\"{address}\",\"eventType\":\"{kind}\",\
         \"createdAt\":\"2026-01-15T08:00:00.000Z\",\
         \"metadata\":{{\"kind\":\"{poison}\",\"people\":[{{\"mail\":\"{CANARY} {id}\"}}],\"padding\":\"{padding}\"}}}}"
    );
    (id, text)
}
