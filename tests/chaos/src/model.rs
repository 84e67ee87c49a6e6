//! What must hold: who was told what, what each stream owes, and whether it has paid.

use serde_json::Value;
use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::sink::Sink;

/// What producers offered, and what they were told.
#[derive(Default)]
pub struct Offers(Mutex<Held>);

#[derive(Default)]
struct Held {
    /// By id: the source it was offered to, and its text.
    offered: HashMap<String, (usize, String)>,
    accepted: Vec<(usize, String)>,
    /// Events of posts without an answer: they may be in the journal, and again after the next try.
    unanswered: u64,
    refused: u64,
    surprises: Vec<String>,
}

impl Offers {
    pub fn offer(&self, source: usize, events: &[(String, String)]) {
        let mut held = self.lock();
        for (id, text) in events {
            held.offered.insert(id.clone(), (source, text.clone()));
        }
    }

    pub fn accepted(&self, source: usize, events: &[(String, String)]) {
        let ids = events.iter().map(|(id, _)| (source, id.clone()));
        self.lock().accepted.extend(ids);
    }

    pub fn unanswered(&self, events: usize) {
        self.lock().unanswered += events as u64;
    }

    pub fn refused(&self) {
        self.lock().refused += 1;
    }

    pub fn surprised(&self, what: String) {
        self.lock().surprises.push(what);
    }

    /// How many were accepted so far.
    pub fn count(&self) -> usize {
        self.lock().accepted.len()
    }

    pub fn surprise(&self) -> Option<String> {
        self.lock().surprises.first().cloned()
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A stream, and what it owes.
pub struct Stream {
    pub name: String,
    pub sink: Sink,
    /// It takes the events of this source only.
    pub source: Option<usize>,
    /// It gets at least what was accepted from here on in [`Offers`].
    pub owes_from: usize,
    pub account: Account,
    /// Events that a person asked for again.
    pub replayed: u64,
    /// Events that may have reached the provider without the stream knowing.
    pub at_risk: u64,
}

/// By how much `delivered + set aside + waiting` may differ from what was appended: a stream that
/// starts late owes less. An interval, because some of it happens while events move.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Account {
    pub least: i64,
    pub most: i64,
}

impl Account {
    pub fn add(&mut self, least: i64, most: i64) {
        self.least += least;
        self.most += most;
    }
}

/// What the agent says of a stream at one time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said {
    pub delivered: i64,
    pub set_aside: i64,
    pub waiting: i64,
    /// Events that a rule of the stream left out.
    pub filtered: i64,
    /// Events appended to its sources.
    pub appended: i64,
}

impl Said {
    /// From the answer of `penstock status`; `sources` are the names by number.
    pub fn of(status: &Value, stream: &Stream, sources: &[String]) -> Option<Self> {
        let row = status["streams"]
            .as_array()?
            .iter()
            .find(|row| row["name"] == stream.name.as_str())?;
        let number = |name: &str| row[name].as_i64().unwrap_or(0);
        let appended = status["sources"]
            .as_array()?
            .iter()
            .filter(|source| {
                stream
                    .source
                    .is_none_or(|number| source["name"] == sources[number].as_str())
            })
            .filter_map(|source| source["events"].as_i64())
            .sum();
        Some(Self {
            delivered: number("delivered"),
            set_aside: number("set_aside"),
            waiting: number("waiting"),
            filtered: number("filtered"),
            appended,
        })
    }

    pub fn sum(&self) -> i64 {
        self.delivered + self.set_aside + self.waiting + self.filtered
    }
}

/// appended = delivered + set aside + waiting, exactly; said while nothing moves.
pub fn balanced(said: &Said, stream: &Stream) -> Result<(), String> {
    let Account { least, most } = stream.account;
    let difference = said.sum() - said.appended;
    if (least..=most).contains(&difference) {
        return Ok(());
    }
    Err(format!(
        "{}: appended is not delivered + set aside + waiting: {said:?}, \
         the difference {difference} is not within {least}..={most}",
        stream.name
    ))
}

/// The figures of one or more schedules.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    pub schedules: u64,
    pub faults: u64,
    /// Ends of the agent's process, by kill -9 or SIGTERM.
    pub ends: u64,
    /// Events accepted, each once.
    pub accepted: u64,
    /// Posts refused, with 503 or because nobody listened.
    pub refused: u64,
    /// Deliveries that were owed: each event once for each stream.
    pub owed: u64,
    pub lost: u64,
    pub invented: u64,
    pub altered: u64,
    /// Events offered again after a post without an answer, which were in the journal already.
    pub appended_twice: u64,
    /// Deliveries beyond the first of an event that is in the journal once.
    pub duplicates: u64,
    /// As many duplicates as the faults account for at most.
    pub duplicates_allowed: u64,
    /// Milliseconds from the end of all faults until nothing waited; the longest.
    pub slowest_drain: u64,
}

impl Figures {
    pub fn add(&mut self, other: &Self) {
        self.schedules += other.schedules;
        self.faults += other.faults;
        self.ends += other.ends;
        self.accepted += other.accepted;
        self.refused += other.refused;
        self.owed += other.owed;
        self.lost += other.lost;
        self.invented += other.invented;
        self.altered += other.altered;
        self.appended_twice += other.appended_twice;
        self.duplicates += other.duplicates;
        self.duplicates_allowed += other.duplicates_allowed;
        self.slowest_drain = self.slowest_drain.max(other.slowest_drain);
    }
}

impl std::fmt::Display for Figures {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            out,
            "{} schedules, {} faults ({} ends of the process): {} events accepted, {} posts refused, \
             {} deliveries owed; lost {}, invented {}, altered {}, appended twice {}, duplicates {} of \
             at most {}; slowest drain {} ms",
            self.schedules,
            self.faults,
            self.ends,
            self.accepted,
            self.refused,
            self.owed,
            self.lost,
            self.invented,
            self.altered,
            self.appended_twice,
            self.duplicates,
            self.duplicates_allowed,
            self.slowest_drain
        )
    }
}

/// What is in the journal beyond what was accepted, for one source or for all: events of posts
/// without an answer.
pub fn appended_twice(
    offers: &Offers,
    appended: i64,
    source: Option<usize>,
) -> Result<u64, String> {
    let held = offers.lock();
    let accepted = held
        .accepted
        .iter()
        .filter(|(from, _)| source.is_none_or(|source| source == *from))
        .count() as u64;
    let appended = u64::try_from(appended).unwrap_or(0);
    match appended.checked_sub(accepted) {
        Some(twice) if twice <= held.unanswered => Ok(twice),
        _ => Err(format!(
            "{accepted} events were accepted and {} more may have been, but {appended} were appended",
            held.unanswered
        )),
    }
}

/// Whether a stream's provider has everything it was to get, and nothing else. Only for a stream
/// that has nothing waiting and nothing set aside.
pub fn settle(offers: &Offers, stream: &Stream, figures: &mut Figures, twice: u64) -> Vec<String> {
    let held = offers.lock();
    let taken = stream.sink.taken();
    let arrived: HashSet<&str> = taken.iter().map(|event| event.id.as_str()).collect();
    let owed: Vec<&str> = held.accepted[stream.owes_from..]
        .iter()
        .filter(|(source, _)| stream.source.is_none_or(|only| only == *source))
        .map(|(_, id)| id.as_str())
        .collect();
    let lost: Vec<&str> = owed
        .iter()
        .filter(|id| !arrived.contains(*id))
        .copied()
        .collect();
    let mut found = foreign(&held, stream, &taken, figures);
    figures.owed += owed.len() as u64;
    figures.lost += lost.len() as u64;
    if !lost.is_empty() {
        found.push(format!(
            "{}: {} accepted events never arrived, {:?} among them",
            stream.name,
            lost.len(),
            &lost[..lost.len().min(3)]
        ));
    }
    let again: u64 = taken.iter().map(|event| u64::from(event.times) - 1).sum();
    let duplicates = again.saturating_sub(twice);
    let allowed = stream.at_risk + stream.replayed;
    figures.duplicates += duplicates;
    figures.duplicates_allowed += allowed;
    if duplicates > allowed {
        found.push(format!(
            "{}: {duplicates} duplicates are more than the {allowed} that were in flight or replayed",
            stream.name
        ));
    }
    found
}

/// What a provider has that was never offered to the stream's sources, or is not as it was offered.
fn foreign(
    held: &Held,
    stream: &Stream,
    taken: &[penstock_receiver::Taken],
    figures: &mut Figures,
) -> Vec<String> {
    let mut found = Vec::new();
    for event in taken {
        let offered = held
            .offered
            .get(&event.id)
            .filter(|(source, _)| stream.source.is_none_or(|only| only == *source));
        let Some((_, text)) = offered else {
            figures.invented += 1;
            found.push(format!("{}: {:?} was never offered", stream.name, event.id));
            continue;
        };
        let altered = stream.sink.kind.keeps_bytes() && event.event != text.as_bytes();
        if altered || event.altered {
            figures.altered += 1;
            found.push(format!("{}: {:?} is not as it came", stream.name, event.id));
        }
    }
    found.truncate(3);
    found
}

/// The same for a stream that was deleted, which owes nothing any more.
pub fn settle_deleted(offers: &Offers, stream: &Stream, figures: &mut Figures) -> Vec<String> {
    foreign(&offers.lock(), stream, &stream.sink.taken(), figures)
}

/// What was accepted and refused, for the figures.
pub fn count(offers: &Offers, figures: &mut Figures) {
    let held = offers.lock();
    figures.accepted += held.accepted.len() as u64;
    figures.refused += held.refused;
}
