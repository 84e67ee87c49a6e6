//! Requests as the vendors' own clients send them.
//!
//! The fixture holds what the clients named in it sent to a local server. Where ours differ, the
//! test says why: neither vendor demands `Accept`, and both answer with JSON or nothing without
//! it.

use penstock_engine::event::Event;
use penstock_engine::provider::{self, Destination, Details, Header, Request};
use penstock_engine::secret::{Secret, Secrets};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Theirs, and nothing that ours must have as well.
const LEFT_OUT: [&str; 1] = ["accept"];

fn official(provider: &str) -> Value {
    let all: Value = serde_json::from_str(include_str!("../fixtures/official-clients.json"))
        .expect("the fixture is JSON");
    all[provider].clone()
}

fn destination(id: &str, details: Value, secrets: &[(&str, &str)]) -> Box<dyn Destination> {
    let details: Details = details.as_object().expect("an object").clone();
    let secrets: Secrets = secrets
        .iter()
        .map(|(name, value)| ((*name).into(), Secret::from(*value)))
        .collect();
    let connected = provider::find(id)
        .expect("the provider exists")
        .connect(&details, &secrets);
    connected
        .unwrap_or_else(|errors| panic!("{errors:?}"))
        .destination
}

fn events(bodies: &[Value]) -> Vec<Event> {
    bodies
        .iter()
        .zip(1..)
        .map(|(body, seq)| Event::new(seq, body.to_string()))
        .collect()
}

/// Method, target and headers; the answer is both bodies, parsed.
fn compare(official: &Value, ours: &Request) -> (Value, Value) {
    assert_eq!(official["method"], ours.method);
    let url = url::Url::parse(ours.url.expose()).expect("an address");
    let target = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    assert_eq!(official["target"], target.as_str());
    let mut headers: BTreeMap<String, String> = ours
        .headers
        .iter()
        .map(|header| match header {
            Header::Plain(name, value) => (name.to_lowercase(), value.clone()),
            Header::Secret(name, before, secret) => {
                (name.to_lowercase(), format!("{before}{}", secret.expose()))
            }
        })
        .collect();
    if ours.body.gzip {
        headers.insert("content-encoding".into(), "gzip".into());
    }
    for (name, theirs) in official["headers"].as_object().expect("headers") {
        if LEFT_OUT.contains(&name.as_str()) {
            continue;
        }
        let ours = headers
            .remove(name)
            .unwrap_or_else(|| panic!("{name} is missing"));
        match name.as_str() {
            // A new one for each request.
            "x-ms-client-request-id" => {
                assert_eq!(ours.len(), theirs.as_str().unwrap_or_default().len())
            }
            _ => assert_eq!(theirs, ours.as_str(), "{name}"),
        }
    }
    assert!(headers.is_empty(), "ours alone: {headers:?}");
    let parse = |text: &[u8]| serde_json::from_slice(text).expect("a body is JSON");
    (
        parse(official["body"].as_str().unwrap_or_default().as_bytes()),
        parse(&ours.body.bytes),
    )
}

#[test]
fn azure_gets_what_its_own_client_sends() {
    let azure = destination(
        "azure",
        json!({
            "tenant_id": "7c1b0e52-4f1d-4a86-9d0e-2b6f3a91c7d4",
            "client_id": "e5d80a37-1c64-4c39-8b72-90f4ab16d3e8",
            "endpoint_url": "https://x.westeurope-1.ingest.monitor.azure.com",
            "dcr_id": "dcr-4b7d0f1c9a3e46d2b85e6c01f7a9d3e2",
            "table_name": "InfisicalLogs",
        }),
        &[("client_secret", "prc8Q~practice")],
    );
    let events = events(&[
        json!({ "id": "a", "eventType": "get-secrets", "createdAt": "2026-01-15T08:00:00.020Z" }),
        json!({ "id": "b", "eventType": "create-secret", "createdAt": "2026-01-15T08:00:01.020Z" }),
    ]);
    let token = Secret::from("practice.token");
    let (theirs, ours) = compare(&official("azure"), &azure.request(&events, Some(&token)));
    assert_eq!(theirs, ours);
}

#[test]
fn datadog_gets_what_its_own_client_sends() {
    let datadog = destination(
        "datadog",
        json!({ "site": "datadoghq.eu", "tags": "env:prod", "host": "in.example" }),
        &[("api_key", "0123456789abcdef0123456789abcdef")],
    );
    let events = events(&[
        json!({ "eventType": "get-secrets", "message": "m" }),
        json!({ "message": "n" }),
    ]);
    let (theirs, ours) = compare(&official("datadog"), &datadog.request(&events, None));
    assert_eq!(theirs, ours);
}
