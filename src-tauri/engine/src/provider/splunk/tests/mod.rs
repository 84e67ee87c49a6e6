mod acknowledge;
mod address;
mod probe;
mod verdict;

use serde_json::json;

use crate::problem::Problem;
use crate::provider::testing::{
    assert_verdicts, body, connected, destination, events, headers, refused, response, told,
};
use crate::provider::{Destination, Fate, Verdict};

const TOKEN: &str = "5d0a1b2c-3d4e-4f50-8a6b-7c8d9e0f1a2b";

fn splunk() -> Box<dyn Destination> {
    destination(
        "splunk",
        json!({ "hostname": "splunk.example.com", "index": "audit" }),
        json!({ "token": TOKEN }),
    )
}

#[test]
fn envelopes_stand_back_to_back_with_the_events_own_time() {
    let request = splunk().request(
        &events(&[
            "{\"createdAt\":\"2026-01-15T08:00:00.020Z\",\"n\":18446744073709551616}",
            "{\n\"a\":1,\"a\":2}",
        ]),
        None,
    );
    assert_eq!(request.method, "POST");
    assert_eq!(
        request.url.expose(),
        "https://splunk.example.com:8088/services/collector/event"
    );
    assert_eq!(request.shown_url, request.url.expose());
    assert_eq!(
        body(&request),
        concat!(
            "{\"time\":1768464000.020,\"source\":\"infisical\",\"sourcetype\":\"_json\",\"index\":\"audit\",",
            "\"event\":{\"createdAt\":\"2026-01-15T08:00:00.020Z\",\"n\":18446744073709551616}}",
            "{\"source\":\"infisical\",\"sourcetype\":\"_json\",\"index\":\"audit\",\"event\":{\n\"a\":1,\"a\":2}}",
        )
    );
    assert!(request.body.gzip);
    let headers = headers(&request);
    assert_eq!(
        headers[..2],
        [
            format!("Authorization: Splunk {TOKEN}"),
            "Content-Type: application/json".into()
        ]
    );
    let channel = headers[2]
        .strip_prefix("X-Splunk-Request-Channel: ")
        .expect("a channel");
    assert!(uuid::Uuid::parse_str(channel).is_ok());
    assert!(!format!("{request:?}").contains(TOKEN));
}

#[test]
fn what_is_left_empty_is_left_out_of_the_envelope() {
    let request = destination(
        "splunk",
        json!({ "hostname": "s.example", "source": "", "sourcetype": "", "host": "a \"b\"" }),
        json!({ "token": TOKEN }),
    )
    .request(&events(&["{}"]), None);
    assert_eq!(body(&request), "{\"host\":\"a \\\"b\\\"\",\"event\":{}}");
}

#[test]
fn a_stream_keeps_its_channel_and_others_have_their_own() {
    let channel = |index: &str| {
        let details = json!({ "hostname": "s.example", "index": index });
        let splunk = destination("splunk", details, json!({ "token": TOKEN }));
        headers(&splunk.request(&events(&["{}"]), None)).pop()
    };
    assert_eq!(channel("a"), channel("a"));
    assert_ne!(channel("a"), channel("b"));
}

#[test]
fn framing_never_adds_more_than_the_limits_say() {
    let splunk = splunk();
    let event = "{\"createdAt\":\"9999-12-30T23:59:59.999Z\"}";
    let request = splunk.request(&events(&[event, event]), None);
    assert!(request.body.bytes.len() <= 2 * (event.len() + splunk.limits().overhead));
}
