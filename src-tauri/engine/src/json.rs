//! Looks at the top level of a JSON object without building a tree.
//!
//! The text is one that was checked when it was taken in, so this reads past values by their
//! brackets and quotes alone and costs a fraction of parsing. Text that is no object has no
//! members; text that breaks off ends the walk. Nothing here allocates, except to undo escapes.

use std::borrow::Cow;
use std::ops::Range;

/// One `"key": value` of an object, both as they stand in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member<'a> {
    /// Between its quotes, escapes as written.
    key: &'a [u8],
    /// Whether the key has escapes at all.
    escaped: bool,
    /// Where the key starts in the text, past its quote.
    at: usize,
    /// Where the value starts in the text.
    value_at: usize,
    pub value: &'a [u8],
}

impl<'a> Member<'a> {
    pub fn is(&self, name: &str) -> bool {
        self.key == name.as_bytes() || (self.escaped && self.key() == name)
    }

    pub fn is_in_any_case(&self, name: &str) -> bool {
        self.key.eq_ignore_ascii_case(name.as_bytes())
            || (self.escaped && self.key().eq_ignore_ascii_case(name))
    }

    /// Where the key stands in the text, without its quotes.
    pub fn key_range(&self) -> Range<usize> {
        self.at..self.at + self.key.len()
    }

    /// Where the value stands in the text, quotes and brackets included.
    pub fn value_range(&self) -> Range<usize> {
        self.value_at..self.value_at + self.value.len()
    }

    /// The key with its escapes undone.
    pub fn key(&self) -> Cow<'a, str> {
        unescape(self.key).unwrap_or(Cow::Borrowed(""))
    }

    /// The key with its escapes undone, for comparing.
    pub fn key_bytes(&self) -> Cow<'a, [u8]> {
        if self.escaped {
            unescape(self.key).map_or(Cow::Borrowed(b""), bytes_of)
        } else {
            Cow::Borrowed(self.key)
        }
    }

    /// The same as [`Member::text`], for comparing.
    pub fn text_bytes(&self) -> Option<Cow<'a, [u8]>> {
        let inner = self.value.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
        if memchr::memchr(b'\\', inner).is_some() {
            unescape(inner).map(bytes_of)
        } else {
            Some(Cow::Borrowed(inner))
        }
    }

    /// The value where it is a string, with its escapes undone.
    pub fn text(&self) -> Option<Cow<'a, str>> {
        text(self.value)
    }
}

/// The text of a value that is a string, with its escapes undone.
pub fn text(value: &[u8]) -> Option<Cow<'_, str>> {
    unescape(value.strip_prefix(b"\"")?.strip_suffix(b"\"")?)
}

fn unescape(inner: &[u8]) -> Option<Cow<'_, str>> {
    let text = std::str::from_utf8(inner).ok()?;
    if !inner.contains(&b'\\') {
        return Some(Cow::Borrowed(text));
    }
    serde_json::from_str(&format!("\"{text}\""))
        .ok()
        .map(Cow::Owned)
}

fn bytes_of(text: Cow<'_, str>) -> Cow<'_, [u8]> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
        Cow::Owned(text) => Cow::Owned(text.into_bytes()),
    }
}

/// The members of the object that `text` holds, in order, duplicates included.
pub fn members(text: &[u8]) -> Members<'_> {
    let at = skip_blank(text, 0);
    let at = if text.get(at) == Some(&b'{') {
        at + 1
    } else {
        text.len()
    };
    Members { text, at }
}

/// The first member of this name.
pub fn member<'a>(text: &'a [u8], name: &str) -> Option<Member<'a>> {
    members(text).find(|member| member.is(name))
}

/// What stands between the object's braces; `None` where the text is no object.
pub fn inside(text: &[u8]) -> Option<&[u8]> {
    let inner = text.trim_ascii().strip_prefix(b"{")?.strip_suffix(b"}")?;
    Some(inner.trim_ascii())
}

pub struct Members<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Iterator for Members<'a> {
    type Item = Member<'a>;

    fn next(&mut self) -> Option<Member<'a>> {
        let text = self.text;
        let mut at = skip_blank(text, self.at);
        if text.get(at) == Some(&b',') {
            at = skip_blank(text, at + 1);
        }
        if text.get(at) != Some(&b'"') {
            self.at = text.len();
            return None;
        }
        let key_at = at + 1;
        let (key_end, escaped) = string_end(text, key_at);
        let key = text.get(key_at..key_end)?;
        at = skip_blank(text, key_end + 1);
        if text.get(at) == Some(&b':') {
            at = skip_blank(text, at + 1);
        }
        let end = value_end(text, at);
        let value = text.get(at..end)?;
        self.at = end;
        Some(Member {
            key,
            escaped,
            at: key_at,
            value_at: at,
            value,
        })
    }
}

/// Where the elements of the list that `text` holds stand in it, in order.
pub fn elements(text: &[u8]) -> Elements<'_> {
    let at = skip_blank(text, 0);
    let at = if text.get(at) == Some(&b'[') {
        at + 1
    } else {
        text.len()
    };
    Elements { text, at }
}

pub struct Elements<'a> {
    text: &'a [u8],
    at: usize,
}

impl Iterator for Elements<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        let text = self.text;
        let mut at = skip_blank(text, self.at);
        if text.get(at) == Some(&b',') {
            at = skip_blank(text, at + 1);
        }
        let end = value_end(text, at);
        if end == at {
            self.at = text.len();
            return None;
        }
        self.at = end;
        Some(at..end)
    }
}

fn skip_blank(text: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\n' | b'\r' | b'\t') = text.get(at) {
        at += 1;
    }
    at
}

/// Where the closing quote of a string stands whose first byte is at `at`, and whether there are
/// escapes before it.
fn string_end(text: &[u8], mut at: usize) -> (usize, bool) {
    const EACH: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let has = |word: u64, byte: u8| {
        let off = word ^ (EACH * u64::from(byte));
        off.wrapping_sub(EACH) & !off & HIGH
    };
    let mut escaped = false;
    loop {
        while let Some(chunk) = text.get(at..at + 8) {
            let word = u64::from_le_bytes(chunk.try_into().expect("eight bytes"));
            let found = has(word, b'"') | has(word, b'\\');
            if found == 0 {
                at += 8;
            } else {
                at += (found.trailing_zeros() / 8) as usize;
                break;
            }
        }
        match text.get(at) {
            None => return (text.len(), escaped),
            Some(b'"') => return (at, escaped),
            Some(b'\\') => {
                escaped = true;
                at += 2;
            }
            Some(_) => at += 1,
        }
    }
}

/// Where the value that starts at `at` has ended.
fn value_end(text: &[u8], mut at: usize) -> usize {
    match text.get(at) {
        Some(b'"') => (string_end(text, at + 1).0 + 1).min(text.len()),
        Some(b'{' | b'[') => {
            let mut depth = 0_usize;
            while let Some(&byte) = text.get(at) {
                match byte {
                    b'"' => at = string_end(text, at + 1).0,
                    b'{' | b'[' => depth += 1,
                    b'}' | b']' => depth -= 1,
                    _ => {}
                }
                at += 1;
                if depth == 0 {
                    break;
                }
            }
            at.min(text.len())
        }
        _ => {
            while let Some(&byte) = text.get(at) {
                if matches!(byte, b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t') {
                    break;
                }
                at += 1;
            }
            at
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<(String, String)> {
        members(text.as_bytes())
            .map(|member| {
                (
                    member.key().into_owned(),
                    String::from_utf8_lossy(member.value).into_owned(),
                )
            })
            .collect()
    }

    fn pair(key: &str, value: &str) -> (String, String) {
        (key.into(), value.into())
    }

    #[test]
    fn members_come_in_order_with_their_values_as_written() {
        assert_eq!(
            all(
                r#" { "a" : 1e400 , "b":{"c":"}","d":["]\"",{}]},"a":18446744073709551616,"e":null } "#
            ),
            [
                pair("a", "1e400"),
                pair("b", r#"{"c":"}","d":["]\"",{}]}"#),
                pair("a", "18446744073709551616"),
                pair("e", "null"),
            ]
        );
        assert_eq!(all("{}"), []);
        assert_eq!(all("{\n}\n"), []);
    }

    #[test]
    fn a_key_is_found_where_it_stands() {
        let text = br#"{"a":1, "TYPE":{"b":2}}"#;
        let member = members(text).find(|it| it.is_in_any_case("Type"));
        let range = member.map(|it| it.key_range()).unwrap_or_default();
        assert_eq!(&text[range], b"TYPE");
    }

    #[test]
    fn escapes_in_keys_and_values_are_undone() {
        let text = br#"{"time\u0073tamp":"a\"b\\","plain":"\u00e9"}"#;
        assert_eq!(
            member(text, "timestamp")
                .and_then(|it| it.text())
                .as_deref(),
            Some("a\"b\\")
        );
        assert_eq!(
            member(text, "plain").and_then(|it| it.text()).as_deref(),
            Some("é")
        );
        assert_eq!(member(text, "absent"), None);
    }

    #[test]
    fn only_the_top_level_is_seen() {
        let text = br#"{"eventMetadata":{"createdAt":"inner"},"createdAt":"outer"}"#;
        assert_eq!(
            member(text, "createdAt")
                .and_then(|it| it.text())
                .as_deref(),
            Some("outer")
        );
    }

    #[test]
    fn what_is_no_object_or_breaks_off_does_no_harm() {
        for text in ["", "[1]", "\"text\"", "nope", "7"] {
            assert_eq!(all(text), [], "{text}");
            assert_eq!(inside(text.as_bytes()), None, "{text}");
        }
        let whole = r#"{"a":{"b":["c\\",1]},"d":"e","f":true}"#;
        for cut in 0..whole.len() {
            let _ = all(&whole[..cut]);
        }
        let _ = all("{]}");
        let _ = all("{\"a\":]}}}");
    }

    #[test]
    fn members_agree_with_a_full_parse_on_real_events() {
        for line in include_str!("../../../tests/fixtures/events-1000.ndjson").lines() {
            let parsed: serde_json::Map<String, serde_json::Value> =
                serde_json::from_str(line).expect("fixture is JSON");
            let walked: Vec<_> = members(line.as_bytes()).collect();
            assert_eq!(walked.len(), parsed.len());
            for (member, (key, value)) in walked.iter().zip(&parsed) {
                assert_eq!(member.key(), key.as_str());
                let seen: serde_json::Value =
                    serde_json::from_slice(member.value).expect("value is JSON");
                assert_eq!(&seen, value);
            }
        }
    }

    #[test]
    fn the_elements_of_a_list_are_found_where_they_stand() {
        let found = |text: &str| -> Vec<String> {
            elements(text.as_bytes())
                .map(|range| text[range].to_owned())
                .collect()
        };
        assert_eq!(
            found(r#" [ 1 ,"a,]" ,{"b":[2]}, [ ], null] "#),
            ["1", r#""a,]""#, r#"{"b":[2]}"#, "[ ]", "null"]
        );
        for text in ["[]", "[ ]", "{}", "7", "", "[", "[,"] {
            assert_eq!(found(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn the_inside_of_an_object_is_what_stands_between_its_braces() {
        assert_eq!(inside(b" {\"a\":1 } \n"), Some(&b"\"a\":1"[..]));
        assert_eq!(inside(b"{}"), Some(&b""[..]));
    }
}
