//! The memory that requests under way may hold together, shared so that no stream's trouble
//! becomes another's.
//!
//! Three lanes: small requests, as live events make them, never wait for large ones; streams that
//! catch up share the largest lane; and a stream in trouble finds out in a lane of its own whether
//! it is over, so however many providers hang, the healthy ones do not notice.

use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The most bytes of a small request.
pub const SMALL: usize = 64 << 10;

/// Kibibytes of each lane.
const LIVE_KIB: usize = 6 << 10;
const BULK_KIB: usize = 20 << 10;
const TRIAL_KIB: usize = 6 << 10;

pub struct Budget {
    live: Arc<Semaphore>,
    bulk: Arc<Semaphore>,
    trial: Arc<Semaphore>,
}

/// A share of the budget, given back when dropped.
pub type Share = OwnedSemaphorePermit;

impl Budget {
    pub fn new() -> Arc<Self> {
        let lane = |kib| Arc::new(Semaphore::new(kib));
        Arc::new(Self {
            live: lane(LIVE_KIB),
            bulk: lane(BULK_KIB),
            trial: lane(TRIAL_KIB),
        })
    }

    /// For a request of a stream that goes well.
    pub async fn share(&self, bytes: usize) -> Share {
        let lane = if bytes <= SMALL {
            &self.live
        } else {
            &self.bulk
        };
        wait_for(lane, bytes).await
    }

    /// For a request of a stream in trouble; `None` where only a small one has room.
    pub fn share_for_trial(&self, bytes: usize) -> Option<Share> {
        Arc::clone(&self.trial)
            .try_acquire_many_owned(kib(bytes))
            .ok()
    }

    /// For a small request of a stream in trouble.
    pub async fn share_for_small_trial(&self) -> Share {
        wait_for(&self.trial, SMALL).await
    }
}

/// No request counts more than a lane has.
fn kib(bytes: usize) -> u32 {
    u32::try_from((bytes >> 10).clamp(1, TRIAL_KIB)).expect("a lane's size")
}

async fn wait_for(lane: &Arc<Semaphore>, bytes: usize) -> Share {
    Arc::clone(lane)
        .acquire_many_owned(kib(bytes))
        .await
        .expect("nobody closes a lane")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    fn now<T>(work: impl Future<Output = T>) -> Option<T> {
        match pin!(work).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(done) => Some(done),
            Poll::Pending => None,
        }
    }

    #[test]
    fn live_events_never_wait_for_streams_that_catch_up_or_are_in_trouble() {
        let budget = Budget::new();
        let mut taken = Vec::new();
        while let Some(share) = now(budget.share(2 << 20)) {
            taken.push(share);
        }
        while let Some(share) = budget.share_for_trial(2 << 20) {
            taken.push(share);
        }
        assert!(now(budget.share(SMALL)).is_some());
        assert!(now(budget.share_for_small_trial()).is_none());
        taken.clear();
        assert!(now(budget.share(2 << 20)).is_some());
        assert!(now(budget.share_for_small_trial()).is_some());
    }

    #[test]
    fn an_enormous_request_fits_every_lane() {
        let budget = Budget::new();
        assert!(now(budget.share(1 << 30)).is_some());
        assert!(budget.share_for_trial(1 << 30).is_some());
    }
}
