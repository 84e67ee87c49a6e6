//! Whether a line is an event.

use bytes::Bytes;

use super::lines::Line;
use super::problems;
use crate::problem::Problem;
use crate::source::json::{self, EVENT_BYTES};

const BOM: &[u8] = b"\xef\xbb\xbf";

pub enum Verdict {
    Blank,
    /// The object as it stands, without the space around it.
    Event(Bytes),
    No(Problem),
}

/// `first`: the line is its file's first.
pub fn judge(line: &Line, first: bool) -> Verdict {
    if !line.whole() {
        return Verdict::No(problems::line_too_long());
    }
    let mut text = line.bytes.clone();
    if first && text.starts_with(BOM) {
        text = text.slice(BOM.len()..);
    }
    let start = json::skip_space(&text, 0);
    let Some(byte) = text.get(start) else {
        return Verdict::Blank;
    };
    if std::str::from_utf8(&text).is_err() {
        return Verdict::No(problems::bad_line("it is not valid UTF-8 text"));
    }
    if *byte != b'{' {
        return Verdict::No(problems::bad_line(json::not_an_object(*byte)));
    }
    let end = match json::object_end(&text, start) {
        Ok(end) => end,
        Err(fault) => return Verdict::No(problems::bad_line(fault.reason.words())),
    };
    if json::skip_space(&text, end) < text.len() {
        return Verdict::No(problems::bad_line("something follows the object"));
    }
    if end - start > EVENT_BYTES {
        return Verdict::No(problems::line_too_long());
    }
    Verdict::Event(text.slice(start..end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(text: &[u8], first: bool) -> Result<Option<String>, String> {
        let line = Line {
            bytes: Bytes::copy_from_slice(text),
            length: text.len() as u64,
            taken: text.len() as u64 + 1,
        };
        match judge(&line, first) {
            Verdict::Blank => Ok(None),
            Verdict::Event(event) => Ok(Some(String::from_utf8(event.to_vec()).expect("text"))),
            Verdict::No(problem) => Err(problem.summary),
        }
    }

    #[test]
    fn an_object_is_an_event_and_blank_lines_are_nothing() {
        assert_eq!(judged(b"{\"a\":1}", false), Ok(Some("{\"a\":1}".into())));
        assert_eq!(judged(b"  {}\t\r", false), Ok(Some("{}".into())));
        assert_eq!(judged(b"\xef\xbb\xbf{}", true), Ok(Some("{}".into())));
        assert_eq!(judged(b"\xef\xbb\xbf", true), Ok(None));
        for blank in [&b""[..], b"\r", b"   "] {
            assert_eq!(judged(blank, false), Ok(None));
        }
    }

    #[test]
    fn whatever_else_is_no_event_and_the_reason_is_named() {
        for (text, reason) in [
            (&b"[{}]"[..], "an array"),
            (b"{\"a\":1", "cut off"),
            (b"{} {}", "follows"),
            (b"7", "a number"),
            (b"level=info msg=hello", "not JSON"),
            (b"{\"a\":\"\xff\"}", "UTF-8"),
            (b"\xef\xbb\xbf{}", "not JSON"),
        ] {
            let summary = judged(text, false).expect_err("no event");
            assert!(summary.contains(reason), "{summary}");
        }
    }
}
