//! Cuts text into lines as it comes, never holding more than one event may be.
//!
//! A line that grows beyond that is passed over as it comes: its beginning and its length stay.

use bytes::Bytes;

use crate::source::json::EVENT_BYTES;

/// What is kept of a line that is no event.
pub const KEPT: usize = 64 << 10;

/// One line, without its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// All of it, or the first [`KEPT`] bytes where it is longer than an event may be.
    pub bytes: Bytes,
    pub length: u64,
    /// What it takes in the file, its end and what was skipped before it included.
    pub taken: u64,
}

impl Line {
    pub fn whole(&self) -> bool {
        self.bytes.len() as u64 == self.length
    }
}

#[derive(Default)]
pub struct Lines {
    /// A line that was too long to keep, before those in `ready`.
    long: Option<Line>,
    /// Whole lines that wait to be taken.
    ready: Bytes,
    /// Zero bytes before the first of them: the hole that a writer leaves which goes on at its old
    /// place in a file that was emptied.
    ready_hole: u64,
    /// The beginning of a line whose end has not come.
    partial: Vec<u8>,
    hole: u64,
    /// Bytes of that line that are not kept.
    passed: u64,
}

impl Lines {
    /// Where the next bytes are to be added; then call [`Lines::came`]. Only once every whole line
    /// was taken.
    pub fn buffer(&mut self) -> &mut Vec<u8> {
        debug_assert!(self.ready.is_empty());
        &mut self.partial
    }

    /// Takes up `count` bytes at the end of the buffer.
    pub fn came(&mut self, count: usize) {
        let mut fresh = self.partial.len() - count;
        if self.passed > 0 {
            let Some(end) = memchr::memchr(b'\n', &self.partial[fresh..]) else {
                self.passed += count as u64;
                self.partial.truncate(fresh);
                return;
            };
            let rest = self.partial.split_off(fresh + end + 1);
            self.partial.truncate(fresh);
            self.passed += end as u64;
            self.long = self.cut_off(1);
            self.partial = rest;
            fresh = 0;
        }
        if fresh == 0 {
            self.skip_hole();
        }
        if let Some(end) = memchr::memrchr(b'\n', &self.partial[fresh..]) {
            let rest = self.partial.split_off(fresh + end + 1);
            self.ready = Bytes::from(std::mem::replace(&mut self.partial, rest));
            self.ready_hole = std::mem::take(&mut self.hole);
            self.skip_hole();
        }
        if self.partial.len() > EVENT_BYTES {
            self.passed = (self.partial.len() - KEPT) as u64;
            self.partial.truncate(KEPT);
            self.partial.shrink_to_fit();
        }
    }

    /// Passes over zeros where a line is to begin.
    fn skip_hole(&mut self) {
        let zeros = self.partial.iter().take_while(|byte| **byte == 0).count();
        self.hole += zeros as u64;
        self.partial.drain(..zeros);
    }

    /// The next whole line.
    pub fn next(&mut self) -> Option<Line> {
        if let Some(line) = self.long.take() {
            return Some(line);
        }
        let end = memchr::memchr(b'\n', &self.ready)?;
        let mut bytes = self.ready.split_to(end + 1);
        bytes.truncate(end);
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        Some(Line {
            taken: std::mem::take(&mut self.ready_hole) + end as u64 + 1,
            length: (end - zeros) as u64,
            bytes: bytes.slice(zeros..),
        })
    }

    /// Whether a line has begun whose end has not come.
    pub fn begun(&self) -> bool {
        !self.partial.is_empty()
    }

    /// Whether that line is too long to be kept.
    pub fn passing(&self) -> bool {
        self.passed > 0
    }

    /// The line that has begun, as if it ended here.
    pub fn last(&mut self) -> Option<Line> {
        if self.begun() { self.cut_off(0) } else { None }
    }

    /// What was begun, as one line whose end takes so many bytes.
    fn cut_off(&mut self, end: u64) -> Option<Line> {
        let bytes = Bytes::from(std::mem::take(&mut self.partial));
        let length = bytes.len() as u64 + std::mem::take(&mut self.passed);
        Some(Line {
            taken: std::mem::take(&mut self.hole) + length + end,
            length,
            bytes,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each line as text and what it takes, the text coming in pieces of a size.
    fn cut(text: &[u8], size: usize) -> Vec<(String, u64)> {
        let mut lines = Lines::default();
        let mut found = Vec::new();
        let mut add = |line: Line| {
            let text = String::from_utf8_lossy(&line.bytes).into_owned();
            found.push((text, line.taken));
        };
        for piece in text.chunks(size) {
            lines.buffer().extend_from_slice(piece);
            lines.came(piece.len());
            while let Some(line) = lines.next() {
                add(line);
            }
        }
        if let Some(line) = lines.last() {
            add(line);
        }
        found
    }

    #[test]
    fn lines_are_the_same_however_the_text_comes_in() {
        let text = b"{\"a\":1}\n\n{\"b\":2}\r\n\0\0\0{\"c\":3}\n\0\0{\"d\":";
        for size in [1, 2, 3, 7, 1000] {
            assert_eq!(
                cut(text, size),
                [
                    ("{\"a\":1}".to_owned(), 8),
                    (String::new(), 1),
                    ("{\"b\":2}\r".to_owned(), 9),
                    ("{\"c\":3}".to_owned(), 11),
                    ("{\"d\":".to_owned(), 7),
                ],
                "in pieces of {size}"
            );
        }
    }

    #[test]
    fn a_line_without_end_is_passed_over_and_holds_little_memory() {
        let mut lines = Lines::default();
        let piece = vec![b'x'; 1 << 20];
        for _ in 0..100 {
            lines.buffer().extend_from_slice(&piece);
            lines.came(piece.len());
            assert!(lines.partial.capacity() <= 2 * EVENT_BYTES + (2 << 20));
            assert_eq!(lines.next(), None);
        }
        lines.buffer().extend_from_slice(b"x\n{}\n{");
        lines.came(6);
        let long = lines.next().expect("the long line ended");
        let length = (100 << 20) + 1;
        assert_eq!((long.length, long.taken), (length, length + 1));
        assert_eq!(long.bytes.len(), KEPT);
        assert!(!long.whole());
        assert_eq!(lines.next().expect("the next").bytes, "{}");
        assert_eq!(lines.next(), None);
        assert_eq!(lines.last().expect("the last").bytes, "{");
    }

    #[test]
    fn a_hole_costs_no_memory() {
        let mut lines = Lines::default();
        for _ in 0..8 {
            lines.buffer().resize(1 << 20, 0);
            lines.came(1 << 20);
            assert!(!lines.begun());
        }
        lines.buffer().extend_from_slice(b"{}\n");
        lines.came(3);
        let line = lines.next().expect("a line after the hole");
        assert_eq!((&line.bytes[..], line.taken), (&b"{}"[..], (8 << 20) + 3));
    }
}
