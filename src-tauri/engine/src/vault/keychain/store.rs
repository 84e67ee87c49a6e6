//! The platform's own keychain, over the stores of the keyring project.
//!
//! They are used without the `keyring` crate's convenience on top, which opens the store once per
//! process and never again: a keyring program that starts late, or starts anew, would stay out of
//! reach until Penstock is restarted. Here a store that stops answering is opened again.

use keyring_core::{CredentialStore, Entry, Error};
use std::collections::HashMap;
use std::sync::Arc;

/// Why the keychain did not do as asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    pub kind: Kind,
    /// The system's own words.
    pub detail: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Missing,
    /// A keyring program that has no default keyring.
    NoKeyring,
    Locked,
    Denied,
    /// Entries of a split secret are missing.
    Incomplete,
    Failed,
}

/// Entries of bytes by account, all under the service `penstock`.
pub trait Entries: Send + 'static {
    /// What tells the program that answers now from those before and after it, where it is one
    /// that can end; asks nothing of the person, and starts none.
    fn program(&mut self) -> Option<String>;
    /// Whether entries can be read, asking nothing of the person.
    fn look(&mut self) -> Result<(), Trouble>;
    fn get(&mut self, account: &str) -> Result<Option<Vec<u8>>, Trouble>;
    /// `label` is what the keychain's own program shows.
    fn set(&mut self, account: &str, label: &str, value: &[u8]) -> Result<(), Trouble>;
    /// Whether there was one.
    fn delete(&mut self, account: &str) -> Result<bool, Trouble>;
}

const SERVICE: &str = "penstock";

/// The platform's keychain, opened when first needed.
#[derive(Default)]
pub struct Store {
    open: Option<Arc<CredentialStore>>,
    #[cfg(all(unix, not(target_os = "macos")))]
    bus: Option<zbus::blocking::fdo::DBusProxy<'static>>,
}

impl Store {
    fn with_entry<T>(
        &mut self,
        account: &str,
        label: Option<&str>,
        run: impl Fn(&Entry) -> Result<T, Error>,
    ) -> Result<T, Trouble> {
        let modifiers = label
            .filter(|_| LABELS)
            .map(|label| HashMap::from([("label", label)]));
        let attempt = |store: &CredentialStore| {
            let entry = store.build(SERVICE, account, modifiers.as_ref())?;
            run(&entry)
        };
        if let Some(store) = &self.open {
            match attempt(store.as_ref()).map_err(trouble) {
                Err(Trouble {
                    kind: Kind::Missing | Kind::Failed,
                    ..
                }) => self.open = None,
                result => return result,
            }
        }
        let store = open().map_err(unreachable)?;
        let result = attempt(store.as_ref()).map_err(trouble);
        self.open = Some(store);
        result
    }
}

impl Entries for Store {
    fn program(&mut self) -> Option<String> {
        program(self)
    }

    fn look(&mut self) -> Result<(), Trouble> {
        look(self)
    }

    fn get(&mut self, account: &str) -> Result<Option<Vec<u8>>, Trouble> {
        self.with_entry(account, None, |entry| match entry.get_secret() {
            Ok(value) => Ok(Some(value)),
            Err(Error::NoEntry) => Ok(None),
            // The same account in two keyrings.
            Err(Error::Ambiguous(entries)) => entries[0].get_secret().map(Some),
            Err(error) => Err(error),
        })
    }

    fn set(&mut self, account: &str, label: &str, value: &[u8]) -> Result<(), Trouble> {
        self.with_entry(account, Some(label), |entry| {
            match entry.set_secret(value) {
                Err(Error::Ambiguous(entries)) => {
                    entries.iter().try_for_each(|entry| entry.set_secret(value))
                }
                result => result,
            }
        })
    }

    fn delete(&mut self, account: &str) -> Result<bool, Trouble> {
        self.with_entry(account, None, |entry| match entry.delete_credential() {
            Ok(()) => Ok(true),
            Err(Error::NoEntry) => Ok(false),
            Err(Error::Ambiguous(entries)) => entries
                .iter()
                .try_for_each(Entry::delete_credential)
                .map(|()| true),
            Err(error) => Err(error),
        })
    }
}

#[cfg(target_os = "macos")]
fn open() -> Result<Arc<CredentialStore>, Error> {
    Ok(apple_native_keyring_store::keychain::Store::new()?)
}

#[cfg(windows)]
fn open() -> Result<Arc<CredentialStore>, Error> {
    Ok(windows_native_keyring_store::Store::new()?)
}

#[cfg(all(unix, not(target_os = "macos")))]
fn open() -> Result<Arc<CredentialStore>, Error> {
    Ok(zbus_secret_service_keyring_store::Store::new()?)
}

const LABELS: bool = cfg!(all(unix, not(target_os = "macos")));

/// Reading an entry that cannot be there asks nothing of the person.
#[cfg(any(target_os = "macos", windows))]
fn look(store: &mut Store) -> Result<(), Trouble> {
    store.get("look").map(drop)
}

/// The keyring store would open a dialog for a locked keyring, so the service is asked directly.
#[cfg(all(unix, not(target_os = "macos")))]
fn look(_store: &mut Store) -> Result<(), Trouble> {
    use secret_service::{EncryptionType, blocking::SecretService};
    let platform = |error| Error::PlatformFailure(Box::new(error));
    let service = SecretService::connect(EncryptionType::Plain)
        .map_err(|error| unreachable(platform(error)))?;
    let locked = service
        .get_default_collection()
        .and_then(|keyring| keyring.is_locked())
        .map_err(|error| trouble(platform(error)))?;
    if locked {
        return Err(Trouble {
            kind: Kind::Locked,
            detail: "the default keyring is locked".into(),
        });
    }
    Ok(())
}

#[cfg(any(target_os = "macos", windows))]
fn program(_store: &mut Store) -> Option<String> {
    None
}

/// Its name on the bus, which no other program ever has.
#[cfg(all(unix, not(target_os = "macos")))]
fn program(store: &mut Store) -> Option<String> {
    use zbus::blocking::{Connection, fdo::DBusProxy};
    if store.bus.is_none() {
        let connection = Connection::session().ok()?;
        store.bus = DBusProxy::new(&connection).ok();
    }
    let name = "org.freedesktop.secrets".try_into().ok()?;
    match store.bus.as_ref()?.get_name_owner(name) {
        Ok(owner) => Some(owner.to_string()),
        Err(zbus::fdo::Error::NameHasNoOwner(_)) => None,
        Err(_) => {
            store.bus = None;
            None
        }
    }
}

/// What an error while opening means: out of reach, whatever the transport calls it.
fn unreachable(error: Error) -> Trouble {
    let trouble = trouble(error);
    match trouble.kind {
        Kind::Failed => Trouble {
            kind: Kind::Missing,
            ..trouble
        },
        _ => trouble,
    }
}

fn trouble(error: Error) -> Trouble {
    let kind = match &error {
        Error::PlatformFailure(inner) | Error::NoStorageAccess(inner) => {
            kind(&inner.to_string(), &format!("{inner:?}"))
        }
        _ => Kind::Failed,
    };
    // Errors that carry what was read must not show it.
    let detail = match error {
        Error::BadEncoding(_) | Error::BadDataFormat(..) => "the entry does not hold text".into(),
        error => error.to_string(),
    };
    Trouble { kind, detail }
}

/// Reads the platform's error, by its text so that every platform's can be tested on any.
fn kind(shown: &str, debug: &str) -> Kind {
    let any = |texts: &[&str]| {
        texts
            .iter()
            .any(|text| shown.contains(text) || debug.contains(text))
    };
    if any(&[
        // Secret Service.
        "no secret service provider",
        "DBus.Error.ServiceUnknown",
        "DBus.Error.NameHasNoOwner",
        "DBus.Error.Spawn",
        "DBus.Error.NoServer",
        // macOS: not available, no such keychain, invalid keychain, no default keychain.
        "code: -25291",
        "code: -25294",
        "code: -25295",
        "code: -25307",
        // Windows: an account without a logon session keeps no credentials.
        "ERROR_NO_SUCH_LOGON_SESSION",
    ]) {
        Kind::Missing
    } else if any(&["result not returned from SS API"]) {
        Kind::NoKeyring
    } else if any(&[
        "object locked",
        "prompt dismissed",
        "connection closed before prompt",
        "Secret.Error.IsLocked",
        // macOS: no dialog can be shown.
        "code: -25308",
    ]) {
        Kind::Locked
    } else if any(&[
        "DBus.Error.AccessDenied",
        // macOS: wrong password or not on the list, cancelled, other owner, read-only, duplicate.
        "code: -25293",
        "code: -128",
        "code: -61",
        "code: -25244",
        "code: -25292",
        "code: -25299",
        // Windows: access denied; the policy that forbids storing.
        "PlatformError(5)",
        "PlatformError(1314)",
    ]) {
        Kind::Denied
    } else {
        Kind::Failed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_platforms_errors_are_told_apart() {
        for (shown, debug, expected) in [
            (
                "no secret service provider or dbus session found",
                "Unavailable",
                Kind::Missing,
            ),
            (
                "zbus error: org.freedesktop.DBus.Error.ServiceUnknown: not activatable",
                "",
                Kind::Missing,
            ),
            (
                "SS error: result not returned from SS API",
                "NoResult",
                Kind::NoKeyring,
            ),
            ("SS error: prompt dismissed", "Prompt", Kind::Locked),
            ("SS Error: object locked", "Locked", Kind::Locked),
            (
                "zbus error: org.freedesktop.Secret.Error.IsLocked: …",
                "",
                Kind::Locked,
            ),
            (
                "zbus error: org.freedesktop.DBus.Error.AccessDenied: …",
                "",
                Kind::Denied,
            ),
            (
                "zbus error: org.freedesktop.Secret.Error.NoSession: …",
                "",
                Kind::Failed,
            ),
            (
                "User interaction is not allowed.",
                "Error { code: -25308, message: …}",
                Kind::Locked,
            ),
            ("…", "Error { code: -25293, message: …}", Kind::Denied),
            ("…", "Error { code: -128 }", Kind::Denied),
            ("…", "Error { code: -25307 }", Kind::Missing),
            (
                "Windows ERROR_NO_SUCH_LOGON_SESSION",
                "PlatformError(1312)",
                Kind::Missing,
            ),
            ("Windows error code 5", "PlatformError(5)", Kind::Denied),
            ("Windows error code 50", "PlatformError(50)", Kind::Failed),
        ] {
            assert_eq!(kind(shown, debug), expected, "{shown} {debug}");
        }
    }

    #[test]
    fn what_was_read_is_never_in_the_words() {
        let trouble = trouble(Error::BadEncoding(b"hush".to_vec()));
        assert_eq!(trouble.detail, "the entry does not hold text");
    }
}
