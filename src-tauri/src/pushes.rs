//! What the page is told without asking.
//!
//! The engine gathers changes into batches already; they are handed on as they come.

use penstock_engine::engine::Subscription;
use penstock_engine::view::{Changes, Stage};
use penstock_receiver::view::PracticeView;
use serde::Serialize;
use tauri::{AppHandle, Emitter};

/// One thing the page is told, under the name it listens for.
pub enum Push<'a> {
    Changes(Changes),
    Stages(Stages<'a>),
    Practice(PracticeView),
}

/// How far a Verify has got.
#[derive(Clone, Copy, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Stages<'a> {
    pub run: &'a str,
    pub stages: &'a [Stage],
}

impl Push<'_> {
    pub fn send(self, app: &AppHandle) {
        let sent = match self {
            Self::Changes(changes) => app.emit("changes", changes),
            Self::Stages(stages) => app.emit("stages", stages),
            Self::Practice(view) => app.emit("practice", view),
        };
        if let Err(error) = sent {
            tracing::warn!("The page could not be told of a change: {error}.");
        }
    }
}

/// Hands the engine's changes on until it stops.
pub async fn changes(app: AppHandle, mut changes: Subscription) {
    while let Some(changes) = changes.next().await {
        Push::Changes(changes).send(&app);
    }
}
