//! The queue between the journal and the provider. Pure: no clock, no network, no database.
//!
//! A unit is a run of events that is sent as one request. Units stand in the order of their
//! events; a verdict settles a unit, cuts it into smaller ones, or puts it back. What is settled
//! leaves from the front only, so the cursor moves over the contiguous part alone, and what is
//! sent again after a crash is bounded by what the queue holds. Events that the stream's filter
//! kept out belong to the unit after them; where none follows, they are a settled unit of their
//! own, so the cursor passes over them too.

use std::collections::VecDeque;

use crate::event::{Event, Seq};
use crate::problem::Problem;
use crate::provider::Fate;

/// Where a unit's events come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The journal: settling moves the cursor.
    Journal,
    /// Failed events that a person queued again.
    SetAside,
}

#[derive(Debug, Clone)]
pub struct Unit {
    pub id: u64,
    pub origin: Origin,
    pub first_seq: Seq,
    pub last_seq: Seq,
    pub count: usize,
    /// Before each event, how many were kept out since the one before it; empty where none can be.
    gaps: Vec<u64>,
    /// Where the cursor stands once this is settled.
    next_seq: Seq,
    /// How many were kept out, within it or instead of it.
    filtered: u64,
    /// Tries so far.
    pub tries: u32,
    /// Kept in memory only while it is about to be sent, or where the journal does not have it.
    pub events: Option<Vec<Event>>,
    state: State,
}

#[derive(Debug, Clone)]
enum State {
    Waiting,
    Sending,
    Settled {
        delivered: u64,
        set_aside: Vec<(Event, Problem)>,
        resolved: Vec<Seq>,
    },
}

/// What left the front of the queue.
#[derive(Debug, Default)]
pub struct Settled {
    /// The cursor's new place, where it moved.
    pub next_seq: Option<Seq>,
    /// Journal events passed, those that were kept out among them.
    pub passed: u64,
    pub delivered: u64,
    pub filtered: u64,
    pub set_aside: Vec<(Event, Problem)>,
    /// Failed events that were delivered after all.
    pub resolved: Vec<Seq>,
}

#[derive(Debug, Default)]
pub struct Units {
    queue: VecDeque<Unit>,
    next_id: u64,
}

impl Units {
    /// Units of events; what stands between them does not count.
    pub fn len(&self) -> usize {
        self.queue.iter().filter(|unit| unit.count > 0).count()
    }

    pub fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    pub fn sending(&self) -> usize {
        self.queue
            .iter()
            .filter(|unit| matches!(unit.state, State::Sending))
            .count()
    }

    /// Tries of the first unit that is not settled.
    pub fn tries(&self) -> u32 {
        self.queue
            .iter()
            .find(|unit| !matches!(unit.state, State::Settled { .. }))
            .map_or(0, |unit| unit.tries)
    }

    /// Adds events at the end, with how many were kept out before each, where any can be.
    pub fn push(&mut self, origin: Origin, events: Vec<Event>, gaps: Vec<u64>) {
        if let Some(unit) = self.unit(origin, events, gaps, 0) {
            self.queue.push_back(unit);
        }
    }

    /// Notes that `filtered` events were kept out, and that the cursor may pass over them.
    pub fn pass_over(&mut self, next_seq: Seq, filtered: u64) {
        if let Some(last) = self.queue.back_mut().filter(|last| last.count == 0) {
            last.next_seq = next_seq;
            last.filtered += filtered;
            return;
        }
        self.next_id += 1;
        self.queue.push_back(Unit {
            id: self.next_id,
            origin: Origin::Journal,
            first_seq: next_seq,
            last_seq: next_seq,
            count: 0,
            gaps: Vec::new(),
            next_seq,
            filtered,
            tries: 0,
            events: None,
            state: State::Settled {
                delivered: 0,
                set_aside: Vec::new(),
                resolved: Vec::new(),
            },
        });
    }

    /// How many events kept out stand at the front, for the cursor to pass over.
    pub fn passable(&self) -> u64 {
        self.queue
            .front()
            .filter(|unit| unit.count == 0)
            .map_or(0, |unit| unit.filtered)
    }

    fn unit(
        &mut self,
        origin: Origin,
        events: Vec<Event>,
        gaps: Vec<u64>,
        tries: u32,
    ) -> Option<Unit> {
        let (first, last) = (events.first()?.seq, events.last()?.seq);
        self.next_id += 1;
        Some(Unit {
            id: self.next_id,
            origin,
            first_seq: first,
            last_seq: last,
            count: events.len(),
            next_seq: last + 1,
            filtered: gaps.iter().sum(),
            gaps,
            tries,
            events: Some(events),
            state: State::Waiting,
        })
    }

    /// The first unit that waits to be sent.
    pub fn waiting(&mut self) -> Option<&mut Unit> {
        self.queue
            .iter_mut()
            .find(|unit| matches!(unit.state, State::Waiting))
    }

    /// Marks a unit as on its way and hands out its events.
    pub fn start(&mut self, id: u64) -> Vec<Event> {
        let Some(unit) = self.find(id) else {
            return Vec::new();
        };
        unit.state = State::Sending;
        unit.tries += 1;
        unit.events.take().unwrap_or_default()
    }

    pub fn find(&mut self, id: u64) -> Option<&mut Unit> {
        self.queue.iter_mut().find(|unit| unit.id == id)
    }

    /// Every event was taken.
    pub fn accepted(&mut self, id: u64, events: &[Event]) {
        if let Some(unit) = self.find(id) {
            settle_delivered(unit, events);
        }
    }

    /// To be sent again as it is. Events of the journal are not kept in memory meanwhile.
    pub fn back(&mut self, id: u64, events: Vec<Event>) {
        let Some(unit) = self.find(id) else { return };
        unit.state = State::Waiting;
        unit.events = (unit.origin == Origin::SetAside).then_some(events);
    }

    /// Cuts a unit in halves; both wait. A single event cannot be cut: `false`.
    pub fn split(&mut self, id: u64, mut events: Vec<Event>) -> bool {
        if events.len() < 2 {
            return false;
        }
        let Some(index) = self.queue.iter().position(|unit| unit.id == id) else {
            return true;
        };
        let origin = self.queue[index].origin;
        let mut gaps = std::mem::take(&mut self.queue[index].gaps);
        let half = events.len() / 2;
        let second = (events.split_off(half), gaps.split_off(half.min(gaps.len())));
        let halves: Vec<Unit> = [(events, gaps), second]
            .into_iter()
            .filter_map(|(events, gaps)| self.unit(origin, events, gaps, 0))
            .collect();
        self.replace(index, halves);
        true
    }

    /// Cuts a unit after its first events, as many as have `bytes` in all and one at least; the
    /// rest waits behind it, not kept in memory where the journal has it.
    pub fn cut(&mut self, id: u64, bytes: usize) {
        let Some(index) = self.queue.iter().position(|unit| unit.id == id) else {
            return;
        };
        let unit = &mut self.queue[index];
        let mut events = unit.events.take().unwrap_or_default();
        let mut size = 0;
        let fit = events
            .iter()
            .take_while(|event| {
                size += event.bytes.len();
                size <= bytes
            })
            .count()
            .max(1);
        if fit >= events.len() {
            unit.events = Some(events);
            return;
        }
        let rest = events.split_off(fit);
        let gaps = unit.gaps.split_off(fit.min(unit.gaps.len()));
        let (origin, tries) = (unit.origin, unit.tries);
        let last = events.last().map_or(unit.last_seq, |event| event.seq);
        unit.last_seq = last;
        unit.next_seq = last + 1;
        unit.count = events.len();
        unit.filtered = unit.gaps.iter().sum();
        unit.events = Some(events);
        let Some(mut second) = self.unit(origin, rest, gaps, tries) else {
            return;
        };
        if origin == Origin::Journal {
            second.events = None;
        }
        self.queue.insert(index + 1, second);
    }

    /// Every event of a unit met its own fate: runs of the same fate become units.
    pub fn partly(&mut self, id: u64, events: Vec<Event>, fates: Vec<Fate>) {
        let Some(index) = self.queue.iter().position(|unit| unit.id == id) else {
            return;
        };
        let (origin, tries) = (self.queue[index].origin, self.queue[index].tries);
        let mut gaps = std::mem::take(&mut self.queue[index].gaps);
        let mut pieces = Vec::new();
        let mut run: Vec<Event> = Vec::new();
        let mut reasons: Vec<Problem> = Vec::new();
        let mut kind = 0_u8;
        let mut fates = fates.into_iter();
        for event in events {
            // An event the verdict says nothing of is sent again.
            let fate = fates.next().unwrap_or(Fate::Again);
            let this = match fate {
                Fate::Stored => 1,
                Fate::Again => 2,
                Fate::SetAside(_) => 3,
            };
            if this != kind && !run.is_empty() {
                pieces.push((kind, std::mem::take(&mut run), std::mem::take(&mut reasons)));
            }
            kind = this;
            if let Fate::SetAside(reason) = fate {
                reasons.push(reason);
            }
            run.push(event);
        }
        pieces.push((kind, run, reasons));
        let units: Vec<Unit> = pieces
            .into_iter()
            .filter_map(|(kind, events, reasons)| {
                let later = gaps.split_off(events.len().min(gaps.len()));
                let gaps = std::mem::replace(&mut gaps, later);
                let tries = if kind == 2 { tries } else { 0 };
                let mut unit = self.unit(origin, events, gaps, tries)?;
                if kind != 2 {
                    let events = unit.events.take().unwrap_or_default();
                    match kind {
                        1 => settle_delivered(&mut unit, &events),
                        _ => settle_set_aside(&mut unit, events, reasons),
                    }
                }
                Some(unit)
            })
            .collect();
        self.replace(index, units);
    }

    /// No event of the unit can ever be taken.
    pub fn set_aside(&mut self, id: u64, events: Vec<Event>, reason: &Problem) {
        let fates = vec![Fate::SetAside(reason.clone()); events.len()];
        self.partly(id, events, fates);
    }

    fn replace(&mut self, index: usize, units: Vec<Unit>) {
        self.queue.remove(index);
        for (offset, unit) in units.into_iter().enumerate() {
            self.queue.insert(index + offset, unit);
        }
    }

    /// Takes what is settled at the front.
    pub fn take_settled(&mut self) -> Settled {
        let mut sum = Settled::default();
        while matches!(
            self.queue.front(),
            Some(Unit {
                state: State::Settled { .. },
                ..
            })
        ) {
            let Some(unit) = self.queue.pop_front() else {
                break;
            };
            if let State::Settled {
                delivered,
                set_aside,
                resolved,
            } = unit.state
            {
                if unit.origin == Origin::Journal {
                    sum.next_seq = Some(unit.next_seq);
                    sum.passed += unit.count as u64 + unit.filtered;
                    sum.filtered += unit.filtered;
                }
                sum.delivered += delivered;
                sum.set_aside.extend(set_aside);
                sum.resolved.extend(resolved);
            }
        }
        sum
    }
}

fn settle_delivered(unit: &mut Unit, events: &[Event]) {
    let resolved = match unit.origin {
        Origin::Journal => Vec::new(),
        Origin::SetAside => events.iter().map(|event| event.seq).collect(),
    };
    unit.state = State::Settled {
        delivered: unit.count as u64,
        set_aside: Vec::new(),
        resolved,
    };
}

fn settle_set_aside(unit: &mut Unit, events: Vec<Event>, reasons: Vec<Problem>) {
    unit.state = State::Settled {
        delivered: 0,
        set_aside: events.into_iter().zip(reasons).collect(),
        resolved: Vec::new(),
    };
}

#[cfg(test)]
mod tests;
