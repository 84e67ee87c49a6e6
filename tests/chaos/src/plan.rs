//! A schedule, drawn from a seed before anything runs: the same seed gives the same faults.

use penstock_receiver::view::Fault;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng};
use std::collections::HashMap;

use crate::infisical::Mishap;
use crate::log::Rotation;
use crate::producer::MARKER;
use crate::rules::{Filter, Redaction};
pub use crate::sink::Kind;

/// Streams at a time.
pub const STREAMS: usize = 4;
/// Sources by number: two intakes, a file that grows, and Infisical.
pub const SOURCES: [&str; 4] = ["first", "second", "log", "infisical"];
pub const LOG: usize = 2;
pub const INFISICAL: usize = 3;
pub const DAY: i64 = 86_400;

#[derive(Debug)]
pub struct Plan {
    pub seed: u64,
    pub kinds: [Kind; STREAMS],
    /// Which sources there are besides the two intakes.
    pub log: bool,
    pub infisical: bool,
    /// Which stream takes the events of which source only.
    pub narrow: (usize, usize),
    /// Which streams have a filter and a redaction from their beginning on. A filter may be changed
    /// for any other, a redaction only for another one.
    pub filters: [Filter; STREAMS],
    pub redactions: [Option<Redaction>; STREAMS],
    /// Secrets are in a keychain instead of in files.
    pub keychain: bool,
    /// No part of the disk is kept free, so that a full one is full in the middle of a write.
    pub reckless: bool,
    pub steps: Vec<Step>,
}

#[derive(Debug)]
pub struct Step {
    /// It is only waited, as long as with its trouble: for finding out which ones matter.
    pub left_out: bool,
    pub pause_milliseconds: u64,
    pub trouble: Trouble,
    /// After how many further steps it is over; nothing for what is over at once.
    pub lasts: usize,
}

/// What goes wrong, or what a person does meanwhile. Numbers are those of streams.
#[derive(Debug, Clone, PartialEq)]
pub enum Trouble {
    /// kill -9, and a start some time later.
    Kill {
        down_milliseconds: u64,
    },
    /// SIGTERM, and a start at once.
    Terminate,
    /// The receiver misbehaves.
    Receiver(usize, Fault),
    /// Its sign-in does.
    SignIn(usize, Fault),
    /// The tokens that it gave are worth nothing.
    SignOut(usize),
    Network(usize, Network),
    Disk(DiskTrouble),
    /// The clock jumps by so many seconds.
    Clock(i64),
    /// The vault is gone, or does not open; the agent is ended and started meanwhile.
    Vault,
    Pause(usize),
    /// The stream's address becomes a name that nobody knows.
    Unresolvable(usize),
    /// A setting is changed, so that the worker ends and another begins.
    Edit(usize),
    /// From this per cent of what is appended.
    Replay(usize, u64),
    /// The failed events are queued again.
    SetAside(usize),
    /// Its filter is changed.
    Filter(usize, Filter),
    Redact(usize, Redaction),
    Rotate(Rotation),
    Infisical(Mishap),
    PauseSource(usize),
    /// Deleted, and another of the same kind made from the beginning.
    Delete(usize),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Network {
    Refused,
    Silent,
    CutRequest(usize),
    CutReply(usize),
    /// A server with another authority's certificate; where there is no TLS, nobody listens.
    Astray,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiskTrouble {
    Full,
    ReadOnly,
    /// Writes fail with EIO.
    Failing,
}

/// What cannot have two troubles at a time.
#[derive(PartialEq, Eq, Hash)]
enum Place {
    Receiver(usize),
    SignIn(usize),
    Network(usize),
    Stream(usize),
    Source(usize),
    Infisical,
    Disk,
    Vault,
}

impl Trouble {
    fn place(&self) -> Option<Place> {
        match self {
            Self::Receiver(stream, _) => Some(Place::Receiver(*stream)),
            Self::SignIn(stream, _) => Some(Place::SignIn(*stream)),
            Self::Network(stream, _) => Some(Place::Network(*stream)),
            Self::Disk(_) => Some(Place::Disk),
            Self::Vault => Some(Place::Vault),
            Self::Pause(stream)
            | Self::Unresolvable(stream)
            | Self::Edit(stream)
            | Self::Replay(stream, _)
            | Self::SetAside(stream)
            | Self::Filter(stream, _)
            | Self::Redact(stream, _)
            | Self::Delete(stream) => Some(Place::Stream(*stream)),
            Self::PauseSource(source) => Some(Place::Source(*source)),
            Self::Infisical(_) => Some(Place::Infisical),
            Self::Kill { .. }
            | Self::Terminate
            | Self::Clock(_)
            | Self::Rotate(_)
            | Self::SignOut(_) => None,
        }
    }

    /// Whether it goes on for a while.
    fn has_end(&self) -> bool {
        if let Self::Infisical(mishap) = self {
            return mishap.has_end();
        }
        matches!(
            self,
            Self::Receiver(..)
                | Self::SignIn(..)
                | Self::Network(..)
                | Self::Disk(_)
                | Self::Vault
                | Self::Pause(_)
                | Self::PauseSource(_)
                | Self::Unresolvable(_)
        )
    }
}

impl Plan {
    pub fn draw(seed: u64, faults: usize) -> Self {
        let mut chance = StdRng::seed_from_u64(seed);
        let mut kinds = [Kind::Tls; STREAMS];
        for kind in kinds.iter_mut().skip(1) {
            *kind = match chance.random_ratio(1, 8) {
                // The only one that has to sign in.
                true => Kind::Azure,
                false => *Kind::ALL.choose(&mut chance).expect("there are some"),
            };
        }
        let filters = std::array::from_fn(|_| match chance.random() {
            true => Filter::Everything,
            false => Filter::draw(&mut chance),
        });
        let redactions = std::array::from_fn(|_| {
            let redacted = chance.random_ratio(2, 5);
            redacted.then(|| Redaction::draw(&mut chance))
        });
        let (log, infisical): (bool, bool) = chance.random();
        let sources = [Some(1), log.then_some(LOG), infisical.then_some(INFISICAL)];
        let sources: Vec<usize> = sources.into_iter().flatten().collect();
        let narrow = *sources.choose(&mut chance).expect("there is one");
        let mut busy: HashMap<Place, usize> = HashMap::new();
        let mut steps = Vec::new();
        while steps.len() < faults {
            let trouble = draw(&mut chance);
            let lasts = chance.random_range(1..4);
            let now = steps.len();
            let possible = match trouble {
                Trouble::Redact(stream, _) => redactions[stream].is_some(),
                Trouble::SignIn(stream, _) | Trouble::SignOut(stream) => {
                    kinds[stream] == Kind::Azure
                }
                Trouble::Rotate(_) | Trouble::PauseSource(LOG) => log,
                Trouble::Infisical(_) | Trouble::PauseSource(_) => infisical,
                _ => true,
            };
            if !possible {
                continue;
            }
            if let Some(place) = trouble.place() {
                // A stream without an address to spoil has its setting changed instead.
                if busy.get(&place).is_some_and(|until| *until >= now) {
                    continue;
                }
                busy.insert(place, if trouble.has_end() { now + lasts } else { now });
            }
            steps.push(Step {
                left_out: false,
                pause_milliseconds: chance.random_range(20..350),
                lasts: if trouble.has_end() { lasts } else { 0 },
                trouble,
            });
        }
        Self {
            seed,
            kinds,
            filters,
            redactions,
            keychain: false,
            log,
            infisical,
            narrow: (chance.random_range(0..STREAMS), narrow),
            reckless: chance.random(),
            steps,
        }
    }
}

impl Plan {
    /// The same with no other troubles than these, by number, from 1.
    pub fn only(mut self, numbers: &[usize]) -> Self {
        for (index, step) in self.steps.iter_mut().enumerate() {
            step.left_out = !numbers.contains(&(index + 1));
        }
        self
    }
}

fn draw(chance: &mut StdRng) -> Trouble {
    let stream = chance.random_range(0..STREAMS);
    match chance.random_range(0..156) {
        0..12 => Trouble::Kill {
            down_milliseconds: chance.random_range(0..200),
        },
        12..18 => Trouble::Terminate,
        18..42 => Trouble::Receiver(stream, receiver(chance)),
        42..58 => Trouble::Network(stream, network(chance)),
        58..64 => Trouble::Disk(DiskTrouble::Full),
        64..67 => Trouble::Disk(DiskTrouble::ReadOnly),
        67..70 => Trouble::Disk(DiskTrouble::Failing),
        70..74 => Trouble::Clock(match chance.random_range(0..4) {
            0 => -DAY,
            1 => 3_600,
            2 => -7_200,
            // Longer than delivered events are kept.
            _ => 8 * DAY,
        }),
        74..78 => Trouble::Vault,
        78..82 => Trouble::Pause(stream),
        82..86 => Trouble::Unresolvable(stream),
        86..90 => Trouble::Edit(stream),
        90..94 => Trouble::Replay(stream, chance.random_range(0..100)),
        94..97 => Trouble::SetAside(stream),
        100..108 => Trouble::Filter(stream, Filter::draw(chance)),
        108..114 => Trouble::Redact(stream, Redaction::draw(chance)),
        114..122 => Trouble::Rotate(rotation(chance)),
        122..132 => Trouble::Infisical(mishap(chance)),
        136..150 => Trouble::SignIn(stream, sign_in(chance)),
        150..156 => Trouble::SignOut(stream),
        132..136 => Trouble::PauseSource(*[LOG, INFISICAL].choose(chance).expect("there are two")),
        _ => Trouble::Delete(stream),
    }
}

fn receiver(chance: &mut StdRng) -> Fault {
    let percent = *[30, 60, 100].choose(chance).expect("there are some");
    let status = |status, retry_after| Fault::Status {
        status,
        retry_after,
        percent,
    };
    match chance.random_range(0..12) {
        0 => status(500, None),
        1 => status(503, Some(1)),
        2 => status(429, None),
        3 => status(429, Some(1)),
        4 => status(403, None),
        5 => Fault::Reset {
            after_taking: false,
            percent,
        },
        6 => Fault::Reset {
            after_taking: true,
            percent,
        },
        7 => Fault::Delay {
            milliseconds: chance.random_range(50..600),
        },
        8 => Fault::Hang,
        9 => Fault::Garbage,
        10 => Fault::Limit { bytes: 2_000 },
        _ => Fault::Partial {
            marker: MARKER.into(),
        },
    }
}

fn sign_in(chance: &mut StdRng) -> Fault {
    let status = |status| Fault::Status {
        status,
        retry_after: None,
        percent: 100,
    };
    match chance.random_range(0..7) {
        0 => status(401),
        1 => status(429),
        2 => status(503),
        3 => Fault::Reset {
            after_taking: true,
            percent: 60,
        },
        4 => Fault::Delay {
            milliseconds: chance.random_range(50..600),
        },
        5 => Fault::Hang,
        _ => Fault::Garbage,
    }
}

fn network(chance: &mut StdRng) -> Network {
    match chance.random_range(0..6) {
        0 => Network::Refused,
        1 => Network::Silent,
        2 => Network::CutRequest(chance.random_range(1..4_000)),
        // Most replies are about two hundred bytes long.
        3 | 4 => Network::CutReply(chance.random_range(1..200)),
        _ => Network::Astray,
    }
}

fn rotation(chance: &mut StdRng) -> Rotation {
    match chance.random_range(0..4) {
        0 => Rotation::Rename,
        1 => Rotation::RenameLate,
        2 => Rotation::CopyTruncate,
        _ => Rotation::Compress,
    }
}

fn mishap(chance: &mut StdRng) -> Mishap {
    match chance.random_range(0..9) {
        0 => Mishap::Fails(*[500, 502, 504].choose(chance).expect("there are some")),
        1 => Mishap::TooFast,
        2 => Mishap::HangsUp,
        3 => Mishap::WebPage,
        4 => Mishap::NoPermission,
        5 => Mishap::NoPlan,
        6 => Mishap::NowAndThen(40),
        7 => Mishap::Expired,
        _ => Mishap::Revoked,
    }
}
