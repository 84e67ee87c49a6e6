//! Who is told that something changed. Only names travel; whoever shows something reads it anew.

use tokio::sync::broadcast;

/// What changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Touch {
    Stream(String),
    /// A stream, and its attempts.
    Attempts(String),
    Source(String),
    /// Streams or sources were made, changed or deleted.
    Configuration,
    Journal,
    App,
}

/// Tells everyone who listens; telling nobody is fine.
#[derive(Debug, Clone)]
pub struct Touched(broadcast::Sender<Touch>);

impl Default for Touched {
    fn default() -> Self {
        Self(broadcast::channel(4096).0)
    }
}

impl Touched {
    pub fn stream(&self, id: &str) {
        self.tell(Touch::Stream(id.to_owned()));
    }

    pub fn attempts(&self, id: &str) {
        self.tell(Touch::Attempts(id.to_owned()));
    }

    pub fn source(&self, id: &str) {
        self.tell(Touch::Source(id.to_owned()));
    }

    pub fn tell(&self, touch: Touch) {
        if self.0.receiver_count() > 0 {
            let _ = self.0.send(touch);
        }
    }

    pub fn listen(&self) -> broadcast::Receiver<Touch> {
        self.0.subscribe()
    }
}
