//! How a receiver is set up.

use std::net::{Ipv4Addr, SocketAddr};

use crate::ledger::Keep;
use crate::protocol::{azure, better_stack, cribl, custom, datadog, splunk, sumo_logic};

/// The defaults are the practice credentials and the real limits, on loopback, on a port that
/// the system picks.
#[derive(Debug, Clone)]
pub struct Options {
    pub bind: SocketAddr,
    /// Speaks TLS instead of plain text.
    pub tls: Option<Tls>,
    pub keep: Keep,
    /// Decides which requests a fault of some per cent strikes.
    pub seed: u64,
    /// How many of the newest requests are kept whole, for [`Receiver::requests`].
    ///
    /// [`Receiver::requests`]: crate::Receiver::requests
    pub keep_requests: usize,
    pub custom: custom::Settings,
    pub splunk: splunk::Settings,
    pub datadog: datadog::Settings,
    pub azure: azure::Settings,
    pub cribl: cribl::Settings,
    pub better_stack: better_stack::Settings,
    pub sumo_logic: sumo_logic::Settings,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            bind: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            tls: None,
            keep: Keep::default(),
            seed: 0,
            keep_requests: 0,
            custom: custom::Settings::default(),
            splunk: splunk::Settings::default(),
            datadog: datadog::Settings::default(),
            azure: azure::Settings::default(),
            cribl: cribl::Settings::default(),
            better_stack: better_stack::Settings::default(),
            sumo_logic: sumo_logic::Settings::default(),
        }
    }
}

/// A server certificate.
#[derive(Clone)]
pub struct Tls {
    /// PEM, the server's own certificate first.
    pub certificate: String,
    /// PEM.
    pub key: String,
    /// With these authorities (PEM), a client must show a certificate of one of them.
    pub client_authorities: Option<String>,
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        formatter.write_str("Tls(***)")
    }
}
