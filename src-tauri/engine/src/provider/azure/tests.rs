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

#[test]
fn a_token_is_asked_for_at_the_authority_of_the_cloud() {
    for (cloud, suffix, authority, scope) in [
        ("public", "com", "login.microsoftonline.com", "com"),
        ("us_government", "us", "login.microsoftonline.us", "us"),
        ("china", "cn", "login.partner.microsoftonline.cn", "cn"),
    ] {
        let mut details = with(
            "endpoint_url",
            &format!("https://x.y-1.ingest.monitor.azure.{suffix}"),
        );
        details["cloud"] = cloud.into();
        let azure = destination("azure", details, secrets());
        let request = signing_in(azure.as_ref()).request();
        assert_eq!(
            request.url.expose(),
            format!("https://{authority}/{TENANT}/oauth2/v2.0/token")
        );
        assert_eq!(
            body(&request),
            format!(
                "grant_type=client_credentials&client_id={CLIENT}\
                 &client_secret=prc8Q%7Eit.isa%2Bsecret_%260123456789abcdefgh\
                 &scope=https%3A%2F%2Fmonitor.azure.{scope}%2F.default"
            )
        );
        assert!(!request.body.gzip);
        assert_eq!(
            headers(&request)[0],
            "Content-Type: application/x-www-form-urlencoded"
        );
        assert!(
            !format!("{request:?}").contains("prc8Q"),
            "the secret is shown"
        );
    }
}

#[test]
fn the_practice_receiver_gives_tokens_itself_and_so_may_an_address_of_ones_own() {
    let azure = with_field("endpoint_url", "http://127.0.0.1:18055").destination;
    let url = signing_in(azure.as_ref()).request().url;
    assert_eq!(
        url.expose(),
        format!("http://127.0.0.1:18055/{TENANT}/oauth2/v2.0/token")
    );
    let azure = with_field("authority_url", "https://login.example.com/").destination;
    let url = signing_in(azure.as_ref()).request().url;
    assert_eq!(
        url.expose(),
        format!("https://login.example.com/{TENANT}/oauth2/v2.0/token")
    );
}

#[test]
fn a_token_comes_with_its_lifetime() {
    let azure = azure();
    for lifetime in ["3599", "\"3599\""] {
        let granted = format!(
            "{{\"token_type\":\"Bearer\",\"expires_in\":{lifetime},\"access_token\":\"ey.x\"}}"
        );
        let token = signing_in(azure.as_ref())
            .token(&response(200, &granted))
            .ok()
            .expect("a token");
        assert_eq!(
            (token.secret.expose(), token.lifetime.as_secs()),
            ("ey.x", 3599)
        );
    }
}

fn entra(code: u64, error: &str) -> String {
    json!({
        "error": error,
        "error_description": format!("AADSTS{code}: Some words. Trace ID: x"),
        "error_codes": [code],
        "trace_id": "x",
    })
    .to_string()
}

#[test]
fn every_code_of_entra_has_its_verdict() {
    let hold = [
        7000215, 7000222, 7000218, 7000216, 700016, 7000112, 70001, 700011, 90002, 90019, 900144,
        9001023, 70011, 28002, 700022, 500011, 650057, 90038, 900382, 900432, 50196, 53003, 530032,
        70002, 700027,
    ];
    let retry = [90006, 90012, 90024, 90033, 90055, 50000];
    let azure = azure();
    let judge = |status: u16, said: &str| {
        let verdict = signing_in(azure.as_ref())
            .token(&response(status, said))
            .err()
            .expect("no token");
        let (verdict, problem) = told(verdict);
        (verdict, problem.expect("a problem"))
    };
    let mut rows = 0;
    for (codes, wanted) in [(&hold[..], "hold"), (&retry[..], "retry")] {
        for code in codes {
            for status in [400, 401] {
                let (verdict, problem) = judge(status, &entra(*code, "invalid_request"));
                assert_eq!(verdict, wanted, "{code}: {problem:?}");
                assert_helpful(&problem, &code.to_string());
                assert!(
                    problem.cause.is_some() && !problem.next_steps.is_empty(),
                    "{problem:?}"
                );
                assert_eq!(problem.evidence, Some(format!("AADSTS{code}")));
                assert_ne!(problem.code, "entra-refused", "{code} has no row");
                if wanted == "hold" {
                    let page = format!("https://login.microsoftonline.com/error?code={code}");
                    assert_eq!(problem.link, Some(page));
                }
            }
            rows += 1;
        }
    }
    assert_eq!(rows, 31);
    for (status, said, wanted, code) in [
        (400, entra(4242, "invalid_request"), "hold", "entra-refused"),
        (
            400,
            json!({ "error": "invalid_tenant" }).to_string(),
            "hold",
            "entra-tenant-not-found",
        ),
        (
            401,
            json!({ "error": "invalid_client" }).to_string(),
            "hold",
            "entra-credentials-invalid",
        ),
        (
            400,
            entra(4242, "temporarily_unavailable"),
            "retry",
            "entra-busy",
        ),
        (429, String::new(), "retry", "entra-busy"),
        (500, "<html>".into(), "retry", "entra-busy"),
        (503, String::new(), "retry", "entra-busy"),
        (
            200,
            "<html>Sign in</html>".into(),
            "hold",
            "entra-not-reached",
        ),
        (
            403,
            "<html>Blocked</html>".into(),
            "hold",
            "entra-not-reached",
        ),
        (404, String::new(), "hold", "entra-not-reached"),
        (302, String::new(), "hold", "entra-not-reached"),
    ] {
        let (verdict, problem) = judge(status, &said);
        assert_eq!(
            (verdict, problem.code.as_str()),
            (wanted, code),
            "{status} {said}"
        );
        assert_helpful(&problem, code);
    }
}

#[test]
fn a_code_is_found_in_the_text_where_the_list_is_missing() {
    let said = json!({ "error": "invalid_client", "error_description": "AADSTS7000222: expired." });
    let verdict = signing_in(azure().as_ref())
        .token(&response(401, &said.to_string()))
        .err();
    let (_, problem) = told(verdict.expect("no token"));
    assert_eq!(
        problem.map(|it| it.code).as_deref(),
        Some("entra-secret-expired")
    );
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
fn what_was_pasted_is_understood() {
    for (field, pasted, saved) in [
        (
            "tenant_id",
            "{7C1B0E52-4F1D-4A86-9D0E-2B6F3A91C7D4}",
            TENANT,
        ),
        (
            "tenant_id",
            &format!("https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/token")[..],
            TENANT,
        ),
        (
            "tenant_id",
            "Contoso.onmicrosoft.com",
            "contoso.onmicrosoft.com",
        ),
        (
            "client_id",
            " E5D80A37-1C64-4C39-8B72-90F4AB16D3E8 ",
            CLIENT,
        ),
        (
            "endpoint_url",
            "penstock-k3vq.westeurope-1.ingest.monitor.azure.com",
            DCE,
        ),
        (
            "endpoint_url",
            &format!("{DCE}/dataCollectionRules/{DCR}/streams/Custom-X?api-version=2023-01-01")[..],
            DCE,
        ),
        (
            "endpoint_url",
            "https://rule-k3vq-westeurope.logs.z1.ingest.monitor.azure.com/",
            "https://rule-k3vq-westeurope.logs.z1.ingest.monitor.azure.com",
        ),
        ("dcr_id", "DCR-4B7D0F1C9A3E46D2B85E6C01F7A9D3E2", DCR),
        ("dcr_id", "4b7d0f1c9a3e46d2b85e6c01f7a9d3e2", DCR),
        ("table_name", "InfisicalLogs_CL", "InfisicalLogs"),
        ("table_name", "Custom-Audit", "Custom-Audit"),
    ] {
        for again in [pasted, saved] {
            assert_eq!(with_field(field, again).details[field], saved, "{again}");
        }
    }
    for (table, stream) in [
        ("InfisicalLogs", "Custom-InfisicalLogs_CL"),
        ("InfisicalLogs_CL", "Custom-InfisicalLogs_CL"),
        ("Custom-Audit", "Custom-Audit"),
        ("Custom-InfisicalLogs_CL", "Custom-InfisicalLogs_CL"),
    ] {
        let mut details = details();
        details["stream_name"] = table.into();
        details
            .as_object_mut()
            .expect("object")
            .remove("table_name");
        let request = destination("azure", details, secrets()).request(&events(&["{}"]), None);
        assert!(
            request.shown_url.contains(&format!("/streams/{stream}?")),
            "{}",
            request.shown_url
        );
    }
}

#[test]
fn an_endpoint_brings_its_cloud_its_rule_and_its_stream_along() {
    let gov = with_field(
        "endpoint_url",
        "https://x.usgovvirginia-1.ingest.monitor.azure.us",
    );
    assert_eq!(gov.details["cloud"], "us_government");
    assert_eq!(gov.warnings[0].field, "cloud");
    let whole =
        format!("{DCE}/dataCollectionRules/{DCR}/streams/Custom-Audit?api-version=2023-01-01");
    let details = json!({ "tenant_id": TENANT, "client_id": CLIENT, "endpoint_url": whole });
    let it = connected("azure", details, secrets());
    assert_eq!(
        (&it.details["dcr_id"], &it.details["table_name"]),
        (&json!(DCR), &json!("Custom-Audit"))
    );
}

#[test]
fn what_is_something_else_is_answered_with_what_to_paste() {
    let resource =
        "/subscriptions/s/resourceGroups/g/providers/Microsoft.Insights/dataCollectionRules/audit";
    for (field, pasted, said) in [
        ("tenant_id", "common", "names none"),
        ("tenant_id", "Larkfield", "A tenant ID looks like"),
        ("client_id", "penstock", "not its name"),
        ("client_id", TENANT, "This is the tenant ID again"),
        (
            "endpoint_url",
            "https://portal.azure.com/#view/x",
            "page of the Azure portal",
        ),
        (
            "endpoint_url",
            "https://x.westeurope-1.metrics.ingest.monitor.azure.com",
            "endpoint for metrics",
        ),
        (
            "endpoint_url",
            "https://x.westeurope-1.handler.control.monitor.azure.com",
            "configuration access",
        ),
        (
            "endpoint_url",
            "https://11111111-2222.ods.opinsights.azure.com",
            "older Data Collector API",
        ),
        (
            "endpoint_url",
            &format!("https://management.azure.com{resource}")[..],
            "This is a resource ID",
        ),
        (
            "endpoint_url",
            "https://logs.example.com",
            "no ingestion endpoint",
        ),
        ("endpoint_url", "ftp://x", "starts with ftp://"),
        ("dcr_id", resource, "resource ID"),
        (
            "dcr_id",
            "dcr-infisical-audit",
            "looks like the name of the rule",
        ),
        ("dcr_id", CLIENT, "ID of something else"),
        ("table_name", "Infisical Logs", "starts with a letter"),
        ("table_name", "Custom-a/b", "name of a stream"),
        ("table_name", "", "missing. Step 4"),
        ("cloud", "mars", "one of public, us_government, china"),
    ] {
        let errors = refused("azure", with(field, pasted), secrets());
        assert_eq!(errors.len(), 1, "{pasted}: {errors:?}");
        assert!(
            errors[0].starts_with(&format!("{field}: ")) && errors[0].contains(said),
            "{pasted}: {errors:?}"
        );
    }
    for (pasted, said) in [
        (CLIENT, "This is the Secret ID"),
        ("a b", "one piece"),
        ("", "missing. Step 1"),
    ] {
        let errors = refused("azure", details(), json!({ "client_secret": pasted }));
        assert!(
            errors.len() == 1 && errors[0].contains(said),
            "{pasted}: {errors:?}"
        );
    }
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
