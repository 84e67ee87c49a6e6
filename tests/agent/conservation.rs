//! Conservation: whatever the agent accepted is delivered, through kill -9 at any moment and a
//! provider that refuses a third of the requests; by a filtered stream, whatever passes.
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

use crate::program::{Home, number};

/// Far longer than it takes; only a failing test ever waits for it.
const PATIENCE: Duration = Duration::from_secs(300);

/// Most events of one stream that can be sent again after a kill: four requests under way.
pub const UNDER_WAY: u64 = 4 * 1000;

#[tokio::test(flavor = "multi_thread")]
async fn accepted_events_are_delivered_through_kills_and_errors() {
    let seed = number("PENSTOCK_SEED", rand::random::<u32>().into());
    let (events, kills) = (
        number("PENSTOCK_EVENTS", 10_000),
        number("PENSTOCK_KILLS", 5),
    );
    println!("seed {seed}, {events} events, {kills} kills");
    let mut chance = StdRng::seed_from_u64(seed);
    let (receiver, filtered) = (busy(seed).await, busy(seed + 1).await);
    let home = Home::new();
    let intake = home.intake("Intake", &[]);
    let said = |name: &str| {
        intake[name]
            .as_str()
            .expect("an address and a token")
            .to_owned()
    };
    let (url, token) = (said("url"), said("token"));
    let filter = r#"{"conditions":[{"field":"event_type","values":["create-*"]}]}"#;
    for (name, receiver, filter) in [("One", &receiver, "{}"), ("Two", &filtered, filter)] {
        let address = format!("url={}/custom", receiver.base_url());
        let args = [
            "stream",
            "create",
            "--provider",
            "custom",
            "--name",
            name,
            "--set",
            &address,
            "--set",
            "format=ndjson",
            "--no-verify",
            "--filter",
            "-",
        ];
        home.json_with(&args, filter);
    }
    let mut going = home.start(&["run"]);

    let client = reqwest::Client::new();
    let mut accepted = HashSet::new();
    let mut posted = HashSet::new();
    let (mut batch, mut killed) = (0, 0);
    while (accepted.len() as u64) < events {
        batch += 1;
        let ids: Vec<String> = (0..chance.random_range(1..400))
            .map(|n| format!("{batch}-{n}{}", ["-passes", ""][n % 2]))
            .collect();
        let body: String = ids.iter().map(|id| event(id, batch)).collect();
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
    for (name, receiver) in [("One", &receiver), ("Two", &filtered)] {
        receiver.set_fault(Fault::None);
        home.json(&["stream", "retry", name]);
    }
    let status = drained(&home);
    drop(going);

    let appended = status["journal"]["last_seq"].as_u64().expect("a number");
    for stream in status["streams"].as_array().expect("a list") {
        let settled: u64 = ["delivered", "set_aside", "filtered"]
            .iter()
            .map(|count| stream[count].as_u64().expect("a number"))
            .sum();
        assert_eq!(
            appended, settled,
            "appended = delivered + set aside + filtered + waiting"
        );
    }
    let passing = |id: &&String| id.ends_with("-passes");
    let arrived: HashSet<String> = filtered.events().into_iter().map(|it| it.id).collect();
    assert!(arrived.iter().all(|id| passing(&id)), "seed {seed}");
    let missing = accepted.iter().filter(passing);
    let missing = missing.filter(|id| !arrived.contains(*id)).count();
    assert_eq!(missing, 0, "seed {seed}");

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

/// A receiver that refuses a third of the requests.
async fn busy(seed: u64) -> Receiver {
    let options = Options {
        keep: Keep::Ids,
        seed,
        ..Options::default()
    };
    let receiver = Receiver::start(options).await.expect("the receiver starts");
    receiver.set_fault(Fault::Status {
        status: 503,
        retry_after: None,
        percent: 30,
    });
    receiver
}

fn event(id: &str, batch: u64) -> String {
    let kind = if id.ends_with("-passes") {
        "create-secret"
    } else {
        "get-secrets"
    };
    format!("{{\"id\":\"{id}\",\"eventType\":\"{kind}\",\"n\":{batch}}}\n")
}

/// The status once nothing waits.
fn drained(home: &Home) -> Value {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let status = home.json(&["status"]);
        let streams = status["streams"].as_array().expect("a list");
        if streams.iter().all(|stream| stream["waiting"] == 0) {
            return status;
        }
        assert!(Instant::now() < deadline, "never came about: {status:#}");
    }
}
