//! Certificates and keys as they are pasted: what they are, whether they fit and still hold, and
//! what to paste instead.

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;

use super::AtField;
use crate::certificate::{self, Block};
use crate::clock::{Millis, rfc3339};
use crate::secret::Secret;

const WANT_CERTIFICATE: &str = "Paste the block that begins with -----BEGIN CERTIFICATE-----.";

/// The certificates of a PEM text, or what is wrong with it.
pub(crate) fn certificates(pem: &str) -> Result<Vec<CertificateDer<'static>>, String> {
    let mut found = Vec::new();
    for block in certificate::blocks(pem) {
        match block {
            Block::Certificate(der) => found.push(der),
            Block::PrivateKey(..) => {
                return Err(format!(
                    "This holds a private key; only the certificate belongs here. {WANT_CERTIFICATE}"
                ));
            }
            Block::Other(label) if label.contains("CERTIFICATE REQUEST") => {
                return Err(format!(
                    "This is a request for a certificate, not the certificate that was issued for it. {WANT_CERTIFICATE}"
                ));
            }
            Block::Other(label) => {
                return Err(format!(
                    "This is a PEM block of another kind ({label}). {WANT_CERTIFICATE}"
                ));
            }
            Block::Damaged(_) => {
                return Err(String::from(
                    "This certificate is damaged or incomplete. Copy the whole file again, from \
                     -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----.",
                ));
            }
        }
    }
    if found.is_empty() {
        return Err(format!(
            "This is not a certificate in PEM form. {WANT_CERTIFICATE} A .der or .cer file is \
             turned into PEM by `openssl x509 -inform der -in FILE`."
        ));
    }
    Ok(found)
}

pub(super) fn authorities(pem: &str, now: Millis) -> Result<Vec<CertificateDer<'static>>, String> {
    if pem.is_empty() {
        return Ok(Vec::new());
    }
    let found = certificates(pem)?;
    let mut roots = rustls::RootCertStore::empty();
    for der in &found {
        if roots.add(der.clone()).is_err() {
            return Err(format!(
                "The certificate of {} cannot be used as an authority.",
                certificate::subject(der)
            ));
        }
    }
    // A bundle may hold an expired certificate beside its successor.
    match found
        .iter()
        .map(|der| expired(der, now))
        .collect::<Option<Vec<String>>>()
    {
        Some(mut all) => Err(all.swap_remove(0)),
        None => Ok(found),
    }
}

fn expired(der: &CertificateDer<'_>, now: Millis) -> Option<String> {
    let (_, not_after) = certificate::validity(der)?;
    (not_after < now).then(|| {
        format!(
            "The certificate of {} expired on {}. Paste its successor.",
            certificate::subject(der),
            &rfc3339(not_after)[..10],
        )
    })
}

pub(super) fn identity(
    pem: &str,
    key: Option<&Secret>,
    now: Millis,
) -> Result<Option<CertifiedKey>, AtField> {
    let at_certificate = |message: String| ("client_certificate", message);
    let at_key = |message: &str| ("client_key", message.to_owned());
    let key = match (pem.is_empty(), key) {
        (true, None) => return Ok(None),
        (true, Some(_)) => {
            return Err(at_certificate(String::from(
                "The client key needs its certificate. Paste both, or clear the key.",
            )));
        }
        (false, None) => {
            return Err(at_key(
                "The client certificate needs its private key. Paste both, or clear the certificate.",
            ));
        }
        (false, Some(key)) => key,
    };
    let chain = certificates(pem).map_err(at_certificate)?;
    if let Some(message) = chain.first().and_then(|der| expired(der, now)) {
        return Err(at_certificate(message));
    }
    let key = private_key(key).map_err(|message| at_key(&message))?;
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    CertifiedKey::from_der(chain, key, &provider).map(Some).map_err(|error| match error {
        rustls::Error::InconsistentKeys(_) => at_key(
            "This key does not belong to the client certificate. Paste the key the certificate was made with; the \
             client's own certificate comes first where there are several.",
        ),
        _ => at_key("This kind of private key is not supported. Use an RSA, ECDSA or Ed25519 key."),
    })
}

pub(crate) fn private_key(key: &Secret) -> Result<PrivateKeyDer<'static>, String> {
    let want = "Paste the block that begins with -----BEGIN PRIVATE KEY-----.";
    let mut found = None;
    for block in certificate::blocks(key.expose()) {
        match block {
            Block::PrivateKey(label, _) if label.starts_with("ENCRYPTED") => {
                return Err(String::from(
                    "This key is protected by a passphrase. Save it without one \
                     (`openssl pkey -in key.pem -out plain.pem`) and paste that; Penstock keeps it in the keychain.",
                ));
            }
            Block::PrivateKey(_, pem) => found = Some(pem),
            Block::Damaged(_) => {
                return Err(String::from(
                    "This key is damaged or incomplete. Copy the whole file again.",
                ));
            }
            // A file from `openssl` often holds the certificate, or parameters, as well.
            Block::Certificate(_) | Block::Other(_) => {}
        }
    }
    let Some(pem) = found else {
        return Err(if key.expose().contains("BEGIN CERTIFICATE") {
            format!("This is a certificate, not a private key. {want}")
        } else {
            format!("This is not a private key in PEM form. {want}")
        });
    };
    PrivateKeyDer::from_pem_slice(pem.expose().as_bytes())
        .map_err(|_| String::from("This key is damaged or incomplete. Copy the whole file again."))
}
