//! Where secrets are kept: the operating system's keychain, or, without a window, the
//! environment or a credential directory.
//!
//! "Missing", "locked", "denied" and "unreachable" are different problems, and none of them makes
//! a new secret or writes one anywhere else. Calls block (a keychain may ask the person), so they
//! run off the async threads.

mod directory;
mod environment;
mod keychain;
pub mod memory;
mod place;

pub use directory::Directory;
pub use environment::Environment;
pub use keychain::Keychain;

use std::sync::Arc;

use crate::problem::Problem;
use crate::secret::Secret;
use crate::variables::Variables;

/// Whose secret it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Owner {
    /// Id of the stream or source.
    pub id: String,
    /// Its name, for vaults that a person fills by hand.
    pub name: String,
}

impl Owner {
    /// Somebody who has a name, but no id yet.
    pub fn to_be(name: &str) -> Self {
        Self {
            id: String::new(),
            name: name.trim().to_owned(),
        }
    }
}

pub trait Vault: Send + Sync + 'static {
    /// `OS keychain`, `Environment`, `Credential directory`.
    fn name(&self) -> &'static str;

    fn writable(&self) -> bool;

    /// Whether secrets can be read at all at the moment; asks nothing of the person.
    fn check(&self) -> Result<(), Problem>;

    /// `None` where there is no such secret.
    fn read(&self, owner: &Owner, field: &str) -> Result<Option<Secret>, Problem>;

    fn write(&self, owner: &Owner, field: &str, secret: &Secret) -> Result<(), Problem>;

    /// Fine where there is none.
    fn delete(&self, owner: &Owner, field: &str) -> Result<(), Problem>;

    /// What a person sets to give this secret, in vaults filled by hand: the variable
    /// `PENSTOCK_SECRET_SPLUNK_TOKEN`, the file `/run/credentials/…/splunk.token`.
    fn place(&self, _owner: &Owner, _field: &str) -> Option<String> {
        None
    }
}

/// The vault that `PENSTOCK_VAULT` asks for: `keychain` (also where it is not set), `env`, or
/// `directory`.
pub fn choose(variables: Variables) -> Result<Arc<dyn Vault>, Problem> {
    let kind = variables("PENSTOCK_VAULT").unwrap_or_default();
    match kind.to_str() {
        Some("" | "keychain") => Ok(Arc::new(Keychain::new())),
        Some("env") => Ok(Arc::new(Environment::new(variables))),
        Some("directory") => match variables("CREDENTIALS_DIRECTORY") {
            Some(folder) if !folder.is_empty() => Ok(Arc::new(Directory::new(folder.into()))),
            _ => Err(Problem::new(
                "vault-directory-unset",
                "There is no credential directory to read secrets from.",
            )
            .cause("PENSTOCK_VAULT is directory, but CREDENTIALS_DIRECTORY is not set.")
            .next("Run Penstock as a systemd unit with LoadCredential= or LoadCredentialEncrypted=, which sets it.")
            .next("Or set CREDENTIALS_DIRECTORY to the folder that holds the secrets.")),
        },
        _ => Err(Problem::new(
            "vault-unknown",
            format!("There is no vault called {:?}.", kind.to_string_lossy()),
        )
        .cause("PENSTOCK_VAULT holds a name that Penstock does not know.")
        .next("Set PENSTOCK_VAULT to keychain, env or directory, or leave it unset for the keychain.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(variables: &'static [(&str, &str)]) -> Result<&'static str, String> {
        let variables: Variables = Arc::new(move |name| {
            variables
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, value)| value.into())
        });
        choose(variables)
            .map(|vault| vault.name())
            .map_err(|problem| problem.code)
    }

    #[test]
    fn the_vault_is_the_keychain_unless_another_is_asked_for() {
        assert_eq!(chosen(&[]), Ok("OS keychain"));
        assert_eq!(chosen(&[("PENSTOCK_VAULT", "keychain")]), Ok("OS keychain"));
        assert_eq!(chosen(&[("PENSTOCK_VAULT", "env")]), Ok("Environment"));
        assert_eq!(
            chosen(&[
                ("PENSTOCK_VAULT", "directory"),
                ("CREDENTIALS_DIRECTORY", "/run/credentials/penstock")
            ]),
            Ok("Credential directory")
        );
        assert_eq!(
            chosen(&[("PENSTOCK_VAULT", "directory")]),
            Err("vault-directory-unset".into())
        );
        assert_eq!(
            chosen(&[("PENSTOCK_VAULT", "file")]),
            Err("vault-unknown".into())
        );
        assert_eq!(
            chosen(&[("PENSTOCK_VAULT", "memory")]),
            Err("vault-unknown".into())
        );
    }
}
