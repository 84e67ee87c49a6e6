//! Datadog's logs intake, version 2, and its check of an API key.
//!
//! A log above 1 MB is cut and taken all the same, as Datadog does; that is noted.

use serde_json::json;

use super::{Outcome, Protocol, Purpose, Record, Rules, field, marked, unreadable};
use crate::json;
use crate::request::{Encoding, Reply, Request};

#[derive(Debug, Clone)]
pub struct Settings {
    pub api_key: String,
    /// The site that knows the key, such as `datadoghq.eu`: at another site's host it is
    /// refused. Anywhere else, and without a site, it is taken.
    pub site: Option<String>,
    pub max_bytes: usize,
    pub max_items: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            api_key: "0123456789abcdef0123456789abcdef".into(),
            site: None,
            max_bytes: 5_000_000,
            max_items: 1_000,
        }
    }
}

pub(crate) struct Datadog(pub Settings);

/// What is kept of one log.
const LOG_BYTES: usize = 1_000_000;

const DOMAINS: [&str; 3] = ["datadoghq.com", "datadoghq.eu", "ddog-gov.com"];

impl Datadog {
    fn authorised(&self, request: &Request) -> Result<(), Refusal> {
        let query = || request.query("dd-api-key").map(|key| key.into_owned());
        let key = request
            .header("dd-api-key")
            .map(str::to_owned)
            .or_else(query);
        let Some(key) = key.filter(|key| !key.is_empty()) else {
            return Err((
                401,
                "API key is missing".into(),
                "The header DD-API-KEY is missing.",
            ));
        };
        let invalid = |why| Err((403, "API key is missing or invalid".into(), why));
        match key.as_str() {
            key if key == self.0.api_key && self.at_its_site(&request.host) => Ok(()),
            key if key == self.0.api_key => invalid("The API key belongs to another site."),
            key if key.len() == 40 => invalid("This is an application key; logs need an API key."),
            _ => invalid("The API key is not known here."),
        }
    }

    fn at_its_site(&self, host: &str) -> bool {
        let Some(site) = &self.0.site else {
            return true;
        };
        let vendor = DOMAINS.iter().any(|domain| host.ends_with(domain));
        let own = ["http-intake.logs.", "api."]
            .iter()
            .any(|part| host == format!("{part}{site}"));
        own || !vendor
    }

    fn logs(&self, request: &Request, rules: &Rules) -> Result<Outcome, Refusal> {
        self.authorised(request)?;
        let limit = rules.limit(self.0.max_bytes);
        let taken = [Encoding::Gzip, Encoding::Deflate];
        let body = request.decoded(&taken, limit).map_err(|reason| {
            let status = reason.usual_status();
            (status, unreadable(&reason, limit), "")
        })?;
        if request.media_type() != "application/json" {
            let text = "The Content-Type must be application/json.";
            return Err((415, text.into(), ""));
        }
        let cut =
            json::one_text(&body).map_err(|reason| (400, format!("Invalid JSON: {reason}"), ""))?;
        if cut.len() > self.0.max_items {
            let text = format!(
                "{} logs in one request; {} are the most",
                cut.len(),
                self.0.max_items
            );
            return Err((413, text, ""));
        }
        let records: Vec<_> = cut.into_iter().map(Record::whole).collect();
        if let Some(index) = rules.first_refused(&body, &records) {
            return Err((400, marked(index), ""));
        }
        let long = records
            .iter()
            .position(|record| record.whole.len() > LOG_BYTES);
        let outcome = Outcome::taken(Reply::json(202, &json!({})), body, records);
        Ok(match long {
            Some(index) => {
                outcome.because(format!("Log {index} is above 1 MB: it is taken and cut."))
            }
            None => outcome,
        })
    }

    fn validate(&self, request: &Request) -> Outcome {
        // Recalled: both bodies.
        match self.authorised(request) {
            Ok(()) => Outcome::answered(Reply::json(200, &json!({"valid": true}))),
            Err((_, _, why)) => {
                Outcome::refused(Reply::json(403, &json!({"errors": ["Forbidden"]})), why)
            }
        }
    }
}

impl Protocol for Datadog {
    fn id(&self) -> &'static str {
        "datadog"
    }

    fn name(&self) -> &'static str {
        "Datadog"
    }

    fn form(&self, base: &str) -> Vec<(String, String)> {
        vec![field("site", base), field("api_key", &self.0.api_key)]
    }

    fn purpose(&self, request: &Request) -> Purpose {
        match (request.method.as_str(), request.path.as_str()) {
            ("POST", "/api/v2/logs") => Purpose::Deliver,
            _ => Purpose::Ask,
        }
    }

    fn judge(&self, request: &Request, rules: &Rules) -> Outcome {
        match (request.method.as_str(), request.path.as_str()) {
            ("POST", "/api/v2/logs") => {
                self.logs(request, rules)
                    .unwrap_or_else(|(status, detail, why)| {
                        let refusal = if why.is_empty() { detail.as_str() } else { why };
                        Outcome::refused(error(status, &detail), refusal)
                    })
            }
            ("GET", "/api/v1/validate") => self.validate(request),
            _ => Outcome::refused(
                error(404, "Not found"),
                "Datadog has no such path; logs are posted to /api/v2/logs.",
            ),
        }
    }

    fn told(&self, status: u16) -> Reply {
        match status {
            403 => error(403, "API key is missing or invalid"),
            _ => error(status, &format!("Told to answer {status}")),
        }
    }
}

/// Status, the vendor's detail, and what it means where that says it badly.
type Refusal = (u16, String, &'static str);

/// Recalled: the shape of an error.
fn error(status: u16, detail: &str) -> Reply {
    let title = hyper::StatusCode::from_u16(status)
        .ok()
        .and_then(|s| s.canonical_reason());
    let title = title.unwrap_or("Error");
    let error = json!({"status": status.to_string(), "title": title, "detail": detail});
    Reply::json(status, &json!({"errors": [error]}))
}
