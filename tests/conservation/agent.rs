//! The agent as a process of its own: commands, kill -9, and beginning again.

use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Far longer than anything here takes; only a failing test ever waits for it.
const PATIENCE: Duration = Duration::from_secs(300);

pub struct Agent {
    folder: tempfile::TempDir,
    process: Option<Child>,
}

pub struct Intake {
    pub url: String,
    pub token: String,
}

impl Agent {
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a folder"),
            process: None,
        }
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_penstock"));
        command
            .env("PENSTOCK_DATA_DIR", self.folder.path())
            .env("PENSTOCK_VAULT", "env");
        command
    }

    /// Runs one command and gives its answer.
    pub fn ask(&self, arguments: &[&str]) -> Value {
        let output = self
            .command()
            .args(arguments)
            .arg("--json")
            .output()
            .expect("the agent runs");
        let (out, err) = (
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr),
        );
        assert!(output.status.success(), "{arguments:?}: {out}{err}");
        serde_json::from_slice(&output.stdout).expect("the agent answers JSON")
    }

    pub fn intake(&self) -> Intake {
        let made = self.ask(&[
            "source",
            "create",
            "--kind",
            "http_intake",
            "--name",
            "Intake",
            "--set",
            "listen=127.0.0.1:0",
        ]);
        let text = |name: &str| {
            made[name]
                .as_str()
                .expect("an intake has an address and a token")
                .to_owned()
        };
        Intake {
            url: text("url"),
            token: text("token"),
        }
    }

    pub fn custom_stream(&self, name: &str, url: &str) {
        let url = format!("url={url}");
        self.ask(&[
            "stream",
            "create",
            "--provider",
            "custom",
            "--name",
            name,
            "--set",
            &url,
            "--set",
            "format=ndjson",
            "--no-verify",
        ]);
    }

    /// Starts delivery, and waits until it says that it is ready.
    pub fn run(&mut self) {
        let mut process = self
            .command()
            .arg("run")
            .stdout(Stdio::piped())
            .spawn()
            .expect("the agent runs");
        let mut lines = BufReader::new(process.stdout.take().expect("its output is read")).lines();
        let ready = lines
            .by_ref()
            .map_while(Result::ok)
            .any(|line| line.starts_with("ready"));
        assert!(ready, "the agent says that it is ready");
        std::thread::spawn(move || for _ in lines.map_while(Result::ok) {});
        self.process = Some(process);
    }

    /// kill -9.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().expect("it is killed");
            process.wait().expect("it ends");
        }
    }

    /// Asks for the status until it is as wanted.
    pub fn until(&self, wanted: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let status = self.ask(&["status"]);
            if wanted(&status) {
                return status;
            }
            assert!(Instant::now() < deadline, "never came about: {status:#}");
        }
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        self.kill();
    }
}
