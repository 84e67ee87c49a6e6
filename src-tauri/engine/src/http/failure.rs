//! Why no answer came: from an error to the stage it belongs to, its problem, and whether trying
//! again can help or a person has to mend something. The words are in [`super::problems`].

use std::error::Error;
use std::io::{self, ErrorKind};
use std::time::Duration;

use super::problems as say;
use super::target::Target;
use super::tls_failure;
use crate::certificate::CertificateView;
use crate::problem::Problem;
use crate::provider::{Response, Verdict};
use crate::view::StageKind;

/// No answer came.
#[derive(Debug, Clone)]
pub struct Failure {
    /// Where on the way it failed.
    pub stage: StageKind,
    pub problem: Problem,
    /// [`Verdict::Retry`], or [`Verdict::Hold`] where a person has to mend something.
    pub verdict: Verdict,
    /// The server's certificate, where it was refused.
    pub certificate: Option<Box<CertificateView>>,
    pub elapsed: Duration,
    /// Bytes of the request's body as sent; 0 where it did not get as far.
    pub wire_bytes: u64,
}

impl Failure {
    /// A failure before the request was handed to the client.
    pub(crate) fn before_sending(diagnosis: Diagnosis) -> Self {
        Self::new(diagnosis, Duration::ZERO, 0)
    }

    pub(super) fn new(diagnosis: Diagnosis, elapsed: Duration, wire_bytes: u64) -> Self {
        let Diagnosis {
            stage,
            problem,
            hold,
            certificate,
            ..
        } = diagnosis;
        let reason = problem.clone();
        let verdict = if hold {
            Verdict::Hold { reason }
        } else {
            Verdict::Retry {
                after: None,
                reason,
            }
        };
        let wire_bytes = if stage == StageKind::Send {
            wire_bytes
        } else {
            0
        };
        Self {
            stage,
            problem,
            verdict,
            certificate,
            elapsed,
            wire_bytes,
        }
    }
}

/// What an error means.
#[derive(Debug)]
pub(crate) struct Diagnosis {
    pub stage: StageKind,
    pub problem: Problem,
    /// A person has to mend something; trying again soon is of no use.
    pub hold: bool,
    pub certificate: Option<Box<CertificateView>>,
    /// The other side was reached and did not speak HTTP.
    pub no_http: bool,
}

impl Diagnosis {
    pub(super) fn retry(stage: StageKind, problem: Problem) -> Self {
        Self {
            stage,
            problem,
            hold: false,
            certificate: None,
            no_http: false,
        }
    }

    pub(super) fn hold(stage: StageKind, problem: Problem) -> Self {
        Self {
            hold: true,
            ..Self::retry(stage, problem)
        }
    }
}

pub(crate) fn bad_address(shown_url: &str) -> Diagnosis {
    Diagnosis::hold(StageKind::FindHost, say::address_invalid(shown_url))
}

pub(crate) fn bad_request(part: &str, name: &str) -> Diagnosis {
    Diagnosis::hold(StageKind::Send, say::request_invalid(part, name))
}

/// An answer that is not the provider's: from a proxy, or from a TLS port spoken to in plain HTTP.
pub(crate) fn misdirected(response: &Response, target: &Target) -> Option<Diagnosis> {
    if response.status == 407 {
        return Some(Diagnosis::hold(
            StageKind::Connect,
            say::proxy_password(target),
        ));
    }
    // nginx, Go and Apache, in this order.
    let complaints = [
        "plain HTTP request was sent to HTTPS port",
        "HTTP request to an HTTPS server",
        "speaking plain HTTP to an SSL",
    ];
    let plain_on_tls = response.status == 400 && !target.https && {
        let text = response.text();
        complaints.iter().any(|complaint| text.contains(complaint))
    };
    plain_on_tls.then(|| tls_failure::expected(target))
}

pub(crate) fn diagnose(error: &reqwest::Error, target: &Target) -> Diagnosis {
    let clues = Clues::of(error);
    let stage = if error.is_connect() {
        StageKind::Connect
    } else {
        StageKind::Send
    };
    if clues.socks_lookup {
        let target = Target {
            proxy: None,
            ..target.clone()
        };
        return lookup(&clues.text, &target);
    }
    if error.is_dns() || clues.dns {
        return lookup(&clues.text, target);
    }
    if let Some(tls) = clues.tls {
        return tls_failure::diagnose(tls, target);
    }
    if let Some(proxy) = clues.proxy {
        return proxy_failure(&proxy, target);
    }
    if error.is_timeout() {
        return timed_out(stage, target);
    }
    if let Some(io) = clues.io {
        return io_failure(io, stage, target, &clues.text);
    }
    let not_http = |problem| Diagnosis {
        no_http: true,
        ..Diagnosis::retry(stage, problem)
    };
    match clues.hyper {
        Some(hyper) if hyper.is_parse_too_large() => {
            Diagnosis::retry(stage, say::answer_too_large(target))
        }
        Some(hyper) if hyper.is_parse() => not_http(say::answer_garbled(target, &clues.text)),
        Some(hyper)
            if hyper.is_incomplete_message() || hyper.is_closed() || hyper.is_canceled() =>
        {
            not_http(say::closed(target, &clues.text))
        }
        _ => Diagnosis::retry(stage, say::failed(target, &clues.text)),
    }
}

/// The host was not found.
pub(crate) fn lookup(text: &str, target: &Target) -> Diagnosis {
    // getaddrinfo's EAI_AGAIN, Windows' WSATRY_AGAIN.
    let no_server = text.contains("Temporary failure") || text.contains("temporary error");
    let problem = if no_server {
        say::lookup_failed(target, text)
    } else {
        say::host_not_found(target, text)
    };
    Diagnosis::retry(StageKind::FindHost, problem)
}

pub(crate) fn timed_out(stage: StageKind, target: &Target) -> Diagnosis {
    let problem = match stage {
        StageKind::FindHost => {
            say::lookup_failed(target, "The name server did not answer in time.")
        }
        StageKind::Connect => say::connect_timeout(target),
        _ => say::answer_timeout(target),
    };
    Diagnosis::retry(stage, problem)
}

/// An error of the connection itself, at `stage`.
pub(crate) fn io_failure(
    error: &io::Error,
    stage: StageKind,
    target: &Target,
    text: &str,
) -> Diagnosis {
    let problem = match error.kind() {
        _ if stage == StageKind::Connect && target.proxy.is_some() => {
            say::proxy_unreachable(target, text)
        }
        ErrorKind::ConnectionRefused => say::refused(target),
        ErrorKind::TimedOut if stage == StageKind::Connect => say::connect_timeout(target),
        ErrorKind::TimedOut => say::answer_timeout(target),
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable | ErrorKind::NetworkDown => {
            say::unreachable(target, text)
        }
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe => {
            say::reset(target, text)
        }
        ErrorKind::UnexpectedEof if stage == StageKind::Connect => {
            tls_failure::broke_off(target, text)
        }
        ErrorKind::UnexpectedEof => say::closed(target, text),
        _ => say::failed(target, text),
    };
    let hung_up = matches!(
        problem.code.as_str(),
        "connection-reset" | "connection-closed"
    );
    Diagnosis {
        no_http: hung_up,
        ..Diagnosis::retry(stage, problem)
    }
}

fn proxy_failure(text: &str, target: &Target) -> Diagnosis {
    let asks = [
        "proxy authorization required",
        "credentials not accepted",
        "user/pass authentication",
    ];
    if asks.iter().any(|part| text.contains(part)) {
        return Diagnosis::hold(StageKind::Connect, say::proxy_password(target));
    }
    let problem = match text.contains("underlying connection") {
        true => say::proxy_unreachable(target, text),
        false => say::proxy_refused(target, text),
    };
    Diagnosis::retry(StageKind::Connect, problem)
}

/// What a chain of errors tells.
struct Clues<'a> {
    tls: Option<&'a rustls::Error>,
    io: Option<&'a io::Error>,
    hyper: Option<&'a hyper::Error>,
    /// What a proxy's handshake ended with; its type is private to the crate that speaks it.
    proxy: Option<String>,
    dns: bool,
    /// This computer was to find the host that a proxy then connects to.
    socks_lookup: bool,
    /// The innermost error: the system's own words.
    text: String,
}

impl<'a> Clues<'a> {
    fn of(error: &'a (dyn Error + 'static)) -> Self {
        let mut clues = Clues {
            tls: None,
            io: None,
            hyper: None,
            proxy: None,
            dns: false,
            socks_lookup: false,
            text: String::new(),
        };
        let mut next = Some(error);
        while let Some(error) = next {
            let text = error.to_string();
            clues.tls = clues.tls.or_else(|| error.downcast_ref());
            clues.hyper = clues.hyper.or_else(|| error.downcast_ref());
            clues.socks_lookup |= text.starts_with("error resolving for socks");
            clues.dns |=
                text.starts_with("dns error") || text.starts_with("failed to lookup address");
            if text.starts_with("tunnel error") || text.starts_with("SOCKS error") {
                clues.proxy = Some(text.clone());
            }
            // reqwest's own words may hold the address, and an address may be a secret.
            if !error.is::<reqwest::Error>() {
                clues.text = text;
            }
            next = match error.downcast_ref::<io::Error>() {
                Some(io) => {
                    clues.io = Some(io);
                    io.get_ref().map(|inner| inner as &(dyn Error + 'static))
                }
                None => error.source(),
            };
        }
        clues
    }
}
