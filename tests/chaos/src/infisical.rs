//! Infisical's audit log, to which rows are added meanwhile, late and out of order.

use infisical_stand_in::{Chance, Event, Fault, Options, StandIn};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

use crate::offers::Offers;

const HOUR: i64 = 3_600_000;
/// How old and how late rows are at most.
const OLD: i64 = 2_000;
const LATE: i64 = 2_500;

/// What goes wrong with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mishap {
    Fails(u16),
    TooFast,
    HangsUp,
    WebPage,
    NoPermission,
    NoPlan,
    /// So many per cent of the pages fail, each in another way.
    NowAndThen(u32),
    /// The tokens given so far end; signing in works.
    Expired,
    Revoked,
}

impl Mishap {
    pub fn has_end(self) -> bool {
        !matches!(self, Self::Expired | Self::Revoked)
    }
}

pub struct Infisical {
    stand_in: StandIn,
    seed: u64,
}

impl Infisical {
    /// With a past.
    pub async fn start(seed: u64, source: usize, offers: &Offers) -> Self {
        let options = Options {
            // Whoever tries again at once, as a person here does, may ask often.
            requests_a_minute: 6_000,
            unsteady: seed.is_multiple_of(2),
            ..Options::default()
        };
        let stand_in = StandIn::start(options).await;
        let it = Self { stand_in, seed };
        let now = it.stand_in.now();
        let past = Event::spread("past", 60, now - 30 * HOUR, now - HOUR);
        it.add(past, source, offers);
        it
    }

    pub fn settings(&self) -> [String; 4] {
        [
            format!("site={}", self.stand_in.url()),
            format!("client_id={}", self.stand_in.client_id()),
            "start=all".into(),
            "overlap_seconds=60".into(),
        ]
    }

    pub fn secret(&self) -> String {
        self.stand_in.client_secret()
    }

    pub fn begin(&self, mishap: Mishap) {
        let fault = match mishap {
            Mishap::Fails(status) => Fault::Fails(status),
            Mishap::TooFast => Fault::TooFast {
                seconds: 1,
                header: true,
            },
            Mishap::HangsUp => Fault::HangsUp,
            Mishap::WebPage => Fault::WebPage,
            Mishap::NoPermission => Fault::NoPermission,
            Mishap::NoPlan => Fault::NoPlan,
            Mishap::NowAndThen(percent) => {
                return self.stand_in.set_chance(Chance::new(self.seed, percent));
            }
            Mishap::Expired => return self.stand_in.expire_tokens(),
            Mishap::Revoked => return self.stand_in.revoke_tokens(),
        };
        self.stand_in.set_fault(fault);
    }

    pub fn heal(&self) {
        self.stand_in.set_fault(Fault::None);
        self.stand_in.set_chance(Chance::new(self.seed, 0));
    }

    fn add(&self, rows: Vec<Event>, source: usize, offers: &Offers) {
        let retention = Options::default().retention_days;
        let events: Vec<(String, String)> = rows
            .iter()
            .map(|row| {
                let event = serde_json::Value::Object(row.streamed(retention));
                (row.id.clone(), event.to_string())
            })
            .collect();
        offers.offer(source, &events);
        self.stand_in.add(rows);
        offers.accepted(source, &events);
    }
}

/// Adds rows until told to stop. A row is as good as accepted: it stays.
pub async fn grow(
    infisical: Arc<Infisical>,
    source: usize,
    offers: Arc<Offers>,
    mut stop: watch::Receiver<bool>,
) {
    let mut chance = StdRng::seed_from_u64(infisical.seed ^ 1);
    let mut number = 0;
    while !*stop.borrow() {
        let now = infisical.stand_in.now();
        let rows = (0..chance.random_range(1..15)).map(|_| {
            number += 1;
            let at = now - chance.random_range(0..OLD);
            let kind = chance.random_range(0..1000);
            Event::like(kind, format!("row-{number}"), at).late(chance.random_range(0..LATE))
        });
        infisical.add(rows.collect(), source, &offers);
        let pause = Duration::from_millis(chance.random_range(30..250));
        let _ = tokio::time::timeout(pause, stop.wait_for(|stop| *stop)).await;
    }
}
