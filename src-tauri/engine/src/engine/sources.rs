//! Sources, as hosts see and command them.

use super::tokens::TOKEN;
use super::{Engine, views};
use crate::form::Details;
use crate::problem::Problem;
use crate::source::http_intake;
use crate::store::sources::{self, SourceRow};
use crate::vault::Owner;
use crate::view::SourceView;

impl Engine {
    pub async fn sources(&self) -> Result<Vec<SourceView>, Problem> {
        let delivering = self.delivering().await;
        let now = self.now();
        self.0
            .store
            .read(move |connection| views::sources(connection, &delivering, now))
            .await
    }

    pub async fn source(&self, key: &str) -> Result<SourceView, Problem> {
        let row = self.source_row(key).await?;
        let delivering = self.delivering().await;
        let now = self.now();
        self.0
            .store
            .read(move |connection| views::source(connection, &row, &delivering, now))
            .await
    }

    pub async fn delete_source(&self, key: &str) -> Result<(), Problem> {
        let row = self.source_row(key).await?;
        let (id, now) = (row.id.clone(), self.now());
        self.0
            .store
            .write(move |connection| sources::delete(connection, &id, now))
            .await?;
        let owner = Owner::from(&row);
        let fields = row.secrets.into_iter().chain([String::from(TOKEN)]);
        self.forget_secrets(owner, fields.collect()).await;
        self.configured().await;
        Ok(())
    }

    pub async fn pause_source(&self, key: &str) -> Result<SourceView, Problem> {
        self.set_source_paused(key, Some(self.now())).await
    }

    pub async fn resume_source(&self, key: &str) -> Result<SourceView, Problem> {
        self.set_source_paused(key, None).await
    }

    async fn set_source_paused(&self, key: &str, at: Option<i64>) -> Result<SourceView, Problem> {
        let row = self.source_row(key).await?;
        let id = row.id.clone();
        self.0
            .store
            .write(move |connection| sources::set_paused(connection, &id, at))
            .await?;
        self.configured().await;
        self.source(&row.id).await
    }

    pub(super) async fn source_row(&self, key: &str) -> Result<SourceRow, Problem> {
        let wanted = key.to_owned();
        self.0
            .store
            .read(move |connection| sources::find(connection, &wanted))
            .await?
            .ok_or_else(|| {
                Problem::new(
                    "source-unknown",
                    format!("There is no source called {key:?}."),
                )
                .next("Run `penstock source list` to see the sources.")
            })
    }

    /// The address an intake would listen on by default.
    pub(super) async fn suggested_listen(&self) -> String {
        let others = self.neighbours(http_intake::KIND, None).await;
        http_intake::free_address(&others.unwrap_or_default())
    }

    /// Names and settings of the other sources of a kind.
    pub(super) async fn neighbours(
        &self,
        kind: &str,
        except: Option<&str>,
    ) -> Result<Vec<(String, Details)>, Problem> {
        let rows = self.0.store.read(sources::all).await?;
        Ok(rows
            .into_iter()
            .filter(|row| row.kind == kind && Some(row.id.as_str()) != except)
            .map(|row| (row.name, row.details))
            .collect())
    }
}
