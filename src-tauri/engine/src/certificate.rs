//! X.509 certificates as people meet them: read from PEM, shown, and offered for trust.
//!
//! Nothing is verified here; see `http::trust` for that.

use base64::Engine as _;
use rustls::pki_types::CertificateDer;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use ts_rs::TS;
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};

use crate::clock::{Millis, rfc3339};
use crate::secret::Secret;

/// A certificate that a server showed, for a person to judge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CertificateView {
    /// `CN=splunk.example.com, O=Example`
    pub subject: String,
    pub issuer: String,
    /// The host names and addresses it is for.
    pub names: Vec<String>,
    pub not_before: String,
    pub not_after: String,
    /// `AB:CD:…`, as browsers and `openssl x509 -fingerprint -sha256` write it.
    pub sha256: String,
    /// What to add to `ca_certificate` to trust this certificate's issuer (itself where it is
    /// self-signed). `null` where trusting it would not make the connection work, for example
    /// because the server does not send its issuer.
    pub issuer_pem: Option<String>,
}

impl CertificateView {
    /// `None` where the bytes are no certificate.
    pub fn read(der: &[u8]) -> Option<Self> {
        let (_, certificate) = X509Certificate::from_der(der).ok()?;
        let (not_before, not_after) = validity(der)?;
        Some(Self {
            subject: certificate.subject().to_string(),
            issuer: certificate.issuer().to_string(),
            names: names(&certificate),
            not_before: rfc3339(not_before),
            not_after: rfc3339(not_after),
            sha256: fingerprint(der),
            issuer_pem: None,
        })
    }

    pub fn self_signed(&self) -> bool {
        self.subject == self.issuer
    }

    /// Several lines of text, for a problem's detail.
    pub fn text(&self) -> String {
        let mut lines = vec![
            format!("Subject: {}", self.subject),
            format!("Issuer: {}", self.issuer),
        ];
        if !self.names.is_empty() {
            lines.push(format!("Names: {}", self.names.join(", ")));
        }
        lines.push(format!("Valid: {} to {}", self.not_before, self.not_after));
        lines.push(format!("SHA-256 fingerprint: {}", self.sha256));
        lines.join("\n")
    }
}

/// From when until when a certificate is valid; `None` where the bytes are no certificate.
pub fn validity(der: &[u8]) -> Option<(Millis, Millis)> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    let validity = certificate.validity();
    Some((
        validity.not_before.timestamp() * 1000,
        validity.not_after.timestamp() * 1000,
    ))
}

/// `sha256//…` of a certificate's public key, as curl's `--pinnedpubkey` takes it.
pub fn public_key_pin(der: &[u8]) -> Option<String> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    let digest = Sha256::digest(certificate.public_key().raw);
    let text = base64::engine::general_purpose::STANDARD.encode(digest);
    Some(format!("sha256//{text}"))
}

/// Whether a certificate names itself as its issuer.
pub fn is_self_signed(der: &[u8]) -> bool {
    X509Certificate::from_der(der).is_ok_and(|(_, it)| it.subject() == it.issuer())
}

/// The subject of a certificate, in one line.
pub fn subject(der: &[u8]) -> String {
    X509Certificate::from_der(der).map_or_else(
        |_| String::from("unreadable"),
        |(_, it)| it.subject().to_string(),
    )
}

pub fn to_pem(der: &[u8]) -> String {
    let body = base64::engine::general_purpose::STANDARD.encode(der);
    let mut text = String::from("-----BEGIN CERTIFICATE-----\n");
    for at in (0..body.len()).step_by(64) {
        text.push_str(&body[at..body.len().min(at + 64)]);
        text.push('\n');
    }
    text.push_str("-----END CERTIFICATE-----\n");
    text
}

/// What one block of a PEM text holds. Not printable: it may be a key.
pub enum Block {
    Certificate(CertificateDer<'static>),
    /// Label (`RSA PRIVATE KEY`) and the block as clean PEM.
    PrivateKey(String, Secret),
    /// Label of something else, for example `CERTIFICATE REQUEST`.
    Other(String),
    /// Label of a block whose contents are damaged.
    Damaged(String),
}

/// The blocks of a PEM text, in order. Forgives what pasting does: line breaks lost or turned
/// into blanks or `\n`, text around the blocks.
pub fn blocks(text: &str) -> Vec<Block> {
    let text = text.replace("\\r", "").replace("\\n", "\n");
    let mut rest = text.as_str();
    let mut found = Vec::new();
    while let Some(start) = rest.find("-----BEGIN ") {
        rest = &rest[start + "-----BEGIN ".len()..];
        let Some((label, after)) = rest.split_once("-----") else {
            break;
        };
        let label = label.trim().to_owned();
        let Some((body, after)) = after.split_once(&format!("-----END {label}-----")) else {
            found.push(Block::Damaged(label));
            break;
        };
        rest = after;
        found.push(block(label, body));
    }
    found
}

fn block(label: String, body: &str) -> Block {
    if label.ends_with("PRIVATE KEY") {
        let clean: Vec<&str> = body.split_whitespace().collect();
        let pem = format!(
            "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
            clean.join("\n")
        );
        let label = if body.contains("ENCRYPTED") {
            String::from("ENCRYPTED PRIVATE KEY")
        } else {
            label
        };
        return Block::PrivateKey(label, pem.into());
    }
    if label != "CERTIFICATE" {
        return Block::Other(label);
    }
    let packed: String = body.split_whitespace().collect();
    match base64::engine::general_purpose::STANDARD.decode(packed) {
        Ok(der) if X509Certificate::from_der(&der).is_ok() => Block::Certificate(der.into()),
        _ => Block::Damaged(label),
    }
}

fn names(certificate: &X509Certificate<'_>) -> Vec<String> {
    let Ok(Some(names)) = certificate.subject_alternative_name() else {
        return Vec::new();
    };
    let shown = |name: &GeneralName<'_>| match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => match <[u8; 4]>::try_from(*bytes) {
            Ok(four) => Some(std::net::Ipv4Addr::from(four).to_string()),
            Err(_) => {
                let sixteen = <[u8; 16]>::try_from(*bytes).ok()?;
                Some(std::net::Ipv6Addr::from(sixteen).to_string())
            }
        },
        _ => None,
    };
    names.value.general_names.iter().filter_map(shown).collect()
}

fn fingerprint(der: &[u8]) -> String {
    let pairs: Vec<String> = Sha256::digest(der)
        .iter()
        .map(|byte| format!("{byte:02X}"))
        .collect();
    pairs.join(":")
}
