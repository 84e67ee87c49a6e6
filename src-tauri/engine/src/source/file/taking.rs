//! One batch in the making.

use bytes::Bytes;
use std::path::PathBuf;

use super::line::{Verdict, judge};
use super::lines::{KEPT, Line};
use super::problems;
use super::reader::Place;
use crate::source::{Batch, Unreadable};

/// A batch ends at the first of these.
const EVENTS: usize = 1_000;
const BYTES: usize = 1 << 20;
/// Lines in a row that are no events are kept one by one up to here, then together.
const ALONE: usize = 10;

pub struct Taking {
    path: PathBuf,
    batch: Batch,
    bytes: usize,
    in_a_row: usize,
    together: Option<Together>,
    taken: bool,
}

struct Together {
    first: Place,
    last: Place,
    count: u64,
    bytes: Vec<u8>,
    length: u64,
}

impl Taking {
    pub fn new(path: PathBuf) -> Self {
        Self {
            path,
            batch: Batch::default(),
            bytes: 0,
            in_a_row: 0,
            together: None,
            taken: false,
        }
    }

    pub fn full(&self) -> bool {
        self.batch.events.len() >= EVENTS || self.bytes >= BYTES
    }

    /// Whether any line was taken, be it a blank one.
    pub fn taken(&self) -> bool {
        self.taken
    }

    pub fn take(&mut self, line: Line, place: Place) {
        self.taken = true;
        match judge(&line, place.first()) {
            Verdict::Blank => {}
            Verdict::Event(event) => {
                self.in_a_row = 0;
                self.end_together();
                self.bytes += event.len();
                self.batch.events.push(event);
            }
            Verdict::No(reason) => {
                self.in_a_row += 1;
                if self.in_a_row > ALONE {
                    self.put_together(&line, place);
                    return;
                }
                // A slice would keep the whole of what was read in memory.
                let bytes = Bytes::copy_from_slice(&line.bytes[..line.bytes.len().min(KEPT)]);
                self.batch.unreadable.push(Unreadable {
                    place: format!("{}, {place}", self.path.display()),
                    reason,
                    bytes,
                    length: line.length,
                });
            }
        }
    }

    fn put_together(&mut self, line: &Line, place: Place) {
        let together = self.together.get_or_insert_with(|| Together {
            first: place,
            last: place,
            count: 0,
            bytes: Vec::new(),
            length: 0,
        });
        together.last = place;
        together.count += 1;
        together.length += line.length + 1;
        let room = KEPT - together.bytes.len().min(KEPT);
        let part = &line.bytes[..line.bytes.len().min(room)];
        together.bytes.extend_from_slice(part);
        if room > part.len() {
            together.bytes.push(b'\n');
        }
    }

    fn end_together(&mut self) {
        if let Some(together) = self.together.take() {
            let (first, last) = (together.first, together.last);
            self.batch.unreadable.push(Unreadable {
                place: format!("{}, {first} to {last}", self.path.display()),
                reason: problems::bad_lines(together.count),
                bytes: together.bytes.into(),
                length: together.length,
            });
        }
    }

    pub fn finish(mut self, position: String) -> Batch {
        self.end_together();
        self.batch.position = Some(position);
        self.batch
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(lines: impl IntoIterator<Item = String>) -> Batch {
        let mut taking = Taking::new(PathBuf::from("/log"));
        for (n, text) in (1..).zip(lines) {
            let line = Line {
                length: text.len() as u64,
                taken: text.len() as u64 + 1,
                bytes: text.into(),
            };
            taking.take(line, Place::Line(n));
        }
        taking.finish(String::new())
    }

    #[test]
    fn a_bad_line_is_set_aside_with_its_place_and_the_rest_flows() {
        let batch = taken(["{\"a\":1}", "oops", "", "{\"b\":2}"].map(String::from));
        assert_eq!(batch.events, ["{\"a\":1}", "{\"b\":2}"]);
        let bad = &batch.unreadable[0];
        assert_eq!((&*bad.place, &*bad.bytes), ("/log, line 2", &b"oops"[..]));
    }

    #[test]
    fn a_long_bad_line_is_cut_and_its_length_kept() {
        let batch = taken([format!("[{}", "x".repeat(100_000))]);
        let bad = &batch.unreadable[0];
        assert_eq!((bad.bytes.len(), bad.length), (KEPT, 100_001));
    }

    #[test]
    fn many_bad_lines_in_a_row_are_kept_together() {
        let bad = (0..5_000).map(|n| format!("{:>100}", n));
        let batch = taken(bad.chain([String::from("{}"), String::from("x")]));
        assert_eq!(batch.events.len(), 1);
        assert_eq!(batch.unreadable.len(), 12);
        let together = &batch.unreadable[10];
        assert_eq!(together.place, "/log, line 11 to line 5000");
        assert_eq!((together.bytes.len(), together.length), (KEPT, 4_990 * 101));
    }
}
