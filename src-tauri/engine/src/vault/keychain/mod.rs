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
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::Duration;

use self::store::{Entries, Store, Trouble};
use self::words::Platform;
use super::{Owner, Vault};
use crate::problem::Problem;
use crate::secret::Secret;

/// How long a caller waits while a person may be asked something.
const READ_PATIENCE: Duration = Duration::from_secs(30);
const WRITE_PATIENCE: Duration = Duration::from_secs(120);

/// How long to look whether a dialog can still be answered.
const LOOK_PATIENCE: Duration = Duration::from_secs(5);

type Job = Box<dyn FnOnce(&mut dyn Entries) + Send>;
type Open = Box<dyn Fn() -> Box<dyn Entries> + Send + Sync>;

/// The operating system's keychain.
pub struct Keychain {
    open: Open,
    thread: Mutex<Thread>,
    /// One caller at a time looks whether a stuck thread is to be left alone.
    looking: Mutex<()>,
    read_patience: Duration,
    write_patience: Duration,
}

impl Keychain {
    /// Opens nothing yet: the keychain is reached when a secret is first needed.
    pub fn new() -> Self {
        let open = || Box::new(Store::default()) as Box<dyn Entries>;
        Self::over(Box::new(open), READ_PATIENCE, WRITE_PATIENCE)
    }

    fn over(open: Open, read_patience: Duration, write_patience: Duration) -> Self {
        Self {
            thread: Mutex::new(Thread::start(open())),
            open,
            looking: Mutex::default(),
            read_patience,
            write_patience,
        }
    }

    fn ask<T: Send + 'static>(
        &self,
        patience: Duration,
        run: impl FnOnce(&mut dyn Entries) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, Problem> {
        let asked = self.thread()?.ask(patience, run);
        let result = asked.ok_or_else(words::waiting)?;
        result.map_err(|trouble| words::problem(trouble, Platform::here()))
    }

    /// The thread to ask. One that waits for a dialog is left alone once the program that was to
    /// show it is gone, for it waits for ever then, and the program that came after it is open.
    fn thread(&self) -> Result<Thread, Problem> {
        let thread = locked(&self.thread).clone();
        if !thread.stuck.load(Ordering::SeqCst) {
            return Ok(thread);
        }
        let Ok(_looking) = self.looking.try_lock() else {
            return Err(words::waiting());
        };
        let program = locked(&thread.program).clone();
        let other = Thread::start((self.open)());
        let over = other.ask(LOOK_PATIENCE, move |entries| {
            Ok(entries.program() != program && entries.look().is_ok())
        });
        if over != Some(Ok(true)) {
            return Err(words::waiting());
        }
        *locked(&self.thread) = other.clone();
        Ok(other)
    }
}

impl Default for Keychain {
    fn default() -> Self {
        Self::new()
    }
}

/// A thread that speaks to the keychain.
#[derive(Clone)]
struct Thread {
    jobs: mpsc::Sender<Job>,
    /// A caller lost patience, and the thread has not come back since.
    stuck: Arc<AtomicBool>,
    /// Which program there was when its job began.
    program: Arc<Mutex<Option<String>>>,
}

impl Thread {
    fn start(mut entries: Box<dyn Entries>) -> Self {
        let (jobs, queue) = mpsc::channel::<Job>();
        std::thread::Builder::new()
            .name("keychain".into())
            .spawn(move || {
                for job in queue {
                    job(&mut *entries);
                }
            })
            .expect("a thread for the keychain");
        Self {
            jobs,
            stuck: Arc::default(),
            program: Arc::default(),
        }
    }

    /// `None` where it took too long.
    fn ask<T: Send + 'static>(
        &self,
        patience: Duration,
        run: impl FnOnce(&mut dyn Entries) -> Result<T, Trouble> + Send + 'static,
    ) -> Option<Result<T, Trouble>> {
        let (answer, answered) = mpsc::sync_channel(1);
        let given_up = Arc::new(AtomicBool::new(false));
        let (skip, it) = (given_up.clone(), self.clone());
        let job: Job = Box::new(move |entries| {
            // Once nobody waits for it any more, nothing may change because of it.
            if !skip.load(Ordering::SeqCst) {
                *locked(&it.program) = entries.program();
                let _ = answer.send(run(entries));
            }
            it.stuck.store(false, Ordering::SeqCst);
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
        if result.is_ok() {
            self.stuck.store(false, Ordering::SeqCst);
        }
        result.ok()
    }
}

fn locked<T>(value: &Mutex<T>) -> MutexGuard<'_, T> {
    value.lock().unwrap_or_else(PoisonError::into_inner)
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
    use std::sync::atomic::AtomicU32;

    /// A keychain that shows a dialog: each call waits for an answer, for as long as the first
    /// program is there.
    #[derive(Clone)]
    struct Asking {
        asked: mpsc::Sender<()>,
        answers: Arc<Mutex<mpsc::Receiver<()>>>,
        program: Arc<AtomicU32>,
    }

    impl Entries for Asking {
        fn program(&mut self) -> Option<String> {
            Some(self.program.load(Ordering::SeqCst).to_string())
        }

        fn look(&mut self) -> Result<(), Trouble> {
            Ok(())
        }

        fn get(&mut self, _account: &str) -> Result<Option<Vec<u8>>, Trouble> {
            if self.program.load(Ordering::SeqCst) == 0 {
                let _ = self.asked.send(());
                let _ = locked(&self.answers).recv();
            }
            Ok(Some(b"hush".to_vec()))
        }

        fn set(&mut self, _: &str, _: &str, _: &[u8]) -> Result<(), Trouble> {
            panic!("a caller that gave up wanted this");
        }

        fn delete(&mut self, _account: &str) -> Result<bool, Trouble> {
            Ok(false)
        }
    }

    fn owner() -> Owner {
        Owner {
            id: "id".into(),
            name: "Splunk".into(),
        }
    }

    fn keychain(asking: &Asking) -> Keychain {
        let asking = Mutex::new(asking.clone());
        let open = move || Box::new(locked(&asking).clone()) as Box<dyn Entries>;
        Keychain::over(Box::new(open), Duration::from_secs(60), Duration::ZERO)
    }

    fn read(keychain: &Keychain) -> Result<String, Problem> {
        let secret = keychain.read(&owner(), "token")?;
        Ok(secret.expect("there").expose().to_owned())
    }

    /// Somebody who waits with all patience, and one who has none.
    fn with_a_dialog_open(then: impl FnOnce(&Keychain, &AtomicU32, mpsc::Sender<()>)) {
        let ((asked, was_asked), (answer, answers)) = (mpsc::channel(), mpsc::channel());
        let asking = Asking {
            asked,
            answers: Arc::new(Mutex::new(answers)),
            program: Arc::default(),
        };
        let keychain = keychain(&asking);
        std::thread::scope(|scope| {
            let first = scope.spawn(|| read(&keychain));
            was_asked.recv().expect("the dialog is open");
            let impatient = keychain.write(&owner(), "token", &"new".into());
            assert_eq!(impatient, Err(words::waiting()));
            then(&keychain, &asking.program, answer);
            assert_eq!(first.join().expect("no panic"), Ok("hush".into()));
        });
    }

    #[test]
    fn a_dialog_nobody_answers_holds_up_nobody_else_and_goes_on_once_answered() {
        with_a_dialog_open(|keychain, _, answer| {
            let at_once = keychain.write(&owner(), "token", &"new".into());
            assert_eq!(at_once, Err(words::waiting()));
            assert_eq!(read(keychain), Err(words::waiting()));
            answer.send(()).expect("the dialog is open");
            answer.send(()).expect("for the next one");
            // The first has its answer a moment later.
            while read(keychain) != Ok("hush".into()) {}
        });
    }

    #[test]
    fn a_dialog_of_a_program_that_is_gone_is_not_waited_for() {
        with_a_dialog_open(|keychain, program, answer| {
            assert_eq!(read(keychain), Err(words::waiting()));
            program.store(1, Ordering::SeqCst);
            assert_eq!(read(keychain), Ok("hush".into()));
            assert_eq!(read(keychain), Ok("hush".into()), "by the same thread");
            drop(answer);
        });
    }
}
