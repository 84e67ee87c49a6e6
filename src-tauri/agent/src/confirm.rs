//! Asking before something is gone.

use penstock_engine::problem::Problem;
use std::io::{self, IsTerminal, Write};

/// Asks where a person can answer; elsewhere, and with `yes`, goes on.
pub fn confirm(question: &str, yes: bool) -> Result<(), Problem> {
    if yes || !io::stdin().is_terminal() {
        return Ok(());
    }
    eprint!("{question} [y/N] ");
    let _ = io::stderr().flush();
    let mut answer = String::new();
    let _ = io::stdin().read_line(&mut answer);
    if matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes") {
        return Ok(());
    }
    Err(Problem::new("cancelled", "Nothing was changed.").next("Answer y to go on, or pass --yes."))
}
