//! What is there is taken, all of it, once.

use infisical_stand_in::{Chance, Event, Fault, Options, StandIn, machine_time};
use penstock_engine::source::{Measure, Phase};
use std::time::Duration;

use super::journal::Journal;
use super::{HOUR, Plan};

fn sorted(mut ids: Vec<String>) -> Vec<String> {
    ids.sort();
    ids
}

#[tokio::test(flavor = "multi_thread")]
async fn the_past_is_taken_whole_oldest_first_and_in_the_streamed_form() {
    let stand_in = StandIn::start(Options::default()).await;
    let now = machine_time();
    let events = Event::spread("past", 3_500, now - 20 * HOUR, now - HOUR);
    stand_in.add(events.clone());
    stand_in.add([Event::like(0, "too old", now - 25 * HOUR)]);
    let journal = Journal::new();
    let source = Plan::from(&stand_in, "24h").start(&journal).await;
    let state = journal
        .until(|state| {
            let watching = state.report.as_ref().map(|it| it.phase) == Some(Phase::Watching);
            watching && state.events.len() >= 3_500
        })
        .await;
    source.stop().await;
    for (event, wanted) in state.events.iter().zip(&events) {
        assert_eq!(*event, wanted.streamed(90));
    }
    assert_eq!(state.events.len(), 3_500, "in the order of time, each once");
    assert_eq!(state.problems, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_goes_back_to_the_oldest_event_and_shows_progress() {
    let stand_in = StandIn::start(Options {
        retention_days: 1_000,
        ..Options::default()
    })
    .await;
    let now = machine_time();
    let years = 730 * 24 * HOUR;
    // A gap of more than a year lies between the two.
    stand_in.add(Event::spread("old", 10, now - years, now - years + HOUR));
    stand_in.add(Event::spread("new", 10, now - 2 * HOUR, now - HOUR));
    let journal = Journal::new();
    let source = Plan::from(&stand_in, "all").start(&journal).await;
    let state = journal
        .until(|state| {
            let progress = state.report.as_ref().and_then(|it| it.progress.as_ref());
            state.events.len() == 10
                && progress.is_some_and(|it| it.done > 0 && it.measure == Measure::Time)
        })
        .await;
    let progress = state.report.and_then(|it| it.progress).expect("progress");
    assert!(progress.done <= progress.total, "{progress:?}");
    let two_years = u64::try_from(years + 100 * 24 * HOUR).expect("positive");
    assert!(
        progress.total < two_years,
        "it counts from the first event: {progress:?}"
    );
    let state = journal.until(|state| state.events.len() == 20).await;
    source.stop().await;
    assert_eq!(state.sorted_ids(), sorted(stand_in.ids()));
}

#[tokio::test(flavor = "multi_thread")]
async fn from_now_on_nothing_from_before_is_taken() {
    let stand_in = StandIn::start(Options::default()).await;
    stand_in.add(Event::spread(
        "past",
        50,
        machine_time() - HOUR,
        machine_time() - 2_000,
    ));
    let journal = Journal::new();
    let source = Plan::from(&stand_in, "now").start(&journal).await;
    stand_in.wait_until(|asked| asked.given > 0).await;
    stand_in.add([Event::like(1, "fresh", stand_in.now())]);
    let state = journal.until(|state| !state.events.is_empty()).await;
    source.stop().await;
    assert_eq!(state.ids(), ["fresh"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn now_is_the_first_start_even_if_infisical_cannot_be_reached_then() {
    let stand_in = StandIn::start(Options::default()).await;
    stand_in.set_fault(Fault::WebPage);
    let journal = Journal::new();
    let plan = Plan::from(&stand_in, "now");
    let source = plan.start(&journal).await;
    journal
        .until(|state| state.has_problem("infisical-web-page"))
        .await;
    source.stop().await;
    stand_in.add([Event::like(1, "meanwhile", stand_in.now())]);
    stand_in.set_fault(Fault::None);
    let source = plan.start(&journal).await;
    let state = journal.until(|state| !state.events.is_empty()).await;
    source.stop().await;
    assert_eq!(state.ids(), ["meanwhile"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_show_late_and_out_of_order_are_taken_once() {
    let stand_in = StandIn::start(Options::default()).await;
    let journal = Journal::new();
    let now = machine_time();
    let late = Event::spread("late", 400, now - 4_000, now + 4_000)
        .into_iter()
        .enumerate()
        // Up to eight seconds late, the earlier ones often after the later ones.
        .map(|(n, event)| event.late(i64::try_from(n * 7919 % 8_000).expect("small")));
    stand_in.add(late);
    let source = Plan::from(&stand_in, "24h")
        .with("overlap_seconds", 20)
        .start(&journal)
        .await;
    let state = journal.until(|state| state.events.len() >= 400).await;
    source.stop().await;
    assert_eq!(state.sorted_ids(), sorted(stand_in.ids()));
}

#[tokio::test(flavor = "multi_thread")]
async fn more_events_than_a_page_in_one_millisecond_are_all_taken_in_whatever_order_they_come() {
    let stand_in = StandIn::start(Options {
        unsteady: true,
        ..Options::default()
    })
    .await;
    let at = machine_time() - HOUR;
    stand_in.add((0..2_500).map(|n| Event::like(n, format!("import-{n}"), at)));
    stand_in.add(Event::spread("around", 100, at - 50, at + 50));
    let journal = Journal::new();
    let source = Plan::from(&stand_in, "24h").start(&journal).await;
    let state = journal.until(|state| state.events.len() >= 2_600).await;
    source.stop().await;
    assert_eq!(state.sorted_ids(), sorted(stand_in.ids()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_millisecond_with_more_than_is_held_at_once_is_taken_in_parts() {
    let stand_in = StandIn::start(Options::default()).await;
    let at = machine_time() - HOUR;
    stand_in.add((0..23_000).map(|n| Event::like(n, format!("import-{n}"), at)));
    let journal = Journal::new();
    let plan = Plan::from(&stand_in, "24h");
    let source = plan.start(&journal).await;
    let part = journal.until(|state| state.events.len() >= 10_000).await;
    source.stop().await;
    assert!(part.seen.len() >= 10_000, "what comes again is known");
    let source = plan.start(&journal).await;
    let state = journal.until(|state| state.events.len() >= 23_000).await;
    source.stop().await;
    assert_eq!(state.sorted_ids(), sorted(stand_in.ids()));
}

#[tokio::test(flavor = "multi_thread")]
async fn visible_duplicates_are_taken_once_and_merging_them_hides_nothing() {
    let stand_in = StandIn::start(Options::default()).await;
    let now = machine_time();
    let events = Event::spread("twice", 1_500, now - 20 * HOUR, now - HOUR);
    stand_in.add(events.clone());
    stand_in.add(events);
    let journal = Journal::new();
    let source = Plan::from(&stand_in, "24h").start(&journal).await;
    stand_in.wait_until(|asked| asked.given >= 2).await;
    stand_in.merge_duplicates();
    let state = journal.until(|state| state.events.len() >= 1_500).await;
    source.stop().await;
    assert_eq!(state.sorted_ids(), sorted(stand_in.ids()));
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_restart_nothing_is_taken_twice_and_nothing_is_passed_over() {
    let stand_in = StandIn::start(Options::default()).await;
    let journal = Journal::new();
    let plan = Plan::from(&stand_in, "24h");
    for round in 0..4_usize {
        let now = stand_in.now();
        let prefix = format!("round-{round}");
        stand_in.add(Event::spread(&prefix, 200, now - 3_000, now));
        let source = plan.start(&journal).await;
        let wanted = 200 * (round + 1);
        let state = journal.until(|state| state.events.len() >= wanted).await;
        source.stop().await;
        assert_eq!(state.sorted_ids(), sorted(stand_in.ids()));
    }
    let state = journal.state();
    let (settled, now) = (state.position.expect("a position"), stand_in.now());
    let settled: serde_json::Value = serde_json::from_str(&settled).expect("JSON");
    let settled = settled["up_to"].as_i64().expect("a time");
    assert!(settled <= now - 90_000, "the overlap is read again");
    assert!(
        state.seen.values().all(|at| *at >= settled),
        "the rest is forgotten"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn its_own_events_are_left_out_and_counted_and_nobody_elses() {
    let stand_in = StandIn::start(Options::default()).await;
    let now = machine_time();
    stand_in.add(Event::spread("work", 20, now - HOUR, now - HOUR / 2));
    let journal = Journal::new();
    let source = Plan::from(&stand_in, "24h").start(&journal).await;
    let state = journal.until(|state| state.left_out >= 2).await;
    source.stop().await;
    assert_eq!(state.events.len(), 20);

    let journal = Journal::new();
    let source = Plan::from(&stand_in, "24h")
        .with("leave_out_own", false)
        .start(&journal)
        .await;
    let state = journal.until(|state| state.events.len() > 22).await;
    source.stop().await;
    let own = state.events.iter().filter(|event| {
        let kind = event["eventType"].as_str();
        matches!(
            kind,
            Some("view-audit-logs" | "login-identity-universal-auth")
        ) && !event["id"]
            .as_str()
            .is_some_and(|id| id.starts_with("work"))
    });
    assert!(own.count() > 2);
    assert_eq!(state.left_out, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn wide_windows_that_take_too_long_are_read_in_parts() {
    let stand_in = StandIn::start(Options {
        widest: Some(Duration::from_secs(2 * 3600)),
        ..Options::default()
    })
    .await;
    let now = machine_time();
    stand_in.add(Event::spread("past", 1_200, now - 20 * HOUR, now - 2_000));
    let journal = Journal::new();
    let source = Plan::from(&stand_in, "24h").start(&journal).await;
    let state = journal.until(|state| state.events.len() >= 1_200).await;
    source.stop().await;
    assert_eq!(state.ids(), stand_in.ids());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_journal_is_waited_for_and_nothing_is_lost() {
    let stand_in = StandIn::start(Options::default()).await;
    let now = machine_time();
    stand_in.add(Event::spread("past", 300, now - 2 * HOUR, now - HOUR));
    let journal = Journal::new();
    journal.set_full(true);
    let source = Plan::from(&stand_in, "24h").start(&journal).await;
    let state = journal.until(|state| state.turned_away >= 3).await;
    assert!(state.events.is_empty() && state.has_problem("disk-full"));
    journal.set_full(false);
    let state = journal.until(|state| state.events.len() >= 300).await;
    source.stop().await;
    assert_eq!(state.ids(), stand_in.ids());
    journal.set_full(true);
    let source = Plan::from(&stand_in, "24h").start(&journal).await;
    journal.until(|state| state.turned_away >= 5).await;
    source.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_third_page_refused_costs_time_and_no_event() {
    let stand_in = StandIn::start(Options::default()).await;
    let now = machine_time();
    stand_in.add(Event::spread("past", 6_000, now - 2 * HOUR, now - HOUR));
    stand_in.set_chance(Chance::new(7, 33));
    let journal = Journal::new();
    let source = Plan::from(&stand_in, "24h").start(&journal).await;
    let state = journal.until(|state| state.events.len() >= 6_000).await;
    source.stop().await;
    assert_eq!(state.ids(), stand_in.ids());
}
