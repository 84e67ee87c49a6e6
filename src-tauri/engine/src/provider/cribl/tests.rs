use serde_json::json;

use crate::provider::Destination;
use crate::provider::testing::{
    assert_verdicts, body, connected, destination, events, headers, refused, response, told,
};

const URL: &str = "https://default.main.example.cribl.cloud:10080/cribl/_bulk";

fn cribl() -> Box<dyn Destination> {
    destination(
        "cribl",
        json!({ "url": URL }),
        json!({ "token": "hush-hush" }),
    )
}

#[test]
fn events_are_lines_with_their_own_time() {
    let request = cribl().request(
        &events(&[
            "{\n\"createdAt\":\"2026-01-15T08:00:00.020Z\",\"n\":1e999}",
            "{\"_time\":1}",
        ]),
        None,
    );
    assert_eq!(
        (
            request.method,
            request.url.expose(),
            request.shown_url.as_str()
        ),
        ("POST", URL, URL)
    );
    assert_eq!(
        body(&request),
        "{\"_time\":1768464000.020,\"createdAt\":\"2026-01-15T08:00:00.020Z\",\"n\":1e999}\n{\"_time\":1}\n"
    );
    assert!(request.body.gzip);
    assert_eq!(
        headers(&request),
        [
            "Authorization: Bearer hush-hush",
            "Content-Type: application/x-ndjson"
        ]
    );
    assert!(!format!("{request:?}").contains("hush"));
}

#[test]
fn the_token_goes_bare_or_after_bearer_or_not_at_all() {
    let headers_of = |details, secrets| {
        headers(&destination("cribl", details, secrets).request(&events(&["{}"]), None))
    };
    let token = json!({ "token": "Bearer hush-hush" });
    let bare = headers_of(json!({ "url": URL, "auth_scheme": "bare" }), token.clone());
    assert_eq!(bare[0], "Authorization: hush-hush");
    assert_eq!(
        headers_of(json!({ "url": URL }), token)[0],
        "Authorization: Bearer hush-hush"
    );
    assert_eq!(
        headers_of(json!({ "url": URL }), json!({})),
        ["Content-Type: application/x-ndjson"]
    );
}

#[test]
fn the_address_is_understood_with_and_without_its_end() {
    let origin = "https://default.main.example.cribl.cloud:10080";
    for (pasted, url) in [
        (URL.to_owned(), URL.to_owned()),
        (origin.into(), URL.into()),
        (format!("{origin}/"), URL.into()),
        (format!("{origin}/cribl"), URL.into()),
        (format!("{origin}/cribl/_bulk/"), URL.into()),
        (
            format!("{origin}/audit/events"),
            format!("{origin}/audit/events/_bulk"),
        ),
        (
            "http://10.0.0.5:10080/cribl/_bulk".into(),
            "http://10.0.0.5:10080/cribl/_bulk".into(),
        ),
        (
            "worker.example.com:10080".into(),
            "https://worker.example.com:10080/cribl/_bulk".into(),
        ),
    ] {
        for again in [&pasted, &url] {
            let it = connected("cribl", json!({ "url": again }), json!({}));
            assert_eq!(it.details["url"], url.as_str(), "{again}");
        }
    }
    let warned = connected(
        "cribl",
        json!({ "url": "http://10.0.0.5:10080" }),
        json!({}),
    );
    assert!(warned.warnings[0].message.contains("not encrypted"));
}

#[test]
fn an_address_of_something_else_is_answered_with_the_right_one() {
    for (pasted, said) in [
        ("https://example.cribl.cloud/settings", "Cribl's pages"),
        ("https://manage.cribl.cloud", "Cribl's pages"),
        ("https://h:10080/elastic/_bulk", "Elasticsearch's protocol"),
        ("https://h:10080/services/collector", "Splunk's protocol"),
        ("https://h:9000/api/v1/inputs", "management protocol"),
        ("ftp://h", "starts with ftp://"),
        ("", "missing. Step 3"),
    ] {
        let errors = refused("cribl", json!({ "url": pasted }), json!({}));
        assert!(
            errors.len() == 1 && errors[0].starts_with("url: ") && errors[0].contains(said),
            "{errors:?}"
        );
    }
}

#[test]
fn every_status_has_its_verdict() {
    let rows = [
        (200, "", "accepted", "accepted"),
        (200, "<html>Cribl</html>", "hold", "hold"),
        (302, "", "hold", "hold"),
        (400, "", "set_aside", "split"),
        (401, "", "hold", "hold"),
        (403, "Forbidden", "hold", "hold"),
        (403, "<html>Blocked</html>", "hold", "hold"),
        (404, "", "hold", "hold"),
        (405, "", "hold", "hold"),
        (413, "", "split", "split"),
        (415, "", "hold", "hold"),
        (429, "", "retry", "retry"),
        (500, "", "retry", "retry"),
        (502, "", "retry", "retry"),
        (
            503,
            "Server is busy, max active connections reached",
            "retry",
            "retry",
        ),
        (504, "", "retry", "retry"),
    ];
    assert_eq!(assert_verdicts(cribl().as_ref(), &rows), 16);
}

#[test]
fn a_refused_token_names_the_other_way_of_sending_it() {
    for (scheme, other) in [("bearer", "Choose Alone"), ("bare", "Choose After Bearer")] {
        let cribl = destination(
            "cribl",
            json!({ "url": URL, "auth_scheme": scheme }),
            json!({ "token": "x" }),
        );
        for status in [401, 403] {
            let (_, problem) = told(cribl.verdict(&events(&["{}"]), &response(status, "")));
            let steps = problem.expect("a problem").next_steps;
            assert!(steps[1].starts_with(other), "{steps:?}");
        }
    }
}
