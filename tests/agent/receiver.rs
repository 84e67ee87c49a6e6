//! `penstock receiver`.

use crate::program::{Home, post};
use serde_json::Value;

#[test]
fn the_receiver_says_where_it_is_and_tells_of_each_arrival() {
    let home = Home::new();
    let mut receiver = home.start(&["receiver", "--port", "0"]);
    let base = receiver.told("receiver ");
    assert!(base.starts_with("http://127.0.0.1:"), "{base}");
    assert!(
        receiver.said.iter().any(|line| line.contains("(splunk)")),
        "{:?}",
        receiver.said
    );
    let token = receiver.told("  token = ");
    assert!(!token.is_empty());
    post(
        &format!("{base}/practice"),
        &[("Content-Type", "application/x-ndjson")],
        b"{\"a\":1}\n{\"b\":2}\n",
    );
    let line = receiver.line();
    assert!(
        line.contains(" practice ") && line.contains("/practice"),
        "{line}"
    );
    post(
        &format!("{base}/services/collector/event"),
        &[],
        br#"{"event":{}}"#,
    );
    let line = receiver.line();
    assert!(
        line.contains(" splunk ") && line.contains("refused: "),
        "{line}"
    );
    assert_eq!(receiver.end(), (0, String::new()));
}

#[test]
fn the_receiver_misbehaves_as_told() {
    let home = Home::new();
    let receiver = home.start(&["receiver", "--port", "0", "--fault", "status=503"]);
    let (status, _) = post(
        &format!("{}/practice", receiver.told("receiver ")),
        &[],
        b"{}",
    );
    assert_eq!(status, 503);
}

#[test]
fn a_taken_port_is_a_problem() {
    let home = Home::new();
    let receiver = home.start(&["receiver", "--port", "0"]);
    let base = receiver.told("receiver ");
    let port = base.rsplit(':').next().expect("a port");
    let problem = home.problem(&["receiver", "--port", port]);
    assert_eq!(problem["code"], "receiver-port-taken");
    assert!(
        matches!(&problem["next_steps"], Value::Array(steps) if !steps.is_empty()),
        "{problem}"
    );
}
