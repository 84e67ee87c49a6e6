//! What the collector's answer means: its own code first, then how far it got.

use serde::Deserialize;
use std::borrow::Cow;

use super::{Collector, SHEET};
use crate::event::Event;
use crate::provider::sheet::Reply;
use crate::provider::{Fate, Response, Verdict};

/// The highest code that is known; a later one under 200 is a shade of success.
const KNOWN: u64 = 28;

#[derive(Deserialize)]
struct Said {
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    code: Option<u64>,
    #[serde(default, rename = "invalid-event-number")]
    stopped_at: Option<usize>,
}

impl Said {
    fn code(&self) -> Option<u64> {
        let success = self
            .text
            .as_deref()
            .is_some_and(|text| text.eq_ignore_ascii_case("success"));
        self.code.or(success.then_some(0))
    }
}

impl Collector {
    /// The collector's own code, where it was the collector that answered.
    pub(super) fn code(&self, response: &Response) -> Option<u64> {
        let said: Said = serde_json::from_slice(&response.body).ok()?;
        said.code().filter(|code| *code <= KNOWN)
    }

    pub(super) fn judge(&self, events: &[Event], response: &Response) -> Verdict {
        let said: Option<Said> = serde_json::from_slice(&response.body).ok();
        let code = said.as_ref().and_then(Said::code);
        let mut reply = self.reply(events.len());
        reply.vendor = match code {
            Some(code @ 0..=KNOWN) => Some(Cow::Owned(code.to_string())),
            Some(_) => Some("other".into()),
            None => self.cloud.then_some("cloud".into()),
        };
        reply.evidence = said
            .as_ref()
            .and_then(|said| said.text.clone())
            .filter(|text| response.text().contains(text))
            .map(Cow::Owned);
        let stopped_at = said.and_then(|said| said.stopped_at);
        if let (false, Some(code), Some(number)) = (response.status < 300, code, stopped_at)
            && let Some((stored, spoilt)) = reached(code, number, events.len())
        {
            let reason = SHEET.problem(response, &reply);
            let fates = (0..events.len())
                .map(|at| match at {
                    _ if at < stored => Fate::Stored,
                    _ if spoilt == Some(at) => Fate::SetAside(reason.clone()),
                    _ => Fate::Again,
                })
                .collect();
            return Verdict::Partly { fates, reason };
        }
        SHEET.verdict(response, &reply)
    }
}

impl Collector {
    pub(super) fn reply(&self, events: usize) -> Reply<'_> {
        Reply {
            events,
            fill: vec![
                ("endpoint", Cow::Borrowed(self.place.as_str())),
                (
                    "index",
                    Cow::Borrowed(self.index.as_deref().unwrap_or("of this token")),
                ),
            ],
            secrets: vec![&self.token],
            ..Reply::default()
        }
    }
}

/// How many events were stored and which one stopped the rest, where the answer says so; `None`
/// where the request is to be judged as a whole.
fn reached(code: u64, number: usize, events: usize) -> Option<(usize, Option<usize>)> {
    match code {
        // Splunk Cloud says "object 0 is invalid" of a request that is too large: nothing is
        // stored then, and halves of it find out whether an event is at fault.
        6 if number == 0 && events > 1 => None,
        6 | 12 | 13 | 15 if events > 1 && number < events => Some((number, Some(number))),
        // The number is that of the object after the one with the wrong index.
        7 if (2..=events).contains(&number) => Some((number - 1, None)),
        // With a number: the queue was full there, and what came before is in it.
        9 if (1..events).contains(&number) => Some((number, None)),
        _ => None,
    }
}
