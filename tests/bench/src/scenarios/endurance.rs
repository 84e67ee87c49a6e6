//! How it bears much, and long.

use std::time::{Duration, Instant};

use super::{Figures, custom, events, rate, receiver, thousands};
use crate::agent::Agent;
use crate::{load, process};

/// Events waiting for a provider that is down, then delivered when it is back.
pub async fn backlog() -> Figures {
    let events = events("PENSTOCK_BENCH_BACKLOG", 1_000_000);
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

/// A provider that was down for a week at 50 events a second, and another stream that is up: how
/// long its events take before, and while the first catches up.
pub async fn week() -> Figures {
    const SAMPLES: usize = 10_000;
    let events = events("PENSTOCK_BENCH_WEEK", 7 * 86_400 * 50);
    let (mut agent, behind, live) = (Agent::new(), receiver().await, receiver().await);
    let intake = agent.intake();
    agent.stream("Behind", &custom(&behind));
    agent.stream("Live", &custom(&live));
    agent.ask(&["stream", "pause", "Behind"]);
    let pid = agent.run();
    load::post(&intake, events / 1000, 4).await;
    let waiting = process::peak_mib(pid);
    let mut sent = (events / 1000 * 1000) as u64;
    live.wait_for_events(sent).await;
    let before = load::waits(&intake, &live, &mut sent, SAMPLES).await;
    let started = Instant::now();
    agent.ask(&["stream", "resume", "Behind"]);
    let during = load::waits(&intake, &live, &mut sent, SAMPLES).await;
    let caught_up_meanwhile = behind.progress().events >= sent;
    behind.wait_for_events(sent).await;
    let elapsed = started.elapsed();
    vec![
        (
            format!("peak memory with {} events waiting", thousands(sent)),
            format!("{waiting:.0} MiB"),
        ),
        (
            String::from("catching up after a week"),
            format!(
                "{} events/s, {:.0} s in all",
                thousands(rate(sent as usize, elapsed)),
                elapsed.as_secs_f64()
            ),
        ),
        (
            String::from("another stream, accepted to received, before"),
            before.to_string(),
        ),
        (
            format!(
                "the same while the first catches up{}",
                if caught_up_meanwhile {
                    " (it was done before the measurement was)"
                } else {
                    ""
                }
            ),
            during.to_string(),
        ),
    ]
}

/// As many events as a day brings at 50 a second, as fast as they go in: memory and open files
/// after each tenth of them.
pub async fn day() -> Figures {
    let events = events("PENSTOCK_BENCH_DAY", 86_400 * 50);
    let (mut agent, receiver) = (Agent::new(), receiver().await);
    let intake = agent.intake();
    agent.stream("One", &custom(&receiver));
    let pid = agent.run();
    let (mut memory, mut files) = (Vec::new(), Vec::new());
    let portion = events / 10_000;
    for part in 1..=10 {
        load::post(&intake, portion, 4).await;
        receiver
            .wait_for_events((portion * 1000 * part) as u64)
            .await;
        // A span for what is idle to be given back, not a state to wait for.
        tokio::time::sleep(Duration::from_secs(1)).await;
        memory.push(format!("{:.0}", process::resident_mib(pid)));
        files.push(process::open_files(pid).to_string());
    }
    vec![
        (
            format!(
                "memory after each tenth of {} events",
                thousands((portion * 10_000) as u64)
            ),
            format!("{} MiB", memory.join(", ")),
        ),
        (String::from("open files then"), files.join(", ")),
    ]
}
