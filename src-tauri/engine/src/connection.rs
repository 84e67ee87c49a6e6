//! Connection options, the same for every provider: extra certificate authorities, a client
//! certificate, a proxy, a time-out.
//!
//! Verification of the server's certificate is not an option and cannot be switched off.

pub(crate) mod pem;

use rustls::pki_types::CertificateDer;
use rustls::sign::CertifiedKey;
use serde_json::Value;
use std::time::Duration;
use url::{Host, Url};

use crate::clock::Millis;
use crate::form::{Details, Field, FieldError, FieldGroup, FieldKind};
use crate::secret::{Secret, Secrets};

const DEFAULT_TIMEOUT: u64 = 30;
const LONGEST_TIMEOUT: u64 = 600;

/// The fields of the connection options, for every provider's form.
pub fn fields() -> Vec<Field> {
    let field = |name: &str, label: &str, kind, help: &str, example: &str| Field {
        name: name.into(),
        label: label.into(),
        kind,
        secret: false,
        required: false,
        group: FieldGroup::Connection,
        help: help.into(),
        example: example.into(),
        pattern: None,
        default: None,
        choices: Vec::new(),
    };
    let pem = "-----BEGIN CERTIFICATE-----";
    vec![
        field(
            "ca_certificate",
            "Extra CA certificate",
            FieldKind::Pem,
            "For a server whose certificate comes from your own authority. The operating \
             system's authorities stay trusted.",
            pem,
        ),
        field(
            "client_certificate",
            "Client certificate",
            FieldKind::Pem,
            "For a server that asks for one (mutual TLS). Goes with the client key.",
            pem,
        ),
        Field {
            secret: true,
            ..field(
                "client_key",
                "Client key",
                FieldKind::Pem,
                "The private key of the client certificate, without a passphrase.",
                "-----BEGIN PRIVATE KEY-----",
            )
        },
        field(
            "proxy",
            "Proxy",
            FieldKind::Text,
            "`system` (as the operating system says), `none`, or the proxy's address: http, \
             https, socks5 or socks5h (the proxy finds the host).",
            "http://proxy.example.com:3128",
        ),
        field(
            "proxy_user",
            "Proxy user",
            FieldKind::Text,
            "Where the proxy asks for one.",
            "penstock",
        ),
        Field {
            secret: true,
            ..field(
                "proxy_password",
                "Proxy password",
                FieldKind::Text,
                "Goes with the proxy user.",
                "",
            )
        },
        Field {
            pattern: Some(String::from("^[0-9]{1,3}$")),
            ..field(
                "timeout_seconds",
                "Time-out in seconds",
                FieldKind::Number,
                "How long Penstock waits for an answer before it tries again; 1 to 600.",
                "30",
            )
        },
    ]
}

/// What to say about a secret that travels in clear; `None` where it does not.
pub fn warn_insecure(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    if url.scheme() != "http" || is_loopback(&url) {
        return None;
    }
    Some(format!(
        "The secret travels unencrypted to {}: anyone on the way can read it. Use https:// if the \
         server offers it.",
        url.host_str().unwrap_or("the server"),
    ))
}

/// Whether the host is this computer itself.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// The options, checked and ready to use.
pub(crate) struct Connection {
    /// Trusted in addition to the operating system's authorities.
    pub authorities: Vec<CertificateDer<'static>>,
    pub identity: Option<CertifiedKey>,
    pub proxy: Proxy,
    pub timeout: Duration,
}

#[derive(Clone)]
pub(crate) enum Proxy {
    System,
    None,
    /// Address without credentials, then user and password.
    Own(Url, Option<(String, Secret)>),
}

impl Connection {
    /// Reads and checks the options. `now` decides which certificates have expired.
    pub fn read(
        details: &Details,
        secrets: &Secrets,
        now: Millis,
    ) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        let mut keep = |field: &str, message: String| {
            errors.push(FieldError {
                field: field.into(),
                message,
            });
        };
        let authorities =
            pem::authorities(&text(details, "ca_certificate"), now).unwrap_or_else(|message| {
                keep("ca_certificate", message);
                Vec::new()
            });
        let certificate = text(details, "client_certificate");
        let key = secrets
            .get("client_key")
            .filter(|key| !key.expose().trim().is_empty());
        let identity = pem::identity(&certificate, key, now).unwrap_or_else(|(field, message)| {
            keep(field, message);
            None
        });
        let user = text(details, "proxy_user");
        let password = secrets
            .get("proxy_password")
            .filter(|password| !password.is_empty());
        let proxy =
            proxy(&text(details, "proxy"), user, password).unwrap_or_else(|(field, message)| {
                keep(field, message);
                Proxy::System
            });
        let timeout = timeout(&text(details, "timeout_seconds")).unwrap_or_else(|message| {
            keep("timeout_seconds", message);
            Duration::from_secs(DEFAULT_TIMEOUT)
        });
        if errors.is_empty() {
            Ok(Self {
                authorities,
                identity,
                proxy,
                timeout,
            })
        } else {
            Err(errors)
        }
    }
}

fn text(details: &Details, field: &str) -> String {
    match details.get(field) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.trim().to_owned(),
        Some(other) => other.to_string(),
    }
}

/// The field at fault and what is wrong with it.
type AtField = (&'static str, String);

fn proxy(text: &str, user: String, password: Option<&Secret>) -> Result<Proxy, AtField> {
    let wrong = |message: &str| Err(("proxy", message.to_owned()));
    let credentials = match (user.is_empty(), password) {
        (true, Some(_)) => {
            return Err((
                "proxy_user",
                String::from("The proxy password needs a user name."),
            ));
        }
        (true, None) => None,
        (false, password) => Some((user, password.cloned().unwrap_or_else(|| Secret::from("")))),
    };
    match text {
        "" | "system" if credentials.is_some() => {
            return Err((
                "proxy",
                String::from("Enter the proxy's address; a proxy user goes with it."),
            ));
        }
        "" | "system" => return Ok(Proxy::System),
        "none" => return Ok(Proxy::None),
        _ => {}
    }
    // `proxy.example.com:3128`, as people write it.
    let full = if text.contains("://") {
        text.to_owned()
    } else {
        format!("http://{text}")
    };
    let Ok(mut url) = Url::parse(&full) else {
        return wrong("This is not a proxy address. It looks like http://proxy.example.com:3128.");
    };
    if !url.username().is_empty() || url.password().is_some() {
        return wrong(
            "Leave user name and password out of the address and enter them in their own fields; \
             the password is then kept in the keychain.",
        );
    }
    if url.host_str().is_none_or(str::is_empty) {
        return wrong(
            "The proxy's address lacks a host. It looks like http://proxy.example.com:3128.",
        );
    }
    match url.scheme() {
        "http" | "https" => {}
        "socks5" | "socks5h" => {
            if url.port().is_none() {
                let _ = url.set_port(Some(1080));
            }
        }
        "socks" => {
            return wrong(
                "Say which: socks5:// (this computer finds the host) or socks5h:// (the proxy does).",
            );
        }
        other => {
            return Err((
                "proxy",
                format!(
                    "Penstock does not know proxies of the kind {other}://. Use http, https, socks5 or socks5h."
                ),
            ));
        }
    }
    if url.path().len() > 1 || url.query().is_some() {
        return wrong(
            "A proxy's address ends with its port, for example http://proxy.example.com:3128.",
        );
    }
    Ok(Proxy::Own(url, credentials))
}

fn timeout(text: &str) -> Result<Duration, String> {
    if text.is_empty() {
        return Ok(Duration::from_secs(DEFAULT_TIMEOUT));
    }
    match text.parse::<u64>() {
        Ok(seconds @ 1..=LONGEST_TIMEOUT) => Ok(Duration::from_secs(seconds)),
        _ => Err(format!(
            "Enter whole seconds from 1 to {LONGEST_TIMEOUT}; {DEFAULT_TIMEOUT} is usual."
        )),
    }
}

#[cfg(test)]
mod tests;
