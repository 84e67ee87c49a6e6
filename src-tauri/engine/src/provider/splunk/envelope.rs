//! What is put around an event for the HTTP Event Collector, and for others that read the same.

use crate::event::Event;
use crate::provider::frame;

#[derive(Clone, Default)]
pub(crate) struct Envelope {
    /// The members that are the same for every event, each with its comma.
    fixed: Vec<u8>,
}

impl Envelope {
    /// Adds a member, where it has a value.
    pub fn with(mut self, key: &str, value: Option<&str>) -> Self {
        if let Some(value) = value {
            let member = format!("{}:{},", frame::quoted(key), frame::quoted(value));
            self.fixed.extend_from_slice(member.as_bytes());
        }
        self
    }

    pub fn fixed(&self) -> &[u8] {
        &self.fixed
    }

    /// The most bytes it adds to an event.
    pub fn overhead(&self) -> usize {
        self.fixed.len() + "{\"time\":9223372036854775.807,\"event\":}".len()
    }

    pub fn write(&self, out: &mut Vec<u8>, event: &Event) {
        out.push(b'{');
        if let Some(time) = event.created_at().and_then(frame::seconds) {
            out.extend_from_slice(b"\"time\":");
            out.extend_from_slice(time.as_bytes());
            out.push(b',');
        }
        out.extend_from_slice(&self.fixed);
        out.extend_from_slice(b"\"event\":");
        out.extend_from_slice(&event.bytes);
        out.push(b'}');
    }
}
