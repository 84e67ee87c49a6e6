//! The HTTP intake over real sockets: what it takes, what it refuses, and how it ends.

#[cfg(target_os = "linux")]
mod clients;
mod tls;
mod tokens;

use bytes::Bytes;
use penstock_engine::clock::{Clock, Millis, SystemClock};
use penstock_engine::problem::Problem;
use penstock_engine::source::http_intake::{self, Options, Running};
use penstock_engine::source::{Append, AppendError, Appended, Batch, Report, TokenDigest};
use serde_json::Value;
use std::io::Write;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;

const TOKEN: &str = "pst_test";

/// A journal in memory that can be full, or keep a sender waiting.
struct Journal {
    events: Mutex<Vec<Bytes>>,
    refused: Mutex<Vec<String>>,
    full: Mutex<Option<AppendError>>,
    /// One permit lets one append through.
    gate: Arc<Semaphore>,
    arrived: Arc<Semaphore>,
}

impl Journal {
    fn new() -> Arc<Self> {
        let open = Journal::gated();
        open.gate.add_permits(1_000);
        open
    }

    fn gated() -> Arc<Self> {
        Arc::new(Self {
            events: Mutex::default(),
            refused: Mutex::default(),
            full: Mutex::default(),
            gate: Arc::new(Semaphore::new(0)),
            arrived: Arc::new(Semaphore::new(0)),
        })
    }

    fn events(&self) -> Vec<Bytes> {
        std::mem::take(&mut self.events.lock().unwrap())
    }

    fn refused(&self) -> Vec<String> {
        std::mem::take(&mut self.refused.lock().unwrap())
    }
}

/// The [`Journal`] as the intake sees it.
struct Appending(Arc<Journal>);

impl Append for Appending {
    fn take(&self, batch: Batch) -> Appended {
        let journal = self.0.clone();
        Box::pin(async move {
            journal.arrived.add_permits(1);
            journal.gate.acquire().await.unwrap().forget();
            if let Some(error) = journal.full.lock().unwrap().clone() {
                return Err(error);
            }
            journal.events.lock().unwrap().extend(batch.events);
            Ok(())
        })
    }

    fn refused(&self, reason: String) {
        self.0.refused.lock().unwrap().push(reason);
    }

    fn report(&self, report: Report) {
        unreachable!("an intake has nothing to report: {report:?}");
    }
}

fn options() -> Options {
    Options::new("127.0.0.1:0", vec![digest(TOKEN, None)])
}

fn digest(token: &str, until: Option<Millis>) -> TokenDigest {
    TokenDigest {
        sha256: http_intake::token_sha256(token),
        until,
    }
}

/// The time is what a test says it is.
#[derive(Default)]
struct Hands(AtomicI64);

impl Clock for Hands {
    fn now(&self) -> Millis {
        self.0.load(Ordering::SeqCst)
    }
}

async fn start(journal: &Arc<Journal>) -> Running {
    start_with(options(), journal).await
}

async fn start_with(options: Options, journal: &Arc<Journal>) -> Running {
    http_intake::start(
        options,
        Arc::new(Appending(journal.clone())),
        Arc::new(SystemClock),
    )
    .await
    .expect("a free port")
}

fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

fn post(running: &Running) -> reqwest::RequestBuilder {
    client().post(running.url()).bearer_auth(TOKEN)
}

/// Status and JSON body of the answer.
async fn answer(request: reqwest::RequestBuilder) -> (u16, Value) {
    let response = request.send().await.expect("an answer");
    let status = response.status().as_u16();
    let text = response.text().await.expect("a body");
    (
        status,
        serde_json::from_str(&text).unwrap_or_else(|_| panic!("{status}: {text}")),
    )
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    out.write_all(text).unwrap();
    out.finish().unwrap()
}

/// A connection on which everything is said by hand.
struct Raw(TcpStream);

impl Raw {
    async fn open(address: SocketAddr) -> Self {
        Self(TcpStream::connect(address).await.expect("it listens"))
    }

    fn head(address: SocketAddr, headers: &str) -> String {
        format!(
            "POST /v1/events HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {TOKEN}\r\n{headers}\r\n"
        )
    }

    async fn say(&mut self, text: impl AsRef<[u8]>) {
        self.0
            .write_all(text.as_ref())
            .await
            .expect("the connection is open");
    }

    /// One answer: its status line and headers, and its body.
    async fn hear(&mut self) -> (String, String) {
        let mut all = Vec::new();
        loop {
            let text = String::from_utf8_lossy(&all).into_owned();
            if let Some((head, body)) = text.split_once("\r\n\r\n") {
                let length = head.lines().find_map(|line| {
                    line.to_ascii_lowercase()
                        .strip_prefix("content-length: ")?
                        .parse()
                        .ok()
                });
                if body.len() >= length.unwrap_or(0) {
                    return (head.to_owned(), body.to_owned());
                }
            }
            let mut buffer = [0; 4096];
            let read = self.0.read(&mut buffer).await.expect("an answer");
            assert!(read > 0, "the connection closed after {text:?}");
            all.extend_from_slice(&buffer[..read]);
        }
    }

    async fn closed(&mut self) -> bool {
        let mut rest = Vec::new();
        !matches!(self.0.read_to_end(&mut rest).await, Ok(read) if read > 0)
    }
}

#[tokio::test]
async fn one_object_an_array_and_lines_are_all_taken_as_they_came() {
    let journal = Journal::new();
    let running = start(&journal).await;
    let (one, other) = (r#"{"a":1}"#, r#"{"b": [1, 2]}"#);
    for (body, events) in [
        (one.to_owned(), vec![one]),
        ("{\n \"a\": 1\n}\n".to_owned(), vec!["{\n \"a\": 1\n}"]),
        (format!("{one}\n{other}\n"), vec![one, other]),
        (format!("[{one},\n{other}]"), vec![one, other]),
        ("[]".to_owned(), vec![]),
    ] {
        let plain = answer(post(&running).body(body.clone())).await;
        assert_eq!(
            plain,
            (200, serde_json::json!({ "accepted": events.len() })),
            "{body}"
        );
        assert_eq!(journal.events(), events, "{body}");
        let zipped = post(&running)
            .header("content-encoding", "gzip")
            .body(gzip(body.as_bytes()));
        assert_eq!(answer(zipped).await.0, 200, "{body}");
        assert_eq!(journal.events(), events, "{body}");
        let zstd = zstd::bulk::compress(body.as_bytes(), 1).unwrap();
        let zipped = post(&running).header("content-encoding", "zstd").body(zstd);
        assert_eq!(answer(zipped).await.0, 200, "{body}");
        assert_eq!(journal.events(), events, "{body}");
    }
    assert!(journal.refused().is_empty());
    running.stop().await;
}

#[tokio::test]
async fn the_test_message_of_infisical_is_answered_and_not_kept() {
    let journal = Journal::new();
    let running = start(&journal).await;
    let ping = answer(post(&running).body(r#"{"ping":"ok"}"#)).await;
    assert_eq!(ping, (200, serde_json::json!({ "accepted": 0 })));
    assert!(journal.events().is_empty());
    running.stop().await;
}

#[tokio::test]
async fn a_body_in_chunks_is_put_together() {
    let journal = Journal::new();
    let running = start(&journal).await;
    let mut raw = Raw::open(running.addr()).await;
    raw.say(Raw::head(running.addr(), "Transfer-Encoding: chunked\r\n"))
        .await;
    for chunk in ["{\"a\":", "1}\n{\"b\"", ":2}"] {
        raw.say(format!("{:x}\r\n{chunk}\r\n", chunk.len())).await;
    }
    raw.say("0\r\n\r\n").await;
    let (head, body) = raw.hear().await;
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert_eq!(body, r#"{"accepted":2}"#);
    assert_eq!(journal.events(), [r#"{"a":1}"#, r#"{"b":2}"#]);
    running.stop().await;
}

#[tokio::test]
async fn what_is_unusual_but_valid_arrives_as_it_came() {
    let journal = Journal::new();
    let running = start(&journal).await;
    let large = format!(
        r#"{{"event":{{"type":"create-secret"}},"text":"{}"}}"#,
        "x".repeat(900_000)
    );
    for event in [
        r#"{"n":340282366920938463463374607431768211456,"f":1.000000000000000000000000001e-400}"#,
        r#"{"a":1,"a":2}"#,
        r#"{"event":{"type":"a-type-of-next-year"},"unheard":{"of":[]},"text":"\u00e9 é 💧"}"#,
        &large,
    ] {
        assert_eq!(answer(post(&running).body(event.to_owned())).await.0, 200);
        assert_eq!(journal.events(), [event.to_owned()]);
    }
    running.stop().await;
}

#[tokio::test]
async fn a_bad_body_is_refused_whole_with_its_line_and_the_next_request_works() {
    let journal = Journal::new();
    let running = start(&journal).await;
    let mut raw = Raw::open(running.addr()).await;
    let deep = format!(
        "{{\"a\":1}}\n{{\"a\":{}1{}}}",
        "[".repeat(10_000),
        "]".repeat(10_000)
    );
    let bad: &[(&[u8], u32, &str)] = &[
        (b"not json", 1, "not JSON"),
        (b"{\"a\":1}\n{\"b\":", 2, "cut off"),
        (b"{\"a\":1}\n{\"b\":2\n{\"c\":3}\n", 2, "cut off"),
        (b"{\"a\":1}\n{\"b\":\"\xff\"}\n", 2, "UTF-8"),
        (b"{\"a\":1}\n\n7\n", 3, "number"),
        (deep.as_bytes(), 2, "nested"),
    ];
    for (body, line, reason) in bad {
        raw.say(Raw::head(
            running.addr(),
            &format!("Content-Length: {}\r\n", body.len()),
        ))
        .await;
        raw.say(body).await;
        let (head, answer) = raw.hear().await;
        assert!(head.starts_with("HTTP/1.1 400"), "{reason}: {head}");
        let answer: Value = serde_json::from_str(&answer).unwrap();
        assert_eq!(answer["line"], *line, "{answer}");
        assert!(
            answer["error"].as_str().unwrap().contains(reason),
            "{answer}"
        );
        let problem: Problem = serde_json::from_value(answer["problem"].clone()).unwrap();
        assert!(!problem.next_steps.is_empty(), "{answer}");
        assert!(
            journal.events().is_empty(),
            "{reason}: nothing of it is kept"
        );
        assert!(
            journal.refused()[0].contains(reason),
            "{reason}: it is counted"
        );

        raw.say(Raw::head(running.addr(), "Content-Length: 2\r\n") + "{}")
            .await;
        assert!(
            raw.hear().await.0.starts_with("HTTP/1.1 200"),
            "after {reason}"
        );
        assert_eq!(journal.events(), ["{}"]);
    }
    running.stop().await;
}

#[tokio::test]
async fn an_announced_giant_is_refused_before_it_comes() {
    let journal = Journal::new();
    let running = start(&journal).await;
    let mut raw = Raw::open(running.addr()).await;
    raw.say(Raw::head(running.addr(), "Content-Length: 1073741824\r\n"))
        .await;
    assert!(raw.hear().await.0.starts_with("HTTP/1.1 413"));
    assert_eq!(answer(post(&running).body("{}")).await.0, 200);
    drop(raw);
    running.stop().await;
}

#[tokio::test]
async fn a_giant_in_chunks_is_refused_at_the_limit() {
    let journal = Journal::new();
    let running = start_with(
        Options {
            max_body: 1 << 20,
            ..options()
        },
        &journal,
    )
    .await;
    let mut raw = Raw::open(running.addr()).await;
    raw.say(Raw::head(running.addr(), "Transfer-Encoding: chunked\r\n"))
        .await;
    let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
    for _ in 0..17 {
        raw.say(&chunk).await;
    }
    assert!(raw.hear().await.0.starts_with("HTTP/1.1 413"));
    drop(raw);
    assert_eq!(answer(post(&running).body("{}")).await.0, 200);
    assert_eq!(journal.events(), ["{}"]);
    running.stop().await;
}

#[tokio::test]
async fn a_bomb_is_refused_and_broken_or_unknown_compression_too() {
    let journal = Journal::new();
    let running = start_with(
        Options {
            max_decompressed: 4 << 20,
            ..options()
        },
        &journal,
    )
    .await;
    let bomb = gzip(&vec![b' '; 32 << 20]);
    let send = |encoding: &'static str, body: Vec<u8>| {
        answer(
            post(&running)
                .header("content-encoding", encoding)
                .body(body),
        )
    };
    assert_eq!(send("gzip", bomb).await.0, 413);
    let half = gzip(b"{\"a\":1}");
    assert_eq!(send("gzip", half[..half.len() - 3].to_vec()).await.0, 400);
    assert_eq!(send("gzip", b"{}".to_vec()).await.0, 400);
    assert_eq!(send("zstd", b"{}".to_vec()).await.0, 400);
    assert_eq!(send("br", b"{}".to_vec()).await.0, 415);
    assert_eq!(send("gzip, gzip", gzip(&gzip(b"{}"))).await.0, 415);
    assert!(journal.events().is_empty());
    assert_eq!(send("gzip", gzip(b"{}")).await.0, 200);
    running.stop().await;
}

#[tokio::test]
async fn only_the_token_opens_the_intake_and_a_new_one_replaces_it() {
    let journal = Journal::new();
    let running = start(&journal).await;
    let bare = || client().post(running.url()).body("{}");
    for request in [
        bare(),
        bare().bearer_auth("wrong"),
        bare().bearer_auth(""),
        bare().header("authorization", TOKEN),
        bare().basic_auth("user", Some(TOKEN)),
    ] {
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 401);
        assert!(
            response.headers()["www-authenticate"]
                .to_str()
                .unwrap()
                .starts_with("Bearer")
        );
    }
    assert!(journal.events().is_empty());
    running.replace_tokens(vec![digest("pst_new", None)]);
    assert_eq!(answer(post(&running).body("{}")).await.0, 401);
    assert_eq!(answer(bare().bearer_auth("pst_new")).await.0, 200);
    running.stop().await;
}

#[tokio::test]
async fn a_host_of_another_name_is_refused() {
    let journal = Journal::new();
    let running = start(&journal).await;
    let port = running.addr().port();
    for (host, status) in [
        (format!("127.0.0.1:{port}"), 200),
        (format!("localhost:{port}"), 200),
        (format!("evil.example:{port}"), 421),
        ("localhost".to_owned(), 421),
        (format!("localhost:{}", port ^ 1), 421),
    ] {
        let request = post(&running).header("host", &host).body("{}");
        assert_eq!(answer(request).await.0, status, "{host}");
    }
    let mut raw = Raw::open(running.addr()).await;
    raw.say(format!(
        "POST /v1/events HTTP/1.1\r\nAuthorization: Bearer {TOKEN}\r\nContent-Length: 2\r\n\r\n{{}}"
    ))
    .await;
    assert!(raw.hear().await.0.starts_with("HTTP/1.1 400"));
    running.stop().await;
}

#[tokio::test]
async fn other_paths_and_methods_are_told_where_to_go() {
    let journal = Journal::new();
    let running = start(&journal).await;
    let elsewhere = client()
        .post(format!("http://{}/", running.addr()))
        .bearer_auth(TOKEN);
    let (status, body) = answer(elsewhere.body("{}")).await;
    assert_eq!(status, 404);
    assert!(
        body["problem"]["next_steps"][0]
            .as_str()
            .unwrap()
            .contains("/v1/events"),
        "{body}"
    );
    let get = client()
        .get(running.url())
        .bearer_auth(TOKEN)
        .send()
        .await
        .unwrap();
    assert_eq!(
        (get.status().as_u16(), &get.headers()["allow"]),
        (405, &"POST".parse().unwrap())
    );
    running.stop().await;
}

#[tokio::test]
async fn a_full_journal_asks_the_sender_to_come_again() {
    let journal = Journal::new();
    let running = start(&journal).await;
    let problem = Problem::new("journal-full", "The journal is full.");
    *journal.full.lock().unwrap() = Some(AppendError::Full {
        retry_after: Duration::from_millis(1_500),
        problem: problem.clone(),
    });
    let response = post(&running).body("{}").send().await.unwrap();
    assert_eq!(
        (
            response.status().as_u16(),
            &response.headers()["retry-after"]
        ),
        (503, &"2".parse().unwrap())
    );
    *journal.full.lock().unwrap() = Some(AppendError::Failed(problem));
    let (status, body) = answer(post(&running).body("{}")).await;
    assert_eq!(
        (status, &body["error"]),
        (500, &"The journal is full.".into())
    );
    *journal.full.lock().unwrap() = None;
    assert_eq!(answer(post(&running).body("{}")).await.0, 200);
    running.stop().await;
}

#[tokio::test]
async fn stopping_finishes_what_is_in_flight_and_takes_nothing_new() {
    let journal = Journal::gated();
    let running = start(&journal).await;
    let address = running.addr();
    let mut silent = Raw::open(address).await;
    let mut idle = Raw::open(address).await;
    idle.say(Raw::head(address, "Content-Length: 13\r\n") + r#"{"ping":"ok"}"#)
        .await;
    assert!(idle.hear().await.0.starts_with("HTTP/1.1 200"));
    let sending = tokio::spawn(answer(post(&running).body(r#"{"a":1}"#)));
    journal.arrived.acquire().await.unwrap().forget();
    let stopping = tokio::spawn(running.stop());
    assert!(
        idle.closed().await,
        "a connection between requests is closed"
    );
    assert!(
        silent.closed().await,
        "a connection that said nothing is closed"
    );
    assert!(
        !stopping.is_finished(),
        "it waits for the request in flight"
    );
    journal.gate.add_permits(1);
    assert_eq!(sending.await.unwrap().0, 200);
    stopping.await.unwrap();
    assert_eq!(journal.events(), [r#"{"a":1}"#]);
    assert!(
        TcpStream::connect(address).await.is_err(),
        "nothing listens any more"
    );
}

#[tokio::test]
async fn senders_that_stop_halfway_are_not_waited_for_without_end() {
    let journal = Journal::new();
    let running = start(&journal).await;
    let mut head = Raw::open(running.addr()).await;
    head.say("POST /v1/events HTTP/1.1\r\nHost:").await;
    let mut body = Raw::open(running.addr()).await;
    body.say(Raw::head(running.addr(), "Content-Length: 100\r\n") + "{")
        .await;
    // From here on time passes as soon as everyone waits.
    tokio::time::pause();
    assert!(body.hear().await.0.starts_with("HTTP/1.1 408"));
    assert!(head.closed().await);
    tokio::time::resume();
    assert_eq!(answer(post(&running).body("{}")).await.0, 200);
    drop((head, body));
    running.stop().await;
}

#[tokio::test]
async fn a_taken_port_is_a_problem_that_offers_another() {
    let journal = Journal::new();
    let running = start(&journal).await;
    let again = Options {
        listen: running.addr().to_string(),
        ..options()
    };
    let problem = http_intake::start(
        again,
        Arc::new(Appending(journal.clone())),
        Arc::new(SystemClock),
    )
    .await
    .expect_err("taken");
    assert_eq!(problem.code, "intake-port-taken");
    let port = running.addr().port().to_string();
    assert!(problem.next_steps[0].contains(&port), "{problem:?}");
    let offered = problem.next_steps.iter().find_map(|step| {
        step.split_whitespace()
            .find_map(|word| word.trim_end_matches(',').parse::<SocketAddr>().ok())
    });
    let offered = Options {
        listen: offered.expect("an address").to_string(),
        ..options()
    };
    start_with(offered, &journal).await.stop().await;
    running.stop().await;
}
