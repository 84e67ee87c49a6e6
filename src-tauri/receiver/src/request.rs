//! A request as a protocol judges it, and the answer as it gives it.

use std::borrow::Cow;
use std::io::Read;

use bytes::Bytes;
use flate2::bufread::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use hyper::HeaderMap;

/// The most that is ever decompressed, whatever a protocol allows.
const MOST_INFLATED: usize = 256 * 1024 * 1024;

/// A request whose body has been read as it came.
pub(crate) struct Request {
    pub method: String,
    /// Without what routing took off its front.
    pub path: String,
    pub query: String,
    pub headers: HeaderMap,
    /// The host it was sent to, lower case and without port; empty where it named none.
    pub host: String,
    pub body: Bytes,
    /// The body went on past what is read at all.
    pub endless: bool,
}

/// How a body may be compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Gzip,
    Deflate,
}

/// Why a body cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// A `Content-Encoding` that is not taken.
    Encoding(String),
    /// Not the compression it says it is, or cut short.
    Corrupt,
    /// Above the limit, as it came or decompressed; with its size as far as it is known.
    TooLarge(usize),
}

impl Unreadable {
    /// The status most servers answer.
    pub fn usual_status(&self) -> u16 {
        match self {
            Unreadable::Encoding(_) => 415,
            Unreadable::Corrupt => 400,
            Unreadable::TooLarge(_) => 413,
        }
    }
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok().map(str::trim)
    }

    pub fn query(&self, name: &str) -> Option<Cow<'_, str>> {
        form_urlencoded::parse(self.query.as_bytes())
            .find(|(key, _)| key == name)
            .map(|(_, value)| value)
    }

    /// The media type, lower case and without parameters.
    pub fn media_type(&self) -> String {
        let value = self.header("content-type").unwrap_or_default();
        value
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase()
    }

    pub fn gzipped(&self) -> bool {
        self.encoding() == "gzip"
    }

    /// The body, decompressed, where it is no more than `limit` bytes.
    pub fn decoded(&self, taken: &[Encoding], limit: usize) -> Result<Bytes, Unreadable> {
        let encoding = match self.encoding().as_str() {
            "" | "identity" => None,
            "gzip" | "x-gzip" if taken.contains(&Encoding::Gzip) => Some(Encoding::Gzip),
            "deflate" if taken.contains(&Encoding::Deflate) => Some(Encoding::Deflate),
            other => return Err(Unreadable::Encoding(other.into())),
        };
        if self.endless || self.body.len() > limit {
            return Err(Unreadable::TooLarge(self.size()));
        }
        let limit = limit.min(MOST_INFLATED);
        match encoding {
            None => Ok(self.body.clone()),
            Some(Encoding::Gzip) => inflate(MultiGzDecoder::new(&*self.body), &self.body, limit),
            // Both readings of "deflate" are about.
            Some(Encoding::Deflate) if self.body.first().is_some_and(|byte| byte & 15 == 8) => {
                inflate(ZlibDecoder::new(&*self.body), &self.body, limit)
            }
            Some(Encoding::Deflate) => inflate(DeflateDecoder::new(&*self.body), &self.body, limit),
        }
    }

    /// The first bytes of the body, decompressed where that can be done.
    pub fn opening(&self, most: usize) -> Vec<u8> {
        let mut opening = Vec::new();
        if self.gzipped() {
            // What was read before a fault is shown as well.
            let _ = MultiGzDecoder::new(&*self.body)
                .take(most as u64)
                .read_to_end(&mut opening);
        }
        match opening.is_empty() {
            true => self.body[..self.body.len().min(most)].to_vec(),
            false => opening,
        }
    }

    /// The size of the body as announced, or as far as it was read.
    pub fn size(&self) -> usize {
        let announced: Option<usize> = self
            .header("content-length")
            .and_then(|length| length.parse().ok());
        announced.unwrap_or_default().max(self.body.len())
    }

    fn encoding(&self) -> String {
        self.header("content-encoding")
            .unwrap_or_default()
            .to_ascii_lowercase()
    }
}

fn inflate(mut from: impl Read, packed: &[u8], limit: usize) -> Result<Bytes, Unreadable> {
    let mut body = Vec::with_capacity((packed.len() * 8).min(limit + 1));
    match from.by_ref().take(limit as u64 + 1).read_to_end(&mut body) {
        Ok(_) if body.len() > limit => Err(Unreadable::TooLarge(body.len())),
        Ok(_) => {
            // The room for what might have come would be kept as long as any event is.
            body.shrink_to_fit();
            Ok(body.into())
        }
        Err(_) => Err(Unreadable::Corrupt),
    }
}

/// The answer to a request.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

impl Reply {
    pub fn empty(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: String::new(),
        }
    }

    /// The status in words.
    pub fn plain(status: u16) -> Self {
        let reason = hyper::StatusCode::from_u16(status)
            .ok()
            .and_then(|it| it.canonical_reason());
        Self::text(status, reason.unwrap_or("Error"))
    }

    pub fn text(status: u16, body: impl Into<String>) -> Self {
        Self::empty(status)
            .with("content-type", "text/plain; charset=utf-8")
            .saying(body)
    }

    pub fn json(status: u16, body: &serde_json::Value) -> Self {
        Self::empty(status)
            .with("content-type", "application/json")
            .saying(body.to_string())
    }

    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    fn saying(mut self, body: impl Into<String>) -> Self {
        self.body = body.into();
        self
    }
}
