//! Whose key it is: a refused key is looked up at its own site, then at the others, so that a wrong
//! site is told from a wrong key. Nothing is stored by asking.

use serde::Deserialize;
use std::borrow::Cow;
use url::Url;

use super::{Intake, SHEET};
use crate::provider::{Body, Header, Probe, Request, Response};

#[derive(Deserialize)]
struct Validation {
    valid: bool,
}

impl Intake {
    pub(super) fn look_into(&self, refusal: &Response, answers: &[Option<Response>]) -> Probe {
        let refused = SHEET.problem(refusal, &self.reply(1)).code;
        if !["datadog-key-invalid", "datadog-forbidden"].contains(&refused.as_str()) {
            return Probe::Nothing;
        }
        let sites = self.site.validations();
        match answers {
            [] => {}
            [Some(own)] if valid(own) => return self.found("key-valid-here", refusal, None),
            [own, ..] if own.as_ref().is_none_or(|it| it.status != 403) => return Probe::Nothing,
            [.., Some(last)] if valid(last) => {
                let site = &sites[answers.len() - 1].0;
                return self.found("key-of-another-site", refusal, Some(site));
            }
            _ => {}
        }
        match sites.get(answers.len()) {
            Some((_, url)) => Probe::Ask(Box::new(self.validation(url))),
            // Silence says nothing about a key.
            None if sites.len() > 1 && answers.iter().all(|it| it.is_some()) => {
                self.found("key-unknown", refusal, None)
            }
            None => Probe::Nothing,
        }
    }

    fn found(&self, vendor: &'static str, refusal: &Response, site: Option<&str>) -> Probe {
        let mut reply = self.reply(1);
        reply.vendor = Some(vendor.into());
        if let Some(site) = site {
            reply.fill.push(("other_site", Cow::Borrowed(site)));
        }
        Probe::Found(SHEET.problem(refusal, &reply))
    }

    fn validation(&self, url: &Url) -> Request {
        Request {
            method: "GET",
            url: url.as_str().into(),
            shown_url: url.to_string(),
            headers: vec![Header::Secret(
                "DD-API-KEY".into(),
                "",
                self.api_key.clone(),
            )],
            body: Body {
                bytes: Default::default(),
                gzip: false,
            },
        }
    }
}

fn valid(answer: &Response) -> bool {
    answer.status == 200
        && serde_json::from_slice(&answer.body).is_ok_and(|Validation { valid }| valid)
}
