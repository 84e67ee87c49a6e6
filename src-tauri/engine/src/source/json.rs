//! Finds where a JSON object ends, checking every byte on the way and building nothing.
//!
//! The grammar is RFC 8259's and nothing is read into numbers or texts, so values of any size are
//! fine. Nesting is bounded ([`DEPTH`]) and costs no stack. The text must be valid UTF-8 already.

/// Deepest nesting taken. Parsers along the way, at providers too, give up at 128.
pub const DEPTH: u32 = 100;

/// A larger event is refused; no provider takes one.
pub const EVENT_BYTES: usize = 16 << 20;

/// Why a text is not a JSON object, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    pub at: usize,
    pub reason: Reason,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The text ends in the middle of the object.
    CutOff,
    /// A text is not closed before the line (or another control character) comes.
    OpenText,
    TooDeep,
    Number,
    Escape,
    /// A word other than `true`, `false` and `null`.
    Word,
    ExpectedKey,
    ExpectedColon,
    ExpectedValue,
    /// `,` or the closing bracket.
    ExpectedEnd,
}

impl Reason {
    pub fn words(self) -> &'static str {
        match self {
            Reason::CutOff => "the object is cut off: the text ends before it is closed",
            Reason::OpenText => {
                "a text is not closed before the line ends, or holds a raw control character"
            }
            Reason::TooDeep => "it is nested deeper than 100 levels",
            Reason::Number => "a number is not written as JSON numbers are",
            Reason::Escape => "a text has a backslash that escapes nothing JSON knows",
            Reason::Word => "a word other than true, false and null stands outside quotes",
            Reason::ExpectedKey => "a key in double quotes was expected",
            Reason::ExpectedColon => "a colon was expected after the key",
            Reason::ExpectedValue => "a value was expected",
            Reason::ExpectedEnd => "a comma or a closing bracket was expected",
        }
    }
}

/// Why something that begins with `first`, which is not `{`, is no event.
pub fn not_an_object(first: u8) -> &'static str {
    match first {
        b'[' => "an event must be a JSON object, and this is an array",
        b'"' => "an event must be a JSON object, and this is a text",
        b'-' | b'0'..=b'9' => "an event must be a JSON object, and this is a number",
        _ => "this is not JSON: an event is an object, which begins with {",
    }
}

/// The offset just past the object that begins with `{` at `start`.
pub fn object_end(text: &[u8], start: usize) -> Result<usize, Fault> {
    debug_assert_eq!(text[start], b'{');
    // One bit for each open container, the innermost lowest: set for an object.
    let mut open: u128 = 0;
    let mut depth = 0;
    let mut at = start;
    loop {
        match text.get(at) {
            Some(b'{') => {
                depth += 1;
                if depth > DEPTH {
                    return Err(Fault {
                        at,
                        reason: Reason::TooDeep,
                    });
                }
                open = open << 1 | 1;
                at = skip_space(text, at + 1);
                if text.get(at) != Some(&b'}') {
                    at = key(text, at)?;
                    continue;
                }
            }
            Some(b'[') => {
                depth += 1;
                if depth > DEPTH {
                    return Err(Fault {
                        at,
                        reason: Reason::TooDeep,
                    });
                }
                open <<= 1;
                at = skip_space(text, at + 1);
                if text.get(at) != Some(&b']') {
                    continue;
                }
            }
            Some(b'"') => at = string(text, at + 1)?,
            Some(b'-' | b'0'..=b'9') => at = number(text, at)?,
            Some(b't') => at = word(text, at, b"true")?,
            Some(b'f') => at = word(text, at, b"false")?,
            Some(b'n') => at = word(text, at, b"null")?,
            Some(byte) if byte.is_ascii_alphabetic() => {
                return Err(Fault {
                    at,
                    reason: Reason::Word,
                });
            }
            _ => return Err(fault(text, at, Reason::ExpectedValue)),
        }
        // A value ends here (or an empty container is about to): close what can be closed.
        loop {
            at = skip_space(text, at);
            let in_object = open & 1 == 1;
            match text.get(at) {
                Some(b',') if in_object => {
                    at = key(text, skip_space(text, at + 1))?;
                    break;
                }
                Some(b',') => {
                    at = skip_space(text, at + 1);
                    break;
                }
                Some(b'}') if in_object => at += 1,
                Some(b']') if !in_object => at += 1,
                _ => return Err(fault(text, at, Reason::ExpectedEnd)),
            }
            open >>= 1;
            depth -= 1;
            if depth == 0 {
                return Ok(at);
            }
        }
    }
}

/// The first offset from `at` that is not JSON white space.
pub fn skip_space(text: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\n' | b'\r' | b'\t') = text.get(at) {
        at += 1;
    }
    at
}

fn fault(text: &[u8], at: usize, reason: Reason) -> Fault {
    Fault {
        at,
        reason: if at >= text.len() {
            Reason::CutOff
        } else {
            reason
        },
    }
}

/// Past a key, its colon and the space around it.
fn key(text: &[u8], at: usize) -> Result<usize, Fault> {
    if text.get(at) != Some(&b'"') {
        return Err(fault(text, at, Reason::ExpectedKey));
    }
    let at = skip_space(text, string(text, at + 1)?);
    if text.get(at) != Some(&b':') {
        return Err(fault(text, at, Reason::ExpectedColon));
    }
    Ok(skip_space(text, at + 1))
}

/// Past the closing quote of a text whose opening quote is just before `at`.
fn string(text: &[u8], mut at: usize) -> Result<usize, Fault> {
    loop {
        at = plain_end(text, at);
        match text.get(at) {
            Some(b'"') => return Ok(at + 1),
            Some(b'\\') => at = escape(text, at)?,
            Some(_) => {
                return Err(Fault {
                    at,
                    reason: Reason::OpenText,
                });
            }
            None => {
                return Err(Fault {
                    at,
                    reason: Reason::CutOff,
                });
            }
        }
    }
}

/// The first quote, backslash or control character from `at`, eight bytes at a time.
fn plain_end(text: &[u8], mut at: usize) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    while let Some(eight) = text.get(at..at + 8) {
        let eight = u64::from_le_bytes(eight.try_into().expect("eight bytes"));
        let control = eight.wrapping_sub(ONES * 0x20) & !eight;
        let quote = eight ^ (ONES * b'"' as u64);
        let quote = quote.wrapping_sub(ONES) & !quote;
        let backslash = eight ^ (ONES * b'\\' as u64);
        let backslash = backslash.wrapping_sub(ONES) & !backslash;
        // Borrows can only spoil bytes after the first hit, so the lowest one is right.
        let hits = (control | quote | backslash) & HIGH;
        if hits != 0 {
            return at + hits.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    while let Some(byte) = text.get(at) {
        if *byte < 0x20 || *byte == b'"' || *byte == b'\\' {
            break;
        }
        at += 1;
    }
    at
}

fn escape(text: &[u8], at: usize) -> Result<usize, Fault> {
    match text.get(at + 1) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(at + 2),
        Some(b'u') => match text.get(at + 2..at + 6) {
            Some(digits) if digits.iter().all(u8::is_ascii_hexdigit) => Ok(at + 6),
            Some(_) => Err(Fault {
                at,
                reason: Reason::Escape,
            }),
            None => Err(Fault {
                at: text.len(),
                reason: Reason::CutOff,
            }),
        },
        Some(_) => Err(Fault {
            at,
            reason: Reason::Escape,
        }),
        None => Err(Fault {
            at: text.len(),
            reason: Reason::CutOff,
        }),
    }
}

fn number(text: &[u8], start: usize) -> Result<usize, Fault> {
    let digits = |from: usize| {
        let mut at = from;
        while let Some(b'0'..=b'9') = text.get(at) {
            at += 1;
        }
        if at == from {
            Err(fault(text, at, Reason::Number))
        } else {
            Ok(at)
        }
    };
    let mut at = start;
    if text[at] == b'-' {
        at += 1;
    }
    at = if text.get(at) == Some(&b'0') {
        at + 1
    } else {
        digits(at)?
    };
    if text.get(at) == Some(&b'.') {
        at = digits(at + 1)?;
    }
    if let Some(b'e' | b'E') = text.get(at) {
        at += 1;
        if let Some(b'+' | b'-') = text.get(at) {
            at += 1;
        }
        at = digits(at)?;
    }
    match text.get(at) {
        Some(byte) if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'+' | b'-') => {
            Err(Fault {
                at: start,
                reason: Reason::Number,
            })
        }
        _ => Ok(at),
    }
}

fn word(text: &[u8], at: usize, word: &[u8]) -> Result<usize, Fault> {
    let end = at + word.len();
    match text.get(at..end) {
        Some(found) if found == word => match text.get(end) {
            Some(byte) if byte.is_ascii_alphanumeric() => Err(Fault {
                at,
                reason: Reason::Word,
            }),
            _ => Ok(end),
        },
        Some(_) => Err(Fault {
            at,
            reason: Reason::Word,
        }),
        None => Err(if word.starts_with(&text[at..]) {
            Fault {
                at: text.len(),
                reason: Reason::CutOff,
            }
        } else {
            Fault {
                at,
                reason: Reason::Word,
            }
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng, rngs::StdRng};

    fn whole(text: &str) -> Result<usize, Reason> {
        object_end(text.as_bytes(), 0).map_err(|fault| fault.reason)
    }

    #[test]
    fn an_object_ends_where_its_last_bracket_is() {
        for text in [
            "{}",
            "{ }",
            r#"{"a":1}"#,
            r#"{ "a" : [ 1 , -0.5e+10 , true , false , null , "x\u00e9\n" , { } , [ ] ] }"#,
            r#"{"n":123456789012345678901234567890,"n":1}"#,
            r#"{"long":"0123456789abcdefghijklmnopqrstuvwxyz\\\"0123456789"}"#,
        ] {
            assert_eq!(whole(text), Ok(text.len()), "{text}");
            assert_eq!(
                whole(&format!("{text}  {{")),
                Ok(text.len()),
                "{text} with more after it"
            );
        }
    }

    #[test]
    fn each_fault_has_its_own_reason() {
        for (text, reason) in [
            ("{", Reason::CutOff),
            (r#"{"a"#, Reason::CutOff),
            (r#"{"a":"#, Reason::CutOff),
            (r#"{"a":tr"#, Reason::CutOff),
            (r#"{"a":1"#, Reason::CutOff),
            (r#"{"a":-"#, Reason::CutOff),
            (r#"{"a":"\u12"#, Reason::CutOff),
            ("{\"a\":\"b\n\"}", Reason::OpenText),
            (r#"{"a":01}"#, Reason::Number),
            (r#"{"a":1.}"#, Reason::Number),
            (r#"{"a":"\x"}"#, Reason::Escape),
            (r#"{"a":nil}"#, Reason::Word),
            (r#"{"a":NaN}"#, Reason::Word),
            (r#"{a:1}"#, Reason::ExpectedKey),
            (r#"{"a":1,}"#, Reason::ExpectedKey),
            (r#"{"a" 1}"#, Reason::ExpectedColon),
            (r#"{"a":,}"#, Reason::ExpectedValue),
            (r#"{"a":[1,]}"#, Reason::ExpectedValue),
            (r#"{"a":1]"#, Reason::ExpectedEnd),
            (r#"{"a":1 "b":2}"#, Reason::ExpectedEnd),
        ] {
            assert_eq!(whole(text), Err(reason), "{text}");
        }
    }

    #[test]
    fn nesting_is_taken_up_to_the_limit_and_refused_beyond_it() {
        let nested = |depth: usize| {
            format!(
                "{}{}",
                "{\"a\":".repeat(depth - 1) + "{}",
                "}".repeat(depth - 1)
            )
        };
        assert_eq!(whole(&nested(100)), Ok(nested(100).len()));
        assert_eq!(whole(&nested(101)), Err(Reason::TooDeep));
        assert_eq!(whole(&nested(10_000)), Err(Reason::TooDeep));
        assert_eq!(
            whole(&format!("{{\"a\":{}", "[".repeat(10_000))),
            Err(Reason::TooDeep)
        );
    }

    /// Agrees with serde_json on events with bytes changed, left out, doubled and cut.
    #[test]
    fn it_takes_exactly_what_a_full_parser_takes() {
        let events = include_str!("../../../../tests/fixtures/events-1000.ndjson");
        let odd = [
            r#"{"a":[1,-2.5e-3,0,true,null,{"b":{}}],"c":"\"\\\/\b\f\n\r\t\u00e9 é 💧","":[]}"#,
            r#"{"a":{"b":[[[]],{"c":[{}]}]},"a":1E400,"d":-0}"#,
        ];
        let mut random = StdRng::seed_from_u64(7);
        let alphabet = br#"{}[]",:\/tfn0123456789.eE+-u ax"#;
        let mut taken = 0;
        for event in events
            .lines()
            .take(40)
            .chain(odd.into_iter().cycle().take(40))
        {
            for _ in 0..150 {
                let mut text = event.as_bytes().to_vec();
                for _ in 0..random.random_range(0..3) {
                    let at = random.random_range(0..text.len());
                    match random.random_range(0..4) {
                        0 => text[at] = alphabet[random.random_range(0..alphabet.len())],
                        1 => drop(text.remove(at)),
                        2 => text.insert(at, alphabet[random.random_range(0..alphabet.len())]),
                        _ => text.truncate(at.max(1)),
                    }
                }
                if text.first() != Some(&b'{') || std::str::from_utf8(&text).is_err() {
                    continue;
                }
                let ours = object_end(&text, 0).is_ok_and(|end| end == text.len());
                let theirs = serde_json::from_slice::<serde::de::IgnoredAny>(&text).is_ok();
                assert_eq!(ours, theirs, "{}", String::from_utf8_lossy(&text));
                taken += u32::from(ours);
            }
        }
        assert!(
            taken > 1_000,
            "most of the variants must be valid, {taken} were"
        );
    }
}
