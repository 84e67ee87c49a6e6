//! The program under test, in a data folder of its own.

use serde_json::Value;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

/// A data folder, and how the program is called in it.
pub struct Home {
    folder: tempfile::TempDir,
    variables: Vec<(String, String)>,
    /// Starts the program so that file permissions hold for it, also where they do not for tests.
    restricted: bool,
}

/// A number that whoever runs a test may set, for a longer one.
pub fn number(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(otherwise)
}

/// How a command ended.
pub struct Ended {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Home {
    /// Secrets come from variables, of which there are none yet.
    pub fn new() -> Self {
        Self::bare().with("PENSTOCK_VAULT", "env")
    }

    /// No variable is set but that of the data folder.
    pub fn bare() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a folder"),
            variables: Vec::new(),
            restricted: false,
        }
    }

    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.variables.push((name.into(), value.into()));
        self
    }

    /// With file permissions that hold for the superuser as well.
    #[cfg(target_os = "linux")]
    pub fn restricted(mut self) -> Self {
        use std::os::unix::fs::MetadataExt;
        let me = std::fs::metadata("/proc/self").expect("this process");
        self.restricted = me.uid() == 0;
        self
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Sees that no file of the data folder has this text in it.
    pub fn holds_nowhere(&self, secret: &str) {
        let found = Command::new("grep")
            .args(["-rlaF", "-e", secret])
            .arg(self.folder())
            .output()
            .expect("grep");
        let files = String::from_utf8_lossy(&found.stdout).into_owned();
        assert_eq!(files, "", "{secret} is in a file");
        assert_eq!(found.status.code(), Some(1), "grep looked");
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let program = env!("CARGO_BIN_EXE_penstock");
        let mut command = Command::new(if self.restricted { "setpriv" } else { program });
        if self.restricted {
            command.args(["--bounding-set=-dac_override,-dac_read_search", program]);
        }
        command
            .args(args)
            .env_clear()
            .env("PENSTOCK_DATA_DIR", self.folder())
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub fn run(&self, args: &[&str]) -> Ended {
        self.run_with(args, "")
    }

    pub fn run_with(&self, args: &[&str], stdin: &str) -> Ended {
        let mut child = self.command(args).spawn().expect("the program starts");
        // A program that does not read it is fine.
        let _ = child
            .stdin
            .take()
            .expect("piped")
            .write_all(stdin.as_bytes());
        let output = child.wait_with_output().expect("the program ends");
        Ended {
            code: output.status.code().expect("an exit code"),
            out: String::from_utf8(output.stdout).expect("text"),
            err: String::from_utf8(output.stderr).expect("text"),
        }
    }

    /// The JSON answer of a command that must succeed.
    pub fn json(&self, args: &[&str]) -> Value {
        self.json_with(args, "")
    }

    pub fn json_with(&self, args: &[&str], stdin: &str) -> Value {
        let ended = self.run_with(&[args, &["--json"]].concat(), stdin);
        assert_eq!(ended.code, 0, "{args:?}: {}{}", ended.out, ended.err);
        serde_json::from_str(&ended.out).unwrap_or_else(|_| panic!("{args:?}: {}", ended.out))
    }

    /// Makes an HTTP intake on a free port, with more settings where there are any.
    pub fn intake(&self, name: &str, settings: &[&str]) -> Value {
        let mut args = vec!["source", "create", "--kind", "http_intake", "--name", name];
        for setting in [&["listen=127.0.0.1:0"], settings].concat() {
            args.extend(["--set", setting]);
        }
        self.json(&args)
    }

    /// The problem of a command that must fail.
    pub fn problem(&self, args: &[&str]) -> Value {
        self.problem_with(args, "")
    }

    pub fn problem_with(&self, args: &[&str], stdin: &str) -> Value {
        let ended = self.run_with(&[args, &["--json"]].concat(), stdin);
        assert_eq!(ended.code, 1, "{args:?}: {}{}", ended.out, ended.err);
        let answer: Option<Value> = serde_json::from_str(&ended.err).ok();
        let problem = answer.and_then(|mut answer| answer.get_mut("problem").map(Value::take));
        problem.unwrap_or_else(|| panic!("{args:?}: {}", ended.err))
    }

    /// A command that goes on, having said everything up to a line that is `ready`.
    pub fn start(&self, args: &[&str]) -> Going {
        let mut child = self.command(args).spawn().expect("the program starts");
        let out = BufReader::new(child.stdout.take().expect("piped"));
        let mut going = Going {
            child,
            out,
            said: Vec::new(),
        };
        loop {
            match going.line() {
                line if line == "ready" => return going,
                line if line.is_empty() && going.has_ended() => {
                    let (said, err) = (going.said.clone(), going.err());
                    panic!("{args:?} ended before it was ready: {said:?} {err}");
                }
                line => going.said.push(line),
            }
        }
    }
}

/// A program that runs; killed when dropped.
pub struct Going {
    child: Child,
    out: BufReader<ChildStdout>,
    /// What it said before it was ready.
    pub said: Vec<String>,
}

impl Going {
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The next line on standard output; empty at its end too.
    pub fn line(&mut self) -> String {
        let mut line = String::new();
        self.out.read_line(&mut line).expect("text");
        line.trim_end().to_owned()
    }

    /// The value after `prefix` in what it said.
    pub fn told(&self, prefix: &str) -> String {
        let found = self.said.iter().find_map(|line| line.strip_prefix(prefix));
        let found = found.unwrap_or_else(|| panic!("{prefix:?} in {:?}", self.said));
        found.trim().to_owned()
    }

    /// Asks it to end; its exit code and what it said on standard error.
    #[cfg(unix)]
    pub fn end(mut self) -> (i32, String) {
        let pid = self.pid().to_string();
        let sent = Command::new("kill")
            .args(["-TERM", &pid])
            .status()
            .expect("kill");
        assert!(sent.success());
        let code = self.child.wait().expect("it ends").code();
        (code.expect("an exit code"), self.err())
    }

    fn has_ended(&mut self) -> bool {
        self.out.fill_buf().expect("readable").is_empty()
    }

    fn err(&mut self) -> String {
        let mut err = String::new();
        let _ = self
            .child
            .stderr
            .take()
            .expect("piped")
            .read_to_string(&mut err);
        err
    }
}

impl Drop for Going {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Posts over HTTP/1.1 by hand; the status and the body of the answer.
pub fn post(url: &str, headers: &[(&str, &str)], body: &[u8]) -> (u16, String) {
    try_post(url, headers, body).expect("an answer")
}

/// Fails where no whole answer came.
pub fn try_post(url: &str, headers: &[(&str, &str)], body: &[u8]) -> io::Result<(u16, String)> {
    let rest = url.strip_prefix("http://").expect("a plain URL");
    let (address, path) = rest.split_once('/').expect("a path");
    let mut stream = TcpStream::connect(address)?;
    let mut head = format!("POST /{path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    head += &format!("Content-Length: {}\r\n\r\n", body.len());
    stream.write_all(head.as_bytes())?;
    stream.write_all(body)?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let status = answer
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok());
    match (status, answer.split_once("\r\n\r\n")) {
        (Some(status), Some((_, body))) => Ok((status, body.to_owned())),
        _ => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}
