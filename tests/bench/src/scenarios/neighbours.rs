//! What one stream's trouble costs another.

use penstock_receiver::view::Fault;

use super::{Figures, custom, events, receiver, thousands};
use crate::agent::Agent;
use crate::load;

/// How long a healthy stream's events take alone, beside one whose provider hangs, and beside one
/// that catches up.
pub async fn neighbours() -> Figures {
    const SAMPLES: usize = 1000;
    let waiting = events("PENSTOCK_BENCH_NEIGHBOURS", 1_000_000);
    let (mut agent, live) = (Agent::new(), receiver().await);
    let (hangs, behind) = (receiver().await, receiver().await);
    hangs.set_fault(Fault::Hang);
    let intake = agent.intake();
    agent.stream("Live", &custom(&live));
    agent.stream("Hangs", &custom(&hangs));
    agent.stream("Behind", &custom(&behind));
    agent.ask(&["stream", "pause", "Hangs"]);
    agent.ask(&["stream", "pause", "Behind"]);
    agent.run();
    load::post(&intake, waiting / 1000, 4).await;
    let mut sent = (waiting / 1000 * 1000) as u64;
    live.wait_for_events(sent).await;
    let alone = load::waits(&intake, &live, &mut sent, SAMPLES).await;
    agent.ask(&["stream", "resume", "Hangs"]);
    let beside_dead = load::waits(&intake, &live, &mut sent, SAMPLES).await;
    agent.ask(&["stream", "resume", "Behind"]);
    let beside_busy = load::waits(&intake, &live, &mut sent, SAMPLES).await;
    let still_busy = behind.progress().events < sent;
    behind.wait_for_events(sent).await;
    let during = if still_busy { "" } else { ", partly" };
    vec![
        (
            String::from("a stream's events, accepted to received, alone"),
            alone.to_string(),
        ),
        (
            String::from("the same beside a stream whose provider hangs"),
            beside_dead.to_string(),
        ),
        (
            format!(
                "the same while a third catches up on {} events{during}",
                thousands(waiting as u64)
            ),
            beside_busy.to_string(),
        ),
    ]
}
