//! How fast it asks. Pure: the time is passed in.

use std::time::Duration;

/// Between two looks while events come.
const BUSY: Duration = Duration::from_secs(5);
/// Between two looks once nothing has come for a while.
const IDLE: Duration = Duration::from_secs(30);

/// Requests that may follow each other at once.
const BURST: u32 = 20;
/// One more each; in all below the 600 a minute that Infisical allows an address.
const EACH: Duration = Duration::from_millis(125);
const SLOWEST: Duration = Duration::from_secs(4);

/// After something that passes by itself.
const FIRST_TRY: Duration = Duration::from_millis(250);
const LONGEST_TRY: Duration = Duration::from_secs(60);

/// After something that a person has to mend. An identity is locked after a few refused sign-ins.
const FIRST_HOPE: Duration = Duration::from_secs(30);
const LONGEST_HOPE: Duration = Duration::from_secs(300);

/// The wait after the `failures`-th failure in a row (from 1); `jitter` is from 0 to 1.
pub(super) fn next_try(failures: u32, jitter: f64) -> Duration {
    grown(FIRST_TRY, failures, LONGEST_TRY).mul_f64(0.5 + 0.5 * jitter)
}

/// The same where a person has to mend something.
pub(super) fn next_hope(failures: u32, jitter: f64) -> Duration {
    grown(FIRST_HOPE, failures, LONGEST_HOPE).mul_f64(0.8 + 0.2 * jitter)
}

fn grown(first: Duration, failures: u32, longest: Duration) -> Duration {
    first
        .saturating_mul(2_u32.saturating_pow(failures.saturating_sub(1).min(20)))
        .min(longest)
}

/// Looks often while events come, and ever more rarely while none do.
#[derive(Debug)]
pub(super) struct Looks(Duration);

impl Default for Looks {
    fn default() -> Self {
        Self(BUSY)
    }
}

impl Looks {
    /// The wait before the next look.
    pub fn after(&mut self, busy: bool) -> Duration {
        let wait = if busy { BUSY } else { self.0 };
        self.0 = wait.mul_f64(1.5).min(IDLE);
        wait
    }
}

/// Keeps requests apart, so that no limit is ever reached by going too fast.
#[derive(Debug)]
pub(super) struct Spacing {
    each: Duration,
    /// When the last of the requests so far would have gone, had there been no burst.
    booked: Duration,
}

impl Default for Spacing {
    fn default() -> Self {
        Self {
            each: EACH,
            booked: Duration::ZERO,
        }
    }
}

impl Spacing {
    /// Books a request at `now`; the wait before it may go.
    pub fn book(&mut self, now: Duration) -> Duration {
        self.booked = self.booked.max(now) + self.each;
        self.booked.saturating_sub(now + self.each * BURST)
    }

    /// Infisical said it was too many.
    pub fn too_fast(&mut self) {
        self.each = (self.each * 2).min(SLOWEST);
    }

    /// A request went well: slowly back to the usual.
    pub fn well(&mut self) {
        self.each = self.each.mul_f64(0.999).max(EACH);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_are_quick_while_busy_and_rare_while_idle() {
        let mut looks = Looks::default();
        let waits: Vec<u64> = [true, true, false, false, false, false, false, false, true]
            .into_iter()
            .map(|busy| looks.after(busy).as_secs())
            .collect();
        assert_eq!(waits, [5, 5, 7, 11, 16, 25, 30, 30, 5]);
    }

    #[test]
    fn waits_after_failures_grow_to_a_bound() {
        assert_eq!(next_try(1, 1.0), FIRST_TRY);
        assert_eq!(next_try(u32::MAX, 1.0), LONGEST_TRY);
        assert!(next_try(1, 0.0) >= FIRST_TRY / 2);
        assert_eq!(next_hope(1, 1.0), FIRST_HOPE);
        assert_eq!(next_hope(9, 1.0), LONGEST_HOPE);
    }

    fn in_a_minute(spacing: &mut Spacing, from: Duration) -> usize {
        let (mut now, mut sent) = (from, 0);
        while now < from + Duration::from_secs(60) {
            now += spacing.book(now);
            sent += 1;
        }
        sent
    }

    #[test]
    fn never_more_requests_in_any_minute_than_infisical_allows() {
        let mut spacing = Spacing::default();
        for minute in [0, 1, 2, 100, 101] {
            let sent = in_a_minute(&mut spacing, Duration::from_secs(60 * minute));
            assert!((450..600).contains(&sent), "{sent}");
        }
    }

    #[test]
    fn a_refusal_makes_it_slower_for_a_while() {
        let mut spacing = Spacing::default();
        spacing.too_fast();
        spacing.too_fast();
        let sent = in_a_minute(&mut spacing, Duration::ZERO);
        assert!(sent < 170, "{sent}");
        (0..2_000).for_each(|_| spacing.well());
        assert!(in_a_minute(&mut spacing, Duration::from_secs(600)) > 450);
        (0..100).for_each(|_| spacing.too_fast());
        assert_eq!(spacing.each, SLOWEST);
    }
}
