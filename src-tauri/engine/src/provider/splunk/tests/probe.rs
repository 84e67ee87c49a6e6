use serde_json::json;

use crate::provider::Probe;
use crate::provider::testing::{assert_helpful, destination, response};

const TOKEN: &str = "5d0a1b2c-3d4e-4f50-8a6b-7c8d9e0f1a2b";

fn looked_into(status: u16, refusal: &str, answer: Option<(u16, &str)>) -> Option<String> {
    let splunk = destination(
        "splunk",
        json!({ "hostname": "splunk.example.com:8088" }),
        json!({ "token": TOKEN }),
    );
    let refusal = response(status, refusal);
    let Probe::Ask(request) = splunk.probe(&refusal, &[]) else {
        return None;
    };
    assert!(request.body.bytes.is_empty(), "no event comes of it");
    assert_eq!(
        request.url.expose(),
        "https://splunk.example.com:8088/services/collector/event"
    );
    let answer = answer.map(|(status, body)| response(status, body));
    match splunk.probe(&refusal, &[answer]) {
        Probe::Found(problem) => {
            assert_helpful(&problem, "found");
            Some(problem.code)
        }
        Probe::Nothing => Some("as it was".into()),
        Probe::Ask(_) => panic!("one question is enough"),
    }
}

#[test]
fn where_something_on_the_way_refused_the_sample_the_token_is_looked_at_without_an_event() {
    let page = "<html>Request blocked</html>";
    for (answer, wanted) in [
        (
            Some((400, "{\"text\":\"No data\",\"code\":5}")),
            "splunk-content-refused-on-the-way",
        ),
        (
            Some((403, "{\"text\":\"Invalid token\",\"code\":4}")),
            "splunk-token-invalid",
        ),
        (
            Some((403, "{\"text\":\"Token disabled\",\"code\":1}")),
            "splunk-token-disabled",
        ),
        (
            Some((400, "{\"text\":\"Data channel is missing\",\"code\":10}")),
            "splunk-channel-missing",
        ),
        (
            Some((503, "{\"text\":\"Server is busy\",\"code\":9}")),
            "as it was",
        ),
        (Some((403, page)), "as it was"),
        (None, "as it was"),
    ] {
        assert_eq!(
            looked_into(403, page, answer).as_deref(),
            Some(wanted),
            "{answer:?}"
        );
    }
}

#[test]
fn a_word_of_the_collectors_own_is_enough() {
    for (status, said) in [
        (403, "{\"text\":\"Invalid token\",\"code\":4}"),
        (400, "{\"text\":\"Incorrect index\",\"code\":7}"),
        (503, "busy"),
        (200, "<html>"),
    ] {
        assert_eq!(looked_into(status, said, None), None, "{said}");
    }
}
