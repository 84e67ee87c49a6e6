//! As much of the W3C WebDriver protocol as these tests need.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

/// The key under which the protocol names an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// One session, which is one run of the app.
pub struct Session {
    http: reqwest::Client,
    url: String,
}

/// What the driver answered instead.
pub struct Refusal(String);

impl std::fmt::Debug for Refusal {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.0)
    }
}

pub type Answer<T> = Result<T, Refusal>;

#[derive(Debug, Clone)]
pub struct Element(String);

impl Session {
    /// Has the driver start a program and waits for its first page.
    pub async fn start(driver_url: &str, binary: &std::path::Path) -> Answer<Self> {
        let mut session = Self {
            http: reqwest::Client::builder()
                .no_proxy()
                .build()
                .expect("a client"),
            url: format!("{driver_url}/session"),
        };
        let browser = json!({ "binary": binary, "args": [] });
        let wanted = json!({ "alwaysMatch": { "webkitgtk:browserOptions": browser } });
        let answer = session.post("", json!({ "capabilities": wanted })).await?;
        let id = answer["sessionId"].as_str().expect("a session has an id");
        session.url = format!("{}/{id}", session.url);
        // It may wait for a page that was there before it looked, by its own choice for minutes.
        let wait = json!({ "pageLoad": 2_000 });
        session.post("/timeouts", wait).await?;
        Ok(session)
    }

    /// Every element of this path, in the order of the page.
    pub async fn find(&self, xpath: &str) -> Answer<Vec<Element>> {
        let wanted = json!({ "using": "xpath", "value": xpath });
        let found = self.post("/elements", wanted).await?;
        let id = |element: &Value| element[ELEMENT].as_str().expect("an id").to_owned();
        let found = found.as_array().expect("a list");
        Ok(found.iter().map(|element| Element(id(element))).collect())
    }

    /// The text of an element, also where it is cut short on the screen.
    pub async fn text(&self, element: &Element) -> Answer<String> {
        let url = format!("{}/element/{}/property/textContent", self.url, element.0);
        let text = self.ask(self.http.get(url)).await?;
        Ok(text.as_str().expect("text").to_owned())
    }

    pub async fn click(&self, element: &Element) -> Answer<()> {
        self.of(element, "click", json!({})).await
    }

    pub async fn clear(&self, element: &Element) -> Answer<()> {
        self.of(element, "clear", json!({})).await
    }

    pub async fn send_keys(&self, element: &Element, text: &str) -> Answer<()> {
        self.of(element, "value", json!({ "text": text })).await
    }

    /// Runs a script's body in the page.
    pub async fn run(&self, script: &str) -> Answer<Value> {
        self.post("/execute/sync", json!({ "script": script, "args": [] }))
            .await
    }

    pub async fn resize(&self, width: u32, height: u32) -> Answer<()> {
        self.post("/window/rect", json!({ "width": width, "height": height }))
            .await?;
        Ok(())
    }

    /// A PNG of what the window shows.
    pub async fn picture(&self) -> Answer<Vec<u8>> {
        let picture = self
            .ask(self.http.get(format!("{}/screenshot", self.url)))
            .await?;
        let text = picture.as_str().expect("a picture is text");
        Ok(BASE64_STANDARD.decode(text).expect("in base64"))
    }

    /// Ends the session; the driver ends the program.
    pub async fn end(self) -> Answer<()> {
        self.ask(self.http.delete(&self.url)).await?;
        Ok(())
    }

    async fn of(&self, element: &Element, verb: &str, body: Value) -> Answer<()> {
        self.post(&format!("/element/{}/{verb}", element.0), body)
            .await?;
        Ok(())
    }

    async fn post(&self, path: &str, body: Value) -> Answer<Value> {
        let request = self.http.post(format!("{}{path}", self.url));
        let request = request.header("content-type", "application/json");
        self.ask(request.body(body.to_string())).await
    }

    async fn ask(&self, request: reqwest::RequestBuilder) -> Answer<Value> {
        let answer = request
            .send()
            .await
            .map_err(|error| Refusal(error.to_string()))?;
        let refused = !answer.status().is_success();
        let text = answer
            .text()
            .await
            .map_err(|error| Refusal(error.to_string()))?;
        if refused {
            return Err(Refusal(text));
        }
        let answer: Value = serde_json::from_str(&text).expect("the driver answers in JSON");
        Ok(answer["value"].clone())
    }
}
