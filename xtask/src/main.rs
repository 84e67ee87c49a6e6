//! The commands of this repository: run, test, fix, bench.
fn main() {}
