//! Two short schedules of faults; `cargo run --package penstock-chaos` plays any number of others.
#![cfg(target_os = "linux")]

use penstock_chaos::plan::Plan;
use penstock_chaos::schedule;

/// Among them a kill while the disk cannot be written.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_through_kills_and_disks_that_refuse() {
    holds(315).await;
}

/// Among them replies of an acknowledging collector that are lost on the way.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_through_lost_replies_and_deleted_streams() {
    holds(132).await;
}

async fn holds(seed: u64) {
    let outcome = schedule::run(&Plan::draw(seed, 20)).await;
    println!("seed {seed}: {}", outcome.figures);
    assert!(
        outcome.broken.is_empty(),
        "seed {seed}: {:#?}\n{:#?}\nkept in {:?}",
        outcome.broken,
        outcome.story,
        outcome.folder
    );
}
