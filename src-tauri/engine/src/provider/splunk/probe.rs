//! What a refusal without a word of the collector's leaves open: whether the token is good.
//!
//! A request without content leaves no event: the collector looks at the token and the channel
//! first, and answers "No data" where both are good.

use super::{Collector, SHEET};
use crate::provider::{Body, Probe, Request, Response, Verdict};

impl Collector {
    pub(super) fn look_into(&self, refusal: &Response, answers: &[Option<Response>]) -> Probe {
        if !(400..500).contains(&refusal.status) || self.code(refusal).is_some() {
            return Probe::Nothing;
        }
        let Some(answer) = answers.first() else {
            return Probe::Ask(Box::new(self.empty()));
        };
        let Some(answer) = answer else {
            return Probe::Nothing;
        };
        match self.code(answer) {
            Some(5) => {
                let mut reply = self.reply(1);
                reply.vendor = Some("content-refused".into());
                Probe::Found(SHEET.problem(refusal, &reply))
            }
            Some(1..=4 | 10 | 11 | 21 | 22 | 28) => match self.judge(&[], answer) {
                Verdict::Hold { reason } => Probe::Found(reason),
                _ => Probe::Nothing,
            },
            _ => Probe::Nothing,
        }
    }

    fn empty(&self) -> Request {
        Request {
            method: "POST",
            url: self.url.as_str().into(),
            shown_url: self.url.to_string(),
            headers: self.headers(),
            body: Body {
                bytes: Default::default(),
                gzip: false,
            },
        }
    }
}
