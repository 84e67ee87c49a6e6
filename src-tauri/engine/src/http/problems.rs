//! The words for what can go wrong between Penstock and a server.

use super::failure::Target;
use crate::certificate::CertificateView;
use crate::problem::Problem;

pub(super) fn address_invalid(shown_url: &str) -> Problem {
    Problem::new(
        "address-invalid",
        format!("Penstock cannot send to the address {shown_url:?}."),
    )
    .next("Enter an address that begins with https:// or http:// and has a host name.")
    .short("Address not usable")
}

pub(super) fn request_invalid(part: &str, name: &str) -> Problem {
    Problem::new(
        "request-invalid",
        format!("The {part} {name:?} cannot be sent over HTTP."),
    )
    .cause("It contains a line break or a character that HTTP does not allow there.")
    .next("Edit the stream and enter the value again, without line breaks.")
    .short(format!("Unusable {part}"))
}

pub(super) fn host_not_found(target: &Target, text: &str) -> Problem {
    let host = target.looked_up();
    let whose = if is_proxy(target, &host) {
        "proxy"
    } else {
        "host"
    };
    Problem::new(
        "host-not-found",
        format!("The {whose} {host} was not found."),
    )
    .cause(
        "The name is misspelt, or it is known only inside another network, or this computer is \
             offline.",
    )
    .next(format!(
        "Compare the name with the one in your provider's console: {host}."
    ))
    .next("If it is an internal name, connect to the network or VPN that knows it.")
    .detail(text)
    .short("Host not found")
}

pub(super) fn lookup_failed(target: &Target, text: &str) -> Problem {
    Problem::new(
        "host-lookup-failed",
        format!("No name server answered for {}.", target.looked_up()),
    )
    .cause("This computer is offline, or its name server (DNS) is down.")
    .next("Check this computer's network connection; Penstock tries again by itself.")
    .detail(text)
    .short("DNS does not answer")
}

pub(super) fn refused(target: &Target) -> Problem {
    Problem::new(
        "connection-refused",
        format!("{} refused the connection.", target.place()),
    )
    .cause(format!(
        "The host is there, but nothing listens on port {} or a firewall turns it away.",
        target.port
    ))
    .next(format!(
        "Check that the port is right ({}) and that the service runs.",
        target.port
    ))
    .next("If a firewall stands between, let this computer through.")
    .short("Connection refused")
}

pub(super) fn unreachable(target: &Target, text: &str) -> Problem {
    Problem::new(
        "network-unreachable",
        format!("There is no way to {} from this network.", target.place()),
    )
    .cause("This computer is offline, or the address belongs to a network it is not connected to.")
    .next("Check the network connection, or connect to the VPN that leads there.")
    .detail(text)
    .short("Network unreachable")
}

pub(super) fn connect_timeout(target: &Target) -> Problem {
    if let Some(proxy) = target.proxy_place() {
        return proxy_unreachable(target, &format!("{proxy} did not answer in time."));
    }
    Problem::new(
        "connect-timeout",
        format!("{} did not answer while connecting.", target.place()),
    )
    .cause("A firewall drops the connection without a word, or the host or port is wrong.")
    .next(format!("Check host and port: {}.", target.place()))
    .next("Ask whether this computer may reach it, or whether traffic has to go through a proxy.")
    .short("Timed out while connecting")
}

pub(super) fn answer_timeout(target: &Target) -> Problem {
    let seconds = target.timeout.as_secs();
    Problem::new(
        "answer-timeout",
        format!(
            "{} took the request but did not answer within {seconds} s.",
            target.place()
        ),
    )
    .cause("The server is overloaded or slow.")
    .next("Nothing to do at first: Penstock tries again by itself.")
    .next("If it goes on, raise the time-out under Connection, or ask the provider.")
    .short(format!("No answer in {seconds} s"))
}

pub(super) fn reset(target: &Target, text: &str) -> Problem {
    Problem::new(
        "connection-reset",
        format!("{} cut the connection before it answered.", target.place()),
    )
    .cause("The server restarted or gave up, or a firewall or load balancer cut in.")
    .next("Nothing to do at first: Penstock tries again by itself.")
    .next("If it goes on, look into the server's log for the time of this try.")
    .detail(text)
    .short("Connection reset")
}

pub(super) fn closed(target: &Target, text: &str) -> Problem {
    Problem::new(
        "connection-closed",
        format!(
            "{} closed the connection without an answer.",
            target.place()
        ),
    )
    .cause("The server restarted, or what listens on this port is not the service that you expect.")
    .next(format!("Check that the port is right: {}.", target.port))
    .next("If it goes on, look into the server's log for the time of this try.")
    .detail(text)
    .short("Closed without an answer")
}

pub(super) fn answer_garbled(target: &Target, text: &str) -> Problem {
    Problem::new(
        "answer-garbled",
        format!("What {} answered is not HTTP.", target.place()),
    )
    .cause("Another kind of service listens on this port.")
    .next(format!("Check that the port is right: {}.", target.port))
    .detail(text)
    .short("Not an HTTP answer")
}

pub(super) fn answer_too_large(target: &Target) -> Problem {
    Problem::new(
        "answer-too-large",
        format!(
            "The answer's headers from {} are too large.",
            target.place()
        ),
    )
    .cause("Another kind of service, or a misconfigured proxy, answers at this address.")
    .next(format!("Check the address: {}.", target.place()))
    .short("Answer too large")
}

pub(super) fn failed(target: &Target, text: &str) -> Problem {
    Problem::new(
        "connection-failed",
        format!("The connection to {} failed.", target.place()),
    )
    .next("Nothing to do at first: Penstock tries again by itself.")
    .detail(text)
    .short("Connection failed")
}

// TLS.

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

pub(super) fn tls_not_spoken(target: &Target) -> Problem {
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

pub(super) fn tls_expected(target: &Target) -> Problem {
    Problem::new(
        "tls-expected",
        format!("{} expects TLS, but the address says http.", target.place()),
    )
    .cause("The port takes https only.")
    .next(format!("Change the address to https://{}.", target.place()))
    .short("Port expects https")
}

pub(super) fn tls_too_old(target: &Target, text: &str) -> Problem {
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

pub(super) fn tls_failed(target: &Target, text: &str) -> Problem {
    Problem::new("tls-handshake-failed", format!("TLS with {} did not come about.", target.place()))
        .next("Check that the port is the one for https, and look into the server's log for the time of this try.")
        .detail(text)
        .short("TLS handshake failed")
}

pub(super) fn tls_broke_off(target: &Target, text: &str) -> Problem {
    tls_failed(target, text)
        .cause("The server closed the connection in the middle: often a port that does not take https, or a server that does not know this name.")
}

// Proxies.

pub(super) fn proxy_unreachable(target: &Target, text: &str) -> Problem {
    Problem::new("proxy-unreachable", format!("The proxy {} could not be reached.", proxy(target)))
        .cause("Its address is wrong, it is down, or this computer may not reach it.")
        .next("Check the proxy under Connection; `none` goes without one, `system` takes the operating system's.")
        .field("proxy")
        .detail(text)
        .short("Proxy unreachable")
}

pub(super) fn proxy_password(target: &Target) -> Problem {
    Problem::new(
        "proxy-password",
        format!("The proxy {} asks for a user and password.", proxy(target)),
    )
    .cause("None are set, or it does not accept those that are.")
    .next("Enter proxy user and proxy password under Connection, with the proxy's address.")
    .field("proxy_user")
    .short("407 Proxy wants a password")
}

pub(super) fn proxy_refused(target: &Target, text: &str) -> Problem {
    Problem::new(
        "proxy-refused",
        format!(
            "The proxy {} would not connect to {}.",
            proxy(target),
            target.place()
        ),
    )
    .cause("Its rules do not allow this host or port, or it cannot reach it either.")
    .next(format!(
        "Ask the proxy's administrator to allow {}.",
        target.place()
    ))
    .field("proxy")
    .detail(text)
    .short("Proxy refused")
}

fn proxy(target: &Target) -> String {
    target
        .proxy_place()
        .unwrap_or_else(|| String::from("on the way"))
}

fn is_proxy(target: &Target, host: &str) -> bool {
    target.proxy.as_ref().and_then(url::Url::host_str) == Some(host)
}
