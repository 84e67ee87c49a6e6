//! The words for what can go wrong with TLS.

use crate::certificate::CertificateView;
use crate::http::target::Target;
use crate::problem::Problem;

pub(super) fn unknown_issuer(target: &Target, shown: Option<&CertificateView>) -> Problem {
    let issuer = shown.map_or("an unknown authority", |shown| shown.issuer.as_str());
    let sent = shown.is_some_and(|shown| shown.issuer_pem.is_some());
    let problem = Problem::new(
        "tls-unknown-issuer",
        format!(
            "This computer does not trust who issued the certificate of {}.",
            target.host
        ),
    )
    .cause(format!(
        "The certificate comes from a private authority ({issuer})."
    ))
    .field("ca_certificate")
    .short("Certificate issuer unknown");
    if sent {
        problem
            .next("Compare the fingerprint with what the server's administrator tells you.")
            .next("If it is right, trust this certificate's issuer, or paste the authority's certificate (PEM) as extra CA certificate.")
    } else {
        problem
            .next("Ask the server's administrator for the certificate of this authority, in PEM form.")
            .next("Paste it as extra CA certificate under Connection, or install it in the operating system.")
    }
}

/// An authority of this name is trusted, and its key did not make the signature.
pub(super) fn remade_issuer(target: &Target, shown: Option<&CertificateView>) -> Problem {
    unknown_issuer(target, shown).cause(
        "An authority of the same name is trusted, but it has another key: it was made anew, or \
         somebody pretends to be it.",
    )
}

pub(super) fn self_signed(target: &Target) -> Problem {
    Problem::new("tls-self-signed", format!("The certificate of {} is self-signed.", target.host))
        .cause("The server uses a certificate that it made itself, as many do when freshly installed.")
        .next("Compare the fingerprint with what the server's administrator tells you.")
        .next("If it is right, trust it (it becomes the extra CA certificate), or give the server a certificate from an authority.")
        .field("ca_certificate")
        .short("Self-signed certificate")
}

pub(super) fn wrong_name(target: &Target, shown: Option<&CertificateView>) -> Problem {
    Problem::new(
        "tls-wrong-name",
        format!(
            "The certificate is not for {}{}.",
            target.host,
            instead(shown)
        ),
    )
    .cause("The address uses another name than the certificate, or leads to another server.")
    .next(
        "Use a name that the certificate is for, or give the server a certificate with this name.",
    )
    .short("Certificate for another name")
}

/// An unknown issuer whose certificate would not fit even if it were trusted.
pub(super) fn also_wrong_name(
    problem: Problem,
    target: &Target,
    shown: Option<&CertificateView>,
) -> Problem {
    let more = format!("It is also not for {}{}.", target.host, instead(shown));
    let cause = problem.cause.clone().unwrap_or_default();
    problem.cause(format!("{cause} {more}").trim().to_owned())
}

fn instead(shown: Option<&CertificateView>) -> String {
    match shown {
        Some(shown) if !shown.names.is_empty() => format!(" but for {}", shown.names.join(", ")),
        Some(_) => String::from(" (it names no host at all)"),
        None => String::new(),
    }
}

pub(super) fn expired(target: &Target, shown: Option<&CertificateView>) -> Problem {
    let when = shown.map_or(String::new(), |shown| {
        format!(" on {}", &shown.not_after[..10])
    });
    Problem::new("tls-expired", format!("The certificate of {} expired{when}.", target.host))
        .cause("It was not renewed in time. If the date looks right to you, this computer's clock is wrong.")
        .next("Ask the server's administrator to renew it; Penstock keeps every event until then.")
        .short("Certificate expired")
}

pub(super) fn not_yet_valid(target: &Target, shown: Option<&CertificateView>) -> Problem {
    let when = shown.map_or(String::new(), |shown| {
        format!(" before {}", &shown.not_before[..10])
    });
    Problem::new(
        "tls-not-yet-valid",
        format!("The certificate of {} is not valid{when}.", target.host),
    )
    .cause("This computer's clock is behind, or the certificate was made for a later date.")
    .next("Check this computer's date and time.")
    .short("Certificate not yet valid")
}

pub(super) fn revoked(target: &Target) -> Problem {
    Problem::new(
        "tls-revoked",
        format!("The certificate of {} was revoked.", target.host),
    )
    .cause("Its issuer declared it invalid, usually because its key leaked.")
    .next("Tell the server's administrator; it needs a new certificate.")
    .short("Certificate revoked")
}

pub(super) fn certificate_unfit(target: &Target) -> Problem {
    Problem::new(
        "tls-certificate-unfit",
        format!(
            "The certificate of {} cannot be used for a server.",
            target.host
        ),
    )
    .next("Tell the server's administrator; it needs another certificate.")
    .short("Certificate not usable")
}

pub(super) fn client_certificate_wanted(target: &Target) -> Problem {
    Problem::new(
        "tls-client-certificate-required",
        format!("{} asks for a client certificate.", target.place()),
    )
    .cause("The server accepts only clients that it gave a certificate to (mutual TLS).")
    .next("Ask the server's administrator for a client certificate and its key, in PEM form.")
    .next("Paste them under Connection.")
    .field("client_certificate")
    .short("Client certificate required")
}

pub(super) fn client_certificate_refused(target: &Target, text: &str) -> Problem {
    Problem::new(
        "tls-client-certificate-refused",
        format!("{} refused the client certificate.", target.place()),
    )
    .cause("It is not from an authority that this server trusts, or it was revoked or has expired.")
    .next("Ask the server's administrator for a new client certificate.")
    .field("client_certificate")
    .detail(text)
    .short("Client certificate refused")
}

pub(super) fn not_spoken(target: &Target) -> Problem {
    Problem::new(
        "tls-not-spoken",
        format!("{} does not speak TLS (https).", target.place()),
    )
    .cause("This port takes plain HTTP, or another kind of service listens there.")
    .next(format!(
        "Use the port that takes https instead of {}.",
        target.port
    ))
    .next("Only inside a network that you trust: use an address that begins with http://.")
    .short("Port without TLS")
}

pub(super) fn expected(target: &Target) -> Problem {
    Problem::new(
        "tls-expected",
        format!("{} expects TLS, but the address says http.", target.place()),
    )
    .cause("The port takes https only.")
    .next(format!("Change the address to https://{}.", target.place()))
    .short("Port expects https")
}

pub(super) fn too_old(target: &Target, text: &str) -> Problem {
    Problem::new(
        "tls-no-common-version",
        format!(
            "{} and Penstock have no TLS version in common.",
            target.place()
        ),
    )
    .cause("The server speaks only TLS 1.1 or older, or ciphers that are no longer safe.")
    .next("Ask the server's administrator to switch on TLS 1.2 or 1.3.")
    .detail(text)
    .short("TLS version too old")
}

pub(super) fn failed(target: &Target, text: &str) -> Problem {
    Problem::new("tls-handshake-failed", format!("TLS with {} did not come about.", target.place()))
        .next("Check that the port is the one for https, and look into the server's log for the time of this try.")
        .detail(text)
        .short("TLS handshake failed")
}

pub(super) fn broke_off(target: &Target, text: &str) -> Problem {
    failed(target, text)
        .cause("The server closed the connection in the middle: often a port that does not take https, or a server that does not know this name.")
}
