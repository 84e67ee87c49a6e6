//! A short, repeatable run of every target.

use penstock_fuzz::{infisical_row, intake_body, json_members, mutate, provider_answer, redaction};

const EVENT: &[u8] = include_bytes!("../../fixtures/sample-event.json");
const PAGE: &[u8] = include_bytes!("../../fixtures/infisical-list-page.json");
const NDJSON: &[u8] =
    b"{\"id\":\"a\",\"n\":1}\n{\"id\":\"b\",\"s\":\"\\u00e9\\\"\"}\r\n\n{\"c\":[{},[1,2.5e3]]}";
const ARRAY: &[u8] = b" [ {\"a\":{\"b\":[true,false,null]}} , {\"c\":\"\\\\\"} ] ";
const ROUNDS: usize = 20_000;

#[test]
fn a_body_is_taken_as_a_strict_parser_takes_it() {
    let seeds = [EVENT, NDJSON, ARRAY, b"{\"ping\":\"ok\"}", b"{}", b"[]"];
    mutate::run(1, &seeds, ROUNDS, intake_body);
}

#[test]
fn members_are_those_a_strict_parser_sees() {
    let seeds = [
        EVENT,
        PAGE,
        b"{\"a\":1,\"a\":{\"b\":\"}\"},\"\\u0061\":[\"]\"]}",
    ];
    mutate::run(2, &seeds, ROUNDS, json_members);
}

#[test]
fn a_row_of_infisical_loses_no_value_on_its_way_to_the_flat_form() {
    let seeds: [&[u8]; 3] = [
        EVENT,
        b"{\"id\":\"a\",\"event\":{\"type\":\"x\",\"metadata\":[1,{}]},\"actor\":{\"type\":\"user\",\"metadata\":{\"a\":1}}}",
        b"{\"eventType\":\"x\",\"event\":{\"type\":\"y\",\"more\":null},\"actor\":\"user\",\"\\u0069d\":7}",
    ];
    mutate::run(4, &seeds, ROUNDS, infisical_row);
}

#[test]
fn what_is_redacted_does_not_leave_and_the_rest_stays() {
    let seeds: [&[u8]; 4] = [
        EVENT,
        b"{\"a\":\"x\",\"\\u0061\":[1,{\"b\":null}],\"b\":{\"x\":{\"c\":1},\"y\":[{\"c\":\"z\",\"d\":2}]}}",
        b"{\"actorMetadata\":[{\"email\":\"a@b.c\"},[{\"email\":7}]],\"eventMetadata\":[1,[2],{\"k\":3}]}",
        b" { \"a\" : 1 , \"b\" : [ [ { \"c\" : true } ] ] , \"a\" : \"\\ud83d\\udd10\" } ",
    ];
    mutate::run(5, &seeds, ROUNDS, redaction);
}

#[test]
fn every_answer_has_a_verdict_that_says_what_to_do() {
    let bodies: [&[u8]; 8] = [
        b"",
        b"{\"text\":\"Success\",\"code\":0,\"ackId\":0}",
        b"{\"text\":\"Invalid token\",\"code\":4}",
        b"{\"text\":\"Invalid data format\",\"code\":6,\"invalid-event-number\":1}",
        b"{\"errors\":[{\"status\":\"403\",\"title\":\"Forbidden\"}]}",
        b"{\"error\":{\"code\":\"OperationFailed\",\"message\":\"no access\"}}",
        b"{\"error\":\"invalid_client\",\"error_description\":\"AADSTS7000215: Invalid\",\"error_codes\":[7000215]}",
        b"<!DOCTYPE html><html><body>Sign in</body></html>",
    ];
    let mut seeds = Vec::new();
    for provider in 0..7 {
        for status in [0, 50, 100, 101, 106, 114, 150, 151] {
            for body in bodies {
                seeds.push([&[provider, status, 3, status], body].concat());
            }
        }
    }
    let seeds: Vec<&[u8]> = seeds.iter().map(Vec::as_slice).collect();
    mutate::run(3, &seeds, ROUNDS, provider_answer);
}
