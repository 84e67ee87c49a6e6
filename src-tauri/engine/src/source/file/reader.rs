//! One file while it is read: its text in whole lines, and proof that it is still the same file.
//!
//! A file that is emptied and written anew under the reader's eyes would mix two files into one.
//! So after each read the beginning and the last bytes are looked at again; where they differ,
//! what was just read is thrown away, and the survey finds where it went.

use std::io;

use super::directory::Found;
use super::generation::Generation;
use super::identity::Id;
use super::input::Input;
use super::lines::{Line, Lines};
use super::print::SPAN;
use super::problems;
use crate::problem::Problem;

/// Read at once.
const CHUNK: usize = 1 << 20;
/// Looked at to tell text from anything else.
const SNIFF: usize = 8 << 10;

pub struct Reader {
    pub found: Found,
    input: Input,
    lines: Lines,
    /// The text's beginning, as it was read.
    head: Vec<u8>,
    /// Everything that was read and not taken, and [`SPAN`] bytes before it; while a line is passed
    /// over, what was read last.
    recent: Vec<u8>,
    /// Bytes of text that were taken.
    length: u64,
    taken_lines: Option<u64>,
}

pub enum Fill {
    More,
    End,
    /// Another file's text is in its place.
    Changed,
}

impl Reader {
    /// Goes on where `generation` says; [`None`] where the file does not hold that much any more.
    pub fn open(found: Found, generation: &Generation) -> Result<Option<Self>, Problem> {
        let trouble = |error: io::Error| explain(&found, &error);
        let mut input = Input::open(&found.path).map_err(trouble)?;
        if input.id != found.id {
            return Ok(None);
        }
        let (head, recent) = input.go_to(generation.length).map_err(trouble)?;
        if input.at() < generation.length || !generation.ends_with(&recent) {
            return Ok(None);
        }
        Ok(Some(Self {
            input,
            lines: Lines::default(),
            head,
            recent,
            length: generation.length,
            taken_lines: generation.lines,
            found,
        }))
    }

    pub fn id(&self) -> Id {
        self.input.id
    }

    /// Whether more can be read than was.
    pub fn grown(&self) -> bool {
        self.input.size().is_ok_and(|size| size != self.input.at())
    }

    /// Bytes that are there and were not taken.
    pub fn left(&self) -> u64 {
        self.input
            .length()
            .map_or(0, |length| length.saturating_sub(self.length))
    }

    /// How far it was read, whole lines or not.
    pub fn at(&self) -> u64 {
        self.input.at()
    }

    /// Reads on. Only once every whole line was taken.
    pub fn fill(&mut self) -> Result<Fill, Problem> {
        self.fill_from_input()
            .map_err(|error| explain(&self.found, &error))?
    }

    fn fill_from_input(&mut self) -> io::Result<Result<Fill, Problem>> {
        let mut count = CHUNK;
        if !self.input.gzip() {
            match self.input.size()?.checked_sub(self.input.at()) {
                None => return Ok(Ok(Fill::Changed)),
                Some(0) => {
                    let same = self.same()?;
                    return Ok(Ok(if same { Fill::End } else { Fill::Changed }));
                }
                Some(more) => count = count.min(usize::try_from(more).unwrap_or(CHUNK)),
            }
        }
        let began = self.input.at() == 0;
        let buffer = self.lines.buffer();
        let count = self.input.read(buffer, count)?;
        if count == 0 {
            return Ok(Ok(Fill::End));
        }
        let fresh = &buffer[buffer.len() - count..];
        if self.head.len() < SPAN {
            let room = SPAN - self.head.len();
            self.head.extend_from_slice(&fresh[..count.min(room)]);
        }
        self.recent.extend_from_slice(fresh);
        if let (true, Some(problem)) = (began, sniff(&self.found, fresh)) {
            return Ok(Err(problem));
        }
        if !self.same()? {
            return Ok(Ok(Fill::Changed));
        }
        self.lines.came(count);
        if self.lines.passing() {
            self.recent
                .drain(..self.recent.len().saturating_sub(CHUNK + SPAN));
        }
        Ok(Ok(Fill::More))
    }

    /// Whether what was read is still there. What is compressed is not written to any more.
    fn same(&self) -> io::Result<bool> {
        if self.input.gzip() {
            return Ok(true);
        }
        let at = self.input.at();
        let span = self.recent.len().min(SPAN);
        let end = self.input.bytes(at - span as u64, span)?;
        Ok(end == self.recent[self.recent.len() - span..]
            && self.input.bytes(0, self.head.len())? == self.head)
    }

    /// The next whole line, and where it is: `line 17`.
    pub fn next(&mut self) -> Option<(Line, Place)> {
        let line = self.lines.next()?;
        Some(self.placed(line))
    }

    /// The line that has begun, as if it ended here.
    pub fn last(&mut self) -> Option<(Line, Place)> {
        let line = self.lines.last()?;
        Some(self.placed(line))
    }

    fn placed(&mut self, line: Line) -> (Line, Place) {
        let place = match &mut self.taken_lines {
            Some(lines) => {
                *lines += 1;
                Place::Line(*lines)
            }
            None => Place::Byte(self.length),
        };
        self.length += line.taken;
        (line, place)
    }

    /// Whether a line has begun whose end has not come.
    pub fn begun(&self) -> bool {
        self.lines.begun()
    }

    /// Notes how far it was taken.
    pub fn note(&mut self, generation: &mut Generation) {
        let untaken = usize::try_from(self.input.at() - self.length).unwrap_or(usize::MAX);
        let end = self.recent.len().saturating_sub(untaken);
        let start = end.saturating_sub(SPAN);
        let head = usize::try_from(self.length).unwrap_or(SPAN);
        generation.read_to(
            self.length,
            &self.head[..self.head.len().min(head)],
            &self.recent[start..end],
        );
        generation.lines = self.taken_lines;
        self.recent.drain(..start);
    }
}

/// Where a line is in its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Counted from 1.
    Line(u64),
    /// Where lines were not counted.
    Byte(u64),
}

impl Place {
    pub fn first(self) -> bool {
        matches!(self, Place::Line(1) | Place::Byte(0))
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Place::Line(line) => write!(out, "line {line}"),
            Place::Byte(byte) => write!(out, "byte {byte}"),
        }
    }
}

pub fn explain(found: &Found, error: &io::Error) -> Problem {
    match error.kind() {
        io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => {
            problems::gzip_broken(&found.path, error)
        }
        _ => problems::unreadable(&found.path, error),
    }
}

/// Why text that begins so is none.
pub fn sniff(found: &Found, beginning: &[u8]) -> Option<Problem> {
    if beginning.starts_with(b"\xff\xfe") || beginning.starts_with(b"\xfe\xff") {
        return Some(problems::utf16(&found.path));
    }
    let beginning = &beginning[..beginning.len().min(SNIFF)];
    let hole = beginning.iter().take_while(|byte| **byte == 0).count();
    beginning[hole..]
        .contains(&0)
        .then(|| problems::binary(&found.path))
}
