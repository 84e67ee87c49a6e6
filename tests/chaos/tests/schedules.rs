//! Two short schedules of faults; `cargo run --package penstock-chaos` plays any number of others.
#![cfg(target_os = "linux")]

use penstock_chaos::plan::{Kind, Network, Plan, Trouble};
use penstock_chaos::schedule;

const FAULTS: usize = 20;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_through_kills_on_a_refusing_disk_rotations_refused_sign_ins_and_new_filters()
 {
    holds(|plan| {
        let refused = plan.steps.iter().enumerate().any(|(at, step)| {
            let meanwhile = &plan.steps[at + 1..(at + step.lasts).clamp(at + 1, FAULTS)];
            matches!(step.trouble, Trouble::Disk(_))
                && meanwhile.iter().any(|it| kills(&it.trouble))
        });
        refused
            && some(plan, |it| matches!(it, Trouble::Rotate(_)))
            && some(plan, |it| matches!(it, Trouble::SignIn(..)))
            && some(plan, |it| matches!(it, Trouble::Filter(..)))
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_through_lost_replies_a_failing_infisical_and_new_redactions() {
    holds(|plan| {
        let acknowledged = |stream: &usize| plan.kinds[*stream] == Kind::SplunkAcknowledged;
        some(plan, |it| matches!(it, Trouble::Network(stream, Network::CutReply(_)) if acknowledged(stream)))
            && some(plan, |it| matches!(it, Trouble::Infisical(_)))
            && some(plan, |it| matches!(it, Trouble::Redact(..)))
    })
    .await;
}

fn kills(trouble: &Trouble) -> bool {
    matches!(trouble, Trouble::Kill { .. })
}

fn some(plan: &Plan, wanted: impl Fn(&Trouble) -> bool) -> bool {
    plan.steps.iter().any(|step| wanted(&step.trouble))
}

/// Plays the first schedule of this kind.
async fn holds(wanted: impl Fn(&Plan) -> bool) {
    let plan = (1..).map(|seed| Plan::draw(seed, FAULTS)).find(wanted);
    let plan = plan.expect("seeds do not end");
    let outcome = schedule::run(&plan).await;
    println!("seed {}: {}", plan.seed, outcome.figures);
    assert!(
        outcome.broken.is_empty(),
        "seed {}: {:#?}\n{:#?}\nkept in {:?}",
        plan.seed,
        outcome.broken,
        outcome.story,
        outcome.folder
    );
}
