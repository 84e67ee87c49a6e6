//! A stand-in for Infisical's audit-log API, on loopback.
//!
//! It is as strict as the real one and as awkward: the newest row comes first, pages are cut by
//! offset out of a table that moves, ranges are half-open and at most three months, times end in
//! `Z`, rows may appear late and out of order, tokens end, an expired one is answered 403, and
//! signing in or looking at the log is itself written into the log. It can be told to misbehave,
//! and to misbehave now and then by a seed.

mod answer;
mod event;
mod fault;
mod grants;
mod limit;
mod serve;
mod table;

pub use event::Event;
pub use fault::{Chance, Fault};

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::AbortHandle;

use crate::serve::Desk;

/// Milliseconds since the Unix epoch.
pub type Millis = i64;

/// How it is set up.
#[derive(Debug, Clone)]
pub struct Options {
    pub organisation: String,
    pub token_lifetime: Duration,
    pub retention_days: i64,
    /// A wider window is answered 504.
    pub widest: Option<Duration>,
    /// Requests that an address may make in a minute.
    pub requests_a_minute: u32,
    /// How long its own events take to show.
    pub delay: Duration,
    /// Rows of one millisecond come in another order each time.
    pub unsteady: bool,
    /// How far its clock is ahead.
    pub ahead: Millis,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            organisation: "Acme".into(),
            token_lifetime: Duration::from_secs(7200),
            retention_days: 90,
            widest: None,
            requests_a_minute: 600,
            delay: Duration::ZERO,
            unsteady: false,
            ahead: 0,
        }
    }
}

/// What was asked of it so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Asked {
    pub sign_ins: u64,
    /// Pages asked for, refused ones included.
    pub pages: u64,
    /// Pages given.
    pub given: u64,
    /// Requests refused for coming too fast.
    pub too_fast: u64,
}

/// A running stand-in. Dropping it closes its port.
pub struct StandIn {
    desk: Arc<Mutex<Desk>>,
    asked: watch::Receiver<Asked>,
    address: std::net::SocketAddr,
    task: AbortHandle,
}

impl StandIn {
    pub async fn start(options: Options) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (desk, asked) = Desk::new(options);
        let desk = Arc::new(Mutex::new(desk));
        let task = tokio::spawn(serve::listen(listener, Arc::clone(&desk))).abort_handle();
        Self {
            desk,
            asked,
            address,
            task,
        }
    }

    /// What a source takes as its site.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn client_id(&self) -> String {
        self.desk().grants.client_id.clone()
    }

    pub fn client_secret(&self) -> String {
        self.desk().grants.client_secret.clone()
    }

    pub fn identity_id(&self) -> String {
        self.desk().grants.identity_id.clone()
    }

    /// A token as if the identity had signed in elsewhere.
    pub fn access_token(&self) -> String {
        let mut desk = self.desk();
        let now = desk.now();
        desk.grants.grant(now).0
    }

    /// The time by its clock.
    pub fn now(&self) -> Millis {
        self.desk().now()
    }

    pub fn add(&self, events: impl IntoIterator<Item = Event>) {
        let mut desk = self.desk();
        events.into_iter().for_each(|event| desk.table.add(event));
    }

    /// The ids of all events that were added, without its own.
    pub fn ids(&self) -> Vec<String> {
        self.desk().table.ids()
    }

    /// Its own events so far: sign-ins and looks at the log.
    pub fn own_events(&self) -> usize {
        self.desk().table.own()
    }

    /// Merges rows of the same id, as its database does sooner or later.
    pub fn merge_duplicates(&self) {
        self.desk().table.merge_duplicates();
    }

    /// Misbehaves like this from the next request on.
    pub fn set_fault(&self, fault: Fault) {
        self.desk().fault = fault;
    }

    /// Misbehaves now and then from the next request on.
    pub fn set_chance(&self, chance: Chance) {
        self.desk().chance = Some(chance);
    }

    /// No token is taken any more; signing in works.
    pub fn expire_tokens(&self) {
        self.desk().grants.expire();
    }

    pub fn revoke_tokens(&self) {
        self.desk().grants.revoke_tokens();
    }

    /// Neither tokens nor the client secret are taken any more.
    pub fn revoke_identity(&self) {
        self.desk().grants.revoke();
    }

    pub fn asked(&self) -> Asked {
        *self.asked.borrow()
    }

    /// Waits until it was asked for that much.
    pub async fn wait_until(&self, mut reached: impl FnMut(&Asked) -> bool) -> Asked {
        let mut asked = self.asked.clone();
        *asked
            .wait_for(|asked| reached(asked))
            .await
            .expect("it lives as long as its desk")
    }

    fn desk(&self) -> std::sync::MutexGuard<'_, Desk> {
        self.desk.lock().expect("nothing panics at the desk")
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The time by this machine's clock.
pub fn machine_time() -> Millis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |it| {
        Millis::try_from(it.as_millis()).unwrap_or(Millis::MAX)
    })
}
