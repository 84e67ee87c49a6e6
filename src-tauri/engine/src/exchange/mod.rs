//! A request and its answer as people see them: whole, exact, and without a secret.
//!
//! Secret headers show what stands before the secret; wherever else a secret of the request
//! occurs (its address, its body, the answer), `redacted` stands in its place.

mod curl;

use reqwest::StatusCode;
use url::Url;

use crate::http::{Failure, Sent, USER_AGENT};
use crate::provider::{Header, Request, Response};
use crate::redact::{self, REDACTED, Redaction};
use crate::view::{Exchange, ShownHeader, ShownRequest, ShownResponse, Stage};

/// How much of a body is shown.
const SHOWN: usize = 64 * 1024;

/// What was sent and what came back.
pub fn show(request: &Request, answer: Result<&Sent, &Failure>, stages: Vec<Stage>) -> Exchange {
    let redaction = Redaction::of(request);
    let (version, wire_bytes) = match answer {
        Ok(sent) => (sent.http_version.as_str(), sent.wire_bytes),
        Err(failure) => ("HTTP/1.1", failure.wire_bytes),
    };
    Exchange {
        request: ShownRequest {
            http_version: version.into(),
            compressed_bytes: (request.body.gzip && wire_bytes > 0).then_some(wire_bytes),
            ..shown_request(request, &redaction, wire_bytes)
        },
        response: answer.ok().map(|sent| shown_response(sent, &redaction)),
        stages,
        curl: curl::line(request, &redaction),
    }
}

/// A request that has not been sent.
pub fn preview(request: &Request) -> ShownRequest {
    shown_request(request, &Redaction::of(request), 0)
}

/// `403 Forbidden`; the number alone where the status has no name.
pub fn status_line(status: u16) -> String {
    format!("{status} {}", status_text(status))
        .trim_end()
        .to_owned()
}

fn status_text(status: u16) -> &'static str {
    StatusCode::from_u16(status)
        .ok()
        .and_then(|status| status.canonical_reason())
        .unwrap_or_default()
}

fn shown_request(request: &Request, redaction: &Redaction, wire_bytes: u64) -> ShownRequest {
    let plain = |name: &str, value: String| ShownHeader {
        name: name.into(),
        value,
        redacted: false,
    };
    let mut headers = Vec::new();
    if let Some(host) = Url::parse(request.url.expose())
        .ok()
        .as_ref()
        .and_then(authority)
    {
        headers.push(plain("Host", redaction.text(&host)));
    }
    headers.push(plain("User-Agent", USER_AGENT.into()));
    headers.push(plain("Accept", "*/*".into()));
    for header in &request.headers {
        headers.push(match header {
            Header::Plain(name, value) => plain(name, redaction.text(value)),
            Header::Secret(name, prefix, _) => ShownHeader {
                name: name.clone(),
                value: (*prefix).into(),
                redacted: true,
            },
        });
    }
    if request.body.gzip {
        headers.push(plain("Content-Encoding", "gzip".into()));
    }
    if wire_bytes > 0 {
        headers.push(plain("Content-Length", wire_bytes.to_string()));
    }
    ShownRequest {
        method: request.method.into(),
        url: redaction.text(&request.shown_url),
        http_version: "HTTP/1.1".into(),
        headers,
        body: shown_body(&request.body.bytes, redaction.longest(), |text| {
            body_without_secrets(request, redaction, text)
        }),
        body_bytes: request.body.bytes.len() as u64,
        compressed_bytes: None,
    }
}

fn shown_response(sent: &Sent, redaction: &Redaction) -> ShownResponse {
    let Response {
        status,
        headers,
        body,
    } = &sent.response;
    let headers = headers.iter().map(|(name, value)| {
        // A session of the server's is no business of a reader.
        let redacted = name == "set-cookie";
        let value = if redacted {
            String::new()
        } else {
            redaction.text(value)
        };
        ShownHeader {
            name: name.clone(),
            value,
            redacted,
        }
    });
    ShownResponse {
        status: *status,
        status_text: status_text(*status).into(),
        http_version: sent.http_version.clone(),
        headers: headers.collect(),
        body: shown_body(body, redaction.longest(), |text| {
            redact::tokens(&redaction.text(text))
        }),
        elapsed_ms: u32::try_from(sent.elapsed.as_millis()).unwrap_or(u32::MAX),
    }
}

/// The start of a body. What a secret leaves of itself at the cut goes with the margin.
fn shown_body(bytes: &[u8], margin: usize, clean: impl Fn(&str) -> String) -> String {
    let part = &bytes[..bytes.len().min(SHOWN + margin)];
    let mut text = clean(&String::from_utf8_lossy(part));
    if part.len() < bytes.len() {
        text.truncate(text.floor_char_boundary(text.len().saturating_sub(margin)));
    }
    text.truncate(text.floor_char_boundary(SHOWN));
    text
}

/// The body of a request, the secrets of a form included.
fn body_without_secrets(request: &Request, redaction: &Redaction, text: &str) -> String {
    let fields = redact::form_fields(request);
    if fields.is_empty() {
        return redaction.text(text);
    }
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in fields {
        let value = if redact::is_secret_name(&name) {
            REDACTED
        } else {
            value.as_str()
        };
        form.append_pair(&name, value);
    }
    form.finish()
}

/// `splunk.example.com:8088`; without the port where it is the scheme's own.
fn authority(url: &Url) -> Option<String> {
    let host = url.host_str()?;
    Some(match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    })
}
