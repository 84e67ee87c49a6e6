//! Secrets from environment variables, for the agent in a container or a unit file. Read-only.

use super::{Owner, Vault, place};
use crate::problem::Problem;
use crate::secret::Secret;
use crate::variables::Variables;

/// Reads `PENSTOCK_SECRET_<STREAM>_<FIELD>`, at each call.
pub struct Environment {
    variables: Variables,
}

impl Environment {
    pub fn new(variables: Variables) -> Self {
        Self { variables }
    }
}

impl Vault for Environment {
    fn name(&self) -> &'static str {
        "Environment"
    }

    fn writable(&self) -> bool {
        false
    }

    fn check(&self) -> Result<(), Problem> {
        Ok(())
    }

    fn read(&self, owner: &Owner, field: &str) -> Result<Option<Secret>, Problem> {
        for name in place::variables(owner, field) {
            match (self.variables)(&name).map(std::ffi::OsString::into_string) {
                None => {}
                Some(Ok(value)) if value.is_empty() => {}
                Some(Ok(value)) => return Ok(Some(value.into())),
                Some(Err(_)) => {
                    return Err(Problem::new(
                        "vault-not-text",
                        format!("The variable {name} does not hold valid text."),
                    )
                    .next("Set it again, as UTF-8 text.")
                    .field(field));
                }
            }
        }
        Ok(None)
    }

    fn write(&self, owner: &Owner, field: &str, _secret: &Secret) -> Result<(), Problem> {
        let name = &place::variables(owner, field)[0];
        Err(Problem::new(
            "vault-read-only",
            format!(
                "The {field} of {:?} cannot be saved: secrets come from the environment.",
                owner.name
            ),
        )
        .next(format!(
            "Set the environment variable {name} and start Penstock again."
        ))
        .next(
            "Or unset PENSTOCK_VAULT, so that secrets are kept in the operating system's keychain.",
        )
        .field(field))
    }

    /// What is set by hand is unset by hand.
    fn delete(&self, _owner: &Owner, _field: &str) -> Result<(), Problem> {
        Ok(())
    }

    fn place(&self, owner: &Owner, field: &str) -> Option<String> {
        place::variables(owner, field).into_iter().next()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    fn owner() -> Owner {
        Owner {
            id: "0190-ab".into(),
            name: "Splunk prod".into(),
        }
    }

    #[test]
    fn a_secret_is_read_when_asked_for_by_name_or_by_id() {
        let set = Arc::new(Mutex::new(None));
        let seen = set.clone();
        let vault = Environment::new(Arc::new(move |name| {
            let set: &Option<(&str, &str)> = &seen.lock().expect("not poisoned");
            set.filter(|(known, _)| *known == name)
                .map(|(_, value)| value.into())
        }));
        let read = || {
            vault
                .read(&owner(), "token")
                .expect("readable")
                .map(|s| s.expose().to_owned())
        };
        assert_eq!(read(), None);
        for (name, value) in [
            ("PENSTOCK_SECRET_SPLUNK_PROD_TOKEN", "by name"),
            ("PENSTOCK_SECRET_0190_AB_TOKEN", "by id"),
        ] {
            *set.lock().expect("not poisoned") = Some((name, value));
            assert_eq!(read(), Some(value.into()));
        }
        *set.lock().expect("not poisoned") = Some(("PENSTOCK_SECRET_SPLUNK_PROD_TOKEN", ""));
        assert_eq!(read(), None, "an empty variable is no secret");
    }

    #[test]
    fn writing_names_the_variable_to_set_and_deleting_is_fine() {
        let vault = Environment::new(Arc::new(|_| None));
        let problem = vault
            .write(&owner(), "token", &"hush".into())
            .expect_err("read-only");
        assert_eq!(problem.code, "vault-read-only");
        assert!(
            problem.next_steps[0].contains(" PENSTOCK_SECRET_SPLUNK_PROD_TOKEN "),
            "{problem:?}"
        );
        assert!(!format!("{problem:?}").contains("hush"));
        assert_eq!(vault.delete(&owner(), "token"), Ok(()));
    }
}
