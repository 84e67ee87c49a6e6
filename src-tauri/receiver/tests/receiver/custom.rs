//! Custom and practice.

use penstock_receiver::{Options, protocol::custom};

use crate::client::{Row, check, gzip, start};

const JSON: (&str, &str) = ("content-type", "application/json");
const NDJSON: (&str, &str) = ("content-type", "application/x-ndjson");
const GZIP: (&str, &str) = ("content-encoding", "gzip");

#[tokio::test]
async fn custom_takes_its_three_framings_and_refuses_what_they_are_not() {
    let receiver = start(Options::default()).await;
    let row = |shows, headers, body: &[u8], status, answer, taken, refusal| Row {
        shows,
        line: "POST /custom",
        headers,
        body: body.to_vec(),
        status,
        answer,
        taken,
        refusal,
    };
    let bomb = gzip(&vec![b' '; 65 * 1024 * 1024]);
    check(
        &receiver,
        &[
            row("an array", &[JSON], b"[{\"id\":1},{}]", 200, r#"{"accepted":2}"#, 2, ""),
            row("one object", &[JSON], b" {} ", 200, r#"{"accepted":1}"#, 1, ""),
            row("lines", &[NDJSON], b"{}\n{}\n{}\n", 200, r#"{"accepted":3}"#, 3, ""),
            row("gzip", &[NDJSON, GZIP], &gzip(b"{}\n{}"), 200, r#"{"accepted":2}"#, 2, ""),
            row(
                "lines under the type of one text",
                &[JSON],
                b"{}\n{}",
                400,
                r#"{"error":"The body cannot be read: it is not JSON (trailing characters at line 2 column 1)."}"#,
                0,
                "trailing characters",
            ),
            row(
                "an array under the type of lines",
                &[NDJSON],
                b"[{}]",
                400,
                r#"{"error":"The body cannot be read: line 1: it is not a JSON object."}"#,
                0,
                "line 1",
            ),
            row(
                "no type",
                &[],
                b"{}",
                415,
                r#"{"error":"The header Content-Type is missing."}"#,
                0,
                "Content-Type",
            ),
            row(
                "gzip cut short",
                &[JSON, GZIP],
                &gzip(b"[{}]")[..15],
                400,
                r#"{"error":"The body is not the compression that its Content-Encoding names, or it is cut short."}"#,
                0,
                "cut short",
            ),
            row(
                "a bomb",
                &[JSON, GZIP],
                &bomb,
                413,
                r#"{"error":"The body is too large: 67108865 bytes or more, and 67108864 are the limit."}"#,
                0,
                "too large",
            ),
            row(
                "an unknown compression",
                &[JSON, ("content-encoding", "br")],
                b"[]",
                415,
                r#"{"error":"The body is compressed as \"br\", which is not taken here."}"#,
                0,
                "br",
            ),
        ],
    )
    .await;
    assert_eq!(receiver.progress().events, 8);
}

#[tokio::test]
async fn any_path_that_nobody_knows_is_custom() {
    let receiver = start(Options::default()).await;
    let answer = r#"{"accepted":1}"#;
    for line in [
        "POST /hooks/audit",
        "PUT /",
        "POST /custom/deeper",
        "POST /customs",
    ] {
        let row = Row {
            shows: line,
            line,
            headers: &[JSON],
            body: b"{}".to_vec(),
            status: 200,
            answer,
            taken: 1,
            refusal: "",
        };
        check(&receiver, &[row]).await;
        assert_eq!(receiver.arrivals_since(0)[0].provider, "custom");
    }
}

#[tokio::test]
async fn custom_asks_for_its_header_and_its_signature() {
    let settings = custom::Settings {
        header: Some(("X-Token".into(), "practice".into())),
        signing_key: Some("key".into()),
        idempotent: true,
        ..custom::Settings::default()
    };
    let receiver = start(Options {
        custom: settings,
        ..Options::default()
    })
    .await;
    let token = ("x-token", "practice");
    let row = |shows, headers, status, answer, taken, refusal| Row {
        shows,
        line: "POST /custom",
        headers,
        body: b"{}".to_vec(),
        status,
        answer,
        taken,
        refusal,
    };
    check(
        &receiver,
        &[
            row(
                "no header",
                &[JSON],
                401,
                r#"{"error":"The header X-Token is missing."}"#,
                0,
                "missing",
            ),
            row(
                "another value",
                &[JSON, ("x-token", "x")],
                403,
                r#"{"error":"The header X-Token has not the right value."}"#,
                0,
                "right value",
            ),
            row(
                "no signature",
                &[JSON, token],
                401,
                r#"{"error":"The header X-Signature is missing."}"#,
                0,
                "missing",
            ),
            row(
                "no time",
                &[JSON, token, TIMED],
                401,
                r#"{"error":"The header X-Signature-Timestamp is missing."}"#,
                0,
                "missing",
            ),
            row(
                "a signature of other bytes",
                &[JSON, token, ("x-signature", "sha256=00"), TIME],
                401,
                r#"{"error":"The signature in X-Signature does not fit the body."}"#,
                0,
                "does not fit",
            ),
            row(
                "signed",
                &[JSON, token, TIMED, TIME, ("idempotency-key", "a")],
                200,
                r#"{"accepted":1}"#,
                1,
                "",
            ),
            row(
                "the same key again",
                &[JSON, token, TIMED, TIME, ("idempotency-key", "a")],
                200,
                r#"{"accepted":1}"#,
                0,
                "came before",
            ),
        ],
    )
    .await;
}

const TIME: (&str, &str) = ("x-signature-timestamp", "1700000000");
/// HMAC-SHA256 with the key `key` over `1700000000.{}`.
const TIMED: (&str, &str) = (
    "x-signature",
    "sha256=9d713ed406bb7076d4123f0dc2c39d2df5c654ed4b0cd56b52c8b4c940bd63ae",
);

#[tokio::test]
async fn practice_takes_lines_without_credentials() {
    let receiver = start(Options::default()).await;
    let url = receiver.view().practice_url.expect("it runs");
    assert_eq!(url, format!("{}/practice", receiver.base_url()));
    let row = |shows, line, headers, body: &[u8], status, answer, taken, refusal| Row {
        shows,
        line,
        headers,
        body: body.to_vec(),
        status,
        answer,
        taken,
        refusal,
    };
    check(
        &receiver,
        &[
            row("lines", "POST /practice", &[NDJSON], b"{}\n{}", 200, r#"{"accepted":2}"#, 2, ""),
            row(
                "a broken line",
                "POST /practice",
                &[NDJSON],
                b"{}\n{\"a\":}",
                400,
                r#"{"error":"The body is refused: line 2: it is not JSON (expected value at line 1 column 6)."}"#,
                0,
                "line 2",
            ),
            row(
                "another type",
                "POST /practice",
                &[JSON],
                b"{}",
                415,
                r#"{"error":"The Content-Type must be application/x-ndjson."}"#,
                0,
                "Content-Type",
            ),
            row(
                "another method",
                "GET /practice",
                &[],
                b"",
                405,
                r#"{"error":"Events are sent with POST."}"#,
                0,
                "POST",
            ),
        ],
    )
    .await;
}
