//! Compression of request bodies.

use bytes::Bytes;
use flate2::{Compress, Compression, FlushCompress, Status};
use std::cell::RefCell;

/// Above this, compressing takes longer than an async thread should be held up.
const LONG: usize = 1_000_000;

/// Deflate, no flags, no time, fastest, of an unknown system.
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 255];

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

/// One member of the gzip format (RFC 1952) at the fastest level. The compressor's tables are
/// kept by the thread: setting them up costs as much as some thirty events.
fn compressed(body: &[u8]) -> Bytes {
    thread_local! {
        static COMPRESSOR: RefCell<Compress> = RefCell::new(Compress::new(Compression::new(1), false));
    }
    // Audit events shrink to about 30 %.
    let mut packed = Vec::with_capacity(body.len() * 2 / 5 + 64);
    packed.extend_from_slice(&HEADER);
    COMPRESSOR.with_borrow_mut(|compressor| {
        compressor.reset();
        loop {
            let taken = usize::try_from(compressor.total_in()).expect("a body in memory");
            let status = compressor
                .compress_vec(&body[taken..], &mut packed, FlushCompress::Finish)
                .expect("compressing does not fail");
            if status == Status::StreamEnd {
                break;
            }
            packed.reserve(packed.capacity() / 2);
        }
    });
    packed.extend_from_slice(&crc32fast::hash(body).to_le_bytes());
    // The format counts modulo 2^32.
    packed.extend_from_slice(&(body.len() as u32).to_le_bytes());
    Bytes::from(packed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    fn decoded(packed: &[u8]) -> Vec<u8> {
        let mut body = Vec::new();
        flate2::read::GzDecoder::new(packed)
            .read_to_end(&mut body)
            .expect("gzip");
        body
    }

    #[test]
    fn every_body_decodes_to_itself_whatever_came_before() {
        let scattered =
            |length: u32| (0..length).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8);
        let bodies: [Vec<u8>; 5] = [
            Vec::new(),
            b"{}".to_vec(),
            vec![b'x'; 3_000_000],
            // Does not shrink, so the room made for it is not enough.
            scattered(700_000).collect(),
            b"[]".to_vec(),
        ];
        for body in &bodies {
            assert!(decoded(&compressed(body)) == *body, "{} bytes", body.len());
        }
    }
}
