//! `penstock stream filter`, `penstock stream redact`, `penstock events` and `penstock event`.

use crate::practice::Practice;
use crate::program::{Home, post};
use serde_json::{Value, json};

const TOKEN: &str = "pst_of_the_test";
const KEY: &str = "of the test, and long";
const PERSON: &str = "ava@example.com";

fn home() -> Home {
    Home::new()
        .with("PENSTOCK_SECRET_INTAKE_TOKEN", TOKEN)
        .with("PENSTOCK_SECRET_SOC_REDACTION_KEY", KEY)
}

fn intake(home: &Home) -> String {
    let source = home.intake("intake", &[]);
    source["url"].as_str().expect("a URL").to_owned()
}

fn create(home: &Home, practice: &Practice, more: &[&str], stdin: &str) -> Value {
    let setting = practice.setting();
    let args = [
        "stream",
        "create",
        "--provider",
        "practice",
        "--name",
        "SOC",
        "--set",
        &setting,
    ];
    home.json_with(&[&args[..], more].concat(), stdin)
}

fn send(url: &str, body: &str) {
    let bearer = format!("Bearer {TOKEN}");
    let (status, _) = post(url, &[("Authorization", &bearer)], body.as_bytes());
    assert_eq!(status, 200);
}

fn event(id: u32, kind: &str) -> String {
    format!(
        "{{\"id\":\"{id}\",\"eventType\":\"{kind}\",\"actorMetadata\":{{\"email\":\"{PERSON}\"}}}}\n"
    )
}

#[cfg(unix)]
#[test]
fn a_stream_is_filtered_and_redacted_and_every_event_says_where_it_stands() {
    let (home, practice) = (home(), Practice::start());
    let url = intake(&home);
    let filter = r#"{"conditions":[{"field":"event_type","values":["create-*"]}]}"#;
    let made = create(&home, &practice, &["--filter", "-"], filter);
    assert_eq!(made["filter"]["conditions"][0]["exclude"], false);
    let redaction = json!({ "rules": [{ "path": "actorMetadata.email", "action": "hash" }] });
    let set = ["stream", "redact", "soc", "--set", "-"];
    assert_eq!(home.json_with(&set, &redaction.to_string()), redaction);

    let going = home.start(&["run"]);
    send(
        &url,
        &(event(1, "create-secret") + &event(2, "get-secrets")),
    );
    // The sample log entry, and the one that passes.
    practice.wait_for(2);
    let arrived = practice.arrived();
    assert!(
        arrived.contains("create-secret") && arrived.contains("\"email\":\"h:"),
        "{arrived}"
    );
    assert!(!arrived.contains(PERSON) && !arrived.contains("get-secrets"));
    assert_eq!(going.end().0, 0);

    let shown = home.run(&["stream", "show", "soc"]).out;
    assert!(shown.contains("event type: create-*"), "{shown}");
    assert!(!shown.contains(KEY), "{shown}");
    home.holds_nowhere(KEY);
    assert!(shown.contains("hash actorMetadata.email"), "{shown}");
    let preset = home.json(&["stream", "filter", "soc", "--preset", "administration-only"]);
    assert_eq!(preset["conditions"][0]["values"], json!(["management"]));
    let preview = home.json(&["stream", "filter", "soc", "--clear", "--preview"]);
    assert_eq!(
        (&preview["looked_at"], &preview["matched"]),
        (&json!(2), &json!(2))
    );
    let kept = home.json(&["stream", "filter", "soc"]);
    assert_eq!(kept, preset, "a preview changes nothing");
    let redacted = home
        .run(&[
            "stream",
            "redact",
            "soc",
            "--template",
            "email",
            "--preview",
        ])
        .out;
    assert!(redacted.contains("a***@example.com"), "{redacted}");

    let page = home.json(&["events", "--search", "GET-secrets"]);
    assert_eq!(page["rows"].as_array().map(Vec::len), Some(1));
    assert_eq!(page["rows"][0]["seq"], 2);
    let opened = home.json(&["event", "1"]);
    assert_eq!(opened["row"]["actor"], PERSON);
    assert_eq!(opened["row"]["fates"][0]["fate"], "delivered");
    let text = home.run(&["event", "1"]).out;
    assert!(text.contains("delivered") && text.contains("SOC"), "{text}");
    let listed = home.run(&["events"]).out;
    assert!(listed.contains("create-secret"), "{listed}");
    assert_eq!(home.problem(&["event", "3"])["code"], "event-unknown");
}

#[test]
fn wrong_rules_are_refused_and_say_what_is_wrong() {
    let (home, practice) = (home(), Practice::start());
    create(&home, &practice, &["--no-verify"], "");
    for (command, stdin, code) in [
        ("filter", "[]", "filter-invalid"),
        (
            "filter",
            r#"{"conditions":[{"field":"weather","values":["x"]}]}"#,
            "filter-invalid",
        ),
        (
            "filter",
            r#"{"conditions":[{"field":"ip","values":["10.0"]}]}"#,
            "settings-invalid",
        ),
        (
            "redact",
            r#"{"rules":[{"path":"a","action":"burn"}]}"#,
            "redaction-invalid",
        ),
        (
            "redact",
            r#"{"rules":[{"path":"a..b","action":"mask"}]}"#,
            "settings-invalid",
        ),
    ] {
        let problem = home.problem_with(&["stream", command, "SOC", "--set", "-"], stdin);
        assert_eq!(problem["code"], code, "{stdin}: {problem}");
    }
    assert_eq!(
        home.json(&["stream", "filter", "SOC"]),
        json!({ "conditions": [] })
    );
    let both = [
        "stream",
        "create",
        "--provider",
        "practice",
        "--name",
        "N",
        "--filter",
        "-",
        "--redact",
        "-",
    ];
    assert_eq!(home.run(&both).code, 2);
    assert_eq!(
        home.run(&["stream", "filter", "SOC", "--preset", "everything"])
            .code,
        2
    );
    let key = home.problem(&["stream", "redact", "SOC", "--new-key"]);
    assert_eq!(key["code"], "vault-read-only", "{key}");
}
