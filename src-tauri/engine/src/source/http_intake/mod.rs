//! The HTTP intake: any program on this machine can post audit events to it.
//!
//! `200` is answered only when every event of the request is durable; a request with anything
//! wrong in it is refused whole, with the line and the reason. Events keep the bytes they came
//! with. All requests together hold a bounded amount of memory: senders wait for room. Listens
//! on loopback unless told otherwise, and answers no `Host` but its own.

mod body;
mod decode;
mod kind;
mod listen;
mod refusal;
mod serve;
mod split;

pub use kind::{HttpIntake, free_address};
pub use serve::{Running, start};

use base64::Engine as _;
use bytes::Bytes;
use sha2::{Digest, Sha256};

use crate::problem::Problem;
use crate::secret::Secret;

/// What a source of this kind is called.
pub const KIND: &str = "http_intake";

/// What an intake is started with.
#[derive(Debug, Clone)]
pub struct Options {
    /// `127.0.0.1:8787`; port 0 lets the system choose.
    pub listen: String,
    /// Whether `listen` may be an address that other machines reach.
    pub beyond_loopback: bool,
    /// Host names that are its own, besides its addresses.
    pub host_names: Vec<String>,
    /// [`token_sha256`] of the token that senders present.
    pub token_sha256: [u8; 32],
    /// Largest body as it comes, in bytes.
    pub max_body: usize,
    /// Largest body decompressed, in bytes.
    pub max_decompressed: usize,
}

impl Options {
    pub fn new(listen: impl Into<String>, token: &Secret) -> Self {
        Self {
            listen: listen.into(),
            beyond_loopback: false,
            host_names: Vec::new(),
            token_sha256: token_sha256(token.expose()),
            max_body: 64 << 20,
            max_decompressed: 256 << 20,
        }
    }
}

/// A fresh token: 256 random bits that can be recognised as Penstock's.
pub fn new_token() -> Secret {
    let random: [u8; 32] = rand::random();
    format!(
        "pst_{}",
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(random)
    )
    .into()
}

pub fn token_sha256(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}

/// The events of a decompressed body, each a slice of it, or why nothing of it is taken.
pub fn events(body: Bytes) -> Result<Vec<Bytes>, Problem> {
    split::split(body).map_err(|refusal| *refusal.problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_recognisable_long_and_never_the_same() {
        let (one, other) = (new_token(), new_token());
        assert_ne!(one.expose(), other.expose());
        let tail = one.expose().strip_prefix("pst_").expect("prefix");
        assert_eq!(tail.len(), 43);
        assert!(
            tail.bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        );
    }
}
