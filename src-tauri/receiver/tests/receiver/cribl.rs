//! Cribl's HTTP source.

use penstock_receiver::Options;
use penstock_receiver::protocol::cribl::{Scheme, Settings};

use crate::client::{Row, check, gzip, start};

const BARE: (&str, &str) = ("authorization", "practice-cribl-token");
const BEARER: (&str, &str) = ("authorization", "Bearer practice-cribl-token");

fn row<'a>(
    shows: &'a str,
    line: &'a str,
    headers: &'a [(&'a str, &'a str)],
    body: &[u8],
    (status, answer): (u16, &'a str),
    taken: u64,
    refusal: &'a str,
) -> Row<'a> {
    Row {
        shows,
        line,
        headers,
        body: body.to_vec(),
        status,
        answer,
        taken,
        refusal,
    }
}

#[tokio::test]
async fn lines_are_taken_at_any_path_that_ends_in_bulk() {
    let receiver = start(Options::default()).await;
    let gzipped = [BEARER, ("content-encoding", "gzip")];
    let bulk = "POST /cribl/_bulk";
    let oversize = vec![b'\n'; 2_000_001];
    check(
        &receiver,
        &[
            row("bare token", bulk, &[BARE], b"{}\n{}\n", (200, ""), 2, ""),
            row(
                "bearer",
                "POST /base/path/_bulk",
                &[BEARER],
                b"{}",
                (200, ""),
                1,
                "",
            ),
            row("gzip", bulk, &gzipped, &gzip(b"{}"), (200, ""), 1, ""),
            row(
                "no token",
                bulk,
                &[],
                b"{}",
                (401, "Unauthorized"),
                0,
                "missing",
            ),
            row(
                "another token",
                bulk,
                &[("authorization", "x")],
                b"{}",
                (403, "Forbidden"),
                0,
                "not known",
            ),
            row(
                "an array",
                bulk,
                &[BARE],
                b"[{}]",
                (400, "Bad Request"),
                0,
                "line 1",
            ),
            row(
                "no gzip",
                bulk,
                &gzipped,
                b"{}",
                (400, "Bad Request"),
                0,
                "Content-Encoding",
            ),
            row(
                "too large",
                bulk,
                &[BARE],
                &oversize,
                (413, "Payload Too Large"),
                0,
                "too large",
            ),
            row(
                "no bulk",
                "POST /cribl/x",
                &[BARE],
                b"{}",
                (404, "Not Found"),
                0,
                "/_bulk",
            ),
            row(
                "Elasticsearch's path",
                "POST /elastic/_bulk",
                &[BARE],
                b"{}",
                (404, "Not Found"),
                0,
                "/_bulk",
            ),
            row(
                "health",
                "GET /cribl_health",
                &[],
                b"",
                (200, r#"{"status":"healthy"}"#),
                0,
                "",
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_source_may_insist_on_one_way_of_sending_the_token_or_on_none() {
    let with = async |scheme| {
        let cribl = Settings {
            scheme,
            ..Settings::default()
        };
        start(Options {
            cribl,
            ..Options::default()
        })
        .await
    };
    let line = "POST /cribl/_bulk";
    let taken = |shows, headers| row(shows, line, headers, b"{}", (200, ""), 1, "");
    let bare = with(Scheme::Bare).await;
    check(
        &bare,
        &[
            taken("bare", &[BARE]),
            row(
                "bearer",
                line,
                &[BEARER],
                b"{}",
                (403, "Forbidden"),
                0,
                "without `Bearer`",
            ),
        ],
    )
    .await;
    let bearer = with(Scheme::Bearer).await;
    check(
        &bearer,
        &[
            taken("bearer", &[BEARER]),
            row(
                "bare",
                line,
                &[BARE],
                b"{}",
                (403, "Forbidden"),
                0,
                "follow `Bearer`",
            ),
        ],
    )
    .await;
    let open = Settings {
        token: None,
        ..Settings::default()
    };
    let open = start(Options {
        cribl: open,
        ..Options::default()
    })
    .await;
    check(&open, &[taken("no token", &[])]).await;
}
