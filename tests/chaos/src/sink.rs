//! Where streams send to: a receiver of its own for each, with a gate in front of it, and what is
//! typed into the agent to reach it.

use flate2::read::MultiGzDecoder;
use penstock_receiver::protocol::azure;
use penstock_receiver::view::Fault;
use penstock_receiver::{Keep, Options, Receiver, Tls};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Read as _;
use std::net::Ipv4Addr;
use tokio::sync::watch;

use crate::gate::{Gate, Way};
use crate::rules::CANARY;

/// How long a token of Azure's lasts: it ends several times in a schedule.
const TOKEN_SECONDS: u32 = 3;

/// What kind of stream leads there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Ndjson,
    Array,
    Single,
    Tls,
    Splunk,
    SplunkAcknowledged,
    Datadog,
    /// Signs in for tokens that soon end.
    Azure,
    Cribl,
    BetterStack,
    SumoLogic,
}

impl Kind {
    pub const ALL: [Self; 11] = [
        Self::Ndjson,
        Self::Array,
        Self::Single,
        Self::Tls,
        Self::Splunk,
        Self::SplunkAcknowledged,
        Self::Datadog,
        Self::Azure,
        Self::Cribl,
        Self::BetterStack,
        Self::SumoLogic,
    ];

    pub fn provider(self) -> &'static str {
        match self {
            Self::Ndjson | Self::Array | Self::Single | Self::Tls => "custom",
            Self::Splunk | Self::SplunkAcknowledged => "splunk",
            Self::Datadog => "datadog",
            Self::Azure => "azure",
            Self::Cribl => "cribl",
            Self::BetterStack => "better_stack",
            Self::SumoLogic => "sumo_logic",
        }
    }

    /// The field that holds the address, where it is no secret and any host may stand in it.
    pub fn address_field(self) -> Option<&'static str> {
        match self {
            Self::Splunk | Self::SplunkAcknowledged => Some("hostname"),
            Self::SumoLogic => None,
            Self::Datadog => Some("site"),
            // Its other address may only be one of Azure's own.
            Self::Azure => Some("authority_url"),
            _ => Some("url"),
        }
    }

    /// Events reach the provider byte for byte.
    pub fn keeps_bytes(self) -> bool {
        self.provider() == "custom" || self.provider() == "splunk"
    }

    /// Events in one request at most that are under way at once.
    pub fn under_way(self, largest_request: u64) -> u64 {
        match self {
            Self::Single => 16,
            _ => 4 * largest_request,
        }
    }

    /// A request counts only once the provider has said again that its events are safe, and where
    /// that was lost on the way, it takes minutes until they are sent again.
    pub fn waits_for_proof(self) -> bool {
        self == Self::SplunkAcknowledged
    }

    fn settings(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Ndjson => &[("format", "ndjson"), ("gzip", "true")],
            Self::Array | Self::Tls => &[("format", "array")],
            Self::Single => &[("format", "single")],
            Self::Splunk => &[("use_ack", "false")],
            _ => &[],
        }
    }
}

pub struct Sink {
    pub kind: Kind,
    receiver: Receiver,
    gate: Gate,
    /// Events taken, and the most of one request.
    progress: watch::Receiver<penstock_receiver::Progress>,
    authority: Option<String>,
    /// A server that shows another authority's certificate.
    impostor: Option<Receiver>,
}

impl Sink {
    /// One that is `watched` keeps whatever came, for [`Self::leaks`].
    pub async fn start(kind: Kind, seed: u64, host: Ipv4Addr, watched: bool) -> Self {
        let (authority, tls, wrong) = match kind {
            Kind::Tls => {
                let (pem, tls) = certificate(host);
                (Some(pem), Some(tls), Some(certificate(host).1))
            }
            _ => (None, None, None),
        };
        let start = async |tls| {
            let options = Options {
                bind: (host, 0).into(),
                tls,
                seed,
                keep: Keep::Bodies,
                keep_requests: if watched { usize::MAX } else { 0 },
                azure: azure::Settings {
                    token_lifetime: TOKEN_SECONDS,
                    ..azure::Settings::default()
                },
                ..Options::default()
            };
            Receiver::start(options).await.expect("a receiver starts")
        };
        let receiver = start(tls).await;
        let impostor = match wrong {
            Some(tls) => Some(start(Some(tls)).await),
            None => None,
        };
        let gate = Gate::before(receiver.addr()).await.expect("a gate opens");
        Self {
            kind,
            progress: receiver.subscribe(),
            receiver,
            gate,
            authority,
            impostor,
        }
    }

    /// Fields and values; secrets are among them.
    pub fn form(&self) -> BTreeMap<String, String> {
        let base = self.receiver.base_url();
        let form = self
            .receiver
            .view()
            .protocols
            .into_iter()
            .find(|protocol| protocol.provider == self.kind.provider())
            .expect("the receiver speaks it");
        let mut form: BTreeMap<String, String> = form
            .values
            .into_iter()
            .map(|(field, value)| (field, value.replace(&base, &self.base_url())))
            .collect();
        for (field, value) in self.kind.settings() {
            form.insert((*field).into(), (*value).into());
        }
        if self.kind == Kind::SplunkAcknowledged {
            let settings = penstock_receiver::protocol::splunk::Settings::default();
            let token = settings.tokens.into_iter().find(|token| token.acknowledged);
            form.insert("token".into(), token.expect("there is one").value);
        }
        if self.kind == Kind::Azure {
            form.insert("authority_url".into(), self.base_url());
        }
        if let Some(authority) = &self.authority {
            form.insert("ca_certificate".into(), authority.clone());
        }
        // A provider that does not answer is given up on soon.
        form.insert("timeout_seconds".into(), "2".into());
        form
    }

    fn base_url(&self) -> String {
        let scheme = if self.authority.is_some() {
            "https"
        } else {
            "http"
        };
        format!("{scheme}://{}", self.gate.address())
    }

    pub fn set_fault(&self, fault: Fault) {
        self.receiver.set_fault(fault);
    }

    pub fn set_sign_in_fault(&self, fault: Fault) {
        self.receiver.set_sign_in_fault(fault);
    }

    /// No token given so far is taken any more.
    pub fn sign_everyone_out(&self) {
        self.receiver.sign_everyone_out();
    }

    pub fn set_way(&self, way: Way) {
        self.gate.set(way);
    }

    /// Leads connections to a server that cannot be trusted; `false` where there is no TLS.
    pub fn lead_astray(&self) -> bool {
        let impostor = self.impostor.as_ref().map(Receiver::addr);
        if let Some(impostor) = impostor {
            self.gate.set(Way::Astray(impostor));
        }
        impostor.is_some()
    }

    pub fn progress(&self) -> watch::Receiver<penstock_receiver::Progress> {
        self.progress.clone()
    }

    /// Events taken so far, each as often as it came.
    pub fn total(&self) -> u64 {
        self.progress.borrow().events
    }

    pub fn taken(&self) -> Vec<penstock_receiver::Taken> {
        let mut taken = self.receiver.events();
        // What reached the impostor reached the wrong place.
        if let Some(impostor) = &self.impostor {
            assert_eq!(
                impostor.progress().events,
                0,
                "sent to a server without trust"
            );
        }
        taken.shrink_to_fit();
        taken
    }

    /// How many requests carried a value that was to be redacted, refused ones among them.
    pub fn leaks(&self) -> u64 {
        let requests = self.receiver.requests();
        let leaked = requests.iter().filter(|sent| {
            let mut body = Vec::new();
            // What was read before a fault counts as well.
            let _ = MultiGzDecoder::new(&*sent.body).read_to_end(&mut body);
            let body = if body.is_empty() { &*sent.body } else { &body };
            holds(body, CANARY.as_bytes())
        });
        leaked.count() as u64
    }

    /// Events of the newest requests, the most of one.
    pub fn largest_request(&self) -> u64 {
        let arrivals = self.receiver.arrivals_since(0);
        arrivals.iter().map(|it| it.events).max().unwrap_or(0)
    }

    /// What is set, as arguments, and what is secret.
    pub fn settings(&self, secrets: &[String]) -> (Vec<String>, BTreeMap<String, String>) {
        let (secret, open): (Vec<_>, Vec<_>) = self
            .form()
            .into_iter()
            .partition(|(field, _)| secrets.contains(field));
        let open = open.iter().map(|(field, value)| format!("{field}={value}"));
        (open.collect(), secret.into_iter().collect())
    }
}

fn holds(text: &[u8], wanted: &[u8]) -> bool {
    text.windows(wanted.len()).any(|window| window == wanted)
}

/// The secret fields of a provider, as the agent tells of them.
pub fn secrets(about: &Value) -> Vec<String> {
    let fields = about["fields"].as_array().cloned().unwrap_or_default();
    let secret = fields.into_iter().filter(|field| field["secret"] == true);
    secret
        .filter_map(|field| field["name"].as_str().map(str::to_owned))
        .collect()
}

/// An authority of its own, and a server's certificate by it.
fn certificate(host: Ipv4Addr) -> (String, Tls) {
    let mut params = CertificateParams::new(Vec::new()).expect("no names are fine");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("a key");
    let authority = CertifiedIssuer::self_signed(params, key).expect("an authority");
    let params = CertificateParams::new(vec![host.to_string()]).expect("a name");
    let key = KeyPair::generate().expect("a key");
    let certificate = params.signed_by(&key, &authority).expect("a certificate");
    let tls = Tls {
        certificate: certificate.pem(),
        key: key.serialize_pem(),
        client_authorities: None,
    };
    (authority.pem(), tls)
}
