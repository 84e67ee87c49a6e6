//! What people read about a provider: its sheet in `guides/`, a TOML file with its name, its setup
//! guide and a table of its answers.
//!
//! The table is the one place that turns an answer into words. Its rows are tried in order: by
//! status, by the vendor's own code, by words in the body; then those of `guides/general.toml`,
//! which knows HTTP itself. A row that says `hold` has a next step, always.

use serde::Deserialize;
use std::borrow::Cow;
use std::sync::LazyLock;
use std::time::Duration;

use super::preset::Recipe;
use super::statuses::Statuses;
use super::{About, Category, Field, Guide, Response, Verdict};
use crate::problem::Problem;
use crate::redact::REDACTED;
use crate::secret::Secret;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sheet {
    pub id: String,
    pub name: String,
    pub category: Category,
    pub tagline: String,
    pub monogram: String,
    pub hue: u16,
    #[serde(default)]
    pub aliases: Vec<String>,
    pub after_accepted: String,
    pub guide: Guide,
    #[serde(default)]
    pub answers: Vec<Answer>,
    /// Set where the provider is made of another one.
    pub preset: Option<Recipe>,
}

/// One row of the table: which answers it is about, what they mean, and in which words.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Answer {
    /// Any status where absent.
    pub status: Option<Statuses>,
    /// The vendor's own codes, any of them.
    #[serde(default)]
    pub vendor: Vec<String>,
    /// Words in the body, any of them, in small letters.
    #[serde(default)]
    pub says: Vec<String>,
    /// The body is a web page, as proxies and sign-in pages send it.
    #[serde(default)]
    pub page: bool,
    pub verdict: Class,
    #[serde(default)]
    pub code: String,
    #[serde(default)]
    pub short: String,
    #[serde(default)]
    pub summary: String,
    #[serde(default)]
    pub cause: String,
    #[serde(default)]
    pub next: Vec<String>,
    pub field: Option<String>,
    pub step: Option<u32>,
    pub link: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Class {
    Accepted,
    Retry,
    Split,
    /// Something is wrong with the events: one by one it shows with which.
    Faulty,
    Hold,
}

/// An answer about to be looked up.
#[derive(Default)]
pub(crate) struct Reply<'a> {
    /// How many events the request carried.
    pub events: usize,
    /// The vendor's own code.
    pub vendor: Option<Cow<'a, str>>,
    /// The part of the body that proves the diagnosis.
    pub evidence: Option<Cow<'a, str>>,
    /// What stands for `{name}` in the texts.
    pub fill: Vec<(&'a str, Cow<'a, str>)>,
    /// Taken out of whatever the other side says.
    pub secrets: Vec<&'a Secret>,
}

#[derive(Deserialize)]
struct General {
    answers: Vec<Answer>,
}

static GENERAL: LazyLock<General> = LazyLock::new(|| {
    toml::from_str(include_str!("../../guides/general.toml"))
        .expect("guides/general.toml is well formed")
});

impl Sheet {
    /// `text` is part of the program, so it is well formed; a test loads every sheet.
    pub fn load(text: &str) -> Self {
        toml::from_str(text)
            .unwrap_or_else(|error| panic!("a sheet in guides/ is malformed: {error}"))
    }

    pub fn about(&self, fields: &[Field]) -> About {
        About {
            id: self.id.clone(),
            name: self.name.clone(),
            category: self.category,
            tagline: self.tagline.clone(),
            monogram: self.monogram.clone(),
            hue: self.hue,
            aliases: self.aliases.clone(),
            fields: fields.to_vec(),
            guide: self.guide.clone(),
            after_accepted: self.after_accepted.clone(),
        }
    }

    pub fn verdict(&self, response: &Response, reply: &Reply) -> Verdict {
        let (answer, reason) = self.judge(response, reply);
        match answer.verdict {
            Class::Accepted => Verdict::Accepted,
            Class::Retry => Verdict::Retry {
                after: retry_after(response),
                reason,
            },
            Class::Split => Verdict::Split { reason },
            Class::Faulty if reply.events > 1 => Verdict::Split { reason },
            Class::Faulty => Verdict::SetAside { reason },
            Class::Hold => Verdict::Hold { reason },
        }
    }

    /// The problem in the words of the row, whatever the row makes of it.
    pub fn problem(&self, response: &Response, reply: &Reply) -> Problem {
        self.judge(response, reply).1
    }

    fn judge(&self, response: &Response, reply: &Reply) -> (&Answer, Problem) {
        let body = response.text().to_lowercase();
        let page = body.trim_start().starts_with('<');
        let fits = |answer: &&Answer| {
            answer
                .status
                .as_ref()
                .is_none_or(|statuses| statuses.has(response.status))
                && (answer.vendor.is_empty()
                    || reply
                        .vendor
                        .as_ref()
                        .is_some_and(|code| answer.vendor.iter().any(|it| it == code)))
                && (!answer.page || page)
                && (answer.says.is_empty() || answer.says.iter().any(|words| body.contains(words)))
        };
        let answer = self
            .answers
            .iter()
            .chain(&GENERAL.answers)
            .find(fits)
            .expect("the last row of guides/general.toml fits every answer");
        let said = answer.says.iter().find_map(|words| {
            let text = response.text();
            let at = text.to_ascii_lowercase().find(words.as_str())?;
            Some(text.get(at..at + words.len())?.to_owned())
        });
        (answer, self.words(answer, response, reply, said))
    }

    fn words(
        &self,
        answer: &Answer,
        response: &Response,
        reply: &Reply,
        said: Option<String>,
    ) -> Problem {
        let status = response.status.to_string();
        let location = response
            .header("location")
            .unwrap_or("an address it does not name");
        let fill = |text: &str| {
            let mut text = text.to_owned();
            for (name, value) in &reply.fill {
                text = text.replace(&format!("{{{name}}}"), value);
            }
            let text = text
                .replace("{provider}", &self.name)
                .replace("{status}", &status)
                .replace("{location}", location);
            redact(&text, &reply.secrets)
        };
        let mut problem = Problem::new(fill(&answer.code), fill(&answer.summary));
        if !answer.cause.is_empty() {
            problem = problem.cause(fill(&answer.cause));
        }
        for step in &answer.next {
            problem = problem.next(fill(step));
        }
        if !answer.short.is_empty() {
            problem = problem.short(fill(&answer.short));
        }
        let said_in_full = excerpt(response, &reply.secrets);
        if !said_in_full.is_empty() {
            problem = problem.detail(said_in_full);
        }
        if let Some(proof) = said.map(Cow::Owned).or_else(|| reply.evidence.clone()) {
            problem = problem.evidence(redact(&proof, &reply.secrets));
        }
        problem.field = answer.field.clone();
        problem.guide_step = answer.step;
        problem.link = answer.link.as_deref().map(fill);
        problem
    }
}

/// The body as far as a person would read it, without secrets.
fn excerpt(response: &Response, secrets: &[&Secret]) -> String {
    const MOST: usize = 2000;
    let text = redact(response.text().trim(), secrets);
    match text.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

/// A very short secret is left alone: taking it out would change what the answer says.
fn redact(text: &str, secrets: &[&Secret]) -> String {
    const SHORTEST: usize = 6;
    let hidden = secrets.iter().map(|secret| secret.expose());
    hidden
        .filter(|secret| secret.len() >= SHORTEST)
        .fold(text.to_owned(), |text, secret| {
            if text.contains(secret) {
                text.replace(secret, REDACTED)
            } else {
                text
            }
        })
}

/// How long the other side asks to wait: in seconds, or until a time that its own `Date` is
/// measured against, as this knows no clock.
pub(crate) fn retry_after(response: &Response) -> Option<Duration> {
    let text = response.header("retry-after")?.trim();
    if let Ok(seconds) = text.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let at = jiff::fmt::rfc2822::parse(text).ok()?;
    let now = jiff::fmt::rfc2822::parse(response.header("date")?).ok()?;
    Duration::try_from(now.duration_until(&at)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(headers: &[(&str, &str)]) -> Response {
        Response {
            status: 503,
            headers: headers
                .iter()
                .map(|(name, value)| ((*name).into(), (*value).into()))
                .collect(),
            body: bytes::Bytes::new(),
        }
    }

    #[test]
    fn the_wish_to_wait_is_understood_in_seconds_and_as_a_date() {
        let seconds =
            |headers: &[(&str, &str)]| retry_after(&reply(headers)).map(|it| it.as_secs());
        assert_eq!(seconds(&[("retry-after", "120")]), Some(120));
        assert_eq!(seconds(&[("retry-after", "-1")]), None);
        assert_eq!(seconds(&[("retry-after", "soon")]), None);
        assert_eq!(seconds(&[]), None);
        let at = ("retry-after", "Sun, 06 Nov 1994 08:50:07 GMT");
        assert_eq!(
            seconds(&[at, ("date", "Sun, 06 Nov 1994 08:49:37 GMT")]),
            Some(30)
        );
        assert_eq!(seconds(&[at]), None);
    }

    #[test]
    fn every_row_about_http_itself_says_why_and_what_to_do() {
        for answer in &GENERAL.answers {
            if answer.verdict == Class::Accepted {
                continue;
            }
            let row = &answer.code;
            assert!(
                !row.is_empty() && !answer.summary.is_empty() && !answer.short.is_empty(),
                "{row}"
            );
            assert!(!answer.cause.is_empty() || row == "reply-unknown", "{row}");
            assert!(
                !answer.next.is_empty() || answer.verdict == Class::Retry,
                "{row}"
            );
        }
        let last = GENERAL.answers.last().expect("rows");
        assert!(last.status.is_none() && last.vendor.is_empty() && last.says.is_empty());
    }

    #[test]
    fn a_secret_that_the_other_side_repeats_is_not_repeated_here() {
        let secret = Secret::from("hunter2");
        let response = Response {
            body: "bad token hunter2".into(),
            ..reply(&[])
        };
        assert_eq!(excerpt(&response, &[&secret]), "bad token redacted");
    }
}
