//! Reads a log on and on, through rotations, in batches. Knows neither journal nor clock.
//!
//! Always holds: what is in a batch and the position that comes with it belong together, so
//! whoever saves both at once loses nothing and takes nothing twice.

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::SystemTime;

use super::directory::{self, Found};
use super::generation::{Generation, Held};
use super::history::History;
use super::identity::Id;
use super::input::Input;
use super::problems;
use super::reader::{Fill, Reader, explain};
use super::survey::{Finished, survey};
use super::taking::Taking;
use crate::clock::Millis;
use crate::problem::Problem;
use crate::source::Batch;

/// Looks at the folder at least this often.
const SURVEY_EVERY: Millis = 5_000;
/// A rotated file's last line without end counts once nothing was added for so long.
const SETTLED: Millis = 5_000;
/// Work done in one step, at most so many reads.
const READS: usize = 16;
/// Removed files that are still open and read on.
const REMOVED: usize = 8;

/// Where the very first look begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// With the oldest rotated file.
    Begin,
    /// With what comes from now on.
    End,
    /// With the file's first line, and nothing comes after its last.
    Once,
}

pub enum Step {
    Batch(Batch),
    /// There is more to do.
    Busy,
    /// Nothing more at the moment.
    Idle,
    /// Nothing more ever.
    Done,
}

pub struct Follower {
    path: PathBuf,
    start: Start,
    history: History,
    /// Nothing was saved yet.
    fresh: bool,
    reader: Option<Reader>,
    /// Files that were removed while they were read, and since when nothing came.
    removed: Vec<(Reader, Millis)>,
    finished: Finished,
    /// How far a last line without end went, and since when.
    waiting: HashMap<Id, (u64, Millis)>,
    troubles: HashMap<Id, (u64, Option<SystemTime>, Problem)>,
    problem: Option<Problem>,
    surveyed: Option<(Option<SystemTime>, Millis)>,
    done: u64,
    /// In files other than the reader's.
    left: u64,
}

impl Follower {
    /// Goes on from a position, or begins.
    pub fn new(path: PathBuf, start: Start, position: Option<&str>) -> Self {
        let saved: Option<History> = position.and_then(|text| serde_json::from_str(text).ok());
        let mut history = saved.unwrap_or_default();
        // Another path may lead to files that were read already.
        let fresh = history.path != path;
        if fresh {
            history.path.clone_from(&path);
            history.done = false;
        }
        Self {
            path,
            start,
            fresh,
            history,
            reader: None,
            removed: Vec::new(),
            finished: Finished::new(),
            waiting: HashMap::new(),
            troubles: HashMap::new(),
            problem: None,
            surveyed: None,
            done: 0,
            left: 0,
        }
    }

    /// What cannot be read at the moment.
    pub fn problem(&self) -> Option<&Problem> {
        let trouble = || self.troubles.values().map(|(.., problem)| problem).next();
        self.problem.as_ref().or_else(trouble)
    }

    /// Bytes read since this began, and bytes that are left.
    pub fn progress(&self) -> (u64, u64) {
        let reading = self.reader.as_ref().map_or(0, Reader::left);
        (self.done, self.left + reading)
    }

    pub fn step(&mut self, now: Millis) -> Step {
        if self.history.done {
            return Step::Done;
        }
        for _ in 0..READS {
            let step = match self.start {
                Start::Once => self.read_once(),
                _ => self.read_removed(now).or_else(|| self.read(now)),
            };
            if let Some(step) = step {
                return step;
            }
        }
        Step::Busy
    }

    fn read_once(&mut self) -> Option<Step> {
        let Some(mut reader) = self.reader.take() else {
            return self.open_once();
        };
        match self.take(&mut reader, false) {
            Ok(Taken::Batch(batch)) => {
                self.reader = Some(reader);
                Some(Step::Batch(batch))
            }
            Ok(Taken::Nothing) => {
                self.reader = Some(reader);
                None
            }
            Ok(Taken::End) => {
                self.history.done = true;
                let last = self.take(&mut reader, true);
                Some(Step::Batch(match last {
                    Ok(Taken::Batch(batch)) => batch,
                    _ => self.nothing_but_position(),
                }))
            }
            Ok(Taken::Changed) => Some(Step::Idle),
            Err(problem) => self.trouble(problem),
        }
    }

    fn open_once(&mut self) -> Option<Step> {
        let found = match directory::found(&self.path, true) {
            Ok(found) => found,
            Err(error) => return self.trouble(problems::unreadable(&self.path, &error)),
        };
        let opened = self
            .history
            .files
            .first()
            .cloned()
            .map_or(Ok(None), |read| {
                let held = Input::open(&found.path).and_then(|mut input| read.held_by(&mut input));
                match held {
                    Ok(Held::Whole(_)) => Ok(Some(read)),
                    Ok(_) => Ok(None),
                    Err(error) => Err(explain(&found, &error)),
                }
            });
        let generation = match opened {
            Ok(Some(generation)) => Generation {
                id: found.id,
                ..generation
            },
            Ok(None) => Generation::new(found.id),
            Err(problem) => return self.trouble(problem),
        };
        match Reader::open(found, &generation) {
            Ok(reader) => {
                self.problem = None;
                self.history.files = vec![generation];
                self.reader = reader;
                None
            }
            Err(problem) => self.trouble(problem),
        }
    }

    fn trouble(&mut self, problem: Problem) -> Option<Step> {
        self.problem = Some(problem);
        Some(Step::Idle)
    }

    fn read(&mut self, now: Millis) -> Option<Step> {
        if let Some(mut reader) = self.reader.take() {
            match self.take(&mut reader, false) {
                Ok(Taken::Batch(batch)) => {
                    self.reader = Some(reader);
                    return Some(Step::Batch(batch));
                }
                Ok(Taken::Nothing) => {
                    self.reader = Some(reader);
                    return None;
                }
                Ok(Taken::Changed) => self.surveyed = None,
                Ok(Taken::End) if reader.found.live => self.reader = Some(reader),
                Ok(Taken::End) => {
                    if let Some(batch) = self.end(reader, now) {
                        return Some(Step::Batch(batch));
                    }
                    self.surveyed = None;
                }
                Err(problem) => {
                    let found = &reader.found;
                    let trouble = (found.size, found.modified, problem);
                    self.troubles.insert(found.id, trouble);
                    self.surveyed = None;
                }
            }
        }
        if self.reader.is_some() && !self.survey_due(now) {
            return Some(Step::Idle);
        }
        self.survey(now)
    }

    /// A rotated file was read to its end; its last line may have none.
    fn end(&mut self, mut reader: Reader, now: Millis) -> Option<Batch> {
        let (id, at) = (reader.id(), reader.at());
        if !reader.begun() {
            self.waiting.remove(&id);
            let found = &reader.found;
            self.finished.insert(id, (found.size, found.modified));
            return None;
        }
        match self.waiting.get(&id) {
            Some((size, since)) if *size == at && (now - since).abs() >= SETTLED => {
                self.waiting.remove(&id);
                match self.take(&mut reader, true) {
                    Ok(Taken::Batch(batch)) => Some(batch),
                    _ => None,
                }
            }
            Some((size, _)) if *size == at => None,
            _ => {
                self.waiting.insert(id, (at, now));
                None
            }
        }
    }

    /// Whether files may have come or gone since the last look.
    fn survey_due(&self, now: Millis) -> bool {
        let Some((changed, at)) = &self.surveyed else {
            return true;
        };
        if (now - at).abs() >= SURVEY_EVERY {
            return true;
        }
        let there = self.path.metadata().ok().map(|file| Id::of(&file));
        directory::changed(&self.path) != *changed || there != self.reader.as_ref().map(Reader::id)
    }

    fn survey(&mut self, now: Millis) -> Option<Step> {
        let known = self
            .history
            .files
            .iter()
            .map(|file| file.id.inode())
            .collect();
        let mut listing = match directory::list(&self.path, &known) {
            Ok(listing) => listing,
            Err(error) => return self.trouble(problems::unreadable(&self.path, &error)),
        };
        if listing.disturbed {
            return Some(Step::Idle);
        }
        self.surveyed = Some((listing.changed, now));
        let live = listing.files.last().is_some_and(|file| file.live);
        let mut problem = listing.hidden.take().map(|error| match live {
            true => problems::folder_hidden(&self.path, &error),
            false => problems::missing(&self.path),
        });
        if !live && problem.is_none() {
            problem = Some(problems::missing(&self.path));
        }
        if self.fresh {
            self.fresh = false;
            if self.start == Start::End {
                return self.skip_what_is_there(&listing.files);
            }
        }
        let survey = survey(listing, &mut self.history, &self.finished);
        if survey.disturbed {
            self.surveyed = None;
            return Some(Step::Idle);
        }
        self.problem = survey.problem.or(problem);
        self.left = survey.left;
        let mut there = survey.there;
        self.finished.retain(|id, _| there.contains(id));
        self.waiting.retain(|id, _| there.contains(id));
        self.troubles.retain(|id, _| there.contains(id));
        if let Some(reader) = self.reader.take_if(|reader| !there.contains(&reader.id())) {
            self.removed.push((reader, now));
            self.removed
                .drain(..self.removed.len().saturating_sub(REMOVED));
        }
        there.extend(self.removed.iter().map(|(reader, _)| reader.id()));
        self.history.keep(&there);
        let next = survey
            .unread
            .into_iter()
            .find(|file| self.may_read(file, now));
        let Some(next) = next else {
            return Some(Step::Idle);
        };
        if let Some(reader) = self.reader.as_mut().filter(|it| it.id() == next.id) {
            self.left = self.left.saturating_sub(reader.left());
            reader.found = next;
            let resting = reader.found.live && !reader.grown();
            return resting.then_some(Step::Idle);
        }
        let generation = self.history.entry(next.id).clone();
        let id = next.id;
        let (size, modified) = (next.size, next.modified);
        match Reader::open(next, &generation) {
            Ok(Some(reader)) => {
                self.troubles.remove(&id);
                self.left = self.left.saturating_sub(reader.left());
                self.reader = Some(reader);
            }
            Ok(None) => self.surveyed = None,
            Err(problem) => {
                self.troubles.insert(id, (size, modified, problem));
            }
        }
        None
    }

    /// Not what failed and has not changed since, nor a last line whose end may still come.
    fn may_read(&self, file: &Found, now: Millis) -> bool {
        let failed = self.troubles.get(&file.id);
        if failed
            .is_some_and(|(size, modified, _)| (*size, *modified) == (file.size, file.modified))
        {
            return false;
        }
        let waiting = self.waiting.get(&file.id);
        file.live
            || waiting
                .is_none_or(|(size, since)| *size != file.size || (now - since).abs() >= SETTLED)
    }

    /// At the very first look, where only what comes from now on is wanted.
    fn skip_what_is_there(&mut self, files: &[Found]) -> Option<Step> {
        for found in files {
            match Generation::skip(found) {
                Ok(generation) => *self.history.entry(found.id) = generation,
                Err(error) => self.problem = Some(explain(found, &error)),
            }
        }
        Some(Step::Batch(self.nothing_but_position()))
    }

    fn nothing_but_position(&self) -> Batch {
        Batch {
            position: Some(self.history.position()),
            ..Batch::default()
        }
    }

    /// What was written to a file before and after it was removed.
    fn read_removed(&mut self, now: Millis) -> Option<Step> {
        let mut removed = std::mem::take(&mut self.removed);
        let mut step = None;
        removed.retain_mut(|(reader, since)| {
            if step.is_some() {
                return true;
            }
            let settled = (now - *since).abs() >= SETTLED;
            match self.take(reader, false) {
                Ok(Taken::Batch(batch)) => {
                    *since = now;
                    step = Some(Step::Batch(batch));
                    true
                }
                Ok(Taken::Nothing) => {
                    step = Some(Step::Busy);
                    true
                }
                Ok(Taken::End) if settled => {
                    if let Ok(Taken::Batch(batch)) = self.take(reader, true) {
                        step = Some(Step::Batch(batch));
                    }
                    false
                }
                Ok(Taken::End) => true,
                Ok(Taken::Changed) | Err(_) => false,
            }
        });
        self.removed = removed;
        step
    }

    /// The next batch of one file; with `last`, the line that has begun counts as a line.
    fn take(&mut self, reader: &mut Reader, last: bool) -> Result<Taken, Problem> {
        let mut taking = Taking::new(reader.found.path.clone());
        let mut next = if last { reader.last() } else { reader.next() };
        if next.is_none() && !last {
            match reader.fill()? {
                Fill::Changed => return Ok(Taken::Changed),
                Fill::End => return Ok(Taken::End),
                Fill::More => next = reader.next(),
            }
        }
        while let Some((line, place)) = next {
            self.done += line.taken;
            taking.take(line, place);
            next = if taking.full() { None } else { reader.next() };
        }
        if !taking.taken() {
            return Ok(Taken::Nothing);
        }
        reader.note(self.history.entry(reader.id()));
        Ok(Taken::Batch(taking.finish(self.history.position())))
    }
}

enum Taken {
    Batch(Batch),
    /// No whole line came in what was read.
    Nothing,
    End,
    Changed,
}

#[cfg(test)]
mod tests;
