//! The engine as its hosts see it: the desktop shell, the agent and the tests.
//!
//! One process delivers per data folder (the owner); any other is a guest that reads and
//! commands. A host opens the engine, may [`Engine::start`] delivery, and ends with
//! [`Engine::stop`], which finishes or puts back what is in flight. Wherever a method takes
//! `key`, a name or an id is meant.

mod drafts;
mod entry;
mod failed_events;
mod fates;
mod journal;
mod live;
mod owner;
mod preview;
mod proofs;
mod replay;
mod rules;
mod running_sources;
mod search;
mod secrets;
mod source_drafts;
mod sources;
mod streams;
mod subscription;
mod tokens;
mod unreadable;
mod views;

pub use replay::ReplayFrom;
pub use rules::filter_choices;
pub use subscription::Subscription;

use std::path::PathBuf;
use std::sync::{Arc, RwLock};
use std::time::Duration;
use tokio::sync::Mutex;

use crate::changes::{Touch, Touched};
use crate::clock::Clock;
use crate::problem::Problem;
use crate::store::{self, Store, settings};
use crate::vault::Vault;
use crate::view::{AppView, Delivering, Stage, StatusView, VaultView};

/// What a host passes in.
pub struct Options {
    /// Created where it does not exist.
    pub data_dir: PathBuf,
    pub vault: Arc<dyn Vault>,
    pub clock: Arc<dyn Clock>,
}

/// How long a change waits to be taken up before it is left to happen.
const TAKE_UP: Duration = Duration::from_secs(1);
/// The same, for the first time.
const START_UP: Duration = Duration::from_secs(30);
/// How often it is looked whether another process has taken a change up.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// Told the stages of a Verify as they happen.
pub type OnStages = Arc<dyn Fn(&[Stage]) + Send + Sync>;

/// A handle; clones share one engine.
#[derive(Clone)]
pub struct Engine(Arc<Inner>);

struct Inner {
    data_dir: PathBuf,
    vault: Arc<dyn Vault>,
    clock: Arc<dyn Clock>,
    store: Store,
    touched: Touched,
    /// Why nothing is taken in at the moment, though the store could be written.
    no_room: RwLock<Option<Problem>>,
    /// What [`Engine::start`] started.
    running: Mutex<Option<owner::Running>>,
}

impl Engine {
    /// Opens the store, migrating it. Starts nothing.
    pub async fn open(options: Options) -> Result<Self, Problem> {
        let folder = options.data_dir.clone();
        let store = tokio::task::spawn_blocking(move || Store::open(&folder))
            .await
            .map_err(|_| stopped())??;
        Ok(Self(Arc::new(Inner {
            data_dir: options.data_dir,
            vault: options.vault,
            clock: options.clock,
            store,
            touched: Touched::default(),
            no_room: RwLock::default(),
            running: Mutex::new(None),
        })))
    }

    /// Takes ownership where it is free, and starts sources and delivery: once it returns, every
    /// intake listens or has its problem. As a guest: [`Delivering::Elsewhere`], and takes over
    /// when the owner ends.
    pub async fn start(&self) -> Result<Delivering, Problem> {
        let mut running = self.0.running.lock().await;
        if let Some(running) = running.as_ref() {
            return Ok(running.delivering());
        }
        let started = owner::start(self.clone()).await?;
        let delivering = started.delivering();
        let mut taken_up = started.taken_up();
        *running = Some(started);
        drop(running);
        if delivering == Delivering::Here {
            let taken_up = taken_up.wait_for(|taken_up| *taken_up >= 0);
            let _ = tokio::time::timeout(START_UP, taken_up).await;
            tracing::info!("Delivery has started.");
        }
        Ok(delivering)
    }

    /// Ends sources and delivery: what is in flight is finished or put back.
    pub async fn stop(&self) {
        let running = self.0.running.lock().await.take();
        if let Some(running) = running {
            running.stop().await;
            tracing::info!("Delivery has ended.");
        }
    }

    /// Changes from now on.
    pub fn subscribe(&self) -> Subscription {
        Subscription::new(self.clone())
    }

    pub async fn app(&self) -> AppView {
        let vault = Arc::clone(&self.0.vault);
        let problem = tokio::task::spawn_blocking(move || vault.check().err())
            .await
            .unwrap_or(None);
        AppView {
            version: String::from(env!("CARGO_PKG_VERSION")),
            data_dir: self.0.data_dir.display().to_string(),
            delivering: self.delivering().await,
            vault: VaultView {
                name: String::from(self.0.vault.name()),
                writable: self.0.vault.writable(),
                problem,
            },
            problem: None,
            suggested_listen: self.suggested_listen().await,
        }
    }

    /// Who delivers from this data folder at the moment.
    pub async fn delivering(&self) -> Delivering {
        let here = self
            .0
            .running
            .lock()
            .await
            .as_ref()
            .map(owner::Running::delivering);
        if let Some(Delivering::Here) = here {
            return Delivering::Here;
        }
        let folder = self.0.data_dir.clone();
        let pid = tokio::task::spawn_blocking(move || store::owner::current(&folder))
            .await
            .unwrap_or(None);
        pid.map_or(Delivering::Nobody, |pid| Delivering::Elsewhere { pid })
    }

    /// Everything, as it was at one moment.
    pub async fn status(&self) -> Result<StatusView, Problem> {
        let (store, now) = (self.0.store.clone(), self.now());
        let delivering = self.delivering().await;
        let guest = delivering != Delivering::Here;
        self.0
            .store
            .read(move |connection| {
                Ok(StatusView {
                    streams: views::streams(connection, store.blocks(), guest, now)?,
                    sources: views::sources(connection, &delivering, now)?,
                    journal: journal::view(connection, &store)?,
                })
            })
            .await
    }

    /// A setting of the app, by key.
    pub async fn setting(&self, key: &str) -> Result<Option<String>, Problem> {
        let key = key.to_owned();
        self.0
            .store
            .read(move |connection| settings::get(connection, &key))
            .await
    }

    pub async fn set_setting(&self, key: &str, value: &str) -> Result<(), Problem> {
        let (key, value) = (key.to_owned(), value.to_owned());
        self.0
            .store
            .write(move |connection| settings::set(connection, &key, &value))
            .await
    }

    /// The store below, for tests that stand in its way.
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    fn now(&self) -> i64 {
        self.0.clock.now()
    }

    /// After a change of streams or sources: whoever delivers takes it up. Where that is this
    /// process, it has been taken up when this returns, or a worker needs longer to end.
    async fn configured(&self) {
        let revision = self.0.store.read(settings::revision).await;
        let looked = self
            .0
            .running
            .lock()
            .await
            .as_ref()
            .map(owner::Running::look);
        if let (Ok(revision), Some(mut taken_up)) = (revision, looked)
            && self.is_owner().await
        {
            let taken_up = taken_up.wait_for(|taken_up| *taken_up >= revision);
            let _ = tokio::time::timeout(TAKE_UP, taken_up).await;
        }
        self.0.touched.tell(Touch::Configuration);
    }

    /// Waits until another process that delivers has taken up what was configured last.
    async fn taken_up_elsewhere(&self) {
        let waiting = async {
            while let Delivering::Elsewhere { .. } = self.delivering().await {
                let revisions = |connection: &rusqlite::Connection| {
                    Ok((
                        settings::revision(connection)?,
                        settings::taken_up(connection)?,
                    ))
                };
                match self.0.store.read(revisions).await {
                    Ok((revision, taken_up)) if taken_up < revision => {}
                    _ => return,
                }
                tokio::time::sleep(LOOK_AGAIN).await;
            }
        };
        let _ = tokio::time::timeout(TAKE_UP, waiting).await;
    }

    async fn is_owner(&self) -> bool {
        let delivering = self
            .0
            .running
            .lock()
            .await
            .as_ref()
            .map(owner::Running::delivering);
        delivering == Some(Delivering::Here)
    }
}

fn stopped() -> Problem {
    Problem::new("engine-stopped", "Penstock is closing.")
}
