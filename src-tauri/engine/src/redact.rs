//! Keeping a request's secrets out of everything that is shown, logged or stored.

use bytes::Bytes;
use std::collections::BTreeSet;

use crate::provider::{Header, Request, Response};

/// What stands where a secret was.
pub const REDACTED: &str = "redacted";

/// A shorter secret is not looked for in a provider's answer: replacing it could change what the
/// answer says.
const SHORTEST_IN_ANSWER: usize = 6;

/// The parts of an address that are at least this long and not shown are secret by themselves.
const SHORTEST_IN_ADDRESS: usize = 8;

/// The secrets of one request, in every form in which they may come back.
pub struct Redaction {
    /// Longest first, so that a secret inside another does not leave the rest of it standing.
    secrets: Vec<String>,
}

impl Redaction {
    pub fn of(request: &Request) -> Self {
        let mut found = BTreeSet::new();
        let mut add = |secret: &str| {
            if !secret.trim().is_empty() {
                found.insert(secret.to_owned());
                found.insert(json_form(secret));
                found.insert(url_form(secret));
            }
        };
        for header in &request.headers {
            if let Header::Secret(_, _, secret) = header {
                add(secret.expose());
            }
        }
        let url = request.url.expose();
        if url != request.shown_url {
            add(url);
            for part in url.split(['/', '?', '&', '=', '#']) {
                if part.len() >= SHORTEST_IN_ADDRESS && !request.shown_url.contains(part) {
                    add(part);
                }
            }
        }
        for (name, value) in form_fields(request) {
            if is_secret_name(&name) {
                add(&value);
            }
        }
        let mut secrets: Vec<String> = found.into_iter().collect();
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        Self { secrets }
    }

    /// Length of the longest secret.
    pub fn longest(&self) -> usize {
        self.secrets.first().map_or(0, String::len)
    }

    pub fn text(&self, text: &str) -> String {
        self.replace(text, 1).unwrap_or_else(|| text.to_owned())
    }

    /// The answer without the secrets that the server echoed.
    pub fn response(&self, mut response: Response) -> Response {
        for (_, value) in &mut response.headers {
            if let Some(clean) = self.replace(value, SHORTEST_IN_ANSWER) {
                *value = clean;
            }
        }
        let holds_one = |secret: &&String| {
            secret.len() >= SHORTEST_IN_ANSWER
                && memchr::memmem::find(&response.body, secret.as_bytes()).is_some()
        };
        if self.secrets.iter().any(|secret| holds_one(&secret)) {
            let clean = self.replace(&response.text(), SHORTEST_IN_ANSWER);
            if let Some(clean) = clean {
                response.body = Bytes::from(clean);
            }
        }
        response
    }

    /// `None` where there is nothing to replace.
    fn replace(&self, text: &str, shortest: usize) -> Option<String> {
        let mut clean: Option<String> = None;
        for secret in self
            .secrets
            .iter()
            .filter(|secret| secret.len() >= shortest)
        {
            let now = clean.as_deref().unwrap_or(text);
            if memchr::memmem::find(now.as_bytes(), secret.as_bytes()).is_some() {
                clean = Some(now.replace(secret.as_str(), REDACTED));
            }
        }
        clean
    }
}

/// Whether a form field or JSON key of this name holds a secret.
pub(crate) fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    [
        "secret",
        "password",
        "token",
        "assertion",
        "api_key",
        "apikey",
    ]
    .iter()
    .any(|part| name.contains(part))
}

/// The fields of a form body (signing in sends one).
pub(crate) fn form_fields(request: &Request) -> Vec<(String, String)> {
    let is_form = request.headers.iter().any(|header| match header {
        Header::Plain(name, value) => {
            name.eq_ignore_ascii_case("content-type")
                && value.starts_with("application/x-www-form-urlencoded")
        }
        Header::Secret(..) => false,
    });
    if !is_form {
        return Vec::new();
    }
    url::form_urlencoded::parse(&request.body.bytes)
        .into_owned()
        .collect()
}

fn json_form(secret: &str) -> String {
    let quoted = serde_json::Value::from(secret).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

fn url_form(secret: &str) -> String {
    url::form_urlencoded::byte_serialize(secret.as_bytes()).collect()
}

/// JSON text without the tokens that a sign-in answers with.
pub(crate) fn tokens(text: &str) -> String {
    let mut clean = text.to_owned();
    for key in ["\"access_token\"", "\"refresh_token\"", "\"id_token\""] {
        let mut from = 0;
        while let Some(found) = clean[from..].find(key) {
            let after = from + found + key.len();
            let gap = clean[after..].len()
                - clean[after..]
                    .trim_start_matches([' ', ':', '\t', '\r', '\n'])
                    .len();
            let start = after + gap;
            from = start;
            if clean[start..].starts_with('"') {
                let value = start + 1;
                let end = clean[value..]
                    .find('"')
                    .map_or(clean.len(), |length| value + length);
                clean.replace_range(value..end, REDACTED);
                from = value;
            }
        }
    }
    clean
}
