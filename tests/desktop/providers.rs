//! The wizard, from the choice of a provider to events that arrive there.

use penstock_receiver::{Options, Receiver};

use crate::events::{self, Intake};
use crate::surroundings::Surroundings;
use crate::window::Window;

/// Id of the provider, the protocol it speaks, and the name on its card.
const PROVIDERS: [(&str, &str, &str); 9] = [
    ("splunk", "splunk", "Splunk"),
    ("azure", "azure", "Azure Monitor"),
    ("datadog", "datadog", "Datadog"),
    ("better_stack", "better_stack", "Better Stack"),
    ("cribl", "cribl", "Cribl"),
    ("sumo_logic", "sumo_logic", "Sumo Logic"),
    ("custom", "custom", "Custom"),
    ("webhook", "custom", "Webhook"),
    ("practice", "practice", "Practice receiver"),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_provider_is_set_up_verified_and_delivered_to() {
    let receiver = Receiver::start(Options::default())
        .await
        .expect("a receiver");
    let surroundings = Surroundings::new().await;
    let window = surroundings.open_app().await;
    let intake = Intake::connect(&window).await;

    let forms = receiver.view().protocols;
    let mut begin = "Create your first stream";
    for (provider, protocol, name) in PROVIDERS {
        let form = forms.iter().find(|form| form.provider == protocol);
        window.go_to("Streams").await;
        window.click(begin).await;
        set_up(&window, name, &form.expect("its protocol").values).await;
        window.see("accepted the sample log entry").await;
        window.picture(&format!("verified-{provider}")).await;
        window.click("Create stream").await;
        window.see("is live").await;
        window.click("View stream").await;
        begin = "New stream";
    }
    let samples = receiver.progress().events;
    let count = PROVIDERS.len();
    assert_eq!(
        samples, count as u64,
        "each provider had one sample log entry"
    );

    let posted = events::some();
    intake.post(&posted).await;
    receiver
        .wait_for_events(samples + (count * posted.len()) as u64)
        .await;
    let taken = receiver.events();
    for id in events::ids(&posted) {
        let times = taken
            .iter()
            .find(|taken| taken.id == id)
            .map(|taken| taken.times);
        assert_eq!(
            times,
            Some(count as u32),
            "event {id} arrives once at each provider"
        );
    }

    window.go_to("Streams").await;
    window.see(&format!("{count} of {count}")).await;
    for (width, height) in [(1280, 820), (960, 640), (1600, 1000)] {
        window.resize(width, height).await;
        window.picture(&format!("streams-{width}")).await;
    }
    window.kill().await;
}

/// Chooses a provider, types its values, and goes on to Verify.
pub async fn set_up(window: &Window, provider: &str, values: &[(String, String)]) {
    fill_in(window, provider, values).await;
    window.click("Continue to verify").await;
}

/// Chooses a provider and types its values.
pub async fn fill_in(window: &Window, provider: &str, values: &[(String, String)]) {
    window.click(provider).await;
    window.click("Continue").await;
    window.see("Input credentials").await;
    for (field, value) in values {
        window.fill_setting(field, value).await;
    }
}
