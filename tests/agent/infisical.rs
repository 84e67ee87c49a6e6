//! Conservation from Infisical on: every event that its API lists is delivered, and journalled
//! once, through kill -9 at any moment, refusals, late rows and a table that moves.
//!
//! The seed is printed and can be given back with `PENSTOCK_SEED`; `PENSTOCK_EVENTS` and
//! `PENSTOCK_KILLS` make a longer run of it. Processes, disk and sockets are real.

use infisical_stand_in::{Chance, Event, Options, StandIn, machine_time};
use penstock_receiver::{Keep, Receiver};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng};
use serde_json::Value;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::conservation::UNDER_WAY;
use crate::program::{Home, number};

/// Far longer than it takes; only a failing test ever waits for it.
const PATIENCE: Duration = Duration::from_secs(900);
const HOUR: i64 = 3_600_000;

#[tokio::test(flavor = "multi_thread")]
async fn listed_events_are_delivered_once_journalled_through_kills_and_refusals() {
    let seed = number("PENSTOCK_SEED", rand::random::<u32>().into());
    let (events, kills) = (
        number("PENSTOCK_EVENTS", 20_000),
        number("PENSTOCK_KILLS", 5),
    );
    println!("seed {seed}, {events} events, {kills} kills");
    let began = Instant::now();
    let mut dice = StdRng::seed_from_u64(seed);
    let stand_in = Arc::new(StandIn::start(Options::default()).await);
    let now = machine_time();
    let past = usize::try_from(events * 4 / 5).expect("a number of events");
    let live = usize::try_from(events).expect("a number of events") - past;
    stand_in.add(Event::spread("past", past, now - 30 * HOUR, now - HOUR));
    stand_in.set_chance(Chance::new(seed, 5));
    let growing = tokio::spawn(grow(Arc::clone(&stand_in), seed, live, kills));
    let receiver = Receiver::start(penstock_receiver::Options {
        keep: Keep::Ids,
        seed,
        ..penstock_receiver::Options::default()
    })
    .await
    .expect("the receiver starts");

    let home = home(&stand_in);
    create(&home, &stand_in, "all", &["--set", "overlap_seconds=60"]);
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
    for _ in 0..kills {
        // After some pages, at whatever it is doing then.
        let pages = stand_in.asked().pages + dice.random_range(3..25);
        stand_in.wait_until(|asked| asked.pages >= pages).await;
        if dice.random::<bool>() {
            let taken = receiver.progress().events;
            let more = receiver.wait_until(|progress| progress.events > taken);
            // Where nothing is under way, nothing more comes.
            let _ = tokio::time::timeout(Duration::from_millis(200), more).await;
        }
        // Dropping it is kill -9.
        drop(going);
        going = home.start(&["run"]);
    }
    growing.await.expect("growing does not panic");
    let status = settled(&home, &stand_in, events).await;
    let seconds = began.elapsed().as_secs_f64();
    drop(going);

    let source = &status["sources"][0];
    let taken = receiver.events();
    let arrived: HashSet<&str> = taken.iter().map(|event| event.id.as_str()).collect();
    let listed: HashSet<String> = stand_in.ids().into_iter().collect();
    let missing = listed
        .iter()
        .filter(|id| !arrived.contains(id.as_str()))
        .count();
    let invented = arrived.iter().filter(|id| !listed.contains(**id)).count();
    let repeated: u64 = taken.iter().map(|event| u64::from(event.times) - 1).sum();
    let journalled = status["journal"]["last_seq"].as_u64().expect("a number");
    println!(
        "{events} events, {kills} kills, {seconds:.1} s: missing {missing}, invented {invented}, \
         journalled {journalled}, sent again after a kill {repeated}, own left out {}, {:?}",
        source["left_out"],
        stand_in.asked()
    );
    assert_eq!((missing, invented), (0, 0), "seed {seed}");
    assert_eq!(journalled, events, "each is journalled once, seed {seed}");
    assert!(repeated <= kills * UNDER_WAY);
    assert_eq!(stand_in.asked().too_fast, 0, "no limit was ever reached");
}

/// With the identity of the stand-in.
fn home(stand_in: &StandIn) -> Home {
    let secret = stand_in.client_secret();
    Home::new().with("PENSTOCK_SECRET_INFISICAL_CLIENT_SECRET", secret)
}

/// A source that reads from `start` on.
fn create(home: &Home, stand_in: &StandIn, start: &str, more: &[&str]) -> Value {
    let (site, client_id, start) = (
        format!("site={}", stand_in.url()),
        format!("client_id={}", stand_in.client_id()),
        format!("start={start}"),
    );
    let args = [
        "source",
        "create",
        "--kind",
        "infisical",
        "--name",
        "Infisical",
        "--set",
        &site,
        "--set",
        &client_id,
        "--set",
        &start,
    ];
    home.json(&[&args, more].concat())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_is_tried_run_and_shown() {
    let stand_in = StandIn::start(Options::default()).await;
    let now = machine_time();
    stand_in.add(Event::spread("past", 300, now - 2 * HOUR, now - HOUR));
    let home = home(&stand_in);
    let made = create(&home, &stand_in, "24h", &[]);
    assert_eq!(made["kind"], "infisical");
    let tested = home.run(&["source", "test", "Infisical"]);
    assert_eq!(tested.code, 0, "{}", tested.err);
    for said in ["audit logs of Acme", "90 days"] {
        assert!(tested.out.contains(said), "{}", tested.out);
    }
    let mut going = home.start(&["run"]);
    while going.line() != "source Infisical watches for more" {}
    // What trying and reading wrote into the log shows there a little later.
    let shown = loop {
        let shown = home.json(&["source", "show", "Infisical"]);
        if shown["left_out"].as_u64() >= Some(2) {
            break shown;
        }
    };
    let (code, err) = going.end();
    assert_eq!((code, err.contains("went wrong")), (0, false), "{err}");
    assert_eq!(shown["events"], 300);
    assert_eq!(shown["details"]["start"], "24h");
    assert_eq!(shown["secrets"]["client_secret"], "saved");
    assert!(shown["up_to"].is_string(), "{shown}");
    // Every token that it was given begins like any other.
    let another = stand_in.access_token();
    let token = another.split('.').next().expect("a beginning");
    for secret in [&stand_in.client_secret(), token] {
        assert!(!shown.to_string().contains(secret), "{shown}");
        assert!(!err.contains(secret), "{err}");
        home.holds_nowhere(secret);
    }

    stand_in.revoke_identity();
    let problem = home.problem(&["source", "test", "Infisical"]);
    assert_eq!(problem["code"], "infisical-credentials-refused");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_off_is_a_warning_of_a_source_that_works() {
    let stand_in = StandIn::start(Options {
        ahead: HOUR,
        ..Options::default()
    })
    .await;
    stand_in.add(Event::spread(
        "past",
        30,
        stand_in.now() - HOUR,
        stand_in.now(),
    ));
    let home = home(&stand_in);
    create(&home, &stand_in, "24h", &[]);
    let tested = home.run(&["source", "test", "Infisical"]);
    assert_eq!(tested.code, 0, "it works: {}", tested.err);
    assert!(tested.out.contains("60 minutes behind"), "{}", tested.out);

    let mut going = home.start(&["run"]);
    while going.line() != "source Infisical watches for more" {}
    let status = loop {
        let status = home.json(&["status"]);
        if status["sources"][0]["warning"].is_object() {
            break status;
        }
    };
    let source = &status["sources"][0];
    assert_eq!(source["warning"]["code"], "clock-off");
    assert_eq!(
        (&source["problem"], source["status"].as_str()),
        (&Value::Null, Some("watching"))
    );
    let listed = home.run(&["status"]).out;
    assert!(listed.contains("watching (Clock is off)"), "{listed}");
    assert_eq!(going.end().0, 0);
}

/// Adds events as the log is read, some of them late and out of order.
async fn grow(stand_in: Arc<StandIn>, seed: u64, count: usize, kills: u64) {
    let mut dice = StdRng::seed_from_u64(seed ^ 1);
    let rounds = usize::try_from(kills + 1).expect("few") * 3;
    for round in 0..rounds {
        let pages = stand_in.asked().pages;
        stand_in.wait_until(|asked| asked.pages > pages).await;
        let now = stand_in.now();
        let share = count * round / rounds..count * (round + 1) / rounds;
        stand_in.add(share.map(|n| {
            let at = now - dice.random_range(0..3_000);
            let late = Event::like(n, format!("live-{n}"), at);
            late.late(dice.random_range(0..6_000))
        }));
    }
}

/// The status once everything is delivered, and the last moments were read again after that.
async fn settled(home: &Home, stand_in: &StandIn, events: u64) -> Value {
    let deadline = Instant::now() + PATIENCE;
    let mut read_again = None;
    loop {
        let status = home.json(&["status"]);
        let delivered = status["streams"][0]["delivered"].as_u64().unwrap_or(0);
        if delivered >= events {
            let pages = stand_in.asked().given;
            let from = *read_again.get_or_insert(pages);
            if pages >= from + 2 {
                return status;
            }
            stand_in.wait_until(|asked| asked.given >= from + 2).await;
        }
        assert!(Instant::now() < deadline, "never came about: {status:#}");
    }
}
