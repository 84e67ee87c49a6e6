//! TLS for an intake: with a certificate of one's own, or with one made on the spot.
//!
//! A made certificate vouches for nothing but itself: senders are given it, or its fingerprint.

use rustls::ServerConfig;
use rustls::pki_types::CertificateDer;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use std::net::IpAddr;
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;

use crate::certificate::{self, Block, CertificateView};
use crate::connection::pem;
use crate::secret::Secret;

/// Which of the two fields is wrong, and why.
#[derive(Debug)]
pub enum Fault {
    Certificate(String),
    Key(String),
}

/// A certificate with its key, as they are pasted or were made.
pub fn identity(certificate: &str, key: &Secret) -> Result<CertifiedKey, Fault> {
    let chain = pem::certificates(certificate).map_err(Fault::Certificate)?;
    let key = pem::private_key(key).map_err(Fault::Key)?;
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    CertifiedKey::from_der(chain, key, &provider).map_err(|error| {
        Fault::Key(match error {
            rustls::Error::InconsistentKeys(_) => String::from(
                "This key does not belong to the certificate. Paste the key the certificate was \
                 made with; the server's own certificate comes first where there are several.",
            ),
            _ => String::from(
                "This kind of private key is not supported. Use an RSA, ECDSA or Ed25519 key.",
            ),
        })
    })
}

pub fn acceptor(identity: CertifiedKey) -> Result<TlsAcceptor, rustls::Error> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(SingleCertAndKey::from(identity)));
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// A new certificate for these names and addresses, with its key, both as PEM.
pub fn make(names: &[String]) -> Result<(String, Secret), rcgen::Error> {
    let mut parameters = rcgen::CertificateParams::new(names.to_vec())?;
    parameters
        .distinguished_name
        .push(rcgen::DnType::CommonName, "Penstock intake");
    // It is trusted by being known, so it need not end before what it is for.
    parameters.not_before = rcgen::date_time_ymd(2020, 1, 1);
    parameters.not_after = rcgen::date_time_ymd(2049, 12, 31);
    parameters.is_ca = rcgen::IsCa::ExplicitNoCa;
    parameters.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ServerAuth];
    let key = rcgen::KeyPair::generate()?;
    let certificate = parameters.self_signed(&key)?;
    Ok((certificate.pem(), key.serialize_pem().into()))
}

/// The names a made certificate needs: those of this machine for itself, and those it is called.
pub fn names(listen: Option<IpAddr>, host_names: &[String]) -> Vec<String> {
    let mut names: Vec<String> = ["localhost", "127.0.0.1", "::1"].map(String::from).into();
    let listen = listen.filter(|ip| !ip.is_unspecified() && !ip.is_loopback());
    for name in listen.map(|ip| ip.to_string()).iter().chain(host_names) {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    names
}

/// The server's own certificate, the first of a PEM text.
pub fn view(certificate: &str) -> Option<CertificateView> {
    first(certificate).and_then(|der| CertificateView::read(&der))
}

/// What a sender may pin where nobody vouches for the certificate.
pub fn pin(certificate: &str) -> Option<String> {
    let der = first(certificate).filter(|der| certificate::is_self_signed(der))?;
    certificate::public_key_pin(&der)
}

fn first(certificate: &str) -> Option<CertificateDer<'static>> {
    certificate::blocks(certificate)
        .into_iter()
        .find_map(|block| match block {
            Block::Certificate(der) => Some(der),
            _ => None,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_made_certificate_is_for_its_names_alone_and_goes_with_its_key() {
        let wanted = names(
            Some("10.0.0.7".parse().expect("an address")),
            &["collector.example.com".into(), "localhost".into()],
        );
        let (certificate, key) = make(&wanted).expect("made");
        let view = view(&certificate).expect("a certificate");
        assert!(view.self_signed());
        for name in [
            "localhost",
            "127.0.0.1",
            "::1",
            "10.0.0.7",
            "collector.example.com",
        ] {
            assert!(
                view.names.iter().any(|it| it == name),
                "{name} in {:?}",
                view.names
            );
        }
        assert_eq!(view.names.len(), 5);
        assert!(acceptor(identity(&certificate, &key).expect("they fit")).is_ok());
    }

    #[test]
    fn what_does_not_fit_is_explained_at_its_field() {
        let (certificate, key) = make(&names(None, &[])).expect("made");
        let (other, _) = make(&names(None, &[])).expect("made");
        assert!(matches!(
            identity("nonsense", &key),
            Err(Fault::Certificate(_))
        ));
        assert!(matches!(
            identity(key.expose(), &key),
            Err(Fault::Certificate(_))
        ));
        assert!(matches!(
            identity(&certificate, &"x".into()),
            Err(Fault::Key(_))
        ));
        let Err(Fault::Key(words)) = identity(&other, &key) else {
            panic!("another certificate's key");
        };
        assert!(words.contains("does not belong"), "{words}");
    }
}
