//! A filter and a redaction tried on the journal's newest events, while they are edited.

use std::ops::ControlFlow;

use super::live::shown;
use super::{Engine, rules};
use crate::clock::rfc3339;
use crate::event::{Head, Seq};
use crate::problem::Problem;
use crate::store::journal;
use crate::view::{Preview, PreviewAsk, PreviewRow};

/// Events and bytes looked at.
const LOOK: (u64, usize) = (10_000, 64 << 20);
const MOST_ROWS: usize = 200;
/// Bytes of an event that are shown.
const SHOWN: usize = 64 << 10;

impl Engine {
    /// How many of the newest events pass, and which, and how they would leave. Wrong rules are
    /// no failure.
    pub async fn preview(&self, ask: PreviewAsk) -> Result<Preview, Problem> {
        let errors = rules::errors(Some(&ask.filter), Some(&ask.redaction));
        let filter = match ask.filter.compile() {
            Ok(filter) if errors.is_empty() => filter,
            _ => {
                return Ok(Preview {
                    errors,
                    ..Preview::default()
                });
            }
        };
        let stream = match &ask.stream {
            Some(key) => Some(self.stream_row(key).await?),
            None => None,
        };
        let source = match &ask.source {
            Some(key) => Some(self.source_row(key).await?.number),
            None => None,
        };
        let redaction = self.compile_redaction(&ask.redaction, stream).await?;
        let limit = (ask.limit as usize).min(MOST_ROWS);
        self.0
            .store
            .read(move |connection| {
                let mut preview = Preview::default();
                let (mut bytes, mut passing) = (0, 0);
                journal::back(connection, Seq::MAX, source, |block| {
                    for index in (0..block.len()).rev() {
                        if preview.looked_at >= LOOK.0 || bytes >= LOOK.1 {
                            return ControlFlow::Break(());
                        }
                        let event = block.event(index);
                        preview.looked_at += 1;
                        bytes += event.bytes.len();
                        let passes = filter.passes(&event.bytes);
                        preview.matched += u64::from(passes);
                        let shown_so_far = if passes {
                            passing
                        } else {
                            preview.rows.len() - passing
                        };
                        if shown_so_far >= limit {
                            continue;
                        }
                        passing += usize::from(passes);
                        let head = Head::of(&event.bytes);
                        preview.rows.push(PreviewRow {
                            seq: event.seq,
                            accepted_at: rfc3339(block.accepted_at),
                            passes,
                            event_type: head.event_type,
                            actor: head.actor,
                            before: shown(&event.bytes, SHOWN),
                            after: shown(&redaction.event(&event).bytes, SHOWN),
                        });
                    }
                    ControlFlow::Continue(())
                })?;
                Ok(preview)
            })
            .await
    }
}
