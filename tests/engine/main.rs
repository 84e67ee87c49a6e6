//! Integration tests of the engine, in one binary.

mod bindings;
mod http_intake;
