//! Providers: where audit events go.
//!
//! A provider is one folder here, one sheet in `guides/`, its tests, and one line in [`all`]; one
//! that is plain HTTP is a sheet in `guides/presets/` alone. [`Provider::connect`] checks and
//! tidies what a person typed and gives a [`Destination`], which builds requests (pure: events in,
//! bytes out) and judges answers (pure: response in, [`Verdict`] out). Sending is not done here,
//! and no other room matches on a provider's name.

pub(crate) mod address;
mod azure;
mod batch;
mod better_stack;
mod cribl;
mod custom;
mod datadog;
mod frame;
mod headers;
mod limits;
mod practice;
mod preset;
mod probe;
mod sheet;
mod splice;
mod splunk;
mod statuses;
mod sumo_logic;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
pub(crate) mod token;
mod verdict;
mod wire;

pub use crate::form::{
    Choice, CopyText, Details, Field, FieldError, FieldGroup, FieldKind, Guide, GuideStep, Link,
};
pub use limits::Limits;
pub use probe::Probe;
pub(crate) use sheet::retry_after;
pub use verdict::{Fate, Verdict};
pub use wire::{Body, Header, Request, Response};

use serde::{Deserialize, Serialize};
use std::sync::LazyLock;
use std::time::Duration;
use ts_rs::TS;

use crate::connection;
use crate::event::Event;
use crate::form::Saved;
use crate::problem::Problem;
use crate::secret::{Secret, Secrets};

/// What a person is told about a provider before choosing it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct About {
    /// `splunk`: as in the command line.
    pub id: String,
    /// `Splunk`: as the vendor writes it.
    pub name: String,
    pub category: Category,
    /// A few words: `HTTP Event Collector (HEC)`.
    pub tagline: String,
    /// Two letters for the tile.
    pub monogram: String,
    /// Hue of the tile, 0 to 360.
    pub hue: u16,
    /// Other names people search by: `Sentinel`, `Logtail`.
    pub aliases: Vec<String>,
    pub fields: Vec<Field>,
    pub guide: Guide,
    /// What to expect once accepted: `Azure shows new rows within about 10 minutes.`
    pub after_accepted: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    Siem,
    Observability,
    Pipeline,
    Custom,
    Practice,
}

/// A destination ready to use, with the details tidied the way they are to be saved.
pub struct Connected {
    pub destination: Box<dyn Destination>,
    pub details: Details,
    pub secrets: Secrets,
    /// Things a person should know though they are not wrong, such as a secret sent over `http`.
    pub warnings: Vec<FieldError>,
}

impl Saved {
    fn with(self, destination: impl Destination + 'static) -> Connected {
        Connected {
            destination: Box::new(destination),
            details: self.details,
            secrets: self.secrets,
            warnings: self.warnings,
        }
    }
}

pub trait Provider: Send + Sync {
    /// As in [`About::id`].
    fn id(&self) -> &str;

    /// [`about`] adds the connection options that every provider takes.
    fn about(&self) -> About;

    /// Understands what was pasted (trims, takes a full URL for a host, …), checks it, and
    /// gives the destination. Errors name each field at fault.
    fn connect(&self, details: &Details, secrets: &Secrets) -> Result<Connected, Vec<FieldError>>;

    /// Other details worth trying where a Verify with these is refused for its credentials.
    fn alternatives(&self, _details: &Details, _secrets: &Secrets) -> Vec<Details> {
        Vec::new()
    }
}

/// One configured place that takes events. Pure: no clock, no network.
pub trait Destination: Send + Sync {
    /// `splunk.example.com:8088`: what a list shows as the place events go.
    fn endpoint(&self) -> String;

    fn limits(&self) -> Limits;

    /// Why this event is not to be sent, where it is known beforehand that the provider would
    /// spoil it without saying so. Such an event is set aside with the reason.
    fn refuse(&self, _event: &Event) -> Option<Problem> {
        None
    }

    /// The request that carries `events` (at least one), with the token from signing in where
    /// there is one.
    fn request(&self, events: &[Event], token: Option<&Secret>) -> Request;

    /// What the answer to [`Self::request`] means for each of `events`.
    fn verdict(&self, events: &[Event], response: &Response) -> Verdict;

    /// What to ask where a refused sample leaves its cause open, given the answers so far (`None`
    /// where there was none). Only Verify asks; live delivery never does.
    fn probe(&self, _refusal: &Response, _answers: &[Option<Response>]) -> Probe {
        Probe::Nothing
    }

    /// For those that take events first and say later that they are safe.
    fn acknowledge(&self) -> Option<&dyn Acknowledge> {
        None
    }

    /// For the few that must sign in first.
    fn sign_in(&self) -> Option<&dyn SignIn> {
        None
    }
}

/// Asking whether events that were taken are safe.
pub trait Acknowledge: Send + Sync {
    /// What to ask with, where the answer to [`Destination::request`] gave something to ask with.
    fn receipt(&self, response: &Response) -> Option<String>;

    fn request(&self, receipt: &str) -> Request;

    /// Whether they are; or that asking again is of no use ([`Verdict::Hold`]).
    fn acknowledged(&self, receipt: &str, response: &Response) -> Result<bool, Verdict>;

    /// How long to ask before the events are sent again.
    fn patience(&self) -> Duration;

    /// What to say then.
    fn missed(&self) -> Problem;
}

/// Getting a short-lived token before sending.
pub trait SignIn: Send + Sync {
    fn request(&self) -> Request;

    /// The token, or why there is none and whether to try again ([`Verdict::Retry`] or
    /// [`Verdict::Hold`]).
    fn token(&self, response: &Response) -> Result<Token, Verdict>;
}

/// A short-lived token.
pub struct Token {
    pub secret: Secret,
    pub lifetime: Duration,
}

/// Every provider, in the order of the picker.
pub fn all() -> &'static [&'static dyn Provider] {
    static ALL: LazyLock<Vec<&'static dyn Provider>> = LazyLock::new(|| {
        let mut all: Vec<&'static dyn Provider> = vec![
            &azure::Azure,
            &better_stack::BetterStack,
            &cribl::Cribl,
            &datadog::Datadog,
            &splunk::Splunk,
            &sumo_logic::SumoLogic,
        ];
        all.extend(preset::all().iter().map(|preset| preset as &dyn Provider));
        all.extend([&custom::Custom as &dyn Provider, &practice::Practice]);
        all
    });
    &ALL
}

/// What a person is told about every provider, the connection options included, in the order of
/// the picker. Put together once: each row of a list asks for it.
pub fn abouts() -> &'static [About] {
    static ABOUTS: LazyLock<Vec<About>> = LazyLock::new(|| {
        let with_connection = |provider: &&dyn Provider| {
            let mut about = provider.about();
            about.fields.extend(connection::fields());
            about
        };
        all().iter().map(with_connection).collect()
    });
    &ABOUTS
}

/// The same of the provider with this id.
pub fn about(id: &str) -> Result<&'static About, Problem> {
    abouts()
        .iter()
        .find(|about| about.id == id)
        .ok_or_else(|| unknown(id))
}

/// The provider with this id.
pub fn find(id: &str) -> Result<&'static dyn Provider, Problem> {
    all()
        .iter()
        .copied()
        .find(|provider| provider.id() == id)
        .ok_or_else(|| unknown(id))
}

fn unknown(id: &str) -> Problem {
    Problem::new(
        "provider-unknown",
        format!("There is no provider called {id:?}."),
    )
    .next("Run `penstock provider list` to see the providers and their ids.")
}
