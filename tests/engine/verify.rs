//! Verify: the stages as they happen, and a report that says what is so, whether the sample was
//! accepted, refused, or never got there.

use penstock_engine::clock::{Clock, Millis};
use penstock_engine::event::Event;
use penstock_engine::http::Client;
use penstock_engine::problem::Problem;
use penstock_engine::provider::{
    Body, Destination, Header, Limits, Request, Response, SignIn, Token, Verdict,
};
use penstock_engine::sample;
use penstock_engine::secret::Secret;
use penstock_engine::verify::{Verification, verify};
use penstock_engine::view::{Stage, StageKind, StageState, VerifyReport};
use std::sync::Mutex;
use std::time::Duration;

use crate::certificates::Authority;
use crate::http::client;
use crate::loopback::{Conduct, Server};

const TOKEN: &str = "c0ffee00-1234-5678-9abc-def012345678";
const CLIENT_SECRET: &str = "a~Secret/Of+The=Client";
const NOW: Millis = 1_768_464_000_020;

struct Fixed;

impl Clock for Fixed {
    fn now(&self) -> Millis {
        NOW
    }
}

/// A destination that takes arrays and may want a token first.
struct Shop {
    url: String,
    signs_in: Option<Entrance>,
}

struct Entrance(String);

impl Shop {
    fn at(url: String) -> Self {
        Self {
            url,
            signs_in: None,
        }
    }
}

fn hold(code: &str, short: &str) -> Verdict {
    Verdict::Hold {
        reason: Problem::new(code, "The token is disabled.")
            .next("Enable it.")
            .short(short),
    }
}

impl Destination for Shop {
    fn endpoint(&self) -> String {
        self.url.clone()
    }

    fn limits(&self) -> Limits {
        Limits {
            events: 1_000,
            bytes: 1_000_000,
            overhead: 1,
            event_bytes: 100_000,
            span: None,
        }
    }

    fn request(&self, events: &[Event], token: Option<&Secret>) -> Request {
        let mut body = b"[".to_vec();
        events
            .iter()
            .for_each(|event| body.extend_from_slice(&event.bytes));
        body.push(b']');
        let token = token.cloned().unwrap_or_else(|| Secret::from(TOKEN));
        Request {
            method: "POST",
            url: Secret::from(self.url.as_str()),
            shown_url: self.url.clone(),
            headers: vec![Header::Secret("Authorization".into(), "Bearer ", token)],
            body: Body {
                bytes: body.into(),
                gzip: true,
            },
        }
    }

    fn verdict(&self, _: &[Event], response: &Response) -> Verdict {
        match response.status {
            200 => Verdict::Accepted,
            403 => hold("shop-token-disabled", "403 Token disabled"),
            413 => Verdict::Split {
                reason: Problem::new("shop-too-large", "The event is too large."),
            },
            503 => {
                let reason = Problem::new("shop-busy", "The shop is busy.");
                Verdict::Retry {
                    after: None,
                    reason,
                }
            }
            _ => hold("reply-unknown", "Unknown reply"),
        }
    }

    fn sign_in(&self) -> Option<&dyn SignIn> {
        self.signs_in.as_ref().map(|it| it as &dyn SignIn)
    }
}

impl SignIn for Entrance {
    fn request(&self) -> Request {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "client_credentials")
            .append_pair("client_secret", CLIENT_SECRET)
            .finish();
        let kind = "application/x-www-form-urlencoded".to_owned();
        Request {
            method: "POST",
            url: Secret::from(self.0.as_str()),
            shown_url: self.0.clone(),
            headers: vec![Header::Plain("Content-Type".into(), kind)],
            body: Body {
                bytes: body.into_bytes().into(),
                gzip: false,
            },
        }
    }

    fn token(&self, response: &Response) -> Result<Token, Verdict> {
        match response.status {
            200 => Ok(Token {
                secret: Secret::from("signed-in-token"),
                lifetime: Duration::from_secs(60),
            }),
            _ => Err(hold("shop-secret-expired", "401 Secret expired")),
        }
    }
}

/// The report, and the stages each time they were told.
async fn run(shop: &Shop, client: &Client) -> (VerifyReport, Vec<Vec<Stage>>) {
    let told = Mutex::new(Vec::new());
    let verification = Verification {
        provider_name: "Shop",
        destination: shop,
        client,
        sample: sample::entry(NOW, None).expect("a sample"),
        clock: &Fixed,
    };
    let report = verify(verification, &|stages: &[Stage]| {
        told.lock().unwrap().push(stages.to_vec())
    })
    .await;
    let everything = serde_json::to_string(&report).expect("a report is JSON");
    for secret in [
        TOKEN,
        CLIENT_SECRET,
        "signed-in-token",
        "a%7ESecret%2FOf%2BThe%3DClient",
    ] {
        assert!(!everything.contains(secret), "{secret} in {everything}");
    }
    (report, told.into_inner().unwrap())
}

fn states(report: &VerifyReport) -> Vec<(StageKind, StageState)> {
    report
        .exchange
        .stages
        .iter()
        .map(|stage| (stage.kind, stage.state))
        .collect()
}

#[tokio::test]
async fn an_accepted_sample_is_reported_with_the_whole_exchange() {
    let authority = Authority::new();
    let config = authority.server("localhost").config();
    let server = Server::tls(Conduct::Echo, config).await;
    let client = client(&[("ca_certificate", &authority.pem())]);
    let (report, told) = run(&Shop::at(server.url("https")), &client).await;
    assert!(report.accepted && report.problem.is_none() && report.certificate.is_none());
    assert_eq!(report.headline, "Shop accepted the sample log entry");
    assert!(
        report.summary.starts_with("200 OK in "),
        "{}",
        report.summary
    );
    assert_eq!(report.at, "2026-01-15T08:00:00.020Z");
    assert!(
        report.sample.contains("\n    \"penstockSample\": true\n"),
        "{}",
        report.sample
    );
    let notes: Vec<&str> = report
        .exchange
        .stages
        .iter()
        .map(|it| it.note.as_str())
        .collect();
    assert!(
        notes[0].starts_with("DNS, ") && notes[0].ends_with(" ms"),
        "{notes:?}"
    );
    assert!(notes[1].starts_with("TLS 1.3, "), "{notes:?}");
    assert!(notes[2].starts_with("1 event, "), "{notes:?}");
    assert!(notes[3].starts_with("200 in "), "{notes:?}");
    let request = &report.exchange.request;
    assert!(
        request
            .compressed_bytes
            .is_some_and(|bytes| bytes < request.body_bytes)
    );
    assert!(request.body.starts_with("[{\"id\":"), "{}", request.body);
    let response = report.exchange.response.as_ref().expect("an answer");
    assert_eq!(
        (response.status, response.status_text.as_str()),
        (200, "OK")
    );
    assert!(
        response.body.contains("Bearer redacted"),
        "{}",
        response.body
    );
    let line: Vec<_> = told
        .iter()
        .map(|stages| stages.iter().map(|it| it.state).collect::<Vec<_>>())
        .collect();
    use StageState::{Done, Running, Waiting};
    let expected = [
        [Waiting, Waiting, Waiting, Waiting],
        [Running, Waiting, Waiting, Waiting],
        [Done, Waiting, Waiting, Waiting],
        [Done, Running, Waiting, Waiting],
        [Done, Done, Waiting, Waiting],
        [Done, Done, Running, Waiting],
        [Done, Done, Done, Waiting],
        [Done, Done, Done, Done],
    ];
    assert_eq!(line, expected);
    assert_eq!(server.requests().len(), 1, "one request carries the sample");
}

#[tokio::test]
async fn a_refusal_carries_the_providers_reason() {
    let server = Server::plain(Conduct::status("403 Forbidden", "{\"code\":1}")).await;
    let (report, _) = run(&Shop::at(server.url("http")), &client(&[])).await;
    assert!(!report.accepted);
    assert_eq!(report.headline, "Shop refused the sample: 403 Forbidden");
    assert_eq!(
        report.problem.as_ref().expect("a reason").code,
        "shop-token-disabled"
    );
    use StageState::{Done, Failed, NotReached};
    let expected = [
        (StageKind::FindHost, Done),
        (StageKind::Connect, Done),
        (StageKind::Send, Failed),
        (StageKind::Accepted, NotReached),
    ];
    assert_eq!(states(&report), expected);
    assert!(report.exchange.stages[1].note.starts_with("TCP, no TLS, "));
    assert!(
        report.exchange.stages[2]
            .note
            .starts_with("403 Forbidden, ")
    );
    assert_eq!(
        report.exchange.response.expect("an answer").body,
        "{\"code\":1}"
    );
}

#[tokio::test]
async fn whatever_is_not_accepted_is_refused_with_its_reason() {
    for (status, code) in [
        ("413 Payload Too Large", "shop-too-large"),
        ("503 Service Unavailable", "shop-busy"),
    ] {
        let server = Server::plain(Conduct::status(status, "")).await;
        let (report, _) = run(&Shop::at(server.url("http")), &client(&[])).await;
        assert!(!report.accepted);
        assert!(report.headline.contains(status), "{}", report.headline);
        assert_eq!(report.problem.expect("a reason").code, code);
    }
}

#[tokio::test]
async fn an_unknown_reply_is_called_unknown_and_gets_no_invented_cause() {
    let server = Server::plain(Conduct::status("418 I'm a teapot", "short and stout")).await;
    let (report, _) = run(&Shop::at(server.url("http")), &client(&[])).await;
    assert_eq!(report.headline, "Shop answered 418 I'm a teapot");
    assert!(
        report
            .summary
            .starts_with("Penstock does not know this reply"),
        "{}",
        report.summary
    );
    let problem = report.problem.expect("a problem");
    assert_eq!(
        (problem.code.as_str(), problem.cause),
        ("reply-unknown", None)
    );
    assert_eq!(
        report.exchange.response.expect("an answer").body,
        "short and stout"
    );
}

#[tokio::test]
async fn a_host_that_is_not_found_shows_the_request_that_would_have_been_sent() {
    let shop = Shop::at("https://nonexistent.invalid/shop".into());
    let (report, told) = run(&shop, &client(&[])).await;
    assert_eq!(
        report.headline,
        "Penstock could not reach nonexistent.invalid"
    );
    use StageState::{Failed, NotReached};
    let expected = [
        (StageKind::FindHost, Failed),
        (StageKind::Connect, NotReached),
        (StageKind::Send, NotReached),
        (StageKind::Accepted, NotReached),
    ];
    assert_eq!(states(&report), expected);
    assert_eq!(
        told.last(),
        Some(&report.exchange.stages),
        "the last word is the report's"
    );
    assert!(report.exchange.response.is_none());
    assert_eq!(
        report.exchange.request.url,
        "https://nonexistent.invalid/shop"
    );
    assert!(report.exchange.request.body.contains("penstockSample"));
    assert!(report.exchange.curl.contains("$PENSTOCK_TOKEN"));
}

#[tokio::test]
async fn a_refused_certificate_fails_the_connection_and_is_shown() {
    let authority = Authority::new();
    let server = Server::tls(Conduct::Echo, authority.server("localhost").config()).await;
    let (report, _) = run(&Shop::at(server.url("https")), &client(&[])).await;
    assert_eq!(report.headline, "Penstock could not reach localhost");
    assert_eq!(report.exchange.stages[1].state, StageState::Failed);
    assert_eq!(report.exchange.stages[1].note, "Certificate issuer unknown");
    assert_eq!(
        report.problem.expect("a problem").code,
        "tls-unknown-issuer"
    );
    let certificate = report.certificate.expect("the certificate");
    assert!(certificate.issuer_pem.is_some());
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn a_client_certificate_missed_after_the_handshake_fails_the_connection() {
    let authority = Authority::new();
    let config = authority
        .server("localhost")
        .config_for_clients_of(&authority);
    let server = Server::tls(Conduct::Echo, config).await;
    let client = client(&[("ca_certificate", &authority.pem())]);
    let (report, _) = run(&Shop::at(server.url("https")), &client).await;
    assert_eq!(
        report.problem.as_ref().expect("a problem").code,
        "tls-client-certificate-required"
    );
    use StageState::{Done, Failed, NotReached};
    let expected = [
        (StageKind::FindHost, Done),
        (StageKind::Connect, Failed),
        (StageKind::Send, NotReached),
        (StageKind::Accepted, NotReached),
    ];
    assert_eq!(states(&report), expected);
}

#[tokio::test]
async fn a_server_that_goes_silent_fails_the_sending() {
    let server = Server::plain(Conduct::Hang).await;
    let (report, _) = run(
        &Shop::at(server.url("http")),
        &client(&[("timeout_seconds", "1")]),
    )
    .await;
    assert_eq!(report.headline, "localhost did not answer");
    assert_eq!(report.exchange.stages[2].note, "No answer in 1 s");
    assert!(
        report.exchange.request.compressed_bytes.is_some(),
        "it had been sent"
    );
}

#[tokio::test]
async fn signing_in_is_a_stage_of_its_own() {
    let shop_server = Server::plain(Conduct::status("200 OK", "")).await;
    let entrance = Server::plain(Conduct::status(
        "200 OK",
        "{\"access_token\":\"signed-in-token\"}",
    ))
    .await;
    let shop = Shop {
        url: shop_server.url("http"),
        signs_in: Some(Entrance(entrance.url("http"))),
    };
    let (report, _) = run(&shop, &client(&[])).await;
    assert!(report.accepted, "{report:?}");
    assert!(
        report.exchange.stages[2].note.starts_with("Token, "),
        "{report:?}"
    );
    let received = shop_server.requests().remove(0);
    assert_eq!(
        received.header("authorization"),
        Some("Bearer signed-in-token")
    );
}

#[tokio::test]
async fn a_refused_sign_in_shows_its_own_exchange_without_the_clients_secret() {
    let shop_server = Server::plain(Conduct::Echo).await;
    let answer = format!("{{\"error\":\"invalid_client\",\"echo\":\"{CLIENT_SECRET}\"}}");
    let entrance = Server::plain(Conduct::status("401 Unauthorized", &answer)).await;
    let shop = Shop {
        url: shop_server.url("http"),
        signs_in: Some(Entrance(entrance.url("http"))),
    };
    let (report, _) = run(&shop, &client(&[])).await;
    assert_eq!(
        report.headline,
        "Shop refused the sign-in: 401 Unauthorized"
    );
    assert_eq!(report.exchange.request.url, entrance.url("http"));
    assert_eq!(
        report.exchange.request.body,
        "grant_type=client_credentials&client_secret=redacted"
    );
    let response = report.exchange.response.as_ref().expect("an answer");
    assert!(
        response.body.contains("invalid_client"),
        "{}",
        response.body
    );
    use StageState::{Done, Failed, NotReached};
    let expected = [
        (StageKind::FindHost, Done),
        (StageKind::Connect, Done),
        (StageKind::SignIn, Failed),
        (StageKind::Send, NotReached),
        (StageKind::Accepted, NotReached),
    ];
    assert_eq!(states(&report), expected);
    assert_eq!(shop_server.requests().len(), 0);
}

#[tokio::test]
async fn dropping_a_verify_cancels_it() {
    let server = Server::plain(Conduct::Hang).await;
    let shop = Shop::at(server.url("http"));
    let client = client(&[]);
    let verification = Verification {
        provider_name: "Shop",
        destination: &shop,
        client: &client,
        sample: sample::entry(NOW, None).expect("a sample"),
        clock: &Fixed,
    };
    let (sending, sent) = tokio::sync::oneshot::channel();
    let sending = Mutex::new(Some(sending));
    let on_stages = |stages: &[Stage]| {
        if stages[2].state == StageState::Running {
            let _ = sending
                .lock()
                .unwrap()
                .take()
                .map(|sending| sending.send(()));
        }
    };
    tokio::select! {
        _ = verify(verification, &on_stages) => panic!("the server never answers"),
        done = sent => done.expect("the sample is being sent"),
    }
}
