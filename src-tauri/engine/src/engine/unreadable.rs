//! What sources could not read as events, as hosts see and command it.

use super::Engine;
use crate::clock::rfc3339;
use crate::problem::Problem;
use crate::store::reading;
use crate::view::UnreadableView;

impl Engine {
    /// The newest first, older than `before` where given.
    pub async fn unreadable(
        &self,
        key: &str,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<UnreadableView>, Problem> {
        let row = self.source_row(key).await?;
        let kept = self
            .0
            .store
            .read(move |connection| {
                reading::unreadable(connection, row.number, before, limit.min(500))
            })
            .await?;
        Ok(kept
            .into_iter()
            .map(|piece| UnreadableView {
                id: piece.id,
                at: rfc3339(piece.at),
                place: piece.place,
                reason: piece.reason,
                text: String::from_utf8_lossy(&piece.bytes).into_owned(),
                bytes: piece.length,
            })
            .collect())
    }

    /// Forgets what was kept up to and including `id`, by a person's decision; the count.
    pub async fn discard_unreadable(&self, key: &str, id: i64) -> Result<u64, Problem> {
        let row = self.source_row(key).await?;
        let discarded = self
            .0
            .store
            .write(move |connection| reading::discard_unreadable(connection, row.number, id))
            .await?;
        self.0.touched.source(&row.id);
        Ok(discarded as u64)
    }
}
