//! A plain client, and a table of requests with the answers they get.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use penstock_receiver::{Options, Receiver};

pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub body: String,
}

pub async fn start(options: Options) -> Receiver {
    Receiver::start(options).await.expect("the receiver starts")
}

pub fn client() -> reqwest::Client {
    reqwest::Client::builder()
        .no_proxy()
        .tls_certs_only([])
        .build()
        .expect("the client is built")
}

/// Sends `POST /path` with these headers.
pub async fn send(
    receiver: &Receiver,
    line: &str,
    headers: &[(&str, &str)],
    body: impl Into<reqwest::Body>,
) -> reqwest::Result<Answer> {
    let (method, path) = line.split_once(' ').expect("method and path");
    let method = method.parse().expect("a method");
    let mut request = client()
        .request(method, receiver.base_url() + path)
        .body(body);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = request.send().await?;
    Ok(Answer {
        status: response.status().as_u16(),
        headers: response.headers().clone(),
        body: response.text().await?,
    })
}

/// One row: what it shows, the request, and the answer.
pub struct Row<'a> {
    pub shows: &'a str,
    pub line: &'a str,
    pub headers: &'a [(&'a str, &'a str)],
    pub body: Vec<u8>,
    pub status: u16,
    /// The whole answer.
    pub answer: &'a str,
    /// Events taken.
    pub taken: u64,
    /// A part of the reason noted; empty where it was taken whole.
    pub refusal: &'a str,
}

/// Sends every row and checks the answer and what the receiver noted.
pub async fn check(receiver: &Receiver, rows: &[Row<'_>]) {
    for row in rows {
        let shows = row.shows;
        let answer = send(receiver, row.line, row.headers, row.body.clone())
            .await
            .unwrap_or_else(|error| panic!("{shows}: {error}"));
        let arrival = receiver.arrivals_since(0).remove(0);
        assert_eq!(
            (answer.status, answer.body.as_str()),
            (row.status, row.answer),
            "{shows}"
        );
        assert_eq!(arrival.status, row.status, "{shows}");
        assert_eq!(arrival.events, row.taken, "{shows}");
        let refusal = arrival.refusal.unwrap_or_default();
        assert_eq!(
            refusal.is_empty(),
            row.refusal.is_empty(),
            "{shows}: {refusal}"
        );
        assert!(refusal.contains(row.refusal), "{shows}: {refusal}");
    }
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("memory takes everything");
    encoder.finish().expect("memory takes everything")
}
