//! Integration tests of the engine, in one binary.

mod acknowledge;
#[cfg(unix)]
mod behind;
mod bindings;
mod certificates;
mod delivery;
mod exchange;
mod file;
mod filters;
mod http;
mod http_intake;
mod infisical;
#[cfg(target_os = "linux")]
mod keychain;
mod live;
mod loopback;
mod official_clients;
mod proofs;
mod providers;
mod proxy;
mod redaction;
mod refusals;
mod replay;
#[cfg(unix)]
mod rescue;
mod store;
mod streams;
mod tls;
mod verify;
mod verify_providers;
mod world;
