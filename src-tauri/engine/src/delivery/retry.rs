//! When to try again. Pure: the time and the jitter are passed in.

use std::time::Duration;

const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(300);
const SHORTEST: Duration = Duration::from_millis(100);

const FIRST_LOOK: Duration = Duration::from_secs(15);
const LONGEST_LOOK: Duration = Duration::from_secs(900);

/// The wait after the `failures`-th failure in a row (from 1): exponential with full jitter,
/// 1 s to 5 min, without end; not before what the provider asked for. `jitter` is from 0 to 1.
pub fn backoff(failures: u32, asked: Option<Duration>, jitter: f64) -> Duration {
    let ceiling = doubled(FIRST, failures.saturating_sub(1), LONGEST);
    let wait = ceiling.mul_f64(jitter.clamp(0.0, 1.0)).max(SHORTEST);
    match asked {
        // A little later than asked, so that many senders do not come back in the same instant.
        Some(asked) => asked + wait.min(Duration::from_millis(500)),
        None => wait,
    }
}

/// The wait before looking again whether a person has mended what holds the stream.
pub fn next_look(failures: u32, jitter: f64) -> Duration {
    let ceiling = doubled(FIRST_LOOK, failures.saturating_sub(1), LONGEST_LOOK);
    ceiling.mul_f64(0.8 + 0.2 * jitter.clamp(0.0, 1.0))
}

fn doubled(first: Duration, times: u32, longest: Duration) -> Duration {
    first
        .saturating_mul(2_u32.saturating_pow(times.min(20)))
        .min(longest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_from_one_second_to_five_minutes_and_never_end() {
        assert_eq!(backoff(1, None, 1.0), Duration::from_secs(1));
        assert_eq!(backoff(2, None, 1.0), Duration::from_secs(2));
        assert_eq!(backoff(9, None, 1.0), Duration::from_secs(256));
        assert_eq!(backoff(10, None, 1.0), LONGEST);
        assert_eq!(backoff(u32::MAX, None, 1.0), LONGEST);
    }

    #[test]
    fn full_jitter_reaches_down_to_almost_nothing_but_never_spins() {
        assert_eq!(backoff(9, None, 0.5), Duration::from_secs(128));
        assert_eq!(backoff(9, None, 0.0), SHORTEST);
    }

    #[test]
    fn the_provider_is_never_asked_before_the_time_it_gave() {
        let asked = Duration::from_secs(42);
        for jitter in [0.0, 0.5, 1.0] {
            assert!(backoff(1, Some(asked), jitter) >= asked);
            assert!(backoff(12, Some(asked), jitter) <= asked + Duration::from_secs(1));
        }
    }

    #[test]
    fn a_held_stream_is_looked_at_soon_at_first_and_then_every_quarter_of_an_hour() {
        assert_eq!(next_look(1, 1.0), FIRST_LOOK);
        assert_eq!(next_look(40, 1.0), LONGEST_LOOK);
        assert!(next_look(1, 0.0) >= Duration::from_secs(12));
    }
}
