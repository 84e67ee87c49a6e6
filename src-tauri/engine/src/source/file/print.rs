//! Fingerprints of what was read of a file: enough to know it again, too little to read it.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// How far the fingerprints of a beginning reach, and how long an end is.
pub const SPAN: usize = 1024;
/// The beginning has a fingerprint each so many bytes, so that shorter files can be compared too.
const STEP: usize = 64;
/// Hexadecimal digits of one of them.
const DIGITS: usize = 8;

/// The beginning of a file, in steps.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Head(String);

impl Head {
    pub fn of(beginning: &[u8]) -> Self {
        let mut hash = Sha256::new();
        let mut digits = String::new();
        for step in beginning[..beginning.len().min(SPAN)].chunks_exact(STEP) {
            hash.update(step);
            digits.push_str(&hex::encode(&hash.clone().finalize()[..DIGITS / 2]));
        }
        Self(digits)
    }

    /// Bytes that it covers.
    pub fn bytes(&self) -> usize {
        self.0.len() / DIGITS * STEP
    }

    /// How many bytes both have and share, or `None` where they differ.
    pub fn common(&self, other: &Self) -> Option<usize> {
        let digits = self.0.len().min(other.0.len());
        (self.0[..digits] == other.0[..digits]).then_some(digits / DIGITS * STEP)
    }
}

/// The last [`SPAN`] bytes before a place in a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tail(String);

impl Tail {
    pub fn of(end: &[u8]) -> Self {
        let end = &end[end.len().saturating_sub(SPAN)..];
        Self(hex::encode(&Sha256::digest(end)[..8]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beginnings_are_compared_as_far_as_both_go() {
        let text: Vec<u8> = (0..3_000_u32).map(|n| (n % 251) as u8).collect();
        let whole = Head::of(&text);
        assert_eq!(whole.bytes(), SPAN);
        assert_eq!(whole.common(&Head::of(&text[..200])), Some(192));
        assert_eq!(whole.common(&Head::of(&text[..63])), Some(0));
        let mut other = text.clone();
        other[150] ^= 1;
        assert_eq!(whole.common(&Head::of(&other)), None);
        assert_eq!(whole.common(&Head::of(&other[..128])), Some(128));
    }

    #[test]
    fn an_end_is_its_last_bytes_whatever_comes_before() {
        let text = vec![7; 5_000];
        assert_eq!(Tail::of(&text), Tail::of(&text[100..]));
        assert_ne!(Tail::of(&text[..100]), Tail::of(&text[..101]));
    }
}
