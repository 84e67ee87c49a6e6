//! How fast, and at what cost.

use penstock_receiver::{Keep, Options, Receiver, Tls};
use std::time::{Duration, Instant};

use super::{Figures, custom, rate, receiver, thousands};
use crate::agent::Agent;
use crate::{load, process};

/// 1,000,000 events in requests of 1,000 over four connections, to one stream.
pub async fn throughput() -> Figures {
    flow(receiver().await, "").await
}

/// The same to a provider behind TLS.
pub async fn throughput_over_tls() -> Figures {
    let made = rcgen::generate_simple_self_signed(vec![String::from("127.0.0.1")])
        .expect("a certificate is made");
    let certificate = made.cert.pem();
    let options = Options {
        keep: Keep::CountOnly,
        tls: Some(Tls {
            certificate: certificate.clone(),
            key: made.signing_key.serialize_pem(),
            client_authorities: None,
        }),
        ..Options::default()
    };
    let receiver = Receiver::start(options).await.expect("the receiver starts");
    flow(receiver, &certificate).await
}

/// `authority` is what the stream trusts besides the system's, as PEM; empty for plain HTTP.
async fn flow(receiver: Receiver, authority: &str) -> Figures {
    const EVENTS: usize = 1_000_000;
    let over = if authority.is_empty() {
        ""
    } else {
        ", over TLS"
    };
    let mut agent = Agent::new();
    let intake = agent.intake();
    agent.stream_trusting("One", &custom(&receiver), authority);
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
            format!("processor time an event, intake to provider{over}"),
            format!("{:.1} us", cpu * 1e6 / EVENTS as f64),
        ),
        (
            format!("throughput end to end{over}"),
            format!("{} events/s", thousands(rate(EVENTS, elapsed))),
        ),
        (
            format!("accepted (on disk){over}"),
            format!("{} events/s", thousands(rate(EVENTS, accepted))),
        ),
        (
            format!("peak memory at full load{over}"),
            format!("{:.0} MiB", process::peak_mib(pid)),
        ),
    ]
}

/// One event at a time, from the intake's answer to the receiver having it.
pub async fn latency() -> Figures {
    const EVENTS: usize = 500;
    let (mut agent, receiver) = (Agent::new(), receiver().await);
    let intake = agent.intake();
    agent.stream("One", &custom(&receiver));
    agent.run();
    let waits = load::waits(&intake, &receiver, &mut 0, EVENTS).await;
    vec![(
        String::from("accepted to received, one event at a time"),
        waits.to_string(),
    )]
}

/// 20,000 events to 100 streams.
pub async fn fan_out() -> Figures {
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
pub async fn idle() -> Figures {
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
