//! Answers and refusals, in Infisical's words.

use bytes::Bytes;
use http_body_util::Full;
use hyper::Response;
use hyper::header::{CONTENT_TYPE, LOCATION, RETRY_AFTER};
use serde_json::{Value, json};

pub(crate) type Answer = Response<Full<Bytes>>;

pub(crate) fn json(status: u16, body: impl Into<Bytes>) -> Answer {
    Response::builder()
        .status(status)
        .header(CONTENT_TYPE, "application/json; charset=utf-8")
        .body(Full::new(body.into()))
        .expect("an answer")
}

pub(crate) fn refusal(status: u16, error: &str, message: impl Into<Value>) -> Answer {
    let body = json!({
        "reqId": "req-0",
        "statusCode": status,
        "message": message.into(),
        "error": error,
    });
    json(status, body.to_string())
}

/// A list of what is wrong with the arguments.
pub(crate) fn invalid(field: &str, message: &str) -> Answer {
    let issue = json!([{ "code": "custom", "path": [field], "message": message }]);
    refusal(422, "ValidationFailure", issue)
}

pub(crate) fn not_found(method: &str, path: &str) -> Answer {
    let message = format!("Route {method}:{path} not found");
    refusal(404, "Not Found", message)
}

pub(crate) fn too_fast(seconds: u64, header: bool) -> Answer {
    let message = format!("Rate limit exceeded. Please try again in {seconds} seconds");
    let mut answer = refusal(429, "RateLimitExceeded", message);
    if header {
        answer.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    answer
}

pub(crate) fn web_page() -> Answer {
    let page = "<!DOCTYPE html>\n<html><head><title>Sign in to the network</title></head></html>";
    let mut answer = json(200, page);
    let html = "text/html; charset=utf-8".parse().expect("a header");
    answer.headers_mut().insert(CONTENT_TYPE, html);
    answer
}

pub(crate) fn redirect(to: &str) -> Answer {
    let mut answer = json(302, "");
    answer
        .headers_mut()
        .insert(LOCATION, to.parse().expect("an address"));
    answer
}
