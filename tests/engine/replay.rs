//! Replays: what is asked for is delivered again, and the count of every stream stays right.

use penstock_engine::engine::ReplayFrom;
use penstock_engine::view::StreamView;
use penstock_receiver::view::Fault;
use serde_json::json;

use crate::filters::{filtered_stream, types};
use crate::world::{World, lines, post};

/// Delivered, kept out, set aside, waiting.
fn counts(stream: &StreamView) -> (u64, u64, u64, u64) {
    (
        stream.delivered,
        stream.filtered,
        stream.set_aside,
        stream.waiting,
    )
}

/// How many events arrived so many times.
fn times(world: &World, times: u64) -> usize {
    let taken = world.taken();
    taken
        .iter()
        .filter(|it| u64::from(it.times) == times)
        .count()
}

async fn replay(world: &World, stream: &str, seq: u64) -> StreamView {
    let replayed = world.engine.replay_stream(stream, ReplayFrom::Seq(seq));
    replayed.await.expect("the cursor is set")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_delivers_again_from_the_place_it_is_told() {
    let world = World::start().await;
    let source = world.intake("Intake").await;
    world.stream("Custom", json!({})).await;
    post(&source, lines("e", 50)).await;
    world.drained().await;
    world
        .engine
        .pause_stream("Custom")
        .await
        .expect("it pauses");
    let stream = replay(&world, "Custom", 41).await;
    assert_eq!(counts(&stream), (40, 0, 0, 10));
    world
        .engine
        .resume_stream("Custom")
        .await
        .expect("it resumes");
    let status = world.drained().await;
    assert_eq!(counts(&status.streams[0]), (50, 0, 0, 0));
    assert_eq!((times(&world, 1), times(&world, 2)), (40, 10));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_replayed_is_counted_once_whatever_became_of_it_before() {
    let world = World::start().await;
    let source = world.intake("Intake").await;
    filtered_stream(&world, "Custom", types(&["create-secret"])).await;
    let event = |n: u64| {
        let kind = ["create-secret", "get-secrets"][(n % 2) as usize];
        format!("{{\"id\":\"e-{n}\",\"eventType\":\"{kind}\"}}\n")
    };
    world.receiver.set_fault(Fault::Partial {
        marker: String::from("\"e-6\""),
    });
    post(&source, (0..10).map(event).collect::<String>()).await;
    assert_eq!(counts(&world.drained().await.streams[0]), (4, 5, 1, 0));

    world.receiver.set_fault(Fault::None);
    world
        .engine
        .pause_stream("Custom")
        .await
        .expect("it pauses");
    // Event 6 has sequence number 7: it comes again from the journal, and fails no more.
    let stream = replay(&world, "Custom", 6).await;
    assert_eq!(counts(&stream), (3, 2, 0, 5));
    let stream = replay(&world, "Custom", 3).await;
    assert_eq!(counts(&stream), (1, 1, 0, 8));
    world
        .engine
        .resume_stream("Custom")
        .await
        .expect("it resumes");
    assert_eq!(counts(&world.drained().await.streams[0]), (5, 5, 0, 0));

    // By another filter now, over all of it.
    world
        .engine
        .pause_stream("Custom")
        .await
        .expect("it pauses");
    world
        .engine
        .set_filter("Custom", types(&["get-secrets"]))
        .await
        .expect("it is changed");
    let stream = replay(&world, "Custom", 1).await;
    assert_eq!(counts(&stream), (0, 0, 0, 10));
    world
        .engine
        .resume_stream("Custom")
        .await
        .expect("it resumes");
    assert_eq!(counts(&world.drained().await.streams[0]), (5, 5, 0, 0));
    assert_eq!(times(&world, 1), 5 + 1 + 1, "the other five, e-0 and e-6");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_begins_behind_what_was_pruned_in_the_midst_of_the_journal() {
    let world = World::start().await;
    let (first, second) = (world.intake("First").await, world.intake("Second").await);
    world.stream("All", json!({})).await;
    let mut slow = crate::world::draft(
        "custom",
        "Slow",
        json!({ "url": format!("{}/custom", world.receiver.base_url()) }),
        json!({}),
    );
    slow.source = Some(second.id.clone());
    let slow = world.engine.create_stream(slow, false, true).await;
    slow.expect("a paused stream is made");
    post(&second, lines("a", 5)).await;
    post(&first, lines("b", 7)).await;
    post(&second, lines("c", 3)).await;
    let all = |streams: &[StreamView]| {
        let stream = streams.iter().find(|stream| stream.name == "All");
        stream.expect("it is there").clone()
    };
    world
        .until(|status| all(&status.streams).delivered == 15)
        .await;
    let pruned = world
        .engine
        .store()
        .write(|connection| penstock_engine::store::journal::prune(connection, i64::MAX, 64))
        .await;
    assert_eq!(
        pruned.expect("it prunes"),
        1,
        "what the slow one needs stays"
    );
    world.engine.pause_stream("All").await.expect("it pauses");
    let stream = replay(&world, "All", 1).await;
    assert_eq!(stream.delivered, 12, "what is gone stays delivered");
    world.engine.resume_stream("All").await.expect("it resumes");
    let status = world
        .until(|status| all(&status.streams).waiting == 0)
        .await;
    assert_eq!(counts(&all(&status.streams)), (15, 0, 0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_of_what_was_pruned_at_the_end_of_the_journal_waits_for_nothing() {
    let world = World::start().await;
    let source = world.intake("Intake").await;
    world.stream("All", json!({})).await;
    post(&source, lines("e", 10)).await;
    world.drained().await;
    let pruned = world
        .engine
        .store()
        .write(|connection| penstock_engine::store::journal::prune(connection, i64::MAX, 64))
        .await;
    assert_eq!(pruned.expect("it prunes"), 1, "nobody needs it");
    let stream = replay(&world, "All", 4).await;
    assert_eq!(counts(&stream), (10, 0, 0, 0));

    let mut only = crate::world::draft(
        "custom",
        "Only",
        json!({ "url": format!("{}/custom", world.receiver.base_url()) }),
        json!({}),
    );
    only.source = Some(source.id.clone());
    let only = world.engine.create_stream(only, false, false).await;
    only.expect("a stream is made");
    let stream = replay(&world, "Only", 1).await;
    assert_eq!(stream.waiting, 0);
    post(&source, lines("f", 5)).await;
    let delivered = world.until(|status| {
        let each = status.streams.iter().map(|stream| stream.delivered);
        each.sum::<u64>() == 10 + 5 + 5
    });
    let status = delivered.await;
    assert!(status.streams.iter().all(|stream| stream.waiting == 0));
    assert_eq!(times(&world, 1), 10, "the first ten came once");
}
