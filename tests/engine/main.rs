//! Integration tests of the engine, in one binary.

mod bindings;
mod certificates;
mod http;
mod http_intake;
mod loopback;
mod proxy;
