//! Filtered streams: exactly what passes is delivered, and everything else is accounted for.

use penstock_engine::filter::{Filter, FilterCondition, FilterField};
use penstock_engine::store::FILE;
use penstock_engine::view::{FateKind, Status, StatusView, StreamView};
use penstock_receiver::view::Fault;
use serde_json::json;
use std::collections::BTreeSet;

use crate::world::{World, draft, post};

/// Events of two types by turns: `create-secret` where the number is even, else `get-secrets`.
fn mixed(numbers: std::ops::Range<usize>) -> String {
    let event = |n: usize| {
        let kind = if n.is_multiple_of(2) {
            "create-secret"
        } else {
            "get-secrets"
        };
        format!("{{\"id\":\"e-{n}\",\"eventType\":\"{kind}\",\"n\":{n}}}\n")
    };
    numbers.map(event).collect()
}

pub fn types(values: &[&str]) -> Filter {
    Filter {
        conditions: vec![FilterCondition {
            field: FilterField::EventType,
            exclude: false,
            values: values.iter().map(ToString::to_string).collect(),
        }],
    }
}

pub async fn filtered_stream(world: &World, name: &str, filter: Filter) -> StreamView {
    let url = format!("{}/custom", world.receiver.base_url());
    let details = json!({ "url": url, "format": "ndjson" });
    let mut draft = draft("custom", name, details, json!({}));
    draft.filter = Some(filter);
    let made = world.engine.create_stream(draft, false, false).await;
    made.expect("a stream is made")
}

fn counts(status: &StatusView) -> (u64, u64, u64, u64) {
    let stream = &status.streams[0];
    (
        stream.delivered,
        stream.filtered,
        stream.set_aside,
        stream.waiting,
    )
}

/// The numbers of the events that arrived, each of which came once.
fn arrived(world: &World) -> BTreeSet<usize> {
    let number = |taken: &penstock_receiver::Taken| {
        assert_eq!(taken.times, 1, "{}", taken.id);
        taken.id.trim_start_matches("e-").parse().expect("a number")
    };
    world.taken().iter().map(number).collect()
}

fn evens(numbers: std::ops::Range<usize>) -> BTreeSet<usize> {
    numbers.filter(|n| n.is_multiple_of(2)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_passes_arrives_and_the_rest_is_counted_through_stop_and_start() {
    let mut world = World::start().await;
    let source = world.intake("Intake").await;
    let stream = filtered_stream(&world, "Custom", types(&["create-*"])).await;
    post(&source, mixed(0..1501)).await;
    assert_eq!(counts(&world.drained().await), (751, 750, 0, 0));
    world
        .engine
        .pause_stream(&stream.id)
        .await
        .expect("it pauses");
    post(&source, mixed(1501..3000)).await;
    world.reopen().await;
    let status = world.engine.status().await.expect("a status");
    assert_eq!(counts(&status), (751, 750, 0, 1499), "not yet passed");
    world
        .engine
        .resume_stream(&stream.id)
        .await
        .expect("it resumes");
    assert_eq!(counts(&world.drained().await), (1500, 1500, 0, 0));
    assert_eq!(arrived(&world), evens(0..3000));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_stretch_where_nothing_passes_is_left_behind_without_a_request() {
    let mut world = World::start().await;
    let source = world.intake("Intake").await;
    let stream = filtered_stream(&world, "Custom", types(&["launch-rocket"])).await;
    world
        .engine
        .pause_stream(&stream.id)
        .await
        .expect("it pauses");
    for round in 0..15 {
        post(&source, mixed(round * 2000..round * 2000 + 2000)).await;
    }
    // The journal is read from disk then, as after a long pause.
    world.reopen().await;
    world
        .engine
        .resume_stream(&stream.id)
        .await
        .expect("it resumes");
    assert_eq!(counts(&world.drained().await), (0, 30_000, 0, 0));
    let attempts = world.engine.attempts(None, None, 10).await.expect("a list");
    assert_eq!(attempts, []);
    post(
        &source,
        mixed(0..1).replace("create-secret", "launch-rocket"),
    )
    .await;
    assert_eq!(counts(&world.drained().await), (1, 30_000, 0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_filter_takes_hold_where_the_cursor_stands() {
    let mut world = World::start().await;
    let source = world.intake("Intake").await;
    let stream = filtered_stream(&world, "Custom", types(&["create-secret"])).await;
    post(&source, mixed(0..100)).await;
    world.drained().await;
    world
        .engine
        .pause_stream(&stream.id)
        .await
        .expect("it pauses");
    post(&source, mixed(100..200)).await;
    let changed = world
        .engine
        .set_filter(&stream.id, types(&["get-secrets"]))
        .await;
    assert_eq!(
        changed.expect("it is changed").filter,
        types(&["get-secrets"])
    );
    world.reopen().await;
    world
        .engine
        .resume_stream(&stream.id)
        .await
        .expect("it resumes");
    assert_eq!(counts(&world.drained().await), (100, 100, 0, 0));
    let odds: BTreeSet<usize> = (100..200).filter(|n| n % 2 == 1).collect();
    assert_eq!(arrived(&world), &evens(0..100) | &odds);
    // What became of each is told by the filter of its time.
    for (seq, fate) in [
        (1, FateKind::Delivered),
        (2, FateKind::Filtered),
        (101, FateKind::Filtered),
        (102, FateKind::Delivered),
    ] {
        let event = world.engine.event(seq).await.expect("it is kept");
        assert_eq!(event.row.fates[0].fate, fate, "{seq}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn retries_halves_and_failed_events_keep_to_the_filter() {
    let world = World::start().await;
    let source = world.intake("Intake").await;
    filtered_stream(&world, "Custom", types(&["create-secret"])).await;
    world.receiver.set_fault(Fault::Limit { bytes: 3000 });
    post(&source, mixed(0..1000)).await;
    assert_eq!(counts(&world.drained().await), (500, 500, 0, 0));
    world.receiver.set_fault(Fault::Status {
        status: 503,
        retry_after: None,
        percent: 100,
    });
    post(&source, mixed(1000..1500)).await;
    world
        .until(|status| status.streams[0].status == Status::Retrying)
        .await;
    world.receiver.set_fault(Fault::Partial {
        marker: String::from("\"e-1100\""),
    });
    world.engine.retry_stream("Custom").await.expect("it tries");
    let status = world.drained().await;
    assert_eq!(counts(&status), (749, 750, 1, 0));
    world.receiver.set_fault(Fault::None);
    world
        .engine
        .replay_set_aside("Custom", None)
        .await
        .expect("it is queued");
    let status = world
        .until(|status| status.streams[0].delivered == 750)
        .await;
    assert_eq!(counts(&status), (750, 750, 0, 0));
    assert_eq!(arrived(&world), evens(0..1500));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_that_cannot_be_read_holds_the_stream_until_it_has_another() {
    let mut world = World::start().await;
    let source = world.intake("Intake").await;
    let stream = filtered_stream(&world, "Custom", types(&["create-secret"])).await;
    world.engine.stop().await;
    let database = rusqlite::Connection::open(world.folder.path().join(FILE)).expect("it opens");
    database
        .execute(
            "UPDATE stream SET filter = '{\"conditions\":[{\"field\":\"weather\",\"values\":[\"rain\"]}]}'",
            [],
        )
        .expect("a newer version saves it");
    drop(database);
    world.reopen().await;
    post(&source, mixed(0..10)).await;
    let status = world
        .until(|status| status.streams[0].status == Status::Failing)
        .await;
    let problem = status.streams[0].last_problem.clone().expect("a problem");
    assert_eq!(problem.code, "filter-not-understood");
    assert_eq!(counts(&status), (0, 0, 0, 10));
    // An editor that shows it as empty does not make it so.
    let url = format!("{}/custom", world.receiver.base_url());
    let mut edited = draft("custom", "Custom", json!({ "url": url }), json!({}));
    edited.stream = Some(stream.id.clone());
    edited.filter = Some(Filter::default());
    let refused = world.engine.update_stream(edited.clone(), false).await;
    assert_eq!(refused.expect_err("refused").code, "filter-not-understood");
    edited.filter = None;
    world
        .engine
        .update_stream(edited, false)
        .await
        .expect("the rest can be changed");
    assert_eq!(world.taken(), []);
    let set = world
        .engine
        .set_filter(&stream.id, types(&["launch-rocket"]))
        .await;
    set.expect("it is set");
    let status = world
        .until(|status| status.streams[0].status == Status::Healthy)
        .await;
    assert_eq!(counts(&status), (0, 10, 0, 0));
    let set = world
        .engine
        .set_filter(&stream.id, types(&["create-secret"]))
        .await;
    set.expect("it is set");
    post(&source, mixed(10..20)).await;
    assert_eq!(counts(&world.drained().await), (5, 15, 0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_filter_is_refused_and_named() {
    let world = World::start().await;
    let url = format!("{}/custom", world.receiver.base_url());
    let mut wrong = draft("custom", "Custom", json!({ "url": url }), json!({}));
    wrong.filter = Some(Filter {
        conditions: vec![FilterCondition {
            field: FilterField::Ip,
            exclude: true,
            values: vec![String::from("10.0.0")],
        }],
    });
    let check = world
        .engine
        .check_draft(wrong.clone())
        .await
        .expect("a check");
    assert_eq!(check.errors.len(), 1);
    assert_eq!(check.errors[0].field, "filter");
    assert!(check.errors[0].message.starts_with("Condition 1: 10.0.0"));
    assert_eq!(check.preview, None);
    let refused = world.engine.create_stream(wrong, false, false).await;
    assert_eq!(refused.expect_err("refused").code, "settings-invalid");
}
