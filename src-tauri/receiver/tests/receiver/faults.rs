//! Each fault, as a client meets it.

use std::time::Duration;

use penstock_receiver::view::Fault;
use penstock_receiver::{Options, Receiver};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::client::{Answer, send, start};

const NDJSON: (&str, &str) = ("content-type", "application/x-ndjson");

async fn practice(receiver: &Receiver, body: &'static str) -> reqwest::Result<Answer> {
    send(receiver, "POST /practice", &[NDJSON], body).await
}

async fn with(fault: &str) -> Receiver {
    let receiver = start(Options::default()).await;
    receiver.set_fault(fault.parse().expect("a fault"));
    receiver
}

#[tokio::test]
async fn a_status_comes_with_its_retry_after_and_takes_nothing() {
    let receiver = with("status=503:retry_after=7").await;
    let answer = practice(&receiver, "{}").await.expect("an answer");
    assert_eq!(answer.status, 503);
    assert_eq!(answer.headers["retry-after"], "7");
    assert_eq!(
        (receiver.progress().events, receiver.progress().refused),
        (0, 1)
    );
    receiver.set_fault(Fault::None);
    assert_eq!(
        practice(&receiver, "{}").await.expect("an answer").status,
        200
    );
}

#[tokio::test]
async fn a_fault_of_some_per_cent_strikes_the_same_requests_for_the_same_seed() {
    let mut runs = Vec::new();
    for seed in [5, 5, 6] {
        let receiver = start(Options {
            seed,
            ..Options::default()
        })
        .await;
        receiver.set_fault("status=503:percent=40".parse().expect("a fault"));
        let mut run = Vec::new();
        for _ in 0..40 {
            run.push(practice(&receiver, "{}").await.expect("an answer").status);
        }
        runs.push(run);
    }
    assert!(runs[0].contains(&503) && runs[0].contains(&200));
    assert_eq!(runs[0], runs[1]);
    assert_ne!(runs[0], runs[2]);
}

#[tokio::test]
async fn a_reset_comes_before_or_after_the_events_were_taken() {
    for (fault, taken) in [("reset=before", 0), ("reset=after", 1)] {
        let receiver = with(fault).await;
        practice(&receiver, "{}")
            .await
            .err()
            .expect("the connection is cut");
        assert_eq!(receiver.progress().events, taken, "{fault}");
        assert_eq!(receiver.progress().requests, 1, "{fault}");
    }
}

#[tokio::test]
async fn a_late_answer_is_an_answer() {
    let receiver = with("delay=1").await;
    assert_eq!(
        practice(&receiver, "{}").await.expect("an answer").status,
        200
    );
    assert_eq!(receiver.progress().events, 1);
}

#[tokio::test]
async fn a_batch_with_the_marker_is_refused_whole_where_the_protocol_knows_no_parts() {
    let receiver = with("partial=POISON").await;
    let answer = practice(&receiver, "{}\n{\"a\":\"POISON\"}")
        .await
        .expect("an answer");
    assert_eq!((answer.status, receiver.progress().events), (400, 0));
    assert_eq!(
        practice(&receiver, "{}").await.expect("an answer").status,
        200
    );
}

#[tokio::test]
async fn a_limit_counts_the_body_before_compression() {
    let receiver = with("limit=100").await;
    let long = crate::client::gzip(&[b"{}\n".repeat(30), b"{}       \n".repeat(10)].concat());
    assert!(long.len() < 100);
    let headers = [NDJSON, ("content-encoding", "gzip")];
    let answer = send(&receiver, "POST /practice", &headers, long)
        .await
        .expect("an answer");
    assert_eq!((answer.status, receiver.progress().events), (413, 0));
    assert_eq!(
        practice(&receiver, "{}").await.expect("an answer").status,
        200
    );
}

#[tokio::test]
async fn a_hanging_request_takes_nothing_and_ends_with_the_receiver() {
    let receiver = with("hang").await;
    let address = receiver.addr();
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    let request = "POST /practice HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-ndjson\r\n\
                   content-length: 2\r\n\r\n{}";
    stream
        .write_all(request.as_bytes())
        .await
        .expect("it reads");
    let progress = receiver.wait_until(|progress| progress.requests == 1).await;
    assert_eq!(progress.events, 0);
    receiver.stop().await;
    stream
        .read_to_end(&mut Vec::new())
        .await
        .expect_err("the connection is cut");
}

#[tokio::test]
async fn garbage_is_no_answer() {
    let receiver = with("garbage").await;
    let mut stream = TcpStream::connect(receiver.addr())
        .await
        .expect("it listens");
    let request = "POST /practice HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}";
    stream
        .write_all(request.as_bytes())
        .await
        .expect("it reads");
    let mut answer = Vec::new();
    stream
        .read_to_end(&mut answer)
        .await
        .expect("the connection ends");
    assert!(!answer.is_empty() && !answer.starts_with(b"HTTP/"));
    practice(&receiver, "{}").await.err().expect("no answer");
    assert_eq!(receiver.progress().events, 0);
}

#[tokio::test]
async fn a_fault_in_force_is_shown_and_answers_take_no_time_of_others() {
    let receiver = with("delay=60000").await;
    assert_eq!(
        receiver.view().fault,
        Fault::Delay {
            milliseconds: 60_000
        }
    );
    let late = practice(&receiver, "{}");
    let progress = async {
        receiver.wait_for_events(1).await;
        receiver.set_fault(Fault::None);
        practice(&receiver, "{}").await.expect("an answer").status
    };
    tokio::select! {
        _ = late => panic!("the late answer came first"),
        status = progress => assert_eq!(status, 200),
        () = tokio::time::sleep(Duration::from_secs(30)) => panic!("nothing came"),
    }
}
