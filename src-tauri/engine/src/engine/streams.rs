//! Streams, as hosts see and command them.

use std::sync::Arc;

use super::{Engine, stopped, views};
use crate::clock::Millis;
use crate::health;
use crate::problem::Problem;
use crate::store::streams::{self, StreamRow};
use crate::store::{attempt, stat};
use crate::vault::Owner;
use crate::view::{AttemptDetail, AttemptView, Range, StreamView, Throughput};

impl Engine {
    pub async fn streams(&self) -> Result<Vec<StreamView>, Problem> {
        let (blocks, now) = (Arc::clone(self.0.store.blocks()), self.now());
        let guest = !self.is_owner().await;
        self.0
            .store
            .read(move |connection| views::streams(connection, &blocks, guest, now))
            .await
    }

    pub async fn stream(&self, key: &str) -> Result<StreamView, Problem> {
        let row = self.stream_row(key).await?;
        let (blocks, now) = (Arc::clone(self.0.store.blocks()), self.now());
        let guest = !self.is_owner().await;
        self.0
            .store
            .read(move |connection| {
                if guest {
                    blocks.reload(connection)?;
                }
                views::stream(connection, &blocks, &row, now)
            })
            .await
    }

    pub async fn delete_stream(&self, key: &str) -> Result<(), Problem> {
        let row = self.stream_row(key).await?;
        let id = row.id.clone();
        self.0
            .store
            .write(move |connection| streams::delete(connection, &id))
            .await?;
        self.forget_secrets(Owner::from(&row), row.secrets).await;
        self.configured().await;
        Ok(())
    }

    pub async fn pause_stream(&self, key: &str) -> Result<StreamView, Problem> {
        self.set_stream_paused(key, Some(self.now())).await
    }

    pub async fn resume_stream(&self, key: &str) -> Result<StreamView, Problem> {
        self.set_stream_paused(key, None).await
    }

    async fn set_stream_paused(
        &self,
        key: &str,
        at: Option<Millis>,
    ) -> Result<StreamView, Problem> {
        let row = self.stream_row(key).await?;
        if row.paused_at.is_some() != at.is_some() {
            let id = row.id.clone();
            self.0
                .store
                .write(move |connection| streams::set_paused(connection, &id, at))
                .await?;
            self.configured().await;
        }
        self.stream(&row.id).await
    }

    /// Tries again at once, whatever the stream is waiting for.
    pub async fn retry_stream(&self, key: &str) -> Result<StreamView, Problem> {
        let row = self.stream_row(key).await?;
        let id = row.id.clone();
        self.0
            .store
            .write(move |connection| streams::ask_retry(connection, &id))
            .await?;
        self.configured().await;
        self.stream(&row.id).await
    }

    pub async fn throughput(&self, key: &str, range: Range) -> Result<Throughput, Problem> {
        let row = self.stream_row(key).await?;
        let now = self.now();
        let (seconds, count) = match range {
            Range::Hour => (60, 60),
            Range::Day => (900, 96),
            Range::Week => (7200, 84),
        };
        let view = self.stream(&row.id).await?;
        let failing = matches!(
            view.status,
            crate::view::Status::Failing | crate::view::Status::Retrying
        );
        self.0
            .store
            .read(move |connection| {
                let spans = stat::spans(connection, &row.id, seconds, count, now)?;
                Ok(Throughput {
                    bucket_seconds: u32::try_from(seconds).unwrap_or(60),
                    buckets: health::buckets(&spans),
                    failing_since: failing.then_some(view.status_since),
                })
            })
            .await
    }

    /// Newest first; of every stream where `key` is `None`; older than attempt `before`.
    pub async fn attempts(
        &self,
        key: Option<&str>,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<AttemptView>, Problem> {
        let stream = match key {
            Some(key) => Some(self.stream_row(key).await?.id),
            None => None,
        };
        self.0
            .store
            .read(move |connection| {
                attempt::list(connection, stream.as_deref(), before, limit.min(500))
            })
            .await
    }

    pub async fn attempt(&self, id: i64) -> Result<AttemptDetail, Problem> {
        self.0
            .store
            .read(move |connection| attempt::get(connection, id))
            .await?
            .ok_or_else(|| {
                Problem::new("attempt-unknown", "This delivery is no longer kept.")
                    .cause("Penstock keeps the newest 1,000 deliveries of each stream.")
            })
    }

    pub(super) async fn stream_row(&self, key: &str) -> Result<StreamRow, Problem> {
        let wanted = key.to_owned();
        self.0
            .store
            .read(move |connection| streams::find(connection, &wanted))
            .await?
            .ok_or_else(|| {
                Problem::new(
                    "stream-unknown",
                    format!("There is no stream called {key:?}."),
                )
                .next("Run `penstock stream list` to see the streams.")
            })
    }

    pub(super) async fn off_thread<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|_| stopped())?
    }
}
