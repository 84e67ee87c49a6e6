//! Any HTTP endpoint: a person says where, with which headers and in which framing.
//!
//! A request is made of its events alone, so a retry is the same request: the idempotency key is
//! a hash of which events it carries, and the time that a signature covers is the last event's
//! own. What is signed is the body before compression.

mod sign;
#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::sync::LazyLock;
use url::Url;

use super::address::Address;
use super::headers::HeaderRows;
use super::sheet::{Reply, Sheet};
use super::splunk::Envelope;
use super::statuses::Statuses;
use super::{
    About, Body, Connected, Destination, Details, FieldError, Header, Limits, Provider, Request,
    Response, Verdict, address, batch, frame,
};
use crate::event::Event;
use crate::form::Form;
use crate::secret::{Secret, Secrets};

static SHEET: LazyLock<Sheet> =
    LazyLock::new(|| Sheet::load(include_str!("../../../guides/custom.toml")));
static FORM: LazyLock<Form> = LazyLock::new(|| Form::of::<Credentials>(&SHEET.guide));

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Credentials {
    /// Where each request goes. https:// for anything outside this machine.
    #[schemars(title = "Endpoint URL", example = "https://logs.example.com/v1/audit")]
    url: Address,
    /// Sent with every request. Kept in the keychain.
    #[schemars(title = "Headers")]
    #[serde(default)]
    headers: HeaderRows,
    #[schemars(title = "Payload format")]
    #[serde(default)]
    format: Format,
    /// Most receivers expect POST.
    #[schemars(title = "Method", extend("x-group" = "advanced"))]
    #[serde(default)]
    method: Method,
    /// Compress the body (Content-Encoding: gzip). Switch it off if the receiver cannot read that.
    #[schemars(title = "Compress with gzip", extend("x-group" = "advanced"))]
    #[serde(default)]
    gzip: bool,
    /// Adds X-Signature: sha256=…, an HMAC over X-Signature-Timestamp, a dot and the body before compression.
    #[schemars(title = "Signing key", extend("x-group" = "advanced"))]
    signing_key: Option<Secret>,
    /// Sends an Idempotency-Key that stays the same when a request is tried again.
    #[schemars(title = "Idempotency key", extend("x-group" = "advanced"))]
    #[serde(default = "yes")]
    idempotency: bool,
    /// Statuses that mean the events were taken, such as 200, 202-204 or 409. Empty: any 2xx.
    #[schemars(title = "Accepted statuses", example = "200, 202", extend("x-group" = "advanced"), with = "Option<String>")]
    accepted_statuses: Option<Statuses>,
    /// The most events one request may carry.
    #[schemars(title = "Events per request", range(min = 1, max = 100_000), extend("x-group" = "advanced"))]
    #[serde(default = "thousand")]
    max_events: u32,
    /// The most bytes one request may carry before compression. A larger event is sent alone.
    #[schemars(title = "Bytes per request", range(min = 1_000, max = 50_000_000), extend("x-group" = "advanced"))]
    #[serde(default = "million")]
    max_bytes: u32,
}

fn yes() -> bool {
    true
}

fn thousand() -> u32 {
    1_000
}

fn million() -> u32 {
    1_000_000
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Format {
    /// One array per request: `[{…},{…}]`
    #[default]
    #[schemars(title = "JSON array")]
    Array,
    /// One event per line
    #[schemars(title = "NDJSON")]
    Ndjson,
    /// A request for each event
    #[schemars(title = "One per request")]
    Single,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
enum Method {
    /// The usual one
    #[default]
    #[schemars(title = "POST")]
    Post,
    /// For receivers that store under the address
    #[schemars(title = "PUT")]
    Put,
    /// Rare
    #[schemars(title = "PATCH")]
    Patch,
}

impl Method {
    fn name(self) -> &'static str {
        match self {
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
        }
    }
}

pub(crate) struct Custom;

impl Provider for Custom {
    fn id(&self) -> &'static str {
        "custom"
    }

    fn about(&self) -> About {
        SHEET.about(&FORM.fields)
    }

    fn connect(&self, details: &Details, secrets: &Secrets) -> Result<Connected, Vec<FieldError>> {
        connect(&SHEET, None, details, secrets)
    }
}

/// Also how a preset connects, with a sheet of its own and, where what it sends to wants one, an
/// envelope around each event.
pub(crate) fn connect(
    sheet: &'static Sheet,
    envelope: Option<Envelope>,
    details: &Details,
    secrets: &Secrets,
) -> Result<Connected, Vec<FieldError>> {
    let mut entries = FORM.read(details, secrets, &[]);
    entries.tidy("url", |text| address::parse(text).map(String::from));
    entries.tidy("accepted_statuses", |text| {
        Statuses::parse(text).map(|_| text.into())
    });
    entries.tidy_secret("headers", |text| {
        HeaderRows::parse(text).map(|rows| rows.text())
    });
    if let Some(rows) = entries
        .secret("headers")
        .and_then(|text| HeaderRows::parse(text.expose()).ok())
    {
        let switched = |name: &str, otherwise: bool| entries.switch(name).unwrap_or(otherwise);
        if rows.has("idempotency-key") && switched("idempotency", true) {
            entries.wrong("headers", "The header Idempotency-Key is made for each request. Remove this row, or switch the idempotency key off.");
        }
        let signed = entries.secret("signing_key").is_some();
        if signed && (rows.has("x-signature") || rows.has("x-signature-timestamp")) {
            entries.wrong("headers", "The headers X-Signature and X-Signature-Timestamp are made from the signing key. Remove these rows.");
        }
    }
    if let Some(warning) = entries
        .text("url")
        .and_then(|url| Url::parse(url).ok())
        .as_ref()
        .and_then(address::readable_on_the_way)
    {
        entries.warn("url", warning);
    }
    let (credentials, saved) = entries.finish::<Credentials>()?;
    Ok(saved.with(Endpoint::new(sheet, envelope, credentials)))
}

struct Endpoint {
    sheet: &'static Sheet,
    envelope: Option<Envelope>,
    it: Credentials,
    /// Everything that an answer must not be quoted with.
    secrets: Vec<Secret>,
}

impl Endpoint {
    fn new(sheet: &'static Sheet, envelope: Option<Envelope>, it: Credentials) -> Self {
        let mut secrets = it.headers.secrets();
        secrets.extend(it.signing_key.clone());
        Self {
            sheet,
            envelope,
            it,
            secrets,
        }
    }

    fn content_type(&self) -> &'static str {
        match self.it.format {
            Format::Ndjson => "application/x-ndjson",
            Format::Array | Format::Single => "application/json",
        }
    }
}

impl Destination for Endpoint {
    fn endpoint(&self) -> String {
        address::place(&self.it.url.0)
    }

    fn limits(&self) -> Limits {
        let bytes = self.it.max_bytes as usize;
        let events = if self.it.format == Format::Single {
            1
        } else {
            self.it.max_events as usize
        };
        Limits {
            events,
            bytes,
            overhead: 2 + self.envelope.as_ref().map_or(0, Envelope::overhead),
            event_bytes: bytes,
            span: None,
        }
    }

    fn request(&self, events: &[Event], _: Option<&Secret>) -> Request {
        let extra = self.envelope.as_ref().map_or(0, Envelope::overhead);
        let put = |out: &mut Vec<u8>, event: &Event| match &self.envelope {
            Some(envelope) => envelope.write(out, event),
            None => frame::plain(out, event),
        };
        let body = match self.it.format {
            Format::Array => frame::array(events, extra, put),
            Format::Ndjson => frame::lines(events, extra, put),
            Format::Single => {
                let mut out = frame::room(events, extra);
                events.iter().for_each(|event| put(&mut out, event));
                out
            }
        };
        let mut headers = Vec::new();
        if !self.it.headers.has("content-type") {
            headers.push(Header::Plain(
                "Content-Type".into(),
                self.content_type().into(),
            ));
        }
        headers.extend(self.it.headers.headers());
        if self.it.idempotency {
            let key = hex::encode(batch::name(self.it.url.0.as_str(), events));
            headers.push(Header::Plain("Idempotency-Key".into(), key));
        }
        if let Some(key) = &self.it.signing_key {
            let timestamp = sign::timestamp(events);
            let signature = sign::signature(key, &timestamp, &body);
            headers.push(Header::Plain("X-Signature-Timestamp".into(), timestamp));
            headers.push(Header::Plain("X-Signature".into(), signature));
        }
        Request {
            method: self.it.method.name(),
            url: self.it.url.0.as_str().into(),
            shown_url: self.it.url.0.to_string(),
            headers,
            body: Body {
                bytes: body.into(),
                gzip: self.it.gzip,
            },
        }
    }

    fn verdict(&self, events: &[Event], response: &Response) -> Verdict {
        if self
            .it
            .accepted_statuses
            .as_ref()
            .is_some_and(|statuses| statuses.has(response.status))
        {
            return Verdict::Accepted;
        }
        let location = response
            .header("location")
            .and_then(|location| self.it.url.0.join(location).ok())
            .map(String::from);
        let reply = Reply {
            events: events.len(),
            vendor: self
                .it
                .accepted_statuses
                .is_some()
                .then_some(Cow::Borrowed("not-among-accepted")),
            fill: [
                Some(("endpoint", self.endpoint().into())),
                Some(("method", self.it.method.name().into())),
                Some(("format", self.content_type().into())),
                location.map(|it| ("location", it.into())),
            ]
            .into_iter()
            .flatten()
            .collect(),
            secrets: self.secrets.iter().collect(),
            ..Reply::default()
        };
        self.sheet.verdict(response, &reply)
    }
}
