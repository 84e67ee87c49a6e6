use serde_json::json;

use super::*;

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
        let Ok(token) = signing_in(azure.as_ref()).token(&response(200, &granted)) else {
            panic!("{granted} is a token");
        };
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
