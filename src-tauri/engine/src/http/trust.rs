//! Which servers are trusted: those the operating system vouches for, and those a stream's own
//! authorities vouch for. Both are checked for name and validity; neither can be skipped.
//!
//! The operating system's authorities are read once for all clients, and again when a server's
//! issuer is unknown, so that an authority installed while Penstock runs is found. A refusal
//! carries the certificates that were refused, so that a person can be shown them.

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    CertificateError, DigitallySignedStruct, Error, OtherError, RootCertStore, SignatureScheme,
};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long the operating system's authorities are taken as read when an issuer is unknown.
const FRESH: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(crate) struct Trust {
    provider: Arc<CryptoProvider>,
    own: Option<Arc<WebPkiServerVerifier>>,
    pinned: Vec<CertificateDer<'static>>,
}

impl Trust {
    /// `authorities` are trusted in addition to the operating system's; one of them may also be
    /// the very certificate that a server shows.
    pub fn new(
        authorities: Vec<CertificateDer<'static>>,
        provider: Arc<CryptoProvider>,
    ) -> Result<Self, Error> {
        let own = match authorities.is_empty() {
            true => None,
            false => Some(verifier(&authorities, &provider)?),
        };
        Ok(Self {
            provider,
            own,
            pinned: authorities,
        })
    }

    fn verify(
        &self,
        end: &CertificateDer<'_>,
        chain: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let by_system = match system(&self.provider, end, chain, name, ocsp, now) {
            Ok(verified) => return Ok(verified),
            Err(error) => error,
        };
        let Some(own) = &self.own else {
            return Err(by_system);
        };
        if self
            .pinned
            .iter()
            .any(|pinned| pinned.as_ref() == end.as_ref())
        {
            return verify_pinned(end, name, now);
        }
        own.verify_server_cert(end, chain, name, ocsp, now)
            .map_err(|error| match error {
                Error::InvalidCertificate(CertificateError::UnknownIssuer) => by_system,
                telling => telling,
            })
    }
}

impl ServerCertVerifier for Trust {
    fn verify_server_cert(
        &self,
        end: &CertificateDer<'_>,
        chain: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.verify(end, chain, name, ocsp, now).map_err(|reason| {
            let chain = std::iter::once(end)
                .chain(chain)
                .map(|der| der.clone().into_owned());
            let refused = Refused {
                reason,
                chain: chain.collect(),
                name: name.to_owned(),
                now,
            };
            Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(refused))))
        })
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

/// A server's certificate was refused.
#[derive(Debug)]
pub(crate) struct Refused {
    pub reason: Error,
    /// As the server sent them, its own first.
    pub chain: Vec<CertificateDer<'static>>,
    pub name: ServerName<'static>,
    pub now: UnixTime,
}

impl Refused {
    /// Finds the refusal behind a TLS error.
    pub fn behind(error: &Error) -> Option<&Self> {
        match error {
            Error::InvalidCertificate(CertificateError::Other(other)) => other.0.downcast_ref(),
            _ => None,
        }
    }

    /// The issuer's certificate that would, if it were trusted, make this server trusted: the
    /// topmost of those it sent. `None` where trusting it would not be enough.
    pub fn issuer(&self, provider: &Arc<CryptoProvider>) -> Option<&CertificateDer<'static>> {
        let candidate = self.chain.last()?;
        // Trusting a lone certificate that another one issued would end with its renewal.
        if self.chain.len() == 1 && !crate::certificate::is_self_signed(candidate) {
            return None;
        }
        let trust = Trust::new(vec![candidate.clone()], Arc::clone(provider)).ok()?;
        let (end, chain) = self.chain.split_first()?;
        trust
            .verify(end, chain, &self.name, &[], self.now)
            .ok()
            .map(|_| candidate)
    }

    /// Whether the certificate is for another name, whoever issued it.
    pub fn wrong_name(&self) -> bool {
        self.chain
            .first()
            .and_then(|end| ParsedCertificate::try_from(end).ok())
            .is_some_and(|end| verify_server_name(&end, &self.name).is_err())
    }
}

impl std::fmt::Display for Refused {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.reason.fmt(out)
    }
}

impl std::error::Error for Refused {}

/// Accepts the very certificate a person chose to trust, where its name and dates are right.
/// (A self-signed certificate often claims to be an authority, which no server certificate may.)
fn verify_pinned(
    end: &CertificateDer<'_>,
    name: &ServerName<'_>,
    now: UnixTime,
) -> Result<ServerCertVerified, Error> {
    verify_server_name(&ParsedCertificate::try_from(end)?, name)?;
    let (not_before, not_after) = crate::certificate::validity(end)
        .ok_or(Error::InvalidCertificate(CertificateError::BadEncoding))?;
    let millis = i64::try_from(now.as_secs()).unwrap_or(i64::MAX / 1000) * 1000;
    match millis {
        _ if millis < not_before => Err(Error::InvalidCertificate(CertificateError::NotValidYet)),
        _ if millis > not_after => Err(Error::InvalidCertificate(CertificateError::Expired)),
        _ => Ok(ServerCertVerified::assertion()),
    }
}

fn verifier(
    authorities: &[CertificateDer<'static>],
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<WebPkiServerVerifier>, Error> {
    let mut roots = RootCertStore::empty();
    for der in authorities {
        roots.add(der.clone())?;
    }
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider))
        .build()
        .map_err(|error| Error::General(error.to_string()))
}

/// Whether no authority vouches for the certificate. An authority that was made anew has its old
/// name and another key, so its signature does not fit the one that is trusted.
fn is_unknown_issuer(error: &Error) -> bool {
    matches!(
        error,
        Error::InvalidCertificate(CertificateError::UnknownIssuer | CertificateError::BadSignature)
    )
}

type Platform = rustls_platform_verifier::Verifier;

/// `None` where the operating system has no authorities at all.
struct Loaded {
    verifier: Option<Arc<Platform>>,
    at: Instant,
}

static SYSTEM: Mutex<Option<Loaded>> = Mutex::new(None);

fn system(
    provider: &Arc<CryptoProvider>,
    end: &CertificateDer<'_>,
    chain: &[CertificateDer<'_>],
    name: &ServerName<'_>,
    ocsp: &[u8],
    now: UnixTime,
) -> Result<ServerCertVerified, Error> {
    let unknown = || Error::InvalidCertificate(CertificateError::UnknownIssuer);
    let judge = |verifier: Option<Arc<Platform>>| match verifier {
        Some(verifier) => verifier.verify_server_cert(end, chain, name, ocsp, now),
        None => Err(unknown()),
    };
    match judge(load(provider, Duration::MAX)) {
        Err(error) if is_unknown_issuer(&error) => judge(load(provider, FRESH)),
        done => done,
    }
}

/// The operating system's authorities, read again where they were read longer ago than `within`.
fn load(provider: &Arc<CryptoProvider>, within: Duration) -> Option<Arc<Platform>> {
    let mut system = SYSTEM.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(loaded) = system
        .as_ref()
        .filter(|loaded| loaded.at.elapsed() <= within)
    {
        return loaded.verifier.clone();
    }
    let verifier = Platform::new(Arc::clone(provider)).ok().map(Arc::new);
    *system = Some(Loaded {
        verifier: verifier.clone(),
        at: Instant::now(),
    });
    verifier
}
