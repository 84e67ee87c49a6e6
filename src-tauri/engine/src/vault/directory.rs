//! Secrets from files in a credential directory, as systemd gives one to a unit. Read-only.

use std::io::ErrorKind;
use std::path::PathBuf;

use super::{Owner, Vault, place};
use crate::problem::Problem;
use crate::secret::Secret;

/// Reads `<stream>.<field>` (or `<stream>_<field>`, or the name of the variable), at each call.
pub struct Directory {
    folder: PathBuf,
}

impl Directory {
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    fn unreadable(&self, error: &std::io::Error) -> Problem {
        let folder = self.folder.display();
        Problem::new("vault-directory-unreadable", format!("The credential directory {folder} cannot be read."))
            .cause("It is missing, or it belongs to another user.")
            .next("Check that CREDENTIALS_DIRECTORY names a folder that the user running Penstock may read.")
            .detail(error.to_string())
    }
}

impl Vault for Directory {
    fn name(&self) -> &'static str {
        "Credential directory"
    }

    fn writable(&self) -> bool {
        false
    }

    fn check(&self) -> Result<(), Problem> {
        match std::fs::read_dir(&self.folder) {
            Ok(_) => Ok(()),
            Err(error) => Err(self.unreadable(&error)),
        }
    }

    fn read(&self, owner: &Owner, field: &str) -> Result<Option<Secret>, Problem> {
        self.check()?;
        for name in place::files(owner, field) {
            let path = self.folder.join(&name);
            match std::fs::read_to_string(&path) {
                Ok(mut value) => {
                    if value.ends_with('\n') {
                        value.pop();
                        if value.ends_with('\r') {
                            value.pop();
                        }
                    }
                    return Ok(Some(value.into()));
                }
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => {
                    return Err(Problem::new(
                        "vault-file-unreadable",
                        format!("The credential file {} cannot be read.", path.display()),
                    )
                    .next("Check that the user running Penstock may read it, and that it is UTF-8 text.")
                    .detail(error.to_string())
                    .field(field));
                }
            }
        }
        Ok(None)
    }

    fn write(&self, owner: &Owner, field: &str, _secret: &Secret) -> Result<(), Problem> {
        let file = &place::files(owner, field)[0];
        Err(Problem::new(
            "vault-read-only",
            format!(
                "The {field} of {:?} cannot be saved: secrets come from the credential directory.",
                owner.name
            ),
        )
        .next(format!(
            "Put it into the file {}.",
            self.folder.join(file).display()
        ))
        .next(format!(
            "In a systemd unit: LoadCredential={file}:PATH, or LoadCredentialEncrypted=."
        ))
        .field(field))
    }

    /// What is put there by hand is taken away by hand.
    fn delete(&self, _owner: &Owner, _field: &str) -> Result<(), Problem> {
        Ok(())
    }

    fn place(&self, owner: &Owner, field: &str) -> Option<String> {
        let file = place::files(owner, field).into_iter().next()?;
        Some(self.folder.join(file).display().to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner() -> Owner {
        Owner {
            id: "0190-ab".into(),
            name: "Splunk prod".into(),
        }
    }

    #[test]
    fn a_secret_is_read_from_any_of_its_files_without_the_last_line_end() {
        let folder = tempfile::tempdir().expect("a folder");
        let vault = Directory::new(folder.path().into());
        let read = || {
            vault
                .read(&owner(), "token")
                .expect("readable")
                .map(|s| s.expose().to_owned())
        };
        assert_eq!(read(), None);
        for (file, content, value) in [
            ("PENSTOCK_SECRET_SPLUNK_PROD_TOKEN", "one\n", "one"),
            ("splunk_prod_token", "two\r\n", "two"),
            ("splunk_prod.token", " three\n\n", " three\n"),
            ("splunk-prod.token", "four", "four"),
            ("0190-ab.token", "five", "five"),
        ] {
            let path = folder.path().join(file);
            std::fs::write(&path, content).expect("writable");
            assert_eq!(read(), Some(value.into()), "{file}");
            std::fs::remove_file(path).expect("removable");
        }
    }

    #[test]
    fn a_missing_folder_is_a_problem_and_not_a_missing_secret() {
        let vault = Directory::new("/nowhere/at/all".into());
        assert_eq!(
            vault.check().expect_err("missing").code,
            "vault-directory-unreadable"
        );
        assert_eq!(
            vault.read(&owner(), "token").expect_err("missing").code,
            "vault-directory-unreadable"
        );
    }

    #[test]
    fn writing_names_the_file_to_make() {
        let vault = Directory::new("/run/credentials/penstock".into());
        let problem = vault
            .write(&owner(), "token", &"hush".into())
            .expect_err("read-only");
        assert_eq!(problem.code, "vault-read-only");
        let file = std::path::Path::new("/run/credentials/penstock").join("splunk-prod.token");
        assert!(
            problem.next_steps[0].contains(&file.display().to_string()),
            "{problem:?}"
        );
        assert!(!format!("{problem:?}").contains("hush"));
    }
}
