//! What is printed: answers on standard output, problems and notes on standard error.

use penstock_engine::problem::Problem;
use serde::Serialize;
use std::io::{self, Write};

use crate::table::Table;

/// For people, or for programs.
pub struct Say {
    json: bool,
}

impl Say {
    pub fn new(json: bool) -> Self {
        Self { json }
    }

    pub fn json(&self) -> bool {
        self.json
    }

    /// The answer of a command: `value` for programs, `text` for people.
    pub fn answer<T: Serialize>(&self, value: &T, text: impl FnOnce() -> String) {
        if self.json {
            let json = serde_json::to_string_pretty(value).expect("views are plain data");
            print(io::stdout(), &json);
        } else {
            print(io::stdout(), text().trim_end());
        }
    }

    pub fn table<T: Serialize>(&self, value: &T, empty: &str, table: impl FnOnce() -> Table) {
        self.answer(value, || table().text(empty));
    }

    /// One line at once, while a command goes on.
    pub fn line(&self, line: &str) {
        print(io::stdout(), line);
    }

    /// Something to know, besides the answer.
    pub fn note(&self, note: &str) {
        if !self.json {
            print(io::stderr(), note);
        }
    }

    pub fn problem(&self, problem: &Problem) {
        if self.json {
            let json = serde_json::json!({ "problem": problem });
            print(io::stderr(), &json.to_string());
        } else {
            print(io::stderr(), words(problem).trim_end());
        }
    }
}

/// What, why, what to do.
pub fn words(problem: &Problem) -> String {
    let mut text = format!("Problem: {}\n", problem.summary);
    if let Some(cause) = &problem.cause {
        text += &format!("Why:     {cause}\n");
    }
    match problem.next_steps.as_slice() {
        [] => {}
        [step] => text += &format!("To do:   {step}\n"),
        steps => {
            for (number, step) in steps.iter().enumerate() {
                let label = if number == 0 { "To do:" } else { "" };
                text += &format!("{label:<8} {}. {step}\n", number + 1);
            }
        }
    }
    for (label, value) in [
        ("Detail:", &problem.detail),
        ("Proof:", &problem.evidence),
        ("See:", &problem.link),
    ] {
        if let Some(value) = value {
            text += &format!("{label:<8} {value}\n");
        }
    }
    text
}

/// The name of a state, as in JSON.
pub fn name<T: Serialize>(state: &T) -> String {
    let value = serde_json::to_value(state).unwrap_or_default();
    value.as_str().unwrap_or_default().replace('_', " ")
}

/// `1 event`, `7 events`.
pub fn events(count: u64) -> String {
    format!("{count} event{}", if count == 1 { "" } else { "s" })
}

pub fn bytes(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}

/// Whoever stops reading gets no more; that is no failure.
fn print(mut to: impl Write, text: &str) {
    let _ = writeln!(to, "{text}").and_then(|()| to.flush());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_says_what_why_and_what_to_do_in_this_order() {
        let problem = Problem::new("code", "It failed.")
            .cause("It is off.")
            .next("Turn it on.");
        assert_eq!(
            words(&problem),
            "Problem: It failed.\nWhy:     It is off.\nTo do:   Turn it on.\n"
        );
        let problem = problem.next("Try again.").detail("errno 5");
        assert_eq!(
            words(&problem),
            "Problem: It failed.\nWhy:     It is off.\nTo do:   1. Turn it on.\n         2. Try again.\nDetail:  errno 5\n"
        );
    }
}
