//! Whatever answers, and however: a clear problem, nothing lost, nothing endless.

use infisical_stand_in::{Event, Fault, Options, StandIn, machine_time};

use super::journal::Journal;
use super::{HOUR, Plan};

#[tokio::test(flavor = "multi_thread")]
async fn each_wrong_answer_is_a_clear_problem_and_events_flow_once_it_is_over() {
    for (fault, code, field) in [
        (Fault::WebPage, "infisical-web-page", Some("site")),
        (Fault::Other, "infisical-not-infisical", Some("site")),
        (
            Fault::Redirect("https://eu.infisical.com/login?next=1".into()),
            "infisical-redirected",
            Some("site"),
        ),
        (Fault::NoPermission, "infisical-permission", None),
        (Fault::NoPlan, "infisical-plan", None),
        (Fault::Fails(500), "infisical-failed", None),
        (Fault::HangsUp, "connection-closed", Some("site")),
    ] {
        let stand_in = StandIn::start(Options::default()).await;
        let now = machine_time();
        stand_in.add(Event::spread("past", 30, now - 2 * HOUR, now - HOUR));
        stand_in.set_fault(fault.clone());
        let journal = Journal::new();
        let plan = Plan::from(&stand_in, "24h");
        let source = plan.start(&journal).await;
        let state = journal.until(|state| state.has_problem(code)).await;
        source.stop().await;
        let problem = state.problem().cloned().expect("a problem");
        assert_eq!(problem.field.as_deref(), field, "{fault:?}");
        assert!(
            problem.cause.is_some() && !problem.next_steps.is_empty(),
            "{problem:?}"
        );
        let test = plan.test().await;
        assert_eq!(
            test.problem.map(|it| it.code),
            Some(problem.code),
            "{fault:?}"
        );

        stand_in.set_fault(Fault::None);
        let source = plan.start(&journal).await;
        let state = journal.until(|state| state.events.len() >= 30).await;
        source.stop().await;
        assert_eq!(state.ids(), stand_in.ids(), "{fault:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_site_is_told() {
    let stand_in = StandIn::start(Options::default()).await;
    let nowhere = format!("{}/elsewhere", stand_in.url());
    let test = Plan::from(&stand_in, "now")
        .with("site", nowhere)
        .test()
        .await;
    let problem = test.problem.expect("a problem");
    assert_eq!(
        (problem.code.as_str(), problem.field.as_deref()),
        ("infisical-not-found", Some("site"))
    );
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}", free.local_addr().expect("an address"));
    drop(free);
    let test = Plan::from(&stand_in, "now")
        .with("site", address)
        .test()
        .await;
    let problem = test.problem.expect("a problem");
    assert_eq!(
        (problem.code.as_str(), problem.field.as_deref()),
        ("connection-refused", Some("site"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_the_same_row_is_taken_once_and_told() {
    let stand_in = StandIn::start(Options::default()).await;
    let now = machine_time();
    stand_in.add(Event::spread("past", 30, now - 2 * HOUR, now - HOUR));
    stand_in.set_fault(Fault::SameRow);
    let journal = Journal::new();
    let plan = Plan::from(&stand_in, "24h");
    let source = plan.start(&journal).await;
    let state = journal
        .until(|state| state.has_problem("infisical-repeats"))
        .await;
    source.stop().await;
    assert_eq!(state.ids(), ["same"]);
    let pages = stand_in.asked().pages;
    assert!(pages < 20, "{pages}");
    stand_in.set_fault(Fault::None);
    let source = plan.start(&journal).await;
    let state = journal.until(|state| state.events.len() >= 31).await;
    source.stop().await;
    assert_eq!(state.ids().iter().filter(|id| *id == "same").count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_are_no_events_are_kept_once_and_the_rest_flows() {
    let stand_in = StandIn::start(Options::default()).await;
    let now = machine_time();
    stand_in.add(Event::spread("past", 30, now - 20_000, now - 10_000));
    stand_in.add([
        Event::text("7", now - 15_000),
        Event::text(r#"{"event":{"type":"x"}}"#, now - 15_000),
        Event::text(r#"{"id":"odd","eventType":7,"event":[1]}"#, now - 15_000),
    ]);
    let journal = Journal::new();
    let plan = Plan::from(&stand_in, "24h");
    for _ in 0..2 {
        let given = stand_in.asked().given;
        let source = plan.start(&journal).await;
        journal.until(|state| state.events.len() >= 31).await;
        stand_in.wait_until(|asked| asked.given > given + 1).await;
        source.stop().await;
    }
    let state = journal.state();
    let mut kept: Vec<&str> = state.unreadable.iter().map(|it| it.0.as_str()).collect();
    kept.sort_unstable();
    assert_eq!(kept, ["7", r#"{"event":{"type":"x"}}"#]);
    assert_eq!(state.events.len(), 31);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_off_by_an_hour_is_told_and_costs_no_event() {
    for off in [-HOUR, HOUR] {
        let stand_in = StandIn::start(Options::default()).await;
        stand_in.add([Event::like(0, "before", machine_time() - HOUR / 2)]);
        let journal = Journal::new();
        let plan = Plan::from(&stand_in, "now").off(off);
        let source = plan.start(&journal).await;
        stand_in.wait_until(|asked| asked.given > 0).await;
        stand_in.add([Event::like(1, "after", stand_in.now())]);
        let state = journal.until(|state| !state.events.is_empty()).await;
        source.stop().await;
        assert_eq!(state.ids(), ["after"], "{off}");
        assert_eq!(state.problems, Vec::<String>::new(), "events flow");
        assert!(state.warnings.iter().all(|it| it == "clock-off"));
        assert!(!state.warnings.is_empty());
        let test = plan.test().await;
        assert_eq!(test.problem, None, "it works");
        let problem = test.warning.expect("a warning");
        let side = if off > 0 {
            "60 minutes ahead of"
        } else {
            "60 minutes behind"
        };
        assert!(problem.summary.contains(side), "{}", problem.summary);
    }
}
