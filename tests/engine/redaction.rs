//! Redacted streams: the journal keeps the original, and nothing leaves unredacted.

use penstock_engine::engine::OnStages;
use penstock_engine::problem::Problem;
use penstock_engine::redaction::{Redaction, RedactionAction, RedactionRule};
use penstock_engine::store::FILE;
use penstock_engine::vault::memory::Memory;
use penstock_engine::vault::{Owner, Vault};
use penstock_engine::view::{Status, StreamDraft, StreamView};
use penstock_receiver::Options;
use penstock_receiver::view::Fault;
use serde_json::{Value, json};
use std::sync::Arc;

use crate::world::{World, draft, post};

/// Stands in every event, where it is to be redacted.
const PERSON: &str = "ava.lindqvist@example.com";

fn rules(rules: &[(&str, RedactionAction)]) -> Redaction {
    let rule = |(path, action): &(&str, RedactionAction)| RedactionRule {
        path: (*path).to_owned(),
        action: *action,
    };
    Redaction {
        rules: rules.iter().map(rule).collect(),
    }
}

fn all_three() -> Redaction {
    rules(&[
        ("actorMetadata.email", RedactionAction::Mask),
        ("actorMetadata.username", RedactionAction::Hash),
        ("eventMetadata.person", RedactionAction::Remove),
    ])
}

fn events(prefix: &str, count: usize) -> String {
    let event = |n: usize| {
        format!(
            "{{\"id\":\"{prefix}-{n}\",\"actorMetadata\":{{\"email\":\"{PERSON}\",\"username\":\"{PERSON}\"}},\"eventMetadata\":{{\"person\":\"{PERSON}\",\"n\":{n}}}}}\n"
        )
    };
    (0..count).map(event).collect()
}

fn redacted_draft(world: &World, redaction: Redaction) -> StreamDraft {
    let url = format!("{}/custom", world.receiver.base_url());
    let details = json!({ "url": url, "format": "ndjson" });
    let mut draft = draft("custom", "Custom", details, json!({}));
    draft.redaction = Some(redaction);
    draft
}

async fn redacted_stream(world: &World, redaction: Redaction) -> StreamView {
    let draft = redacted_draft(world, redaction);
    let made = world.engine.create_stream(draft, false, false).await;
    made.expect("a stream is made")
}

fn key_owner(stream: &StreamView) -> Owner {
    Owner {
        id: stream.id.clone(),
        name: stream.name.clone(),
    }
}

fn usernames(world: &World) -> Vec<String> {
    let username = |event: &[u8]| {
        let event: Value = serde_json::from_slice(event).expect("JSON");
        event["actorMetadata"]["username"]
            .as_str()
            .expect("a text")
            .to_owned()
    };
    world
        .taken()
        .iter()
        .map(|taken| username(&taken.event))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_unredacted_leaves_through_retries_halves_and_failed_events() {
    let world = World::with(Options {
        keep_requests: 10_000,
        ..Options::default()
    })
    .await;
    let source = world.intake("Intake").await;
    redacted_stream(&world, all_three()).await;
    world.receiver.set_fault(Fault::Status {
        status: 503,
        retry_after: None,
        percent: 100,
    });
    post(&source, events("retried", 200)).await;
    world
        .until(|status| status.streams[0].status == Status::Retrying)
        .await;
    world.receiver.set_fault(Fault::Limit { bytes: 4000 });
    world.engine.retry_stream("Custom").await.expect("it tries");
    world.drained().await;
    world.receiver.set_fault(Fault::Partial {
        marker: String::from("poison"),
    });
    post(&source, events("poison", 3)).await;
    let status = world.drained().await;
    assert_eq!(
        (status.streams[0].delivered, status.streams[0].set_aside),
        (200, 3)
    );

    let shown = world
        .engine
        .set_aside("Custom", None, 10)
        .await
        .expect("a list");
    assert!(
        shown
            .iter()
            .all(|event| event.event.contains("a***@example.com"))
    );
    let file = world.folder.path().join("failed.ndjson");
    let exported = world.engine.export_set_aside("Custom", file.clone()).await;
    assert_eq!(exported.expect("a file"), 3);
    let exported = std::fs::read_to_string(&file).expect("text");
    assert_eq!(exported.lines().count(), 3);
    world.receiver.set_fault(Fault::None);
    world
        .engine
        .replay_set_aside("Custom", None)
        .await
        .expect("they are queued");
    world
        .until(|status| status.streams[0].delivered == 203)
        .await;

    let requests = world.receiver.requests();
    assert!(requests.len() > 10);
    let mut outside = format!("{shown:?}{exported}");
    for request in &requests {
        assert!(String::from_utf8_lossy(&request.body).contains("a***@example.com"));
        outside += &String::from_utf8_lossy(&request.body);
    }
    for attempt in world
        .engine
        .attempts(None, None, 500)
        .await
        .expect("a list")
    {
        let detail = world.engine.attempt(attempt.id).await.expect("it is kept");
        outside += &serde_json::to_string(&detail).expect("JSON");
    }
    assert!(!outside.contains(PERSON), "a person left as they came");
    assert!(outside.contains("a***@example.com"));
    assert_eq!(world.taken().len(), 203);
    for taken in world.taken() {
        let event: Value = serde_json::from_slice(&taken.event).expect("JSON");
        assert_eq!(
            event["eventMetadata"].as_object().map(|it| it.len()),
            Some(1)
        );
        let hash = event["actorMetadata"]["username"].as_str().expect("a text");
        assert!(hash.starts_with("h:") && hash.len() == 34, "{hash}");
    }
    let original = world.engine.event(1).await.expect("it is kept");
    assert!(
        original.event.contains(PERSON),
        "the journal keeps the original"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_stays_recognisable_and_the_key_stays_in_the_vault() {
    let mut world = World::start().await;
    let source = world.intake("Intake").await;
    let stream = redacted_stream(&world, all_three()).await;
    post(&source, events("a", 2)).await;
    world.drained().await;
    world.reopen().await;
    post(&source, events("b", 2)).await;
    world.drained().await;
    let names = usernames(&world);
    assert_eq!(names.len(), 4);
    assert!(names.iter().all(|name| *name == names[0]));
    let key = world.vault.read(&key_owner(&stream), "redaction_key");
    let key = key.expect("the vault answers").expect("it has the key");
    assert_eq!(key.expose().len(), 64);
    world.engine.stop().await;
    for suffix in ["", "-wal"] {
        let file = world.folder.path().join(format!("{FILE}{suffix}"));
        let bytes = std::fs::read(file).unwrap_or_default();
        let found = bytes
            .windows(64)
            .any(|window| window == key.expose().as_bytes());
        assert!(!found, "the key is in the store");
    }
    world.reopen().await;
    world
        .engine
        .delete_stream(&stream.id)
        .await
        .expect("it is deleted");
    let key = world.vault.read(&key_owner(&stream), "redaction_key");
    assert!(
        key.expect("the vault answers").is_none(),
        "nothing is left behind"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_key_a_stream_holds_and_no_other_key_is_made() {
    let vault = Arc::new(Memory::default());
    let mut world = World::on(vault.clone()).await;
    let source = world.intake("Intake").await;
    let stream = redacted_stream(&world, all_three()).await;
    world.engine.stop().await;
    vault.fail_with(Some(Problem::new("keychain-locked", "Locked.")));
    world.reopen().await;
    vault.fail_with(None);
    vault
        .delete(&key_owner(&stream), "redaction_key")
        .expect("it is gone");
    post(&source, events("a", 2)).await;
    world
        .engine
        .retry_stream(&stream.id)
        .await
        .expect("it tries");
    let missing = |code: &'static str| {
        move |status: &penstock_engine::view::StatusView| {
            let problem = status.streams[0].last_problem.as_ref();
            problem.is_some_and(|problem| problem.code == code)
        }
    };
    let status = world.until(missing("redaction-key-missing")).await;
    assert_eq!(status.streams[0].status, Status::Failing);
    assert_eq!(status.streams[0].waiting, 2);
    let again = world.engine.set_redaction(&stream.id, all_three()).await;
    assert_eq!(again.expect_err("refused").code, "redaction-key-missing");
    assert_eq!(world.taken(), []);
    world
        .engine
        .new_redaction_key(&stream.id)
        .await
        .expect("a person asks for it");
    world.drained().await;
    assert!(usernames(&world).iter().all(|name| name.starts_with("h:")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redaction_that_cannot_be_read_holds_the_stream() {
    let mut world = World::start().await;
    let source = world.intake("Intake").await;
    let stream = redacted_stream(&world, all_three()).await;
    world.engine.stop().await;
    let database = rusqlite::Connection::open(world.folder.path().join(FILE)).expect("it opens");
    let newer = "{\"rules\":[{\"path\":\"actorMetadata\",\"action\":\"encrypt\"}]}";
    database
        .execute("UPDATE stream SET redaction = ?1", [newer])
        .expect("a newer version saves it");
    drop(database);
    world.reopen().await;
    post(&source, events("a", 2)).await;
    let status = world
        .until(|status| status.streams[0].status == Status::Failing)
        .await;
    let problem = status.streams[0].last_problem.clone().expect("a problem");
    assert_eq!(problem.code, "redaction-not-understood");
    let sample = world
        .engine
        .send_sample(&stream.id, None, nobody_watches())
        .await;
    assert_eq!(
        sample.expect_err("refused").code,
        "redaction-not-understood"
    );
    assert_eq!(world.taken(), []);
}

fn nobody_watches() -> OnStages {
    Arc::new(|_| {})
}

#[tokio::test(flavor = "multi_thread")]
async fn samples_and_previews_are_redacted_as_events_are() {
    let world = World::start().await;
    let draft = redacted_draft(&world, all_three());
    let check = world
        .engine
        .check_draft(draft.clone())
        .await
        .expect("a check");
    let preview = check.preview.expect("a preview").body;
    assert!(preview.contains("u***@example.com") && !preview.contains("user@example.com"));
    let report = world
        .engine
        .verify(draft.clone(), None, nobody_watches())
        .await;
    let report = report.expect("a report");
    assert!(report.accepted);
    assert!(!report.sample.contains("user@example.com"));
    let stream = world
        .engine
        .create_stream(draft, true, false)
        .await
        .expect("a stream");
    let edited = json!({ "id": "edited", "eventMetadata": { "person": PERSON }, "actorMetadata": { "username": PERSON } });
    let sent = world
        .engine
        .send_sample(&stream.id, Some(edited.to_string()), nobody_watches())
        .await
        .expect("a report");
    assert!(sent.accepted && !serde_json::to_string(&sent).expect("JSON").contains(PERSON));
    assert_eq!(world.taken().len(), 2);
    for taken in world.taken() {
        let text = String::from_utf8_lossy(&taken.event).into_owned();
        assert!(
            !text.contains(PERSON) && !text.contains("user@example.com"),
            "{text}"
        );
    }
    let wrong = redacted_draft(&world, rules(&[("a..b", RedactionAction::Mask)]));
    let check = world.engine.check_draft(wrong).await.expect("a check");
    assert!(check.errors.iter().any(|error| error.field == "redaction"));
}
