//! A short, repeatable run of every target.

use penstock_fuzz::{
    file_lines, infisical_row, intake_body, json_members, mutate, provider_answer, redaction,
    settings,
};

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

#[test]
fn the_lines_of_a_log_are_those_a_strict_parser_sees_in_whatever_pieces_they_come() {
    let mut seeds = Vec::new();
    for size in [0, 6, 255] {
        for text in [
            NDJSON,
            b"\xef\xbb\xbf{\"a\":1}\n\0\0\0{\"b\":2}\n\0{\"c\":3}",
            b" {} \t\r\n\n[]\nx\n{}{}\n\xff\n7\nx\nx\nx\nx\nx\nx\nx\nx\n{\"d\":\"\\u0000\"}\n{",
        ] {
            seeds.push([&[size], text].concat());
        }
    }
    let seeds: Vec<&[u8]> = seeds.iter().map(Vec::as_slice).collect();
    mutate::run(6, &seeds, ROUNDS, file_lines);
}

#[test]
fn settings_are_taken_or_each_fault_is_named_and_no_secret_is_shown() {
    let given: [&[u8]; 9] = [
        br#"{"details":{"url":"https://a.example/in","format":"ndjson","gzip":true},"secrets":{"headers":"[{\"key\":\"X\",\"value\":\"c4n4ry\"}]"}}"#,
        br#"{"details":{"hostname":"splunk.example.com:8088","index":"main","use_ack":"yes","proxy":"http://a:8080"},"secrets":{"token":"c4n4ry-2b3c-4d5e-8f90-a1b2c3d4e5f6"}}"#,
        br#"{"details":{"site":"datadoghq.eu","tags":"a:b,c"},"secrets":{"api_key":"c4n4ryc4n4ryc4n4ryc4n4ryc4n4ry12"}}"#,
        br#"{"details":{"cloud":"public","tenant_id":"8d7a1c11-2b3c-4d5e-8f90-a1b2c3d4e5f6","client_id":"0a1b2c3d-2b3c-4d5e-8f90-a1b2c3d4e5f6","endpoint_url":"https://acme-x1y2.westeurope-1.ingest.monitor.azure.com","dcr_id":"dcr-0123456789abcdef0123456789abcdef","table_name":"Infisical"},"secrets":{"client_secret":"c4n4ry~n0t"}}"#,
        br#"{"details":{"timeout_seconds":"30","ca_certificate":"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----"},"secrets":{"url":"https://endpoint4.collection.sumologic.com/receiver/v1/http/c4n4ry","token":"c4n4ry","source_token":"c4n4ry"}}"#,
        br#"{"details":{"listen":"127.0.0.1:8787","path":"/var/log/a.json","start":"24h"},"secrets":{}}"#,
        br#"{"details":{"site":"eu","client_id":"0a1b2c3d-2b3c-4d5e-8f90-a1b2c3d4e5f6","start":"2026-01-15T00:00:00Z","overlap_seconds":"90","leave_out_own":"true"},"secrets":{"client_secret":"c4n4ry"}}"#,
        br#"{"conditions":[{"field":"ip","exclude":true,"values":["10.0.0.0/8","::1-::9"]},{"field":"event_type","values":["get-*"]}]}"#,
        br#"{"rules":[{"path":"a\\.b.*.c","action":"hash"},{"path":"rules","action":"mask"},{"path":"x","action":"remove"}]}"#,
    ];
    let mut seeds = Vec::new();
    for which in 0..64 {
        for text in given {
            seeds.push([&[which], text].concat());
        }
    }
    let seeds: Vec<&[u8]> = seeds.iter().map(Vec::as_slice).collect();
    mutate::run(7, &seeds, ROUNDS, settings);
}
