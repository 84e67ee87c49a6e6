//! The only place that asks what time it is.
//!
//! Everything else is handed a [`Clock`], so tests decide what "now" means.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// Milliseconds since the Unix epoch.
pub type Millis = i64;

/// Tells the time of day.
pub trait Clock: Send + Sync + 'static {
    /// Now, in milliseconds since the Unix epoch.
    fn now(&self) -> Millis;
}

/// The machine's clock.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Millis {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| {
                i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
            })
    }
}

impl<C: Clock + ?Sized> Clock for Arc<C> {
    fn now(&self) -> Millis {
        (**self).now()
    }
}

/// `2026-01-15T08:00:00.020Z`: the one form in which Penstock writes a time.
pub fn rfc3339(millis: Millis) -> String {
    jiff::Timestamp::from_millisecond(millis).map_or_else(
        |_| String::from("1970-01-01T00:00:00.000Z"),
        |time| format!("{time:.3}"),
    )
}

/// Reads an RFC 3339 time; `None` where the text is not one.
pub fn parse_rfc3339(text: &str) -> Option<Millis> {
    text.parse::<jiff::Timestamp>()
        .ok()
        .map(|time| time.as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_with_milliseconds_and_read_back() {
        let text = rfc3339(1_768_464_000_020);
        assert_eq!(text, "2026-01-15T08:00:00.020Z");
        assert_eq!(parse_rfc3339(&text), Some(1_768_464_000_020));
        assert_eq!(parse_rfc3339("yesterday"), None);
    }
}
