//! Puts events into a body. The bytes of an event are copied as they came, never written anew.

use memchr::memchr2_iter;

use crate::clock::Millis;
use crate::event::Event;

/// Room for the events and for `extra` bytes around each.
pub(crate) fn room(events: &[Event], extra: usize) -> Vec<u8> {
    let bytes: usize = events.iter().map(|event| event.bytes.len() + extra).sum();
    Vec::with_capacity(bytes + 2)
}

/// `[{…},{…}]`, each event written by `put`.
pub(crate) fn array(
    events: &[Event],
    extra: usize,
    mut put: impl FnMut(&mut Vec<u8>, &Event),
) -> Vec<u8> {
    let mut out = room(events, extra + 1);
    out.push(b'[');
    for (at, event) in events.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        put(&mut out, event);
    }
    out.push(b']');
    out
}

/// One event a line.
pub(crate) fn lines(
    events: &[Event],
    extra: usize,
    mut put: impl FnMut(&mut Vec<u8>, &Event),
) -> Vec<u8> {
    let mut out = room(events, extra + 1);
    for event in events {
        let from = out.len();
        put(&mut out, event);
        join_lines(&mut out[from..]);
        out.push(b'\n');
    }
    out
}

/// In valid JSON a bare line break stands only between tokens, where a blank means the same.
fn join_lines(text: &mut [u8]) {
    let mut from = 0;
    while let Some(at) = memchr2_iter(b'\n', b'\r', &text[from..]).next() {
        text[from + at] = b' ';
        from += at + 1;
    }
}

/// The event as it came.
pub(crate) fn plain(out: &mut Vec<u8>, event: &Event) {
    out.extend_from_slice(&event.bytes);
}

/// Writes a JSON string.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// `1768464000.020`: a time in seconds, for times since 1970.
pub(crate) fn seconds(millis: Millis) -> Option<String> {
    (millis >= 0).then(|| format!("{}.{:03}", millis / 1000, millis % 1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(texts: &[&'static str]) -> Vec<Event> {
        texts
            .iter()
            .zip(1..)
            .map(|(text, seq)| Event::new(seq, text.as_bytes()))
            .collect()
    }

    #[test]
    fn an_array_carries_the_bytes_of_each_event_as_they_came() {
        let events = events(&[
            "{\"n\":18446744073709551616,\"n\":1e999}",
            "{\n  \"a\": \"b\\n\"\n}",
        ]);
        assert_eq!(
            String::from_utf8(array(&events, 0, plain)).as_deref(),
            Ok("[{\"n\":18446744073709551616,\"n\":1e999},{\n  \"a\": \"b\\n\"\n}]")
        );
    }

    #[test]
    fn a_line_holds_one_event_even_where_it_came_on_several() {
        let events = events(&["{\r\n  \"a\": \"b\\n\"\n}", "{}"]);
        assert_eq!(
            String::from_utf8(lines(&events, 0, plain)).as_deref(),
            Ok("{    \"a\": \"b\\n\" }\n{}\n")
        );
    }

    #[test]
    fn seconds_keep_their_milliseconds() {
        assert_eq!(
            seconds(1_768_464_000_020).as_deref(),
            Some("1768464000.020")
        );
        assert_eq!(seconds(-1), None);
    }
}
