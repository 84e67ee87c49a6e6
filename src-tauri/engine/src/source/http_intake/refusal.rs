//! Why a request is refused, and the answer that says so.

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{
    ACCEPT_ENCODING, ALLOW, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE,
};
use hyper::{Response, StatusCode};
use std::time::Duration;

use crate::problem::Problem;

/// A request that is not taken: nothing of it reaches the journal.
#[derive(Debug)]
pub struct Refusal {
    pub status: StatusCode,
    /// The line of the body at fault, counted from 1.
    pub line: Option<usize>,
    pub problem: Box<Problem>,
    header: Option<(HeaderName, HeaderValue)>,
}

impl Refusal {
    fn new(status: StatusCode, problem: Problem) -> Self {
        Self {
            status,
            line: None,
            problem: Box::new(problem),
            header: None,
        }
    }

    fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.header = Some((name, value));
        self
    }

    fn line(mut self, line: usize) -> Self {
        self.line = Some(line);
        self
    }

    pub fn not_json(line: usize, reason: &str) -> Self {
        let problem = Problem::new("intake-not-json", format!("Line {line}: {reason}."))
            .next("Send one JSON object, a JSON array of objects, or one object a line.");
        Self::new(StatusCode::BAD_REQUEST, problem).line(line)
    }

    pub fn not_utf8(line: usize) -> Self {
        let problem = Problem::new(
            "intake-not-utf8",
            format!("Line {line} is not valid UTF-8 text."),
        )
        .next("Encode the events as UTF-8. A compressed body needs its Content-Encoding header.");
        Self::new(StatusCode::BAD_REQUEST, problem).line(line)
    }

    pub fn too_deep(line: usize) -> Self {
        let problem = Problem::new(
            "intake-too-deep",
            format!("Line {line}: the event is nested deeper than 100 levels."),
        )
        .next("Flatten the event before sending it.");
        Self::new(StatusCode::BAD_REQUEST, problem).line(line)
    }

    pub fn empty() -> Self {
        let problem = Problem::new("intake-empty", "The request holds no event.")
            .next("Send one JSON object, a JSON array of objects, or one object a line.");
        Self::new(StatusCode::BAD_REQUEST, problem)
    }

    pub fn event_too_large(line: usize) -> Self {
        let problem = Problem::new(
            "intake-too-large",
            format!("Line {line}: the event is larger than 16 MiB."),
        )
        .next("Send smaller events.");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, problem).line(line)
    }

    pub fn too_many_events() -> Self {
        let problem = Problem::new(
            "intake-too-large",
            "The request holds more than 1,000,000 events.",
        )
        .next("Send fewer events in one request.");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, problem)
    }

    pub fn too_large(limit: usize, decompressed: bool) -> Self {
        let what = if decompressed {
            "decompressed body"
        } else {
            "body"
        };
        let problem = Problem::new(
            "intake-too-large",
            format!("The {what} is larger than {} MiB.", limit >> 20),
        )
        .next("Send fewer events in one request.");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, problem)
    }

    pub fn encoding_unknown() -> Self {
        let problem = Problem::new(
            "intake-encoding-unknown",
            "The body is compressed in a way the intake does not read.",
        )
        .next("Use Content-Encoding gzip or zstd, or none.");
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, problem)
            .header(ACCEPT_ENCODING, HeaderValue::from_static("gzip, zstd"))
    }

    pub fn encoding_broken(encoding: &str) -> Self {
        let problem = Problem::new(
            "intake-encoding-broken",
            format!("The body is not valid {encoding}, or is cut off."),
        )
        .next("Compress the whole body, or leave out the Content-Encoding header.");
        Self::new(StatusCode::BAD_REQUEST, problem)
    }

    pub fn body_cut_off() -> Self {
        let problem = Problem::new(
            "intake-body-cut-off",
            "The connection ended before the whole body came.",
        )
        .next("Send the request again.");
        Self::new(StatusCode::BAD_REQUEST, problem)
    }

    pub fn body_late() -> Self {
        let problem = Problem::new(
            "intake-body-late",
            "The rest of the body did not come in time.",
        )
        .next("Send the request again.");
        Self::new(StatusCode::REQUEST_TIMEOUT, problem)
    }

    pub fn token_wrong(presented: bool) -> Self {
        let summary = if presented {
            "The token is not this intake's token."
        } else {
            "The request carries no token."
        };
        let problem = Problem::new("intake-token-wrong", summary).next(
            "Send the header Authorization: Bearer TOKEN with the token from the Sources page.",
        );
        Self::new(StatusCode::UNAUTHORIZED, problem).header(
            WWW_AUTHENTICATE,
            HeaderValue::from_static("Bearer realm=\"penstock\""),
        )
    }

    pub fn host_foreign() -> Self {
        let problem = Problem::new(
            "intake-host-foreign",
            "The request names a host that is not this intake's.",
        )
        .cause("The Host header differs from the address the intake listens on.")
        .next("Send to the intake's own address, as the Sources page shows it.");
        Self::new(StatusCode::MISDIRECTED_REQUEST, problem)
    }

    pub fn host_missing() -> Self {
        let problem = Problem::new("intake-host-foreign", "The request names no host.")
            .next("Send HTTP/1.1 with one Host header.");
        Self::new(StatusCode::BAD_REQUEST, problem)
    }

    pub fn path_unknown() -> Self {
        let problem = Problem::new("intake-path-unknown", "There is nothing at this address.")
            .next("Post events to /v1/events.");
        Self::new(StatusCode::NOT_FOUND, problem)
    }

    pub fn method_unknown() -> Self {
        let problem = Problem::new("intake-method-unknown", "Only POST is answered here.")
            .next("Post events to /v1/events.");
        Self::new(StatusCode::METHOD_NOT_ALLOWED, problem)
            .header(ALLOW, HeaderValue::from_static("POST"))
    }

    /// The journal has no room at the moment.
    pub fn full(retry_after: Duration, problem: Problem) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, problem)
            .header(RETRY_AFTER, whole_seconds(retry_after))
    }

    pub fn too_many_requests(retry_after: Duration) -> Self {
        let problem = Problem::new(
            "intake-too-many-requests",
            "This client sends more requests than it may.",
        )
        .next("Send several events in one request.")
        .next("Or allow more with the setting client_requests.");
        Self::new(StatusCode::TOO_MANY_REQUESTS, problem)
            .header(RETRY_AFTER, whole_seconds(retry_after))
    }

    pub fn too_many_connections() -> Self {
        let problem = Problem::new(
            "intake-too-many-connections",
            "This client has more connections than it may.",
        )
        .next("Send further requests on a connection that is open.")
        .next("Or allow more with the setting client_connections.");
        Self::new(StatusCode::TOO_MANY_REQUESTS, problem)
            .header(RETRY_AFTER, whole_seconds(Duration::from_secs(1)))
    }

    pub fn tls_expected() -> Self {
        let problem = Problem::new("intake-tls-expected", "This intake speaks HTTPS.")
            .next("Send to its address with https://, as the Sources page shows it.");
        Self::new(StatusCode::BAD_REQUEST, problem)
    }

    /// The journal cannot be written.
    pub fn failed(problem: Problem) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, problem)
    }

    pub fn body_slow() -> Self {
        let problem = Problem::new("intake-body-late", "The body comes too slowly.")
            .next("Send smaller requests, or compress them.");
        Self::new(StatusCode::REQUEST_TIMEOUT, problem)
    }

    /// For the source's page: `400: Line 3: …`.
    pub fn reason(&self) -> String {
        format!("{}: {}", self.status.as_u16(), self.problem.summary)
    }

    pub fn answer(self) -> Response<Full<Bytes>> {
        let mut body = serde_json::json!({ "error": self.problem.summary });
        if let Some(line) = self.line {
            body["line"] = line.into();
        }
        body["problem"] = serde_json::json!(self.problem);
        let mut response = Response::new(Full::new(Bytes::from(body.to_string())));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some((name, value)) = self.header {
            headers.insert(name, value);
        }
        response
    }
}

fn whole_seconds(time: Duration) -> HeaderValue {
    let seconds = time.as_millis().div_ceil(1_000).max(1);
    HeaderValue::from(u64::try_from(seconds).unwrap_or(u64::MAX))
}
