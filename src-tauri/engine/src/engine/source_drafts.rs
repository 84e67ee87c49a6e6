//! Drafts of sources: checking, trying and saving them.

use std::collections::BTreeSet;
use std::sync::Arc;
use uuid::Uuid;

use super::Engine;
use super::tokens::{TOKEN, digest};
use super::views::{self, clean_name};
use crate::connect::invalid;
use crate::form::{FieldError, Saved};
use crate::problem::Problem;
use crate::secret::{Secret, Secrets};
use crate::source::{self, SourceTest, http_intake};
use crate::store::sources::{self, SourceRow};
use crate::vault::Owner;
use crate::view::{SourceCheck, SourceCreated, SourceDraft, SourceView};

impl Engine {
    /// Checks as a person types; asks neither network nor disk.
    pub async fn check_source_draft(&self, draft: SourceDraft) -> Result<SourceCheck, Problem> {
        let mut check = SourceCheck::default();
        if let Err(problem) = self.source_name(&draft).await {
            check.errors.push(FieldError {
                field: String::from("name"),
                message: problem.summary,
            });
        }
        let secrets = self.draft_secrets(&draft).await?;
        match source::find(&draft.kind)?.configure(&draft.details, &secrets) {
            Ok(configured) => {
                check.warnings = configured.warnings;
                check.details = configured.details;
            }
            Err(errors) => check.errors.extend(errors),
        }
        Ok(check)
    }

    /// Tries what the source will need, without taking any event.
    pub async fn test_source_draft(&self, draft: SourceDraft) -> Result<SourceTest, Problem> {
        let kind = source::find(&draft.kind)?;
        let configured = configure(&draft, &self.draft_secrets(&draft).await?)?;
        Ok(kind
            .test(
                configured.details,
                configured.secrets,
                Arc::clone(&self.0.clock),
            )
            .await)
    }

    /// The same for a source that exists, as it is saved.
    pub async fn test_source(&self, key: &str) -> Result<SourceTest, Problem> {
        let row = self.source_row(key).await?;
        let (kind, vault) = (source::find(&row.kind)?, Arc::clone(&self.0.vault));
        let saved = row.clone();
        let secrets = self
            .off_thread(move || crate::connect::source_secrets(&*vault, &saved))
            .await?;
        Ok(kind
            .test(row.details, secrets, Arc::clone(&self.0.clock))
            .await)
    }

    pub async fn create_source(&self, draft: SourceDraft) -> Result<SourceCreated, Problem> {
        let kind = source::find(&draft.kind)?;
        let name = self.source_name(&draft).await?;
        let configured = configure(&draft, &self.draft_secrets(&draft).await?)?;
        let others = self.neighbours(kind.id(), None).await?;
        let details = kind.settle(configured.details, None, &others).await?;
        let id = Uuid::now_v7().to_string();
        let owner = Owner {
            id: id.clone(),
            name: name.clone(),
        };
        let secrets = self.keep_secrets(owner.clone(), configured.secrets).await?;
        let token = if draft.kind == http_intake::KIND {
            let kept = self.keep_token(owner.clone(), http_intake::new_token());
            Some(kept.await?)
        } else {
            None
        };
        let row = SourceRow {
            id,
            name,
            kind: draft.kind,
            details,
            token_sha256: token.as_ref().map(|(token, _)| digest(token)),
            token_saved: token.as_ref().is_some_and(|(_, saved)| *saved),
            created_at: self.now(),
            secrets,
            ..SourceRow::default()
        };
        let insert = row.clone();
        let written = self
            .0
            .store
            .write(move |connection| sources::insert(connection, &insert))
            .await;
        if let Err(problem) = written {
            let fields = row.secrets.into_iter().chain([String::from(TOKEN)]);
            self.forget_secrets(owner, fields.collect()).await;
            return Err(problem);
        }
        self.configured().await;
        let listen = views::listen_of(&row);
        Ok(SourceCreated {
            url: http_intake::url(&row.details).filter(|_| listen.is_some()),
            fingerprint: http_intake::certificate(&row.details).map(|it| it.sha256),
            listen,
            token: token.map(|(token, _)| token.expose().to_owned()),
            id: row.id,
            name: row.name,
            kind: row.kind,
        })
    }

    /// `draft.source` names the source; absent secrets keep their saved value, and the source
    /// goes on from where it stands.
    pub async fn update_source(&self, draft: SourceDraft) -> Result<SourceView, Problem> {
        let key = draft.source.clone().unwrap_or_default();
        let mut row = self.source_row(&key).await?;
        let draft = SourceDraft {
            kind: row.kind.clone(),
            ..draft
        };
        let kind = source::find(&row.kind)?;
        row.name = self.source_name(&draft).await?;
        let known = self.draft_secrets(&draft).await?;
        let configured = configure(&draft, &known)?;
        let others = self.neighbours(kind.id(), Some(&row.id)).await?;
        row.details = kind
            .settle(configured.details, Some(&row.details), &others)
            .await?;
        // What was typed, and what the kind made itself.
        let fresh: Secrets = configured
            .secrets
            .into_iter()
            .filter(|(field, secret)| {
                draft.secrets.0.contains_key(field)
                    || known.get(field).map(Secret::expose) != Some(secret.expose())
            })
            .collect();
        let kept = self.keep_secrets(Owner::from(&row), fresh).await?;
        row.secrets.extend(kept);
        let update = row.clone();
        self.0
            .store
            .write(move |connection| sources::update(connection, &update))
            .await?;
        self.configured().await;
        self.source(&row.id).await
    }

    async fn source_name(&self, draft: &SourceDraft) -> Result<String, Problem> {
        let name = clean_name(&draft.name)?;
        let except = match &draft.source {
            Some(key) => Some(self.source_row(key).await?.id),
            None => None,
        };
        let wanted = name.clone();
        let known = self
            .0
            .store
            .read(move |connection| sources::find(connection, &wanted))
            .await?;
        match known {
            Some(row) if Some(&row.id) != except.as_ref() => {
                Err(views::name_taken("source", &name))
            }
            _ => Ok(name),
        }
    }

    async fn draft_secrets(&self, draft: &SourceDraft) -> Result<Secrets, Problem> {
        let (owner, saved) = match &draft.source {
            Some(key) => {
                let row = self.source_row(key).await?;
                (Owner::from(&row), row.secrets)
            }
            None => (Owner::to_be(&draft.name), BTreeSet::new()),
        };
        let fields = &source::about(&draft.kind)?.fields;
        self.drafted_secrets(draft.secrets.0.clone(), owner, saved, fields)
            .await
    }
}

/// Settings as they are to be saved, or every field at fault as one problem.
fn configure(draft: &SourceDraft, secrets: &Secrets) -> Result<Saved, Problem> {
    source::find(&draft.kind)?
        .configure(&draft.details, secrets)
        .map_err(|errors| invalid(&errors))
}
