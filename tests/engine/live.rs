//! Live events: what the journal holds, where each event stands, and filters tried on it.

use penstock_engine::engine::ReplayFrom;
use penstock_engine::redaction::{Redaction, RedactionAction, RedactionRule};
use penstock_engine::view::{EventsAsk, FateKind, PreviewAsk};
use penstock_receiver::view::Fault;
use serde_json::json;

use crate::filters::{filtered_stream, types};
use crate::world::{World, lines, post};

fn newest(limit: u32) -> EventsAsk {
    EventsAsk {
        limit,
        ..EventsAsk::default()
    }
}

async fn seqs(world: &World, ask: EventsAsk) -> Vec<u64> {
    let page = world.engine.events(ask).await.expect("a page");
    page.rows.iter().map(|row| row.seq).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_paged_from_the_newest_back_and_can_be_searched() {
    let world = World::start().await;
    let (one, two) = (world.intake("One").await, world.intake("Two").await);
    post(&one, lines("a", 30)).await;
    post(&two, lines("b", 30)).await;
    post(&one, lines("c", 30)).await;
    let page = world.engine.events(newest(10)).await.expect("a page");
    let row = &page.rows[0];
    assert_eq!((row.seq, row.event_id.as_deref()), (90, Some("c-29")));
    assert_eq!(row.event_type.as_deref(), Some("get-secrets"));
    assert_eq!(row.source_name, "One");
    assert_eq!((page.rows.len(), page.looked_back_to), (10, 81));
    assert!(page.more);
    assert_eq!(page.last_seq, 90);
    let ask = |ask: EventsAsk| seqs(&world, ask);
    assert_eq!(
        ask(EventsAsk {
            before: Some(81),
            ..newest(2)
        })
        .await,
        [80, 79]
    );
    assert_eq!(
        ask(EventsAsk {
            after: Some(88),
            ..newest(10)
        })
        .await,
        [90, 89]
    );
    let of_two = EventsAsk {
        source: Some("two".into()),
        ..newest(100)
    };
    assert_eq!(ask(of_two).await, (31..=60).rev().collect::<Vec<_>>());
    let found = EventsAsk {
        search: Some("\"B-7\"".into()),
        ..newest(100)
    };
    let page = world.engine.events(found).await.expect("a page");
    assert_eq!(page.rows.len(), 1);
    assert_eq!(
        (page.rows[0].seq, page.looked_back_to, page.more),
        (38, 1, false)
    );
    let opened = world.engine.event(38).await.expect("it is kept");
    assert!(opened.event.contains("\"b-7\"") && !opened.cut);
    let unknown = world.engine.event(91).await.expect_err("not there");
    assert_eq!(unknown.code, "event-unknown");
    world
        .engine
        .delete_source("two")
        .await
        .expect("it is deleted");
    let opened = world.engine.event(38).await.expect("it is kept");
    assert_eq!(
        (opened.row.source, opened.row.source_name.as_str()),
        (None, "Deleted source")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_says_how_far_back_it_looked_and_goes_on_from_there() {
    let world = World::start().await;
    let source = world.intake("Intake").await;
    post(&source, lines("needle", 1)).await;
    for round in 0..25 {
        post(&source, lines(&format!("r{round}"), 1000)).await;
    }
    let search = |before| EventsAsk {
        search: Some("needle".into()),
        before,
        ..newest(10)
    };
    let page = world.engine.events(search(None)).await.expect("a page");
    assert_eq!((page.rows.len(), page.more), (0, true));
    let page = world.engine.events(search(Some(page.looked_back_to))).await;
    let page = page.expect("a page");
    assert_eq!((page.rows.len(), page.more), (1, false));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_event_says_where_it_stands_with_every_stream() {
    let world = World::start().await;
    let source = world.intake("Intake").await;
    post(&source, lines("before", 1)).await;
    // In the order of their names.
    let all = world.stream("All", json!({})).await;
    let none = filtered_stream(&world, "None", types(&["launch-*"])).await;
    let fates = async |seq| -> Vec<FateKind> {
        let event = world.engine.event(seq).await.expect("it is kept");
        assert_eq!(event.row.fates[0].stream, all.id);
        assert_eq!(event.row.fates[1].stream, none.id);
        event.row.fates.iter().map(|fate| fate.fate).collect()
    };
    use FateKind::*;
    post(&source, lines("e", 1)).await;
    world.drained().await;
    assert_eq!(fates(1).await, [NotTaken, NotTaken]);
    assert_eq!(fates(2).await, [Delivered, Filtered]);

    world.receiver.set_fault(Fault::Partial {
        marker: String::from("poison"),
    });
    post(&source, lines("poison", 2)).await;
    world.drained().await;
    assert_eq!(fates(3).await, [SetAside, Filtered]);
    let why = &world.engine.event(3).await.expect("it is kept").row.fates[0].problem;
    assert!(
        why.as_ref()
            .is_some_and(|problem| !problem.summary.is_empty())
    );
    world
        .engine
        .discard_set_aside("All", Some(vec![3]))
        .await
        .expect("it is deleted");
    assert_eq!(fates(3).await, [Discarded, Filtered]);
    world.receiver.set_fault(Fault::None);
    world
        .engine
        .replay_set_aside("All", None)
        .await
        .expect("it is queued");
    world
        .until(|status| status.streams[0].set_aside == 0 && status.streams[0].waiting == 0)
        .await;
    assert_eq!(fates(4).await, [Delivered, Filtered]);

    world.engine.pause_stream("All").await.expect("it pauses");
    post(&source, lines("paused", 2)).await;
    assert_eq!(fates(5).await[0], Waiting);
    world
        .engine
        .replay_stream("All", ReplayFrom::Seq(6))
        .await
        .expect("it skips one");
    world.engine.resume_stream("All").await.expect("it resumes");
    world.drained().await;
    assert_eq!(fates(5).await, [NotTaken, Filtered]);
    assert_eq!(fates(6).await, [Delivered, Filtered]);
    world.engine.pause_stream("All").await.expect("it pauses");
    world
        .engine
        .replay_stream("All", ReplayFrom::Seq(1))
        .await
        .expect("it is set back");
    assert_eq!(fates(1).await, [Waiting, NotTaken]);
    world.engine.resume_stream("All").await.expect("it resumes");
    world.drained().await;
    for seq in [1, 3, 5, 6] {
        assert_eq!(fates(seq).await[0], Delivered, "{seq}");
    }

    let page = world.engine.events(newest(10)).await.expect("a page");
    let row = page.rows.last().expect("the oldest");
    assert_eq!(
        (row.seq, row.fates.len()),
        (1, 1),
        "who did not take it is left out"
    );
    let ask = EventsAsk {
        stream: Some("None".into()),
        ..newest(10)
    };
    let page = world.engine.events(ask).await.expect("a page");
    assert!(
        page.rows
            .iter()
            .all(|row| row.fates.iter().all(|fate| fate.stream == none.id))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_says_how_many_pass_which_and_how_they_would_leave() {
    let world = World::start().await;
    let source = world.intake("Intake").await;
    let other = world.intake("Other").await;
    let events = |kind: &str, count| lines("e", count).replace("get-secrets", kind);
    post(&source, events("create-secret", 7)).await;
    post(&source, events("get-secrets", 30)).await;
    post(&other, events("create-secret", 100)).await;
    let ask = PreviewAsk {
        source: Some("Intake".into()),
        stream: None,
        filter: types(&["create-*"]),
        redaction: Redaction {
            rules: vec![RedactionRule {
                path: "id".into(),
                action: RedactionAction::Hash,
            }],
        },
        limit: 5,
    };
    let preview = world.engine.preview(ask.clone()).await.expect("a preview");
    assert_eq!((preview.looked_at, preview.matched), (37, 7));
    assert_eq!(
        preview.rows.len(),
        10,
        "five that pass and five that do not"
    );
    assert!(preview.rows.is_sorted_by(|one, next| one.seq > next.seq));
    for row in &preview.rows {
        assert_eq!(row.passes, row.seq <= 7);
        assert!(row.before.contains("\"e-") && !row.after.contains("\"e-"));
        assert!(row.after.contains("\"id\":\"h:"));
    }
    let everything = PreviewAsk {
        source: None,
        ..ask.clone()
    };
    let preview = world.engine.preview(everything).await.expect("a preview");
    assert_eq!((preview.looked_at, preview.matched), (137, 107));
    let wrong = PreviewAsk {
        filter: types(&[]),
        ..ask
    };
    let preview = world.engine.preview(wrong).await.expect("an answer");
    assert_eq!(preview.errors[0].field, "filter.0");
    assert_eq!((preview.looked_at, preview.rows.len()), (0, 0));
}
