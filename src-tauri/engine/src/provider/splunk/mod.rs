//! Splunk's HTTP Event Collector.
//!
//! Envelopes stand back to back, each with the event's own time. No key is ever added to an
//! envelope beyond those the collector knows: it answers 200 and drops what follows an unknown
//! one. The channel is always sent; tokens with indexer acknowledgement demand it and the others
//! ignore it.

mod acknowledge;
mod address;
mod envelope;
mod probe;
#[cfg(test)]
mod tests;
mod verdict;

use schemars::JsonSchema;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::sync::LazyLock;
use url::Url;

pub(crate) use self::envelope::Envelope;
use super::sheet::Sheet;
use super::{
    About, Acknowledge, Body, Connected, Destination, Details, FieldError, Header, Limits, Probe,
    Provider, Request, Response, Verdict, frame, token,
};
use crate::event::Event;
use crate::form::Form;
use crate::secret::{Secret, Secrets};

static SHEET: LazyLock<Sheet> =
    LazyLock::new(|| Sheet::load(include_str!("../../../guides/splunk.toml")));
static FORM: LazyLock<Form> = LazyLock::new(|| Form::of::<Credentials>(&SHEET.guide));

/// Splunk recommends requests of at most 1 MB; Splunk Cloud refuses those above about 5 MB.
const BYTES: usize = 1_000_000;

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Credentials {
    /// Port 8088 unless you give another. A full URL is understood too.
    #[schemars(title = "Hostname or URL", example = "splunk.example.com:8088")]
    hostname: address::Collector,
    /// The token's value, not its name.
    #[schemars(title = "HEC token", example = "5d0a1b2c-3d4e-4f50-8a6b-7c8d9e0f1a2b")]
    token: Secret,
    /// Must be among the token's allowed indexes. Empty: the token's default.
    #[schemars(title = "Index", example = &"main")]
    index: Option<String>,
    /// What the events are found by in searches.
    #[schemars(title = "Source", example = &"infisical", extend("default" = "infisical", "x-group" = "advanced"))]
    source: Option<String>,
    /// `_json` lets Splunk read every field of an event.
    #[schemars(title = "Source type", example = &"_json", extend("default" = "_json", "x-group" = "advanced"))]
    sourcetype: Option<String>,
    /// Shown as the host of each event. Empty: Splunk decides.
    #[schemars(title = "Host", example = "infisical.example.com", extend("x-group" = "advanced"))]
    host: Option<String>,
    /// Wait until Splunk has indexed the events, where the token has indexer acknowledgement.
    #[schemars(title = "Indexer acknowledgement", extend("x-group" = "advanced"))]
    #[serde(default = "yes")]
    use_ack: bool,
}

fn yes() -> bool {
    true
}

pub(crate) struct Splunk;

impl Provider for Splunk {
    fn id(&self) -> &'static str {
        "splunk"
    }

    fn about(&self) -> About {
        SHEET.about(&FORM.fields)
    }

    fn connect(&self, details: &Details, secrets: &Secrets) -> Result<Connected, Vec<FieldError>> {
        let mut entries = FORM.read(
            details,
            secrets,
            &[("base_url", "hostname"), ("url", "hostname")],
        );
        match entries.text("hostname").map(address::understand) {
            Some(Ok(collector)) => {
                entries.set("hostname", collector.shortest());
                if let Some(warning) = super::address::readable_on_the_way(&collector.url) {
                    entries.warn("hostname", warning);
                }
                if let Some(warning) = collector.warning {
                    entries.warn("hostname", warning);
                }
            }
            Some(Err(message)) => entries.wrong("hostname", message),
            None => {}
        }
        entries.tidy_secret("token", |text| {
            token::bare(text, "Authorization:", "Splunk ", "HEC token")
        });
        let (credentials, saved) = entries.finish::<Credentials>()?;
        Ok(saved.with(Collector::new(credentials)))
    }
}

struct Collector {
    place: String,
    cloud: bool,
    url: Url,
    ack_url: Url,
    use_ack: bool,
    token: Secret,
    index: Option<String>,
    channel: String,
    envelope: Envelope,
}

impl Collector {
    fn new(it: Credentials) -> Self {
        let envelope = Envelope::default()
            .with("host", it.host.as_deref())
            .with("source", it.source.as_deref())
            .with("sourcetype", it.sourcetype.as_deref())
            .with("index", it.index.as_deref());
        let url = it.hostname.events();
        Self {
            place: it.hostname.place(),
            cloud: it.hostname.cloud,
            channel: channel(url.as_str(), &envelope),
            url,
            ack_url: it.hostname.acknowledgements(),
            use_ack: it.use_ack,
            token: it.token,
            index: it.index,
            envelope,
        }
    }
}

impl Collector {
    fn headers(&self) -> Vec<Header> {
        vec![
            Header::Secret("Authorization".into(), "Splunk ", self.token.clone()),
            Header::Plain("Content-Type".into(), "application/json".into()),
            Header::Plain("X-Splunk-Request-Channel".into(), self.channel.clone()),
        ]
    }
}

/// The same for the same settings, so that a stream keeps its channel.
fn channel(url: &str, envelope: &Envelope) -> String {
    let hash = Sha256::new()
        .chain_update(url)
        .chain_update([0])
        .chain_update(envelope.fixed())
        .finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    uuid::Builder::from_custom_bytes(bytes)
        .into_uuid()
        .to_string()
}

impl Destination for Collector {
    fn endpoint(&self) -> String {
        self.place.clone()
    }

    fn limits(&self) -> Limits {
        Limits {
            events: 5_000,
            bytes: BYTES,
            overhead: self.envelope.overhead(),
            event_bytes: BYTES,
            span: None,
        }
    }

    fn request(&self, events: &[Event], _: Option<&Secret>) -> Request {
        let mut body = frame::room(events, self.envelope.overhead());
        for event in events {
            self.envelope.write(&mut body, event);
        }
        Request {
            method: "POST",
            url: self.url.as_str().into(),
            shown_url: self.url.to_string(),
            headers: self.headers(),
            body: Body {
                bytes: body.into(),
                gzip: true,
            },
        }
    }

    fn verdict(&self, events: &[Event], response: &Response) -> Verdict {
        self.judge(events, response)
    }

    fn probe(&self, refusal: &Response, answers: &[Option<Response>]) -> Probe {
        self.look_into(refusal, answers)
    }

    fn acknowledge(&self) -> Option<&dyn Acknowledge> {
        self.use_ack.then_some(self)
    }
}
