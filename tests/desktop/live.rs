//! A file's events, filtered and redacted on their way, and seen as they pass.

use std::fs;

use penstock_receiver::{Options, Receiver};
use serde_json::Value;

use crate::events;
use crate::providers::set_up;
use crate::surroundings::Surroundings;
use crate::window::Window;

/// How many events are taken, once the preview speaks of the rules as they stand.
const TAKEN: &str =
    "//*[contains(@class, 'ahead')][@aria-busy='false']//*[contains(@class, 'figure')]/b";

#[tokio::test(flavor = "multi_thread")]
async fn what_the_filter_takes_of_a_file_is_delivered_redacted() {
    let receiver = Receiver::start(Options::default())
        .await
        .expect("a receiver");
    let surroundings = Surroundings::new().await;
    let logs = tempfile::tempdir().expect("a folder");
    let file = logs.path().join("audit.ndjson");
    // In letters that any font has, for the pictures.
    let mut lines = events::all();
    lines.retain(|line| line.is_ascii());
    fs::write(&file, lines.join("\n") + "\nno event\n").expect("a file");

    let window = surroundings.open_app().await;
    window.click("Create your first stream").await;
    connect(&window, file.to_str().expect("a path in UTF-8")).await;

    window.click("Choose events").await;
    window
        .see(&format!("of the last {} events are taken", lines.len()))
        .await;
    window.click("Security signals").await;
    let taken: u64 = window.text(TAKEN).await.parse().expect("a number");
    assert!(0 < taken && taken < lines.len() as u64, "{taken} are taken");
    window.picture("filter").await;
    window.click("Redaction").await;
    window.click("IP addresses").await;
    window.text(TAKEN).await;
    window.picture("redaction").await;
    window.click("Apply").await;

    let forms = receiver.view().protocols;
    let form = forms.iter().find(|form| form.provider == "custom");
    set_up(&window, "Custom", &form.expect("its protocol").values).await;
    window.see("accepted the sample log entry").await;
    window.click("Create stream").await;
    window.see("is live").await;
    receiver.wait_for_events(1 + taken).await;
    window.click("View stream").await;

    see_them_pass(&window).await;
    see_the_source(&window, lines.len() + 1).await;
    assert_eq!(receiver.progress().events, 1 + taken, "nothing else left");
    for taken in receiver.events() {
        let event: Value = serde_json::from_slice(&taken.event).expect("JSON");
        let address = event["ipAddress"].as_str().unwrap_or("none/");
        assert!(address.contains('/'), "{address} left as it was");
    }
    window.kill().await;
}

/// Connects the file without leaving the wizard, and waits until it was read.
async fn connect(window: &Window, path: &str) {
    window.click("Connect another kind of source").await;
    window.click("File").await;
    window.fill("Name", "Old logs").await;
    window.fill("File", path).await;
    window.click("Test connection").await;
    window.text("//*[contains(@class, 'tested')]").await;
    window.picture("source-file").await;
    window.click("Connect source").await;
    window.see("Watching").await;
}

async fn see_them_pass(window: &Window) {
    window.go_to("Live events").await;
    window.see("Filtered out: 1 stream").await;
    window.picture("live-events").await;
    window
        .fill("Search in events", "login-identity-universal-auth-failed")
        .await;
    window.see("Delivered: 1 stream").await;
    window
        .open_row("login-identity-universal-auth-failed")
        .await;
    window.see_in_dialog("Delivered").await;
    window.see_in_dialog("actorMetadata").await;
    window.picture("live-event").await;
    window.click("Close").await;
}

async fn see_the_source(window: &Window, unreadable_line: usize) {
    window.go_to("Sources").await;
    window.click("See the piece that is no event").await;
    window
        .see_in_dialog(&format!("line {unreadable_line}"))
        .await;
    window.picture("unreadable").await;
    window.click("Close").await;
    window.picture("sources").await;
}
