//! `penstock run`.

use crate::program::{Home, post};
use std::net::TcpListener;

const TOKEN: &str = "pst_of_the_test";

/// With an intake on a free port, and its token.
fn home() -> (Home, String) {
    let home = Home::new().with("PENSTOCK_SECRET_INTAKE_TOKEN", TOKEN);
    let source = home.intake("intake", &[]);
    let url = source["url"].as_str().expect("a URL").to_owned();
    (home, url)
}

#[test]
fn only_one_process_delivers_and_the_other_is_told_which() {
    let (home, url) = home();
    let running = home.start(&["run"]);
    let problem = home.problem(&["run"]);
    assert_eq!(problem["code"], "delivering-elsewhere");
    let summary = problem["summary"].as_str().expect("a summary");
    assert!(summary.contains(&running.pid().to_string()), "{summary}");
    let bearer = format!("Bearer {TOKEN}");
    assert_eq!(
        post(&url, &[("Authorization", &bearer)], b"{}").0,
        200,
        "the first goes on"
    );
    assert_eq!(running.end().0, 0);
    assert_eq!(home.start(&["run"]).end().0, 0, "the place is free again");
}

#[test]
fn a_taken_port_is_told_and_the_rest_runs() {
    let (home, url) = home();
    let address = url
        .strip_prefix("http://")
        .and_then(|rest| rest.split('/').next());
    let _taken = TcpListener::bind(address.expect("an address")).expect("free");
    let running = home.start(&["run"]);
    assert!(running.said.is_empty(), "{:?}", running.said);
    let (code, err) = running.end();
    assert_eq!(code, 0);
    assert!(err.contains("is taken") && err.contains("To do:"), "{err}");
}

#[test]
fn an_intake_made_meanwhile_is_started_and_told() {
    let (home, _) = home();
    let mut running = home.start(&["run"]);
    let home = home.with("PENSTOCK_SECRET_LATE_TOKEN", TOKEN);
    let late = home.intake("late", &[]);
    let url = late["url"].as_str().expect("a URL");
    assert_eq!(running.line(), format!("intake late {url}"));
    let bearer = format!("Bearer {TOKEN}");
    assert_eq!(post(url, &[("Authorization", &bearer)], b"{}").0, 200);
    assert_eq!(running.end().0, 0);
}
