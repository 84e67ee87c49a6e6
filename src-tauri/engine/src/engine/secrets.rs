//! Secrets of streams and sources on their way between a draft and the vault.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Engine;
use crate::form::Field;
use crate::problem::Problem;
use crate::secret::Secrets;
use crate::vault::Owner;

impl Engine {
    /// What was typed, over what is saved or, in a vault that people fill, given by hand. `saved`
    /// names the fields that were saved for `owner`; somebody who does not exist yet has none.
    /// What was typed for a name that is no field is kept: whoever reads the form refuses it.
    pub(super) async fn drafted_secrets(
        &self,
        typed: Secrets,
        owner: Owner,
        saved: BTreeSet<String>,
        fields: &'static [Field],
    ) -> Result<Secrets, Problem> {
        let vault = Arc::clone(&self.0.vault);
        if saved.is_empty() && vault.writable() {
            return Ok(typed);
        }
        self.off_thread(move || {
            let mut secrets = typed;
            for field in fields.iter().filter(|field| field.secret) {
                let known = saved.contains(&field.name) || !vault.writable();
                if known
                    && !secrets.contains_key(&field.name)
                    && let Some(secret) = vault.read(&owner, &field.name)?
                {
                    secrets.insert(field.name.clone(), secret);
                }
            }
            Ok(secrets)
        })
        .await
    }

    /// Puts secrets into the vault; the names of those it has.
    pub(super) async fn keep_secrets(
        &self,
        owner: Owner,
        secrets: Secrets,
    ) -> Result<BTreeSet<String>, Problem> {
        let vault = Arc::clone(&self.0.vault);
        self.off_thread(move || {
            for (field, secret) in &secrets {
                if vault.writable() || vault.read(&owner, field)?.is_none() {
                    vault.write(&owner, field, secret)?;
                }
            }
            Ok(secrets.into_keys().collect())
        })
        .await
    }

    /// Takes secrets out of the vault; one that cannot be reached keeps them.
    pub(super) async fn forget_secrets(&self, owner: Owner, fields: BTreeSet<String>) {
        let vault = Arc::clone(&self.0.vault);
        if !vault.writable() {
            return;
        }
        let id = owner.id.clone();
        let forgotten = self
            .off_thread(move || {
                fields
                    .iter()
                    .try_for_each(|field| vault.delete(&owner, field))
            })
            .await;
        if let Err(problem) = forgotten {
            tracing::warn!(
                owner = id,
                code = problem.code,
                "Secrets could not be deleted from the vault."
            );
        }
    }
}
