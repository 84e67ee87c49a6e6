//! Secrets in the operating system's keychain: Keychain on macOS, Credential Manager on Windows,
//! the Secret Service (GNOME Keyring, KWallet, KeePassXC) elsewhere.
//!
//! Service `penstock`, account `<owner id>/<field>`. The keychain is spoken to from one thread of
//! its own: some of its clients may not be called from an async runtime's threads, and a dialog
//! that nobody answers must hold up one thread and not all who need a secret.

mod parts;
mod store;
mod words;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use self::store::{Entries, Store, Trouble};
use self::words::Platform;
use super::{Owner, Vault};
use crate::problem::Problem;
use crate::secret::Secret;

/// How long a caller waits while a person may be asked something.
const READ_PATIENCE: Duration = Duration::from_secs(30);
const WRITE_PATIENCE: Duration = Duration::from_secs(120);

type Job = Box<dyn FnOnce(&mut dyn Entries) + Send>;

/// The operating system's keychain.
pub struct Keychain {
    jobs: mpsc::Sender<Job>,
    /// A caller lost patience, and the thread has not come back since.
    stuck: Arc<AtomicBool>,
    read_patience: Duration,
    write_patience: Duration,
}

impl Keychain {
    /// Opens nothing yet: the keychain is reached when a secret is first needed.
    pub fn new() -> Self {
        Self::over(Store::default(), READ_PATIENCE, WRITE_PATIENCE)
    }

    fn over(mut entries: impl Entries, read_patience: Duration, write_patience: Duration) -> Self {
        let (jobs, queue) = mpsc::channel::<Job>();
        std::thread::Builder::new()
            .name("keychain".into())
            .spawn(move || {
                for job in queue {
                    job(&mut entries);
                }
            })
            .expect("a thread for the keychain");
        Self {
            jobs,
            stuck: Arc::default(),
            read_patience,
            write_patience,
        }
    }

    fn ask<T: Send + 'static>(
        &self,
        patience: Duration,
        run: impl FnOnce(&mut dyn Entries) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, Problem> {
        if self.stuck.load(Ordering::SeqCst) {
            return Err(words::waiting());
        }
        let (answer, answered) = mpsc::sync_channel(1);
        let given_up = Arc::new(AtomicBool::new(false));
        let (skip, stuck) = (given_up.clone(), self.stuck.clone());
        let job: Job = Box::new(move |entries| {
            // Once nobody waits for it any more, nothing may change because of it.
            if !skip.load(Ordering::SeqCst) {
                let _ = answer.send(run(entries));
            }
            stuck.store(false, Ordering::SeqCst);
        });
        self.jobs
            .send(job)
            .expect("the keychain's thread lives as long as this");
        let result = answered.recv_timeout(patience).or_else(|_| {
            // In this order: the thread takes `stuck` back after it sees either.
            self.stuck.store(true, Ordering::SeqCst);
            given_up.store(true, Ordering::SeqCst);
            answered.try_recv()
        });
        match result {
            Ok(result) => {
                self.stuck.store(false, Ordering::SeqCst);
                result.map_err(|trouble| words::problem(trouble, Platform::here()))
            }
            Err(_) => Err(words::waiting()),
        }
    }
}

impl Default for Keychain {
    fn default() -> Self {
        Self::new()
    }
}

fn account(owner: &Owner, field: &str) -> String {
    format!("{}/{field}", owner.id)
}

impl Vault for Keychain {
    fn name(&self) -> &'static str {
        "OS keychain"
    }

    fn writable(&self) -> bool {
        true
    }

    fn check(&self) -> Result<(), Problem> {
        self.ask(self.read_patience, |entries| entries.look())
    }

    fn read(&self, owner: &Owner, field: &str) -> Result<Option<Secret>, Problem> {
        let account = account(owner, field);
        let value = self.ask(self.read_patience, move |entries| {
            parts::read(entries, &account)
        })?;
        let Some(value) = value else {
            return Ok(None);
        };
        match String::from_utf8(value) {
            Ok(text) => Ok(Some(text.into())),
            Err(_) => Err(Problem::new(
                "keychain-incomplete",
                format!(
                    "The {field} of {:?} in the keychain does not hold text.",
                    owner.name
                ),
            )
            .cause("Its entry was changed outside Penstock.")
            .next("Enter the secret again.")
            .field(field)),
        }
    }

    fn write(&self, owner: &Owner, field: &str, secret: &Secret) -> Result<(), Problem> {
        let account = account(owner, field);
        let label = format!("Penstock: {} ({field})", owner.name);
        let secret = secret.clone();
        self.ask(self.write_patience, move |entries| {
            parts::write(
                entries,
                &account,
                &label,
                secret.expose().as_bytes(),
                parts::LIMIT,
            )
        })
    }

    fn delete(&self, owner: &Owner, field: &str) -> Result<(), Problem> {
        let account = account(owner, field);
        self.ask(self.write_patience, move |entries| {
            parts::delete(entries, &account)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A keychain that shows a dialog: each call waits for an answer.
    struct Asking {
        asked: mpsc::Sender<()>,
        answers: mpsc::Receiver<()>,
    }

    impl Entries for Asking {
        fn look(&mut self) -> Result<(), Trouble> {
            Ok(())
        }

        fn get(&mut self, _account: &str) -> Result<Option<Vec<u8>>, Trouble> {
            let _ = self.asked.send(());
            let _ = self.answers.recv();
            Ok(Some(b"hush".to_vec()))
        }

        fn set(&mut self, _: &str, _: &str, _: &[u8]) -> Result<(), Trouble> {
            panic!("a caller that gave up wanted this");
        }

        fn delete(&mut self, _account: &str) -> Result<bool, Trouble> {
            Ok(false)
        }
    }

    #[test]
    fn a_dialog_nobody_answers_holds_up_nobody_else_and_goes_on_once_answered() {
        let owner = Owner {
            id: "id".into(),
            name: "Splunk".into(),
        };
        let ((asked, was_asked), (answer, answers)) = (mpsc::channel(), mpsc::channel());
        let patience = Duration::from_secs(60);
        let keychain = Keychain::over(Asking { asked, answers }, patience, Duration::ZERO);
        let read = || {
            keychain
                .read(&owner, "token")
                .map(|secret| secret.expect("there").expose().to_owned())
        };
        std::thread::scope(|scope| {
            let first = scope.spawn(read);
            was_asked.recv().expect("the dialog is open");
            for problem in [
                keychain
                    .write(&owner, "token", &"new".into())
                    .expect_err("no patience"),
                keychain
                    .write(&owner, "token", &"new".into())
                    .expect_err("at once"),
                read().expect_err("at once"),
            ] {
                assert_eq!(problem, words::waiting());
            }
            answer.send(()).expect("the dialog is open");
            assert_eq!(first.join().expect("no panic"), Ok("hush".into()));
        });
        drop(answer);
        assert_eq!(read(), Ok("hush".into()));
    }
}
