//! Penstock without a window: the command line and the agent, on the same engine and data folder.
fn main() {}
