//! Splunk's HTTP Event Collector, as Splunk Enterprise 10 answers; as Splunk Cloud where told so.
//!
//! Objects of a body are judged one after the other. What comes before a refused one is indexed,
//! also under a 400 that names the refused one in `invalid-event-number`, and also under a 200
//! where Splunk passes over the rest in silence.

mod acknowledge;
mod code;
mod envelope;

pub use acknowledge::Acknowledge;

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use uuid::Uuid;

use self::acknowledge::Channels;
use self::code::Code;
use self::envelope::Judged;
use super::{Outcome, Protocol, Purpose, Rules, field, unreadable};
use crate::request::{Encoding, Reply, Request, Unreadable};

/// A token of the collector.
#[derive(Debug, Clone, Default)]
pub struct Token {
    pub value: String,
    pub disabled: bool,
    /// Indexer acknowledgement is on: each request names its channel and is given an `ackId`.
    pub acknowledged: bool,
    /// The indexes it may write to; any where empty.
    pub indexes: Vec<String>,
}

#[derive(Debug, Clone)]
pub struct Settings {
    pub tokens: Vec<Token>,
    /// Answers as Splunk Cloud where it differs: an oversize body is code 6 for object 0, and a
    /// missing channel is code 28.
    pub cloud: bool,
    pub max_bytes: usize,
    /// `?token=` is allowed.
    pub query_token: bool,
    pub acknowledge: Acknowledge,
    /// Takes events with code 24 instead of 0, as a collector whose queue is nearly full does.
    pub nearly_full: bool,
}

impl Settings {
    /// What a Splunk Cloud stack really takes at most (documented: 1 MB).
    pub const CLOUD_BYTES: usize = 5_242_881;

    pub fn cloud() -> Self {
        Self {
            cloud: true,
            max_bytes: Self::CLOUD_BYTES,
            ..Self::default()
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        let plain = "7a9d2c1e-4b6f-4f0a-9c3d-1e5b8a2f6d40";
        let acknowledged = "7a9d2c1e-4b6f-4f0a-9c3d-1e5b8a2f6d41";
        let token = |value: &str| Token {
            value: value.into(),
            ..Token::default()
        };
        Self {
            tokens: vec![
                token(plain),
                Token {
                    acknowledged: true,
                    ..token(acknowledged)
                },
            ],
            cloud: false,
            max_bytes: 838_860_800,
            query_token: false,
            acknowledge: Acknowledge::AtOnce,
            nearly_full: false,
        }
    }
}

pub(crate) struct Splunk {
    settings: Settings,
    channels: Channels,
}

impl Splunk {
    pub fn new(settings: Settings) -> Self {
        Self {
            channels: Channels::new(settings.acknowledge),
            settings,
        }
    }

    fn token(&self, request: &Request) -> Result<&Token, Code> {
        let sent = match request.header("authorization") {
            Some(header) => from_header(header).ok_or(Code::InvalidAuthorization)?,
            None => match request.query("token") {
                Some(token) if self.settings.query_token => token,
                Some(_) => return Err(Code::QueryAuthorization),
                None => return Err(Code::TokenRequired),
            },
        };
        let known = self
            .settings
            .tokens
            .iter()
            .find(|t| t.value.eq_ignore_ascii_case(&sent));
        match known {
            None => Err(Code::InvalidToken),
            Some(token) if token.disabled => Err(Code::TokenDisabled),
            Some(token) => Ok(token),
        }
    }

    /// The channel the request names, which an acknowledging token must have.
    fn channel(&self, request: &Request, token: &Token) -> Result<Option<Uuid>, Code> {
        let header = request
            .header("x-splunk-request-channel")
            .map(Cow::Borrowed);
        match header.or_else(|| request.query("channel")) {
            Some(text) => Uuid::try_parse(&text)
                .map(Some)
                .map_err(|_| Code::InvalidChannel),
            None if !token.acknowledged => Ok(None),
            None if self.settings.cloud => Err(Code::ChannelMissingCloud),
            None => Err(Code::ChannelMissing),
        }
    }

    fn events(&self, request: &Request, rules: &Rules, raw: bool) -> Outcome {
        let token = match self.token(request) {
            Ok(token) => token,
            Err(code) => return refuse(code),
        };
        let channel = match self.channel(request, token) {
            Ok(channel) => channel.filter(|_| token.acknowledged),
            Err(code) => return refuse(code),
        };
        let limit = rules.limit(self.settings.max_bytes);
        let body = match request.decoded(&[Encoding::Gzip], limit) {
            Ok(body) => body,
            Err(reason) => return self.unreadable(&reason, limit),
        };
        let judged = match raw {
            true => envelope::lines(request, token, &body, rules),
            false => envelope::objects(token, &body, rules),
        };
        let Judged {
            taken,
            code,
            number,
            refusal,
        } = judged;
        let code = match code {
            Code::Success if self.settings.nearly_full => Code::NearlyFull,
            code => code,
        };
        let mut answer = json!({"text": code.text(), "code": code.number()});
        if let Some(number) = number {
            answer["invalid-event-number"] = json!(number);
        }
        // An acknowledging token gives an id also for the part that was indexed before a fault.
        if let Some(channel) = channel.filter(|_| !taken.is_empty()) {
            answer["ackId"] = json!(self.channels.issue(channel));
        }
        let outcome = Outcome::taken(Reply::json(code.status(), &answer), body, taken);
        Outcome { refusal, ..outcome }
    }

    fn unreadable(&self, reason: &Unreadable, limit: usize) -> Outcome {
        let refusal = unreadable(reason, limit);
        let reply = match reason {
            // Recalled: the text; found: the status.
            Unreadable::Encoding(_) => Reply::plain(415),
            Unreadable::Corrupt => numbered(Code::InvalidFormat, 0),
            Unreadable::TooLarge(_) if self.settings.cloud => numbered(Code::InvalidFormat, 0),
            Unreadable::TooLarge(size) => too_large(*size, limit),
        };
        Outcome::refused(reply, refusal)
    }

    fn health(&self, request: &Request) -> Outcome {
        let healthy = Outcome::answered(reply(Code::Healthy));
        if request.header("authorization").is_none() {
            return healthy;
        }
        match self.token(request) {
            Ok(_) => healthy,
            Err(Code::TokenDisabled) => refuse(Code::HealthTokenDisabled),
            Err(_) => refuse(Code::HealthInvalidToken),
        }
    }

    fn acknowledgements(&self, request: &Request) -> Outcome {
        let asked = || -> Result<Value, Code> {
            let token = self.token(request)?;
            if !token.acknowledged {
                return Err(Code::AckDisabled);
            }
            let channel = self.channel(request, token)?.ok_or(Code::ChannelMissing)?;
            let body = request.decoded(&[Encoding::Gzip], 1024 * 1024);
            let body: Value = body
                .ok()
                .and_then(|body| serde_json::from_slice(&body).ok())
                .ok_or(Code::InvalidFormat)?;
            let ids = body["acks"].as_array().ok_or(Code::InvalidFormat)?;
            let ids: Option<Vec<u64>> = ids.iter().map(Value::as_u64).collect();
            Ok(self.channels.ask(channel, &ids.ok_or(Code::InvalidFormat)?))
        };
        match asked() {
            Ok(acks) => Outcome::answered(Reply::json(200, &json!({"acks": acks}))),
            Err(code) => refuse(code),
        }
    }
}

impl Protocol for Splunk {
    fn id(&self) -> &'static str {
        "splunk"
    }

    fn name(&self) -> &'static str {
        "Splunk"
    }

    fn form(&self, base: &str) -> Vec<(String, String)> {
        let token = self.settings.tokens.iter().find(|token| !token.disabled);
        let token = token.map(|token| token.value.clone()).unwrap_or_default();
        vec![field("hostname", base), field("token", token)]
    }

    fn purpose(&self, request: &Request) -> Purpose {
        match (request.method.as_str(), endpoint(&request.path)) {
            ("POST", Some(Endpoint::Event | Endpoint::Raw)) => Purpose::Deliver,
            _ => Purpose::Ask,
        }
    }

    fn judge(&self, request: &Request, rules: &Rules) -> Outcome {
        match (request.method.as_str(), endpoint(&request.path)) {
            ("POST", Some(Endpoint::Event)) => self.events(request, rules, false),
            ("POST", Some(Endpoint::Raw)) => self.events(request, rules, true),
            ("POST", Some(Endpoint::Acknowledge)) => self.acknowledgements(request),
            ("GET", Some(Endpoint::Health)) => self.health(request),
            ("OPTIONS", Some(_)) => {
                Outcome::answered(Reply::empty(200).with("allow", "OPTIONS, POST"))
            }
            (_, Some(_)) => Outcome::refused(
                Reply::empty(405).with("allow", "OPTIONS, POST"),
                "The collector takes events with POST.",
            ),
            (_, None) => Outcome::refused(
                self.told(404),
                "The collector has no such path; events go to /services/collector/event.",
            ),
        }
    }

    fn told(&self, status: u16) -> Reply {
        let code = match status {
            400 => Code::InvalidFormat,
            401 => Code::InvalidAuthorization,
            403 => Code::InvalidToken,
            429 => Code::QueueFull,
            500 => Code::InternalError,
            503 => Code::Busy,
            404 => {
                // Recalled: the body.
                let text = "The requested URL was not found on this server.";
                return Reply::json(404, &json!({"text": text, "code": 404}));
            }
            413 => return too_large(self.settings.max_bytes + 1, self.settings.max_bytes),
            _ => return Reply::plain(status),
        };
        reply(code)
    }
}

enum Endpoint {
    Event,
    Raw,
    Acknowledge,
    Health,
}

fn endpoint(path: &str) -> Option<Endpoint> {
    let rest = path
        .strip_prefix("/services/collector")?
        .trim_end_matches('/');
    match rest.trim_end_matches("/1.0") {
        "" | "/event" => Some(Endpoint::Event),
        "/raw" => Some(Endpoint::Raw),
        "/ack" => Some(Endpoint::Acknowledge),
        "/health" => Some(Endpoint::Health),
        _ => None,
    }
}

/// The token in `Splunk <token>` or in the password of Basic authorisation.
fn from_header(header: &str) -> Option<Cow<'_, str>> {
    let (scheme, value) = header.split_once(' ')?;
    match scheme {
        "Splunk" => Some(Cow::Borrowed(value.trim())),
        "Basic" => {
            let pair = String::from_utf8(STANDARD.decode(value.trim()).ok()?).ok()?;
            pair.split_once(':')
                .map(|(_, password)| Cow::Owned(password.to_owned()))
        }
        _ => None,
    }
}

/// Recalled: the text.
fn too_large(size: usize, limit: usize) -> Reply {
    let text = format!("Content-Length of {size} too large (maximum is {limit})");
    Reply::json(413, &json!({"text": text, "code": 413}))
}

fn reply(code: Code) -> Reply {
    Reply::json(
        code.status(),
        &json!({"text": code.text(), "code": code.number()}),
    )
}

fn numbered(code: Code, number: usize) -> Reply {
    let answer =
        json!({"text": code.text(), "code": code.number(), "invalid-event-number": number});
    Reply::json(code.status(), &answer)
}

fn refuse(code: Code) -> Outcome {
    Outcome::refused(reply(code), code.explained())
}
