//! Where an agent's secrets are: a folder of files, or a keychain. It can go away and come back.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use tokio::process::Command;

use crate::keyring::Keyring;

pub struct Vault {
    /// What a person knows. With a keychain, the agent is not told of it.
    folder: PathBuf,
    keyring: Option<Keyring>,
    is_away: bool,
    /// How often it was taken away.
    times: u32,
}

impl Vault {
    /// In `work`.
    pub fn directory(work: &Path) -> Self {
        let folder = work.join("vault");
        fs::create_dir_all(&folder).expect("the vault's folder is made");
        Self {
            folder,
            keyring: None,
            is_away: false,
            times: 0,
        }
    }

    pub fn keychain(work: &Path) -> Self {
        Self {
            keyring: Some(Keyring::start(work.join("keyring"))),
            ..Self::directory(work)
        }
    }

    pub fn tell(&self, command: &mut Command) {
        match &self.keyring {
            None => command
                .env("PENSTOCK_VAULT", "directory")
                .env("CREDENTIALS_DIRECTORY", &self.folder),
            Some(keyring) => command
                .env("PENSTOCK_VAULT", "keychain")
                .env("DBUS_SESSION_BUS_ADDRESS", keyring.address()),
        };
    }

    /// The same secrets as files, for a process that is not to depend on a bus.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Keeps secrets of a stream or source to be; those that have to be typed in all the same.
    pub fn keep<'a>(
        &self,
        owner: &str,
        secrets: &'a BTreeMap<String, String>,
    ) -> Option<&'a BTreeMap<String, String>> {
        for (field, value) in secrets {
            let file = self.folder.join(format!("{owner}.{field}"));
            fs::write(file, value).expect("the vault can be written");
        }
        (self.keyring.is_some() && !secrets.is_empty()).then_some(secrets)
    }

    pub fn is_away(&self) -> bool {
        self.is_away
    }

    /// A keychain's program is killed at one time, and locks at the next.
    pub fn take_away(&mut self) {
        assert!(!self.is_away, "it is there");
        match &self.keyring {
            None => self.rename(&self.folder, &self.elsewhere()),
            Some(keyring) if self.times.is_multiple_of(2) => keyring.kill(),
            Some(keyring) => keyring.lock(),
        }
        self.is_away = true;
        self.times += 1;
    }

    pub fn bring_back(&mut self) {
        assert!(self.is_away, "it is away");
        match &self.keyring {
            None => self.rename(&self.elsewhere(), &self.folder),
            Some(keyring) => keyring.unlock(),
        }
        self.is_away = false;
    }

    fn elsewhere(&self) -> PathBuf {
        self.folder.with_extension("away")
    }

    fn rename(&self, from: &Path, to: &Path) {
        fs::rename(from, to).expect("the vault can be moved");
    }
}
