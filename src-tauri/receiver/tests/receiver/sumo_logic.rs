//! Sumo Logic's HTTP source.

use penstock_receiver::Options;
use penstock_receiver::protocol::sumo_logic::Settings;

use crate::client::{Row, check, gzip, send, start};

const PRESIGNED: &str = "POST /receiver/v1/http/PracticeReceiverUniqueHttpCollectorCode";
const TOKEN: (&str, &str) = ("x-sumo-token", "practice-sumo-token");

fn row<'a>(
    shows: &'a str,
    line: &'a str,
    headers: &'a [(&'a str, &'a str)],
    body: &[u8],
    status: u16,
    taken: u64,
    refusal: &'a str,
) -> Row<'a> {
    Row {
        shows,
        line,
        headers,
        body: body.to_vec(),
        status,
        answer: "",
        taken,
        refusal,
    }
}

#[tokio::test]
async fn the_source_answers_as_documented() {
    let receiver = start(Options::default()).await;
    let header = "POST /sumo_logic/receiver/v1/http";
    let wrong = "POST /receiver/v1/http/wrong";
    let gzipped = [("content-encoding", "gzip")];
    let oversize = vec![b' '; 1_000_001];
    check(
        &receiver,
        &[
            row("presigned", PRESIGNED, &[], b"{}\n{}\n", 200, 2, ""),
            row("by header", header, &[TOKEN], b"{}", 200, 1, ""),
            row("gzip", PRESIGNED, &gzipped, &gzip(b"{}"), 200, 1, ""),
            row("another code", wrong, &[], b"{}", 401, 0, "not known"),
            row(
                "another token",
                header,
                &[("x-sumo-token", "x")],
                b"{}",
                401,
                0,
                "not known",
            ),
            row("neither", header, &[], b"{}", 401, 0, "Neither"),
            row("no UTF-8", PRESIGNED, &[], b"\xff", 400, 0, "UTF-8"),
            row(
                "an array is one message",
                PRESIGNED,
                &[],
                b"[{},{}]",
                200,
                1,
                "plain text",
            ),
            row("too large", PRESIGNED, &[], &oversize, 413, 0, "too large"),
            row(
                "another method",
                "GET /receiver/v1/http",
                &[],
                b"",
                404,
                0,
                "posted",
            ),
        ],
    )
    .await;
    for arrival in receiver.arrivals_since(0) {
        assert!(
            !arrival.path.contains("Practice"),
            "the code in an address is not shown"
        );
    }
}

#[tokio::test]
async fn one_message_a_request_makes_a_batch_one_message() {
    let sumo_logic = Settings {
        one_message: true,
        ..Settings::default()
    };
    let receiver = start(Options {
        sumo_logic,
        ..Options::default()
    })
    .await;
    check(
        &receiver,
        &[row(
            "a batch",
            PRESIGNED,
            &[],
            b"{}\n{}",
            200,
            1,
            "2 events",
        )],
    )
    .await;
    send(&receiver, PRESIGNED, &[], "{}")
        .await
        .expect("an answer");
    assert_eq!(
        receiver.progress().refused,
        1,
        "a single event is one message anyway"
    );
}
