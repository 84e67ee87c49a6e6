//! *Test connection*.

use infisical_stand_in::{Event, Options, StandIn, machine_time};

use super::{HOUR, Plan};

fn fact<'a>(facts: &'a [(String, String)], label: &str) -> &'a str {
    let found = facts.iter().find(|it| it.0 == label);
    found.map_or("", |it| it.1.as_str())
}

#[tokio::test(flavor = "multi_thread")]
async fn it_names_organisation_retention_and_the_newest_event_and_takes_nothing() {
    let stand_in = StandIn::start(Options {
        organisation: "Acme & Söhne".into(),
        retention_days: 30,
        ..Options::default()
    })
    .await;
    let newest = machine_time() - HOUR;
    stand_in.add([Event::like(0, "newest", newest)]);
    let test = Plan::from(&stand_in, "all").test().await;
    assert_eq!(test.problem, None);
    assert_eq!(
        test.headline,
        "Infisical lets Penstock read the audit logs of Acme & Söhne."
    );
    assert_eq!(fact(&test.facts, "Organisation"), "Acme & Söhne");
    assert_eq!(fact(&test.facts, "Retention"), "30 days");
    assert_eq!(fact(&test.facts, "Identity"), stand_in.identity_id());
    assert_eq!(
        fact(&test.facts, "Newest event"),
        penstock_engine::clock::rfc3339(newest)
    );
    assert!(fact(&test.facts, "Start").contains("keeps nothing from before"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organisation_without_any_event_is_told_apart() {
    let stand_in = StandIn::start(Options {
        delay: std::time::Duration::from_secs(60),
        ..Options::default()
    })
    .await;
    let test = Plan::from(&stand_in, "now").test().await;
    let problem = test.problem.expect("a problem");
    assert_eq!(problem.code, "infisical-no-events");
    assert_eq!(fact(&test.facts, "Organisation"), "Acme");
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_credentials_are_tried_once_alone() {
    let stand_in = StandIn::start(Options::default()).await;
    let mut plan = Plan::from(&stand_in, "now");
    plan.secrets = vec![("client_secret", "wrong".into())];
    let test = plan.test().await;
    let problem = test.problem.expect("a problem");
    assert_eq!(problem.code, "infisical-credentials-refused");
    assert_eq!(stand_in.asked().sign_ins, 1);
}
