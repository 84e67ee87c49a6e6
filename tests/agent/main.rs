//! Tests of the command line, in one binary, driving the real program.

mod program;
mod provider;
mod receiver;
mod usage;
