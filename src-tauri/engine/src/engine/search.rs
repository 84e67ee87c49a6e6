//! Finding a text in events. Pure.

/// A text to find, whatever the case of its letters from A to Z.
pub struct Needle {
    lower: Vec<u8>,
    /// The byte least often met in events, in both cases, and where it stands.
    rare: (u8, u8, usize),
}

/// Letters and signs, from those that events are full of to others; what is not here is rarer.
const FREQUENT: &[u8] = b"\"e:,ai-tonrs0cd2ml4pu1865379bgfhv._ykwxj";

impl Needle {
    /// `None` where there is nothing to find.
    pub fn new(text: &str) -> Option<Self> {
        let lower = text.trim().to_ascii_lowercase().into_bytes();
        let often = |byte: &u8| FREQUENT.iter().position(|known| known == byte);
        let at = (0..lower.len()).max_by_key(|at| often(&lower[*at]).unwrap_or(usize::MAX))?;
        let rare = (lower[at], lower[at].to_ascii_uppercase(), at);
        Some(Self { lower, rare })
    }

    pub fn is_in(&self, event: &[u8]) -> bool {
        let (lower, upper, offset) = self.rare;
        memchr::memchr2_iter(lower, upper, event).any(|at| {
            at.checked_sub(offset)
                .and_then(|start| event.get(start..start + self.lower.len()))
                .is_some_and(|found| found.eq_ignore_ascii_case(&self.lower))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_found_wherever_it_stands_and_whatever_its_case() {
        let event = r#"{"a":"Get-SECRETS","b":"Überwachung 7"}"#.as_bytes();
        for (text, wanted) in [
            ("get-secrets", true),
            ("GET-S", true),
            ("{\"A\"", true),
            ("7\"}", true),
            ("überwachung", false),
            ("Überw", true),
            ("secretz", false),
            ("x{\"a\"", false),
            ("7\"}x", false),
        ] {
            let needle = Needle::new(text).expect(text);
            assert_eq!(needle.is_in(event), wanted, "{text}");
        }
        assert!(Needle::new("  ").is_none());
        assert!(!Needle::new("a").expect("a text").is_in(b""));
    }
}
