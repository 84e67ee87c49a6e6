//! Filters and redaction of streams: what can be chosen, checking and saving them, and the key
//! that hashes are made with.

use std::sync::Arc;

use super::Engine;
use crate::connect::{self, KEY_FIELD, invalid};
use crate::filter::{self, Filter};
use crate::form::{Choice, FieldError};
use crate::problem::Problem;
use crate::redaction::{self, Compiled, Key, Redaction};
use crate::secret::Secret;
use crate::store::streams::{self, StreamRow};
use crate::vault::{Owner, Vault};
use crate::view::{FilterChoices, StreamDraft, StreamView};

/// What an editor of filters and redaction offers.
pub fn filter_choices() -> FilterChoices {
    let choices = |known: &[(&str, &str)]| {
        let choice = |(value, label): &(&str, &str)| Choice {
            value: (*value).to_owned(),
            label: (*label).to_owned(),
            help: String::new(),
        };
        known.iter().map(choice).collect()
    };
    FilterChoices {
        types: filter::known_types(),
        presets: filter::presets().to_vec(),
        templates: redaction::templates().to_vec(),
        actor_kinds: choices(&[
            ("user", "User"),
            ("identity", "Machine identity"),
            ("service", "Service token"),
            ("platform", "Infisical itself"),
            ("scimClient", "SCIM client"),
            ("kmipClient", "KMIP client"),
            ("kmipServer", "KMIP server"),
            ("acmeAccount", "ACME account"),
            ("acmeProfile", "ACME profile"),
            ("estAccount", "EST account"),
            ("scepAccount", "SCEP account"),
            ("gateway", "Gateway"),
            ("relay", "Relay"),
            ("agentVaultProxy", "Agent vault proxy"),
            ("unknownUser", "Unknown user"),
        ]),
        user_agent_kinds: choices(&[
            ("web", "Web"),
            ("cli", "Command line"),
            ("k8-operator", "Kubernetes operator"),
            ("terraform", "Terraform"),
            ("InfisicalNodeSDK", "Node SDK"),
            ("InfisicalPythonSDK", "Python SDK"),
            ("other", "Other"),
        ]),
    }
}

impl Engine {
    /// Takes hold where the stream's cursor stands.
    pub async fn set_filter(&self, key: &str, filter: Filter) -> Result<StreamView, Problem> {
        let mut row = self.stream_row(key).await?;
        check(Some(&filter), None)?;
        row.filter = Some(filter);
        self.save_rules(row).await
    }

    /// Takes hold with the next request.
    pub async fn set_redaction(
        &self,
        key: &str,
        redaction: Redaction,
    ) -> Result<StreamView, Problem> {
        let mut row = self.stream_row(key).await?;
        check(None, Some(&redaction))?;
        row.redaction = Some(redaction);
        self.keep_redaction_key(&mut row).await?;
        self.save_rules(row).await
    }

    /// Makes a new key for the stream's hashes: from then on nobody is recognised by an older
    /// one.
    pub async fn new_redaction_key(&self, key: &str) -> Result<StreamView, Problem> {
        let mut row = self.stream_row(key).await?;
        let (vault, stream) = (Arc::clone(&self.0.vault), Owner::from(&row));
        self.off_thread(move || vault.write(&stream, KEY_FIELD, &new_key()))
            .await?;
        row.secrets.insert(KEY_FIELD.to_owned());
        self.save_rules(row).await
    }

    async fn save_rules(&self, row: StreamRow) -> Result<StreamView, Problem> {
        let id = row.id.clone();
        self.0
            .store
            .write(move |connection| streams::update(connection, &row))
            .await?;
        self.configured().await;
        self.stream(&id).await
    }

    /// Sees to it that the vault has the key of the stream's hashes, where it makes any. One that
    /// is lost is not replaced.
    pub(super) async fn keep_redaction_key(&self, row: &mut StreamRow) -> Result<(), Problem> {
        if !row.redaction.as_ref().is_some_and(Redaction::needs_key) {
            return Ok(());
        }
        let (vault, stream) = (Arc::clone(&self.0.vault), row.clone());
        self.off_thread(move || {
            let owner = Owner::from(&stream);
            let known = vault.read(&owner, KEY_FIELD)?;
            if known.is_some_and(|key| !key.is_empty()) {
                return Ok(());
            }
            if stream.secrets.contains(KEY_FIELD) || !vault.writable() {
                return Err(connect::key_missing(&*vault, &stream));
            }
            vault.write(&owner, KEY_FIELD, &new_key())
        })
        .await?;
        row.secrets.insert(KEY_FIELD.to_owned());
        Ok(())
    }

    /// The redaction of a stream that exists.
    pub(super) async fn stream_redaction(&self, row: &StreamRow) -> Result<Compiled, Problem> {
        let (vault, row) = (Arc::clone(&self.0.vault), row.clone());
        self.off_thread(move || connect::redaction(&*vault, &row))
            .await
    }

    /// The redaction of a draft: of the stream it changes where it says nothing of one.
    pub(super) async fn draft_redaction(&self, draft: &StreamDraft) -> Result<Compiled, Problem> {
        let row = match &draft.stream {
            Some(key) => Some(self.stream_row(key).await?),
            None => None,
        };
        match (&draft.redaction, row) {
            (Some(redaction), row) => self.compile_redaction(redaction, row).await,
            (None, Some(row)) => self.stream_redaction(&row).await,
            (None, None) => self.compile_redaction(&Redaction::default(), None).await,
        }
    }

    /// With the key of a stream, or with one for this once where there is none yet.
    pub(super) async fn compile_redaction(
        &self,
        redaction: &Redaction,
        row: Option<StreamRow>,
    ) -> Result<Compiled, Problem> {
        let key = match row.filter(|_| redaction.needs_key()) {
            Some(row) => {
                let vault = Arc::clone(&self.0.vault);
                self.off_thread(move || saved_key(&*vault, &row)).await?
            }
            None => None,
        };
        redaction
            .compile(key.unwrap_or_else(Key::throwaway))
            .map_err(|errors| invalid(&in_words(&errors)))
    }
}

/// `None` where none was made yet.
fn saved_key(vault: &dyn Vault, row: &StreamRow) -> Result<Option<Key>, Problem> {
    match vault.read(&row.into(), KEY_FIELD)? {
        Some(secret) if !secret.is_empty() => Ok(Some(Key::new(&secret))),
        _ if row.secrets.contains(KEY_FIELD) => Err(connect::key_missing(vault, row)),
        _ => Ok(None),
    }
}

fn new_key() -> Secret {
    Secret::from(hex::encode(rand::random::<[u8; 32]>()))
}

/// What is wrong with rules, each named as in a preview.
pub(super) fn errors(filter: Option<&Filter>, redaction: Option<&Redaction>) -> Vec<FieldError> {
    let filter = filter.and_then(|filter| filter.compile().err());
    let redaction = redaction.and_then(|redaction| redaction.compile(Key::throwaway()).err());
    filter.into_iter().chain(redaction).flatten().collect()
}

/// The same, as one problem.
pub(super) fn check(filter: Option<&Filter>, redaction: Option<&Redaction>) -> Result<(), Problem> {
    match errors(filter, redaction) {
        errors if errors.is_empty() => Ok(()),
        errors => Err(invalid(&in_words(&errors))),
    }
}

/// For where rules are no list in sight: `filter`, and the number of the condition in words.
pub(super) fn in_words(errors: &[FieldError]) -> Vec<FieldError> {
    let words = |error: &FieldError| {
        let (field, index) = error.field.split_once('.')?;
        let number = index.parse::<usize>().ok()? + 1;
        let part = if field == "filter" {
            "Condition"
        } else {
            "Rule"
        };
        Some(FieldError {
            field: field.to_owned(),
            message: format!("{part} {number}: {}", error.message),
        })
    };
    let words = |error| words(error).unwrap_or_else(|| error.clone());
    errors.iter().map(words).collect()
}
