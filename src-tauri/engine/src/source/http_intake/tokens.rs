//! Which tokens open an intake, and until when.
//!
//! After a rotation the token before may be taken for a while longer, so that senders can be told
//! the new one without a request being refused.

use sha2::{Digest, Sha256};
use std::sync::{PoisonError, RwLock};

use crate::clock::Millis;
use crate::source::TokenDigest;

#[derive(Debug)]
pub struct Tokens(RwLock<Vec<TokenDigest>>);

impl Tokens {
    pub fn new(tokens: Vec<TokenDigest>) -> Self {
        Self(RwLock::new(tokens))
    }

    pub fn replace(&self, tokens: Vec<TokenDigest>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = tokens;
    }

    pub fn take(&self, token: &str, now: Millis) -> bool {
        let presented = token_sha256(token);
        let tokens = self.0.read().unwrap_or_else(PoisonError::into_inner);
        // The hash hides where a wrong token differs; comparing all of it hides the rest.
        tokens
            .iter()
            .filter(|token| token.until.is_none_or(|until| now < until))
            .fold(false, |taken, token| {
                taken | same(&token.sha256, &presented)
            })
    }
}

pub fn token_sha256(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}

fn same(one: &[u8; 32], other: &[u8; 32]) -> bool {
    std::hint::black_box(one.iter().zip(other).fold(0, |all, (a, b)| all | (a ^ b))) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_old_token_is_taken_until_its_time_is_over() {
        let digest = |token, until| TokenDigest {
            sha256: token_sha256(token),
            until,
        };
        let tokens = Tokens::new(vec![digest("new", None), digest("old", Some(1_000))]);
        assert!(tokens.take("new", 0) && tokens.take("new", 5_000));
        assert!(tokens.take("old", 999) && !tokens.take("old", 1_000));
        assert!(!tokens.take("other", 0) && !tokens.take("", 0));
        tokens.replace(vec![digest("newest", None)]);
        assert!(tokens.take("newest", 0) && !tokens.take("new", 0));
    }
}
