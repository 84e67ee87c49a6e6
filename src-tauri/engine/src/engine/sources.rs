//! Sources, as hosts see and command them.

use std::net::{SocketAddr, TcpListener};
use uuid::Uuid;

use super::views::{self, clean_name};
use super::{Engine, stopped};
use crate::problem::Problem;
use crate::provider::Details;
use crate::secret::Secret;
use crate::source::http_intake;
use crate::store::sources::{self, SourceRow};
use crate::vault::Owner;
use crate::view::{SourceCreated, SourceDraft, SourceView};

/// The vault's field for an intake's token.
const TOKEN: &str = "token";
const FIRST_PORT: u16 = 8787;

impl Engine {
    pub async fn sources(&self) -> Result<Vec<SourceView>, Problem> {
        let delivering = self.delivering().await;
        let now = self.now();
        self.0
            .store
            .read(move |connection| {
                sources::all(connection)?
                    .iter()
                    .map(|row| views::source(connection, row, &delivering, now))
                    .collect()
            })
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

    pub async fn create_source(&self, draft: SourceDraft) -> Result<SourceCreated, Problem> {
        if draft.kind != http_intake::KIND {
            return Err(Problem::new(
                "source-kind-unknown",
                format!("There is no source of the kind {:?}.", draft.kind),
            )
            .next("Use http_intake."));
        }
        let name = clean_name(&draft.name)?;
        let wanted = name.clone();
        if self
            .0
            .store
            .read(move |connection| sources::find(connection, &wanted))
            .await?
            .is_some()
        {
            return Err(views::name_taken("source", &name));
        }
        let details = self.intake_details(draft.details).await?;
        let token = http_intake::new_token();
        let id = Uuid::now_v7().to_string();
        let owner = Owner {
            id: id.clone(),
            name: name.clone(),
        };
        let (token, saved) = self.keep_token(owner.clone(), token).await?;
        let row = SourceRow {
            number: 0,
            id,
            name,
            kind: draft.kind,
            details,
            token_sha256: Some(digest(&token)),
            token_saved: saved,
            paused_at: None,
            created_at: self.now(),
            total: 0,
            largest: 0,
            last_event_at: None,
            last_refusal: None,
            listen: None,
            problem: None,
        };
        let insert = row.clone();
        let written = self
            .0
            .store
            .write(move |connection| sources::insert(connection, &insert))
            .await;
        if let Err(problem) = written {
            self.forget_token(owner).await;
            return Err(problem);
        }
        self.configured().await;
        let listen = views::listen_of(&row);
        Ok(SourceCreated {
            url: listen.as_deref().map(views::intake_url),
            listen,
            token: Some(token.expose().to_owned()),
            id: row.id,
            name: row.name,
            kind: row.kind,
        })
    }

    pub async fn delete_source(&self, key: &str) -> Result<(), Problem> {
        let row = self.source_row(key).await?;
        let (id, now) = (row.id.clone(), self.now());
        self.0
            .store
            .write(move |connection| sources::delete(connection, &id, now))
            .await?;
        self.forget_token(Owner {
            id: row.id,
            name: row.name,
        })
        .await;
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

    /// The intake's token, on request.
    pub async fn reveal_token(&self, key: &str) -> Result<Secret, Problem> {
        let row = self.source_row(key).await?;
        let vault = std::sync::Arc::clone(&self.0.vault);
        let owner = Owner {
            id: row.id,
            name: row.name,
        };
        let token = tokio::task::spawn_blocking(move || vault.read(&owner, TOKEN))
            .await
            .map_err(|_| stopped())??;
        let token = token.ok_or_else(|| {
            Problem::new("token-not-kept", "This token cannot be shown again.")
                .cause("Penstock keeps only a fingerprint of it here, enough to check a sender.")
                .next("Rotate the token to get a new one.")
        })?;
        if row.token_sha256.as_ref() != Some(&digest(&token)) {
            return Err(Problem::new(
                "token-differs",
                "The token kept for this intake is not the one it takes.",
            )
            .cause("It was set, or changed, after the intake was made.")
            .next("Rotate the token: the one that is kept is then taken, or a new one is made."));
        }
        Ok(token)
    }

    /// Makes a new token; the old one stops working.
    pub async fn rotate_token(&self, key: &str) -> Result<Secret, Problem> {
        let row = self.source_row(key).await?;
        let owner = Owner {
            id: row.id.clone(),
            name: row.name,
        };
        let (token, saved) = self.keep_token(owner, http_intake::new_token()).await?;
        let (id, digest) = (row.id, digest(&token));
        self.0
            .store
            .write(move |connection| sources::set_token(connection, &id, &digest, saved))
            .await?;
        self.configured().await;
        Ok(token)
    }

    /// Puts a token into the vault. A vault that people fill by hand may hold one already, which
    /// is then used; where it holds none, the token is shown once and only its digest is kept.
    async fn keep_token(&self, owner: Owner, token: Secret) -> Result<(Secret, bool), Problem> {
        let vault = std::sync::Arc::clone(&self.0.vault);
        tokio::task::spawn_blocking(move || {
            if vault.writable() {
                vault.write(&owner, TOKEN, &token)?;
                return Ok((token, true));
            }
            Ok(match vault.read(&owner, TOKEN)? {
                Some(given) => (given, true),
                None => (token, false),
            })
        })
        .await
        .map_err(|_| stopped())?
    }

    async fn forget_token(&self, owner: Owner) {
        let vault = std::sync::Arc::clone(&self.0.vault);
        let forgotten = tokio::task::spawn_blocking(move || {
            if vault.writable() {
                vault.delete(&owner, TOKEN)
            } else {
                Ok(())
            }
        })
        .await;
        if let Ok(Err(problem)) = forgotten {
            tracing::warn!(
                code = problem.code,
                "A token could not be deleted from the vault."
            );
        }
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

    /// Checks what was asked for and settles on an address, so that it stays the same.
    async fn intake_details(&self, mut details: Details) -> Result<Details, Problem> {
        for name in details.keys() {
            if !["listen", "beyond_loopback"].contains(&name.as_str()) {
                return Err(Problem::new(
                    "setting-unknown",
                    format!("An HTTP intake has no setting {name:?}."),
                )
                .next("Its settings are listen and beyond_loopback.")
                .field(name.clone()));
            }
        }
        let listen = match details.get("listen").and_then(|value| value.as_str()) {
            Some(listen) if !listen.trim().is_empty() => listen.trim().to_owned(),
            _ => self.suggested_listen().await,
        };
        let address = http_intake::parse_listen(&listen, beyond_loopback(&details))?;
        let rows = self.0.store.read(sources::all).await?;
        let wanted = address.to_string();
        if let Some(row) = rows
            .iter()
            .find(|row| views::listen_of(row).as_ref() == Some(&wanted))
        {
            return Err(Problem::new(
                "intake-port-taken",
                format!("The source {:?} listens on {wanted} already.", row.name),
            )
            .next(format!(
                "Choose another port, such as {}.",
                self.suggested_listen().await
            ))
            .field("listen"));
        }
        let bound = http_intake::bind(address).await?;
        let settled = bound.local_addr().map_or(address, |bound| bound);
        details.insert(String::from("listen"), settled.to_string().into());
        Ok(details)
    }

    /// The first address from 127.0.0.1:8787 on that nothing uses.
    pub(super) async fn suggested_listen(&self) -> String {
        let taken: Vec<String> = match self.0.store.read(sources::all).await {
            Ok(rows) => rows.iter().filter_map(views::listen_of).collect(),
            Err(_) => Vec::new(),
        };
        (FIRST_PORT..FIRST_PORT + 100)
            .map(|port| SocketAddr::from(([127, 0, 0, 1], port)))
            .find(|address| {
                !taken.contains(&address.to_string()) && TcpListener::bind(address).is_ok()
            })
            .unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 0)))
            .to_string()
    }
}

/// What an intake's server is started with.
pub(super) fn intake_options(row: &SourceRow) -> Result<http_intake::Options, Problem> {
    let digest: [u8; 32] = row
        .token_sha256
        .as_deref()
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(|| {
            Problem::new("token-missing", "This intake has no token.")
                .next("Rotate its token to make one.")
        })?;
    let listen = views::listen_of(row).unwrap_or_default();
    Ok(http_intake::Options {
        token_sha256: digest,
        beyond_loopback: beyond_loopback(&row.details),
        ..http_intake::Options::new(listen, &Secret::from(""))
    })
}

fn beyond_loopback(details: &Details) -> bool {
    details
        .get("beyond_loopback")
        .is_some_and(|value| value.as_bool() == Some(true) || value.as_str() == Some("true"))
}

fn digest(token: &Secret) -> Vec<u8> {
    http_intake::token_sha256(token.expose()).to_vec()
}
