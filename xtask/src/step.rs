//! Running programs as named steps: how long each took, and how many tests each ran.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::Failure;

/// The steps that ran so far.
#[derive(Default)]
pub struct Steps {
    done: Vec<Done>,
}

struct Done {
    name: &'static str,
    took: Duration,
    tests: Option<u32>,
}

impl Steps {
    /// Runs a step; its output is shown as it comes.
    pub fn run(&mut self, name: &'static str, command: Command) -> Result<(), Failure> {
        self.time(name, |_| run(command))
    }

    /// Runs a step whose output says how many tests passed.
    pub fn run_tests(&mut self, name: &'static str, command: Command) -> Result<(), Failure> {
        self.time(name, |tests| {
            *tests = Some(0);
            run_watched(command, |line| {
                if let Some(count) = passed(line) {
                    *tests = Some(tests.unwrap_or_default() + count);
                }
            })?;
            match tests {
                Some(0) => Err("no test ran".to_owned()),
                _ => Ok(()),
            }
        })
    }

    /// Times a piece of work as a step.
    pub fn time(
        &mut self,
        name: &'static str,
        work: impl FnOnce(&mut Option<u32>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        println!("\n==> {name}");
        let start = Instant::now();
        let mut tests = None;
        let outcome = work(&mut tests);
        let took = start.elapsed();
        println!("--- {name}: {}", seconds(took));
        outcome.map_err(|failure| format!("The step \"{name}\" failed: {failure}."))?;
        self.done.push(Done { name, took, tests });
        Ok(())
    }

    /// A table of all steps, and the number of tests in one line.
    pub fn report(&self) {
        println!();
        let width = self
            .done
            .iter()
            .map(|step| step.name.len())
            .max()
            .unwrap_or(0);
        for Done { name, took, tests } in &self.done {
            let tests = tests.map_or(String::new(), |tests| format!("{tests} tests"));
            let line = format!("{name:width$}  {:>9}  {tests}", seconds(*took));
            println!("{}", line.trim_end());
        }
        let tests: u32 = self.done.iter().filter_map(|step| step.tests).sum();
        let took = self.done.iter().map(|step| step.took).sum();
        println!("\nEverything passed in {}.", seconds(took));
        println!("{tests} passed, 0 failed");
    }
}

/// A program and its arguments.
pub fn command<const N: usize>(words: [&str; N]) -> Command {
    let (program, arguments) = words.split_first().expect("a program is named");
    let mut command = Command::new(program);
    command.args(arguments);
    command
}

/// Runs a program to its end; its output is shown as it comes.
pub fn run(mut command: Command) -> Result<(), Failure> {
    let status = command
        .status()
        .map_err(|error| unstartable(&command, &error))?;
    judge(&command, status)
}

fn run_watched(mut command: Command, mut see: impl FnMut(&str)) -> Result<(), Failure> {
    // Test runners report on standard error (nextest) or standard output (all others).
    let broken = |error: std::io::Error| format!("its output could not be read: {error}");
    let (output, both) = std::io::pipe().map_err(broken)?;
    command
        .stderr(both.try_clone().map_err(broken)?)
        .stdout(both);
    let mut child = command
        .spawn()
        .map_err(|error| unstartable(&command, &error))?;
    // The command holds the pipe's writing end: without it the reader sees the end.
    command.stdout(Stdio::inherit()).stderr(Stdio::inherit());
    for line in BufReader::new(output).split(b'\n') {
        let line = line.map_err(broken)?;
        let line = String::from_utf8_lossy(&line);
        see(&without_colours(&line));
        println!("{line}");
        let _ = std::io::stdout().flush();
    }
    let status = child.wait().map_err(broken)?;
    judge(&command, status)
}

fn judge(command: &Command, status: std::process::ExitStatus) -> Result<(), Failure> {
    if status.success() {
        return Ok(());
    }
    Err(format!("`{}` ended with {status}", shown(command)))
}

fn unstartable(command: &Command, error: &std::io::Error) -> Failure {
    format!("`{}` could not be started: {error}", shown(command))
}

fn shown(command: &Command) -> String {
    let mut text = command.get_program().to_string_lossy().into_owned();
    for argument in command.get_args() {
        text.push(' ');
        text.push_str(&argument.to_string_lossy());
    }
    text
}

fn seconds(duration: Duration) -> String {
    let whole = duration.as_secs();
    if whole < 60 {
        format!("{:.1} s", duration.as_secs_f64())
    } else {
        format!("{} min {:02} s", whole / 60, whole % 60)
    }
}

/// The count in a runner's closing line: nextest, cargo test, vitest and Playwright.
fn passed(line: &str) -> Option<u32> {
    let line = line.trim();
    let before_passed = || {
        let (before, _) = line.split_once(" passed")?;
        before
            .rsplit(|c: char| !c.is_ascii_digit())
            .next()?
            .parse()
            .ok()
    };
    let summary = line.starts_with("Summary [")
        || line.starts_with("test result:")
        || line.starts_with("Tests ")
        || line
            .split_once(" passed (")
            .is_some_and(|(count, _)| count.parse::<u32>().is_ok());
    if summary { before_passed() } else { None }
}

fn without_colours(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut rest = line.chars();
    while let Some(c) = rest.next() {
        if c == '\u{1b}' {
            rest.by_ref().find(char::is_ascii_alphabetic);
        } else {
            plain.push(c);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closing_line_of_every_runner_is_counted_once() {
        for (line, count) in [
            (
                "     Summary [   3.912s] 212 tests run: 212 passed, 0 skipped",
                Some(212),
            ),
            (
                "test result: ok. 17 passed; 0 failed; 0 ignored; 0 measured",
                Some(17),
            ),
            (
                "\u{1b}[2m      Tests \u{1b}[22m \u{1b}[32m41 passed\u{1b}[39m (41)",
                Some(41),
            ),
            (" Test Files  9 passed (9)", None),
            ("  27 passed (38.2s)", Some(27)),
            (
                "        PASS [   0.004s] penstock-engine event::tests::one_passed",
                None,
            ),
        ] {
            assert_eq!(passed(&without_colours(line)), count, "{line}");
        }
    }

    #[test]
    fn a_step_that_ran_no_test_fails() {
        let failure = Steps::default()
            .run_tests(
                "nothing",
                command(["echo", "test result: ok. 0 passed; 0 failed"]),
            )
            .expect_err("no test is no success");
        assert!(failure.contains("no test ran"), "{failure}");
    }

    #[test]
    fn a_failing_program_is_named_with_its_arguments() {
        let failure = run(command(["false", "--really"])).expect_err("false fails");
        assert!(failure.contains("`false --really`"), "{failure}");
    }
}
