//! Verifies under way: their stages go to the page, and the page may cancel them.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use penstock_engine::engine::OnStages;
use penstock_engine::problem::Problem;
use penstock_engine::view::VerifyReport;
use tauri::AppHandle;
use tokio::sync::oneshot;

use crate::Answer;
use crate::pushes::{Push, Stages};

pub struct Runs {
    app: AppHandle,
    /// By the page's name for the run; dropping an entry cancels it.
    under_way: Mutex<HashMap<String, oneshot::Sender<()>>>,
}

impl Runs {
    pub fn new(app: AppHandle) -> Self {
        Self {
            app,
            under_way: Mutex::default(),
        }
    }

    /// Follows a Verify to its end, or drops it once cancelled.
    pub async fn follow<F>(
        &self,
        run: &str,
        verify: impl FnOnce(OnStages) -> F,
    ) -> Answer<VerifyReport>
    where
        F: Future<Output = Answer<VerifyReport>>,
    {
        let (cancel, cancelled) = oneshot::channel();
        self.lock().insert(run.to_owned(), cancel);
        let outcome = tokio::select! {
            outcome = verify(self.on_stages(run)) => outcome,
            // The sender is only ever dropped.
            _ = cancelled => Err(Problem::new("verify-cancelled", "The sample was cancelled.")),
        };
        self.cancel(run);
        outcome
    }

    /// Drops the Verify of this name; fine where it has ended.
    pub fn cancel(&self, run: &str) {
        self.lock().remove(run);
    }

    fn on_stages(&self, run: &str) -> OnStages {
        let (app, run) = (self.app.clone(), run.to_owned());
        Arc::new(move |stages| Push::Stages(Stages { run: &run, stages }).send(&app))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, oneshot::Sender<()>>> {
        self.under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
