//! What happens where there is no room for more events.

use serde_json::Value;

use crate::practice::Practice;
use crate::program::{Home, post};

const TOKEN: &str = "pst_of_the_test";

struct Sender(String);

impl Sender {
    fn post(&self, body: &[u8]) -> (u16, String) {
        let bearer = format!("Bearer {TOKEN}");
        post(&self.0, &[("Authorization", &bearer)], body)
    }

    /// Posts until the answer has this status; how many events were accepted, and the answer.
    fn post_until(&self, status: u16, body: &[u8]) -> (u64, String) {
        let mut accepted = 0;
        loop {
            let (answered, text) = self.post(body);
            if answered == 200 {
                let answer: Value = serde_json::from_str(&text).expect("JSON");
                accepted += answer["accepted"].as_u64().expect("a count");
            }
            if answered == status {
                return (accepted, text);
            }
            assert!([200, 503].contains(&answered), "{answered}: {text}");
        }
    }
}

fn home() -> (Home, Sender) {
    let home = Home::new().with("PENSTOCK_SECRET_INTAKE_TOKEN", TOKEN);
    let source = home.intake("intake", &[]);
    let url = source["url"].as_str().expect("a URL").to_owned();
    (home, Sender(url))
}

#[test]
fn senders_are_asked_to_come_again_while_the_disk_has_less_free_than_is_kept() {
    let (home, sender) = home();
    let running = home.start(&["run"]);
    assert_eq!(sender.post(b"{}").0, 200);
    let journal = home.json(&["journal", "--keep-free", "900TB"]);
    assert_eq!(journal["problem"]["code"], "disk-nearly-full");
    let (_, refusal) = sender.post_until(503, b"{}");
    assert!(refusal.contains("free on the disk"), "{refusal}");
    let status = home.json(&["status"]);
    assert_eq!(status["journal"]["problem"]["code"], "disk-nearly-full");

    let journal = home.json(&["journal", "--keep-free", "0"]);
    assert_eq!(journal["problem"], Value::Null);
    sender.post_until(200, b"{}");
    assert_eq!(running.end().0, 0);
}

#[test]
fn a_journal_at_its_limit_takes_in_again_once_what_waits_is_delivered() {
    let practice = Practice::start();
    let (home, sender) = home();
    home.json(&[
        "stream",
        "create",
        "--provider",
        "practice",
        "--name",
        "Practice",
        "--set",
        &practice.setting(),
    ]);
    let sample = practice.progress().events;
    home.json(&["stream", "pause", "Practice"]);
    let limit = home.json(&["journal", "--limit", "3MB"]);
    assert_eq!(limit["limit_bytes"], 3_000_000);
    let running = home.start(&["run"]);
    // Random text, so that it takes its size on the disk as well.
    let noise: String = (0..60_000)
        .map(|_| char::from(rand::random_range(b'0'..=b'z')))
        .filter(|c| *c != '\\')
        .collect();
    let body = format!(r#"{{"noise":"{noise}"}}"#);
    let (accepted, refusal) = sender.post_until(503, body.as_bytes());
    assert!(refusal.contains("limit of 3 MB"), "{refusal}");

    home.json(&["stream", "resume", "Practice"]);
    let (more, _) = sender.post_until(200, body.as_bytes());
    practice.wait_for(sample + accepted + more);
    assert_eq!(running.end().0, 0);
    let stream = &home.json(&["status"])["streams"][0];
    assert_eq!(stream["delivered"], accepted + more);
    assert_eq!(practice.progress().events, sample + accepted + more);
}
