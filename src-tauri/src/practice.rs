//! The practice receiver inside the app.
//!
//! Its port is remembered, so that a practice stream made today still finds it tomorrow; it
//! starts with the app where it ran before or where such a stream exists.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use penstock_engine::engine::Engine;
use penstock_engine::problem::Problem;
use penstock_engine::provider::{self, Category};
use penstock_receiver::view::{Fault, PracticeView};
use penstock_receiver::{Options, Receiver};
use tauri::AppHandle;
use tauri::async_runtime::JoinHandle;
use tokio::sync::Mutex;

use crate::Answer;
use crate::pushes::Push;

const PREFERRED_PORT: u16 = 8799;
/// The port it had last.
const PORT: &str = "practice.port";
/// Whether it ran when the app ended.
const RUNS: &str = "practice.runs";
/// The page is told of arrivals at most this often.
const PACE: Duration = Duration::from_millis(100);
/// The same, while what it is told is large.
const SLOW_PACE: Duration = Duration::from_secs(1);
const LARGE_BODIES: usize = 256 * 1024;

pub struct Practice {
    app: AppHandle,
    running: Mutex<Option<Running>>,
}

struct Running {
    receiver: Arc<Receiver>,
    telling: JoinHandle<()>,
}

impl Practice {
    pub fn new(app: AppHandle) -> Self {
        Self {
            app,
            running: Mutex::default(),
        }
    }

    pub async fn view(&self) -> PracticeView {
        match &*self.running.lock().await {
            Some(running) => running.receiver.view(),
            None => stopped(),
        }
    }

    /// Starts it, where it does not run yet.
    pub async fn start(&self, engine: &Engine) -> Answer<PracticeView> {
        let mut running = self.running.lock().await;
        if running.is_none() {
            let receiver = Arc::new(listen(remembered(engine).await).await?);
            let port = receiver.addr().port().to_string();
            engine.set_setting(PORT, &port).await?;
            engine.set_setting(RUNS, "true").await?;
            let telling = tauri::async_runtime::spawn(tell(self.app.clone(), receiver.clone()));
            *running = Some(Running { receiver, telling });
        }
        drop(running);
        Ok(self.told().await)
    }

    /// Stops it, also for the next time the app opens.
    pub async fn stop(&self, engine: &Engine) -> Answer<PracticeView> {
        engine.set_setting(RUNS, "false").await?;
        self.close().await;
        Ok(self.told().await)
    }

    /// Starts it where it ran before, or where a stream sends to it.
    pub async fn restore(&self, engine: &Engine) {
        if !wanted(engine).await {
            return;
        }
        if let Err(problem) = self.start(engine).await {
            tracing::warn!("The practice receiver did not start: {problem}");
        }
    }

    /// Stops it, with the app.
    pub async fn close(&self) {
        let Some(Running { receiver, telling }) = self.running.lock().await.take() else {
            return;
        };
        telling.abort();
        let _ = telling.await;
        if let Some(receiver) = Arc::into_inner(receiver) {
            receiver.stop().await;
        }
    }

    pub async fn set_fault(&self, fault: Fault) -> PracticeView {
        if let Some(running) = &*self.running.lock().await {
            running.receiver.set_fault(fault);
        }
        self.told().await
    }

    /// Forgets what arrived.
    pub async fn clear(&self) -> PracticeView {
        if let Some(running) = &*self.running.lock().await {
            running.receiver.clear();
        }
        self.told().await
    }

    /// The view, told to the page as well.
    async fn told(&self) -> PracticeView {
        let view = self.view().await;
        Push::Practice(view.clone()).send(&self.app);
        view
    }
}

fn stopped() -> PracticeView {
    PracticeView {
        running: false,
        base_url: None,
        practice_url: None,
        protocols: Vec::new(),
        fault: Fault::None,
        events: 0,
        requests: 0,
        arrivals: Vec::new(),
    }
}

async fn tell(app: AppHandle, receiver: Arc<Receiver>) {
    let mut progress = receiver.subscribe();
    while progress.changed().await.is_ok() {
        let view = receiver.view();
        let bodies: usize = view.arrivals.iter().map(|arrival| arrival.body.len()).sum();
        Push::Practice(view).send(&app);
        tokio::time::sleep(if bodies > LARGE_BODIES {
            SLOW_PACE
        } else {
            PACE
        })
        .await;
    }
}

/// The port it had last, else the one it usually has, else any.
async fn listen(remembered: Option<u16>) -> Answer<Receiver> {
    let mut last = None;
    for port in remembered.into_iter().chain([PREFERRED_PORT, 0]) {
        let bind = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        match Receiver::start(Options {
            bind,
            ..Options::default()
        })
        .await
        {
            Ok(receiver) => return Ok(receiver),
            Err(error) => last = Some(error),
        }
    }
    let problem = Problem::new(
        "practice-port",
        "The practice receiver found no port to listen on.",
    )
    .next("Close programs that listen on many ports, and start it again.");
    Err(match last {
        Some(error) => problem.detail(error.to_string()),
        None => problem,
    })
}

async fn remembered(engine: &Engine) -> Option<u16> {
    engine.setting(PORT).await.ok()??.parse().ok()
}

async fn wanted(engine: &Engine) -> bool {
    let ran = engine
        .setting(RUNS)
        .await
        .is_ok_and(|runs| runs.as_deref() == Some("true"));
    if ran {
        return true;
    }
    let practice =
        |id: &str| provider::about(id).is_ok_and(|about| about.category == Category::Practice);
    engine
        .streams()
        .await
        .is_ok_and(|streams| streams.iter().any(|stream| practice(&stream.provider)))
}
