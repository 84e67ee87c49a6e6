//! Reads a request's body within bounds: of size, before and after decompression, of time, and
//! of the memory that all requests share.

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout};

use super::decode::{Decoder, Encoding};
use super::refusal::Refusal;

/// How much one body may be.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// As it comes.
    pub body: usize,
    /// Decompressed.
    pub decompressed: usize,
    /// Longest wait for the next piece.
    pub idle: Duration,
}

/// Slower than this, once the longest wait for a piece is over, is no sender but an obstacle.
const LEAST_RATE: u64 = 16 << 10;

/// The memory that the bodies of all requests share.
///
/// A request waits for its expected share before its body is read, holding nothing, so waiting
/// requests cannot block one another. One that turns out larger goes on only as one of the few
/// requests that may exceed their share.
#[derive(Debug, Clone)]
pub struct Room {
    shares: Arc<Semaphore>,
    kibibytes: u32,
    excess: Arc<Semaphore>,
}

impl Room {
    /// `excess`: how many requests may exceed their share at once.
    pub fn new(bytes: usize, excess: usize) -> Self {
        let kibibytes = u32::try_from(bytes >> 10).unwrap_or(u32::MAX).max(1);
        Self {
            shares: Arc::new(Semaphore::new(kibibytes as usize)),
            kibibytes,
            excess: Arc::new(Semaphore::new(excess)),
        }
    }

    async fn share(&self, bytes: u64) -> Share {
        let kibibytes = u32::try_from(bytes >> 10)
            .unwrap_or(u32::MAX)
            .clamp(1, self.kibibytes);
        let held = acquire(&self.shares, kibibytes).await;
        Share {
            bytes: (kibibytes as usize) << 10,
            _held: held,
            excess: None,
            room: self.clone(),
        }
    }
}

/// A request's part of the [`Room`], given back when dropped.
#[derive(Debug)]
pub struct Share {
    bytes: usize,
    _held: OwnedSemaphorePermit,
    excess: Option<OwnedSemaphorePermit>,
    room: Room,
}

impl Share {
    async fn cover(&mut self, bytes: usize) {
        if bytes > self.bytes && self.excess.is_none() {
            self.excess = Some(acquire(&self.room.excess, 1).await);
        }
    }
}

async fn acquire(semaphore: &Arc<Semaphore>, permits: u32) -> OwnedSemaphorePermit {
    Arc::clone(semaphore)
        .acquire_many_owned(permits)
        .await
        .expect("never closed")
}

/// The whole body, decompressed, and the memory it is accounted to.
pub async fn read(
    body: &mut Incoming,
    encoding: Encoding,
    bounds: Bounds,
    client: &Room,
    room: &Room,
) -> Result<(Bytes, [Share; 2]), Refusal> {
    let announced = body.size_hint().exact();
    if announced.is_some_and(|bytes| bytes > bounds.body as u64) {
        return Err(Refusal::too_large(bounds.body, false));
    }
    // Audit events compress about tenfold.
    let expected = match encoding {
        Encoding::Identity => announced.unwrap_or(1 << 20),
        Encoding::Gzip | Encoding::Zstd => announced.map_or(1 << 20, |bytes| bytes * 10),
    };
    // Its own room first: a client that has none left keeps nobody else waiting.
    let own = client.share(expected).await;
    let of_all = room.share(own.bytes as u64).await;
    let mut shares = [own, of_all];
    let began = Instant::now();
    let first = next(body, bounds.idle).await?.unwrap_or_default();
    if encoding == Encoding::Identity && announced == Some(first.len() as u64) {
        return Ok((first, shares));
    }
    let expected = usize::try_from(expected)
        .unwrap_or(usize::MAX)
        .min(shares[0].bytes);
    let mut decoder = Decoder::new(encoding, bounds, expected);
    let mut piece = Some(first);
    let mut came = 0;
    while let Some(bytes) = piece {
        came += bytes.len();
        if came > bounds.body {
            return Err(Refusal::too_large(bounds.body, false));
        }
        let mut rest = &bytes[..];
        loop {
            let step = decoder.take(rest)?;
            for share in &mut shares {
                share.cover(decoder.bytes()).await;
            }
            rest = &rest[step.taken..];
            if rest.is_empty() && !step.more {
                break;
            }
        }
        if began.elapsed() > bounds.idle + Duration::from_secs(came as u64 / LEAST_RATE) {
            return Err(Refusal::body_slow());
        }
        piece = next(body, bounds.idle).await?;
    }
    Ok((decoder.finish()?, shares))
}

/// Reads on and throws away, so that a sender in the middle of a refused body gets to see the
/// answer instead of a reset connection. Gives up on senders that do not stop.
pub async fn discard(mut body: Incoming, idle: Duration) {
    let mut left: usize = 64 << 20;
    while let Ok(Some(bytes)) = next(&mut body, idle).await {
        match left.checked_sub(bytes.len()) {
            Some(rest) => left = rest,
            None => return,
        }
    }
}

async fn next(body: &mut Incoming, idle: Duration) -> Result<Option<Bytes>, Refusal> {
    loop {
        match timeout(idle, body.frame()).await {
            Err(_) => return Err(Refusal::body_late()),
            Ok(None) => return Ok(None),
            Ok(Some(Err(_))) => return Err(Refusal::body_cut_off()),
            // Trailers are of no use here.
            Ok(Some(Ok(frame))) => {
                if let Ok(bytes) = frame.into_data() {
                    return Ok(Some(bytes));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_share_never_exceeds_the_room_and_only_one_request_may_exceed_its_share() {
        let room = Room::new(64 << 10, 1);
        let mut large = room.share(u64::MAX).await;
        assert_eq!(room.shares.available_permits(), 0);
        large.cover(1 << 30).await;
        assert_eq!(room.excess.available_permits(), 0);
        drop(large);
        assert_eq!(
            (
                room.shares.available_permits(),
                room.excess.available_permits()
            ),
            (64, 1)
        );
    }
}
