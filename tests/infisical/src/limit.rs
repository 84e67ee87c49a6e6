//! The rate limit: fixed windows of a minute.

use std::time::{Duration, Instant};

const WINDOW: Duration = Duration::from_secs(60);

pub(crate) struct Limit {
    most: u32,
    began: Instant,
    count: u32,
}

impl Limit {
    pub fn new(most: u32) -> Self {
        Self {
            most,
            began: Instant::now(),
            count: 0,
        }
    }

    /// Counts a request; the seconds to wait where it is one too many.
    pub fn count(&mut self) -> Option<u64> {
        if self.began.elapsed() >= WINDOW {
            *self = Self::new(self.most);
        }
        self.count += 1;
        (self.count > self.most).then(|| (WINDOW - self.began.elapsed()).as_secs() + 1)
    }
}
