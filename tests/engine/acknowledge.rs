//! Splunk's indexer acknowledgement: delivered means indexed.

use penstock_receiver::Options;
use penstock_receiver::protocol::splunk::Acknowledge;
use serde_json::json;

use crate::world::{World, lines, post};

/// The practice receiver's token with acknowledgement.
const TOKEN: &str = "7a9d2c1e-4b6f-4f0a-9c3d-1e5b8a2f6d41";

async fn world(acknowledge: Acknowledge) -> World {
    let mut options = Options::default();
    options.splunk.acknowledge = acknowledge;
    World::with(options).await
}

#[tokio::test(flavor = "multi_thread")]
async fn events_count_as_delivered_once_splunk_has_indexed_them() {
    let world = world(Acknowledge::AfterAsking(2)).await;
    let source = world.intake("Intake").await;
    let details = json!({ "hostname": world.receiver.base_url() });
    world
        .stream_of("splunk", "Splunk", details, json!({ "token": TOKEN }))
        .await;
    post(&source, lines("e", 3000)).await;
    let status = world.drained().await;
    assert_eq!(
        (status.streams[0].delivered, status.streams[0].set_aside),
        (3000, 0)
    );
    assert!(world.taken().iter().all(|event| event.times == 1));
    let asked = world.receiver.arrivals_since(0);
    let asked = asked
        .iter()
        .filter(|it| it.path.ends_with("/services/collector/ack"));
    assert!(
        asked.count() >= 3,
        "each batch is asked for until it is indexed"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn events_that_are_not_indexed_yet_still_wait() {
    let world = world(Acknowledge::Never).await;
    let source = world.intake("Intake").await;
    let details = json!({ "hostname": world.receiver.base_url() });
    world
        .stream_of("splunk", "Splunk", details, json!({ "token": TOKEN }))
        .await;
    post(&source, lines("e", 10)).await;
    world
        .receiver
        .wait_until(|progress| progress.events == 10 && progress.requests >= 4)
        .await;
    let status = world.engine.status().await.expect("the status is read");
    assert_eq!(
        (status.streams[0].delivered, status.streams[0].waiting),
        (0, 10)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_does_not_care_does_not_ask() {
    let world = world(Acknowledge::Never).await;
    let source = world.intake("Intake").await;
    let details = json!({ "hostname": world.receiver.base_url(), "use_ack": "false" });
    world
        .stream_of("splunk", "Splunk", details, json!({ "token": TOKEN }))
        .await;
    post(&source, lines("e", 10)).await;
    assert_eq!(world.drained().await.streams[0].delivered, 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn events_that_await_their_acknowledgement_at_the_end_are_sent_again() {
    let mut world = world(Acknowledge::Never).await;
    let source = world.intake("Intake").await;
    let details = json!({ "hostname": world.receiver.base_url() });
    world
        .stream_of("splunk", "Splunk", details, json!({ "token": TOKEN }))
        .await;
    post(&source, lines("e", 10)).await;
    world
        .receiver
        .wait_until(|progress| progress.events == 10 && progress.requests >= 2)
        .await;
    world.reopen().await;
    world
        .receiver
        .wait_until(|progress| progress.events == 20)
        .await;
    let status = world.engine.status().await.expect("the status is read");
    assert_eq!(
        (status.streams[0].delivered, status.streams[0].waiting),
        (0, 10)
    );
    assert_eq!(status.streams[0].last_problem, None);
}
