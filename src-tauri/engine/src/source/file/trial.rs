//! What a *Test connection* looks at: whether the file can be read, and what is in it.

use std::collections::HashSet;
use std::path::Path;

use super::directory::{self, Found};
use super::follow::Start;
use super::input::Input;
use super::line::{Verdict, judge};
use super::lines::Lines;
use super::problems;
use super::reader::{Place, explain, sniff};
use crate::problem::Problem;
use crate::source::SourceTest;

/// Lines that are looked at.
const LINES: u64 = 100;
/// Text that is looked at.
const BYTES: usize = 1 << 20;

pub fn trial(path: &Path, start: Start) -> SourceTest {
    let mut facts = vec![(String::from("File"), path.display().to_string())];
    let looked = look(path, start, &mut facts);
    let (headline, problem) = match looked {
        Ok(headline) => (headline, None),
        Err(problem) => (problem.summary.clone(), Some(problem)),
    };
    SourceTest {
        headline,
        facts,
        problem,
        warning: None,
    }
}

fn look(path: &Path, start: Start, facts: &mut Vec<(String, String)>) -> Result<String, Problem> {
    let found = directory::found(path, true).map_err(|error| problems::unreadable(path, &error))?;
    facts.push((String::from("Size"), size(found.size)));
    if start == Start::Begin {
        let listing = directory::list(path, &HashSet::new())
            .map_err(|error| problems::unreadable(path, &error))?;
        if let Some(error) = &listing.hidden {
            return Err(problems::folder_hidden(path, error));
        }
        let rotated = listing.files.iter().filter(|file| !file.live).count();
        if rotated > 0 {
            facts.push((
                String::from("Rotated files"),
                format!("{rotated}, read first"),
            ));
        }
    }
    let mut seen = Seen::default();
    first_lines(&found, start, &mut seen).map_err(|error| explain(&found, &error))??;
    if seen.lines == 0 {
        return Ok(String::from("The file is readable, and empty so far."));
    }
    let first = if seen.lines == LINES { "first " } else { "" };
    facts.push((
        String::from("Events"),
        format!("{} of the {first}{} lines", seen.events, seen.lines),
    ));
    match seen.bad {
        None => Ok(String::from(
            "The file is readable, and its lines are events.",
        )),
        Some((place, problem)) => {
            facts.push((String::from("First bad line"), place.to_string()));
            Err(explain_bad(path, place, problem, seen.events == 0))
        }
    }
}

#[derive(Default)]
struct Seen {
    lines: u64,
    events: u64,
    bad: Option<(Place, Problem)>,
}

fn first_lines(
    found: &Found,
    start: Start,
    seen: &mut Seen,
) -> std::io::Result<Result<(), Problem>> {
    let mut input = Input::open(&found.path)?;
    let mut lines = Lines::default();
    let count = input.read(lines.buffer(), BYTES)?;
    if let Some(problem) = sniff(found, lines.buffer()) {
        return Ok(Err(problem));
    }
    lines.came(count);
    let mut at = 0;
    loop {
        let line = match lines.next() {
            // The last line of a file that does not grow counts as well.
            None if start == Start::Once && count < BYTES => lines.last(),
            next => next,
        };
        let Some(line) = line else { break };
        at += 1;
        let place = Place::Line(at);
        match judge(&line, place.first()) {
            Verdict::Blank => continue,
            Verdict::Event(_) => seen.events += 1,
            Verdict::No(problem) => {
                seen.bad.get_or_insert((place, problem));
            }
        }
        seen.lines += 1;
        if seen.lines == LINES {
            break;
        }
    }
    Ok(Ok(()))
}

fn explain_bad(path: &Path, place: Place, reason: Problem, none_good: bool) -> Problem {
    let shown = path.display();
    let problem = Problem::new(
        "file-not-json-lines",
        if none_good {
            format!("No line of {shown} looks like an event.")
        } else {
            format!("Some lines of {shown} are no events.")
        },
    )
    .cause(format!("The first is {place}. {}", reason.summary));
    let problem = if none_good {
        problem.next("Write one JSON object a line.").next(format!(
            "A file that is one JSON array becomes such lines with: jq -c '.[]' {shown}"
        ))
    } else {
        problem.next("Nothing needs to be done: such lines are set aside with their line number, and the rest flows.")
    };
    problem.short("Lines are no events")
}

/// `12.3 MB`
fn size(bytes: u64) -> String {
    let mut value = bytes as f64;
    for unit in ["bytes", "kB", "MB", "GB"] {
        if value < 1_000.0 {
            return if unit == "bytes" {
                format!("{bytes} bytes")
            } else {
                format!("{value:.1} {unit}")
            };
        }
        value /= 1_000.0;
    }
    format!("{value:.1} TB")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trial_counts_lines_and_names_the_first_bad_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.json");
        let fact = |test: &SourceTest, label: &str| {
            let found = test.facts.iter().find(|(it, _)| it == label);
            found.map(|(_, text)| text.clone()).unwrap_or_default()
        };
        for (text, events, bad) in [
            ("{}\n".repeat(1_000), "100 of the first 100 lines", ""),
            (
                String::from("{}\n\n{}\nx\n{}\n{"),
                "3 of the 4 lines",
                "line 4",
            ),
            (String::from("[{},\n{}]\n"), "0 of the 2 lines", "line 1"),
            (String::new(), "", ""),
        ] {
            std::fs::write(&path, text).expect("written");
            let test = trial(&path, Start::Begin);
            assert_eq!(fact(&test, "Events"), events);
            assert_eq!(fact(&test, "First bad line"), bad);
            assert_eq!(test.problem.is_some(), !bad.is_empty());
        }
        let test = trial(&folder.path().join("none"), Start::Begin);
        assert_eq!(test.problem.expect("missing").code, "file-missing");
    }

    #[test]
    fn sizes_are_readable() {
        assert_eq!(size(12), "12 bytes");
        assert_eq!(size(12_345_678), "12.3 MB");
    }
}
