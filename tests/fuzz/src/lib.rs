//! What foreign bytes may meet, each held to an oracle that is not Penstock's own code.
//!
//! Every function here is one fuzz target: it panics where a promise is broken. `targets/` hands
//! them to libFuzzer (`cargo xtask fuzz`); the tests of this crate run them over seeded mutations
//! of real input, so that every test run is a short fuzz run too.

mod answer;
mod body;
mod infisical;
mod lines;
mod members;
pub mod mutate;
mod redaction;
mod settings;

pub use answer::provider_answer;
pub use body::intake_body;
pub use infisical::infisical_row;
pub use lines::file_lines;
pub use members::json_members;
pub use redaction::redaction;
pub use settings::settings;
