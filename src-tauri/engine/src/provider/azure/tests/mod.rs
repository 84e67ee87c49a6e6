mod inputs;
mod sign_in;

use serde_json::{Value, json};

use crate::event::Event;
use crate::provider::testing::{
    assert_helpful, assert_verdicts, body, connected, destination, events, headers, refused,
    response, told,
};
use crate::provider::{Connected, Destination, SignIn};
use crate::secret::Secret;

const TENANT: &str = "7c1b0e52-4f1d-4a86-9d0e-2b6f3a91c7d4";
const CLIENT: &str = "e5d80a37-1c64-4c39-8b72-90f4ab16d3e8";
const SECRET: &str = "prc8Q~it.is a+secret_&0123456789abcdefgh";
const DCE: &str = "https://penstock-k3vq.westeurope-1.ingest.monitor.azure.com";
const DCR: &str = "dcr-4b7d0f1c9a3e46d2b85e6c01f7a9d3e2";

fn details() -> Value {
    json!({
        "tenant_id": TENANT,
        "client_id": CLIENT,
        "endpoint_url": DCE,
        "dcr_id": DCR,
        "table_name": "InfisicalLogs",
    })
}

fn secrets() -> Value {
    json!({ "client_secret": SECRET.replace(' ', "") })
}

fn azure() -> Box<dyn Destination> {
    destination("azure", details(), secrets())
}

fn with(name: &str, value: &str) -> Value {
    let mut details = details();
    details[name] = value.into();
    details
}

fn with_field(name: &str, value: &str) -> Connected {
    connected("azure", with(name, value), secrets())
}

#[test]
fn rows_are_an_array_with_their_time_and_without_reserved_columns() {
    let token = Secret::from("ey.token");
    let request = azure().request(
        &events(&[
            "{\"id\":\"a\",\"createdAt\":\"2026-01-15T08:00:00.020Z\",\"n\":18446744073709551616}",
            "{\"b\":1}",
        ]),
        Some(&token),
    );
    assert_eq!(request.method, "POST");
    assert_eq!(
        request.url.expose(),
        format!(
            "{DCE}/dataCollectionRules/{DCR}/streams/Custom-InfisicalLogs_CL?api-version=2023-01-01"
        )
    );
    assert_eq!(request.shown_url, request.url.expose());
    assert_eq!(
        body(&request),
        "[{\"AuditId\":\"a\",\"createdAt\":\"2026-01-15T08:00:00.020Z\",\"n\":18446744073709551616,\
         \"TimeGenerated\":\"2026-01-15T08:00:00.020Z\"},{\"b\":1}]"
    );
    assert!(request.body.gzip);
    let headers = headers(&request);
    assert_eq!(
        headers[..2],
        [
            "Authorization: Bearer ey.token",
            "Content-Type: application/json"
        ]
    );
    let id = headers[2]
        .strip_prefix("x-ms-client-request-id: ")
        .expect("an id");
    assert!(uuid::Uuid::parse_str(id).is_ok());
    assert!(!format!("{request:?}").contains("ey.token"));
}

#[test]
fn a_request_stays_below_a_megabyte_and_half_an_hour() {
    let limits = azure().limits();
    assert!(limits.bytes <= 1_000_000 && limits.event_bytes <= 1_000_000);
    assert!(limits.span.is_some_and(|span| span < 30 * 60 * 1000));
    let event = "{\"id\":1,\"createdAt\":\"2026-01-15T08:00:00.020Z\"}";
    let request = azure().request(&events(&[event; 3]), None);
    assert!(request.body.bytes.len() <= 3 * (event.len() + limits.overhead) + 2);
}

#[test]
fn a_value_that_azure_would_cut_is_refused_beforehand() {
    let event = |bytes: usize| {
        Event::new(
            1,
            format!("{{\"a\":1,\"big\":\"{}\"}}", "x".repeat(bytes - 2)),
        )
    };
    assert_eq!(azure().refuse(&event(65_536)), None);
    let reason = azure().refuse(&event(65_537)).expect("refused");
    assert!(
        reason.summary.contains("The value of big has 65537 bytes"),
        "{reason:?}"
    );
    assert_helpful(&reason, "too large");
}

fn signing_in(azure: &dyn Destination) -> &dyn SignIn {
    azure.sign_in().expect("azure signs in")
}

fn said(code: &str, message: &str) -> String {
    json!({ "error": { "code": code, "message": message } }).to_string()
}

#[test]
fn every_answer_of_the_rule_has_its_verdict() {
    let role = said(
        "OperationFailed",
        &format!(
            "The authentication token provided does not have access to ingest data for the data collection rule with immutable Id '{DCR}' IsRbacPresent: False"
        ),
    );
    let span = said("RecordsTimeRangeIsMoreThan30Minutes", "x");
    let stream = said("InvalidStream", "x");
    let named = said("BadArgumentError", "Stream 'Custom-X' is not declared");
    let malformed = said("InvalidPayload", "x");
    let version = said("MissingApiVersionParameter", "x");
    let long = said(
        "ContentLengthLimitExceeded",
        "Maximum allowed content length: 1048576 bytes (1 MB).",
    );
    let slow = said("TimeoutExpired", "x");
    let cut = said("ReadyBody_ClientConnectionAbort", "x");
    let gone = said("NotFound", "x");
    let expired = said("InvalidAuthenticationToken", "x");
    let private = said("Forbidden", "public network access is disabled");
    let rows = [
        (204, "", "accepted", "accepted"),
        (200, "", "accepted", "accepted"),
        (200, "<html>Sign in</html>", "hold", "hold"),
        (302, "", "hold", "hold"),
        (400, malformed.as_str(), "set_aside", "split"),
        (400, "", "set_aside", "split"),
        (400, span.as_str(), "split", "split"),
        (400, stream.as_str(), "hold", "hold"),
        (404, stream.as_str(), "hold", "hold"),
        (400, named.as_str(), "hold", "hold"),
        (400, version.as_str(), "hold", "hold"),
        (400, long.as_str(), "split", "split"),
        (413, long.as_str(), "split", "split"),
        (413, "", "split", "split"),
        (400, slow.as_str(), "split", "split"),
        (408, slow.as_str(), "split", "split"),
        (400, cut.as_str(), "split", "split"),
        (401, expired.as_str(), "hold", "hold"),
        (401, "", "hold", "hold"),
        (403, role.as_str(), "hold", "hold"),
        (403, private.as_str(), "hold", "hold"),
        (403, "<html>Blocked</html>", "hold", "hold"),
        (404, gone.as_str(), "hold", "hold"),
        (415, "", "hold", "hold"),
        (429, "", "retry", "retry"),
        (500, "", "retry", "retry"),
        (502, "", "retry", "retry"),
        (503, "", "retry", "retry"),
        (504, "", "retry", "retry"),
    ];
    assert_eq!(assert_verdicts(azure().as_ref(), &rows), 29);
    let problem = |status, body: &str| {
        told(azure().verdict(&events(&["{}"]), &response(status, body)))
            .1
            .expect("a problem")
    };
    let missing = problem(403, &role);
    assert_eq!(
        (missing.code.as_str(), missing.guide_step),
        ("azure-role-missing", Some(6))
    );
    assert_eq!(missing.short.as_deref(), Some("403 Role missing"));
    assert_eq!(
        missing.evidence.as_deref(),
        Some("does not have access to ingest")
    );
    assert!(problem(404, &gone).summary.contains(DCR));
    assert!(
        problem(400, &stream)
            .summary
            .contains("Custom-InfisicalLogs_CL")
    );
    let mut only_header = response(413, "");
    only_header.headers.push((
        "x-ms-error-code".into(),
        "ContentLengthLimitExceeded".into(),
    ));
    assert_eq!(
        told(azure().verdict(&events(&["{}"]), &only_header)).0,
        "split"
    );
}

#[test]
fn the_log_sample_of_the_guide_has_no_column_that_azure_keeps() {
    let about = crate::provider::find("azure").expect("azure").about();
    let sample = about.guide.steps.iter().flat_map(|step| &step.copy);
    let sample = sample
        .into_iter()
        .find(|it| it.file_name.as_deref() == Some("azure-log-sample.json"));
    let rows: Value =
        serde_json::from_str(&sample.expect("a sample").text).expect("the sample is JSON");
    let mut row = Vec::new();
    super::row::write(&mut row, rows[0].to_string().as_bytes());
    assert_eq!(
        serde_json::from_slice::<Value>(&row).ok(),
        Some(rows[0].clone())
    );
}
