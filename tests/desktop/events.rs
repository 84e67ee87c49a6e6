//! Audit events on their way into Penstock, as a program outside posts them.

use crate::surroundings::free_port;
use crate::window::Window;

/// Where the page shows a token.
const TOKEN: &str = "//*[contains(@class, 'verb')][.='Token']/following-sibling::*[1]";

/// An HTTP intake made in the window.
pub struct Intake {
    url: String,
    token: String,
}

impl Intake {
    /// Connects a source as a person does, and copies down its address and token.
    pub async fn connect(window: &Window) -> Self {
        let listen = format!("127.0.0.1:{}", free_port());
        window.go_to("Sources").await;
        window.click("Connect source").await;
        window.click("HTTP intake").await;
        window.fill("Listen on", &listen).await;
        window.click("Connect source").await;
        let token = window.text(TOKEN).await;
        window.click("Done").await;
        let url = format!("http://{listen}/v1/events");
        Self { url, token }
    }

    /// Copies down address and token of the only source there is.
    pub async fn reveal(window: &Window) -> Self {
        window.go_to("Sources").await;
        let url = window.text("//*[.='POST']/following-sibling::*[1]").await;
        window.click("Reveal token").await;
        let token = window.text(TOKEN).await;
        Self { url, token }
    }

    /// Posts events, one a line, and expects all of them to be accepted.
    pub async fn post(&self, events: &[String]) {
        let client = reqwest::Client::builder()
            .no_proxy()
            .build()
            .expect("a client");
        let request = client
            .post(&self.url)
            .bearer_auth(&self.token)
            .body(events.join("\n"));
        let answer = request.send().await.expect("the intake answers");
        let text = answer.text().await.expect("in text");
        assert_eq!(text, format!("{{\"accepted\":{}}}", events.len()));
    }
}

/// The events of `tests/fixtures`, as their sender wrote them.
pub fn all() -> Vec<String> {
    include_str!("../fixtures/events-1000.ndjson")
        .lines()
        .map(str::to_owned)
        .collect()
}

/// Some of them.
pub fn some() -> Vec<String> {
    all().into_iter().take(20).collect()
}

pub fn ids(events: &[String]) -> Vec<String> {
    let id = |event: &String| {
        let event: serde_json::Value = serde_json::from_str(event).expect("JSON");
        event["id"].as_str().expect("an id").to_owned()
    };
    events.iter().map(id).collect()
}
