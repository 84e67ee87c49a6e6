//! Takes a request body apart into events, each a slice of the body as it came.
//!
//! What the body is shows in its content: an array, or objects one after another (one object, on
//! one line or many; NDJSON). Nothing is taken from a body in which anything is wrong.

use bytes::Bytes;

use super::refusal::Refusal;
use crate::source::json::{self, EVENT_BYTES, Fault, Reason};

/// A request with more events is refused: it would be all bookkeeping.
pub const EVENTS: usize = 1_000_000;

/// The events of `body`; none for the test message that Infisical sends.
pub fn split(body: Bytes) -> Result<Vec<Bytes>, Refusal> {
    if let Err(error) = std::str::from_utf8(&body) {
        let at = error.valid_up_to();
        return Err(Refusal::not_utf8(line_of(&body, at)));
    }
    let body = body
        .strip_prefix(b"\xef\xbb\xbf")
        .map_or(body.clone(), |rest| body.slice_ref(rest));
    let start = json::skip_space(&body, 0);
    match body.get(start) {
        None => Err(Refusal::empty()),
        Some(b'[') => array(&body, start),
        Some(_) if is_ping(&body[start..]) => Ok(Vec::new()),
        Some(_) => sequence(&body, start),
    }
}

fn sequence(body: &Bytes, mut at: usize) -> Result<Vec<Bytes>, Refusal> {
    let mut events = Vec::new();
    while at < body.len() {
        at = take(body, at, &mut events)?;
        at = json::skip_space(body, at);
    }
    Ok(events)
}

fn array(body: &Bytes, start: usize) -> Result<Vec<Bytes>, Refusal> {
    let mut events = Vec::new();
    let mut at = json::skip_space(body, start + 1);
    if body.get(at) == Some(&b']') {
        at += 1;
    } else {
        loop {
            at = take(body, at, &mut events)?;
            at = json::skip_space(body, at);
            match body.get(at) {
                Some(b',') => at = json::skip_space(body, at + 1),
                Some(b']') => break at += 1,
                Some(_) => {
                    return Err(Refusal::not_json(
                        line_of(body, at),
                        "a comma or the array's closing bracket was expected",
                    ));
                }
                None => {
                    return Err(Refusal::not_json(
                        line_of(body, at),
                        "the array is cut off: the text ends before it is closed",
                    ));
                }
            }
        }
    }
    let rest = json::skip_space(body, at);
    if rest < body.len() {
        return Err(Refusal::not_json(
            line_of(body, rest),
            "something follows the array",
        ));
    }
    Ok(events)
}

/// Takes the event that begins at `at`; the offset past it.
fn take(body: &Bytes, at: usize, events: &mut Vec<Bytes>) -> Result<usize, Refusal> {
    match body.get(at) {
        Some(b'{') => {}
        Some(byte) => {
            return Err(Refusal::not_json(
                line_of(body, at),
                json::not_an_object(*byte),
            ));
        }
        None => {
            return Err(Refusal::not_json(
                line_of(body, at),
                "the array is cut off: the text ends before it is closed",
            ));
        }
    }
    let end = json::object_end(body, at).map_err(|fault| at_fault(body, at, fault))?;
    if end - at > EVENT_BYTES {
        return Err(Refusal::event_too_large(line_of(body, at)));
    }
    if events.len() == EVENTS {
        return Err(Refusal::too_many_events());
    }
    events.push(body.slice(at..end));
    Ok(end)
}

/// Names the line a person would call wrong: where objects come one a line, the cut-off one
/// rather than the one after it.
fn at_fault(body: &[u8], start: usize, fault: Fault) -> Refusal {
    if fault.reason == Reason::TooDeep {
        return Refusal::too_deep(line_of(body, fault.at));
    }
    let first_line_end = memchr::memchr(b'\n', &body[start..]).map_or(body.len(), |n| start + n);
    if fault.reason == Reason::CutOff {
        return Refusal::not_json(line_of(body, start), Reason::CutOff.words());
    }
    if fault.at > first_line_end {
        let next = json::skip_space(body, first_line_end);
        if body.get(next) == Some(&b'{')
            && json::object_end(body, next).is_ok_and(|end| !body[next..end].contains(&b'\n'))
        {
            return Refusal::not_json(
                line_of(body, start),
                "the object is cut off: the line ends before it is closed",
            );
        }
    }
    Refusal::not_json(line_of(body, fault.at), fault.reason.words())
}

/// Counted from 1; the end of the body counts to its last line.
fn line_of(body: &[u8], at: usize) -> usize {
    let before = &body[..at.min(body.len())];
    let before = if at >= body.len() {
        before.trim_ascii_end()
    } else {
        before
    };
    1 + memchr::memchr_iter(b'\n', before).count()
}

/// `{"ping":"ok"}`, which Infisical sends when a stream is set up, and nothing else.
fn is_ping(text: &[u8]) -> bool {
    text.len() <= 64
        && serde_json::from_slice::<serde_json::Value>(text)
            .is_ok_and(|value| value == serde_json::json!({ "ping": "ok" }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(body: &str) -> Vec<String> {
        split(Bytes::copy_from_slice(body.as_bytes()))
            .unwrap_or_else(|refusal| panic!("{body}: {}", refusal.problem.summary))
            .into_iter()
            .map(|event| String::from_utf8(event.to_vec()).expect("valid text"))
            .collect()
    }

    fn refused(body: &[u8]) -> (u16, Option<usize>, String) {
        let refusal = split(Bytes::copy_from_slice(body)).expect_err("must be refused");
        (
            refusal.status.as_u16(),
            refusal.line,
            refusal.problem.summary,
        )
    }

    #[test]
    fn one_object_an_array_and_lines_are_told_apart_by_content() {
        assert_eq!(taken(r#"{"a":1}"#), [r#"{"a":1}"#]);
        assert_eq!(taken("{\n  \"a\": 1\n}\n"), ["{\n  \"a\": 1\n}"]);
        assert_eq!(
            taken("{\"a\":1}\n{\"b\":2}\n"),
            [r#"{"a":1}"#, r#"{"b":2}"#]
        );
        assert_eq!(
            taken("{\"a\":1}\r\n\r\n{\"b\":2}"),
            [r#"{"a":1}"#, r#"{"b":2}"#]
        );
        assert_eq!(taken(r#"{"a":1}{"b":2}"#), [r#"{"a":1}"#, r#"{"b":2}"#]);
        assert_eq!(
            taken(" [ {\"a\":1} ,\n {\"b\":[2]} ] "),
            [r#"{"a":1}"#, r#"{"b":[2]}"#]
        );
        assert_eq!(taken("\u{feff}{}"), ["{}"]);
        assert!(taken("[]").is_empty());
    }

    #[test]
    fn the_test_message_is_no_event_but_one_that_resembles_it_is() {
        assert!(taken(r#"{"ping":"ok"}"#).is_empty());
        assert!(taken("{ \"ping\": \"ok\" }\n").is_empty());
        assert_eq!(taken(r#"{"ping":"ok","a":1}"#).len(), 1);
        assert_eq!(taken("{\"ping\":\"ok\"}\n{\"ping\":\"ok\"}").len(), 2);
    }

    #[test]
    fn events_keep_their_bytes_and_share_the_body() {
        let odd = r#"{"n":184467440737095516160,"n":1e999,"é":"\ud83d","":{}}"#;
        let body = Bytes::from(format!("{odd}\n{odd}"));
        let events = split(body.clone()).expect("valid");
        assert_eq!(events, [odd, odd]);
        assert_eq!(
            events[1].as_ptr(),
            body[odd.len() + 1..].as_ptr(),
            "nothing is copied"
        );
    }

    #[test]
    fn the_line_at_fault_is_named() {
        let cut_off = "the object is cut off";
        for (body, line, reason) in [
            ("{\"a\":1}\n{\"b\":", 2, cut_off),
            ("{\"a\":1}\n{\"b\":2\n{\"c\":3}\n", 2, cut_off),
            ("{\"a\":1}\n{\"b\":\n{\"c\":3}\n", 2, cut_off),
            (
                "{\"a\":1}\n{\"b\":\"x\n{\"c\":3}\n",
                2,
                "not closed before the line ends",
            ),
            ("{\"a\":1}\n{\"b\":2\n{\"c\":3}\n{\"d\":4}\n", 2, cut_off),
            ("{\n  \"a\": 1,\n  \"b\" 2\n}", 3, "colon"),
            ("{\"a\":1}\nhello\n", 2, "not JSON"),
            ("{\"a\":1}\n7\n", 2, "a number"),
            ("[{\"a\":1},\n7]", 2, "a number"),
            ("[{\"a\":1},\n{\"b\":2}", 2, "array is cut off"),
            ("[{\"a\":1},\n", 1, "array is cut off"),
            ("[{\"a\":1}\n {\"b\":2}]", 2, "comma"),
            ("[{\"a\":1}]\n{\"b\":2}", 2, "follows the array"),
            ("{\"a\":1}\n[{\"b\":2}]", 2, "an array"),
        ] {
            let (status, at, summary) = refused(body.as_bytes());
            assert_eq!((status, at), (400, Some(line)), "{body:?}: {summary}");
            assert!(summary.contains(reason), "{body:?}: {summary}");
        }
    }

    #[test]
    fn invalid_utf8_empty_bodies_and_deep_nesting_are_refused() {
        let (status, line, summary) = refused(b"{\"a\":1}\n{\"b\":\"\xff\"}");
        assert_eq!((status, line), (400, Some(2)), "{summary}");
        assert!(summary.contains("UTF-8"), "{summary}");
        assert_eq!(refused(b" \n ").0, 400);
        let deep = format!("{{}}\n{{\"a\":{}", "[".repeat(10_000));
        let (status, line, summary) = refused(deep.as_bytes());
        assert_eq!((status, line), (400, Some(2)), "{summary}");
        assert!(summary.contains("nested"), "{summary}");
    }

    #[test]
    fn a_large_event_is_carried_and_an_enormous_one_refused() {
        let event = |bytes: usize| format!("{{\"a\":\"{}\"}}", "x".repeat(bytes));
        assert_eq!(taken(&event(900_000)), [event(900_000)]);
        assert_eq!(refused(event(EVENT_BYTES).as_bytes()).0, 413);
    }
}
