//! What people see of a request and its answer: everything but the secrets, and a `curl` line
//! that a shell reads as it was meant.

use penstock_engine::exchange::{preview, show};
use penstock_engine::http::{Failure, Sent};
use penstock_engine::provider::{Body, Header, Request, Response};
use penstock_engine::secret::Secret;
use penstock_engine::view::{Exchange, ShownHeader};
use std::process::Command;
use std::time::Duration;

const TOKEN: &str = "t0k\"en/with+odd=signs";

fn request(body: &str) -> Request {
    Request {
        method: "POST",
        url: Secret::from("https://splunk.example.com:8088/services/collector/event"),
        shown_url: "https://splunk.example.com:8088/services/collector/event".into(),
        headers: vec![
            Header::Secret("Authorization".into(), "Splunk ", Secret::from(TOKEN)),
            Header::Plain("X-Note".into(), "it's $5 `now`".into()),
        ],
        body: Body {
            bytes: body.to_owned().into(),
            gzip: true,
        },
    }
}

fn sent(body: &str) -> Sent {
    Sent {
        response: Response {
            status: 403,
            headers: vec![
                ("content-type".into(), "text/plain".into()),
                ("set-cookie".into(), "session=abcdef".into()),
                ("x-echo".into(), format!("Splunk {TOKEN}")),
            ],
            body: body.to_owned().into(),
        },
        http_version: "HTTP/2".into(),
        wire_bytes: 321,
        elapsed: Duration::from_millis(74),
    }
}

fn shown(request: &Request, answer: &Sent) -> Exchange {
    let exchange = show(request, Ok::<&Sent, &Failure>(answer), Vec::new());
    let everything = serde_json::to_string(&exchange).expect("an exchange is JSON");
    for form in [TOKEN, "t0k\\\"en/with", "t0k%22en"] {
        assert!(!everything.contains(form), "{form} in {everything}");
    }
    exchange
}

/// The arguments that a POSIX shell gives to curl, and its standard input.
fn in_a_shell(line: &str) -> Vec<String> {
    let script = format!("curl() {{ printf '%s\\0' \"$@\"; }}\n{line}\n");
    let output = Command::new("sh")
        .args(["-c", &script])
        .env("PENSTOCK_TOKEN", TOKEN)
        .env("PENSTOCK_URL", "https://example.com/secret path")
        .output()
        .expect("a shell");
    assert!(
        output.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).expect("text");
    text.split_terminator('\0').map(str::to_owned).collect()
}

#[test]
fn a_request_is_shown_as_it_went_out() {
    let exchange = shown(&request("{\"a\":1}"), &sent("no"));
    let request = exchange.request;
    assert_eq!(
        (request.method.as_str(), request.http_version.as_str()),
        ("POST", "HTTP/2")
    );
    let header = |name: &str| request.headers.iter().find(|it| it.name == name).cloned();
    let secret = ShownHeader {
        name: "Authorization".into(),
        value: "Splunk ".into(),
        redacted: true,
    };
    assert_eq!(header("Authorization"), Some(secret));
    assert_eq!(
        header("Host").expect("a host").value,
        "splunk.example.com:8088"
    );
    assert_eq!(
        header("Content-Encoding").expect("an encoding").value,
        "gzip"
    );
    assert_eq!(header("Content-Length").expect("a length").value, "321");
    assert_eq!(
        (request.body.as_str(), request.body_bytes),
        ("{\"a\":1}", 7)
    );
    assert_eq!(request.compressed_bytes, Some(321));
}

#[test]
fn an_answer_is_shown_without_the_secrets_it_echoes() {
    let body = format!(
        "bad token {TOKEN} {{\"t\":\"t0k\\\"en/with+odd=signs\"}} t0k%22en%2Fwith%2Bodd%3Dsigns"
    );
    let response = shown(&request("{}"), &sent(&body))
        .response
        .expect("an answer");
    assert_eq!(
        (response.status, response.status_text.as_str()),
        (403, "Forbidden")
    );
    assert_eq!(
        response.body,
        "bad token redacted {\"t\":\"redacted\"} redacted"
    );
    let header = |name: &str| {
        response
            .headers
            .iter()
            .find(|it| it.name == name)
            .expect("a header")
    };
    assert_eq!(header("x-echo").value, "Splunk redacted");
    assert!(header("set-cookie").redacted && header("set-cookie").value.is_empty());
    assert_eq!(response.elapsed_ms, 74);
}

#[test]
fn an_answer_with_a_token_is_shown_without_it() {
    let body = r#"{"access_token": "eyJ0eXAi", "expires_in": 3599, "id_token":"x"}"#;
    let response = shown(&request("{}"), &sent(body))
        .response
        .expect("an answer");
    assert_eq!(
        response.body,
        r#"{"access_token": "redacted", "expires_in": 3599, "id_token":"redacted"}"#
    );
}

#[test]
fn a_secret_in_a_body_is_not_shown() {
    let body = format!("{{\"key\":\"{}\"}}", TOKEN.replace('"', "\\\""));
    let preview = preview(&request(&body));
    assert_eq!(preview.body, "{\"key\":\"redacted\"}");
}

#[test]
fn a_cut_leaves_no_part_of_a_secret() {
    let body = TOKEN.replace('"', "'").repeat(10_000);
    let mut request = request(&body);
    request.headers = vec![Header::Secret(
        "Authorization".into(),
        "",
        Secret::from(&body[..TOKEN.len()]),
    )];
    let shown = preview(&request).body;
    assert!(shown.len() > 10_000 && shown.len() <= 64 * 1024);
    let rest = shown.replace("redacted", "");
    assert!("redacted".starts_with(&rest), "{rest:?} is left");
}

#[test]
fn a_long_body_is_cut_between_characters() {
    let body = "é".repeat(200_000);
    let exchange = shown(&request(&body), &sent(&body));
    assert!(exchange.request.body.len() <= 64 * 1024);
    assert!(exchange.request.body.chars().all(|it| it == 'é'));
    assert_eq!(exchange.request.body_bytes, 400_000);
    assert!(
        exchange
            .response
            .expect("an answer")
            .body
            .chars()
            .all(|it| it == 'é')
    );
}

#[test]
fn the_curl_line_says_in_a_shell_what_was_sent() {
    let body = "{\"it's\": \"$HOME `id` \\\\ \\n\"}\nsecond line";
    let arguments = in_a_shell(&shown(&request(body), &sent("")).curl);
    let authorization = format!("Authorization: Splunk {TOKEN}");
    let expected = [
        "https://splunk.example.com:8088/services/collector/event",
        "-H",
        &authorization,
        "-H",
        "X-Note: it's $5 `now`",
        "--data-binary",
        body,
    ];
    assert_eq!(arguments, expected);
}

#[test]
fn the_curl_line_of_a_secret_address_takes_it_from_a_variable() {
    let mut request = request("{}");
    request.method = "PUT";
    request.url = Secret::from("https://example.com/secret/abcdefgh12345");
    request.shown_url = "https://example.com/secret/redacted".into();
    request.headers = vec![Header::Secret(
        "DD-API-KEY".into(),
        "",
        Secret::from("0123456789abcdef"),
    )];
    let mut answer = sent("try /secret/abcdefgh12345 with 0123456789abcdef");
    answer.response.headers.clear();
    let exchange = shown(&request, &answer);
    assert_eq!(exchange.request.url, "https://example.com/secret/redacted");
    assert!(
        exchange.curl.contains("DD-API-KEY: $PENSTOCK_DD_API_KEY"),
        "{}",
        exchange.curl
    );
    assert_eq!(
        exchange.response.expect("an answer").body,
        "try /secret/redacted with redacted"
    );
    let arguments = in_a_shell(&exchange.curl);
    assert_eq!(
        arguments[..3],
        ["-X", "PUT", "https://example.com/secret path"]
    );
}

#[test]
fn the_curl_line_of_a_long_body_reads_a_file() {
    let curl = shown(&request(&"x".repeat(5_000)), &sent("")).curl;
    assert!(curl.starts_with("# The body (5000 bytes"), "{curl}");
    assert!(curl.ends_with("--data-binary @- < body.json"), "{curl}");
}
