use serde_json::json;

use crate::event::Event;
use crate::provider::testing::{
    assert_helpful, assert_verdicts, body, connected, destination, events, headers, refused,
    response, told,
};
use crate::provider::{Destination, FieldKind, Probe, find};

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

/// Every question asked, in order, and what was found out in the end.
fn looked_into(
    site: &str,
    refusal: &str,
    answer: impl Fn(&str) -> Option<(u16, &'static str)>,
) -> (Vec<String>, Option<crate::problem::Problem>) {
    let datadog = destination(
        "datadog",
        json!({ "site": site }),
        json!({ "api_key": KEY }),
    );
    let refusal = response(403, refusal);
    let (mut asked, mut answers) = (Vec::new(), Vec::new());
    loop {
        match datadog.probe(&refusal, &answers) {
            Probe::Ask(request) => {
                assert_eq!((request.method, request.body.bytes.len()), ("GET", 0));
                assert_eq!(headers(&request), [format!("DD-API-KEY: {KEY}")]);
                let url = request.url.expose().to_owned();
                answers.push(answer(&url).map(|(status, body)| response(status, body)));
                asked.push(url);
            }
            Probe::Found(problem) => return (asked, Some(problem)),
            Probe::Nothing => return (asked, None),
        }
    }
}

const VALID: (u16, &str) = (200, "{\"valid\":true}");
const INVALID: (u16, &str) = (403, "{\"errors\":[\"Forbidden\"]}");

#[test]
fn a_key_of_another_site_is_traced_to_it() {
    let refusal = error(403, "API key is missing or invalid");
    let (asked, found) = looked_into("datadoghq.com", &refusal, |url| {
        Some(if url.contains("api.datadoghq.eu") {
            VALID
        } else {
            INVALID
        })
    });
    assert_eq!(asked[0], "https://api.datadoghq.com/api/v1/validate");
    let problem = found.expect("the site");
    assert_eq!(
        (problem.code.as_str(), problem.field.as_deref()),
        ("datadog-key-of-another-site", Some("site"))
    );
    assert!(
        problem.next_steps[0].contains("datadoghq.eu"),
        "{problem:?}"
    );
    assert_helpful(&problem, "another site");
}

#[test]
fn a_key_that_no_site_knows_is_told_from_one_that_could_not_be_looked_up() {
    let (asked, found) = looked_into("datadoghq.eu", INVALID.1, |_| Some(INVALID));
    assert_eq!(asked.len(), 8, "each site once: {asked:?}");
    let problem = found.expect("a wrong key");
    assert_eq!(
        (problem.code.as_str(), problem.field.as_deref()),
        ("datadog-key-unknown", Some("api_key"))
    );
    assert_helpful(&problem, "unknown");
    let own = "https://api.datadoghq.eu/";
    let (asked, found) = looked_into("datadoghq.eu", INVALID.1, |url| {
        url.starts_with(own).then_some(INVALID)
    });
    assert_eq!((asked.len(), found), (8, None), "the others gave no answer");
    for answer in [None, Some((200, "<html>")), Some((502, ""))] {
        let (asked, found) = looked_into("datadoghq.eu", INVALID.1, |_| answer);
        assert_eq!((asked.len(), found), (1, None));
    }
}

#[test]
fn a_valid_key_that_the_intake_refuses_is_not_blamed() {
    let (asked, found) = looked_into("us5", INVALID.1, |_| Some(VALID));
    assert_eq!(asked, ["https://api.us5.datadoghq.com/api/v1/validate"]);
    let problem = found.expect("something else");
    assert_eq!(problem.code, "datadog-key-valid-but-refused");
    assert_eq!(problem.field, None);
    assert_helpful(&problem, "valid");
}

#[test]
fn an_intake_elsewhere_is_asked_alone_and_other_refusals_ask_nothing() {
    let (asked, found) = looked_into("http://127.0.0.1:18099/dd", INVALID.1, |_| Some(INVALID));
    assert_eq!(asked, ["http://127.0.0.1:18099/dd/api/v1/validate"]);
    assert_eq!(found, None);
    for refusal in [
        "<html>Blocked</html>",
        "{\"errors\":[\"IP address not in allowlist\"]}",
    ] {
        let (asked, found) = looked_into("us5", refusal, |_| Some(VALID));
        assert!(asked.is_empty() && found.is_none(), "{refusal}");
    }
}
