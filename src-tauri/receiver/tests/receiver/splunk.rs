//! Splunk's collector: every code it gives, and what it indexes under each.

use penstock_receiver::Options;
use penstock_receiver::protocol::splunk::{Acknowledge, Settings, Token};

use crate::client::{Row, check, gzip, send, start};

const TOKEN: (&str, &str) = (
    "authorization",
    "Splunk 7a9d2c1e-4b6f-4f0a-9c3d-1e5b8a2f6d40",
);
const ACKED: (&str, &str) = (
    "authorization",
    "Splunk 7a9d2c1e-4b6f-4f0a-9c3d-1e5b8a2f6d41",
);
const CHANNEL: (&str, &str) = (
    "x-splunk-request-channel",
    "0f8fad5b-d9cb-469f-a165-70867728950e",
);
const EVENT: &str = "POST /services/collector/event";
const SUCCESS: &str = r#"{"text":"Success","code":0}"#;

fn row<'a>(
    shows: &'a str,
    headers: &'a [(&'a str, &'a str)],
    body: &str,
    (status, answer): (u16, &'a str),
    taken: u64,
    refusal: &'a str,
) -> Row<'a> {
    let body = body.as_bytes().to_vec();
    Row {
        shows,
        line: EVENT,
        headers,
        body,
        status,
        answer,
        taken,
        refusal,
    }
}

#[tokio::test]
async fn each_way_of_signing_in_gets_its_code() {
    let off = Token {
        value: "off".into(),
        disabled: true,
        ..Token::default()
    };
    let mut settings = Settings::default();
    settings.tokens.push(off);
    let receiver = start(Options {
        splunk: settings,
        ..Options::default()
    })
    .await;
    let body = r#"{"event":"x"}"#;
    let basic = (
        "authorization",
        "Basic eDo3YTlkMmMxZS00YjZmLTRmMGEtOWMzZC0xZTViOGEyZjZkNDA=",
    );
    check(
        &receiver,
        &[
            row("the token", &[TOKEN], body, (200, SUCCESS), 1, ""),
            row(
                "the token as a password",
                &[basic],
                body,
                (200, SUCCESS),
                1,
                "",
            ),
            row(
                "nothing",
                &[],
                body,
                (401, r#"{"text":"Token is required","code":2}"#),
                0,
                "Authorization is missing",
            ),
            row(
                "another word",
                &[(
                    "authorization",
                    "Bearer 7a9d2c1e-4b6f-4f0a-9c3d-1e5b8a2f6d40",
                )],
                body,
                (401, r#"{"text":"Invalid authorization","code":3}"#),
                0,
                "must read",
            ),
            row(
                "another token",
                &[(
                    "authorization",
                    "Splunk 7a9d2c1e-4b6f-4f0a-9c3d-1e5b8a2f6d4f",
                )],
                body,
                (403, r#"{"text":"Invalid token","code":4}"#),
                0,
                "not known",
            ),
            row(
                "a token that is off",
                &[("authorization", "Splunk off")],
                body,
                (403, r#"{"text":"Token disabled","code":1}"#),
                0,
                "switched off",
            ),
            Row {
                line: "POST /services/collector?token=7a9d2c1e-4b6f-4f0a-9c3d-1e5b8a2f6d40",
                ..row(
                    "the token in the address",
                    &[],
                    body,
                    (
                        400,
                        r#"{"text":"Query string authorization is not enabled","code":16}"#,
                    ),
                    0,
                    "not in the address",
                )
            },
        ],
    )
    .await;
}

#[tokio::test]
async fn objects_are_indexed_up_to_the_first_that_is_refused() {
    let mut settings = Settings::default();
    settings.tokens[0].indexes = vec!["main".into()];
    let receiver = start(Options {
        splunk: settings,
        ..Options::default()
    })
    .await;
    let good = r#"{"time":1700000000.123,"host":"h","source":"s","sourcetype":"_json","index":"main","event":{"id":"a"},"fields":{"k":"v","l":["x",1]}}"#;
    let two = |bad: &str| format!("{good}\n{good}{bad}{good}");
    let blank = two(r#"{"event":""}"#);
    let bodies = [
        two(""),
        two(r#"{"time":1}"#),
        two(r#"{"event":null}"#),
        two(r#"{"event":"x","fields":{"a":{"b":1}}}"#),
        two(r#"{"event":"x","index":"other"}"#),
        two(","),
        two(r#"{"event":"x","unknown":1}"#),
        two(r#"{"fields":{"a":1}}"#),
        two(r#"{"time":"soon","event":"x"}"#),
        two(r#"{"event":{"a":"#),
    ];
    let refused = |code: u8, text: &str, number: u8| {
        format!(r#"{{"text":"{text}","code":{code},"invalid-event-number":{number}}}"#)
    };
    let required = refused(12, "Event field is required", 2);
    let cannot = refused(13, "Event field cannot be blank", 2);
    let format = refused(6, "Invalid data format", 2);
    let fields = refused(15, "Error in handling indexed fields", 2);
    let index = refused(7, "Incorrect index", 3);
    let first = refused(6, "Invalid data format", 0);
    let no_data = r#"{"text":"No data","code":5}"#;
    check(
        &receiver,
        &[
            row(
                "three good objects",
                &[TOKEN],
                &bodies[0],
                (200, SUCCESS),
                3,
                "",
            ),
            row(
                "no event",
                &[TOKEN],
                &bodies[1],
                (400, &required),
                2,
                "no key `event`",
            ),
            row(
                "a blank event",
                &[TOKEN],
                &blank,
                (400, &cannot),
                2,
                "blank",
            ),
            row(
                "a null event",
                &[TOKEN],
                &bodies[2],
                (400, &format),
                2,
                "null",
            ),
            row(
                "fields that are not flat",
                &[TOKEN],
                &bodies[3],
                (400, &fields),
                2,
                "not flat",
            ),
            row(
                "an index not allowed",
                &[TOKEN],
                &bodies[4],
                (400, &index),
                2,
                "\"other\"",
            ),
            row(
                "a comma",
                &[TOKEN],
                &bodies[5],
                (400, &format),
                2,
                "no commas",
            ),
            row(
                "an unknown key",
                &[TOKEN],
                &bodies[6],
                (200, SUCCESS),
                2,
                "\"unknown\"",
            ),
            row(
                "fields without event",
                &[TOKEN],
                &bodies[7],
                (200, SUCCESS),
                3,
                "[2]",
            ),
            row(
                "a time that is none",
                &[TOKEN],
                &bodies[8],
                (400, &format),
                2,
                "\"time\"",
            ),
            row(
                "half an object",
                &[TOKEN],
                &bodies[9],
                (400, &format),
                2,
                "not JSON",
            ),
            row(
                "an unknown key alone",
                &[TOKEN],
                r#"{"unknown":1,"event":"x"}"#,
                (400, no_data),
                0,
                "\"unknown\"",
            ),
            row(
                "an array",
                &[TOKEN],
                &format!("[{good}]"),
                (400, &first),
                0,
                "no array",
            ),
            row("nothing", &[TOKEN], " \n", (400, no_data), 0, "no event"),
        ],
    )
    .await;
    let event = &receiver.events()[0];
    assert_eq!(
        (&event.event[..], &event.record[..]),
        (&br#"{"id":"a"}"#[..], good.as_bytes())
    );
}

#[tokio::test]
async fn compression_and_size_are_judged_as_splunk_does() {
    let splunk = Settings {
        max_bytes: 1_000,
        ..Settings::default()
    };
    let enterprise = start(Options {
        splunk: splunk.clone(),
        ..Options::default()
    })
    .await;
    let splunk = Settings {
        cloud: true,
        ..splunk
    };
    let cloud = start(Options {
        splunk,
        ..Options::default()
    })
    .await;
    let good = br#"{"event":"x"}"#;
    let long = format!("{{\"event\":\"{}\"}}", "x".repeat(1_000));
    let headers = [TOKEN, ("content-encoding", "gzip")];
    let deflate = [TOKEN, ("content-encoding", "deflate")];
    let format = r#"{"text":"Invalid data format","code":6,"invalid-event-number":0}"#;
    let with = |row: Row<'static>, body: Vec<u8>| Row { body, ..row };
    check(
        &enterprise,
        &[
            Row { body: gzip(good), ..row("gzip", &headers, "", (200, SUCCESS), 1, "") },
            Row {
                body: good.to_vec(),
                ..row("no gzip at all", &headers, "", (400, format), 0, "Content-Encoding")
            },
            row("deflate", &deflate, "x", (415, "Unsupported Media Type"), 0, "deflate"),
            with(
                row(
                    "too large",
                    &[TOKEN],
                    "",
                    (
                        413,
                        r#"{"text":"Content-Length of 1012 too large (maximum is 1000)","code":413}"#,
                    ),
                    0,
                    "too large",
                ),
                long.clone().into_bytes(),
            ),
        ],
    )
    .await;
    check(
        &cloud,
        &[row(
            "Cloud's oversize",
            &[TOKEN],
            &long,
            (400, format),
            0,
            "too large",
        )],
    )
    .await;
}

#[tokio::test]
async fn an_acknowledging_token_wants_a_channel_and_tells_each_id_once() {
    let settings = Settings {
        acknowledge: Acknowledge::AfterAsking(1),
        ..Settings::default()
    };
    let receiver = start(Options {
        splunk: settings,
        ..Options::default()
    })
    .await;
    let body = r#"{"event":"x"}"#;
    let ack = |shows, headers, body, status, answer, refusal| Row {
        line: "POST /services/collector/ack",
        ..row(shows, headers, body, (status, answer), 0, refusal)
    };
    check(
        &receiver,
        &[
            row(
                "no channel",
                &[ACKED],
                body,
                (400, r#"{"text":"Data channel is missing","code":10}"#),
                0,
                "X-Splunk-Request-Channel",
            ),
            row(
                "no GUID",
                &[ACKED, ("x-splunk-request-channel", "x")],
                body,
                (400, r#"{"text":"Invalid data channel","code":11}"#),
                0,
                "GUID",
            ),
            row("first", &[ACKED, CHANNEL], body, (200, r#"{"text":"Success","code":0,"ackId":0}"#), 1, ""),
            row(
                "the part before a fault",
                &[ACKED, CHANNEL],
                r#"{"event":"x"}{}"#,
                (
                    400,
                    r#"{"text":"Event field is required","code":12,"invalid-event-number":1,"ackId":1}"#,
                ),
                1,
                "no key `event`",
            ),
            row("a channel that is not needed", &[TOKEN, CHANNEL], body, (200, SUCCESS), 1, ""),
            ack("not yet", &[ACKED, CHANNEL], r#"{"acks":[0,1]}"#, 200, r#"{"acks":{"0":false,"1":false}}"#, ""),
            ack("now", &[ACKED, CHANNEL], r#"{"acks":[0,7]}"#, 200, r#"{"acks":{"0":true,"7":false}}"#, ""),
            ack("once", &[ACKED, CHANNEL], r#"{"acks":[0]}"#, 200, r#"{"acks":{"0":false}}"#, ""),
            ack(
                "a token without",
                &[TOKEN, CHANNEL],
                r#"{"acks":[0]}"#,
                400,
                r#"{"text":"ACK is disabled","code":14}"#,
                "no acknowledgement",
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn health_raw_and_unknown_paths_answer_as_the_collector_does() {
    let receiver = start(Options::default()).await;
    let healthy = r#"{"text":"HEC is healthy","code":17}"#;
    let gone = r#"{"text":"The requested URL was not found on this server.","code":404}"#;
    let at = |line, row| Row { line, ..row };
    check(
        &receiver,
        &[
            at(
                "GET /services/collector/health",
                row("health", &[], "", (200, healthy), 0, ""),
            ),
            at(
                "GET /services/collector/health/1.0",
                row(
                    "health with a bad token",
                    &[("authorization", "Splunk x")],
                    "",
                    (400, r#"{"text":"Invalid token","code":21}"#),
                    0,
                    "not known",
                ),
            ),
            at(
                "POST /services/collector/raw?sourcetype=x",
                row("raw", &[TOKEN], "one\n\ntwo\n", (200, SUCCESS), 2, ""),
            ),
            at(
                "OPTIONS /services/collector/event/1.0",
                row("options", &[], "", (200, ""), 0, ""),
            ),
            at(
                "POST /splunk/services/collector/event/1.0",
                row(
                    "behind its id",
                    &[TOKEN],
                    r#"{"event":1}"#,
                    (200, SUCCESS),
                    1,
                    "",
                ),
            ),
            at(
                "POST /services/collector/x",
                row("unknown", &[TOKEN], "", (404, gone), 0, "no such path"),
            ),
        ],
    )
    .await;
    assert_eq!(receiver.progress().deliveries, 2);
}

#[tokio::test]
async fn a_marked_event_is_refused_by_its_number() {
    let receiver = start(Options::default()).await;
    receiver.set_fault("partial=POISON".parse().expect("a fault"));
    let body = r#"{"event":"a"}{"event":"b"}{"event":"POISON"}{"event":"c"}"#;
    let refused = r#"{"text":"Invalid data format","code":6,"invalid-event-number":2}"#;
    check(
        &receiver,
        &[row("marked", &[TOKEN], body, (400, refused), 2, "marker")],
    )
    .await;
}

#[tokio::test]
async fn a_status_on_demand_is_worded_as_the_collector_words_it() {
    let receiver = start(Options::default()).await;
    for (fault, status, answer) in [
        (
            "status=404",
            404,
            r#"{"text":"The requested URL was not found on this server.","code":404}"#,
        ),
        ("status=503", 503, r#"{"text":"Server is busy","code":9}"#),
        (
            "status=429",
            429,
            r#"{"text":"HEC queue at capacity","code":26}"#,
        ),
        (
            "status=500",
            500,
            r#"{"text":"Internal server error","code":8}"#,
        ),
    ] {
        receiver.set_fault(fault.parse().expect("a fault"));
        check(
            &receiver,
            &[row(
                fault,
                &[TOKEN],
                r#"{"event":1}"#,
                (status, answer),
                0,
                "Told",
            )],
        )
        .await;
    }
    let healthy = send(&receiver, "GET /services/collector/health", &[], "").await;
    assert_eq!(
        healthy.expect("an answer").status,
        200,
        "faults strike what carries events"
    );
}

#[tokio::test]
async fn a_collector_that_is_nearly_full_takes_events_with_another_code() {
    let splunk = Settings {
        nearly_full: true,
        ..Settings::default()
    };
    let receiver = start(Options {
        splunk,
        ..Options::default()
    })
    .await;
    let taken = (
        200,
        r#"{"text":"HEC queue is approaching capacity","code":24}"#,
    );
    check(
        &receiver,
        &[row("code 24", &[TOKEN], r#"{"event":1}"#, taken, 1, "")],
    )
    .await;
}
