//! Certificates made for one test.

use penstock_engine::certificate::to_pem;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose, date_time_ymd,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use std::sync::Arc;

/// An authority that no operating system knows.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A certificate with its key.
pub struct Certified {
    pub chain: Vec<CertificateDer<'static>>,
    key: KeyPair,
}

impl Authority {
    pub fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("no names are fine");
        params
            .distinguished_name
            .push(DnType::CommonName, "Example Test Authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![
            KeyUsagePurpose::KeyCertSign,
            KeyUsagePurpose::DigitalSignature,
        ];
        let key = KeyPair::generate().expect("a key");
        Self(CertifiedIssuer::self_signed(params, key).expect("an authority"))
    }

    pub fn pem(&self) -> String {
        self.0.pem()
    }

    /// A server's certificate, followed by the authority's own.
    pub fn server(&self, name: &str) -> Certified {
        self.issue(name, |_| {})
    }

    pub fn issue(&self, name: &str, change: impl FnOnce(&mut CertificateParams)) -> Certified {
        let mut params = params(name);
        change(&mut params);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.0).expect("a certificate");
        Certified {
            chain: vec![certificate.der().clone(), self.0.der().clone()],
            key,
        }
    }

    pub fn expired(&self, name: &str) -> Certified {
        self.issue(name, |params| {
            params.not_before = date_time_ymd(2020, 1, 1);
            params.not_after = date_time_ymd(2021, 3, 1);
        })
    }

    pub fn of_the_future(&self, name: &str) -> Certified {
        self.issue(name, |params| params.not_before = date_time_ymd(2400, 1, 1))
    }

    pub fn client(&self) -> Certified {
        self.issue("penstock", |params| {
            params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        })
    }
}

/// Its own issuer, and an authority by its own word, as `openssl req -x509` makes them.
pub fn self_signed(name: &str) -> Certified {
    let mut params = params(name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("a key");
    let certificate = params.self_signed(&key).expect("a certificate");
    Certified {
        chain: vec![certificate.der().clone()],
        key,
    }
}

fn params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
    params.distinguished_name.push(DnType::CommonName, name);
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params
}

impl Certified {
    /// Without the issuer.
    pub fn alone(mut self) -> Self {
        self.chain.truncate(1);
        self
    }

    pub fn pem(&self) -> String {
        to_pem(&self.chain[0])
    }

    pub fn key_pem(&self) -> String {
        self.key.serialize_pem()
    }

    pub fn config(&self) -> ServerConfig {
        self.configured(None)
    }

    /// A server that takes only clients of `authority`.
    pub fn config_for_clients_of(&self, authority: &Authority) -> ServerConfig {
        self.configured(Some(authority))
    }

    fn configured(&self, clients_of: Option<&Authority>) -> ServerConfig {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .expect("versions");
        let key = PrivateKeyDer::try_from(self.key.serialize_der()).expect("a key");
        let builder = match clients_of {
            None => builder.with_no_client_auth(),
            Some(authority) => {
                let mut roots = RootCertStore::empty();
                roots.add(authority.0.der().clone()).expect("an authority");
                let verifier =
                    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
                builder.with_client_cert_verifier(verifier.build().expect("a verifier"))
            }
        };
        builder
            .with_single_cert(self.chain.clone(), key)
            .expect("a certificate and its key")
    }
}
