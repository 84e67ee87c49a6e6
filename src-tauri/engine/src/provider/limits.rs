//! What one request to a provider may carry.

/// What one request may carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    pub events: usize,
    /// Bytes of the body before compression, framing counted.
    pub bytes: usize,
    /// Bytes that framing adds to each event at most.
    pub overhead: usize,
    /// Bytes of one event; a larger one is sent alone.
    pub event_bytes: usize,
    /// Milliseconds of event time one request may span.
    pub span: Option<i64>,
}
