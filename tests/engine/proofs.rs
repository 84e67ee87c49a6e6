//! Proofs of drafts: what Verify finds out beyond yes and no.

use penstock_engine::clock::{Clock, SystemClock};
use penstock_engine::engine::OnStages;
use penstock_engine::event::Event;
use penstock_engine::http::Client;
use penstock_engine::problem::Problem;
use penstock_engine::provider::{
    self, Acknowledge, Destination, Limits, Request, Response, Verdict,
};
use penstock_engine::sample;
use penstock_engine::secret::Secret;
use penstock_engine::verify::{Verification, verify};
use penstock_engine::view::{Stage, StageKind, StageState, StreamDraft, VerifyReport};
use penstock_receiver::Options;
use penstock_receiver::protocol::cribl::Scheme;
use penstock_receiver::protocol::splunk::Acknowledge as When;
use penstock_receiver::view::Fault;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

use crate::world::{World, draft, lines, post};

fn nobody_watches() -> OnStages {
    Arc::new(|_: &[Stage]| {})
}

pub async fn prove(world: &World, draft: &StreamDraft) -> VerifyReport {
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

/// The practice receiver's tokens, without acknowledgement and with it.
const PLAIN: &str = "7a9d2c1e-4b6f-4f0a-9c3d-1e5b8a2f6d40";
const ACKNOWLEDGED: &str = "7a9d2c1e-4b6f-4f0a-9c3d-1e5b8a2f6d41";

async fn splunk(when: When) -> World {
    let mut options = Options::default();
    options.splunk.acknowledge = when;
    World::with(options).await
}

fn collector(world: &World, token: &str) -> StreamDraft {
    let details = json!({ "hostname": world.receiver.base_url() });
    draft("splunk", "Splunk", details, json!({ "token": token }))
}

fn stage(report: &VerifyReport, kind: StageKind) -> Option<&Stage> {
    report.exchange.stages.iter().find(|it| it.kind == kind)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_acknowledgement_is_a_stage_of_its_own_with_its_time() {
    let world = splunk(When::AfterAsking(2)).await;
    let report = prove(&world, &collector(&world, ACKNOWLEDGED)).await;
    assert!(report.accepted, "{report:#?}");
    let stage = stage(&report, StageKind::Acknowledged).expect("the stage");
    assert_eq!(stage.state, StageState::Done);
    assert!(stage.elapsed_ms.is_some() && stage.note.starts_with("after "));
    assert!(
        report.summary.contains("acknowledged after"),
        "{}",
        report.summary
    );
    assert_eq!(world.taken().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_acknowledgement_to_come_there_is_no_such_stage() {
    let world = splunk(When::Never).await;
    let report = prove(&world, &collector(&world, PLAIN)).await;
    assert!(report.accepted);
    assert_eq!(stage(&report, StageKind::Acknowledged), None);
}

/// Asks once and no more.
struct Hasty(Box<dyn Destination>);

impl Destination for Hasty {
    fn endpoint(&self) -> String {
        self.0.endpoint()
    }

    fn limits(&self) -> Limits {
        self.0.limits()
    }

    fn request(&self, events: &[Event], token: Option<&Secret>) -> Request {
        self.0.request(events, token)
    }

    fn verdict(&self, events: &[Event], response: &Response) -> Verdict {
        self.0.verdict(events, response)
    }

    fn acknowledge(&self) -> Option<&dyn Acknowledge> {
        Some(self)
    }
}

impl Hasty {
    fn inner(&self) -> &dyn Acknowledge {
        self.0.acknowledge().expect("acknowledges")
    }
}

impl Acknowledge for Hasty {
    fn receipt(&self, response: &Response) -> Option<String> {
        self.inner().receipt(response)
    }

    fn request(&self, receipt: &str) -> Request {
        self.inner().request(receipt)
    }

    fn acknowledged(&self, receipt: &str, response: &Response) -> Result<bool, Verdict> {
        self.inner().acknowledged(receipt, response)
    }

    fn patience(&self) -> Duration {
        Duration::ZERO
    }

    fn missed(&self) -> Problem {
        self.inner().missed()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sample_that_is_not_acknowledged_yet_is_accepted_all_the_same() {
    let world = splunk(When::Never).await;
    let draft = collector(&world, ACKNOWLEDGED);
    let connected = provider::find("splunk")
        .expect("splunk")
        .connect(&draft.details, &draft.secrets.0)
        .unwrap_or_else(|errors| panic!("{errors:?}"));
    let client = Client::new(&connected.details, &connected.secrets).expect("a client");
    let verification = Verification {
        provider_name: "Splunk",
        destination: &Hasty(connected.destination),
        client: &client,
        sample: sample::entry(SystemClock.now(), None).expect("a sample"),
        clock: &SystemClock,
    };
    let report = verify(verification, &|_| {}).await;
    assert!(report.accepted && report.problem.is_none(), "{report:#?}");
    let stage = stage(&report, StageKind::Acknowledged).expect("the stage");
    assert_eq!(
        (stage.state, stage.note.as_str()),
        (StageState::Waiting, "Not yet")
    );
    assert!(
        report.summary.contains("not acknowledged yet"),
        "{}",
        report.summary
    );
}
