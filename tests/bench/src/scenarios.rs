//! What is measured.

use penstock_receiver::{Keep, Options, Receiver};
use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant};

use crate::agent::Agent;
use crate::{load, process};

type Figures = Vec<(String, String)>;
type Scenario = fn() -> Pin<Box<dyn Future<Output = Figures>>>;

pub const ALL: &[(&str, Scenario)] = &[
    ("throughput", || Box::pin(throughput())),
    ("latency", || Box::pin(latency())),
    ("backlog", || Box::pin(backlog())),
    ("fan-out", || Box::pin(fan_out())),
    ("idle", || Box::pin(idle())),
];

async fn receiver() -> Receiver {
    let options = Options {
        keep: Keep::CountOnly,
        ..Options::default()
    };
    Receiver::start(options).await.expect("the receiver starts")
}

fn custom(receiver: &Receiver) -> String {
    format!("{}/custom", receiver.base_url())
}

/// 1,000,000 events in requests of 1,000 over four connections, to one stream.
async fn throughput() -> Figures {
    const EVENTS: usize = 1_000_000;
    let (mut agent, receiver) = (Agent::new(), receiver().await);
    let intake = agent.intake();
    agent.stream("One", &custom(&receiver));
    let pid = agent.run();
    load::post(&intake, 20, 4).await;
    receiver.wait_for_events(20_000).await;
    let (started, cpu) = (Instant::now(), process::cpu_seconds(pid));
    load::post(&intake, EVENTS / 1000, 4).await;
    let accepted = started.elapsed();
    receiver.wait_for_events(20_000 + EVENTS as u64).await;
    let (elapsed, cpu) = (started.elapsed(), process::cpu_seconds(pid) - cpu);
    vec![
        (
            String::from("processor time an event, intake to provider"),
            format!("{:.1} us", cpu * 1e6 / EVENTS as f64),
        ),
        (
            String::from("throughput end to end"),
            format!("{} events/s", thousands(rate(EVENTS, elapsed))),
        ),
        (
            String::from("accepted (on disk)"),
            format!("{} events/s", thousands(rate(EVENTS, accepted))),
        ),
        (
            String::from("peak memory at full load"),
            format!("{:.0} MiB", process::peak_mib(pid)),
        ),
    ]
}

/// One event at a time, from the intake's answer to the receiver having it.
async fn latency() -> Figures {
    const EVENTS: u64 = 500;
    let (mut agent, receiver) = (Agent::new(), receiver().await);
    let intake = agent.intake();
    agent.stream("One", &custom(&receiver));
    agent.run();
    let client = reqwest::Client::new();
    let mut waits = Vec::new();
    for number in 0..EVENTS {
        let body = format!("{{\"id\":\"{number}\",\"eventType\":\"get-secrets\"}}");
        let started = Instant::now();
        let answer = client
            .post(&intake.url)
            .bearer_auth(&intake.token)
            .body(body)
            .send()
            .await;
        assert!(answer.expect("the intake answers").status().is_success());
        let accepted = started.elapsed();
        receiver.wait_for_events(number + 1).await;
        waits.push((started.elapsed() - accepted).as_secs_f64() * 1000.0);
    }
    waits.sort_by(f64::total_cmp);
    let at = |percent: usize| waits[(waits.len() * percent / 100).min(waits.len() - 1)];
    vec![(
        String::from("accepted to received, one event at a time"),
        format!("p50 {:.1} ms, p99 {:.1} ms", at(50), at(99)),
    )]
}

/// Events waiting for a provider that is down, then delivered when it is back.
async fn backlog() -> Figures {
    let events = std::env::var("PENSTOCK_BENCH_BACKLOG")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(1_000_000);
    let (mut agent, receiver) = (Agent::new(), receiver().await);
    let intake = agent.intake();
    agent.stream("One", &custom(&receiver));
    agent.ask(&["stream", "pause", "One"]);
    let pid = agent.run();
    load::post(&intake, events / 1000, 4).await;
    let waiting = process::peak_mib(pid);
    let started = Instant::now();
    agent.ask(&["stream", "resume", "One"]);
    receiver.wait_for_events(events as u64).await;
    vec![
        (
            format!(
                "peak memory with {} events waiting",
                thousands(events as u64)
            ),
            format!("{waiting:.0} MiB"),
        ),
        (
            String::from("catching up"),
            format!("{} events/s", thousands(rate(events, started.elapsed()))),
        ),
    ]
}

/// 20,000 events to 100 streams.
async fn fan_out() -> Figures {
    const EVENTS: usize = 20_000;
    const STREAMS: usize = 100;
    let (mut agent, receiver) = (Agent::new(), receiver().await);
    let intake = agent.intake();
    for number in 0..STREAMS {
        agent.stream(&format!("Stream {number}"), &custom(&receiver));
    }
    let pid = agent.run();
    let cpu = process::cpu_seconds(pid);
    load::post(&intake, EVENTS / 1000, 2).await;
    receiver.wait_for_events((EVENTS * STREAMS) as u64).await;
    let cpu = process::cpu_seconds(pid) - cpu;
    vec![(
        format!("one event to {STREAMS} streams, processor time a delivery"),
        format!("{:.1} us", cpu * 1e6 / (EVENTS * STREAMS) as f64),
    )]
}

/// 1,000 streams with nothing to do.
async fn idle() -> Figures {
    const STREAMS: usize = 1000;
    let (mut agent, receiver) = (Agent::new(), receiver().await);
    agent.intake();
    for number in 0..STREAMS {
        agent.stream(&format!("Stream {number}"), &custom(&receiver));
    }
    let pid = agent.run();
    // A span to measure over, not a state to wait for.
    tokio::time::sleep(Duration::from_secs(5)).await;
    let (started, cpu) = (Instant::now(), process::cpu_seconds(pid));
    tokio::time::sleep(Duration::from_secs(20)).await;
    let share = (process::cpu_seconds(pid) - cpu) / started.elapsed().as_secs_f64() * 100.0;
    vec![(
        format!("{} streams, idle", thousands(STREAMS as u64)),
        format!(
            "{share:.1} % of a core, {:.0} MiB",
            process::resident_mib(pid)
        ),
    )]
}

fn rate(events: usize, elapsed: Duration) -> u64 {
    (events as f64 / elapsed.as_secs_f64()) as u64
}

fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
