//! What a person sets of an intake.

use schemars::JsonSchema;
use serde::Deserialize;
use std::net::SocketAddr;

use super::tls::{self, Fault};
use super::{Options, listen};
use crate::form::{Details, Entries};
use crate::problem::Problem;
use crate::secret::{Secret, Secrets};

/// The secret field that holds the key of the certificate.
pub const KEY: &str = "certificate_key";

#[derive(Default, Deserialize, JsonSchema)]
pub struct Settings {
    /// Address and port to listen on. Empty: 127.0.0.1 and the first free port from 8787 on.
    #[schemars(title = "Listen on", example = &"127.0.0.1:8787")]
    pub listen: Option<String>,
    /// Allow an address that other machines reach.
    #[schemars(title = "Reachable from other machines", extend("x-group" = "advanced"))]
    #[serde(default)]
    pub beyond_loopback: bool,
    /// Names that senders call this machine by, besides its addresses; several with commas between.
    #[schemars(title = "Host names", example = &"collector.example.com", extend("x-group" = "advanced"))]
    pub host_names: Option<String>,
    /// Whether senders speak HTTPS.
    #[schemars(title = "Encryption", extend("x-group" = "advanced", "default" = "none"))]
    #[serde(default)]
    pub tls: Tls,
    /// The server's certificate and those it was issued by, as PEM. Made by Penstock where it makes one.
    #[schemars(title = "Certificate", example = &"-----BEGIN CERTIFICATE-----", extend("x-group" = "advanced", "x-kind" = "pem"))]
    pub certificate: Option<String>,
    /// The private key of the certificate, without a passphrase.
    #[schemars(title = "Certificate key", example = &"-----BEGIN PRIVATE KEY-----", extend("x-group" = "advanced", "x-kind" = "pem"))]
    #[serde(default)]
    pub certificate_key: Option<Secret>,
    /// Requests a second that one address may make. Empty: 500, and any number from this machine.
    #[schemars(title = "Requests a second per client", range(min = 1, max = 1_000_000), extend("x-group" = "advanced"))]
    pub client_requests: Option<u32>,
    /// Connections that one address may have. Empty: 64, and 384 from this machine.
    #[schemars(title = "Connections per client", range(min = 1, max = 512), extend("x-group" = "advanced"))]
    pub client_connections: Option<u32>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tls {
    /// Plain HTTP, for programs of this machine.
    #[default]
    #[schemars(title = "None")]
    None,
    /// HTTPS with a certificate that Penstock makes. Senders are given it, or its fingerprint.
    #[schemars(title = "Made by Penstock")]
    Made,
    /// HTTPS with a certificate of yours.
    #[schemars(title = "Own certificate")]
    Own,
}

impl Settings {
    /// Of details as they were tidied, without the secret.
    pub fn of(details: &Details) -> Self {
        serde_json::from_value(details.clone().into()).unwrap_or_default()
    }

    /// The same with the secret.
    pub fn with(details: &Details, secrets: &Secrets) -> Self {
        Self {
            certificate_key: secrets.get(KEY).cloned(),
            ..Self::of(details)
        }
    }

    pub fn host_names(&self) -> Vec<String> {
        names_in(self.host_names.as_deref().unwrap_or_default())
    }

    /// The address to post to, as senders reach it.
    pub fn url(&self) -> Option<String> {
        let address: SocketAddr = self.listen.as_deref()?.parse().ok()?;
        let scheme = match self.tls {
            Tls::None => "http",
            Tls::Made | Tls::Own => "https",
        };
        match self.host_names().first() {
            Some(name) if !address.ip().is_loopback() => {
                Some(format!("{scheme}://{name}:{}/v1/events", address.port()))
            }
            _ => Some(listen::url(scheme, address)),
        }
    }

    /// What the server is started with.
    pub fn options(&self) -> Result<Options, Problem> {
        let mut options = Options::new(self.listen.clone().unwrap_or_default(), Vec::new());
        options.beyond_loopback = self.beyond_loopback;
        options.host_names = self.host_names();
        if let Some(requests) = self.client_requests {
            options.others.requests = Some(requests);
            options.own.requests = Some(requests);
        }
        if let Some(connections) = self.client_connections {
            options.others.connections = connections;
            options.own.connections = connections;
        }
        if self.tls != Tls::None {
            let certificate = self.certificate.as_deref().unwrap_or_default();
            let none = Secret::from("");
            let key = self.certificate_key.as_ref().unwrap_or(&none);
            let identity = tls::identity(certificate, key).map_err(|fault| {
                let (field, words) = match fault {
                    Fault::Certificate(words) => ("certificate", words),
                    Fault::Key(words) => (KEY, words),
                };
                Problem::new("intake-certificate", "The intake's certificate cannot be used.")
                    .cause(words)
                    .next("Edit the source: choose a made certificate, or paste certificate and key again.")
                    .short("Certificate cannot be used")
                    .field(field)
            })?;
            options.identity = Some(Box::new(identity));
        }
        Ok(options)
    }
}

/// Tidies what was typed, and makes the certificate that is to be made.
pub fn tidy(entries: &mut Entries<'_>) {
    let address = tidy_listen(entries);
    entries.tidy("host_names", |text| {
        let names = names_in(text);
        match names.iter().find(|name| !is_host_name(name)) {
            Some(name) => Err(format!(
                "{name} is not a host name. Enter names as in collector.example.com, without https:// and without a port."
            )),
            None => Ok(names.join(", ")),
        }
    });
    let names = names_in(entries.text("host_names").unwrap_or_default());
    match entries.text("tls") {
        Some("made") => {
            let wanted = tls::names(address.map(|it| it.ip()), &names);
            if !is_made_for(entries, &wanted) {
                match tls::make(&wanted) {
                    Ok((certificate, key)) => {
                        entries.set("certificate", certificate);
                        entries.set_secret(KEY, key);
                    }
                    Err(error) => entries.wrong(
                        "host_names",
                        format!("No certificate can be made for these names: {error}."),
                    ),
                }
            }
        }
        Some("own") => check_own(entries),
        _ => {
            entries.remove("certificate");
            entries.remove(KEY);
            if address.is_some_and(|it| !it.ip().is_loopback()) {
                entries.warn(
                    "tls",
                    "Token and events cross the network unencrypted: anyone on the way can read \
                     them. Choose a certificate, unless a TLS proxy stands in front.",
                );
            }
        }
    }
}

fn tidy_listen(entries: &mut Entries<'_>) -> Option<SocketAddr> {
    let beyond = entries.switch("beyond_loopback").unwrap_or_default();
    let text = entries.text("listen")?;
    match listen::parse(text, beyond) {
        Ok(address) => {
            entries.set("listen", address.to_string());
            Some(address)
        }
        Err(problem) => {
            entries.wrong("listen", problem.summary);
            None
        }
    }
}

/// Whether certificate and key are there, made by Penstock, and for all these names.
fn is_made_for(entries: &Entries<'_>, wanted: &[String]) -> bool {
    let (Some(certificate), Some(key)) = (entries.text("certificate"), entries.secret(KEY)) else {
        return false;
    };
    let view = tls::view(certificate).filter(|view| view.subject == "CN=Penstock intake");
    view.is_some_and(|view| wanted.iter().all(|name| view.names.contains(name)))
        && tls::identity(certificate, key).is_ok()
}

fn check_own(entries: &mut Entries<'_>) {
    let (certificate, key) = (entries.text("certificate"), entries.secret(KEY));
    let fault = match (certificate, key) {
        (None, _) => Fault::Certificate(String::from(
            "The certificate is missing. Paste the block that begins with -----BEGIN CERTIFICATE-----.",
        )),
        (_, None) => Fault::Key(String::from(
            "The certificate needs its private key. Paste the block that begins with -----BEGIN PRIVATE KEY-----.",
        )),
        (Some(certificate), Some(key)) => match tls::identity(certificate, key) {
            Ok(_) => return,
            Err(fault) => fault,
        },
    };
    match fault {
        Fault::Certificate(words) => entries.wrong("certificate", words),
        Fault::Key(words) => entries.wrong(KEY, words),
    }
}

fn names_in(text: &str) -> Vec<String> {
    text.split([',', ' ', ';'])
        .map(|name| name.trim().to_ascii_lowercase())
        .filter(|name| !name.is_empty())
        .collect()
}

fn is_host_name(name: &str) -> bool {
    name.len() <= 253
        && name.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && label
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        })
}
