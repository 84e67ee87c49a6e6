//! Proofs of drafts: what Verify finds out beyond yes and no.

use penstock_engine::engine::OnStages;
use penstock_engine::view::{Stage, StageState, StreamDraft, VerifyReport};
use penstock_receiver::Options;
use penstock_receiver::protocol::cribl::Scheme;
use penstock_receiver::view::Fault;
use serde_json::json;
use std::sync::Arc;

use crate::world::{World, draft, lines, post};

fn nobody_watches() -> OnStages {
    Arc::new(|_: &[Stage]| {})
}

async fn prove(world: &World, draft: &StreamDraft) -> VerifyReport {
    world
        .engine
        .verify(draft.clone(), None, nobody_watches())
        .await
        .expect("a report")
}

async fn cribl(scheme: Scheme) -> World {
    let mut options = Options::default();
    options.cribl.scheme = scheme;
    World::with(options).await
}

fn source(world: &World, scheme: &str, token: &str) -> StreamDraft {
    let url = format!("{}/cribl/_bulk", world.receiver.base_url());
    let details = json!({ "url": url, "auth_scheme": scheme });
    draft("cribl", "Cribl", details, json!({ "token": token }))
}

#[tokio::test(flavor = "multi_thread")]
async fn how_a_token_is_sent_is_found_out_and_events_are_delivered_that_way() {
    for (wanted, other, expects, words) in [
        ("bare", "bearer", Scheme::Bare, "Token is sent: Alone"),
        (
            "bearer",
            "bare",
            Scheme::Bearer,
            "Token is sent: After Bearer",
        ),
    ] {
        let world = cribl(expects).await;
        let intake = world.intake("Intake").await;
        let mut draft = source(&world, other, "practice-cribl-token");
        let report = prove(&world, &draft).await;
        assert!(report.accepted, "{report:#?}");
        assert!(report.summary.contains(words), "{}", report.summary);
        assert_eq!(world.taken().len(), 1, "the refused sample is not stored");
        draft.details = report.details.expect("what was accepted");
        assert_eq!(draft.details["auth_scheme"], wanted);
        let report = prove(&world, &draft).await;
        assert!(report.accepted && report.details.is_none());
        world.receiver.clear();
        world
            .engine
            .create_stream(draft, true, false)
            .await
            .expect("a stream");
        post(&intake, lines("e", 20)).await;
        assert_eq!(world.drained().await.streams[0].delivered, 20);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_refused_either_way_is_reported_as_it_was_entered() {
    let world = cribl(Scheme::Either).await;
    let report = prove(&world, &source(&world, "bearer", "another-token")).await;
    assert!(!report.accepted && report.details.is_none());
    assert_eq!(report.problem.expect("a problem").code, "cribl-forbidden");
    let headers = &report.exchange.request.headers;
    let token = headers.iter().find(|header| header.redacted);
    assert_eq!(token.expect("the token").value, "Bearer ");
    let mut stages = report.exchange.stages.iter();
    assert!(stages.any(|stage| stage.state == StageState::Failed));
    assert!(world.taken().is_empty());
    assert_eq!(world.receiver.arrivals_since(0).len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_for_another_reason_is_sent_once() {
    let world = cribl(Scheme::Either).await;
    world.receiver.set_fault(Fault::Status {
        status: 404,
        percent: 100,
        retry_after: None,
    });
    let report = prove(&world, &source(&world, "bearer", "practice-cribl-token")).await;
    assert!(!report.accepted && report.details.is_none());
    assert_eq!(world.receiver.arrivals_since(0).len(), 1);
}
