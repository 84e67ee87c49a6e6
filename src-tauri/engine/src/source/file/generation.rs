//! How far one file was read, and how to know it again.
//!
//! A rotated file keeps its identity when it is renamed, and its content when it is copied or
//! compressed. So a file is known by either; content alone must agree at its beginning and at the
//! place up to which it was read.

use serde::{Deserialize, Serialize};
use std::io;

use super::directory::Found;
use super::identity::Id;
use super::input::Input;
use super::print::{Head, SPAN, Tail};
use crate::source::json::EVENT_BYTES;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Generation {
    pub id: Id,
    pub head: Head,
    pub tail: Tail,
    /// Bytes of text that were read.
    pub length: u64,
    /// Lines among them; unknown where reading did not begin at the beginning.
    pub lines: Option<u64>,
    /// Nothing of it is to be read, however long it is.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub closed: bool,
}

/// Whether a file holds what was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    No,
    /// It begins alike and ends too early: a copy made before all of it was read.
    Shorter,
    /// All of it; so many bytes were compared.
    Whole(usize),
}

impl Generation {
    /// Nothing read yet.
    pub fn new(id: Id) -> Self {
        Self {
            id,
            head: Head::default(),
            tail: Tail::default(),
            length: 0,
            lines: Some(0),
            closed: false,
        }
    }

    /// As if everything in a file had been read; of the live one, all but a line that has begun.
    pub fn skip(found: &Found) -> io::Result<Self> {
        let mut input = Input::open(&found.path)?;
        let mut generation = Self {
            lines: None,
            ..Self::new(input.id)
        };
        if input.gzip() {
            generation.head = Head::of(&input.go_to(SPAN as u64)?.0);
            generation.closed = true;
            return Ok(generation);
        }
        let mut length = input.length()?;
        if found.live {
            length = line_start(&input, length)?;
        }
        let (head, tail) = input.go_to(length)?;
        generation.read_to(length, &head, &tail);
        Ok(generation)
    }

    /// Read up to `length`, given the text's beginning and what comes just before that place.
    pub fn read_to(&mut self, length: u64, head: &[u8], tail: &[u8]) {
        self.length = length;
        if self.head.bytes() < SPAN {
            self.head = Head::of(head);
        }
        self.tail = Tail::of(tail);
    }

    /// Whether `tail` is what comes just before the place up to which it was read.
    pub fn ends_with(&self, tail: &[u8]) -> bool {
        self.length == 0 || Tail::of(tail) == self.tail
    }

    /// Compares, wherever `input` is, and leaves it anywhere.
    pub fn held_by(&self, input: &mut Input) -> io::Result<Held> {
        if self.closed {
            let (head, _) = input.go_to(SPAN as u64)?;
            let same = self.head.common(&Head::of(&head)).is_some();
            return Ok(if same { Held::Whole(SPAN) } else { Held::No });
        }
        if self.length == 0 {
            return Ok(Held::Whole(0));
        }
        if !input.gzip() {
            let length = input.length()?;
            if length < self.length {
                return Ok(self.shorter(&input.bytes(0, SPAN)?));
            }
        } else {
            // A look at the beginning spares reading all of the wrong file.
            let (head, _) = input.go_to(SPAN as u64)?;
            if self.head.common(&Head::of(&head)).is_none() {
                return Ok(Held::No);
            }
            if input.length()? == self.length && self.head.bytes() > 0 {
                return Ok(Held::Whole(head.len()));
            }
        }
        let (head, tail) = input.go_to(self.length)?;
        if input.at() < self.length {
            return Ok(self.shorter(&head));
        }
        if self.head.common(&Head::of(&head)).is_none() {
            return Ok(Held::No);
        }
        Ok(if self.ends_with(&tail) {
            Held::Whole(head.len())
        } else {
            Held::No
        })
    }
}

impl Generation {
    /// Of a file that ends too early: whether it begins alike as far as can be told.
    fn shorter(&self, beginning: &[u8]) -> Held {
        let beginning = Head::of(beginning);
        let comparable = self.head.bytes().min(beginning.bytes());
        match self.head.common(&beginning) {
            Some(bytes) if bytes > 0 && bytes == comparable => Held::Shorter,
            _ => Held::No,
        }
    }
}

/// Where the line begins that ends at `end`, or `end` itself where it is longer than any event.
fn line_start(input: &Input, end: u64) -> io::Result<u64> {
    const STEP: u64 = 64 << 10;
    let mut at = end;
    while at > 0 && end - at < EVENT_BYTES as u64 {
        let from = at.saturating_sub(STEP);
        let bytes = input.bytes(from, usize::try_from(at - from).unwrap_or_default())?;
        if let Some(newline) = memchr::memrchr(b'\n', &bytes) {
            return Ok(from + newline as u64 + 1);
        }
        at = from;
    }
    Ok(if at == 0 { 0 } else { end })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn text(lines: std::ops::Range<u32>) -> Vec<u8> {
        lines
            .flat_map(|n| format!("{{\"id\":\"{n:08}\",\"what\":\"happened\"}}\n").into_bytes())
            .collect()
    }

    fn read(path: &Path, content: &[u8], length: usize) -> Generation {
        std::fs::write(path, content).expect("written");
        let input = Input::open(path).expect("it opens");
        let mut generation = Generation::new(input.id);
        let length = length.min(content.len());
        generation.read_to(
            length as u64,
            &content[..length.min(SPAN)],
            &content[length.saturating_sub(SPAN)..length],
        );
        generation
    }

    #[test]
    fn a_file_is_known_again_grown_copied_or_compressed_and_no_other_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a");
        let whole = text(0..1_000);
        for length in [37 * 3, 37 * 30, 37 * 900] {
            let generation = read(&path, &whole, length);
            let held = |content: &[u8]| {
                std::fs::write(&path, content).expect("written");
                let mut input = Input::open(&path).expect("it opens");
                generation.held_by(&mut input).expect("it reads")
            };
            let compared = length.min(SPAN);
            assert_eq!(held(&whole), Held::Whole(compared));
            assert_eq!(held(&whole[..length]), Held::Whole(compared));
            assert_eq!(held(&whole[..length - 37]), Held::Shorter);
            assert_eq!(held(&text(5_000..6_000)), Held::No);
            assert_eq!(held(&text(5_000..5_001)), Held::No);
            assert_eq!(held(b""), Held::No);
            let mut other_end = whole.clone();
            other_end[length - 5] ^= 1;
            assert_eq!(held(&other_end), Held::No);
        }
    }

    #[test]
    fn nothing_read_is_held_by_every_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a");
        let generation = read(&path, b"", 0);
        let mut input = Input::open(&path).expect("it opens");
        assert_eq!(
            generation.held_by(&mut input).expect("reads"),
            Held::Whole(0)
        );
    }
}
