//! Datadog's intake and its check of a key.

use penstock_receiver::Options;
use penstock_receiver::protocol::datadog::Settings;

use crate::client::{Row, check, gzip, start};

const KEY: (&str, &str) = ("dd-api-key", "0123456789abcdef0123456789abcdef");
const JSON: (&str, &str) = ("content-type", "application/json");
const LOGS: &str = "POST /api/v2/logs";

fn row<'a>(
    shows: &'a str,
    headers: &'a [(&'a str, &'a str)],
    body: &[u8],
    (status, answer): (u16, &'a str),
    taken: u64,
    refusal: &'a str,
) -> Row<'a> {
    Row {
        shows,
        line: LOGS,
        headers,
        body: body.to_vec(),
        status,
        answer,
        taken,
        refusal,
    }
}

#[tokio::test]
async fn the_intake_answers_as_documented() {
    let receiver = start(Options::default()).await;
    let many = |items: usize| format!("[{}]", vec!["{}"; items].join(",")).into_bytes();
    let long = format!("[{{\"message\":\"{}\"}}]", "x".repeat(1_000_001));
    let oversize = vec![b' '; 5_000_001];
    let invalid = r#"{"errors":[{"status":"403","title":"Forbidden","detail":"API key is missing or invalid"}]}"#;
    check(
        &receiver,
        &[
            row("an array", &[KEY, JSON], b"[{},{}]", (202, "{}"), 2, ""),
            row("one log", &[KEY, JSON], b"{}", (202, "{}"), 1, ""),
            row("1000 logs", &[KEY, JSON], &many(1_000), (202, "{}"), 1_000, ""),
            Row {
                line: "POST /datadog/api/v2/logs?ddtags=env:x",
                ..row(
                    "gzip, behind its id",
                    &[KEY, JSON, ("content-encoding", "gzip")],
                    &gzip(b"[{}]"),
                    (202, "{}"),
                    1,
                    "",
                )
            },
            row("a log above 1 MB", &[KEY, JSON], long.as_bytes(), (202, "{}"), 1, "cut"),
            row(
                "no key",
                &[JSON],
                b"[]",
                (401, r#"{"errors":[{"status":"401","title":"Unauthorized","detail":"API key is missing"}]}"#),
                0,
                "DD-API-KEY is missing",
            ),
            row(
                "another key",
                &[("dd-api-key", "ffffffffffffffffffffffffffffffff"), JSON],
                b"[]",
                (403, invalid),
                0,
                "not known",
            ),
            row(
                "an application key",
                &[("dd-api-key", "0123456789abcdef0123456789abcdef01234567"), JSON],
                b"[]",
                (403, invalid),
                0,
                "application key",
            ),
            row(
                "1001 logs",
                &[KEY, JSON],
                &many(1_001),
                (413, r#"{"errors":[{"status":"413","title":"Payload Too Large","detail":"1001 logs in one request; 1000 are the most"}]}"#),
                0,
                "1001 logs",
            ),
            row(
                "more than 5 MB",
                &[KEY, JSON, ("content-encoding", "gzip")],
                &gzip(&oversize),
                (413, r#"{"errors":[{"status":"413","title":"Payload Too Large","detail":"The body is too large: 5000001 bytes or more, and 5000000 are the limit."}]}"#),
                0,
                "too large",
            ),
            row(
                "lines",
                &[KEY, JSON],
                b"{}\n{}",
                (400, r#"{"errors":[{"status":"400","title":"Bad Request","detail":"Invalid JSON: it is not JSON (trailing characters at line 2 column 1)"}]}"#),
                0,
                "trailing",
            ),
            row(
                "no type",
                &[KEY],
                b"[]",
                (415, r#"{"errors":[{"status":"415","title":"Unsupported Media Type","detail":"The Content-Type must be application/json."}]}"#),
                0,
                "Content-Type",
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_key_is_checked_at_its_site() {
    let datadog = Settings {
        site: Some("datadoghq.eu".into()),
        ..Settings::default()
    };
    let receiver = start(Options {
        datadog,
        ..Options::default()
    })
    .await;
    let at = |shows, host, answer: (u16, &'static str), refusal| Row {
        line: "GET /api/v1/validate",
        headers: host,
        ..row(shows, &[], b"", answer, 0, refusal)
    };
    let valid = (200, r#"{"valid":true}"#);
    let forbidden = (403, r#"{"errors":["Forbidden"]}"#);
    check(
        &receiver,
        &[
            at("on loopback", &[KEY], valid, ""),
            at(
                "at its site",
                &[KEY, ("host", "api.datadoghq.eu")],
                valid,
                "",
            ),
            at(
                "at another",
                &[KEY, ("host", "api.datadoghq.com")],
                forbidden,
                "another site",
            ),
            at("without a key", &[], forbidden, "missing"),
        ],
    )
    .await;
}
