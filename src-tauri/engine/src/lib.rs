//! Everything Penstock knows, with no window and no terminal in sight.
//!
//! The way of an event: a source appends it to the journal (durable before the source is told
//! "accepted"); each stream's worker reads from its own cursor, cuts a batch by the provider's
//! limits, builds the provider's request, sends it, and turns the answer into a verdict; attempt
//! and cursor are committed together. Nothing here knows Tauri, prints, or reads the user's
//! environment except where a host passes it in.

pub mod certificate;
pub mod changes;
pub mod clock;
pub(crate) mod connect;
pub mod connection;
pub mod data_dir;
pub(crate) mod delivery;
pub mod engine;
pub mod event;
pub mod exchange;
pub mod filter;
pub mod form;
pub mod health;
pub mod http;
pub mod json;
pub mod logs;
pub mod problem;
pub mod provider;
pub mod redact;
pub mod redaction;
pub mod sample;
pub mod secret;
pub mod source;
pub mod store;
pub mod variables;
pub mod vault;
pub mod verify;
pub mod view;
