//! An engine on a real folder and a practice receiver on loopback, for tests that need both.

use penstock_engine::clock::SystemClock;
use penstock_engine::engine::{Engine, Options};
use penstock_engine::vault::Vault;
use penstock_engine::vault::memory::Memory;
use penstock_engine::view::{
    SecretsDraft, SourceCreated, SourceDraft, StatusView, StreamDraft, StreamView,
};
use penstock_receiver::{Receiver, Taken};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Far longer than anything here takes; only a failing test ever waits for it.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct World {
    pub engine: Engine,
    pub receiver: Receiver,
    pub vault: Arc<dyn Vault>,
    pub folder: tempfile::TempDir,
}

impl World {
    /// A delivering engine, and a receiver that keeps every event.
    pub async fn start() -> Self {
        Self::with(penstock_receiver::Options::default()).await
    }

    pub async fn with(options: penstock_receiver::Options) -> Self {
        Self::of(options, Arc::new(Memory::default())).await
    }

    /// On a vault that the test keeps a hand on.
    pub async fn on(vault: Arc<Memory>) -> Self {
        Self::of(penstock_receiver::Options::default(), vault).await
    }

    async fn of(options: penstock_receiver::Options, vault: Arc<dyn Vault>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let engine = open(folder.path(), &vault).await;
        engine.start().await.expect("delivery starts");
        let receiver = Receiver::start(options).await.expect("the receiver starts");
        Self {
            engine,
            receiver,
            vault,
            folder,
        }
    }

    /// Ends the engine as a person does, and opens the same folder again.
    pub async fn reopen(&mut self) {
        self.engine.stop().await;
        self.engine = open(self.folder.path(), &self.vault).await;
        self.engine.start().await.expect("delivery starts");
    }

    pub async fn intake(&self, name: &str) -> SourceCreated {
        let mut details = penstock_engine::provider::Details::new();
        details.insert(String::from("listen"), json!("127.0.0.1:0"));
        let draft = SourceDraft {
            kind: String::from("http_intake"),
            name: name.to_owned(),
            details,
            secrets: SecretsDraft::default(),
            source: None,
        };
        let source = self
            .engine
            .create_source(draft)
            .await
            .expect("a source is made");
        self.until(|status| {
            status.sources.iter().any(|view| {
                view.id == source.id
                    && view.status == penstock_engine::view::SourceStatus::Listening
            })
        })
        .await;
        source
    }

    /// A `custom` stream to the receiver, NDJSON unless `details` say otherwise.
    pub async fn stream(&self, name: &str, details: Value) -> StreamView {
        let url = format!("{}/custom", self.receiver.base_url());
        let mut all = json!({ "url": url, "format": "ndjson" });
        merge(&mut all, details);
        self.stream_of("custom", name, all, json!({})).await
    }

    pub async fn stream_of(
        &self,
        provider: &str,
        name: &str,
        details: Value,
        secrets: Value,
    ) -> StreamView {
        self.engine
            .create_stream(draft(provider, name, details, secrets), false, false)
            .await
            .expect("a stream is made")
    }

    /// Waits, told of each change, until the status is as wanted.
    pub async fn until(&self, wanted: impl Fn(&StatusView) -> bool) -> StatusView {
        let mut changes = self.engine.subscribe();
        let waiting = async {
            loop {
                let status = self.engine.status().await.expect("the status is read");
                if wanted(&status) {
                    return status;
                }
                changes.next().await;
            }
        };
        match tokio::time::timeout(PATIENCE, waiting).await {
            Ok(status) => status,
            Err(_) => panic!("never came about: {:#?}", self.engine.status().await),
        }
    }

    /// Waits until nothing waits in any stream.
    pub async fn drained(&self) -> StatusView {
        self.until(|status| status.streams.iter().all(|stream| stream.waiting == 0))
            .await
    }

    pub fn taken(&self) -> Vec<Taken> {
        self.receiver.events()
    }
}

pub async fn open(folder: &Path, vault: &Arc<dyn Vault>) -> Engine {
    Engine::open(Options {
        data_dir: folder.to_owned(),
        vault: Arc::clone(vault),
        clock: Arc::new(SystemClock),
    })
    .await
    .expect("the engine opens")
}

pub fn draft(provider: &str, name: &str, details: Value, secrets: Value) -> StreamDraft {
    let details = details.as_object().cloned().unwrap_or_default();
    let secrets: SecretsDraft = serde_json::from_value(secrets).expect("secrets are an object");
    StreamDraft {
        provider: provider.to_owned(),
        name: name.to_owned(),
        source: None,
        details,
        secrets,
        filter: None,
        redaction: None,
        stream: None,
    }
}

fn merge(into: &mut Value, from: Value) {
    if let (Some(into), Value::Object(from)) = (into.as_object_mut(), from) {
        into.extend(from);
    }
}

/// `count` events with ids that start with `prefix`, one a line.
pub fn lines(prefix: &str, count: usize) -> String {
    (0..count)
        .map(|n| {
            format!(
                "{{\"id\":\"{prefix}-{n}\",\"eventType\":\"get-secrets\",\"n\":{n},\"createdAt\":\"2026-01-15T08:00:00.000Z\"}}\n"
            )
        })
        .collect()
}

pub async fn post(source: &SourceCreated, body: impl Into<reqwest::Body>) -> reqwest::Response {
    reqwest::Client::new()
        .post(source.url.as_deref().expect("an intake has an address"))
        .bearer_auth(
            source
                .token
                .as_deref()
                .expect("a fresh intake has its token"),
        )
        .body(body)
        .send()
        .await
        .expect("the intake answers")
}
