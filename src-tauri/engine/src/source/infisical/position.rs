//! Where a source stands, as it is saved with the events it speaks of.

use serde::{Deserialize, Serialize};

use super::start::Start;
use crate::clock::Millis;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Position {
    /// Where catching up began; progress is counted from here.
    pub from: Millis,
    /// Every event from before is in the journal.
    pub up_to: Millis,
    /// Set by this computer's clock, Infisical's not being known yet.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub local: bool,
}

impl Position {
    pub fn first(start: Start, now: Millis) -> Self {
        let at = start.at(now);
        Self {
            from: at,
            up_to: at,
            local: start.is_relative(),
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    pub fn text(self) -> String {
        serde_json::to_string(&self).expect("numbers are JSON")
    }

    /// By Infisical's clock, which is this far ahead.
    pub fn corrected(self, ahead: Millis) -> Self {
        if !self.local {
            return self;
        }
        Self {
            from: self.from + ahead,
            up_to: self.up_to + ahead,
            local: false,
        }
    }

    /// Taken up to here; a stretch without any event at its very beginning is no progress.
    pub fn advanced(self, up_to: Millis, nothing: bool) -> Self {
        let untouched = nothing && self.from == self.up_to;
        Self {
            from: if untouched { up_to } else { self.from },
            up_to,
            local: self.local,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_reads_back_and_one_of_another_form_is_none() {
        let position = Position::first(Start::Now, 7);
        assert_eq!(position.text(), r#"{"from":7,"up_to":7,"local":true}"#);
        assert_eq!(Position::parse(&position.text()), Some(position));
        let later = position.corrected(-2).advanced(9, false);
        assert_eq!(later.text(), r#"{"from":5,"up_to":9}"#);
        assert_eq!(Position::parse(&later.text()), Some(later));
        assert_eq!(later.corrected(100), later, "corrected once only");
        assert_eq!(Position::parse("v9"), None);
    }

    #[test]
    fn progress_counts_from_the_first_event() {
        let start = Position {
            from: 0,
            up_to: 0,
            local: false,
        };
        let empty = start.advanced(50, true).advanced(100, true);
        assert_eq!((empty.from, empty.up_to), (100, 100));
        let begun = empty.advanced(150, false).advanced(200, true);
        assert_eq!((begun.from, begun.up_to), (100, 200));
    }
}
