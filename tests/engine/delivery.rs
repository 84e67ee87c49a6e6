//! Events from the intake to a provider: nothing lost, nothing invented, trouble kept apart.

use penstock_engine::view::Status;
use penstock_receiver::view::Fault;
use serde_json::json;

use crate::world::{World, lines, post};

#[tokio::test(flavor = "multi_thread")]
async fn events_arrive_once_with_the_bytes_they_came_with() {
    let world = World::start().await;
    let source = world.intake("Intake").await;
    world.stream("Custom", json!({})).await;
    let awkward =
        r#"{"id":"x","n":123456789012345678901234567890,"a":1,"a":2,"text":"\u0000 é 🔐"}"#;
    let answer = post(&source, format!("{awkward}\n{}", lines("e", 2500))).await;
    assert_eq!(
        answer.text().await.expect("an answer"),
        r#"{"accepted":2501}"#
    );
    let status = world.drained().await;
    assert_eq!(status.streams[0].delivered, 2501);
    let taken = world.taken();
    assert_eq!(taken.len(), 2501);
    assert!(
        taken.iter().all(|event| event.times == 1),
        "nothing arrives twice"
    );
    assert!(
        taken.iter().any(|event| event.event == awkward),
        "bytes arrive as they came"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_takes_only_the_source_it_was_given() {
    let world = World::start().await;
    let (one, other) = (world.intake("One").await, world.intake("Other").await);
    let mut draft = crate::world::draft(
        "custom",
        "Only one",
        json!({ "url": format!("{}/custom", world.receiver.base_url()), "format": "ndjson" }),
        json!({}),
    );
    draft.source = Some(one.name.clone());
    world
        .engine
        .create_stream(draft, false, false)
        .await
        .expect("a stream is made");
    for round in 0..3 {
        post(&other, lines(&format!("other{round}"), 10)).await;
        post(&one, lines(&format!("one{round}"), 10)).await;
    }
    world
        .until(|status| status.streams[0].delivered == 30)
        .await;
    assert!(
        world
            .taken()
            .iter()
            .all(|event| event.id.starts_with("one"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn three_events_that_can_never_be_taken_do_not_hold_up_the_other_997() {
    let world = World::start().await;
    let source = world.intake("Intake").await;
    world.stream("Custom", json!({})).await;
    world.receiver.set_fault(Fault::Partial {
        marker: String::from("poison"),
    });
    let mut body = lines("e", 1000);
    for n in [0, 499, 999] {
        body = body.replace(&format!("\"e-{n}\""), &format!("\"poison-{n}\""));
    }
    post(&source, body).await;
    let status = world.drained().await;
    assert_eq!(
        (status.streams[0].delivered, status.streams[0].set_aside),
        (997, 3)
    );
    let taken = world.taken();
    assert_eq!(taken.len(), 997);
    assert!(taken.iter().all(|event| event.times == 1));
    let kept = world
        .engine
        .set_aside("Custom", None, 10)
        .await
        .expect("failed events are listed");
    assert_eq!(kept.len(), 3);
    assert!(
        kept.iter()
            .all(|event| event.event.contains("poison") && !event.reason.summary.is_empty())
    );

    world.receiver.set_fault(Fault::None);
    assert_eq!(
        world
            .engine
            .replay_set_aside("Custom", None)
            .await
            .expect("they are queued"),
        3
    );
    let status = world
        .until(|status| status.streams[0].delivered == 1000)
        .await;
    assert_eq!(
        (status.streams[0].set_aside, status.streams[0].waiting),
        (0, 0)
    );
    assert_eq!(world.taken().len(), 1000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_on_the_body_is_met_by_smaller_bodies_and_nothing_arrives_twice() {
    let world = World::start().await;
    let source = world.intake("Intake").await;
    world.stream("Custom", json!({})).await;
    world.receiver.set_fault(Fault::Limit { bytes: 10_000 });
    post(&source, lines("e", 2000)).await;
    let status = world.drained().await;
    assert_eq!(
        (status.streams[0].delivered, status.streams[0].set_aside),
        (2000, 0)
    );
    assert!(world.taken().iter().all(|event| event.times == 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_token_holds_everything_and_try_now_goes_on() {
    let world = World::start().await;
    let source = world.intake("Intake").await;
    world.stream("Custom", json!({})).await;
    world.receiver.set_fault(Fault::Status {
        status: 403,
        retry_after: None,
        percent: 100,
    });
    post(&source, lines("e", 10)).await;
    let status = world
        .until(|status| status.streams[0].status == Status::Failing)
        .await;
    let problem = status.streams[0]
        .last_problem
        .as_ref()
        .expect("a problem is shown");
    assert!(!problem.next_steps.is_empty(), "it says what to do");
    assert_eq!(
        (status.streams[0].delivered, status.streams[0].waiting),
        (0, 10)
    );
    world.receiver.set_fault(Fault::None);
    world
        .engine
        .retry_stream("Custom")
        .await
        .expect("it tries now");
    let status = world.drained().await;
    assert_eq!(
        (status.streams[0].delivered, status.streams[0].status),
        (10, Status::Healthy)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn one_dead_provider_does_not_slow_another() {
    let world = World::start().await;
    let source = world.intake("Intake").await;
    world.stream("Alive", json!({})).await;
    world
        .stream(
            "Dead",
            json!({ "url": "http://127.0.0.1:9/nothing-listens" }),
        )
        .await;
    for round in 0..5 {
        post(&source, lines(&format!("r{round}"), 100)).await;
    }
    let status = world
        .until(|status| status.streams[0].delivered == 500)
        .await;
    let dead = &status.streams[1];
    assert_eq!(
        (dead.name.as_str(), dead.delivered, dead.waiting),
        ("Dead", 0, 500)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_delivered_after_the_engine_was_closed_and_opened() {
    let mut world = World::start().await;
    let source = world.intake("Intake").await;
    let stream = world.stream("Custom", json!({})).await;
    world
        .engine
        .pause_stream(&stream.id)
        .await
        .expect("it pauses");
    post(&source, lines("e", 300)).await;
    world.reopen().await;
    let status = world.engine.status().await.expect("a status");
    assert_eq!(
        (status.streams[0].status, status.streams[0].waiting),
        (Status::Paused, 300)
    );
    world
        .engine
        .resume_stream("custom")
        .await
        .expect("names are found whatever their case");
    world
        .until(|status| status.streams[0].delivered == 300)
        .await;
    assert!(world.taken().iter().all(|event| event.times == 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_process_on_the_folder_reads_and_commands_but_does_not_deliver() {
    let world = World::start().await;
    let guest = crate::world::open(world.folder.path(), &world.vault).await;
    let delivering = guest.start().await.expect("it starts as a guest");
    assert!(
        matches!(delivering, penstock_engine::view::Delivering::Elsewhere { pid } if pid == std::process::id())
    );
    let source = world.intake("Intake").await;
    let draft = crate::world::draft(
        "custom",
        "From the guest",
        json!({ "url": format!("{}/custom", world.receiver.base_url()) }),
        json!({}),
    );
    guest
        .create_stream(draft, false, false)
        .await
        .expect("a guest makes a stream");
    world.until(|status| status.streams.len() == 1).await;
    post(&source, lines("e", 20)).await;
    world
        .until(|status| status.streams.iter().any(|stream| stream.delivered == 20))
        .await;
    guest
        .pause_stream("From the guest")
        .await
        .expect("a guest pauses it");
    world
        .until(|status| status.streams[0].status == Status::Paused)
        .await;
    let seen = guest.status().await.expect("the guest sees it");
    assert_eq!(seen.streams[0].delivered, 20);
    world.engine.stop().await;
    let mut changes = guest.subscribe();
    while guest.delivering().await != penstock_engine::view::Delivering::Here {
        changes.next().await;
    }
    guest.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_without_secrets_needs_no_keychain() {
    let vault = std::sync::Arc::new(penstock_engine::vault::memory::Memory::default());
    let world = World::on(vault.clone()).await;
    let source = world.intake("Intake").await;
    vault.fail_with(Some(penstock_engine::problem::Problem::new(
        "keychain-locked",
        "Locked.",
    )));
    world.stream("Custom", json!({})).await;
    post(&source, lines("e", 3)).await;
    let status = world.until(|status| status.streams[0].delivered == 3).await;
    assert_eq!(status.streams[0].status, Status::Healthy);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_keychain_holds_a_stream_and_an_unlocked_one_lets_it_go_on() {
    let vault = std::sync::Arc::new(penstock_engine::vault::memory::Memory::default());
    let world = World::on(vault.clone()).await;
    let source = world.intake("Intake").await;
    let details = json!({ "url": format!("{}/custom", world.receiver.base_url()) });
    let secrets = json!({ "headers": [{ "key": "X-Token", "value": "secret-value" }] });
    let stream = world.stream_of("custom", "Custom", details, secrets).await;
    world
        .engine
        .pause_stream(&stream.id)
        .await
        .expect("it pauses");
    vault.fail_with(Some(penstock_engine::problem::Problem::new(
        "keychain-locked",
        "Locked.",
    )));
    world
        .engine
        .resume_stream(&stream.id)
        .await
        .expect("it resumes");
    post(&source, lines("e", 3)).await;
    let status = world
        .until(|status| status.streams[0].status == Status::Failing)
        .await;
    let problem = status.streams[0].last_problem.clone().expect("a problem");
    assert_eq!(
        (problem.code.as_str(), status.streams[0].waiting),
        ("keychain-locked", 3)
    );
    vault.fail_with(None);
    world
        .engine
        .retry_stream(&stream.id)
        .await
        .expect("it tries now");
    let status = world.until(|status| status.streams[0].delivered == 3).await;
    assert_eq!(status.streams[0].status, Status::Healthy);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_intakes_do_not_share_an_address_even_while_neither_listens() {
    let world = World::start().await;
    let source = world.intake("Intake").await;
    world.engine.stop().await;
    let mut details = penstock_engine::provider::Details::new();
    let listen = source.listen.expect("an address");
    details.insert(String::from("listen"), json!(listen));
    let draft = penstock_engine::view::SourceDraft {
        kind: String::from("http_intake"),
        name: String::from("Other"),
        details,
        secrets: penstock_engine::view::SecretsDraft::default(),
        source: None,
    };
    let refused = world.engine.create_source(draft).await;
    let problem = refused.expect_err("the address is taken");
    assert_eq!(problem.code, "intake-port-taken");
    assert!(problem.summary.contains("Intake"), "it names who has it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_stayed_the_same_is_not_told_again_when_others_change() {
    let world = World::start().await;
    let (one, other) = (world.intake("One").await, world.intake("Other").await);
    for source in [&one, &other] {
        let url = format!("{}/custom", world.receiver.base_url());
        let details = json!({ "url": url, "format": "ndjson" });
        let mut draft = crate::world::draft("custom", &source.name, details, json!({}));
        draft.source = Some(source.id.clone());
        let made = world.engine.create_stream(draft, false, false).await;
        made.expect("a stream is made");
    }
    let mut changes = world.engine.subscribe();
    let mut told = Vec::new();
    for delivered in 1..=3 {
        post(&one, lines(&format!("e{delivered}"), 1)).await;
        let mut seen = 0;
        while seen < delivered {
            let changes = changes.next().await.expect("the engine lives");
            for stream in changes.streams {
                told.push(stream.name.clone());
                if stream.name == "One" {
                    seen = stream.delivered;
                }
            }
        }
    }
    let others = told.iter().filter(|name| *name == "Other").count();
    assert!(others <= 1, "told at first, then never again: {told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_status_says_is_of_one_moment() {
    let world = World::start().await;
    let source = world.intake("Intake").await;
    world.stream("One", json!({})).await;
    world.stream("Other", json!({})).await;
    let guest = crate::world::open(world.folder.path(), &world.vault).await;
    let posting = tokio::spawn(async move {
        for round in 0..100 {
            post(&source, lines(&format!("e{round}-"), 20)).await;
        }
    });
    loop {
        let done = posting.is_finished();
        let status = guest.status().await.expect("a status");
        for stream in &status.streams {
            let known = stream.delivered + stream.waiting + stream.set_aside + stream.filtered;
            assert_eq!(known, status.journal.last_seq, "{stream:?}");
        }
        if done && status.streams.iter().all(|stream| stream.waiting == 0) {
            break;
        }
    }
}
