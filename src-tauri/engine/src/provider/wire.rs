//! A request and a response as values, so that building one and judging the other stay pure.

use bytes::Bytes;

use crate::secret::Secret;

/// A request ready to send. Its `Debug` form shows no secret.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: &'static str,
    /// Where it goes; secret where the address itself is one (a presigned URL).
    pub url: Secret,
    /// The address as a person may see it.
    pub shown_url: String,
    pub headers: Vec<Header>,
    pub body: Body,
}

/// Its `Debug` form shows no content: the body of a sign-in holds a secret.
#[derive(Clone)]
pub struct Body {
    /// Before compression.
    pub bytes: Bytes,
    /// Send it as `Content-Encoding: gzip`.
    pub gzip: bool,
}

impl std::fmt::Debug for Body {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { bytes, gzip } = self;
        out.debug_struct("Body")
            .field("bytes", &bytes.len())
            .field("gzip", gzip)
            .finish()
    }
}

#[derive(Debug, Clone)]
pub enum Header {
    Plain(String, String),
    /// Name, what is shown before the secret (`Bearer `, `Splunk ` or nothing), and the secret.
    Secret(String, &'static str, Secret),
}

/// An answer, its body cut at the client's limit.
#[derive(Debug, Clone, Default)]
pub struct Response {
    pub status: u16,
    /// Lower-case names, in the order they came.
    pub headers: Vec<(String, String)>,
    pub body: Bytes,
}

impl Response {
    /// The first header of this (lower-case) name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// The body as text, with what is not UTF-8 replaced.
    pub fn text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }
}
