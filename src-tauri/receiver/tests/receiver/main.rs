//! The receiver over real sockets on loopback: each protocol's answers, the faults, the port.

mod azure;
mod better_stack;
mod client;
mod cribl;
mod custom;
mod datadog;
mod faults;
mod hosts;
mod lifetime;
mod splunk;
mod sumo_logic;
