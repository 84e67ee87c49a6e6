//! What the page is told without asking.
//!
//! The engine gathers changes into batches already; they are handed on as they come.

use std::time::Duration;

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

/// Streams in one message, and the time before the next: taking in a thousand rows at once would
/// hold the page up for many frames.
const ROWS: usize = 40;
const FRAME: Duration = Duration::from_millis(16);

/// Hands the engine's changes on until it stops.
pub async fn changes(app: AppHandle, mut changes: Subscription) {
    while let Some(changes) = changes.next().await {
        for piece in pieces(changes) {
            Push::Changes(piece).send(&app);
            tokio::time::sleep(FRAME).await;
        }
    }
}

/// The same in pieces, each with a few of the streams; the first has everything else.
fn pieces(mut changes: Changes) -> impl Iterator<Item = Changes> {
    let mut streams = std::mem::take(&mut changes.streams);
    let mut rest = Some(changes);
    std::iter::from_fn(move || {
        let later = streams.split_off(streams.len().min(ROWS));
        let some = std::mem::replace(&mut streams, later);
        let piece = rest.take();
        if piece.is_none() && some.is_empty() {
            return None;
        }
        Some(Changes {
            streams: some,
            ..piece.unwrap_or_default()
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_of_many_streams_come_in_pieces_and_all_of_them_come_once() {
        for count in [0, 1, ROWS, ROWS + 1, 5 * ROWS] {
            let changes = Changes {
                removed_streams: vec![String::from("gone")],
                streams: (0..count).map(view).collect(),
                ..Changes::default()
            };
            let pieces: Vec<Changes> = pieces(changes).collect();
            assert_eq!(pieces.len(), count.div_ceil(ROWS).max(1));
            let told = pieces.iter().flat_map(|piece| &piece.streams);
            let told: Vec<&str> = told.map(|view| view.id.as_str()).collect();
            let wanted: Vec<String> = (0..count).map(|number| number.to_string()).collect();
            assert_eq!(told, wanted);
            let gone: usize = pieces.iter().map(|piece| piece.removed_streams.len()).sum();
            assert_eq!(gone, 1);
        }
    }

    fn view(number: usize) -> penstock_engine::view::StreamView {
        let all = serde_json::json!({
            "id": number.to_string(),
            "name": "", "provider": "", "provider_name": "", "endpoint": "", "source": null,
            "status": "healthy", "reason": null, "status_since": "", "paused_at": null,
            "delivered": 0, "waiting": 0, "set_aside": 0, "filtered": 0, "delivered_24h": 0,
            "last_delivered_at": null, "oldest_waiting_at": null, "next_try_at": null, "tries": 0,
            "last_problem": null, "last_problem_at": null, "details": {}, "secrets": {},
            "filter": {}, "redaction": {}, "verified": true, "created_at": "", "hours": [],
        });
        serde_json::from_value(all).expect("a row")
    }
}
