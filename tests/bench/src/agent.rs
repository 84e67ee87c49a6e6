//! The agent under measurement: its own folder, its command line, its process.

use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

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
        // On a real disk: /tmp may be memory.
        let base = std::env::var_os("PENSTOCK_BENCH_DIR")
            .map_or_else(|| PathBuf::from("target"), PathBuf::from);
        std::fs::create_dir_all(&base).expect("the folder for measuring is made");
        let folder = tempfile::Builder::new()
            .prefix("bench-")
            .tempdir_in(base)
            .expect("a folder");
        Self {
            folder,
            process: None,
        }
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn command(&self) -> Command {
        let binary = std::env::current_exe()
            .expect("this program has a path")
            .with_file_name("penstock");
        let mut command = Command::new(binary);
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
        assert!(
            output.status.success(),
            "{arguments:?}: {}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
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

    pub fn stream(&self, name: &str, url: &str) {
        self.stream_trusting(name, url, "");
    }

    /// One that also trusts this certificate authority, as PEM, where it is not empty.
    pub fn stream_trusting(&self, name: &str, url: &str, authority: &str) {
        let (url, authority) = (format!("url={url}"), format!("ca_certificate={authority}"));
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
            "--set",
            "gzip=true",
            "--set",
            &authority,
            "--no-verify",
        ]);
    }

    /// Starts delivery, and waits until it says that it is ready.
    pub fn run(&mut self) -> u32 {
        let mut process = self
            .command()
            .arg("run")
            .stdout(Stdio::piped())
            .spawn()
            .expect("the agent runs");
        let mut lines = BufReader::new(process.stdout.take().expect("its output is read")).lines();
        while let Some(Ok(line)) = lines.next() {
            if line.starts_with("ready") {
                break;
            }
        }
        // Its later output goes nowhere, but somebody has to read it.
        std::thread::spawn(move || for _ in lines.map_while(Result::ok) {});
        let pid = process.id();
        self.process = Some(process);
        pid
    }

    pub fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = Command::new("kill").arg(process.id().to_string()).status();
            let _ = process.wait();
            let _ = std::io::stdout().flush();
        }
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        self.stop();
    }
}
