//! Secrets that a person gives by hand: variables, and a credential directory.

use crate::practice::Practice;
use crate::program::Home;

const INTAKE: [&str; 8] = [
    "source",
    "create",
    "--kind",
    "http_intake",
    "--name",
    "Main intake",
    "--set",
    "listen=127.0.0.1:0",
];

#[test]
fn a_token_in_a_variable_is_the_intakes_token() {
    let home = Home::new().with("PENSTOCK_SECRET_MAIN_INTAKE_TOKEN", "pst_by_hand");
    assert_eq!(home.json(&INTAKE)["token"], "pst_by_hand");
    assert_eq!(
        home.json(&["source", "token", "Main intake"])["token"],
        "pst_by_hand"
    );
}

#[test]
fn a_token_that_cannot_be_saved_is_shown_once_and_one_set_later_is_taken_when_asked() {
    let home = Home::new();
    let created = home.run(&INTAKE);
    assert!(created.err.contains("not saved"), "{}", created.err);
    assert_eq!(
        home.problem(&["source", "token", "Main intake"])["code"],
        "token-not-kept"
    );
    let home = home.with("PENSTOCK_SECRET_MAIN_INTAKE_TOKEN", "pst_later");
    assert_eq!(
        home.problem(&["source", "token", "Main intake"])["code"],
        "token-differs"
    );
    assert_eq!(
        home.json(&["source", "token", "Main intake", "--new"])["token"],
        "pst_later"
    );
    assert_eq!(
        home.json(&["source", "token", "Main intake"])["token"],
        "pst_later"
    );
}

#[test]
fn secrets_that_cannot_be_saved_are_refused_with_the_variable_to_set() {
    let home = Home::new();
    let args = [
        "stream",
        "create",
        "--provider",
        "splunk",
        "--name",
        "Splunk prod",
        "--no-verify",
    ];
    let args = [
        &args[..],
        &["--set", "hostname=localhost", "--secrets", "-"],
    ]
    .concat();
    let problem = home.problem_with(&args, r#"{"token":"5d0a1b2c-3d4e-4f50-8a6b-7c8d9e0f1a2b"}"#);
    assert_eq!(problem["code"], "vault-read-only");
    let steps = problem["next_steps"].to_string();
    assert!(
        steps.contains("PENSTOCK_SECRET_SPLUNK_PROD_TOKEN"),
        "{problem}"
    );
    assert!(!problem.to_string().contains("5d0a1b2c"), "{problem}");
}

#[test]
fn secrets_are_read_from_a_credential_directory() {
    let practice = Practice::start();
    let credentials = tempfile::tempdir().expect("a folder");
    let token = practice.value("splunk", "token");
    std::fs::write(credentials.path().join("splunk-prod.token"), token + "\n").expect("written");
    let home = Home::bare().with("PENSTOCK_VAULT", "directory").with(
        "CREDENTIALS_DIRECTORY",
        credentials.path().to_str().expect("text"),
    );
    let hostname = format!("hostname={}", practice.value("splunk", "hostname"));
    let args = [
        "stream",
        "create",
        "--provider",
        "splunk",
        "--name",
        "Splunk prod",
        "--set",
        &hostname,
    ];
    assert_eq!(home.json(&args)["secrets"]["token"], "saved");
    assert_eq!(practice.progress().events, 1);
}

#[test]
fn a_vault_that_does_not_work_is_a_problem() {
    for (home, code) in [
        (Home::bare().with("PENSTOCK_VAULT", "file"), "vault-unknown"),
        (
            Home::bare().with("PENSTOCK_VAULT", "directory"),
            "vault-directory-unset",
        ),
    ] {
        assert_eq!(home.problem(&["status"])["code"], code);
    }
    if cfg!(target_os = "linux") {
        let home = Home::bare().with("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere");
        let problem = home.problem(&INTAKE);
        assert_eq!(problem["code"], "keychain-missing");
        assert_eq!(
            home.json(&["source", "list"]),
            serde_json::json!([]),
            "nothing is made"
        );
    }
}
