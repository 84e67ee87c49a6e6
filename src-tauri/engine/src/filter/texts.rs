//! Texts a field may have: whole ones, and ones with `*`.

use memchr::memmem;
use std::borrow::Cow;
use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};

/// Texts to be met by at least one.
#[derive(Debug, Clone, Default)]
pub struct Texts {
    whole: HashSet<Box<[u8]>, BuildHasherDefault<Words>>,
    patterns: Vec<Pattern>,
    /// Whether capital letters count.
    exact_case: bool,
}

impl Texts {
    pub fn new(exact_case: bool) -> Self {
        Self {
            exact_case,
            ..Self::default()
        }
    }

    pub fn add(&mut self, value: &str) {
        let value = if self.exact_case {
            Cow::Borrowed(value)
        } else {
            Cow::Owned(value.to_lowercase())
        };
        if value.contains('*') {
            self.patterns.push(Pattern::new(&value));
        } else {
            self.whole.insert(value.as_bytes().into());
        }
    }

    pub fn met_by(&self, text: &[u8]) -> bool {
        if self.exact_case {
            return self.has(text);
        }
        let mut short = [0_u8; 64];
        match short.get_mut(..text.len()) {
            Some(lower) if text.is_ascii() => {
                lower.copy_from_slice(text);
                lower.make_ascii_lowercase();
                self.has(lower)
            }
            _ => self.has(String::from_utf8_lossy(text).to_lowercase().as_bytes()),
        }
    }

    fn has(&self, text: &[u8]) -> bool {
        (!self.whole.is_empty() && self.whole.contains(text))
            || self.patterns.iter().any(|pattern| pattern.fits(text))
    }
}

/// `login-*-failed`: the parts between the stars.
#[derive(Debug, Clone)]
struct Pattern {
    start: Box<[u8]>,
    middle: Vec<Box<[u8]>>,
    end: Box<[u8]>,
}

impl Pattern {
    fn new(text: &str) -> Self {
        let mut parts: Vec<Box<[u8]>> =
            text.split('*').map(|part| part.as_bytes().into()).collect();
        let end = parts.pop().unwrap_or_default();
        let start = if parts.is_empty() {
            Box::default()
        } else {
            parts.remove(0)
        };
        parts.retain(|part| !part.is_empty());
        Self {
            start,
            middle: parts,
            end,
        }
    }

    fn fits(&self, text: &[u8]) -> bool {
        if text.len() < self.start.len() + self.end.len()
            || !may_be_equal(text.first(), self.start.first())
            || !may_be_equal(text.last(), self.end.last())
            || !text.starts_with(&self.start)
            || !text.ends_with(&self.end)
        {
            return false;
        }
        let mut rest = &text[self.start.len()..text.len() - self.end.len()];
        for part in &self.middle {
            match memmem::find(rest, part) {
                Some(at) => rest = &rest[at + part.len()..],
                None => return false,
            }
        }
        true
    }
}

/// Settles most comparisons by one byte; what does not stand in the pattern says nothing.
fn may_be_equal(byte: Option<&u8>, wanted: Option<&u8>) -> bool {
    wanted.is_none() || byte == wanted
}

/// Hashes eight bytes at a time. The texts that are looked up in come from a person's own filter,
/// so nobody can make them collide.
#[derive(Debug, Clone, Copy, Default)]
pub struct Words(u64);

impl Words {
    fn add(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
    }
}

impl Hasher for Words {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.add(u64::from_le_bytes(*word));
        }
        let mut last = [0_u8; 8];
        last[..rest.len()].copy_from_slice(rest);
        self.add(u64::from_le_bytes(last));
    }

    fn write_usize(&mut self, number: usize) {
        self.add(number as u64);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn met(value: &str, text: &str) -> bool {
        let mut texts = Texts::new(false);
        texts.add(value);
        texts.met_by(text.as_bytes())
    }

    #[test]
    fn a_star_stands_for_any_text_and_nothing_else_is_special() {
        for (value, text, wanted) in [
            ("get-secrets", "get-secrets", true),
            ("get-secrets", "get-secrets-more", false),
            ("get-*", "get-secrets", true),
            ("get-*", "get-", true),
            ("get-*", "forget-secrets", false),
            ("*-failed", "login-failed", true),
            ("*login*failed", "login-identity-failed", true),
            ("*login*failed", "failed-login", false),
            ("a*b*c", "a-b-c", true),
            ("a*b*b*c", "a-b-c", false),
            ("ab*ba", "aba", false),
            ("**", "x", true),
            ("*", "", true),
            ("a.c", "abc", false),
            ("[ab]", "a", false),
        ] {
            assert_eq!(met(value, text), wanted, "{value} on {text}");
        }
    }

    #[test]
    fn capital_letters_count_only_where_asked_to() {
        assert!(met("Ava@Example.com", "ava@example.COM"));
        assert!(met("überwachung", "ÜBERWACHUNG"));
        assert!(met(&"Long".repeat(50), &"lonG".repeat(50)));
        let mut texts = Texts::new(true);
        texts.add("/Prod/*");
        assert!(texts.met_by(b"/Prod/a"));
        assert!(!texts.met_by(b"/prod/a"));
    }
}
