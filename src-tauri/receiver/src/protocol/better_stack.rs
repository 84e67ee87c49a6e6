//! Better Stack's logs intake, at `/`.
//!
//! The limit counts the body as it came. MessagePack, which Better Stack takes too, is not read
//! here. Recalled: the texts of all answers but that of 413.

use super::{Outcome, Protocol, Purpose, Record, Rules, field, marked, unreadable};
use crate::json;
use crate::request::{Encoding, Reply, Request, Unreadable};

#[derive(Debug, Clone)]
pub struct Settings {
    pub source_token: String,
    pub max_bytes: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            source_token: "practiceSourceToken12345".into(),
            max_bytes: 10 * 1024 * 1024,
        }
    }
}

pub(crate) struct BetterStack(pub Settings);

/// What is decompressed at most.
const INFLATED: usize = 100 * 1024 * 1024;

impl BetterStack {
    fn logs(&self, request: &Request, rules: &Rules) -> Result<Outcome, (u16, String)> {
        let token = request
            .header("authorization")
            .and_then(|it| it.strip_prefix("Bearer "));
        match token {
            None => {
                return Err((
                    403,
                    "Authorization must read `Bearer <source token>`.".into(),
                ));
            }
            Some(token) if token.trim() != self.0.source_token => {
                return Err((403, "The source token is not known here.".into()));
            }
            Some(_) => {}
        }
        if request.endless || request.body.len() > self.0.max_bytes {
            let reason = Unreadable::TooLarge(request.size());
            return Err((413, unreadable(&reason, self.0.max_bytes)));
        }
        let limit = rules.limit(INFLATED);
        let body = request
            .decoded(&[Encoding::Gzip], limit)
            .map_err(|reason| {
                let status = if reason == Unreadable::Corrupt {
                    406
                } else {
                    reason.usual_status()
                };
                (status, unreadable(&reason, limit))
            })?;
        let cut = match request.media_type().as_str() {
            "application/json" => json::one_text(&body),
            "application/x-ndjson" => json::lines(&body),
            other => Err(format!("its Content-Type is {other:?}")),
        };
        let cut = cut.map_err(|reason| (406, format!("The body cannot be read: {reason}.")))?;
        let records: Vec<_> = cut.into_iter().map(Record::whole).collect();
        match rules.first_refused(&body, &records) {
            Some(index) => Err((406, marked(index))),
            None => Ok(Outcome::taken(Reply::empty(202), body, records)),
        }
    }
}

impl Protocol for BetterStack {
    fn id(&self) -> &'static str {
        "better_stack"
    }

    fn name(&self) -> &'static str {
        "Better Stack"
    }

    fn form(&self, base: &str) -> Vec<(String, String)> {
        vec![
            field("url", format!("{base}/better_stack")),
            field("source_token", &self.0.source_token),
        ]
    }

    fn purpose(&self, request: &Request) -> Purpose {
        match (request.method.as_str(), request.path.as_str()) {
            ("POST", "/") => Purpose::Deliver,
            _ => Purpose::Ask,
        }
    }

    fn judge(&self, request: &Request, rules: &Rules) -> Outcome {
        if self.purpose(request) != Purpose::Deliver {
            let refusal = "Logs are posted to the source's host itself, at /.";
            return Outcome::refused(Reply::text(404, "Not Found"), refusal);
        }
        self.logs(request, rules)
            .unwrap_or_else(|(status, refusal)| Outcome::refused(self.told(status), refusal))
    }

    fn told(&self, status: u16) -> Reply {
        let text = match status {
            402 => "Quota exceeded",
            403 => "Forbidden",
            406 => "Request body is neither valid JSON nor valid MessagePack",
            413 => "payload reached size limit",
            415 => "Unsupported Media Type",
            429 => "Too Many Requests",
            _ => "Error",
        };
        Reply::text(status, text)
    }
}
