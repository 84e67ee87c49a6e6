//! An intake's certificate and tokens, from the command line.

use std::path::Path;

use crate::program::{Home, post};

/// Secrets are kept in memory for one process, so the key is given as people give it to a service.
fn home(key: &Path) -> Home {
    let key = std::fs::read_to_string(key).expect("a key");
    Home::new().with("PENSTOCK_SECRET_INTAKE_CERTIFICATE_KEY", key)
}

#[test]
fn an_own_certificate_is_set_and_its_fingerprint_shown() {
    let folder = tempfile::tempdir().expect("a folder");
    let own = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("made");
    let key = folder.path().join("key.pem");
    std::fs::write(&key, own.signing_key.serialize_pem()).expect("written");
    let home = home(&key);
    let certificate = format!("certificate={}", own.cert.pem());
    let created = home.intake("Intake", &["tls=own", &certificate]);
    let url = created["url"].as_str().expect("an address");
    assert!(url.starts_with("https://127.0.0.1:"), "{url}");
    let shown = home.json(&["source", "show", "Intake"]);
    assert_eq!(shown["certificate"]["sha256"], created["fingerprint"]);
    assert!(!shown.to_string().contains("PRIVATE KEY"));
    home.holds_nowhere("PRIVATE KEY");
    home.holds_nowhere(
        own.signing_key
            .serialize_pem()
            .lines()
            .nth(1)
            .expect("a line"),
    );
    let text = home.run(&["source", "show", "Intake"]).out;
    let fingerprint = created["fingerprint"].as_str().expect("a fingerprint");
    assert!(text.contains(fingerprint), "{text}");
}

#[test]
fn a_token_is_rotated_with_an_overlap_while_the_intake_runs() {
    let home = Home::new();
    let created = home.intake("Intake", &[]);
    let url = created["url"].as_str().expect("an address");
    let old = created["token"].as_str().expect("a token").to_owned();
    let going = home.start(&["run"]);
    let status = |token: &str| {
        let bearer = format!("Bearer {token}");
        post(url, &[("Authorization", &bearer)], b"{}").0
    };
    assert_eq!(status(&old), 200);
    let rotated = home.json(&["source", "token", "Intake", "--new", "--overlap", "24h"]);
    let new = rotated["token"].as_str().expect("a token").to_owned();
    assert_eq!((status(&new), status(&old)), (200, 200));
    let shown = home.json(&["source", "show", "Intake"]);
    assert!(shown["old_token_until"].is_string(), "{shown:#}");
    let rotated = home.json(&["source", "token", "Intake", "--new"]);
    let newest = rotated["token"].as_str().expect("a token").to_owned();
    assert_eq!(
        (status(&newest), status(&new), status(&old)),
        (200, 401, 401)
    );
    drop(going);
    for wrong in ["soon", "1y", "-1h"] {
        let ended = home.run(&["source", "token", "Intake", "--new", "--overlap", wrong]);
        assert_eq!(ended.code, 2, "{wrong}");
    }
}
