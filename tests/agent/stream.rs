//! `penstock stream`.

use crate::practice::Practice;
use crate::program::{Home, post};
use penstock_receiver::Options;
use penstock_receiver::protocol::cribl::Scheme;
use serde_json::Value;

const TOKEN: &str = "pst_of_the_test";

/// An intake in a home, whose secrets come from variables.
struct World {
    home: Home,
    url: String,
    practice: Practice,
}

impl World {
    fn new() -> Self {
        let practice = Practice::start();
        let home = Home::new()
            .with("PENSTOCK_SECRET_INTAKE_TOKEN", TOKEN)
            .with(
                "PENSTOCK_SECRET_SPLUNK_TOKEN",
                practice.value("splunk", "token"),
            );
        let source = home.intake("intake", &[]);
        let url = source["url"].as_str().expect("a URL").to_owned();
        Self {
            home,
            url,
            practice,
        }
    }

    fn create(&self, name: &str, more: &[&str]) -> Value {
        let setting = self.practice.setting();
        let args = [
            "stream",
            "create",
            "--provider",
            "practice",
            "--name",
            name,
            "--set",
            &setting,
        ];
        self.home.json(&[&args[..], more].concat())
    }

    fn post(&self, body: &str) {
        let bearer = format!("Bearer {TOKEN}");
        assert_eq!(
            post(&self.url, &[("Authorization", &bearer)], body.as_bytes()).0,
            200
        );
    }

    fn stream(&self, name: &str) -> Value {
        self.home.json(&["stream", "show", name])
    }
}

fn refused(home: &Home, name: &str, provider: &str, settings: &[&str]) -> Value {
    let mut args = vec![
        "stream",
        "create",
        "--no-verify",
        "--provider",
        provider,
        "--name",
        name,
    ];
    settings
        .iter()
        .for_each(|setting| args.extend(["--set", setting]));
    home.problem(&args)
}

#[test]
fn a_stream_is_made_with_the_details_that_were_accepted() {
    let mut options = Options::default();
    options.cribl.scheme = Scheme::Bare;
    let practice = Practice::with(options);
    let home = Home::new().with(
        "PENSTOCK_SECRET_CRIBL_TOKEN",
        practice.value("cribl", "token"),
    );
    let url = format!("url={}", practice.value("cribl", "url"));
    let made = home.json(&[
        "stream",
        "create",
        "--provider",
        "cribl",
        "--name",
        "cribl",
        "--set",
        &url,
        "--set",
        "auth_scheme=bearer",
    ]);
    assert_eq!(made["details"]["auth_scheme"], "bare", "{made}");
    assert_eq!(made["verified"], true);
}

#[test]
fn a_refused_sample_makes_nothing_unless_asked_to() {
    let world = World::new();
    world.practice.misbehave("status=403");
    let setting = world.practice.setting();
    let args = [
        "stream",
        "create",
        "--provider",
        "practice",
        "--name",
        "N",
        "--set",
        &setting,
    ];
    let problem = world.home.problem(&args);
    let steps = problem["next_steps"].to_string();
    assert!(steps.contains("--no-verify"), "{problem}");
    assert_eq!(
        world.home.json(&["stream", "list"]),
        Value::Array(Vec::new())
    );
    let told = world.home.run(&args);
    assert_eq!(told.code, 1);
    assert!(
        told.err.contains("403") && told.err.contains("To do:"),
        "{}",
        told.err
    );
    let stream = world.create("N", &["--no-verify"]);
    assert_eq!(stream["verified"], false);
}

#[test]
fn what_is_wrong_with_an_entry_is_said_and_nothing_is_made() {
    let home = Home::new()
        .with(
            "PENSTOCK_SECRET_LINE_HEADERS",
            r#"[{"key":"X-A","value":"a\nb"}]"#,
        )
        .with(
            "PENSTOCK_SECRET_HOST_HEADERS",
            r#"[{"key":"Host","value":"a"}]"#,
        )
        .with(
            "PENSTOCK_SECRET_LENGTH_HEADERS",
            r#"[{"key":"Content-Length","value":"1"}]"#,
        );
    let long = "n".repeat(300);
    let url = "url=https://example.com/";
    for (name, settings, field) in [
        ("", &[url][..], "name"),
        ("   ", &[url], "name"),
        (&long, &[url], "name"),
        ("two\nlines", &[url], "name"),
        ("N", &[], "url"),
        ("N", &["url="], "url"),
        ("N", &["url=  "], "url"),
        ("N", &["url=ftp://example.com"], "url"),
        ("N", &["url=https://exa mple.com"], "url"),
        ("N", &["url=https://user:password@example.com"], "url"),
        ("line", &[url], "headers"),
        ("host", &[url], "headers"),
        ("length", &[url], "headers"),
        ("N", &[url, "timeout_seconds=soon"], "timeout_seconds"),
        (
            "N",
            &[url, "ca_certificate=not a certificate"],
            "ca_certificate",
        ),
    ] {
        let problem = refused(&home, name, "custom", settings);
        assert_eq!(problem["field"], field, "{name:?} {settings:?}: {problem}");
    }
    assert_eq!(home.json(&["stream", "list"]), Value::Array(Vec::new()));
}

#[test]
fn a_secret_in_an_argument_and_an_unknown_field_are_wrong_usage() {
    let home = Home::new();
    for (setting, word) in [
        ("token=hush-hush", "--secrets"),
        ("hostnmae=example.com", "hostname"),
    ] {
        let args = [
            "stream",
            "create",
            "--provider",
            "splunk",
            "--name",
            "N",
            "--set",
            setting,
        ];
        let ended = home.run(&args);
        assert_eq!(ended.code, 2, "{}", ended.err);
        assert!(ended.err.contains(word), "{}", ended.err);
        assert!(!ended.err.contains("hush-hush"), "{}", ended.err);
    }
    let args = [
        "stream",
        "create",
        "--provider",
        "splunk",
        "--name",
        "N",
        "--secrets",
        "-",
    ];
    for secrets in ["hush-hush", r#"["hush-hush"]"#, r#"{"tokn":"hush-hush"}"#] {
        let problem = home.problem_with(&args, secrets);
        assert!(!problem.to_string().contains("hush-hush"), "{problem}");
    }
}

#[test]
fn a_name_may_be_any_text_and_is_taken_once() {
    let world = World::new();
    let name = "🚀 Rocket é";
    assert_eq!(world.create(name, &[])["name"], name);
    let problem = refused(
        &world.home,
        "🚀 ROCKET é",
        "practice",
        &[&world.practice.setting()],
    );
    assert_eq!(problem["field"], "name", "{problem}");
    assert_eq!(world.stream(name)["name"], name);
    assert_eq!(
        world.home.problem(&["stream", "show", "other"])["code"],
        "stream-unknown"
    );
}

#[test]
fn http_to_another_machine_is_warned_of() {
    let home = Home::new();
    let ended = home.run(&[
        "stream",
        "create",
        "--provider",
        "custom",
        "--name",
        "N",
        "--no-verify",
        "--set",
        "url=http://example.com/",
    ]);
    assert_eq!(ended.code, 0, "{}", ended.err);
    assert!(ended.err.contains("Warning: url: "), "{}", ended.err);
}

#[test]
fn a_paused_stream_keeps_its_events_and_delivers_them_once_resumed() {
    let world = World::new();
    world.create("paused", &["--paused"]);
    world.create("live", &[]);
    let samples = world.practice.progress().events;
    let running = world.home.start(&["run"]);
    world.post("{\"id\":\"1\"}\n{\"id\":\"2\"}");
    world.practice.wait_for(samples + 2);
    assert_eq!(world.stream("paused")["waiting"], 2);
    assert_eq!(
        world.home.json(&["stream", "resume", "paused"])["paused_at"],
        Value::Null
    );
    world.practice.wait_for(samples + 4);
    assert!(world.home.json(&["stream", "pause", "live"])["paused_at"].is_string());
    assert_eq!(
        world.home.json(&["stream", "delete", "live"])["deleted"]
            .as_str()
            .map(str::len),
        Some(36)
    );
    assert_eq!(running.end().0, 0);
    assert_eq!(world.stream("paused")["delivered"], 2);
    assert_eq!(
        world
            .home
            .json(&["stream", "list"])
            .as_array()
            .map(Vec::len),
        Some(1)
    );
}

#[test]
fn a_new_stream_can_begin_in_the_past_and_an_old_one_go_back() {
    let world = World::new();
    world.create("first", &["--no-verify"]);
    let running = world.home.start(&["run"]);
    world.post("{\"id\":\"1\"}\n{\"id\":\"2\"}\n{\"id\":\"3\"}");
    world.practice.wait_for(3);
    world.create("second", &["--no-verify", "--from", "begin"]);
    world.practice.wait_for(6);
    world.create("third", &["--no-verify", "--from", "3"]);
    world.practice.wait_for(7);
    world
        .home
        .json(&["stream", "replay", "first", "--from", "24h"]);
    world.practice.wait_for(10);
    assert_eq!(running.end().0, 0);
    assert_eq!(world.stream("second")["delivered"], 3);
    assert_eq!(
        world
            .home
            .run(&["stream", "replay", "first", "--from", "now"])
            .code,
        2
    );
}

#[test]
fn failed_events_are_listed_exported_sent_again_and_discarded() {
    let world = World::new();
    let hostname = format!("hostname={}", world.practice.value("splunk", "hostname"));
    world.home.json(&[
        "stream",
        "create",
        "--provider",
        "splunk",
        "--name",
        "Splunk",
        "--set",
        &hostname,
    ]);
    world.practice.misbehave("partial=POISON");
    let running = world.home.start(&["run"]);
    let poison = r#"{"id":"2","text":"POISON"}"#;
    world.post(&format!("{{\"id\":\"1\"}}\n{poison}\n{{\"id\":\"3\"}}"));
    world.practice.wait_for(1 + 2);
    assert_eq!(running.end().0, 0);

    let events = world.home.json(&["stream", "set-aside", "Splunk"]);
    assert_eq!(
        (&events[0]["seq"], &events[0]["event"], &events[1]),
        (&2.into(), &poison.into(), &Value::Null)
    );
    assert!(events[0]["reason"]["summary"].is_string());
    let stream = world.stream("Splunk");
    assert_eq!(
        (
            &stream["delivered"],
            &stream["waiting"],
            &stream["set_aside"]
        ),
        (&2.into(), &0.into(), &1.into())
    );

    let file = world.home.folder().join("failed.ndjson");
    let file = file.to_str().expect("text");
    assert_eq!(
        world
            .home
            .json(&["stream", "set-aside", "Splunk", "--export", file])["exported"],
        1
    );
    assert_eq!(
        std::fs::read_to_string(file).expect("written"),
        format!("{poison}\n")
    );
    for form in [&[][..], &["--json"]] {
        let export = ["stream", "set-aside", "Splunk", "--export", "-"];
        let ended = world.home.run(&[&export[..], form].concat());
        assert_eq!((ended.code, ended.out), (0, format!("{poison}\n")));
    }
    assert!(!std::path::Path::new("-").exists(), "no file is called so");

    world.practice.misbehave("none");
    assert_eq!(
        world
            .home
            .json(&["stream", "set-aside", "Splunk", "--replay"])["replayed"],
        1
    );
    let running = world.home.start(&["run"]);
    world.practice.wait_for(1 + 3);
    world.practice.misbehave("partial=POISON");
    let refused = world.practice.progress().refused;
    world.post(poison);
    world
        .practice
        .wait_until(|progress| progress.refused > refused);
    assert_eq!(running.end().0, 0);
    assert_eq!(
        world
            .home
            .json(&["stream", "set-aside", "Splunk", "--discard"])["discarded"],
        1
    );
    assert_eq!(world.stream("Splunk")["set_aside"], 0);
}

#[test]
fn a_stream_is_shown_with_its_sources_name_and_told_when_that_is_gone() {
    let world = World::new();
    world.home.json(&[
        "stream",
        "create",
        "--provider",
        "custom",
        "--name",
        "Narrow",
        "--set",
        "url=http://127.0.0.1:9/",
        "--source",
        "intake",
        "--paused",
        "--no-verify",
    ]);
    let shown = world.home.run(&["stream", "show", "Narrow"]).out;
    assert!(shown.contains("intake"), "{shown}");
    let retried = world.home.run(&["stream", "retry", "Narrow"]).out;
    assert!(
        retried.contains("is paused"),
        "it promises no try: {retried}"
    );
    world.home.json(&["source", "delete", "intake", "--yes"]);
    let shown = world.home.run(&["stream", "show", "Narrow"]).out;
    assert!(shown.contains("a deleted one"), "{shown}");
}
