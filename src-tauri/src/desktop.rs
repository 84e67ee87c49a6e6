//! What the commands act on: the engine once it is open, and what only a window has.
//!
//! Opening takes a moment (migrations, the keychain), and can fail. The window opens at once
//! either way: a command waits for the engine, or answers the problem that keeps it shut.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use penstock_engine::clock::SystemClock;
use penstock_engine::engine::{Engine, Options};
use penstock_engine::problem::Problem;
use penstock_engine::vault::Vault;
use penstock_engine::view::{AppView, Changes, Delivering, VaultView};
use tauri::AppHandle;
use tokio::sync::watch;

use crate::Answer;
use crate::clipboard::Clipboard;
use crate::practice::Practice;
use crate::pushes::Push;
use crate::runs::Runs;
use crate::{pushes, theme};

/// How long what is in flight may take to finish when the app ends.
const LAST_DELIVERIES: Duration = Duration::from_secs(10);

pub struct Desktop {
    pub app: AppHandle,
    pub practice: Practice,
    pub runs: Runs,
    pub clipboard: Clipboard,
    data_dir: Answer<PathBuf>,
    vault: Answer<Arc<dyn Vault>>,
    state: watch::Sender<State>,
}

#[derive(Clone)]
enum State {
    Opening,
    Open(Engine),
    Shut(Problem),
}

impl Desktop {
    pub fn new(app: AppHandle, data_dir: Answer<PathBuf>, vault: Answer<Arc<dyn Vault>>) -> Self {
        Self {
            practice: Practice::new(app.clone()),
            runs: Runs::new(app.clone()),
            clipboard: Clipboard::default(),
            app,
            data_dir,
            vault,
            state: watch::Sender::new(State::Opening),
        }
    }

    /// The engine, as soon as it is open.
    pub async fn engine(&self) -> Answer<Engine> {
        let mut state = self.state.subscribe();
        let state = state
            .wait_for(|state| !matches!(state, State::Opening))
            .await;
        match &*state.expect("the sender lives in self") {
            State::Open(engine) => Ok(engine.clone()),
            State::Shut(problem) => Err(problem.clone()),
            State::Opening => unreachable!("waited for it to pass"),
        }
    }

    /// Opens the engine, starts delivery, and tells the page how it went.
    pub async fn open(&self) {
        let state = match self.start().await {
            Ok(engine) => State::Open(engine),
            Err(problem) => {
                tracing::error!(
                    code = problem.code,
                    "The store could not be opened: {problem}"
                );
                State::Shut(problem)
            }
        };
        self.state.send_replace(state);
        let app = Some(self.view().await);
        Push::Changes(Changes {
            app,
            ..Changes::default()
        })
        .send(&self.app);
    }

    /// Tries again where opening failed.
    pub async fn reopen(&self) -> AppView {
        let shut = self.state.send_if_modified(|state| {
            let shut = matches!(state, State::Shut(_));
            if shut {
                *state = State::Opening;
            }
            shut
        });
        if shut {
            self.open().await;
        }
        self.view().await
    }

    async fn start(&self) -> Answer<Engine> {
        let engine = Engine::open(Options {
            data_dir: self.data_dir.clone()?,
            vault: self.vault.clone()?,
            clock: Arc::new(SystemClock),
        })
        .await?;
        theme::restore(&self.app, &engine).await;
        // Before delivery starts, so that a practice stream finds it.
        self.practice.restore(&engine).await;
        let changes = engine.subscribe();
        engine.start().await?;
        tauri::async_runtime::spawn(pushes::changes(self.app.clone(), changes));
        Ok(engine)
    }

    /// The state of the app as a whole, also where the store could not be opened.
    pub async fn view(&self) -> AppView {
        match self.engine().await {
            Ok(engine) => engine.app().await,
            Err(problem) => AppView {
                version: env!("CARGO_PKG_VERSION").to_owned(),
                data_dir: self
                    .data_dir
                    .as_deref()
                    .map_or(String::new(), |path| path.display().to_string()),
                delivering: Delivering::Nobody,
                vault: self.vault_view().await,
                problem: Some(problem),
                suggested_listen: "127.0.0.1:8787".to_owned(),
            },
        }
    }

    async fn vault_view(&self) -> VaultView {
        let vault = match self.vault.clone() {
            Ok(vault) => vault,
            Err(problem) => {
                return VaultView {
                    name: "No vault".to_owned(),
                    writable: false,
                    problem: Some(problem),
                };
            }
        };
        let (name, writable) = (vault.name().to_owned(), vault.writable());
        let check = tauri::async_runtime::spawn_blocking(move || vault.check());
        let problem = check
            .await
            .expect("checking the vault does not panic")
            .err();
        VaultView {
            name,
            writable,
            problem,
        }
    }

    /// Ends delivery: what is in flight is finished or put back.
    pub async fn stop(&self) {
        let state = self.state.borrow().clone();
        let stopped = async {
            if let State::Open(engine) = state {
                engine.stop().await;
            }
            self.practice.close().await;
        };
        if tokio::time::timeout(LAST_DELIVERIES, stopped)
            .await
            .is_err()
        {
            tracing::warn!("Delivery did not end in time; what was in flight is sent again.");
        }
    }
}
