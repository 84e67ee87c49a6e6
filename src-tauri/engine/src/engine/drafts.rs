//! Drafts of streams: checking and saving them.

use std::collections::BTreeSet;
use uuid::Uuid;

use super::views::{clean_name, name_taken};
use super::{Engine, rules};
use crate::connect::{invalid, not_understood};
use crate::exchange;
use crate::http::Client;
use crate::problem::Problem;
use crate::provider::{self, Connected, Details, FieldError};
use crate::sample;
use crate::secret::Secrets;
use crate::store::streams::{self, StreamRow};
use crate::store::{cursor, journal, sources};
use crate::vault::Owner;
use crate::view::{DraftCheck, StreamDraft, StreamView};

impl Engine {
    /// Checks as a person types; reads nothing from the network.
    pub async fn check_draft(&self, draft: StreamDraft) -> Result<DraftCheck, Problem> {
        let mut errors = Vec::new();
        if let Err(problem) = self.check_name(&draft).await {
            errors.push(FieldError {
                field: String::from("name"),
                message: problem.summary,
            });
        }
        let rules = rules::errors(draft.filter.as_ref(), draft.redaction.as_ref());
        errors.extend(rules::in_words(&rules));
        let secrets = self.effective_secrets(&draft).await?;
        if let Err(found) = Client::new(&draft.details, &secrets) {
            errors.extend(found);
        }
        match provider::find(&draft.provider)?.connect(&draft.details, &secrets) {
            Err(found) => {
                errors.extend(
                    found
                        .into_iter()
                        .filter(|error| {
                            !errors
                                .iter()
                                .any(|known: &FieldError| known.field == error.field)
                        })
                        .collect::<Vec<_>>(),
                );
                Ok(DraftCheck {
                    errors,
                    ..DraftCheck::default()
                })
            }
            Ok(connected) => {
                let preview = if rules.is_empty() {
                    let redaction = self.draft_redaction(&draft).await?;
                    let event = redaction.event(&sample::entry(self.now(), None)?);
                    let request = connected.destination.request(&[event], None);
                    Some(exchange::preview(&request))
                } else {
                    None
                };
                Ok(DraftCheck {
                    errors,
                    warnings: connected.warnings,
                    details: connected.details,
                    preview,
                })
            }
        }
    }

    pub async fn create_stream(
        &self,
        draft: StreamDraft,
        verified: bool,
        paused: bool,
    ) -> Result<StreamView, Problem> {
        let name = self.check_name(&draft).await?;
        let source = self.check_source(draft.source.as_deref()).await?;
        rules::check(draft.filter.as_ref(), draft.redaction.as_ref())?;
        let secrets = self.effective_secrets(&draft).await?;
        Client::new(&draft.details, &secrets).map_err(|errors| invalid(&errors))?;
        let connected = connect_draft(&draft.provider, &draft.details, &secrets)?;
        let now = self.now();
        let mut row = StreamRow {
            id: Uuid::now_v7().to_string(),
            name,
            provider: draft.provider,
            source,
            filter: Some(draft.filter.unwrap_or_default()),
            redaction: Some(draft.redaction.unwrap_or_default()),
            endpoint: connected.destination.endpoint(),
            details: connected.details,
            secrets: BTreeSet::new(),
            verified,
            paused_at: paused.then_some(now),
            retry_asked: 0,
            created_at: now,
            revision: 0,
        };
        row.secrets = self
            .keep_secrets(Owner::from(&row), connected.secrets)
            .await?;
        if let Err(problem) = self.keep_redaction_key(&mut row).await {
            self.forget_secrets(Owner::from(&row), row.secrets.clone())
                .await;
            return Err(problem);
        }
        let insert = row.clone();
        let written = self
            .0
            .store
            .write(move |connection| {
                streams::insert(connection, &insert)?;
                let source = match &insert.source {
                    Some(source) => sources::number(connection, source)?,
                    None => None,
                };
                let next = journal::last_seq(connection)? + 1;
                let position = journal::total_before(connection, next, source)?;
                cursor::place(connection, &insert.id, next, position, now)
            })
            .await;
        if let Err(problem) = written {
            self.forget_secrets(Owner::from(&row), row.secrets.clone())
                .await;
            return Err(problem);
        }
        self.configured().await;
        self.stream(&row.id).await
    }

    /// `draft.stream` names the stream; absent secrets keep their saved value. `verified`: the
    /// sample was accepted with this very draft.
    pub async fn update_stream(
        &self,
        draft: StreamDraft,
        verified: bool,
    ) -> Result<StreamView, Problem> {
        let key = draft.stream.clone().unwrap_or_default();
        let mut row = self.stream_row(&key).await?;
        let name = self.check_name(&draft).await?;
        let source = self.check_source(draft.source.as_deref()).await?;
        rules::check(draft.filter.as_ref(), draft.redaction.as_ref())?;
        let secrets = self.effective_secrets(&draft).await?;
        Client::new(&draft.details, &secrets).map_err(|errors| invalid(&errors))?;
        let connected = connect_draft(&row.provider, &draft.details, &secrets)?;
        take_over(&mut row.filter, draft.filter, "filter")?;
        take_over(&mut row.redaction, draft.redaction, "redaction")?;
        let moved = source != row.source;
        let changed = connected.details != row.details || !draft.secrets.0.is_empty();
        row.name = name;
        row.source = source;
        row.endpoint = connected.destination.endpoint();
        row.details = connected.details;
        row.verified = verified || (row.verified && !changed);
        let typed: Secrets = connected
            .secrets
            .into_iter()
            .filter(|(field, _)| draft.secrets.0.contains_key(field))
            .collect();
        let kept = self.keep_secrets(Owner::from(&row), typed).await?;
        row.secrets.extend(kept);
        self.keep_redaction_key(&mut row).await?;
        let (update, now) = (row.clone(), self.now());
        self.0
            .store
            .write(move |connection| {
                streams::update(connection, &update)?;
                if moved {
                    let source = match &update.source {
                        Some(source) => sources::number(connection, source)?,
                        None => None,
                    };
                    let cursor = cursor::get(connection, &update.id)?.unwrap_or_default();
                    let position = journal::total_before(connection, cursor.next_seq, source)?;
                    cursor::place(connection, &update.id, cursor.next_seq, position, now)?;
                }
                Ok(())
            })
            .await?;
        self.configured().await;
        self.stream(&row.id).await
    }

    async fn check_name(&self, draft: &StreamDraft) -> Result<String, Problem> {
        let name = clean_name(&draft.name)?;
        let except = match &draft.stream {
            Some(key) => Some(self.stream_row(key).await?.id),
            None => None,
        };
        let wanted = name.clone();
        let taken = self
            .0
            .store
            .read(move |connection| streams::name_taken(connection, &wanted, except.as_deref()))
            .await?;
        if taken {
            Err(name_taken("stream", &name))
        } else {
            Ok(name)
        }
    }

    async fn check_source(&self, key: Option<&str>) -> Result<Option<String>, Problem> {
        match key {
            Some(key) => Ok(Some(self.source_row(key).await?.id)),
            None => Ok(None),
        }
    }

    pub(super) async fn effective_secrets(&self, draft: &StreamDraft) -> Result<Secrets, Problem> {
        let (owner, saved) = match &draft.stream {
            Some(key) => {
                let row = self.stream_row(key).await?;
                (Owner::from(&row), row.secrets)
            }
            None => (Owner::to_be(&draft.name), BTreeSet::new()),
        };
        let fields = &provider::about(&draft.provider)?.fields;
        self.drafted_secrets(draft.secrets.0.clone(), owner, saved, fields)
            .await
    }
}

/// Puts what a draft says of rules in the place of what is saved. Where that cannot be read, it
/// was shown as empty, so an empty draft says nothing.
fn take_over<T: Default + PartialEq>(
    saved: &mut Option<T>,
    drafted: Option<T>,
    what: &str,
) -> Result<(), Problem> {
    match drafted {
        None => Ok(()),
        Some(drafted) if saved.is_none() && drafted == T::default() => {
            Err(not_understood(what, "Nothing was changed"))
        }
        drafted => {
            *saved = drafted;
            Ok(())
        }
    }
}

pub(super) fn connect_draft(
    provider: &str,
    details: &Details,
    secrets: &Secrets,
) -> Result<Connected, Problem> {
    provider::find(provider)?
        .connect(details, secrets)
        .map_err(|errors| invalid(&errors))
}
