//! Loopback addresses of its own for each schedule: while an agent is down, the port of its
//! intake is free, and nobody else may get it.

use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicU16, Ordering};

static NEXT: AtomicU16 = AtomicU16::new(0);

/// Another one for each schedule, of this process or of one that runs beside it.
pub fn number() -> u16 {
    let process = (std::process::id() % 256) as u16;
    (process << 8).wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed))
}

pub fn of_intakes(number: u16) -> Ipv4Addr {
    host(10, number)
}

pub fn of_receivers(number: u16) -> Ipv4Addr {
    host(20, number)
}

fn host(second: u8, number: u16) -> Ipv4Addr {
    let [high, low] = number.to_be_bytes();
    Ipv4Addr::new(127, second, high, low)
}
