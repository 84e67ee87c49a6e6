//! Secrets go one way: typed, stored in the keychain, used; and nowhere else.

use penstock_receiver::protocol::{custom, splunk};
use penstock_receiver::{Options, Receiver};

use crate::events::{self, Intake};
use crate::providers::set_up;
use crate::surroundings::Surroundings;
use crate::window::Window;

const TOKEN: &str = "5ca1ab1e-cafe-4bad-9d0d-c0ffee0ddba1";
const HEADER: &str = "canary-9f2c41d07b";

#[tokio::test(flavor = "multi_thread")]
async fn secrets_stand_in_the_keychain_alone_and_outlive_the_app() {
    let receiver = strict_receiver().await;
    let surroundings = Surroundings::new().await;
    let window = surroundings.open_app().await;
    window.overhear().await;
    let intake = Intake::connect(&window).await;

    let base = receiver.base_url();
    let text = |text: &str| text.to_owned();
    window.go_to("Streams").await;
    window.click("Create your first stream").await;
    let values = [
        (text("hostname"), base.clone()),
        (text("token"), text(TOKEN)),
    ];
    set_up(&window, "Splunk", &values).await;
    finish(&window).await;
    window.click("New stream").await;
    window.click("Custom").await;
    window.click("Continue").await;
    window.fill_setting("url", &format!("{base}/custom")).await;
    window.fill("Header 1, name", "X-Api-Key").await;
    window.fill("Header 1, value", HEADER).await;
    window.click("Continue to verify").await;
    finish(&window).await;

    let posted = events::some();
    intake.post(&posted).await;
    receiver.wait_for_events(2 + 2 * posted.len() as u64).await;
    walk_through(&window).await;
    nothing_is_told(&surroundings, &window).await;

    // The app ends while both have something to deliver.
    surroundings.end_app(window).await;
    let window = surroundings.open_app().await;
    window.overhear().await;
    window.see("2 of 2").await;
    window.go_to("Sources").await;
    window.see("Listening").await;
    intake.post(&posted).await;
    receiver.wait_for_events(2 + 4 * posted.len() as u64).await;
    walk_through(&window).await;
    nothing_is_told(&surroundings, &window).await;
    window.kill().await;
}

/// Takes nothing without the right token and the right header.
async fn strict_receiver() -> Receiver {
    let token = splunk::Token {
        value: TOKEN.to_owned(),
        ..splunk::Token::default()
    };
    let options = Options {
        splunk: splunk::Settings {
            tokens: vec![token],
            ..splunk::Settings::default()
        },
        custom: custom::Settings {
            header: Some(("X-Api-Key".to_owned(), HEADER.to_owned())),
            ..custom::Settings::default()
        },
        ..Options::default()
    };
    Receiver::start(options).await.expect("a receiver")
}

async fn finish(window: &Window) {
    window.see("accepted the sample log entry").await;
    window.click("Create stream").await;
    window.see("is live").await;
    window.click("View stream").await;
    window.go_to("Streams").await;
}

/// Looks at every place where a stream's settings and deliveries are shown.
async fn walk_through(window: &Window) {
    for stream in ["Splunk", "Custom"] {
        window.go_to("Streams").await;
        window.open_row(stream).await;
        // The side bar has settings too; the tab is there with the deliveries.
        window.see("Deliveries").await;
        window.click("Settings").await;
        window.click("Deliveries").await;
        window.open_row("200").await;
        window.see("Exactly as sent").await;
        window.click("Close").await;
    }
    window.go_to("Activity").await;
}

async fn nothing_is_told(surroundings: &Surroundings, window: &Window) {
    let heard = window.heard().await;
    assert!(
        heard.contains("X-Splunk-Request-Channel"),
        "deliveries were told of"
    );
    let page = window.source().await;
    for secret in [TOKEN, HEADER] {
        assert!(!heard.contains(secret), "Rust told the page {secret}");
        assert!(!page.contains(secret), "the page holds {secret}");
        let places = surroundings.places_of(secret);
        assert!(places.is_empty(), "{secret} stands in {places:?}");
    }
}
