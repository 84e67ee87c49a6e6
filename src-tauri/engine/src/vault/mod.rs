//! Where secrets are kept: the operating system's keychain, or, without a window, the
//! environment or a credential directory.
//!
//! "Missing", "locked", "denied" and "unreachable" are different problems, and none of them makes
//! a new secret or writes one anywhere else. Calls block (a keychain may ask the person), so they
//! run off the async threads.

use crate::problem::Problem;
use crate::secret::Secret;

/// Whose secret it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Owner {
    /// Id of the stream or source.
    pub id: String,
    /// Its name, for vaults that a person fills by hand.
    pub name: String,
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
}
