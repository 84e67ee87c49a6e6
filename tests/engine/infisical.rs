//! The Infisical source against a strict stand-in for Infisical's API.

mod bad_input;
mod beside_others;
mod journal;
mod reading;
mod signing_in;
mod testing;

use infisical_stand_in::{Millis, StandIn};
use penstock_engine::clock::{Clock, SystemClock};
use penstock_engine::form::Details;
use penstock_engine::secret::{Secret, Secrets};
use penstock_engine::source::{self, Kind, Running, Setup, SourceTest};
use serde_json::{Value, json};
use std::sync::Arc;

use self::journal::Journal;

const HOUR: Millis = 3_600_000;

fn kind() -> &'static dyn Kind {
    source::find("infisical").expect("a kind of source")
}

/// A clock that is set wrong by this much.
struct Off(Millis);

impl Clock for Off {
    fn now(&self) -> Millis {
        SystemClock.now() + self.0
    }
}

/// How the source is set up, apart from what leads to the stand-in.
struct Plan {
    details: Value,
    secrets: Vec<(&'static str, String)>,
    clock: Arc<dyn Clock>,
}

impl Plan {
    /// From `start` on, with the identity of the stand-in.
    fn from(stand_in: &StandIn, start: &str) -> Self {
        Self {
            details: json!({
                "site": stand_in.url(),
                "client_id": stand_in.client_id(),
                "start": start,
            }),
            secrets: vec![("client_secret", stand_in.client_secret())],
            clock: Arc::new(SystemClock),
        }
    }

    fn with(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.details[field] = value.into();
        self
    }

    fn off(mut self, by: Millis) -> Self {
        self.clock = Arc::new(Off(by));
        self
    }

    fn configured(&self) -> (Details, Secrets) {
        let details = self.details.as_object().cloned().expect("an object");
        let secrets: Secrets = self
            .secrets
            .iter()
            .map(|(name, text)| ((*name).to_owned(), Secret::from(text.as_str())))
            .collect();
        let configured = kind().configure(&details, &secrets);
        let configured = configured.unwrap_or_else(|errors| panic!("{errors:?}"));
        (configured.details, configured.secrets)
    }

    /// Goes on from where the journal says.
    async fn start(&self, journal: &Arc<Journal>) -> Box<dyn Running> {
        let (details, secrets) = self.configured();
        let setup = Setup {
            details,
            secrets,
            tokens: Vec::new(),
            position: journal.position(),
            seen: journal.seen(),
            journal: Arc::clone(journal) as _,
            clock: Arc::clone(&self.clock),
        };
        kind().start(setup).await.expect("it starts")
    }

    async fn test(&self) -> SourceTest {
        let (details, secrets) = self.configured();
        kind().test(details, secrets, Arc::clone(&self.clock)).await
    }
}
