//! Tokens that senders present to an intake: showing, rotating and keeping them.

use super::{Engine, stopped};
use crate::problem::Problem;
use crate::secret::Secret;
use crate::source::http_intake;
use crate::store::sources;
use crate::vault::Owner;

/// The vault's field for an intake's token.
pub(super) const TOKEN: &str = "token";

impl Engine {
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
    pub(super) async fn keep_token(
        &self,
        owner: Owner,
        token: Secret,
    ) -> Result<(Secret, bool), Problem> {
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
}

/// Enough to check a token, no use for making one.
pub(super) fn digest(token: &Secret) -> Vec<u8> {
    http_intake::token_sha256(token.expose()).to_vec()
}
