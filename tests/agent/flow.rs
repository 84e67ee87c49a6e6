//! From nothing to a delivering stream, with every secret in a real keychain.

use crate::keyring::Keyring;
use crate::practice::Practice;
use crate::program::{Home, post};

const WRONG: &str = "11111111-2222-4333-8444-canary-canary";

fn home(keyring: &Keyring) -> Home {
    Home::bare().with("DBUS_SESSION_BUS_ADDRESS", keyring.address())
}

#[test]
fn events_are_delivered_and_everything_is_there_after_a_restart() {
    let (keyring, practice) = (Keyring::unlocked(), Practice::start());
    let home = home(&keyring);
    let source = home.intake("intake", &[]);
    for key in ["id", "name", "kind", "listen", "url", "token"] {
        assert!(source[key].is_string(), "{key} of {source}");
    }
    let (url, token) = (
        source["url"].as_str().unwrap(),
        source["token"].as_str().unwrap(),
    );
    let secrets = format!(r#"{{"token":"{}"}}"#, practice.value("splunk", "token"));
    let hostname = format!("hostname={}", practice.value("splunk", "hostname"));
    let create = [
        "stream",
        "create",
        "--provider",
        "splunk",
        "--name",
        "Splunk",
        "--secrets",
        "-",
        "--set",
    ];
    let stream = home.json_with(&[&create[..], &[&hostname]].concat(), &secrets);
    assert_eq!(
        (&stream["verified"], &stream["secrets"]["token"]),
        (&true.into(), &"saved".into())
    );
    assert_eq!(practice.progress().events, 1, "the sample log entry");

    let mut expected = 1;
    for round in 1..=2 {
        let running = home.start(&["run"]);
        assert_eq!(running.told("intake intake "), url);
        let bearer = format!("Bearer {token}");
        let body = format!("{{\"id\":\"{round}a\"}}\n{{\"id\":\"{round}b\"}}\n");
        let answer = post(url, &[("Authorization", &bearer)], body.as_bytes());
        assert_eq!(answer, (200, r#"{"accepted":2}"#.into()));
        expected += 2;
        practice.wait_for(expected);
        assert_eq!(running.end().0, 0);
        let status = home.json(&["status"]);
        let stream = &status["streams"][0];
        assert_eq!(stream["delivered"], expected - 1);
        assert_eq!(
            (&stream["waiting"], &stream["set_aside"]),
            (&0.into(), &0.into())
        );
        assert!(stream["last_delivered_at"].is_string());
    }
    assert_eq!(home.json(&["source", "token", "intake"])["token"], token);
}

#[test]
fn a_secret_is_in_the_keychain_and_nowhere_else() {
    let (keyring, practice) = (Keyring::unlocked(), Practice::start());
    let home = home(&keyring).with("PENSTOCK_LOG", "trace");
    let source = home.intake("intake", &[]);
    let (url, intake_token) = (
        source["url"].as_str().unwrap(),
        source["token"].as_str().unwrap(),
    );
    let right = practice.value("splunk", "token");
    let hostname = format!("hostname={}", practice.value("splunk", "hostname"));
    let mut said = String::new();
    for (name, token) in [("right", right.as_str()), ("wrong", WRONG)] {
        let args = [
            "stream",
            "create",
            "--provider",
            "splunk",
            "--name",
            name,
            "--secrets",
            "-",
            "--no-verify",
        ];
        let secrets = format!(r#"{{"token":"{token}"}}"#);
        let ended = home.run_with(&[&args[..], &["--set", &hostname]].concat(), &secrets);
        assert_eq!(ended.code, 0, "{}", ended.err);
        said += &(ended.out + &ended.err);
    }
    let running = home.start(&["run"]);
    for token in [intake_token, "wrong-canary-token"] {
        post(url, &[("Authorization", &format!("Bearer {token}"))], b"{}");
    }
    practice.wait_until(|progress| progress.events >= 1 && progress.refused >= 1);
    for args in [
        &["status"][..],
        &["source", "show", "intake"],
        &["stream", "show", "right"],
        &["stream", "show", "wrong"],
        &["stream", "test", "right"],
        &["stream", "test", "wrong"],
        &["stream", "attempts", "wrong"],
        &["stream", "attempts", "wrong", "--show", "1"],
        &["stream", "attempts", "right", "--show", "2"],
    ] {
        for json in [&["--json"][..], &[]] {
            let ended = home.run(&[args, json].concat());
            said += &(ended.out + &ended.err);
        }
    }
    if cfg!(target_os = "linux") {
        let line = std::fs::read(format!("/proc/{}/cmdline", running.pid())).expect("readable");
        said += &String::from_utf8_lossy(&line);
    }
    let (code, err) = running.end();
    assert_eq!(code, 0);
    said += &err;
    for secret in [&right, WRONG, intake_token, "wrong-canary-token"] {
        assert!(!said.contains(secret), "{secret} was said");
        home.holds_nowhere(secret);
    }
}
