//! How a stream is doing. Pure: what is stored, the counts and the time go in; what list, page and
//! command line show comes out.

use crate::clock::{Millis, rfc3339};
use crate::store::cursor::{Cursor, State};
use crate::store::stat::{Span, percentile};
use crate::store::streams::StreamRow;
use crate::view::{Bucket, Status};

const HOUR: Millis = 3_600_000;
/// A provider that has not come back for this long needs a person.
const RETRYING_FAILS_AFTER: Millis = 15 * 60_000;
/// A stream with nothing to send for this long is idle.
const IDLE_AFTER: Millis = 24 * HOUR;

/// What a row says of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    pub status: Status,
    /// At most five words.
    pub reason: Option<String>,
    pub since: Millis,
}

pub fn judge(stream: &StreamRow, cursor: &Cursor, waiting: u64, now: Millis) -> Health {
    if let Some(paused_at) = stream.paused_at {
        return Health {
            status: Status::Paused,
            reason: Some(String::from("By you")),
            since: paused_at,
        };
    }
    let short = || {
        cursor.problem.as_ref().map(|problem| {
            problem
                .short
                .clone()
                .unwrap_or_else(|| problem.code.clone())
        })
    };
    match cursor.state {
        State::Held => Health {
            status: Status::Failing,
            reason: short(),
            since: cursor.state_since,
        },
        State::Retrying if now - cursor.state_since > RETRYING_FAILS_AFTER => Health {
            status: Status::Failing,
            reason: short(),
            since: cursor.state_since,
        },
        State::Retrying => Health {
            status: Status::Retrying,
            reason: short(),
            since: cursor.state_since,
        },
        State::Ready => {
            let last = cursor.last_delivered_at.unwrap_or(stream.created_at);
            if waiting == 0 && now - last > IDLE_AFTER {
                return Health {
                    status: Status::Idle,
                    reason: Some(String::from("No new events")),
                    since: last + IDLE_AFTER,
                };
            }
            Health {
                status: Status::Healthy,
                reason: None,
                since: cursor.state_since,
            }
        }
    }
}

/// Spans as a chart shows them.
pub fn buckets(spans: &[Span]) -> Vec<Bucket> {
    spans
        .iter()
        .map(|span| Bucket {
            from: rfc3339(span.start),
            delivered: span.delivered,
            refused: span.refused,
            set_aside: span.set_aside,
            state: span.worst.and_then(status_of),
            latency_p50_ms: percentile(&span.latency, 50),
            latency_p95_ms: percentile(&span.latency, 95),
        })
        .collect()
}

fn status_of(number: u8) -> Option<Status> {
    [
        Status::Failing,
        Status::Attention,
        Status::Retrying,
        Status::Healthy,
        Status::Paused,
        Status::Idle,
    ]
    .into_iter()
    .find(|status| *status as u8 == number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Problem;
    use std::collections::BTreeSet;

    fn stream() -> StreamRow {
        StreamRow {
            id: String::from("s"),
            name: String::from("SOC"),
            provider: String::from("splunk"),
            source: None,
            details: crate::provider::Details::new(),
            secrets: BTreeSet::new(),
            filter: None,
            redaction: None,
            endpoint: String::new(),
            verified: true,
            paused_at: None,
            retry_asked: 0,
            created_at: 0,
            revision: 1,
        }
    }

    #[test]
    fn retrying_becomes_failing_after_a_quarter_of_an_hour() {
        let problem = Problem::new("busy", "Busy.").short("503 Server is busy");
        let cursor = Cursor {
            state: State::Retrying,
            problem: Some(problem),
            ..Cursor::default()
        };
        assert_eq!(
            judge(&stream(), &cursor, 3, RETRYING_FAILS_AFTER).status,
            Status::Retrying
        );
        let health = judge(&stream(), &cursor, 3, RETRYING_FAILS_AFTER + 1);
        assert_eq!(health.status, Status::Failing);
        assert_eq!(health.reason.as_deref(), Some("503 Server is busy"));
    }

    #[test]
    fn a_hold_fails_at_once_and_a_pause_hides_it() {
        let cursor = Cursor {
            state: State::Held,
            ..Cursor::default()
        };
        assert_eq!(judge(&stream(), &cursor, 0, 1).status, Status::Failing);
        let paused = StreamRow {
            paused_at: Some(7),
            ..stream()
        };
        assert_eq!(judge(&paused, &cursor, 0, 8).status, Status::Paused);
    }

    #[test]
    fn a_stream_is_idle_only_when_nothing_waits_for_a_day() {
        let cursor = Cursor {
            last_delivered_at: Some(0),
            ..Cursor::default()
        };
        assert_eq!(
            judge(&stream(), &cursor, 0, IDLE_AFTER).status,
            Status::Healthy
        );
        assert_eq!(
            judge(&stream(), &cursor, 0, IDLE_AFTER + 1).status,
            Status::Idle
        );
        assert_eq!(
            judge(&stream(), &cursor, 5, IDLE_AFTER + 1).status,
            Status::Healthy
        );
    }
}
