//! Sources: where audit events come from.
//!
//! A kind of source is one folder here and one line in [`all`]; no other room matches on a kind's
//! name. A source hands events to [`Append`], which answers only when they are durable in the
//! journal, together with the place the source has read up to; only then may the source tell its
//! sender "accepted", and after a crash it goes on from that place. A source keeps no event of its
//! own, and its trouble stays its own.

mod batch;
pub mod file;
pub mod http_intake;
pub mod infisical;
mod json;
mod report;

pub use batch::{Append, AppendError, Appended, Batch, Seen, Unreadable};
pub use report::{Measure, Phase, Progress, Report};

use serde::{Deserialize, Serialize};
use std::pin::Pin;
use std::sync::{Arc, LazyLock};
use ts_rs::TS;

use crate::clock::{Clock, Millis};
use crate::form::{Details, Field, FieldError, Guide, Saved};
use crate::problem::Problem;
use crate::secret::Secrets;

pub type Pending<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What a person is told about a kind of source before choosing it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(rename = "SourceAbout")]
pub struct About {
    /// `http_intake`: as in the command line.
    pub id: String,
    /// `HTTP intake`.
    pub name: String,
    /// One sentence: what it takes and when it is the right one.
    pub tagline: String,
    pub fields: Vec<Field>,
    pub guide: Guide,
}

/// What a *Test connection* found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SourceTest {
    /// `Infisical lets Penstock read the audit logs of Acme`.
    pub headline: String,
    /// What was learnt, as label and text: `Organisation`, `Acme`.
    pub facts: Vec<(String, String)>,
    /// Why it does not work, or would not for long.
    pub problem: Option<Problem>,
    /// What a person should mend although it works.
    pub warning: Option<Problem>,
}

/// What a source is started with.
pub struct Setup {
    pub details: Details,
    /// Its secrets, apart from an intake's token.
    pub secrets: Secrets,
    /// Digests of the tokens that senders may present, the newest first, each with its end.
    pub tokens: Vec<TokenDigest>,
    /// As it was last given with a [`Batch`]; `None` at the very first start.
    pub position: Option<String>,
    /// What was given as [`Batch::seen`] and not forgotten since.
    pub seen: Vec<Seen>,
    pub journal: Arc<dyn Append>,
    pub clock: Arc<dyn Clock>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenDigest {
    pub sha256: [u8; 32],
    /// Not taken any more from then on.
    pub until: Option<Millis>,
}

pub trait Kind: Send + Sync {
    /// As in [`About::id`].
    fn id(&self) -> &'static str;

    fn about(&self) -> About;

    /// Understands what was typed, checks it, and gives what is to be saved. Errors name each
    /// field at fault. Asks neither network nor disk.
    fn configure(&self, details: &Details, secrets: &Secrets) -> Result<Saved, Vec<FieldError>>;

    /// Settles what only this machine knows (a free port, where a file really is), so that it
    /// stays the same from then on. `own` are the present settings of a source that is changed;
    /// `others` those of the other sources of this kind, by name.
    fn settle<'a>(
        &'a self,
        details: Details,
        _own: Option<&'a Details>,
        _others: &'a [(String, Details)],
    ) -> Pending<'a, Result<Details, Problem>> {
        Box::pin(async { Ok(details) })
    }

    /// Tries what it will need, without taking any event. `details` were configured.
    fn test(
        &self,
        details: Details,
        secrets: Secrets,
        clock: Arc<dyn Clock>,
    ) -> Pending<'_, SourceTest>;

    /// Begins. What goes wrong later is reported to [`Append::report`], and the source tries
    /// again by itself.
    fn start(&self, setup: Setup) -> Pending<'_, Result<Box<dyn Running>, Problem>>;
}

/// A source at work.
pub trait Running: Send + Sync {
    /// The address it listens on, where it does.
    fn listen(&self) -> Option<String> {
        None
    }

    /// From now on only these tokens are taken; whether it can do so without being started anew.
    fn replace_tokens(&self, _tokens: Vec<TokenDigest>) -> bool {
        false
    }

    /// Ends: what it was promised is in the journal when this is done.
    fn stop(self: Box<Self>) -> Pending<'static, ()>;
}

/// Every kind, in the order of the picker.
pub fn all() -> &'static [&'static dyn Kind] {
    &[&infisical::Infisical, &http_intake::HttpIntake, &file::File]
}

/// What a person is told about every kind, in the same order. Put together once: each row of a
/// list asks for it.
pub fn abouts() -> &'static [About] {
    static ABOUTS: LazyLock<Vec<About>> =
        LazyLock::new(|| all().iter().map(|kind| kind.about()).collect());
    &ABOUTS
}

/// The same of the kind with this id.
pub fn about(id: &str) -> Result<&'static About, Problem> {
    abouts()
        .iter()
        .find(|about| about.id == id)
        .ok_or_else(|| unknown(id))
}

/// The kind with this id.
pub fn find(id: &str) -> Result<&'static dyn Kind, Problem> {
    all()
        .iter()
        .copied()
        .find(|kind| kind.id() == id)
        .ok_or_else(|| unknown(id))
}

fn unknown(id: &str) -> Problem {
    let known: Vec<&str> = all().iter().map(|kind| kind.id()).collect();
    Problem::new(
        "source-kind-unknown",
        format!("There is no source of the kind {id:?}."),
    )
    .next(format!("Use one of {}.", known.join(", ")))
}
