//! Better Stack's intake.

use penstock_receiver::Options;
use penstock_receiver::protocol::better_stack::Settings;

use crate::client::{Row, check, gzip, start};

const TOKEN: (&str, &str) = ("authorization", "Bearer practiceSourceToken12345");
const JSON: (&str, &str) = ("content-type", "application/json");
const NDJSON: (&str, &str) = ("content-type", "application/x-ndjson");

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
        line: "POST /",
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
    let better_stack = Settings {
        max_bytes: 1_000,
        ..Settings::default()
    };
    let receiver = start(Options {
        better_stack,
        ..Options::default()
    })
    .await;
    let unreadable = (
        406,
        "Request body is neither valid JSON nor valid MessagePack",
    );
    let packed = gzip(&format!("[{}]", vec!["{}"; 1_000].join(",")).into_bytes());
    assert!(packed.len() < 1_000);
    let gzipped = [TOKEN, JSON, ("content-encoding", "gzip")];
    let at = |line, row| Row { line, ..row };
    check(
        &receiver,
        &[
            row("an array", &[TOKEN, JSON], b"[{},{}]", (202, ""), 2, ""),
            row("lines", &[TOKEN, NDJSON], b"{}\n{}", (202, ""), 2, ""),
            row(
                "the limit counts compressed",
                &gzipped,
                &packed,
                (202, ""),
                1_000,
                "",
            ),
            at(
                "POST /better_stack",
                row("behind its id", &[TOKEN, JSON], b"{}", (202, ""), 1, ""),
            ),
            row(
                "no token",
                &[JSON],
                b"[]",
                (403, "Forbidden"),
                0,
                "must read",
            ),
            row(
                "another token",
                &[("authorization", "Bearer x"), JSON],
                b"[]",
                (403, "Forbidden"),
                0,
                "not known",
            ),
            row("no JSON", &[TOKEN, JSON], b"[", unreadable, 0, "not JSON"),
            row("nothing", &[TOKEN, JSON], b"", unreadable, 0, "empty"),
            row("no type", &[TOKEN], b"{}", unreadable, 0, "Content-Type"),
            row(
                "no gzip",
                &gzipped,
                b"[]",
                unreadable,
                0,
                "Content-Encoding",
            ),
            row(
                "too large",
                &[TOKEN, JSON],
                &[b' '; 1_001],
                (413, "payload reached size limit"),
                0,
                "too large",
            ),
            at(
                "POST /better_stack/x",
                row(
                    "another path",
                    &[TOKEN, JSON],
                    b"{}",
                    (404, "Not Found"),
                    0,
                    "at /",
                ),
            ),
        ],
    )
    .await;
    receiver.set_fault("status=402".parse().expect("a fault"));
    check(
        &receiver,
        &[row(
            "quota",
            &[TOKEN, JSON],
            b"[]",
            (402, "Quota exceeded"),
            0,
            "Told",
        )],
    )
    .await;
}
