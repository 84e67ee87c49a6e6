//! An intake that speaks TLS.

use super::*;
use crate::world::World;
use penstock_engine::view::{SecretsDraft, SourceCreated, SourceDraft, SourceStatus};
use serde_json::json;

fn draft(details: Value, secrets: Value) -> SourceDraft {
    let mut all = json!({ "listen": "127.0.0.1:0" });
    let object = all.as_object_mut().expect("an object");
    object.extend(details.as_object().cloned().expect("an object"));
    SourceDraft {
        kind: String::from("http_intake"),
        name: String::from("Intake"),
        details: object.clone(),
        secrets: serde_json::from_value::<SecretsDraft>(secrets).expect("an object"),
        source: None,
    }
}

async fn made(world: &World, details: Value, secrets: Value) -> SourceCreated {
    let source = world.engine.create_source(draft(details, secrets)).await;
    let source = source.expect("a source is made");
    listening(world).await;
    source
}

async fn listening(world: &World) {
    world
        .until(|status| status.sources[0].status == SourceStatus::Listening)
        .await;
}

/// A client that trusts the intake's certificate and nothing else.
async fn trusting(world: &World) -> reqwest::Client {
    let view = world.engine.source("Intake").await.expect("it is there");
    let pem = view.details["certificate"].as_str().expect("a certificate");
    reqwest::Client::builder()
        .no_proxy()
        .tls_certs_only([reqwest::Certificate::from_pem(pem.as_bytes()).expect("PEM")])
        .build()
        .expect("a client")
}

async fn send(client: &reqwest::Client, url: &str, source: &SourceCreated) -> u16 {
    let token = source.token.as_deref().expect("a token");
    let request = client.post(url).bearer_auth(token).body("{\"a\":1}");
    request.send().await.expect("an answer").status().as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_is_made_on_the_spot_and_its_fingerprint_is_shown() {
    let world = World::start().await;
    let source = made(&world, json!({ "tls": "made" }), json!({})).await;
    let url = source.url.clone().expect("an address");
    assert!(url.starts_with("https://127.0.0.1:"), "{url}");
    let view = world.engine.source("Intake").await.expect("it is there");
    let shown = view.certificate.expect("a certificate");
    assert_eq!(Some(&shown.sha256), source.fingerprint.as_ref());
    assert_eq!(shown.sha256.len(), 95, "{}", shown.sha256);
    let client = trusting(&world).await;
    for host in ["127.0.0.1", "localhost"] {
        assert_eq!(
            send(&client, &url.replace("127.0.0.1", host), &source).await,
            200
        );
    }
    // Whoever does not know it does not send.
    let stranger = reqwest::Client::builder()
        .no_proxy()
        .build()
        .expect("a client");
    assert!(stranger.post(&url).body("{}").send().await.is_err());
    let tested = world.engine.test_source("Intake").await.expect("tried");
    assert!(tested.facts.iter().any(|(_, text)| *text == shown.sha256));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_is_in_the_vault_and_nowhere_else_and_outlives_a_restart() {
    let mut world = World::start().await;
    let source = made(&world, json!({ "tls": "made" }), json!({})).await;
    let before = world.engine.source("Intake").await.expect("it is there");
    assert!(!before.details.contains_key("certificate_key"));
    world.reopen().await;
    listening(&world).await;
    let url = source.url.clone().expect("an address");
    assert_eq!(send(&trusting(&world).await, &url, &source).await, 200);
    for file in std::fs::read_dir(world.folder.path()).expect("a folder") {
        let path = file.expect("a file").path();
        if path.is_file() {
            let bytes = std::fs::read(&path).expect("readable");
            let key = b"PRIVATE KEY";
            assert!(!bytes.windows(key.len()).any(|it| it == key), "{path:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_setting_keeps_the_certificate_and_another_name_makes_a_new_one() {
    let world = World::start().await;
    let source = made(&world, json!({ "tls": "made" }), json!({})).await;
    let change = async |details: Value| {
        let view = world.engine.source("Intake").await.expect("it is there");
        let mut all = view.details;
        all.extend(details.as_object().cloned().expect("an object"));
        let draft = SourceDraft {
            details: all,
            source: Some(view.id),
            ..draft(json!({}), json!({}))
        };
        let view = world.engine.update_source(draft).await.expect("changed");
        listening(&world).await;
        view.certificate.map(|it| it.sha256)
    };
    let first = source.fingerprint.clone();
    assert_eq!(change(json!({ "client_requests": "900" })).await, first);
    let second = change(json!({ "host_names": "Collector.example.com" })).await;
    assert!(second.is_some() && second != first);
    let url = source.url.clone().expect("an address");
    assert_eq!(send(&trusting(&world).await, &url, &source).await, 200);
    assert_eq!(change(json!({ "tls": "none" })).await, None);
    let url = world
        .engine
        .source("Intake")
        .await
        .expect("there")
        .url
        .expect("an address");
    assert!(url.starts_with("http://"), "{url}");
    assert_eq!(send(&client(), &url, &source).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_own_certificate_is_taken_with_its_key_and_with_no_other() {
    let world = World::start().await;
    let certified = || rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("made");
    let (own, other) = (certified(), certified());
    let details = json!({ "tls": "own", "certificate": own.cert.pem() });
    for (secrets, field) in [
        (json!({}), "certificate_key"),
        (
            json!({ "certificate_key": other.signing_key.serialize_pem() }),
            "certificate_key",
        ),
        (json!({ "certificate_key": "nonsense" }), "certificate_key"),
    ] {
        let refused = world
            .engine
            .create_source(draft(details.clone(), secrets))
            .await;
        assert_eq!(refused.expect_err("refused").field.as_deref(), Some(field));
    }
    let key = json!({ "certificate_key": own.signing_key.serialize_pem() });
    let refused = draft(json!({ "tls": "own" }), key.clone());
    let problem = world
        .engine
        .create_source(refused)
        .await
        .expect_err("no certificate");
    assert_eq!(problem.field.as_deref(), Some("certificate"));
    let source = made(&world, details, key).await;
    let url = source.url.clone().expect("an address");
    let url = url.replace("127.0.0.1", "localhost");
    assert_eq!(send(&trusting(&world).await, &url, &source).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn plain_http_to_a_tls_intake_is_told_so_and_a_silent_handshake_holds_nobody_up() {
    let world = World::start().await;
    let source = made(&world, json!({ "tls": "made" }), json!({})).await;
    let address: SocketAddr = source
        .listen
        .as_deref()
        .expect("it listens")
        .parse()
        .expect("one");
    let mut silent = Vec::new();
    for _ in 0..50 {
        silent.push(Raw::open(address).await);
    }
    let mut raw = Raw::open(address).await;
    raw.say(Raw::head(address, "Content-Length: 2\r\n") + "{}")
        .await;
    let (head, body) = raw.hear().await;
    assert!(head.starts_with("HTTP/1.1 400"), "{head}");
    assert!(body.contains("speaks HTTPS"), "{body}");
    let mut rubbish = Raw::open(address).await;
    rubbish.say([0x16, 3, 1, 0, 5, 1, 2, 3, 4, 5]).await;
    let url = source.url.clone().expect("an address");
    assert_eq!(send(&trusting(&world).await, &url, &source).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn beyond_loopback_needs_a_clear_choice_and_warns_without_tls() {
    let world = World::start().await;
    let check = async |details: Value| {
        let check = world
            .engine
            .check_source_draft(draft(details, json!({})))
            .await;
        let check = check.expect("checked");
        let fields = |errors: &[penstock_engine::provider::FieldError]| -> Vec<String> {
            errors.iter().map(|it| it.field.clone()).collect()
        };
        (fields(&check.errors), fields(&check.warnings))
    };
    let none: Vec<String> = Vec::new();
    let beyond = json!({ "listen": "0.0.0.0:8787" });
    assert_eq!(check(beyond).await, (vec!["listen".into()], none.clone()));
    let chosen = json!({ "listen": "0.0.0.0:8787", "beyond_loopback": true });
    assert_eq!(check(chosen).await, (none.clone(), vec!["tls".into()]));
    let secure = json!({ "listen": "0.0.0.0:8787", "beyond_loopback": true, "tls": "made" });
    assert_eq!(check(secure).await, (none.clone(), none.clone()));
    let named = json!({ "host_names": "https://collector.example.com" });
    assert_eq!(check(named).await, (vec!["host_names".into()], none));
}

#[tokio::test(flavor = "multi_thread")]
async fn host_names_are_the_intakes_own() {
    let world = World::start().await;
    let source = made(
        &world,
        json!({ "host_names": "collector.example.com, other" }),
        json!({}),
    )
    .await;
    let url = source.url.clone().expect("an address");
    for (host, status) in [
        ("collector.example.com", 200),
        ("other:1", 200),
        ("evil.example", 421),
    ] {
        let token = source.token.as_deref().expect("a token");
        let request = client()
            .post(&url)
            .bearer_auth(token)
            .header("host", host)
            .body("{}");
        assert_eq!(answer(request).await.0, status, "{host}");
    }
}

/// What Infisical's *Custom* stream sends: a test when it is set up, then arrays, or single events.
#[tokio::test(flavor = "multi_thread")]
async fn infisical_can_stream_to_an_intake() {
    let world = World::start().await;
    let source = made(&world, json!({ "tls": "made" }), json!({})).await;
    let (client, url) = (
        trusting(&world).await,
        source.url.clone().expect("an address"),
    );
    let token = source.token.as_deref().expect("a token");
    for (body, accepted) in [
        ("{\"ping\":\"ok\"}", 0),
        ("[{\"id\":\"1\"},{\"id\":\"2\"}]", 2),
        ("{\"id\":\"3\"}", 1),
    ] {
        let request = client
            .post(&url)
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json")
            .body(body);
        assert_eq!(
            answer(request).await,
            (200, json!({ "accepted": accepted }))
        );
    }
    world.until(|status| status.sources[0].events == 3).await;
}
