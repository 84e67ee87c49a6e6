use serde_json::json;

use crate::provider::Verdict;
use crate::provider::testing::{
    assert_verdicts, body, connected, destination, events, headers, refused, response, told,
};

const URL: &str = "https://logs.example.com/v1/audit?team=a";

#[test]
fn an_array_is_posted_with_the_headers_of_the_form() {
    let custom = destination(
        "custom",
        json!({ "url": URL, "gzip": "true" }),
        json!({ "headers": [
            { "key": "Authorization", "value": "Bearer abc" },
            { "key": "X-Team", "value": "soc", "secret": false },
        ] }),
    );
    let request = custom.request(&events(&["{\"a\":1}", "{\"b\":2}"]), None);
    assert_eq!(
        (
            request.method,
            request.url.expose(),
            request.shown_url.as_str()
        ),
        ("POST", URL, URL)
    );
    assert_eq!(body(&request), "[{\"a\":1},{\"b\":2}]");
    assert!(request.body.gzip);
    let headers = headers(&request);
    assert_eq!(
        headers[..3],
        [
            "Content-Type: application/json",
            "Authorization: Bearer abc",
            "X-Team: soc"
        ]
    );
    assert!(headers[3].starts_with("Idempotency-Key: "), "{headers:?}");
    assert_eq!(headers.len(), 4);
    assert!(!format!("{request:?}").contains("abc"));
    assert_eq!(custom.endpoint(), "logs.example.com");
}

#[test]
fn each_format_frames_events_its_own_way() {
    for (format, kind, framed) in [
        ("array", "application/json", "[{\n\"a\":1},{}]"),
        ("ndjson", "application/x-ndjson", "{ \"a\":1}\n{}\n"),
    ] {
        let custom = destination("custom", json!({ "url": URL, "format": format }), json!({}));
        let request = custom.request(&events(&["{\n\"a\":1}", "{}"]), None);
        assert_eq!(body(&request), framed);
        assert_eq!(headers(&request)[0], format!("Content-Type: {kind}"));
        assert!(!request.body.gzip);
    }
    let custom = destination(
        "custom",
        json!({ "url": URL, "format": "single" }),
        json!({}),
    );
    assert_eq!(custom.limits().events, 1);
    assert_eq!(
        body(&custom.request(&events(&["{\n\"a\":1}"]), None)),
        "{\n\"a\":1}"
    );
}

#[test]
fn a_content_type_of_ones_own_replaces_that_of_the_format() {
    let custom = destination(
        "custom",
        json!({ "url": URL, "method": "put", "idempotency": false }),
        json!({ "headers": [{ "key": "content-type", "value": "text/plain", "secret": false }] }),
    );
    let request = custom.request(&events(&["{}"]), None);
    assert_eq!(request.method, "PUT");
    assert_eq!(headers(&request), ["content-type: text/plain"]);
}

#[test]
fn the_idempotency_key_stays_for_the_same_events_and_differs_for_others() {
    let custom = destination("custom", json!({ "url": URL }), json!({}));
    let key = |texts: &[&str]| {
        headers(&custom.request(&events(texts), None))
            .pop()
            .expect("a key")
    };
    assert_eq!(key(&["{}", "{\"a\":1}"]), key(&["{}", "{\"a\":1}"]));
    for other in [
        &["{}"][..],
        &["{}", "{\"a\":2}"],
        &["{}", "{}", "{\"a\":1}"],
        &["{\"a\":1}", "{}"],
    ] {
        assert_ne!(key(&["{}", "{\"a\":1}"]), key(other), "{other:?}");
    }
    let elsewhere = destination("custom", json!({ "url": "https://b.example" }), json!({}));
    let there = headers(&elsewhere.request(&events(&["{}"]), None)).pop();
    assert_ne!(Some(key(&["{}"])), there);
}

#[test]
fn the_signature_covers_the_last_events_time_and_the_body() {
    let custom = destination(
        "custom",
        json!({ "url": URL, "format": "single", "idempotency": false, "gzip": true }),
        json!({ "signing_key": "it is a key" }),
    );
    let event = "{\"createdAt\":\"2026-01-15T08:00:00.920Z\"}";
    let request = custom.request(&events(&[event]), None);
    // printf '1768464000.{"createdAt":"2026-01-15T08:00:00.920Z"}' | openssl dgst -sha256 -hmac 'it is a key'
    assert_eq!(
        headers(&request)[1..],
        [
            "X-Signature-Timestamp: 1768464000",
            "X-Signature: sha256=46c89f95b931239b0ec325d4b2c67cb27da87a45f19adc805d48ee157750d76a",
        ]
    );
    let request = custom.request(&events(&["{}"]), None);
    assert_eq!(headers(&request)[1], "X-Signature-Timestamp: 0");
}

#[test]
fn every_status_has_its_verdict() {
    let custom = destination("custom", json!({ "url": URL }), json!({}));
    let rows = assert_verdicts(
        custom.as_ref(),
        &[
            (200, "", "accepted", "accepted"),
            (201, "", "accepted", "accepted"),
            (202, "", "accepted", "accepted"),
            (204, "", "accepted", "accepted"),
            (301, "", "hold", "hold"),
            (302, "", "hold", "hold"),
            (307, "", "hold", "hold"),
            (308, "", "hold", "hold"),
            (304, "", "hold", "hold"),
            (400, "no", "set_aside", "split"),
            (401, "", "hold", "hold"),
            (402, "", "hold", "hold"),
            (403, "", "hold", "hold"),
            (404, "", "hold", "hold"),
            (405, "", "hold", "hold"),
            (406, "", "set_aside", "split"),
            (407, "", "hold", "hold"),
            (408, "", "retry", "retry"),
            (409, "", "hold", "hold"),
            (410, "", "hold", "hold"),
            (411, "", "hold", "hold"),
            (413, "", "split", "split"),
            (414, "", "hold", "hold"),
            (415, "", "hold", "hold"),
            (418, "", "hold", "hold"),
            (421, "", "retry", "retry"),
            (422, "", "set_aside", "split"),
            (425, "", "retry", "retry"),
            (426, "", "hold", "hold"),
            (429, "", "retry", "retry"),
            (431, "", "hold", "hold"),
            (451, "", "hold", "hold"),
            (500, "", "retry", "retry"),
            (501, "", "hold", "hold"),
            (502, "", "retry", "retry"),
            (503, "", "retry", "retry"),
            (504, "", "retry", "retry"),
            (505, "", "hold", "hold"),
            (507, "", "retry", "retry"),
            (511, "", "hold", "hold"),
            (599, "", "retry", "retry"),
            (700, "", "hold", "hold"),
        ],
    );
    assert_eq!(rows, 42);
}

#[test]
fn only_the_statuses_named_are_accepted() {
    let custom = destination(
        "custom",
        json!({ "url": URL, "accepted_statuses": "202, 409" }),
        json!({}),
    );
    assert_verdicts(
        custom.as_ref(),
        &[
            (202, "", "accepted", "accepted"),
            (409, "", "accepted", "accepted"),
            (200, "", "hold", "hold"),
            (503, "", "retry", "retry"),
        ],
    );
}

#[test]
fn a_redirect_names_the_whole_address_it_leads_to() {
    let custom = destination(
        "custom",
        json!({ "url": "http://logs.example.com/a/b" }),
        json!({}),
    );
    for (location, led_to) in [
        (
            "https://www.logs.example.com/a/b",
            "https://www.logs.example.com/a/b",
        ),
        ("/login", "http://logs.example.com/login"),
        ("c", "http://logs.example.com/a/c"),
    ] {
        let mut answer = response(302, "");
        answer.headers.push(("location".into(), location.into()));
        let (verdict, problem) = told(custom.verdict(&events(&["{}"]), &answer));
        assert_eq!(verdict, "hold");
        assert!(
            problem
                .expect("a problem")
                .summary
                .contains(&format!("a redirect to {led_to}."))
        );
    }
}

#[test]
fn a_retry_waits_as_long_as_it_is_asked_to() {
    let custom = destination("custom", json!({ "url": URL }), json!({}));
    let mut answer = response(429, "");
    answer.headers.push(("retry-after".into(), "7".into()));
    let Verdict::Retry { after, .. } = custom.verdict(&events(&["{}"]), &answer) else {
        panic!("not a retry");
    };
    assert_eq!(after.map(|it| it.as_secs()), Some(7));
}

#[test]
fn an_answer_that_repeats_a_header_is_quoted_without_it() {
    let custom = destination(
        "custom",
        json!({ "url": URL }),
        json!({ "headers": { "X-Key": "planted-secret" } }),
    );
    let answer = response(401, "unknown key planted-secret");
    let (_, problem) = told(custom.verdict(&events(&["{}"]), &answer));
    let problem = problem.expect("a problem");
    assert_eq!(problem.detail.as_deref(), Some("unknown key redacted"));
}

#[test]
fn what_cannot_be_sent_is_refused_with_what_to_do() {
    let cases = [
        (
            json!({ "url": "" }),
            json!({}),
            "url: Endpoint URL is missing. Step 1 of the guide",
        ),
        (
            json!({ "url": "   " }),
            json!({}),
            "url: Endpoint URL is missing",
        ),
        (
            json!({ "url": "ftp://a.example" }),
            json!({}),
            "url: The address starts with ftp://",
        ),
        (
            json!({ "url": URL }),
            json!({ "headers": [{ "key": "Host", "value": "x" }] }),
            "headers: The header Host",
        ),
        (
            json!({ "url": URL }),
            json!({ "headers": [{ "key": "A", "value": "b\nc" }] }),
            "headers: The value of A contains a line break",
        ),
        (
            json!({ "url": URL }),
            json!({ "headers": { "Idempotency-Key": "1" } }),
            "headers: The header Idempotency-Key is made for each request",
        ),
        (
            json!({ "url": URL }),
            json!({ "headers": { "X-Signature": "1" }, "signing_key": "k" }),
            "headers: The headers X-Signature",
        ),
        (
            json!({ "url": URL }),
            json!({ "signing_key": "a\nb" }),
            "signing_key: Signing key contains a line",
        ),
    ];
    for (details, secrets, said) in cases {
        let errors = refused("custom", details, secrets);
        assert_eq!(errors.len(), 1, "{errors:?}");
        assert!(errors[0].starts_with(said), "{errors:?}");
    }
    let own_key = json!({ "headers": { "Idempotency-Key": "1" } });
    assert!(
        refused(
            "custom",
            json!({ "url": URL, "idempotency": "off" }),
            own_key
        )
        .is_empty()
    );
}

#[test]
fn plain_http_beyond_this_machine_is_taken_with_a_warning() {
    let warnings = |url: &str| connected("custom", json!({ "url": url }), json!({})).warnings;
    assert_eq!(warnings("http://logs.example.com").len(), 1);
    assert!(warnings("http://127.0.0.1:8080").is_empty());
    assert!(warnings("https://logs.example.com").is_empty());
}
