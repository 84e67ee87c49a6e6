//! What must hold: who was told what, what each stream owes, and whether it has paid.

use serde_json::Value;
use std::collections::HashSet;

use crate::figures::Figures;
use crate::offers::{Held, Offer, Offers};
use crate::plan::{INFISICAL, LOG, SOURCES};
use crate::rules::{self, Passes, Rules};
use crate::sink::Sink;

/// A stream, and what it owes.
pub struct Stream {
    pub name: String,
    pub sink: Sink,
    /// It takes the events of this source only.
    pub source: Option<usize>,
    pub rules: Rules,
    /// It gets at least what was accepted from here on in [`Offers`].
    pub owes_from: usize,
    pub account: Account,
    /// Events that a person asked for again.
    pub replayed: u64,
    /// Events that may have reached the provider without the stream knowing.
    pub at_risk: u64,
    /// How often its worker ended, with requests under way.
    pub ends: u64,
    /// The most events that a request had.
    pub largest: u64,
}

impl Stream {
    /// As many events as are under way at most may have arrived without that being known. How many
    /// those are is known only later: a request may arrive after its sender's end.
    pub fn worker_ended(&mut self) {
        self.ends += 1;
        self.look_at_requests();
    }

    pub fn look_at_requests(&mut self) {
        self.largest = self.largest.max(self.sink.largest_request());
    }

    /// How many deliveries may have been made again.
    fn allowed_again(&self) -> u64 {
        self.at_risk + self.ends * self.sink.kind.under_way(self.largest) + self.replayed
    }
}

/// By how much `delivered + set aside + waiting + filtered` may differ from what was appended: a stream that
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
    /// From the answer of `penstock status`.
    pub fn of(status: &Value, stream: &Stream) -> Option<Self> {
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
                    .is_none_or(|number| source["name"] == SOURCES[number])
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

/// appended = delivered + set aside + waiting + filtered, exactly; said while nothing moves.
pub fn balanced(said: &Said, stream: &Stream) -> Result<(), String> {
    let Account { least, most } = stream.account;
    let difference = said.sum() - said.appended;
    if (least..=most).contains(&difference) {
        return Ok(());
    }
    Err(format!(
        "{}: appended is not delivered + set aside + waiting + filtered: {said:?}, \
         the difference {difference} is not within {least}..={most}",
        stream.name
    ))
}

/// How many events of the file and of Infisical are not in the journal yet.
pub fn unread(offers: &Offers, status: &Value) -> i64 {
    let each = ONCE.map(|source| waiting_at(offers, status, source));
    each.into_iter().map(|waiting| waiting.max(0)).sum()
}

/// Each line of the file and each row of Infisical is in the journal exactly once.
pub fn read_once(offers: &Offers, status: &Value) -> Vec<String> {
    let wrong = ONCE.into_iter().filter_map(|source| {
        let waiting = waiting_at(offers, status, source);
        let unreadable = of_source(status, source, "unreadable");
        (waiting != 0 || unreadable != 0).then(|| {
            format!(
                "{}: {} events too few in the journal, {unreadable} that could not be read",
                SOURCES[source], waiting
            )
        })
    });
    wrong.collect()
}

/// Sources that are read, instead of being posted to.
const ONCE: [usize; 2] = [LOG, INFISICAL];

fn waiting_at(offers: &Offers, status: &Value, source: usize) -> i64 {
    let held = offers.lock();
    let offered = held.accepted.iter().filter(|(from, _)| *from == source);
    let offered = i64::try_from(offered.count()).unwrap_or(i64::MAX);
    offered - of_source(status, source, "events")
}

/// 0 where there is no such source.
fn of_source(status: &Value, source: usize, number: &str) -> i64 {
    let mut sources = status["sources"].as_array().into_iter().flatten();
    let source = sources.find(|it| it["name"] == SOURCES[source]);
    source.and_then(|it| it[number].as_i64()).unwrap_or(0)
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
pub fn settle(
    offers: &Offers,
    stream: &Stream,
    said: &Said,
    figures: &mut Figures,
    twice: u64,
) -> Vec<String> {
    let held = offers.lock();
    let taken = stream.sink.taken();
    let arrived: HashSet<&str> = taken.iter().map(|event| event.id.as_str()).collect();
    let mut found = foreign(&held, stream, &taken, figures);
    let (mut lost, mut missing, mut may_be_kept_out) = (Vec::new(), 0, 0);
    for (place, (source, id)) in held.accepted.iter().enumerate() {
        if stream.source.is_some_and(|only| only != *source) {
            continue;
        }
        let offer = &held.offered[id];
        let passes = stream.rules.passes(offer.at, &offer.facts);
        may_be_kept_out += u64::from(passes != Passes::Always);
        if place < stream.owes_from {
            continue;
        }
        let arrived = arrived.contains(id.as_str());
        figures.owed += u64::from(passes == Passes::Always || arrived);
        missing += u64::from(!arrived);
        if passes == Passes::Always && !arrived {
            lost.push(id);
        }
    }
    let kept_out = u64::try_from(said.filtered).unwrap_or(0);
    figures.kept_out += kept_out;
    figures.lost += lost.len() as u64;
    if !lost.is_empty() {
        found.push(format!(
            "{}: {} accepted events never arrived, {:?} among them",
            stream.name,
            lost.len(),
            &lost[..lost.len().min(3)]
        ));
    }
    if missing > kept_out || kept_out > may_be_kept_out + twice {
        found.push(format!(
            "{}: {kept_out} events are counted as kept out, but {missing} never arrived and \
             {may_be_kept_out} were to be kept out at most",
            stream.name
        ));
    }
    let again: u64 = taken.iter().map(|event| u64::from(event.times) - 1).sum();
    let duplicates = again.saturating_sub(twice);
    let allowed = stream.allowed_again();
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

/// What a provider has that was never offered to the stream's sources or was to be kept out, is not
/// as it was offered, or was to be redacted.
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
            .filter(|offer| stream.source.is_none_or(|only| only == offer.source));
        let Some(offer) = offered else {
            figures.invented += 1;
            found.push(format!("{}: {:?} was never offered", stream.name, event.id));
            continue;
        };
        if stream.rules.passes(offer.at, &offer.facts) == Passes::Never {
            figures.invented += 1;
            found.push(format!(
                "{}: {:?} was to be kept out",
                stream.name, event.id
            ));
        }
        if altered(offer, stream, event) {
            figures.altered += 1;
            found.push(format!("{}: {:?} is not as it came", stream.name, event.id));
        }
    }
    found.truncate(3);
    if stream.rules.redaction.is_some() {
        let leaks = stream.sink.leaks();
        figures.leaked += leaks;
        if leaks > 0 {
            found.push(format!(
                "{}: {leaks} requests carry what was to be redacted",
                stream.name
            ));
        }
    }
    found
}

/// Whether an event is other than it was offered, apart from what is redacted.
fn altered(offer: &Offer, stream: &Stream, event: &penstock_receiver::Taken) -> bool {
    let keeps_bytes = stream.sink.kind.keeps_bytes();
    let redacted = stream.rules.redaction.is_some();
    // What Infisical lists is written anew in the form in which it streams.
    if !redacted && offer.source != INFISICAL {
        return event.altered || keeps_bytes && event.event != offer.text.as_bytes();
    }
    let untouched = |bytes| match serde_json::from_slice(bytes) {
        Ok(event) if redacted => Some(rules::untouched(event)),
        Ok(event) => Some(event),
        Err(_) => None,
    };
    let other = keeps_bytes && untouched(&event.event) != untouched(offer.text.as_bytes());
    other || event.altered && !redacted
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
