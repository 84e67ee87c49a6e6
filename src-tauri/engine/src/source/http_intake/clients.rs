//! What one client may take of an intake, so that none starves another.
//!
//! A client is an address, or the /64 network of an IPv6 one, which a single host has all of.
//! Programs of this machine share one address; so requests from it are not counted unless asked for.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

use super::body::Room;

/// Clients that are remembered; beyond that, those at rest are forgotten.
const REMEMBERED: usize = 4096;

/// What one client may have.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub connections: u32,
    /// Requests a second, twice as many at once; `None`: any number.
    pub requests: Option<u32>,
    /// Memory for the bodies of its requests in flight.
    pub bytes: usize,
}

#[derive(Debug)]
pub struct Clients {
    /// For other machines, and for this one.
    limits: [Limits; 2],
    known: Mutex<HashMap<IpAddr, State>>,
}

#[derive(Debug)]
struct State {
    connections: u32,
    bucket: Bucket,
    room: Room,
}

/// One connection of a client; gives its place back when dropped.
#[derive(Debug)]
pub struct Client {
    clients: Arc<Clients>,
    network: IpAddr,
    pub room: Room,
}

impl Clients {
    pub fn new(others: Limits, own: Limits) -> Arc<Self> {
        Arc::new(Self {
            limits: [others, own],
            known: Mutex::default(),
        })
    }

    fn limits(&self, network: IpAddr) -> Limits {
        self.limits[usize::from(network.is_loopback())]
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<IpAddr, State>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for one more connection from an address, where its client may have one.
    pub fn connect(self: &Arc<Self>, address: IpAddr) -> Option<Client> {
        let network = network(address);
        let limits = self.limits(network);
        let mut known = self.lock();
        if known.len() >= REMEMBERED {
            let now = Instant::now();
            known.retain(|_, state| state.connections > 0 || !state.bucket.full(now));
        }
        let state = known.entry(network).or_insert_with(|| State {
            connections: 0,
            bucket: Bucket::new(limits.requests, Instant::now()),
            room: Room::new(limits.bytes, 1),
        });
        if state.connections >= limits.connections {
            return None;
        }
        state.connections += 1;
        Some(Client {
            clients: Arc::clone(self),
            network,
            room: state.room.clone(),
        })
    }
}

impl Client {
    /// Counts a request; how long to wait where there were too many.
    pub fn request(&self) -> Result<(), Duration> {
        match self.clients.lock().get_mut(&self.network) {
            Some(state) => state.bucket.take(Instant::now()),
            None => Ok(()),
        }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        if let Some(state) = self.clients.lock().get_mut(&self.network) {
            state.connections -= 1;
        }
    }
}

fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(ip) if !ip.is_loopback() => {
            IpAddr::V6(Ipv6Addr::from_bits(ip.to_bits() >> 64 << 64))
        }
        ip => ip,
    }
}

/// Fills with a second's requests each second, and holds two seconds' worth.
#[derive(Debug)]
struct Bucket {
    rate: Option<f64>,
    level: f64,
    at: Instant,
}

impl Bucket {
    fn new(rate: Option<u32>, now: Instant) -> Self {
        let rate = rate.map(f64::from);
        Self {
            rate,
            level: rate.unwrap_or_default() * 2.0,
            at: now,
        }
    }

    fn fill(&mut self, rate: f64, now: Instant) {
        let since = now.saturating_duration_since(self.at).as_secs_f64();
        self.level = (self.level + since * rate).min(rate * 2.0);
        self.at = now;
    }

    fn take(&mut self, now: Instant) -> Result<(), Duration> {
        let Some(rate) = self.rate else {
            return Ok(());
        };
        self.fill(rate, now);
        if self.level < 1.0 {
            return Err(Duration::from_secs_f64((1.0 - self.level) / rate));
        }
        self.level -= 1.0;
        Ok(())
    }

    fn full(&mut self, now: Instant) -> bool {
        let Some(rate) = self.rate else { return true };
        self.fill(rate, now);
        self.level >= rate * 2.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clients() -> Arc<Clients> {
        let others = Limits {
            connections: 2,
            requests: Some(10),
            bytes: 1 << 20,
        };
        let own = Limits {
            connections: 3,
            requests: None,
            bytes: 1 << 20,
        };
        Clients::new(others, own)
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn a_client_has_its_share_of_connections_and_leaves_the_others_theirs() {
        let clients = clients();
        let one: Vec<Client> = (0..2)
            .filter_map(|_| clients.connect(ip("10.0.0.1")))
            .collect();
        assert_eq!(one.len(), 2);
        assert!(clients.connect(ip("10.0.0.1")).is_none());
        assert!(clients.connect(ip("::ffff:10.0.0.1")).is_none());
        assert!(clients.connect(ip("10.0.0.2")).is_some());
        drop(one);
        assert!(clients.connect(ip("10.0.0.1")).is_some());
    }

    #[test]
    fn the_hosts_of_an_ipv6_network_are_one_client() {
        let clients = clients();
        let held: Vec<Option<Client>> = ["2001:db8::1", "2001:db8::2", "2001:db8::3"]
            .map(|text| clients.connect(ip(text)))
            .into();
        assert!(held[1].is_some() && held[2].is_none());
        assert!(clients.connect(ip("2001:db8:0:1::1")).is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn requests_beyond_the_rate_wait_and_those_of_this_machine_do_not() {
        let clients = clients();
        let (one, other) = (
            clients.connect(ip("10.0.0.1")).expect("a place"),
            clients.connect(ip("10.0.0.2")).expect("a place"),
        );
        assert_eq!((0..100).filter(|_| one.request().is_ok()).count(), 20);
        let wait = one.request().expect_err("too many");
        assert!(wait <= Duration::from_millis(100), "{wait:?}");
        assert!(other.request().is_ok(), "another client is not concerned");
        tokio::time::advance(Duration::from_millis(500)).await;
        assert_eq!((0..100).filter(|_| one.request().is_ok()).count(), 5);
        let own = clients.connect(ip("127.0.0.1")).expect("a place");
        assert!((0..1_000).all(|_| own.request().is_ok()));
    }

    #[tokio::test(start_paused = true)]
    async fn clients_at_rest_are_forgotten() {
        let clients = clients();
        for n in 0..10_000_u32 {
            let address = IpAddr::V4(n.into());
            let client = clients.connect(address).expect("a place");
            let _ = client.request();
            if n % 1_000 == 0 {
                tokio::time::advance(Duration::from_secs(1)).await;
            }
        }
        assert!(clients.lock().len() <= REMEMBERED + 1_000);
    }
}
