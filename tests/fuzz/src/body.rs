//! The body of a request to the intake.

use bytes::Bytes;
use penstock_engine::source::http_intake;
use serde_json::Value;
use serde_json::value::RawValue;

/// Deeper nesting is refused by the intake, on purpose, and by the oracle at 128.
const DEEP: usize = 120;

/// What is accepted is objects in the order they came, byte for byte; what a strict parser takes
/// for one object, or for an array of objects, is accepted.
pub fn intake_body(data: &[u8]) {
    let taken = http_intake::events(Bytes::copy_from_slice(data));
    if let Ok(events) = &taken {
        let mut rest = data;
        for event in events {
            let parsed: &RawValue = serde_json::from_slice(event).expect("accepted, so JSON");
            assert!(parsed.get().starts_with('{'));
            let at = find(rest, event).expect("an event is a slice of the body, in order");
            rest = &rest[at + event.len()..];
        }
    }
    if depth(data) > DEEP {
        return;
    }
    if let Ok(one) = serde_json::from_slice::<&RawValue>(data)
        && one.get().starts_with('{')
        && !is_ping(data)
    {
        let events = taken.as_ref().expect("a strict parser takes it");
        assert_eq!(events.len(), 1);
        assert_eq!(events[0], one.get().as_bytes());
    }
    if let Ok(many) = serde_json::from_slice::<Vec<&RawValue>>(data)
        && many.iter().all(|one| one.get().starts_with('{'))
    {
        let events = taken.expect("a strict parser takes it");
        assert_eq!(events.len(), many.len());
        for (event, one) in events.iter().zip(many) {
            assert_eq!(event, one.get().as_bytes());
        }
    }
}

fn is_ping(data: &[u8]) -> bool {
    serde_json::from_slice::<Value>(data).is_ok_and(|value| value.get("ping").is_some())
}

fn find(text: &[u8], piece: &[u8]) -> Option<usize> {
    text.windows(piece.len()).position(|here| here == piece)
}

/// At most how deep it nests.
fn depth(data: &[u8]) -> usize {
    data.iter()
        .filter(|byte| matches!(byte, b'{' | b'['))
        .count()
}
