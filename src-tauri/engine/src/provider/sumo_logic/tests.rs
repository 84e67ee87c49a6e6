use serde_json::json;

use crate::provider::Destination;
use crate::provider::testing::{
    assert_verdicts, body, connected, destination, events, headers, refused, response, told,
};

const KEY: &str = "ZaVnC4dhaV0GuaGbGbGbGbGbGbGbGbGbGbGbGbGb==";
const BASE: &str = "https://endpoint4.collection.eu.sumologic.com/receiver/v1/http";

fn presigned() -> String {
    format!("{BASE}/{KEY}")
}

fn sumo() -> Box<dyn Destination> {
    destination("sumo_logic", json!({}), json!({ "url": presigned() }))
}

#[test]
fn events_are_lines_that_start_with_their_time() {
    let request = sumo().request(
        &events(&[
            "{\n\"a\":1,\"createdAt\":\"2026-01-15T08:00:00.020Z\"}",
            "{\"timestamp\":1}",
        ]),
        None,
    );
    assert_eq!(
        (request.method, request.url.expose()),
        ("POST", presigned().as_str())
    );
    assert_eq!(
        body(&request),
        "{\"timestamp\":\"2026-01-15T08:00:00.020Z\",\"a\":1,\"createdAt\":\"2026-01-15T08:00:00.020Z\"}\n\
         {\"timestamp\":1}\n"
    );
    assert!(request.body.gzip);
    assert_eq!(headers(&request), ["Content-Type: application/json"]);
}

#[test]
fn the_key_in_the_address_is_shown_nowhere() {
    let it = connected("sumo_logic", json!({}), json!({ "url": presigned() }));
    let request = it.destination.request(&events(&["{}"]), None);
    assert_eq!(request.shown_url, format!("{BASE}/…"));
    assert_eq!(
        it.destination.endpoint(),
        "endpoint4.collection.eu.sumologic.com"
    );
    let details = serde_json::Value::from(it.details);
    let answer = response(401, &format!("unknown {} or {KEY}", presigned()));
    let problem = it.destination.verdict(&events(&["{}"]), &answer);
    for shown in [
        format!("{request:?}"),
        details.to_string(),
        format!("{problem:?}"),
    ] {
        assert!(!shown.contains(KEY), "{shown}");
    }
}

#[test]
fn a_token_goes_with_an_address_that_has_no_key() {
    let token = json!({ "url": BASE, "token": "hush-hush" });
    let details = json!({ "category": "audit/infisical", "host": "in.example" });
    let request = destination("sumo_logic", details, token).request(&events(&["{}"]), None);
    assert_eq!(
        (request.url.expose(), request.shown_url.as_str()),
        (BASE, BASE)
    );
    assert_eq!(
        headers(&request),
        [
            "Content-Type: application/json",
            "x-sumo-token: hush-hush",
            "X-Sumo-Category: audit/infisical",
            "X-Sumo-Host: in.example",
        ]
    );
    let both = json!({ "url": presigned(), "token": "hush-hush" });
    let request = destination("sumo_logic", json!({}), both).request(&events(&["{}"]), None);
    assert_eq!(headers(&request).len(), 1);
}

#[test]
fn an_address_with_blanks_and_line_breaks_is_mended_and_that_is_said() {
    let wrapped = format!(" {BASE}/\n  {} {}\r\n", &KEY[..20], &KEY[20..]);
    let it = connected("sumo_logic", json!({}), json!({ "url": wrapped }));
    assert_eq!(it.secrets["url"].expose(), presigned());
    assert!(
        it.warnings[0].message.contains("were taken out"),
        "{:?}",
        it.warnings
    );
    let whole = connected(
        "sumo_logic",
        json!({}),
        json!({ "url": format!(" {}\n", presigned()) }),
    );
    assert!(whole.warnings.is_empty(), "{:?}", whole.warnings);
}

#[test]
fn an_address_of_something_else_is_answered_with_the_right_one() {
    for (pasted, said) in [
        (
            "https://service.eu.sumologic.com/ui/#/home",
            "Sumo Logic's pages",
        ),
        (
            "https://collectors.eu.sumologic.com",
            "contains /receiver/v1/http/",
        ),
        (BASE, "has no key at its end"),
        (
            "https://collectors.sumologic.com/receiver/v1/http/…",
            "is left out",
        ),
        ("ftp://x/receiver/v1/http/y", "starts with ftp://"),
        ("", "missing. Step 3"),
    ] {
        let errors = refused("sumo_logic", json!({}), json!({ "url": pasted }));
        assert!(
            errors.len() == 1 && errors[0].starts_with("url: ") && errors[0].contains(said),
            "{errors:?}"
        );
    }
    let errors = refused(
        "sumo_logic",
        json!({ "category": "ü" }),
        json!({ "url": presigned() }),
    );
    assert!(errors[0].starts_with("category: "), "{errors:?}");
}

#[test]
fn every_status_has_its_verdict() {
    let rows = [
        (200, "", "accepted", "accepted"),
        (200, "<html>Sign in</html>", "hold", "hold"),
        (302, "", "hold", "hold"),
        (400, "", "set_aside", "split"),
        (400, "Request body too large", "split", "split"),
        (401, "", "hold", "hold"),
        (403, "", "hold", "hold"),
        (404, "", "hold", "hold"),
        (405, "", "hold", "hold"),
        (408, "", "retry", "retry"),
        (413, "", "split", "split"),
        (429, "", "retry", "retry"),
        (500, "", "retry", "retry"),
        (502, "", "retry", "retry"),
        (503, "", "retry", "retry"),
        (504, "", "retry", "retry"),
    ];
    assert_eq!(assert_verdicts(sumo().as_ref(), &rows), 16);
    let (_, problem) = told(sumo().verdict(&events(&["{}"]), &response(401, "")));
    assert!(problem.expect("a problem").next_steps[1].contains("wait a few minutes"));
}
