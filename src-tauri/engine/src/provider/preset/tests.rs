use serde_json::{Value, json};

use crate::provider::testing::{
    assert_verdicts, body, connected, destination, events, headers, refused, response, told,
};
use crate::provider::{Destination, Provider};

const EVENT: &str = "{\n\"createdAt\":\"2026-01-15T08:00:00.020Z\"}";

fn xsiam() -> Box<dyn Destination> {
    destination(
        "xsiam",
        json!({ "url": "https://api-acme.xdr.eu.paloaltonetworks.com" }),
        json!({ "api_key": "hush-hush" }),
    )
}

#[test]
fn every_preset_of_the_folder_is_a_provider() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/guides/presets");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .expect("the folder")
        .map(|entry| {
            entry
                .expect("an entry")
                .path()
                .file_stem()
                .expect("a name")
                .to_string_lossy()
                .into()
        })
        .collect();
    files.sort();
    let mut ids: Vec<String> = super::all()
        .iter()
        .map(|preset| preset.id().to_owned())
        .collect();
    ids.sort();
    assert_eq!(ids, files);
    assert_eq!(
        ids,
        [
            "falcon_logscale",
            "fluent_bit",
            "vector",
            "webhook",
            "xsiam"
        ]
    );
}

#[test]
fn xsiam_takes_lines_with_the_bare_key() {
    let request = xsiam().request(&events(&[EVENT, "{}"]), None);
    assert_eq!(
        request.url.expose(),
        "https://api-acme.xdr.eu.paloaltonetworks.com/logs/v1/event"
    );
    assert_eq!(
        body(&request),
        format!("{}\n{{}}\n", EVENT.replace('\n', " "))
    );
    assert_eq!(
        headers(&request),
        ["Authorization: hush-hush", "Content-Type: application/json"]
    );
    assert!(request.body.gzip && !format!("{request:?}").contains("hush"));
    let plain = destination(
        "xsiam",
        json!({ "url": "http://127.0.0.1:18011/x", "gzip": "false" }),
        json!({ "api_key": "k" }),
    );
    let request = plain.request(&events(&["{}"]), None);
    assert_eq!(
        (request.url.expose(), request.body.gzip),
        ("http://127.0.0.1:18011/x", false)
    );
}

#[test]
fn xsiam_has_a_verdict_for_every_status() {
    let rows = [
        (200, "{\"ok\":\"true\"}", "accepted", "accepted"),
        (200, "{\"error\":\"false\"}", "accepted", "accepted"),
        (200, "<html>Sign in</html>", "hold", "hold"),
        (302, "", "hold", "hold"),
        (400, "partition value is missing in header", "hold", "hold"),
        (400, "partition value must be in YYYY-MM-DD", "hold", "hold"),
        (400, "sourceDataset value is missing", "hold", "hold"),
        (400, "", "set_aside", "split"),
        (
            401,
            "Failed to validate authentication detail",
            "hold",
            "hold",
        ),
        (403, "", "hold", "hold"),
        (404, "", "hold", "hold"),
        (413, "", "split", "split"),
        (429, "", "retry", "retry"),
        (500, "", "retry", "retry"),
        (503, "", "retry", "retry"),
    ];
    assert_eq!(assert_verdicts(xsiam().as_ref(), &rows), 15);
}

#[test]
fn an_error_names_the_field_of_the_presets_own_form() {
    let key = json!({ "api_key": "a\u{e9}b" });
    let errors = refused("xsiam", json!({ "url": "https://api-x.example" }), key);
    assert!(
        errors.len() == 1 && errors[0].starts_with("api_key: "),
        "{errors:?}"
    );
    let key = json!({ "api_key": "k" });
    for (pasted, said) in [
        (
            "https://acme.xdr.eu.paloaltonetworks.com/dashboard",
            "the form of the Collector URL",
        ),
        ("ftp://api-x", "starts with ftp://"),
        ("", "missing. Step 3"),
    ] {
        let errors = refused("xsiam", json!({ "url": pasted }), key.clone());
        assert!(
            errors.len() == 1 && errors[0].starts_with("url: ") && errors[0].contains(said),
            "{errors:?}"
        );
    }
    let it = connected(
        "webhook",
        json!({ "url": "http://hooks.example.com/a" }),
        json!({}),
    );
    assert_eq!(
        (it.warnings.len(), it.warnings[0].field.as_str()),
        (1, "url")
    );
}

#[test]
fn logscale_takes_envelopes_a_line_each_with_their_time() {
    let logscale = destination(
        "falcon_logscale",
        json!({ "url": "cloud.us.humio.com" }),
        json!({ "token": "hush-hush" }),
    );
    let request = logscale.request(&events(&[EVENT, "{}"]), None);
    assert_eq!(
        request.url.expose(),
        "https://cloud.us.humio.com/api/v1/ingest/hec"
    );
    assert_eq!(
        body(&request),
        "{\"time\":1768464000.020,\"source\":\"infisical\",\"sourcetype\":\"json\",\
         \"event\":{ \"createdAt\":\"2026-01-15T08:00:00.020Z\"}}\n\
         {\"source\":\"infisical\",\"sourcetype\":\"json\",\"event\":{}}\n"
    );
    assert_eq!(
        headers(&request),
        [
            "Authorization: Bearer hush-hush",
            "Content-Type: application/json"
        ]
    );
    assert!(request.body.bytes.len() <= EVENT.len() + 2 + 2 * logscale.limits().overhead);
    let rows = [
        (
            200,
            "{\"text\":\"Success\",\"code\":0}",
            "accepted",
            "accepted",
        ),
        (200, "<html></html>", "hold", "hold"),
        (400, "", "set_aside", "split"),
        (401, "", "hold", "hold"),
        (403, "", "hold", "hold"),
        (404, "", "hold", "hold"),
        (413, "", "split", "split"),
        (429, "", "retry", "retry"),
        (503, "", "retry", "retry"),
    ];
    assert_eq!(assert_verdicts(logscale.as_ref(), &rows), 9);
}

#[test]
fn vector_is_told_user_and_password() {
    let details = json!({ "url": "https://vector.example.com:8080", "username": "penstock" });
    let vector = destination("vector", details, json!({ "password": "hush:hush" }));
    let request = vector.request(&events(&["{}", "{}"]), None);
    assert_eq!(
        request.url.expose(),
        "https://vector.example.com:8080/audit"
    );
    assert_eq!(
        headers(&request),
        [
            "Content-Type: application/x-ndjson",
            "Authorization: Basic cGVuc3RvY2s6aHVzaDpodXNo"
        ]
    );
    assert_eq!(body(&request), "{}\n{}\n");
    let open = destination("vector", json!({ "url": "https://v.example/x" }), json!({}));
    assert_eq!(
        headers(&open.request(&events(&["{}"]), None)),
        ["Content-Type: application/x-ndjson"]
    );
    let (_, problem) = told(vector.verdict(&events(&["{}"]), &response(401, "")));
    assert_eq!(
        problem.map(|it| it.code).as_deref(),
        Some("vector-user-refused")
    );
}

#[test]
fn fluent_bit_takes_an_array_at_a_path_that_names_the_tag() {
    let fluent_bit = destination(
        "fluent_bit",
        json!({ "url": "http://127.0.0.1:9880" }),
        json!({}),
    );
    let request = fluent_bit.request(&events(&["{}", "{}"]), None);
    assert_eq!(
        request.url.expose(),
        "http://127.0.0.1:9880/infisical.audit"
    );
    assert_eq!((body(&request), request.body.gzip), ("[{},{}]", false));
    assert_eq!(headers(&request), ["Content-Type: application/json"]);
}

#[test]
fn a_webhook_gets_one_signed_event_a_request() {
    let webhook = destination(
        "webhook",
        json!({ "url": "https://hooks.example.com/a?b=c" }),
        json!({ "token": "hush-hush", "signing_key": "key" }),
    );
    assert_eq!(webhook.limits().events, 1);
    let request = webhook.request(&events(&[EVENT]), None);
    assert_eq!(
        (request.url.expose(), body(&request)),
        ("https://hooks.example.com/a?b=c", EVENT)
    );
    let headers = headers(&request);
    assert_eq!(headers[1], "Authorization: Bearer hush-hush");
    assert!(headers[2].starts_with("Idempotency-Key: "), "{headers:?}");
    assert_eq!(headers[3], "X-Signature-Timestamp: 1768464000");
    assert!(
        headers[4].starts_with("X-Signature: sha256="),
        "{headers:?}"
    );
}

#[test]
fn what_is_saved_is_the_presets_own_and_connects_again() {
    for preset in super::all() {
        let about = preset.about();
        let mut details = json!({});
        let mut secrets = json!({});
        for field in &about.fields {
            let place = if field.secret {
                &mut secrets
            } else {
                &mut details
            };
            if field.required {
                place[&field.name] = Value::from(field.example.clone());
            }
        }
        let first = connected(&about.id, details, secrets.clone());
        for name in first.details.keys().chain(first.secrets.keys()) {
            assert!(
                about.fields.iter().any(|field| &field.name == name),
                "{}.{name}",
                about.id
            );
        }
        let again = connected(&about.id, first.details.clone().into(), secrets);
        assert_eq!(first.details, again.details, "{}", about.id);
    }
}
