//! What a redacted value becomes.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::net::{IpAddr, SocketAddr};

use crate::secret::Secret;

/// Letters that stand for a hashed value: 128 bits.
const HASH_LETTERS: usize = 32;

/// The key that hashes are made with.
#[derive(Clone)]
pub struct Key(Hmac<Sha256>);

impl Key {
    pub fn new(secret: &Secret) -> Self {
        Self::of(secret.expose().as_bytes())
    }

    /// One for this once.
    pub fn throwaway() -> Self {
        Self::of(&rand::random::<[u8; 32]>())
    }

    fn of(bytes: &[u8]) -> Self {
        Self(Hmac::new_from_slice(bytes).expect("a key of any length will do"))
    }

    /// `h:…`, the same for the same text.
    pub fn hash(&self, text: &str) -> String {
        let mut mac = self.0.clone();
        mac.update(text.as_bytes());
        let mut hash = [0_u8; HASH_LETTERS];
        hex::encode_to_slice(&mac.finalize().into_bytes()[..HASH_LETTERS / 2], &mut hash)
            .expect("as many letters as there is room for");
        let mut out = String::with_capacity(2 + HASH_LETTERS);
        out.push_str("h:");
        out.push_str(std::str::from_utf8(&hash).expect("hexadecimal letters"));
        out
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("***")
    }
}

/// Keeps what tells kinds apart: a domain, a network, a first character.
pub fn mask(text: &str) -> String {
    if let Some(address) = address(text) {
        return network(address);
    }
    let first = |text: &str| text.chars().next().map(String::from).unwrap_or_default();
    if let Some((person, domain)) = text.rsplit_once('@')
        && !person.is_empty()
        && !domain.is_empty()
        && !text.contains(char::is_whitespace)
    {
        return format!("{}***@{domain}", first(person));
    }
    format!("{}***", first(text))
}

fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    if !text.starts_with(|sign: char| sign.is_ascii_hexdigit() || matches!(sign, ':' | '[')) {
        return None;
    }
    let address: IpAddr = match text.parse() {
        Ok(address) => address,
        Err(_) => text.parse::<SocketAddr>().ok()?.ip(),
    };
    Some(address.to_canonical())
}

fn network(address: IpAddr) -> String {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        IpAddr::V6(v6) => {
            let [a, b, c, ..] = v6.segments();
            format!("{}/48", std::net::Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_keeps_domain_network_or_first_character() {
        for (text, masked) in [
            ("ava@example.com", "a***@example.com"),
            ("o'brien@mail.example.com", "o***@mail.example.com"),
            ("张伟@example.com", "张***@example.com"),
            ("a@b@example.com", "a***@example.com"),
            ("203.0.113.7", "203.0.113.0/24"),
            ("203.0.113.7:443", "203.0.113.0/24"),
            ("2001:db8:1:2::7", "2001:db8:1::/48"),
            ("[2001:db8:1:2::7]:443", "2001:db8:1::/48"),
            ("::1", "::/48"),
            ("::ffff:203.0.113.7", "203.0.113.0/24"),
            ("Ava Lindqvist", "A***"),
            ("Ava <ava@example.com>", "A***"),
            ("@example.com", "@***"),
            ("ava@", "a***"),
            ("x", "x***"),
            ("\u{1f510}key", "\u{1f510}***"),
        ] {
            assert_eq!(mask(text), masked, "{text}");
        }
    }

    #[test]
    fn a_hash_is_the_same_for_the_same_text_and_key_and_for_nothing_else() {
        let key = Key::new(&Secret::from("key"));
        let hash = key.hash("ava@example.com");
        // HMAC-SHA256, as any other program computes it.
        assert_eq!(
            key.hash("The quick brown fox jumps over the lazy dog"),
            "h:f7bc83f430538424b13298e6aa6fb143"
        );
        assert_eq!(hash, Key::new(&Secret::from("key")).hash("ava@example.com"));
        assert_ne!(hash, key.hash("ava@example.org"));
        assert_ne!(
            hash,
            Key::new(&Secret::from("other")).hash("ava@example.com")
        );
        assert_ne!(hash, Key::throwaway().hash("ava@example.com"));
        assert_eq!(format!("{key:?}"), "***");
    }
}
