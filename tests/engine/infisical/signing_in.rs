//! Tokens end, limits are met, and it goes on.

use infisical_stand_in::{Event, Fault, Options, StandIn, machine_time};
use std::time::Duration;

use super::journal::Journal;
use super::{HOUR, Plan};

fn some(stand_in: &StandIn) {
    let now = machine_time();
    stand_in.add(Event::spread("past", 30, now - 2 * HOUR, now - HOUR));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_sign_in_serves_many_looks() {
    let stand_in = StandIn::start(Options {
        widest: Some(Duration::from_secs(3600)),
        ..Options::default()
    })
    .await;
    some(&stand_in);
    let journal = Journal::new();
    let source = Plan::from(&stand_in, "24h").start(&journal).await;
    journal.until(|state| state.events.len() >= 30).await;
    let asked = stand_in.wait_until(|asked| asked.given > 15).await;
    source.stop().await;
    assert_eq!(asked.sign_ins, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_ends_or_is_revoked_is_replaced_without_a_word() {
    for revoked in [false, true] {
        let stand_in = StandIn::start(Options::default()).await;
        some(&stand_in);
        let journal = Journal::new();
        let source = Plan::from(&stand_in, "24h").start(&journal).await;
        journal.until(|state| state.events.len() >= 30).await;
        match revoked {
            true => stand_in.revoke_tokens(),
            false => stand_in.expire_tokens(),
        }
        stand_in.add([Event::like(0, "after", stand_in.now())]);
        let state = journal.until(|state| state.events.len() >= 31).await;
        source.stop().await;
        assert_eq!(state.problems, Vec::<String>::new());
        assert_eq!(stand_in.asked().sign_ins, 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_renewed_before_it_ends() {
    let stand_in = StandIn::start(Options {
        token_lifetime: Duration::from_secs(3),
        ..Options::default()
    })
    .await;
    some(&stand_in);
    let journal = Journal::new();
    let source = Plan::from(&stand_in, "24h").start(&journal).await;
    let asked = stand_in.wait_until(|asked| asked.sign_ins >= 2).await;
    source.stop().await;
    assert!(
        asked.pages - asked.given <= 1,
        "no page was refused: {asked:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_identity_is_told_and_taken_up_again_with_a_new_secret() {
    let stand_in = StandIn::start(Options::default()).await;
    some(&stand_in);
    let journal = Journal::new();
    let source = Plan::from(&stand_in, "24h").start(&journal).await;
    journal.until(|state| state.events.len() >= 30).await;
    stand_in.revoke_identity();
    let state = journal
        .until(|state| state.has_problem("infisical-credentials-refused"))
        .await;
    source.stop().await;
    let problem = state.problem().cloned().expect("a problem");
    assert_eq!(problem.field.as_deref(), Some("client_secret"));
    assert!(problem.cause.is_some() && problem.next_steps.len() > 1);
    let shown = format!("{problem:?}");
    assert!(!shown.contains(&stand_in.client_secret()), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_access_token_serves_as_well_and_its_end_is_told() {
    let stand_in = StandIn::start(Options::default()).await;
    some(&stand_in);
    let journal = Journal::new();
    let mut plan = Plan::from(&stand_in, "24h").with("client_id", "");
    plan.secrets = vec![("access_token", stand_in.access_token())];
    let source = plan.start(&journal).await;
    let state = journal.until(|state| state.left_out >= 1).await;
    assert_eq!(state.events.len(), 30);
    assert_eq!(stand_in.asked().sign_ins, 0);
    stand_in.expire_tokens();
    let state = journal
        .until(|state| state.has_problem("infisical-token-expired"))
        .await;
    source.stop().await;
    let field = state.problem().and_then(|it| it.field.clone());
    assert_eq!(field.as_deref(), Some("access_token"));
}

#[tokio::test(flavor = "multi_thread")]
async fn being_too_fast_is_waited_out_as_long_as_infisical_says() {
    for header in [true, false] {
        let stand_in = StandIn::start(Options::default()).await;
        some(&stand_in);
        stand_in.set_fault(Fault::TooFast { seconds: 2, header });
        let journal = Journal::new();
        let source = Plan::from(&stand_in, "24h").start(&journal).await;
        stand_in.wait_until(|asked| asked.pages >= 1).await;
        stand_in.set_fault(Fault::None);
        let state = journal.until(|state| state.events.len() >= 30).await;
        source.stop().await;
        assert!(stand_in.asked().pages < 10, "it waited");
        assert_eq!(
            state.problems,
            Vec::<String>::new(),
            "once is nothing to tell"
        );
    }
}
