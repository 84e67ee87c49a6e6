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

#[test]
fn the_collector_is_found_from_whatever_was_pasted() {
    for (pasted, url, saved) in [
        (
            "splunk.example.com",
            "https://splunk.example.com:8088",
            "splunk.example.com:8088",
        ),
        (
            " SPLUNK.example.com/ ",
            "https://splunk.example.com:8088",
            "splunk.example.com:8088",
        ),
        (
            "splunk.example.com:9088",
            "https://splunk.example.com:9088",
            "splunk.example.com:9088",
        ),
        (
            "splunk.example.com:443",
            "https://splunk.example.com",
            "splunk.example.com:443",
        ),
        ("10.0.0.5", "https://10.0.0.5:8088", "10.0.0.5:8088"),
        ("[::1]:8088", "https://[::1]:8088", "[::1]:8088"),
        (
            "https://splunk.example.com:8088",
            "https://splunk.example.com:8088",
            "splunk.example.com:8088",
        ),
        (
            "https://splunk.example.com",
            "https://splunk.example.com:8088",
            "splunk.example.com:8088",
        ),
        (
            "https://splunk.example.com:8088/services/collector/event",
            "https://splunk.example.com:8088",
            "splunk.example.com:8088",
        ),
        (
            "https://splunk.example.com/services/collector",
            "https://splunk.example.com",
            "splunk.example.com:443",
        ),
        (
            "https://splunk.example.com:8088/services/collector/raw?channel=x",
            "https://splunk.example.com:8088",
            "splunk.example.com:8088",
        ),
        (
            "https://proxy.example.com/splunk/services/collector/event/1.0",
            "https://proxy.example.com/splunk",
            "https://proxy.example.com:443/splunk",
        ),
        (
            "http://127.0.0.1:18088",
            "http://127.0.0.1:18088",
            "http://127.0.0.1:18088",
        ),
        (
            "http://127.0.0.1:8000/services/collector",
            "http://127.0.0.1:8000",
            "http://127.0.0.1:8000/services/collector",
        ),
        (
            "http-inputs-acme.splunkcloud.com",
            "https://http-inputs-acme.splunkcloud.com",
            "http-inputs-acme.splunkcloud.com",
        ),
        (
            "https://http-inputs.acme.splunkcloud.com:443",
            "https://http-inputs.acme.splunkcloud.com",
            "http-inputs.acme.splunkcloud.com",
        ),
        (
            "http-inputs.acme.splunkcloudgc.com",
            "https://http-inputs.acme.splunkcloudgc.com",
            "http-inputs.acme.splunkcloudgc.com",
        ),
        (
            "prd-p-x1.splunkcloud.com:8088",
            "https://prd-p-x1.splunkcloud.com:8088",
            "prd-p-x1.splunkcloud.com:8088",
        ),
    ] {
        for again in [pasted, saved] {
            let it = connected(
                "splunk",
                json!({ "hostname": again }),
                json!({ "token": TOKEN }),
            );
            let request = it.destination.request(&events(&["{}"]), None);
            assert_eq!(
                request.url.expose(),
                format!("{url}/services/collector/event"),
                "{again}"
            );
            assert_eq!(it.details["hostname"], saved, "{again}");
        }
    }
}

#[test]
fn the_address_goes_by_other_names_too() {
    for name in ["base_url", "url"] {
        let details = json!({ name: "http://127.0.0.1:18088" });
        let it = connected("splunk", details, json!({ "token": TOKEN }));
        assert_eq!(it.details["hostname"], "http://127.0.0.1:18088");
        assert_eq!(it.destination.endpoint(), "127.0.0.1:18088");
    }
}

#[test]
fn an_address_of_something_else_is_answered_with_the_right_one() {
    for (pasted, said) in [
        (
            "http://splunk.example.com:8000/en-US/app/search",
            "Port 8000 is Splunk Web",
        ),
        ("splunk.example.com:8000", "try splunk.example.com:8088"),
        ("splunk.example.com:8089", "management port"),
        ("splunk.example.com:9997", "forwarders"),
        (
            "https://splunk.example.com/en-GB/app/launcher/home",
            "page in Splunk Web",
        ),
        (
            "acme.splunkcloud.com",
            "http-inputs-acme.splunkcloud.com (on AWS)",
        ),
        (
            "https://acme.splunkcloud.com/en-US/app/search",
            "http-inputs.acme.splunkcloud.com",
        ),
        (
            "https://acme.splunkcloudgc.com",
            "http-inputs.acme.splunkcloudgc.com",
        ),
        ("ftp://splunk.example.com", "starts with ftp://"),
        ("https://admin:pw@splunk.example.com:8088", "password"),
        ("splunk example com", "blank"),
        ("", "is missing. Step 4"),
    ] {
        let errors = refused(
            "splunk",
            json!({ "hostname": pasted }),
            json!({ "token": TOKEN }),
        );
        assert_eq!(errors.len(), 1, "{pasted}: {errors:?}");
        assert!(
            errors[0].starts_with("hostname: ") && errors[0].contains(said),
            "{pasted}: {errors:?}"
        );
    }
}

#[test]
fn a_token_is_taken_bare_also_from_a_whole_header() {
    for pasted in [
        TOKEN.to_owned(),
        format!(" Splunk {TOKEN}\n"),
        format!("Authorization: Splunk {TOKEN}"),
    ] {
        let it = connected(
            "splunk",
            json!({ "hostname": "s.example" }),
            json!({ "token": pasted }),
        );
        assert_eq!(it.secrets["token"].expose(), TOKEN);
    }
    for (pasted, said) in [
        ("two words", "one piece"),
        ("a\nb", "line break"),
        (" ", "missing. Step 3"),
    ] {
        let errors = refused(
            "splunk",
            json!({ "hostname": "s.example" }),
            json!({ "token": pasted }),
        );
        assert!(
            errors[0].starts_with("token: ") && errors[0].contains(said),
            "{errors:?}"
        );
    }
}

#[test]
fn a_token_over_plain_http_is_warned_about_beyond_this_machine() {
    let warnings = |hostname: &str| {
        connected(
            "splunk",
            json!({ "hostname": hostname }),
            json!({ "token": TOKEN }),
        )
        .warnings
    };
    assert!(
        warnings("http://splunk.example.com:8088")[0]
            .message
            .contains("not encrypted")
    );
    assert!(
        warnings("https://s.example/services/collector?token=x")[0]
            .message
            .contains("question mark")
    );
    assert!(warnings("http://127.0.0.1:8088").is_empty());
}

fn said(code: u64, text: &str) -> String {
    format!("{{\"text\":\"{text}\",\"code\":{code}}}")
}

#[test]
fn every_code_has_its_verdict() {
    let codes = [
        (200, 0, "Success", "accepted", "accepted"),
        (403, 1, "Token disabled", "hold", "hold"),
        (401, 2, "Token is required", "hold", "hold"),
        (401, 3, "Invalid authorization", "hold", "hold"),
        (403, 4, "Invalid token", "hold", "hold"),
        (400, 5, "No data", "hold", "hold"),
        (400, 6, "Invalid data format", "set_aside", "split"),
        (400, 7, "Incorrect index", "hold", "hold"),
        (500, 8, "Internal server error", "retry", "retry"),
        (503, 9, "Server is busy", "retry", "retry"),
        (400, 10, "Data channel is missing", "hold", "hold"),
        (400, 11, "Invalid data channel", "hold", "hold"),
        (400, 12, "Event field is required", "set_aside", "split"),
        (400, 13, "Event field cannot be blank", "set_aside", "split"),
        (400, 14, "ACK is disabled", "hold", "hold"),
        (
            400,
            15,
            "Error in handling indexed fields",
            "set_aside",
            "split",
        ),
        (
            400,
            16,
            "Query string authorization is not enabled",
            "hold",
            "hold",
        ),
        (200, 17, "HEC is healthy", "hold", "hold"),
        (
            503,
            18,
            "HEC is unhealthy, queues are full",
            "retry",
            "retry",
        ),
        (
            503,
            19,
            "HEC is unhealthy, ack service unavailable",
            "retry",
            "retry",
        ),
        (
            503,
            20,
            "HEC is unhealthy, queues are full, ack service unavailable",
            "retry",
            "retry",
        ),
        (400, 21, "Invalid token", "hold", "hold"),
        (400, 22, "Token disabled", "hold", "hold"),
        (503, 23, "Server is shutting down", "retry", "retry"),
        (
            200,
            24,
            "HEC queue is approaching capacity",
            "accepted",
            "accepted",
        ),
        (
            200,
            25,
            "ACK channel is approaching capacity",
            "accepted",
            "accepted",
        ),
        (429, 26, "HEC queue at capacity", "retry", "retry"),
        (429, 27, "ACK channel at capacity", "retry", "retry"),
        (
            400,
            28,
            "Data channel is missing, sticky session load balancers",
            "hold",
            "hold",
        ),
        (200, 29, "A later shade of success", "accepted", "accepted"),
    ];
    let bodies: Vec<String> = codes
        .iter()
        .map(|(_, code, text, ..)| said(*code, text))
        .collect();
    let rows: Vec<_> = codes
        .iter()
        .zip(&bodies)
        .map(|((status, _, _, one, several), body)| (*status, body.as_str(), *one, *several))
        .collect();
    assert_eq!(assert_verdicts(splunk().as_ref(), &rows), 30);
    for code in 0..=28 {
        assert!(
            codes.iter().any(|row| row.1 == code),
            "code {code} is not in the table"
        );
    }
}

#[test]
fn statuses_without_a_code_have_their_verdict_too() {
    let rows = [
        (200, "{\"text\":\"Success\"}", "accepted", "accepted"),
        (
            200,
            "{\"text\":\"Success\",\"code\":0,\"ackId\":7}",
            "accepted",
            "accepted",
        ),
        (200, "", "hold", "hold"),
        (
            200,
            "<html><body>Please sign in</body></html>",
            "hold",
            "hold",
        ),
        (200, "{}", "hold", "hold"),
        (303, "", "hold", "hold"),
        (401, "", "hold", "hold"),
        (403, "<html>Blocked</html>", "hold", "hold"),
        (404, "", "hold", "hold"),
        (
            404,
            "{\"text\":\"The requested URL was not found on this server.\",\"code\":404}",
            "hold",
            "hold",
        ),
        (405, "", "hold", "hold"),
        (413, "", "split", "split"),
        (415, "", "hold", "hold"),
        (500, "", "retry", "retry"),
        (502, "<html>Bad gateway</html>", "retry", "retry"),
        (503, "", "retry", "retry"),
        (504, "", "retry", "retry"),
    ];
    assert_eq!(assert_verdicts(splunk().as_ref(), &rows), 17);
}

#[test]
fn splunk_cloud_may_be_away_for_a_while() {
    let cloud = destination(
        "splunk",
        json!({ "hostname": "http-inputs-acme.splunkcloud.com" }),
        json!({ "token": TOKEN }),
    );
    assert_eq!(
        told(cloud.verdict(&events(&["{}"]), &response(404, ""))).0,
        "retry"
    );
    assert_eq!(
        told(splunk().verdict(&events(&["{}"]), &response(404, ""))).0,
        "hold"
    );
}

/// One letter for each event: stored, again, or set aside (x).
fn fates(code: u64, number: usize, count: usize) -> String {
    let texts = vec!["{}"; count];
    let status = if code == 9 { 503 } else { 400 };
    let answer =
        format!("{{\"text\":\"t\",\"code\":{code},\"invalid-event-number\":{number},\"ackId\":3}}");
    match splunk().verdict(&events(&texts), &response(status, &answer)) {
        Verdict::Partly { fates, .. } => fates
            .iter()
            .map(|fate| match fate {
                Fate::Stored => 's',
                Fate::Again => 'a',
                Fate::SetAside(_) => 'x',
            })
            .collect(),
        verdict => told(verdict).0.into(),
    }
}

#[test]
fn what_was_stored_before_the_invalid_event_is_not_sent_again() {
    for code in [6, 12, 13, 15] {
        assert_eq!(fates(code, 2, 5), "ssxaa", "{code}");
        assert_eq!(fates(code, 4, 5), "ssssx", "{code}");
        assert_eq!(fates(code, 0, 1), "set_aside", "{code}");
        assert_eq!(
            fates(code, 9, 5),
            "split",
            "{code}: a number that cannot be"
        );
    }
    for code in [12, 13, 15] {
        assert_eq!(fates(code, 0, 5), "xaaaa", "{code}");
    }
}

#[test]
fn an_oversize_request_that_blames_its_first_event_is_halved() {
    assert_eq!(fates(6, 0, 5), "split");
}

#[test]
fn a_wrong_index_holds_everything_that_was_not_stored() {
    assert_eq!(fates(7, 1, 5), "hold");
    assert_eq!(fates(7, 0, 5), "hold");
    assert_eq!(fates(7, 3, 5), "ssaaa");
    assert_eq!(fates(7, 5, 5), "ssssa");
    assert_eq!(fates(7, 1, 1), "hold");
}

#[test]
fn a_queue_that_filled_up_midway_keeps_what_came_before() {
    assert_eq!(fates(9, 0, 5), "retry");
    assert_eq!(fates(9, 3, 5), "sssaa");
    assert_eq!(fates(9, 5, 5), "retry");
}

fn problem(status: u16, said: &str) -> Problem {
    told(splunk().verdict(&events(&["{}"]), &response(status, said)))
        .1
        .expect("a problem")
}

#[test]
fn a_problem_names_what_to_mend_and_quotes_the_proof() {
    let disabled = problem(403, &said(1, "Token disabled"));
    assert_eq!(disabled.code, "splunk-token-disabled");
    assert_eq!(disabled.short.as_deref(), Some("403 Token disabled"));
    assert_eq!(disabled.evidence.as_deref(), Some("Token disabled"));
    assert_eq!(
        (disabled.field.as_deref(), disabled.guide_step),
        (Some("token"), Some(1))
    );
    let index = problem(400, &said(7, "Incorrect index"));
    assert!(index.summary.contains("the index audit"), "{index:?}");
    let page = problem(200, "<html>Welcome to the proxy</html>");
    assert!(
        page.summary
            .contains("not in the way the HTTP Event Collector does"),
        "{page:?}"
    );
    assert_eq!(
        page.detail.as_deref(),
        Some("<html>Welcome to the proxy</html>")
    );
    let echo = problem(
        403,
        &format!("{{\"text\":\"Invalid token {TOKEN}\",\"code\":4}}"),
    );
    assert!(!format!("{echo:?}").contains(TOKEN), "{echo:?}");
}
