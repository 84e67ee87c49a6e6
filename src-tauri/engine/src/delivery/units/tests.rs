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
    units.push(Origin::Journal, events(1..4), Vec::new());
    units.push(Origin::Journal, events(4..6), Vec::new());
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
    units.push(Origin::Journal, events(1..9), Vec::new());
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
    units.push(Origin::Journal, events(1..6), Vec::new());
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
    units.push(Origin::SetAside, events(3..5), Vec::new());
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

/// Every second event was kept out, and so were two at the end.
fn every_second(units: &mut Units) {
    let events: Vec<Event> = [2, 4, 6, 8].map(|seq| Event::new(seq, "{}")).into();
    units.push(Origin::Journal, events, vec![1; 4]);
    units.pass_over(11, 2);
}

#[test]
fn the_cursor_passes_over_what_was_kept_out_once_what_is_before_it_is_settled() {
    let mut units = Units::default();
    every_second(&mut units);
    units.pass_over(21, 10);
    assert_eq!(units.len(), 1, "only events take up room in the queue");
    assert_eq!(units.take_settled().next_seq, None);
    let (id, sent) = start_next(&mut units);
    assert_eq!(units.passable(), 0);
    units.accepted(id, &sent);
    let settled = units.take_settled();
    assert_eq!(
        (
            settled.next_seq,
            settled.delivered,
            settled.filtered,
            settled.passed
        ),
        (Some(21), 4, 16, 20)
    );
    units.pass_over(31, 10);
    assert_eq!(units.passable(), 10);
    assert_eq!(units.take_settled().next_seq, Some(31));
    assert!(units.is_empty());
}

#[test]
fn pieces_of_a_unit_take_along_what_was_kept_out_before_them() {
    let reason = Problem::new("bad", "This event is bad.");
    let mut units = Units::default();
    every_second(&mut units);
    let (id, sent) = start_next(&mut units);
    assert!(units.split(id, sent));
    let (first, sent) = start_next(&mut units);
    units.accepted(first, &sent);
    let settled = units.take_settled();
    assert_eq!(
        (settled.next_seq, settled.filtered, settled.passed),
        (Some(5), 2, 4)
    );
    let (second, sent) = start_next(&mut units);
    units.partly(second, sent, vec![Fate::SetAside(reason), Fate::Again]);
    let settled = units.take_settled();
    assert_eq!(
        (settled.next_seq, settled.filtered, settled.passed),
        (Some(7), 1, 2)
    );
    let (last, sent) = start_next(&mut units);
    units.back(last, sent.clone());
    let again = units.start(last);
    assert!(again.is_empty(), "to be read from the journal");
    units.accepted(last, &sent);
    let settled = units.take_settled();
    assert_eq!(
        (settled.next_seq, settled.filtered, settled.passed),
        (Some(11), 3, 4)
    );
}

#[test]
fn a_unit_cut_for_a_trial_keeps_every_event_in_order() {
    let mut units = Units::default();
    units.push(Origin::Journal, events(1..6), vec![0, 2, 0, 1, 0]);
    let id = units.waiting().expect("a unit waits").id;
    let one = events(1..2)[0].bytes.len();
    units.cut(id, 2 * one);
    let first = units.start(id);
    assert_eq!(first.len(), 2);
    units.accepted(id, &first);
    let settled = units.take_settled();
    assert_eq!(
        (settled.next_seq, settled.delivered, settled.filtered),
        (Some(3), 2, 2)
    );
    let rest = units.waiting().expect("the rest waits");
    assert!(rest.events.is_none(), "the journal has it");
    assert_eq!((rest.first_seq, rest.last_seq, rest.count), (3, 5, 3));
    let id = rest.id;
    units.find(id).expect("it stands").events = Some(events(3..6));
    units.cut(id, 1);
    let next = units.start(id);
    assert_eq!(next.len(), 1, "one at least, however large");
}
