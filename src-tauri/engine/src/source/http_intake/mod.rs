//! The HTTP intake: any program on this machine can post audit events to it.
//!
//! `200` is answered only when every event of the request is durable; a request with anything
//! wrong in it is refused whole, with the line and the reason. Events keep the bytes they came
//! with. All requests together hold a bounded amount of memory: senders wait for room, and no
//! client can take all of it, nor all connections. Listens on loopback unless told otherwise, with
//! TLS where asked for, and answers no `Host` but its own.

mod body;
mod clients;
mod decode;
mod kind;
mod listen;
mod refusal;
mod serve;
mod settings;
mod split;
mod tls;
mod tokens;

pub use clients::Limits;
pub use kind::{HttpIntake, certificate, free_address, pin, url};
pub use serve::{Running, start};
pub use tokens::token_sha256;

use base64::Engine as _;
use bytes::Bytes;
use rustls::sign::CertifiedKey;

use super::TokenDigest;
use crate::problem::Problem;
use crate::secret::Secret;

/// What a source of this kind is called.
pub const KIND: &str = "http_intake";

/// What an intake is started with.
#[derive(Debug)]
pub struct Options {
    /// `127.0.0.1:8787`; port 0 lets the system choose.
    pub listen: String,
    /// Whether `listen` may be an address that other machines reach.
    pub beyond_loopback: bool,
    /// Host names that are its own, besides its addresses.
    pub host_names: Vec<String>,
    /// The tokens that senders may present.
    pub tokens: Vec<TokenDigest>,
    /// With it the intake speaks TLS.
    pub identity: Option<Box<CertifiedKey>>,
    /// What a client on another machine may take.
    pub others: Limits,
    /// What the programs of this machine may take, all together.
    pub own: Limits,
    /// Largest body as it comes, in bytes.
    pub max_body: usize,
    /// Largest body decompressed, in bytes.
    pub max_decompressed: usize,
}

/// Memory for the bodies of a client's requests in flight: three quarters of all there is.
const CLIENT_BYTES: usize = 48 << 20;

impl Options {
    pub fn new(listen: impl Into<String>, tokens: Vec<TokenDigest>) -> Self {
        Self {
            listen: listen.into(),
            beyond_loopback: false,
            host_names: Vec::new(),
            tokens,
            identity: None,
            others: Limits {
                connections: 64,
                requests: Some(500),
                bytes: CLIENT_BYTES,
            },
            own: Limits {
                connections: 384,
                requests: None,
                bytes: CLIENT_BYTES,
            },
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
