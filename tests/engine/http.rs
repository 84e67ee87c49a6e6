//! The HTTP client against real servers on loopback: what is sent, what comes back, and the
//! words for every way in which nothing comes back.

use flate2::read::GzDecoder;
use penstock_engine::http::{ANSWER_LIMIT, Client, Failure};
use penstock_engine::provider::{Body, Details, Header, Request, Verdict};
use penstock_engine::secret::{Secret, Secrets};
use penstock_engine::view::StageKind;
use serde_json::Value;
use std::io::Read;

use crate::certificates::Authority;
use crate::loopback::{Conduct, NobodyHome, Server};

const TOKEN: &str = "c0ffee00-1234-5678-9abc-def012345678";

pub fn options(values: &[(&str, &str)]) -> Details {
    values
        .iter()
        .map(|(name, value)| ((*name).to_owned(), Value::from(*value)))
        .collect()
}

pub fn client(values: &[(&str, &str)]) -> Client {
    Client::new(&options(values), &Secrets::new()).expect("usable options")
}

/// A client that trusts `authority`.
pub fn trusting(authority: &Authority) -> Client {
    client(&[("ca_certificate", &authority.pem())])
}

pub fn post(url: &str, body: impl Into<bytes::Bytes>) -> Request {
    Request {
        method: "POST",
        url: Secret::from(url),
        shown_url: url.to_owned(),
        headers: vec![
            Header::Secret("Authorization".into(), "Splunk ", Secret::from(TOKEN)),
            Header::Plain("Content-Type".into(), "application/json".into()),
        ],
        body: Body {
            bytes: body.into(),
            gzip: false,
        },
    }
}

pub async fn failure(client: &Client, url: &str) -> Failure {
    let failure = client.send(&post(url, "{}")).await.expect_err("no answer");
    let short = failure
        .problem
        .short
        .as_deref()
        .expect("short words for a list");
    assert!(short.split(' ').count() <= 5, "at most five words: {short}");
    assert!(
        !failure.problem.next_steps.is_empty(),
        "says what to do: {:?}",
        failure.problem
    );
    assert!(
        !format!("{:?}", failure.problem).contains(TOKEN),
        "no secret in a problem"
    );
    failure
}

pub fn assert_retried(failure: &Failure, code: &str, stage: StageKind) {
    assert_eq!(
        (failure.problem.code.as_str(), failure.stage),
        (code, stage),
        "{failure:?}"
    );
    assert!(
        matches!(failure.verdict, Verdict::Retry { .. }),
        "{failure:?}"
    );
}

pub fn assert_held(failure: &Failure, code: &str, stage: StageKind) {
    assert_eq!(
        (failure.problem.code.as_str(), failure.stage),
        (code, stage),
        "{failure:?}"
    );
    assert!(
        matches!(failure.verdict, Verdict::Hold { .. }),
        "{failure:?}"
    );
}

/// Runs the calling test again as a process of its own, with these variables; `true` inside.
pub fn in_a_process(test: &str, variables: &[(&str, &str)]) -> bool {
    const INSIDE: &str = "PENSTOCK_TEST_INSIDE";
    if std::env::var_os(INSIDE).is_some() {
        return true;
    }
    let output = std::process::Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", test, "--nocapture"])
        .env(INSIDE, "1")
        .envs(variables.iter().copied())
        .output()
        .expect("a process");
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && text.contains("1 passed"),
        "{text}{errors}"
    );
    false
}

#[tokio::test]
async fn an_answer_comes_back_whole() {
    let answer =
        "HTTP/1.1 403 Forbidden\r\nX-Request-Id: 7\r\nContent-Length: 8\r\n\r\n{\"a\":4}\n";
    let server = Server::plain(Conduct::Answer(answer.into())).await;
    let sent = client(&[])
        .send(&post(&server.url("http"), "{\"x\":1}"))
        .await
        .expect("an answer");
    assert_eq!(sent.response.status, 403);
    assert_eq!(sent.response.header("x-request-id"), Some("7"));
    assert_eq!(&sent.response.body[..], b"{\"a\":4}\n");
    assert_eq!(
        (sent.http_version.as_str(), sent.wire_bytes),
        ("HTTP/1.1", 7)
    );
    let request = server.requests().remove(0);
    assert!(
        request
            .head
            .starts_with("POST /services/collector HTTP/1.1\r\n"),
        "{}",
        request.head
    );
    assert_eq!(
        request.header("authorization"),
        Some(format!("Splunk {TOKEN}").as_str())
    );
    assert!(
        request
            .header("user-agent")
            .is_some_and(|agent| agent.starts_with("Penstock/"))
    );
    assert_eq!(request.body, b"{\"x\":1}");
}

#[tokio::test]
async fn gzip_bodies_decode_to_what_was_given() {
    let server = Server::plain(Conduct::status("200 OK", "")).await;
    let client = client(&[]);
    // The second is long enough to be compressed off the async threads.
    for size in [1_000, 3_000_000] {
        let body: Vec<u8> = (0..size)
            .map(|at: u32| (at % 251) as u8 ^ (at / 7_001) as u8)
            .collect();
        let mut request = post(&server.url("http"), body.clone());
        request.body.gzip = true;
        let sent = client.send(&request).await.expect("an answer");
        let received = server.requests().pop().expect("a request");
        assert_eq!(received.header("content-encoding"), Some("gzip"));
        assert_eq!(sent.wire_bytes, received.body.len() as u64);
        let mut decoded = Vec::new();
        GzDecoder::new(&received.body[..])
            .read_to_end(&mut decoded)
            .expect("gzip");
        assert!(decoded == body, "{size} bytes decode to themselves");
    }
}

#[tokio::test]
async fn connections_are_kept_for_the_next_request() {
    let server = Server::plain(Conduct::status("200 OK", "{}")).await;
    let client = client(&[]);
    for _ in 0..3 {
        client
            .clone()
            .send(&post(&server.url("http"), "{}"))
            .await
            .expect("an answer");
    }
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_never_followed() {
    let elsewhere = Server::plain(Conduct::status("200 OK", "")).await;
    let answer = format!(
        "HTTP/1.1 307 Go\r\nLocation: {}\r\nContent-Length: 0\r\n\r\n",
        elsewhere.url("http")
    );
    let server = Server::plain(Conduct::Answer(answer.into_bytes())).await;
    let sent = client(&[])
        .send(&post(&server.url("http"), "{}"))
        .await
        .expect("an answer");
    assert_eq!(sent.response.status, 307);
    assert_eq!(elsewhere.connections(), 0, "the token went nowhere else");
}

#[tokio::test]
async fn a_long_answer_is_cut() {
    let body = "x".repeat(ANSWER_LIMIT * 3);
    let server = Server::plain(Conduct::status("200 OK", &body)).await;
    let sent = client(&[])
        .send(&post(&server.url("http"), "{}"))
        .await
        .expect("an answer");
    assert_eq!(sent.response.body.len(), ANSWER_LIMIT);
}

#[tokio::test]
async fn a_secret_that_the_server_echoes_does_not_come_back() {
    let server = Server::plain(Conduct::Echo).await;
    let mut request = post(&server.url("http"), "{}");
    let address = "/receiver/v1/http/ZaVnC4dhaV3dz1Vq==";
    request.url = Secret::from(format!("http://{}{address}", server.address));
    request.shown_url = format!("http://{}/receiver/v1/http/redacted", server.address);
    let sent = client(&[]).send(&request).await.expect("an answer");
    let text = sent.response.text().into_owned();
    assert!(text.contains("authorization: Splunk redacted"), "{text}");
    assert!(text.contains("/receiver/v1/http/redacted"), "{text}");
    assert!(
        !text.contains(TOKEN) && !text.contains("ZaVnC4dhaV3dz1Vq"),
        "{text}"
    );
}

#[tokio::test]
async fn a_host_that_does_not_exist_is_named() {
    let failure = failure(&client(&[]), "https://nonexistent.invalid/x").await;
    assert_eq!(failure.stage, StageKind::FindHost);
    assert!(matches!(failure.verdict, Verdict::Retry { .. }));
    // Without any name server, the system says so instead.
    let codes = ["host-not-found", "host-lookup-failed"];
    assert!(
        codes.contains(&failure.problem.code.as_str()),
        "{failure:?}"
    );
    assert!(
        failure.problem.summary.contains("nonexistent.invalid"),
        "{failure:?}"
    );
}

#[tokio::test]
async fn a_port_where_nobody_listens_is_named() {
    let nobody = NobodyHome::new();
    let (url, port) = (
        format!("http://{}/x", nobody.address),
        nobody.address.port().to_string(),
    );
    let failure = failure(&client(&[]), &url).await;
    assert_retried(&failure, "connection-refused", StageKind::Connect);
    assert!(failure.problem.summary.contains(&port), "{failure:?}");
}

#[tokio::test]
async fn a_connection_that_is_cut_is_tried_again() {
    let server = Server::plain(Conduct::Reset).await;
    let failed = failure(&client(&[]), &server.url("http")).await;
    assert_retried(&failed, "connection-reset", StageKind::Send);
    let server = Server::plain(Conduct::Close).await;
    let failed = failure(&client(&[]), &server.url("http")).await;
    assert_retried(&failed, "connection-closed", StageKind::Send);
    assert_eq!(failed.wire_bytes, 2, "the body had been sent");
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_no_answer() {
    let answer = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"te";
    let server = Server::plain(Conduct::Answer(answer.into())).await;
    // Closed by the server after the part.
    let failed = failure(&client(&[("timeout_seconds", "1")]), &server.url("http")).await;
    assert!(
        matches!(failed.verdict, Verdict::Retry { .. }),
        "{failed:?}"
    );
    assert_eq!(failed.stage, StageKind::Send);
}

#[tokio::test]
async fn a_server_that_never_answers_is_given_up_after_the_time_out() {
    let client = client(&[("timeout_seconds", "1")]);
    let server = Server::plain(Conduct::Hang).await;
    let failed = failure(&client, &server.url("http")).await;
    assert_retried(&failed, "answer-timeout", StageKind::Send);
    assert_eq!(failed.problem.short.as_deref(), Some("No answer in 1 s"));
    let mute = Server::mute().await;
    let failed = failure(&client, &mute.url("https")).await;
    assert_retried(&failed, "connect-timeout", StageKind::Connect);
}

#[tokio::test]
async fn what_is_no_http_is_called_so() {
    let server = Server::plain(Conduct::Answer(b"SSH-2.0-OpenSSH_9.2\r\n".into())).await;
    let failed = failure(&client(&[]), &server.url("http")).await;
    assert_retried(&failed, "answer-garbled", StageKind::Send);
    let endless = format!(
        "HTTP/1.1 200 OK\r\nX-Long: {}\r\n\r\n",
        "x".repeat(2_000_000)
    );
    let server = Server::plain(Conduct::Answer(endless.into_bytes())).await;
    let failed = failure(&client(&[]), &server.url("http")).await;
    assert_retried(&failed, "answer-too-large", StageKind::Send);
}

#[tokio::test]
async fn what_cannot_be_sent_is_held() {
    let client = client(&[]);
    for url in ["ftp://example.com/x", "splunk.example.com", ""] {
        assert_held(
            &failure(&client, url).await,
            "address-invalid",
            StageKind::FindHost,
        );
    }
    let mut request = post("http://127.0.0.1:9/x", "{}");
    request
        .headers
        .push(Header::Plain("X-Team".into(), "a\r\nHost: evil".into()));
    let failed = client.send(&request).await.expect_err("not sent");
    assert_held(&failed, "request-invalid", StageKind::Send);
}

#[tokio::test]
async fn the_operating_systems_proxy_is_taken_except_for_this_computer() {
    let name = "http::the_operating_systems_proxy_is_taken_except_for_this_computer";
    let variables = [("HTTP_PROXY", "http://127.0.0.1:1"), ("NO_PROXY", "")];
    if !in_a_process(name, &variables) {
        return;
    }
    let server = Server::plain(Conduct::status("200 OK", "")).await;
    client(&[])
        .send(&post(&server.url("http"), "{}"))
        .await
        .expect("an answer");
    let url = "http://splunk.example.com:8088/x";
    let failed = failure(&client(&[]), url).await;
    assert_retried(&failed, "proxy-unreachable", StageKind::Connect);
    let failed = failure(&client(&[("proxy", "none")]), "http://nonexistent.invalid/").await;
    assert_eq!(
        failed.stage,
        StageKind::FindHost,
        "goes straight: {failed:?}"
    );
}

#[tokio::test]
async fn http_2_is_spoken_where_the_server_offers_it() {
    let authority = Authority::new();
    let mut config = authority.server("localhost").config();
    config.alpn_protocols = vec![b"h2".to_vec()];
    let server = Server::http2(config).await;
    let client = trusting(&authority);
    for _ in 0..2 {
        let sent = client
            .send(&post(&server.url("https"), "{}"))
            .await
            .expect("an answer");
        assert_eq!(
            (sent.response.status, sent.http_version.as_str()),
            (202, "HTTP/2")
        );
    }
    assert_eq!(server.connections(), 1);
}
