//! The queue between the journal and the provider. Pure: no clock, no network, no database.
//!
//! A unit is a run of events that is sent as one request. Units stand in the order of their
//! events; a verdict settles a unit, cuts it into smaller ones, or puts it back. What is settled
//! leaves from the front only, so the cursor moves over the contiguous part alone, and what is
//! sent again after a crash is bounded by what the queue holds.

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
    /// Journal events passed.
    pub passed: u64,
    pub delivered: u64,
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
    pub fn len(&self) -> usize {
        self.queue.len()
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

    /// Adds events at the end.
    pub fn push(&mut self, origin: Origin, events: Vec<Event>) {
        if let Some(unit) = self.unit(origin, events, 0) {
            self.queue.push_back(unit);
        }
    }

    fn unit(&mut self, origin: Origin, events: Vec<Event>, tries: u32) -> Option<Unit> {
        let (first, last) = (events.first()?.seq, events.last()?.seq);
        self.next_id += 1;
        Some(Unit {
            id: self.next_id,
            origin,
            first_seq: first,
            last_seq: last,
            count: events.len(),
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
        let second = events.split_off(events.len() / 2);
        let halves: Vec<Unit> = [events, second]
            .into_iter()
            .filter_map(|half| self.unit(origin, half, 0))
            .collect();
        self.replace(index, halves);
        true
    }

    /// Every event of a unit met its own fate: runs of the same fate become units.
    pub fn partly(&mut self, id: u64, events: Vec<Event>, fates: Vec<Fate>) {
        let Some(index) = self.queue.iter().position(|unit| unit.id == id) else {
            return;
        };
        let (origin, tries) = (self.queue[index].origin, self.queue[index].tries);
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
                let mut unit = self.unit(origin, events, if kind == 2 { tries } else { 0 })?;
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
                    sum.next_seq = Some(unit.last_seq + 1);
                    sum.passed += unit.count as u64;
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
mod tests {
    use super::*;

    fn events(seqs: std::ops::Range<u64>) -> Vec<Event> {
        seqs.map(|seq| Event::new(seq, format!("{{\"n\":{seq}}}")))
            .collect()
    }

    fn start_next(units: &mut Units) -> (u64, Vec<Event>) {
        let id = units.waiting().expect("a unit waits").id;
        (id, units.start(id))
    }

    #[test]
    fn the_cursor_moves_over_the_contiguous_part_only() {
        let mut units = Units::default();
        units.push(Origin::Journal, events(1..4));
        units.push(Origin::Journal, events(4..6));
        let (first, one) = start_next(&mut units);
        let (second, _) = start_next(&mut units);
        units.accepted(second, &[]);
        assert_eq!(
            units.take_settled().next_seq,
            None,
            "the later unit waits for the earlier one"
        );
        units.back(first, one);
        let id = units.waiting().expect("it waits again").id;
        assert_eq!(id, first);
        assert!(
            units.find(id).expect("it stands").events.is_none(),
            "a waiting stream holds no events"
        );
        units.find(id).expect("it stands").events = Some(events(1..4));
        let sent = units.start(id);
        units.accepted(id, &sent);
        let settled = units.take_settled();
        assert_eq!(
            (settled.next_seq, settled.delivered, settled.passed),
            (Some(6), 5, 5)
        );
        assert!(units.is_empty());
    }

    #[test]
    fn halves_of_a_refused_unit_find_the_one_event_at_fault() {
        let mut units = Units::default();
        units.push(Origin::Journal, events(1..9));
        let reason = Problem::new("bad", "This event is bad.");
        let mut requests = 0;
        while units.waiting().is_some() {
            let (id, events) = start_next(&mut units);
            requests += 1;
            if events.iter().any(|event| event.seq == 6) {
                if !units.split(id, events.clone()) {
                    units.set_aside(id, events, &reason);
                }
            } else {
                units.accepted(id, &events);
            }
        }
        let settled = units.take_settled();
        assert_eq!((settled.next_seq, settled.delivered), (Some(9), 7));
        assert_eq!(settled.set_aside.len(), 1);
        assert_eq!(settled.set_aside[0].0.seq, 6);
        assert_eq!(requests, 7);
    }

    #[test]
    fn a_partly_taken_unit_sends_only_the_rest_again() {
        let mut units = Units::default();
        units.push(Origin::Journal, events(1..6));
        let (id, sent) = start_next(&mut units);
        let reason = Problem::new("bad", "This event is bad.");
        units.partly(
            id,
            sent,
            vec![
                Fate::Stored,
                Fate::Stored,
                Fate::SetAside(reason),
                Fate::Again,
                Fate::Again,
            ],
        );
        let settled = units.take_settled();
        assert_eq!(
            (settled.next_seq, settled.delivered, settled.set_aside.len()),
            (Some(4), 2, 1)
        );
        let (id, rest) = start_next(&mut units);
        assert_eq!(
            rest.iter().map(|event| event.seq).collect::<Vec<_>>(),
            [4, 5]
        );
        units.accepted(id, &rest);
        assert_eq!(units.take_settled().next_seq, Some(6));
    }

    #[test]
    fn failed_events_sent_again_do_not_move_the_cursor() {
        let mut units = Units::default();
        units.push(Origin::SetAside, events(3..5));
        let (id, sent) = start_next(&mut units);
        units.partly(id, sent, vec![Fate::Stored, Fate::Again]);
        let settled = units.take_settled();
        assert_eq!(
            (settled.next_seq, settled.delivered, settled.resolved),
            (None, 1, vec![3])
        );
        let (id, rest) = start_next(&mut units);
        units.back(id, rest);
        assert!(
            units.waiting().expect("it waits").events.is_some(),
            "they are not in the journal any more"
        );
        let sent = units.start(id);
        units.accepted(id, &sent);
        assert_eq!(
            units.take_settled().resolved,
            vec![4],
            "a delivered one is no longer a failed one"
        );
    }
}
