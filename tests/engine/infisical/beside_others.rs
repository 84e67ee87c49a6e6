//! In an engine, beside sources of other kinds.

use infisical_stand_in::{Event, Fault, Options, StandIn, machine_time};
use penstock_engine::view::{SourceDraft, SourceStatus};
use serde_json::json;

use super::HOUR;
use crate::world::{World, lines, post};

fn draft(stand_in: &StandIn, start: &str) -> SourceDraft {
    serde_json::from_value(json!({
        "kind": "infisical",
        "name": "Infisical",
        "details": { "site": stand_in.url(), "client_id": stand_in.client_id(), "start": start },
        "secrets": { "client_secret": stand_in.client_secret() },
    }))
    .expect("a draft")
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_delivered_and_a_restart_of_the_engine_repeats_none() {
    let stand_in = StandIn::start(Options::default()).await;
    let now = machine_time();
    stand_in.add(Event::spread("past", 1_500, now - 2 * HOUR, now - 1_000));
    let mut world = World::start().await;
    world.stream("One", json!({})).await;
    let made = world.engine.create_source(draft(&stand_in, "24h")).await;
    let made = made.expect("a source is made");
    world
        .until(|status| status.streams[0].delivered >= 1_500)
        .await;
    world.reopen().await;
    stand_in.add([Event::like(0, "after", stand_in.now())]);
    world
        .until(|status| status.streams[0].delivered >= 1_501)
        .await;
    let source = world.engine.source(&made.id).await.expect("a source");
    assert_eq!(source.events, 1_501);
    assert!(source.left_out >= 2, "{}", source.left_out);
    assert_eq!(source.status, SourceStatus::Watching);
    let shown = serde_json::to_string(&source).expect("JSON");
    assert!(!shown.contains(&stand_in.client_secret()));
    let taken = world.taken();
    assert!(taken.iter().all(|event| event.times == 1));
    assert_eq!(taken.len(), 1_501);
}

#[tokio::test(flavor = "multi_thread")]
async fn trouble_with_infisical_stays_its_own() {
    let stand_in = StandIn::start(Options::default()).await;
    stand_in.set_fault(Fault::WebPage);
    let world = World::start().await;
    world.stream("One", json!({})).await;
    let intake = world.intake("Intake").await;
    let made = world.engine.create_source(draft(&stand_in, "now")).await;
    let made = made.expect("a source is made");
    let status = world
        .until(|status| {
            let source = status.sources.iter().find(|it| it.id == made.id);
            source.is_some_and(|it| it.status == SourceStatus::Failing)
        })
        .await;
    let source = status.sources.iter().find(|it| it.id == made.id);
    let code = source
        .and_then(|it| it.problem.as_ref())
        .map(|it| it.code.as_str());
    assert_eq!(code, Some("infisical-web-page"));
    let answer = post(&intake, lines("a", 10)).await;
    assert!(answer.status().is_success());
    world
        .until(|status| status.streams[0].delivered == 10)
        .await;
}
