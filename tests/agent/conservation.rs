//! Conservation: whatever the agent accepted is delivered, through kill -9 at any moment and a
//! provider that refuses a third of the requests.
//!
//! The seed is printed and can be given back with `PENSTOCK_SEED`; `PENSTOCK_EVENTS` and
//! `PENSTOCK_KILLS` make a longer run of it. Processes, disk and sockets are real.

use penstock_receiver::view::Fault;
use penstock_receiver::{Keep, Options, Receiver};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng};
use serde_json::Value;
use std::collections::HashSet;
use std::time::{Duration, Instant};

use crate::program::Home;

/// Far longer than it takes; only a failing test ever waits for it.
const PATIENCE: Duration = Duration::from_secs(300);

/// Most events of one stream that can be sent again after a kill: four requests under way.
pub const UNDER_WAY: u64 = 4 * 1000;

pub fn number(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(otherwise)
}

#[tokio::test(flavor = "multi_thread")]
async fn accepted_events_are_delivered_through_kills_and_errors() {
    let seed = number("PENSTOCK_SEED", rand::random::<u32>().into());
    let (events, kills) = (
        number("PENSTOCK_EVENTS", 10_000),
        number("PENSTOCK_KILLS", 5),
    );
    println!("seed {seed}, {events} events, {kills} kills");
    let mut chance = StdRng::seed_from_u64(seed);
    let receiver = Receiver::start(Options {
        keep: Keep::Ids,
        seed,
        ..Options::default()
    })
    .await
    .expect("the receiver starts");
    receiver.set_fault(Fault::Status {
        status: 503,
        retry_after: None,
        percent: 30,
    });
    let home = Home::new();
    let intake = home.json(&[
        "source",
        "create",
        "--kind",
        "http_intake",
        "--name",
        "Intake",
        "--set",
        "listen=127.0.0.1:0",
    ]);
    let said = |name: &str| {
        intake[name]
            .as_str()
            .expect("an address and a token")
            .to_owned()
    };
    let (url, token) = (said("url"), said("token"));
    let address = format!("url={}/custom", receiver.base_url());
    home.json(&[
        "stream",
        "create",
        "--provider",
        "custom",
        "--name",
        "One",
        "--set",
        &address,
        "--set",
        "format=ndjson",
        "--no-verify",
    ]);
    let mut going = home.start(&["run"]);

    let client = reqwest::Client::new();
    let mut accepted = HashSet::new();
    let mut posted = HashSet::new();
    let (mut batch, mut killed) = (0, 0);
    while (accepted.len() as u64) < events {
        batch += 1;
        let ids: Vec<String> = (0..chance.random_range(1..400))
            .map(|n| format!("{batch}-{n}"))
            .collect();
        let body: String = ids
            .iter()
            .map(|id| format!("{{\"id\":\"{id}\",\"eventType\":\"get-secrets\",\"n\":{batch}}}\n"))
            .collect();
        posted.extend(ids.iter().cloned());
        let request = client.post(&url).bearer_auth(&token).body(body).send();
        let due = killed < kills && accepted.len() as u64 * (kills + 1) >= (killed + 1) * events;
        let answer = if due {
            // In the middle of a request, as often as the dice say so.
            let sending = tokio::spawn(request);
            if chance.random::<bool>() {
                tokio::task::yield_now().await;
            }
            // Dropping it is kill -9.
            drop(going);
            killed += 1;
            let answer = sending.await.expect("sending does not panic");
            going = home.start(&["run"]);
            answer
        } else {
            request.await
        };
        // No answer says nothing: such events may arrive or not.
        if answer.is_ok_and(|answer| answer.status().is_success()) {
            accepted.extend(ids);
        }
    }
    assert_eq!(killed, kills, "every kill took place");
    receiver.set_fault(Fault::None);
    home.json(&["stream", "retry", "One"]);
    let status = drained(&home);
    drop(going);

    let stream = &status["streams"][0];
    let appended = status["journal"]["last_seq"].as_u64().expect("a number");
    let settled =
        stream["delivered"].as_u64().unwrap_or(0) + stream["set_aside"].as_u64().unwrap_or(0);
    assert_eq!(
        appended, settled,
        "appended = delivered + set aside + waiting"
    );
    let taken = receiver.events();
    let arrived: HashSet<&str> = taken.iter().map(|event| event.id.as_str()).collect();
    let missing = accepted
        .iter()
        .filter(|id| !arrived.contains(id.as_str()))
        .count();
    let invented = arrived.iter().filter(|id| !posted.contains(**id)).count();
    let duplicates: u64 = taken.iter().map(|event| u64::from(event.times) - 1).sum();
    println!(
        "accepted {}, arrived {}, missing {missing}, invented {invented}, duplicates {duplicates}",
        accepted.len(),
        arrived.len()
    );
    assert_eq!((missing, invented), (0, 0), "seed {seed}");
    assert!(
        duplicates <= killed * UNDER_WAY,
        "{duplicates} duplicates are more than what was under way"
    );
}

/// The status once nothing waits.
fn drained(home: &Home) -> Value {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let status = home.json(&["status"]);
        if status["streams"][0]["waiting"] == 0 {
            return status;
        }
        assert!(Instant::now() < deadline, "never came about: {status:#}");
    }
}
