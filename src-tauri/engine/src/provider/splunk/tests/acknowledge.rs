use serde_json::json;

use super::*;
use crate::provider::testing::assert_helpful;

#[test]
fn an_answer_with_an_id_leaves_it_open_whether_the_events_are_safe() {
    let splunk = splunk();
    let acknowledge = splunk.acknowledge().expect("on unless switched off");
    let receipt = |said: &str| acknowledge.receipt(&response(200, said));
    assert_eq!(receipt("{\"text\":\"Success\",\"code\":0}"), None);
    assert_eq!(
        receipt("{\"text\":\"Success\",\"code\":0,\"ackId\":7}").as_deref(),
        Some("7")
    );
}

#[test]
fn the_question_goes_to_the_same_collector_on_the_same_channel() {
    let splunk = splunk();
    let request = splunk.acknowledge().expect("acknowledges").request("7");
    assert_eq!(
        request.url.expose(),
        "https://splunk.example.com:8088/services/collector/ack"
    );
    assert_eq!(body(&request), "{\"acks\":[7]}");
    assert_eq!(
        headers(&request),
        headers(&splunk.request(&events(&["{}"]), None))
    );
}

#[test]
fn only_a_clear_yes_counts_and_a_refusal_is_told() {
    let splunk = splunk();
    let acknowledge = splunk.acknowledge().expect("acknowledges");
    let told = |status: u16, said: &str| acknowledge.acknowledged("7", &response(status, said));
    assert_eq!(told(200, "{\"acks\":{\"7\":true}}"), Ok(true));
    assert_eq!(told(200, "{\"acks\":{\"7\":false}}"), Ok(false));
    assert_eq!(told(200, "{\"acks\":{\"8\":true}}"), Ok(false));
    assert_eq!(
        told(503, "{\"text\":\"Server is busy\",\"code\":9}"),
        Ok(false)
    );
    assert_eq!(told(502, "<html>"), Ok(false));
    let refused = told(400, "{\"text\":\"ACK is disabled\",\"code\":14}").expect_err("a refusal");
    let problem = crate::provider::testing::told(refused)
        .1
        .expect("a problem");
    assert_eq!(
        (problem.code.as_str(), problem.field.as_deref()),
        ("splunk-ack-disabled", Some("use_ack"))
    );
    assert_helpful(&acknowledge.missed(), "missed");
}

#[test]
fn it_can_be_switched_off() {
    let details = json!({ "hostname": "s.example", "use_ack": "false" });
    assert!(
        destination("splunk", details, json!({ "token": TOKEN }))
            .acknowledge()
            .is_none()
    );
}
