//! Audit events on their way into Penstock, as a program outside posts them.

use crate::surroundings::free_port;
use crate::window::Window;

/// Where the page shows a token.
const TOKEN: &str = "//*[contains(@class, 'verb')][.='Token']/following-sibling::*[1]";

/// An HTTP intake made in the window.
#[derive(Clone)]
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

    /// Posts 50 events at a time until nobody listens any more; the ids of those accepted. `round`
    /// is part of them.
    pub async fn post_while_it_listens(self, round: usize) -> Vec<String> {
        let client = reqwest::Client::builder().no_proxy().build();
        let client = client.expect("a client");
        let mut accepted = Vec::new();
        for request in 0.. {
            let ids: Vec<String> = (0..50).map(|n| format!("{round}-{request}-{n}")).collect();
            let body: String = ids
                .iter()
                .map(|id| format!("{{\"id\":\"{id}\",\"eventType\":\"get-secrets\"}}\n"))
                .collect();
            let posting = client.post(&self.url).bearer_auth(&self.token).body(body);
            match posting.send().await {
                Ok(answer) if answer.status().is_success() => accepted.extend(ids),
                Ok(answer) => panic!("{} while it listens", answer.status()),
                Err(_) => break,
            }
        }
        accepted
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
