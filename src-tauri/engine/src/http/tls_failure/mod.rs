//! Why TLS did not come about, and which certificate was refused.

mod problems;

use rustls::{AlertDescription, CertificateError, InvalidMessage};
use std::io;

use super::failure::Diagnosis;
use super::target::Target;
use super::trust::Refused;
use crate::certificate::CertificateView;
use crate::problem::Problem;
use crate::view::StageKind;
use problems as say;

pub(crate) fn expected(target: &Target) -> Diagnosis {
    Diagnosis::hold(StageKind::Connect, say::expected(target))
}

/// TLS did not come about.
pub(crate) fn diagnose(error: &rustls::Error, target: &Target) -> Diagnosis {
    use AlertDescription as Alert;
    if let Some(refused) = Refused::behind(error) {
        return refused_certificate(refused, target);
    }
    let problem = match error {
        rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType) => {
            say::not_spoken(target)
        }
        rustls::Error::AlertReceived(Alert::CertificateRequired) => {
            say::client_certificate_wanted(target)
        }
        rustls::Error::AlertReceived(
            Alert::BadCertificate
            | Alert::UnsupportedCertificate
            | Alert::CertificateRevoked
            | Alert::CertificateExpired
            | Alert::CertificateUnknown
            | Alert::UnknownCA
            | Alert::AccessDenied
            | Alert::DecryptError,
        ) if target.has_identity => say::client_certificate_refused(target, &error.to_string()),
        // Before TLS 1.3, a server that misses a client certificate says only this.
        rustls::Error::AlertReceived(Alert::BadCertificate | Alert::NoCertificate) => {
            say::client_certificate_wanted(target)
        }
        rustls::Error::AlertReceived(Alert::ProtocolVersion | Alert::InsufficientSecurity)
        | rustls::Error::PeerIncompatible(_) => say::too_old(target, &error.to_string()),
        _ => say::failed(target, &error.to_string()),
    };
    Diagnosis::hold(StageKind::Connect, problem)
}

fn refused_certificate(refused: &Refused, target: &Target) -> Diagnosis {
    use CertificateError as Cause;
    let mut certificate = refused
        .chain
        .first()
        .and_then(|der| CertificateView::read(der));
    if let Some(certificate) = &mut certificate {
        certificate.issuer_pem = refused
            .issuer(&super::crypto())
            .map(|der| crate::certificate::to_pem(der));
    }
    let shown = certificate.as_ref();
    let cause = match &refused.reason {
        rustls::Error::InvalidCertificate(cause) => cause,
        _ => &Cause::BadEncoding,
    };
    // A certificate that is its own issuer is often no more than that, whatever else is said of it.
    let unknown = matches!(cause, Cause::UnknownIssuer | Cause::Other(_));
    let problem = match cause {
        _ if unknown && shown.is_some_and(CertificateView::self_signed) => say::self_signed(target),
        Cause::UnknownIssuer => say::unknown_issuer(target, shown),
        Cause::BadSignature => say::remade_issuer(target, shown),
        Cause::NotValidForName | Cause::NotValidForNameContext { .. } => {
            say::wrong_name(target, shown)
        }
        Cause::Expired | Cause::ExpiredContext { .. } => say::expired(target, shown),
        Cause::NotValidYet | Cause::NotValidYetContext { .. } => say::not_yet_valid(target, shown),
        Cause::Revoked => say::revoked(target),
        _ => say::certificate_unfit(target),
    };
    let problem = match unknown && refused.wrong_name() {
        true => say::also_wrong_name(problem, target, shown),
        false => problem,
    };
    let problem = match shown {
        Some(shown) => problem.detail(format!("{cause}\n{}", shown.text())),
        None => problem.detail(cause.to_string()),
    };
    let certificate = certificate.map(Box::new);
    Diagnosis {
        certificate,
        ..Diagnosis::hold(StageKind::Connect, problem)
    }
}

/// Whether TLS was spoken and only the certificate was not liked.
pub(crate) fn is_refused_certificate(error: &io::Error) -> bool {
    behind(error).is_some_and(|tls| Refused::behind(tls).is_some())
}

/// The TLS error inside an i/o error.
pub(crate) fn behind(error: &io::Error) -> Option<&rustls::Error> {
    error.get_ref()?.downcast_ref()
}

/// The server hung up in the middle of the handshake.
pub(super) fn broke_off(target: &Target, text: &str) -> Problem {
    say::broke_off(target, text)
}
