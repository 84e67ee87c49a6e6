use serde_json::json;

use crate::event::Event;
use crate::provider::testing::{
    assert_helpful, assert_verdicts, body, connected, destination, events, headers, refused,
    response, told,
};
use crate::provider::{Destination, FieldKind, find};

const KEY: &str = "0123456789abcdef0123456789abcdef";

fn datadog() -> Box<dyn Destination> {
    destination(
        "datadog",
        json!({ "site": "datadoghq.eu", "tags": " env:prod , team:soc,", "host": "in.example" }),
        json!({ "api_key": KEY }),
    )
}

#[test]
fn logs_are_an_array_with_the_event_spread_at_the_top() {
    let request = datadog().request(
        &events(&[
            "{\"id\":\"a\",\"createdAt\":\"2026-01-15T08:00:00.020Z\",\"n\":18446744073709551616,\"n\":1}",
            "{\"service\":\"own\",\"timestamp\":1}",
        ]),
        None,
    );
    assert_eq!(request.method, "POST");
    assert_eq!(
        request.url.expose(),
        "https://http-intake.logs.datadoghq.eu/api/v2/logs"
    );
    assert_eq!(request.shown_url, request.url.expose());
    assert_eq!(
        body(&request),
        concat!(
            "[{\"ddsource\":\"infisical\",\"service\":\"infisical\",\"ddtags\":\"env:prod,team:soc\",",
            "\"hostname\":\"in.example\",\"timestamp\":1768464000020,",
            "\"id\":\"a\",\"createdAt\":\"2026-01-15T08:00:00.020Z\",\"n\":18446744073709551616,\"n\":1},",
            "{\"ddsource\":\"infisical\",\"ddtags\":\"env:prod,team:soc\",\"hostname\":\"in.example\",",
            "\"service\":\"own\",\"timestamp\":1}]",
        )
    );
    assert!(request.body.gzip);
    assert_eq!(
        headers(&request),
        [
            format!("DD-API-KEY: {KEY}"),
            "Content-Type: application/json".into()
        ]
    );
    assert!(!format!("{request:?}").contains(KEY));
}

#[test]
fn a_log_that_datadog_would_cut_is_refused_beforehand() {
    let datadog = datadog();
    let event = |bytes: usize| Event::new(1, format!("{{\"a\":\"{}\"}}", "x".repeat(bytes - 8)));
    assert_eq!(datadog.refuse(&event(900_000)), None);
    let reason = datadog.refuse(&event(1_000_000)).expect("refused");
    assert_eq!(reason.code, "datadog-event-too-large");
    assert_helpful(&reason, "too large");
    let largest = event(1_000_000 - (datadog.limits().overhead - 1));
    assert_eq!(datadog.refuse(&largest), None);
    assert!(datadog.request(&[largest], None).body.bytes.len() <= 1_000_002);
}

#[test]
fn a_site_is_found_in_whatever_was_pasted() {
    for (pasted, site) in [
        ("datadoghq.com", "datadoghq.com"),
        ("US1", "datadoghq.com"),
        ("us", "datadoghq.com"),
        ("eu", "datadoghq.eu"),
        ("EU1", "datadoghq.eu"),
        ("us5", "us5.datadoghq.com"),
        ("us1-fed", "ddog-gov.com"),
        ("https://app.datadoghq.com/logs?query=x", "datadoghq.com"),
        ("app.datadoghq.eu", "datadoghq.eu"),
        (
            "https://us3.datadoghq.com/account/login",
            "us3.datadoghq.com",
        ),
        ("https://acme.us5.datadoghq.com", "us5.datadoghq.com"),
        ("https://acme.datadoghq.com", "datadoghq.com"),
        ("https://usa.datadoghq.com", "datadoghq.com"),
        ("ap1.datadoghq.com", "ap1.datadoghq.com"),
        ("ap2.datadoghq.com", "ap2.datadoghq.com"),
        ("https://ap9.datadoghq.com", "ap9.datadoghq.com"),
        ("app.ddog-gov.com", "ddog-gov.com"),
        ("us2.ddog-gov.com", "us2.ddog-gov.com"),
        (
            "https://http-intake.logs.datadoghq.eu/api/v2/logs",
            "datadoghq.eu",
        ),
        ("http-intake.logs.us3.datadoghq.com", "us3.datadoghq.com"),
        ("https://api.datadoghq.eu/api/v1/validate", "datadoghq.eu"),
    ] {
        for again in [pasted, site] {
            let it = connected(
                "datadog",
                json!({ "site": again }),
                json!({ "api_key": KEY }),
            );
            assert_eq!(it.details["site"], site, "{again}");
            assert_eq!(
                it.destination.endpoint(),
                format!("http-intake.logs.{site}"),
                "{again}"
            );
        }
    }
}

#[test]
fn an_intake_elsewhere_is_taken_by_its_whole_address() {
    for (pasted, saved, url) in [
        (
            "http://127.0.0.1:18099",
            "http://127.0.0.1:18099",
            "http://127.0.0.1:18099/api/v2/logs",
        ),
        (
            "https://relay.example.com/dd/api/v2/logs?x=y",
            "https://relay.example.com/dd",
            "https://relay.example.com/dd/api/v2/logs",
        ),
    ] {
        for again in [pasted, saved] {
            let it = connected(
                "datadog",
                json!({ "site": again }),
                json!({ "api_key": KEY }),
            );
            assert_eq!(it.details["site"], saved);
            assert_eq!(
                it.destination.request(&events(&["{}"]), None).url.expose(),
                url
            );
        }
    }
}

#[test]
fn the_known_sites_are_suggested() {
    let fields = find("datadog").expect("datadog").about().fields;
    assert_eq!(fields[0].kind, FieldKind::Text);
    let sites: Vec<_> = fields[0]
        .choices
        .iter()
        .map(|it| it.value.as_str())
        .collect();
    assert_eq!(sites.len(), 8);
    assert_eq!(sites[0], "datadoghq.eu");
}

#[test]
fn what_is_no_site_or_no_api_key_is_answered_with_what_to_paste() {
    for (pasted, said) in [
        ("datadog.example.com", "The sites are"),
        ("ftp://app.datadoghq.com", "starts with ftp://"),
        ("", "missing. Step 1"),
    ] {
        let errors = refused(
            "datadog",
            json!({ "site": pasted }),
            json!({ "api_key": KEY }),
        );
        assert!(
            errors.len() == 1 && errors[0].starts_with("site: ") && errors[0].contains(said),
            "{errors:?}"
        );
    }
    let application = "0123456789abcdef0123456789abcdef01234567";
    for (pasted, said) in [
        (application, "application key (40 characters)"),
        (
            "ddapp_abcdefghijklmnopqrstuvwxyz0123456789",
            "application key",
        ),
        ("pub0123456789abcdef0123456789abcdef0", "client token"),
        ("penstock", "this has 8 characters"),
        ("0123456789abcdef0123456789abcdeX", "32 letters (a to f)"),
        ("  ", "missing. Step 2"),
    ] {
        let errors = refused(
            "datadog",
            json!({ "site": "us5" }),
            json!({ "api_key": pasted }),
        );
        assert!(
            errors.len() == 1 && errors[0].starts_with("api_key: ") && errors[0].contains(said),
            "{errors:?}"
        );
    }
    let pasted = format!(" DD-API-KEY: {KEY}\n");
    let it = connected(
        "datadog",
        json!({ "site": "us5" }),
        json!({ "api_key": pasted }),
    );
    assert_eq!(it.secrets["api_key"].expose(), KEY);
}

fn error(status: u16, detail: &str) -> String {
    json!({ "errors": [{ "status": status.to_string(), "title": "t", "detail": detail }] })
        .to_string()
}

#[test]
fn every_status_has_its_verdict() {
    let invalid = error(403, "API key is missing or invalid");
    let forbidden = "{\"errors\":[\"Forbidden\"]}";
    let malformed = error(400, "Invalid JSON");
    let rows = [
        (200, "{}", "accepted", "accepted"),
        (202, "{}", "accepted", "accepted"),
        (202, "", "accepted", "accepted"),
        (200, "<html>Sign in</html>", "hold", "hold"),
        (302, "", "hold", "hold"),
        (400, malformed.as_str(), "set_aside", "split"),
        (401, "{\"errors\":[\"Unauthorized\"]}", "hold", "hold"),
        (403, invalid.as_str(), "hold", "hold"),
        (403, forbidden, "hold", "hold"),
        (403, "<html>Blocked</html>", "hold", "hold"),
        (
            403,
            "{\"errors\":[\"IP address not in allowlist\"]}",
            "hold",
            "hold",
        ),
        (404, "", "hold", "hold"),
        (408, "", "retry", "retry"),
        (413, "", "split", "split"),
        (415, "", "hold", "hold"),
        (429, "", "retry", "retry"),
        (500, "", "retry", "retry"),
        (502, "", "retry", "retry"),
        (503, "", "retry", "retry"),
        (504, "", "retry", "retry"),
    ];
    assert_eq!(assert_verdicts(datadog().as_ref(), &rows), 20);
}

#[test]
fn a_refused_key_is_told_apart_from_a_proxy_and_names_the_site() {
    let problem = |body: &str| {
        told(datadog().verdict(&events(&["{}"]), &response(403, body)))
            .1
            .expect("a problem")
    };
    let key = problem(&error(403, "API key is missing or invalid"));
    assert_eq!(
        (key.code.as_str(), key.field.as_deref()),
        ("datadog-key-invalid", Some("api_key"))
    );
    assert_eq!(
        key.evidence.as_deref(),
        Some("API key is missing or invalid")
    );
    assert!(
        key.summary.contains("datadoghq.eu") && key.next_steps[0].contains("datadoghq.eu"),
        "{key:?}"
    );
    assert_eq!(
        problem("{\"errors\":[\"Forbidden\"]}").code,
        "datadog-forbidden"
    );
    assert_eq!(
        problem(" <!doctype html>").code,
        "datadog-blocked-on-the-way"
    );
}
