//! Custom: a generic webhook, at `/custom` and at every path that no other protocol knows.
//!
//! `application/json` is one object or one array of objects; `application/x-ndjson` and
//! `text/plain` are one object a line. `POST`, `PUT` and `PATCH` are taken.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use sha2::Sha256;

use super::{Outcome, Protocol, Purpose, Record, Rules, field, marked, unreadable};
use crate::json;
use crate::request::{Encoding, Reply, Request};

/// What a custom receiver asks for.
#[derive(Debug, Clone)]
pub struct Settings {
    /// A header that must be there with this value.
    pub header: Option<(String, String)>,
    /// With this key, `X-Signature: sha256=<hex>` must be the HMAC-SHA256 of the header
    /// `X-Signature-Timestamp`, a full stop and the body before compression.
    pub signing_key: Option<String>,
    /// A request whose `Idempotency-Key` came before is answered and not taken again.
    pub idempotent: bool,
    pub max_bytes: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            header: None,
            signing_key: None,
            idempotent: false,
            max_bytes: 64 * 1024 * 1024,
        }
    }
}

pub(crate) struct Custom {
    settings: Settings,
    keys: Mutex<HashSet<String>>,
}

impl Custom {
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            keys: Mutex::default(),
        }
    }

    fn authorised(&self, request: &Request) -> Result<(), Refusal> {
        let Some((name, value)) = &self.settings.header else {
            return Ok(());
        };
        match request.header(name) {
            Some(sent) if sent == value => Ok(()),
            Some(_) => Err((403, format!("The header {name} has not the right value."))),
            None => Err((401, format!("The header {name} is missing."))),
        }
    }

    fn signed(&self, request: &Request, body: &[u8]) -> Result<(), Refusal> {
        let Some(key) = &self.settings.signing_key else {
            return Ok(());
        };
        let Some(sent) = request.header("x-signature") else {
            return Err((401, "The header X-Signature is missing.".into()));
        };
        let Some(timestamp) = request.header("x-signature-timestamp") else {
            return Err((401, "The header X-Signature-Timestamp is missing.".into()));
        };
        let sent = sent
            .strip_prefix("sha256=")
            .and_then(|digits| hex::decode(digits).ok());
        let mut mac =
            Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("HMAC takes a key of any length");
        mac.update(timestamp.as_bytes());
        mac.update(b".");
        mac.update(body);
        match sent.is_some_and(|sent| mac.verify_slice(&sent).is_ok()) {
            true => Ok(()),
            false => Err((
                401,
                "The signature in X-Signature does not fit the body.".into(),
            )),
        }
    }

    fn batch(&self, request: &Request, rules: &Rules) -> Result<(Bytes, Vec<Record>), Refusal> {
        if self.purpose(request) != Purpose::Deliver {
            return Err((405, "Events are sent with POST, PUT or PATCH.".into()));
        }
        self.authorised(request)?;
        let limit = rules.limit(self.settings.max_bytes);
        let body = request
            .decoded(&[Encoding::Gzip, Encoding::Deflate], limit)
            .map_err(|reason| (reason.usual_status(), unreadable(&reason, limit)))?;
        self.signed(request, &body)?;
        let cut = match request.media_type().as_str() {
            "application/json" => json::one_text(&body),
            "application/x-ndjson" | "application/ndjson" | "text/plain" => json::lines(&body),
            "" => return Err((415, "The header Content-Type is missing.".into())),
            other => {
                return Err((
                    415,
                    format!("The Content-Type {other:?} is not taken here."),
                ));
            }
        };
        let cut = cut.map_err(|reason| (400, format!("The body cannot be read: {reason}.")))?;
        let records: Vec<_> = cut.into_iter().map(Record::whole).collect();
        match rules.first_refused(&body, &records) {
            Some(index) => Err((400, marked(index))),
            None => Ok((body, records)),
        }
    }

    fn seen_before(&self, request: &Request) -> bool {
        let key = request
            .header("idempotency-key")
            .filter(|_| self.settings.idempotent);
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        key.is_some_and(|key| !keys.insert(key.to_owned()))
    }
}

impl Protocol for Custom {
    fn id(&self) -> &'static str {
        "custom"
    }

    fn name(&self) -> &'static str {
        "Custom"
    }

    fn form(&self, base: &str) -> Vec<(String, String)> {
        let mut form = vec![field("url", format!("{base}/custom"))];
        if let Some((key, value)) = &self.settings.header {
            form.push(field(
                "headers",
                json!([{"key": key, "value": value}]).to_string(),
            ));
        }
        if let Some(key) = &self.settings.signing_key {
            form.push(field("signing_key", key));
        }
        form
    }

    fn purpose(&self, request: &Request) -> Purpose {
        match request.method.as_str() {
            "POST" | "PUT" | "PATCH" => Purpose::Deliver,
            _ => Purpose::Ask,
        }
    }

    fn judge(&self, request: &Request, rules: &Rules) -> Outcome {
        let (body, records) = match self.batch(request, rules) {
            Ok(batch) => batch,
            Err((status, reason)) => {
                let reply = Reply::json(status, &json!({"error": reason}));
                return Outcome::refused(reply, reason);
            }
        };
        let accepted = Reply::json(200, &json!({"accepted": records.len()}));
        match self.seen_before(request) {
            true => Outcome::answered(accepted)
                .because("Its Idempotency-Key came before, so it was not taken again."),
            false => Outcome::taken(accepted, body, records),
        }
    }

    fn told(&self, status: u16) -> Reply {
        Reply::plain(status)
    }
}

/// Status and reason.
type Refusal = (u16, String);
