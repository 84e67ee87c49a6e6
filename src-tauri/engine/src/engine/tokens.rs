//! Tokens that senders present to an intake: showing, rotating and keeping them.

use std::sync::Arc;

use super::Engine;
use crate::clock::Millis;
use crate::problem::Problem;
use crate::secret::Secret;
use crate::source::http_intake;
use crate::store::sources;
use crate::vault::Owner;

/// The vault's field for an intake's token.
pub(super) const TOKEN: &str = "token";
const LONGEST_OVERLAP: Millis = 30 * 86_400_000;

impl Engine {
    /// The intake's token, on request.
    pub async fn reveal_token(&self, key: &str) -> Result<Secret, Problem> {
        let row = self.source_row(key).await?;
        let (vault, owner) = (Arc::clone(&self.0.vault), Owner::from(&row));
        let token = self.off_thread(move || vault.read(&owner, TOKEN)).await?;
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

    /// Makes a new token. The one before is taken for as long as `overlap`, in milliseconds, says:
    /// not at all with 0.
    pub async fn rotate_token(&self, key: &str, overlap: Millis) -> Result<Secret, Problem> {
        let row = self.source_row(key).await?;
        if row.token_sha256.is_none() {
            return Err(Problem::new(
                "token-unused",
                format!("The source {:?} has no token.", row.name),
            )
            .cause("It reads by itself, and nobody sends to it.")
            .next("Rotate the token of an HTTP intake; `penstock source list` shows them."));
        }
        if !(0..=LONGEST_OVERLAP).contains(&overlap) {
            return Err(Problem::new(
                "overlap-too-long",
                "The old token cannot be taken for longer than 30 days.",
            )
            .next("Choose a shorter time.")
            .field("overlap"));
        }
        let owner = Owner::from(&row);
        let (token, saved) = self.keep_token(owner, http_intake::new_token()).await?;
        let digest = digest(&token);
        let old = row
            .token_sha256
            .filter(|old| overlap > 0 && *old != digest)
            .map(|old| (old, self.now() + overlap));
        let id = row.id;
        self.0
            .store
            .write(move |connection| {
                sources::set_token(connection, &id, &digest, saved, old.as_ref())
            })
            .await?;
        self.configured().await;
        // Whoever has the new token may use it at once.
        self.taken_up_elsewhere().await;
        Ok(token)
    }

    /// Puts a token into the vault. A vault that people fill by hand may hold one already, which
    /// is then used; where it holds none, the token is shown once and only its digest is kept.
    pub(super) async fn keep_token(
        &self,
        owner: Owner,
        token: Secret,
    ) -> Result<(Secret, bool), Problem> {
        let vault = Arc::clone(&self.0.vault);
        self.off_thread(move || {
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
    }
}

/// Enough to check a token, no use for making one.
pub(super) fn digest(token: &Secret) -> Vec<u8> {
    http_intake::token_sha256(token.expose()).to_vec()
}
