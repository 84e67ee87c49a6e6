//! Azure: signing in, and the ingestion of rows.

use penstock_receiver::protocol::azure::Settings;
use penstock_receiver::{Options, Receiver};
use serde_json::Value;

use crate::client::{Answer, gzip, send, start};

const TENANT: &str = "11111111-aaaa-4bbb-8ccc-222222222222";
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const JSON: (&str, &str) = ("content-type", "application/json");
const GOOD: &str = "grant_type=client_credentials&client_id=33333333-aaaa-4bbb-8ccc-444444444444\
    &client_secret=prc8Q~practice.secret_0123456789abcdefgh\
    &scope=https%3A%2F%2Fmonitor.azure.com%2F.default";
const STREAM: &str = "POST /dataCollectionRules/dcr-00112233445566778899aabbccddeeff/streams/\
    Custom-InfisicalLogs_CL?api-version=2023-01-01";
const ROW: &str = r#"{"TimeGenerated":"2026-01-15T08:00:00.020Z","eventType":"login"}"#;

async fn sign_in(receiver: &Receiver, tenant: &str, form: &str) -> (u16, Value) {
    let line = format!("POST /{tenant}/oauth2/v2.0/token");
    let answer = send(receiver, &line, &[FORM], form.to_owned())
        .await
        .expect("an answer");
    (
        answer.status,
        serde_json::from_str(&answer.body).expect("JSON"),
    )
}

async fn token(receiver: &Receiver) -> String {
    let (status, answer) = sign_in(receiver, TENANT, GOOD).await;
    assert_eq!(
        (status, &answer["token_type"]),
        (200, &Value::from("Bearer"))
    );
    format!(
        "Bearer {}",
        answer["access_token"].as_str().expect("a token")
    )
}

async fn ingest(receiver: &Receiver, token: &str, line: &str, body: &[u8]) -> Answer {
    let headers = [("authorization", token), JSON];
    send(receiver, line, &headers, body.to_vec())
        .await
        .expect("an answer")
}

/// Status and code; the same code stands in the header and the body.
fn code(answer: &Answer) -> (u16, String) {
    let header = answer
        .headers
        .get("x-ms-error-code")
        .map(|code| code.to_str().expect("text"));
    if answer.body.is_empty() {
        assert_eq!(header, None);
        return (answer.status, String::new());
    }
    let body: Value = serde_json::from_str(&answer.body).expect("JSON");
    assert_eq!(body["error"]["code"].as_str(), header);
    (answer.status, header.unwrap_or_default().to_owned())
}

#[tokio::test]
async fn every_way_of_not_signing_in_has_its_code() {
    let receiver = start(Options::default()).await;
    let without = |name: &str| {
        let parts: Vec<_> = GOOD
            .split('&')
            .filter(|part| !part.starts_with(name))
            .collect();
        parts.join("&")
    };
    let with = |name: &str, value: &str| format!("{}&{name}={value}", without(name));
    let government = with("scope", "https%3A%2F%2Fmonitor.azure.us%2F.default");
    let vault = with("scope", "https%3A%2F%2Fvault.azure.net%2F.default");
    for (tenant, form, status, error, code) in [
        ("common", GOOD, 400, "invalid_request", 9_001_023),
        ("contoso.example", GOOD, 400, "invalid_request", 90_002),
        (
            TENANT,
            &without("grant_type"),
            400,
            "invalid_request",
            900_144,
        ),
        (
            TENANT,
            &with("grant_type", "password"),
            400,
            "unsupported_grant_type",
            70_003,
        ),
        (
            TENANT,
            &with("client_id", "x"),
            400,
            "unauthorized_client",
            700_016,
        ),
        (
            TENANT,
            &without("client_secret"),
            401,
            "invalid_client",
            7_000_218,
        ),
        (
            TENANT,
            &with("client_secret", "x"),
            401,
            "invalid_client",
            7_000_215,
        ),
        (TENANT, &with("scope", "logs"), 400, "invalid_scope", 70_011),
        (TENANT, &vault, 400, "invalid_resource", 500_011),
    ] {
        let (got, answer) = sign_in(&receiver, tenant, form).await;
        assert_eq!(
            (got, answer["error"].as_str()),
            (status, Some(error)),
            "{code}"
        );
        assert_eq!(answer["error_codes"][0], code);
        let text = answer["error_description"].as_str().expect("text");
        assert!(text.starts_with(&format!("AADSTS{code}: ")), "{text}");
    }
    let expired = Settings {
        secret_expired: true,
        ..Settings::default()
    };
    let expired = start(Options {
        azure: expired,
        ..Options::default()
    })
    .await;
    let (status, answer) = sign_in(&expired, TENANT, GOOD).await;
    assert_eq!(
        (status, &answer["error_codes"][0]),
        (401, &Value::from(7_000_222))
    );
    let (status, _) = sign_in(&receiver, TENANT, &government).await;
    assert_eq!(status, 200, "on loopback every cloud is known");
    assert_eq!(receiver.progress().sign_ins, 10);
}

#[tokio::test]
async fn no_secret_and_no_token_is_shown() {
    let receiver = start(Options::default()).await;
    let token = token(&receiver).await;
    let arrival = receiver.arrivals_since(0).remove(0);
    assert!(
        arrival.body.contains("client_secret=***"),
        "{}",
        arrival.body
    );
    assert!(!arrival.body.contains("prc8Q"), "{}", arrival.body);
    assert!(
        !arrival.answer.contains(token.trim_start_matches("Bearer ")),
        "{}",
        arrival.answer
    );
}

#[tokio::test]
async fn rows_are_taken_and_what_is_wrong_has_its_code() {
    let receiver = start(Options::default()).await;
    let token = token(&receiver).await;
    let rows = format!("[{ROW},{ROW}]");
    let answer = ingest(&receiver, &token, STREAM, rows.as_bytes()).await;
    assert_eq!((answer.status, answer.body.as_str()), (204, ""));
    assert_eq!(receiver.progress().events, 2);

    let timeless = r#"[{"eventType":"login"}]"#;
    let soon = r#"[{"TimeGenerated":"soon"}]"#;
    let reserved = r#"[{"TimeGenerated":"2026-01-15T08:00:00Z","id":"x"}]"#;
    let misnamed = r#"[{"TimeGenerated":"2026-01-15T08:00:00Z","a-b":"x"}]"#;
    let long = format!("[{}]", " ".repeat(1_048_575));
    let other = "Bearer x";
    for (token, line, body, status, expected) in [
        (token.as_str(), STREAM, "[]", 204, ""),
        (other, STREAM, &rows, 401, "InvalidAuthenticationToken"),
        (
            &token,
            STREAM.split_once('?').expect("a query").0,
            &rows,
            400,
            "MissingApiVersionParameter",
        ),
        (
            &token,
            &STREAM.replace("dcr-00", "dcr-ff"),
            &rows,
            404,
            "NotFound",
        ),
        (
            &token,
            &STREAM.replace("Infisical", "Other"),
            &rows,
            400,
            "InvalidStream",
        ),
        (
            &token,
            &STREAM.replace("/streams/", "/"),
            &rows,
            404,
            "NotFound",
        ),
        (&token, STREAM, ROW, 400, "InvalidPayload"),
        (&token, STREAM, timeless, 400, "InvalidPayload"),
        (&token, STREAM, soon, 400, "InvalidPayload"),
        (&token, STREAM, reserved, 400, "InvalidPayload"),
        (&token, STREAM, misnamed, 400, "InvalidPayload"),
        (&token, STREAM, &long, 413, "ContentLengthLimitExceeded"),
    ] {
        let answer = ingest(&receiver, token, line, body.as_bytes()).await;
        assert_eq!(
            code(&answer),
            (status, expected.to_owned()),
            "{line} {}",
            answer.body
        );
        let refused = receiver.arrivals_since(0)[0].refusal.is_some();
        assert_eq!(refused, status != 204, "{line}");
    }
    assert_eq!(receiver.progress().events, 2);
}

#[tokio::test]
async fn the_limit_holds_compressed_and_not() {
    let receiver = start(Options::default()).await;
    let token = token(&receiver).await;
    let headers = [
        ("authorization", token.as_str()),
        JSON,
        ("content-encoding", "gzip"),
    ];
    for (body, expected) in [
        (gzip(format!("[{ROW}]").as_bytes()), 204),
        (gzip(format!("[{}]", " ".repeat(1_048_575)).as_bytes()), 413),
        (b"[]".to_vec(), 400),
    ] {
        let answer = send(&receiver, STREAM, &headers, body)
            .await
            .expect("an answer");
        assert_eq!(answer.status, expected);
    }
}

#[tokio::test]
async fn rows_that_span_more_than_half_an_hour_are_refused_where_the_table_says_so() {
    let azure = Settings {
        half_hour: true,
        ..Settings::default()
    };
    let receiver = start(Options {
        azure,
        ..Options::default()
    })
    .await;
    let token = token(&receiver).await;
    let rows = |last: &str| format!("[{ROW},{}]", ROW.replace("08:00:00.020", last));
    let answer = ingest(&receiver, &token, STREAM, rows("08:30:00.020").as_bytes()).await;
    assert_eq!(code(&answer).0, 204);
    let answer = ingest(&receiver, &token, STREAM, rows("08:30:00.021").as_bytes()).await;
    assert_eq!(
        code(&answer),
        (400, "RecordsTimeRangeIsMoreThan30Minutes".into())
    );
}

#[tokio::test]
async fn without_the_role_the_token_has_no_access() {
    let azure = Settings {
        has_role: false,
        ..Settings::default()
    };
    let receiver = start(Options {
        azure,
        ..Options::default()
    })
    .await;
    let token = token(&receiver).await;
    let answer = ingest(&receiver, &token, STREAM, b"[]").await;
    assert_eq!(code(&answer), (403, "OperationFailed".into()));
    assert!(
        answer.body.contains("does not have access to ingest data"),
        "{}",
        answer.body
    );
    assert!(
        answer.body.contains("IsRbacPresent: False"),
        "{}",
        answer.body
    );
}

#[tokio::test]
async fn tokens_end_by_themselves_or_on_demand() {
    let receiver = start(Options::default()).await;
    let first = token(&receiver).await;
    receiver.sign_everyone_out();
    let answer = ingest(&receiver, &first, STREAM, b"[]").await;
    assert_eq!(code(&answer), (401, "InvalidAuthenticationToken".into()));
    let second = token(&receiver).await;
    assert_eq!(ingest(&receiver, &second, STREAM, b"[]").await.status, 204);

    let azure = Settings {
        token_lifetime: 0,
        ..Settings::default()
    };
    let short = start(Options {
        azure,
        ..Options::default()
    })
    .await;
    let ended = token(&short).await;
    assert_eq!(ingest(&short, &ended, STREAM, b"[]").await.status, 401);
}

#[tokio::test]
async fn signing_in_has_a_fault_of_its_own() {
    let receiver = start(Options::default()).await;
    let token = token(&receiver).await;
    receiver.set_sign_in_fault("status=503".parse().expect("a fault"));
    let (status, answer) = sign_in(&receiver, TENANT, GOOD).await;
    assert_eq!(
        (status, answer["error"].as_str()),
        (503, Some("temporarily_unavailable"))
    );
    assert_eq!(ingest(&receiver, &token, STREAM, b"[]").await.status, 204);
    receiver.set_sign_in_fault("none".parse().expect("a fault"));
    receiver.set_fault("status=403".parse().expect("a fault"));
    let answer = ingest(&receiver, &token, STREAM, b"[]").await;
    assert_eq!(code(&answer), (403, "OperationFailed".into()));
    assert_eq!(sign_in(&receiver, TENANT, GOOD).await.0, 200);
}

#[tokio::test]
async fn a_client_that_asks_for_the_endpoints_first_is_told() {
    let receiver = start(Options::default()).await;
    let path = "/v2.0/.well-known/openid-configuration";
    let host = [("host", "login.microsoftonline.com")];
    let known = send(&receiver, &format!("GET /{TENANT}{path}"), &host, "").await;
    let known: Value = serde_json::from_str(&known.expect("an answer").body).expect("JSON");
    let endpoint = format!("https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/token");
    assert_eq!(known["token_endpoint"], endpoint);
    let unknown = send(&receiver, &format!("GET /x{path}"), &host, "")
        .await
        .expect("an answer");
    let answer: Value = serde_json::from_str(&unknown.body).expect("JSON");
    assert_eq!(
        (unknown.status, answer["error"].as_str()),
        (400, Some("invalid_tenant"))
    );
}

#[tokio::test]
async fn at_a_clouds_own_hosts_only_that_cloud_is_known() {
    let receiver = start(Options::default()).await;
    let line = format!("POST /{TENANT}/oauth2/v2.0/token");
    let government = [FORM, ("host", "login.microsoftonline.us")];
    let answer = send(&receiver, &line, &government, GOOD)
        .await
        .expect("an answer");
    assert!(
        answer.body.contains("\"error_codes\":[500011]"),
        "{}",
        answer.body
    );
    let token = token(&receiver).await;
    let headers = [
        ("authorization", token.as_str()),
        JSON,
        ("host", "x-abcd.usgovva-1.ingest.monitor.azure.us"),
    ];
    let answer = send(&receiver, STREAM, &headers, "[]")
        .await
        .expect("an answer");
    assert_eq!(code(&answer), (401, "InvalidAuthenticationToken".into()));
}
