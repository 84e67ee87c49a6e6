//! Ways to misbehave.

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

/// What goes wrong, until something else does.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Fault {
    #[default]
    None,
    /// A proxy's page with status 200 in place of every answer.
    WebPage,
    /// Sends on to this address.
    Redirect(String),
    /// A page of a thousand times the same row, whatever is asked for.
    SameRow,
    /// The identity may not read the log.
    NoPermission,
    /// The plan is without audit logs.
    NoPlan,
    /// Each page is refused for coming too fast, with so many seconds to wait; in a header, or in
    /// words alone.
    TooFast { seconds: u64, header: bool },
    /// The list fails with this status.
    Fails(u16),
    /// The list hangs up without an answer.
    HangsUp,
    /// Another service answers.
    Other,
}

/// Faults that come by chance: each page fails with this probability.
#[derive(Debug)]
pub struct Chance {
    percent: u32,
    dice: StdRng,
}

impl Chance {
    pub fn new(seed: u64, percent: u32) -> Self {
        Self {
            percent,
            dice: StdRng::seed_from_u64(seed),
        }
    }

    pub(crate) fn draw(&mut self) -> Fault {
        if self.dice.random_range(0..100) >= self.percent {
            return Fault::None;
        }
        match self.dice.random_range(0..5) {
            0 => Fault::TooFast {
                seconds: 1,
                header: self.dice.random(),
            },
            1 => Fault::Fails(500),
            2 => Fault::Fails(502),
            3 => Fault::Fails(504),
            _ => Fault::HangsUp,
        }
    }
}
