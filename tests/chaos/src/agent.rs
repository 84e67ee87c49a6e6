//! The agent as a person has it: a data folder, a vault, a command line, a process.
//!
//! Every process is started with the shim preloaded, which refuses writes and shifts the clock
//! when it is told to, and can write down what happens to the database's files.

use serde_json::Value;
use std::fs;
use std::os::unix::fs::FileExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use crate::vault::Vault;

/// Far longer than any command takes; only what hangs for ever meets it.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where everything of one agent is.
pub struct Home {
    pub data: PathBuf,
    pub vault: Vault,
    control: PathBuf,
    /// Where the shim notes what changes the database's files; empty for nowhere.
    changes: Option<PathBuf>,
    errors: PathBuf,
}

/// What the shim makes of the system.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// The error number that writes to the database get.
    pub refuse: i32,
    /// Added to the time of day.
    pub clock_seconds: i64,
}

/// Why a command did not do what it was asked.
#[derive(Debug)]
pub struct Refused {
    /// The problem's code; empty where none was given.
    pub code: String,
    pub words: String,
}

impl std::fmt::Display for Refused {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}: {}", self.code, self.words)
    }
}

impl Home {
    /// In `work`, with the data in a folder `data` that may be a disk of its own.
    pub fn new(work: &Path, data: PathBuf, vault: Vault) -> Self {
        let home = Self {
            data,
            vault,
            control: work.join("control"),
            changes: None,
            errors: work.join("errors"),
        };
        home.surround(Surroundings::default());
        home
    }

    /// A file to hand to a command; its path.
    pub fn paper(&self, name: &str, text: &Value) -> String {
        let path = self.paper_named(name);
        fs::write(&path, text.to_string()).expect("there is room for it");
        path
    }

    /// Where such a file is.
    pub fn paper_named(&self, name: &str) -> String {
        let path = self.errors.with_file_name(name);
        path.to_str().expect("a path in text").to_owned()
    }

    /// From now on, what changes the database's files is noted in `path`.
    pub fn note_changes(&mut self, path: PathBuf) {
        fs::write(&path, b"").expect("the log is made");
        self.changes = Some(path);
    }

    /// Every process sees this at once, those that run already too.
    pub fn surround(&self, surroundings: Surroundings) {
        let mut bytes = [0; 16];
        bytes[..4].copy_from_slice(&surroundings.refuse.to_le_bytes());
        bytes[8..].copy_from_slice(&surroundings.clock_seconds.to_le_bytes());
        let file = fs::File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&self.control);
        let written = file.and_then(|file| file.write_all_at(&bytes, 0));
        written.expect("the shim's control can be written");
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command
            .args(arguments)
            .arg("--json")
            .env_clear()
            .env("LD_PRELOAD", env!("PENSTOCK_SHIM"))
            .env("PENSTOCK_SHIM_CONTROL", &self.control)
            .env("PENSTOCK_SHIM_FOLDER", &self.data)
            .env("PENSTOCK_DATA_DIR", &self.data)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true);
        self.vault.tell(&mut command);
        if let Some(changes) = &self.changes {
            command.env("PENSTOCK_SHIM_LOG", changes);
        }
        command
    }

    /// The answer of a command that ends by itself.
    pub async fn ask(&self, arguments: &[&str]) -> Result<Value, Refused> {
        let mut command = self.command(arguments);
        let output = command.stderr(Stdio::piped()).output();
        let output = tokio::time::timeout(PATIENCE, output)
            .await
            .map_err(|_| Refused {
                code: "hangs".into(),
                words: format!("{arguments:?} does not end"),
            })?
            .expect("the agent starts");
        if output.status.success() {
            return Ok(serde_json::from_slice(&output.stdout).expect("the agent answers JSON"));
        }
        Err(refused(
            &format!("{arguments:?} {}", output.status),
            &output.stderr,
        ))
    }

    /// Starts delivery, and waits until it says that it is ready.
    pub async fn run(&self) -> Result<Run, Refused> {
        let errors = fs::File::options()
            .create(true)
            .append(true)
            .open(&self.errors)
            .expect("a file for what it says");
        let before = errors.metadata().map_or(0, |file| file.len());
        let mut command = self.command(&["run"]);
        let mut child = command.stderr(errors).spawn().expect("the agent starts");
        let mut said = BufReader::new(child.stdout.take().expect("piped")).lines();
        let ready = async {
            while let Ok(Some(line)) = said.next_line().await {
                if line.contains("\"ready\"") {
                    return true;
                }
            }
            false
        };
        match tokio::time::timeout(PATIENCE, ready).await {
            Ok(true) => Ok(Run { child, _said: said }),
            Ok(false) => {
                let status = child.wait().await.expect("it ended");
                let all = fs::read(&self.errors).unwrap_or_default();
                let last = &all[usize::try_from(before).unwrap_or(0).min(all.len())..];
                Err(refused(&format!("run {status}"), last))
            }
            Err(_) => Err(Refused {
                code: "hangs".into(),
                words: "it is never ready".into(),
            }),
        }
    }
}

fn refused(what: &str, errors: &[u8]) -> Refused {
    let text = String::from_utf8_lossy(errors);
    let problem = text
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .next_back();
    let code = problem
        .as_ref()
        .and_then(|it| it["problem"]["code"].as_str());
    Refused {
        code: code.unwrap_or_default().to_owned(),
        words: format!("{what}: {}", text.trim()),
    }
}

/// The agent that is built beside this program.
fn binary() -> PathBuf {
    let here = std::env::current_exe().expect("this program has a path");
    let folder = here.parent().expect("it is in a folder");
    let folder = match folder.ends_with("deps") {
        true => folder.parent().expect("Cargo's folder of programs"),
        false => folder,
    };
    let binary = folder.join("penstock");
    assert!(
        binary.exists(),
        "{} is missing: run `cargo build --package penstock`",
        binary.display()
    );
    binary
}

/// A `penstock run`; killed when dropped.
pub struct Run {
    child: Child,
    /// Kept open, so that what it says goes somewhere.
    _said: Lines<BufReader<ChildStdout>>,
}

impl Run {
    /// How it ended, where it did by itself.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("its state can be asked for")
    }

    pub async fn kill(mut self) {
        self.child.kill().await.expect("it can be killed");
    }

    /// SIGTERM; fails where it does not end well, or not soon.
    pub async fn terminate(mut self) -> Result<(), String> {
        let pid = self.child.id().ok_or("it ended before")?.to_string();
        let sent = Command::new("kill").args(["-TERM", &pid]).status().await;
        if !sent.is_ok_and(|sent| sent.success()) {
            return Err("it could not be signalled".into());
        }
        match tokio::time::timeout(PATIENCE, self.child.wait()).await {
            Ok(Ok(status)) if status.success() => Ok(()),
            Ok(Ok(status)) => Err(format!(
                "it ended with {status}, signal {:?}",
                status.signal()
            )),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err("it did not end within a minute of SIGTERM".into()),
        }
    }
}
