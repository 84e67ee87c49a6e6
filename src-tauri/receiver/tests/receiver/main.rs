//! The receiver over real sockets on loopback: each protocol's answers, the faults, the port.

mod client;
mod custom;
mod faults;
mod lifetime;
mod splunk;
