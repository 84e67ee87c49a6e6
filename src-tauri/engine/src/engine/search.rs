//! Finding a text in events, whatever the case of its letters. Pure.
//!
//! Case is ignored by Unicode's simple case folding, so for every letter of every script and
//! without a letter becoming two: `Ä` is `ä` and `Σ` is `ς`, but `ß` is not `ss`.

use std::collections::HashMap;
use std::sync::LazyLock;

/// A text to find.
pub struct Needle {
    /// Folded.
    letters: Vec<char>,
    /// The letter that is least often met in events, and the last bytes of all its forms.
    rare: (usize, Vec<u8>),
}

/// Letters and signs, from those that events are full of to others; what is not here is rarer.
const FREQUENT: &[u8] = b"\"e:,ai-tonrs0cd2ml4pu1865379bgfhv._ykwxj";

/// The other forms of folded letters.
static FORMS: LazyLock<HashMap<char, Vec<char>>> = LazyLock::new(|| {
    let mut forms: HashMap<char, Vec<char>> = HashMap::new();
    // No letter that has a case lies beyond.
    for letter in '\0'..='\u{1ffff}' {
        let folded = fold(letter);
        if folded != letter {
            forms.entry(folded).or_default().push(letter);
        }
    }
    forms
});

impl Needle {
    /// `None` where there is nothing to find.
    pub fn new(text: &str) -> Option<Self> {
        let letters: Vec<char> = text.trim().chars().map(fold).collect();
        let often = |byte: &u8| {
            let known = FREQUENT.iter().position(|known| known == byte);
            known.unwrap_or(usize::MAX)
        };
        let rare = letters
            .iter()
            .map(|letter| last_bytes(*letter))
            .enumerate()
            // More than three bytes cannot be looked for at once.
            .max_by_key(|(_, ends)| (ends.len() <= 3, ends.iter().map(often).min()))?;
        Some(Self { letters, rare })
    }

    pub fn is_in(&self, event: &[u8]) -> bool {
        let mut from = 0;
        while let Some(at) = self.next(event, from) {
            if self.is_around(event, at) {
                return true;
            }
            from = at + 1;
        }
        false
    }

    /// Where the next byte stands that may end the rare letter.
    fn next(&self, event: &[u8], from: usize) -> Option<usize> {
        let event = event.get(from..)?;
        let found = match self.rare.1.as_slice() {
            [one] => memchr::memchr(*one, event),
            [one, two] => memchr::memchr2(*one, *two, event),
            [one, two, three] => memchr::memchr3(*one, *two, *three, event),
            many => event.iter().position(|byte| many.contains(byte)),
        };
        Some(from + found?)
    }

    /// Whether the text stands where its rare letter ends with the byte at `at`.
    fn is_around(&self, event: &[u8], at: usize) -> bool {
        let (rare, _) = self.rare;
        let mut before = at + 1;
        for letter in self.letters[..=rare].iter().rev() {
            match last(&event[..before]) {
                Some((found, length)) if found == *letter => before -= length,
                _ => return false,
            }
        }
        let mut after = at + 1;
        for letter in &self.letters[rare + 1..] {
            match first(&event[after..]) {
                Some((found, length)) if found == *letter => after += length,
                _ => return false,
            }
        }
        true
    }
}

/// Simple case folding, of letters that have one upper and one lower form.
fn fold(letter: char) -> char {
    if letter.is_ascii() {
        return letter.to_ascii_lowercase();
    }
    // Without the dot it is another letter, though its upper form looks like that of `i`.
    if letter == 'ı' {
        return letter;
    }
    let upper = only(letter.to_uppercase()).unwrap_or(letter);
    only(upper.to_lowercase()).unwrap_or(upper)
}

fn only(mut letters: impl Iterator<Item = char>) -> Option<char> {
    let letter = letters.next();
    letter.filter(|_| letters.next().is_none())
}

/// The last byte of each form of a folded letter.
fn last_bytes(folded: char) -> Vec<u8> {
    let forms = FORMS.get(&folded).into_iter().flatten();
    let mut ends: Vec<u8> = std::iter::once(&folded)
        .chain(forms)
        .filter_map(|form| form.encode_utf8(&mut [0; 4]).bytes().last())
        .collect();
    ends.sort_unstable();
    ends.dedup();
    ends
}

/// The first letter of a text, folded, and how many bytes it takes.
fn first(text: &[u8]) -> Option<(char, usize)> {
    let byte = *text.first()?;
    if byte.is_ascii() {
        return Some((char::from(byte.to_ascii_lowercase()), 1));
    }
    let length = (byte.leading_ones() as usize).clamp(1, 4);
    whole(text.get(..length)?)
}

/// The last letter of a text, folded, and how many bytes it takes.
fn last(text: &[u8]) -> Option<(char, usize)> {
    let byte = *text.last()?;
    if byte.is_ascii() {
        return Some((char::from(byte.to_ascii_lowercase()), 1));
    }
    let start = text
        .iter()
        .rposition(|byte| byte.leading_ones() != 1)
        .unwrap_or(0);
    whole(&text[start..])
}

fn whole(letter: &[u8]) -> Option<(char, usize)> {
    let text = str::from_utf8(letter).ok()?;
    only(text.chars()).map(|found| (fold(found), letter.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, event: &str) -> bool {
        Needle::new(text)
            .expect("a text to find")
            .is_in(event.as_bytes())
    }

    #[test]
    fn a_text_is_found_wherever_it_stands_and_whatever_its_case() {
        let event = r#"{"a":"Get-SECRETS","b":"Überwachung 7"}"#;
        for (text, wanted) in [
            ("get-secrets", true),
            ("GET-S", true),
            ("{\"A\"", true),
            ("7\"}", true),
            ("überwachung", true),
            ("ÜBERW", true),
            ("ubrerwachung", false),
            ("secretz", false),
            ("x{\"a\"", false),
            ("7\"}x", false),
        ] {
            assert_eq!(found(text, event), wanted, "{text}");
        }
        assert!(Needle::new("  ").is_none());
        assert!(!found("a", ""));
    }

    #[test]
    fn letters_of_every_script_match_whatever_their_case() {
        for (one, other) in [
            ("Ä", "ä"),
            ("ÅNGSTRÖM", "ångström"),
            ("Журнал", "жУРНАЛ"),
            ("ЁЛКА", "ёлка"),
            ("ΣΊΣΥΦΟΣ", "σίσυφος"),
            ("Ñandú", "ñANDÚ"),
            ("İzmir", "İZMIR"),
            ("ẞ", "ß"),
            ("ⱥ", "Ⱥ"),
            ("Ω", "ω"),
            ("ϴ", "ϑ"),
            ("𐐀", "𐐨"),
            // The signs for Kelvin and the long s are letters of ASCII in another form.
            ("kelvin", "\u{212a}elvin"),
            ("ſsh", "SSH"),
        ] {
            for (text, event) in [(one, other), (other, one), (one, one)] {
                let event = format!("{{\"name\":\"a{event}z\"}}");
                assert!(found(text, &event), "{text} in {event}");
                assert!(found(&format!("A{text}Z"), &event), "{text} in {event}");
            }
        }
        for (text, event) in [
            ("ss", "ß"),
            ("ä", "a"),
            ("и", "й"),
            ("ı", "i"),
            ("日", "月"),
        ] {
            assert!(!found(text, event), "{text} in {event}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_match_nothing() {
        let needle = Needle::new("ä").expect("a text to find");
        for event in [
            &b"\xa4"[..],
            b"\xc3",
            b"\x84\xa4\xa4",
            b"\xff\xa4",
            b"\xe2\x84",
        ] {
            assert!(!needle.is_in(event), "{event:?}");
        }
    }
}
