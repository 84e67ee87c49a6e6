//! Compression of request bodies.

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use std::io::Write as _;

/// Above this, compressing takes longer than an async thread should be held up.
const LONG: usize = 1_000_000;

pub(super) async fn compress(body: Bytes) -> Bytes {
    if body.len() <= LONG {
        return compressed(&body);
    }
    let kept = body.clone();
    match tokio::task::spawn_blocking(move || compressed(&kept)).await {
        Ok(bytes) => bytes,
        // The runtime is ending; nothing else makes a blocking task fail here.
        Err(_) => compressed(&body),
    }
}

fn compressed(body: &[u8]) -> Bytes {
    // Audit events shrink to about a sixth.
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 5 + 64), Compression::new(1));
    encoder
        .write_all(body)
        .and_then(|()| encoder.finish())
        .map(Bytes::from)
        .expect("memory takes writes")
}
