//! A message bus with a GNOME Keyring of its own: it can be killed, locked and unlocked again.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// Becomes the keyring of the bus, whatever ran there before, unlocked. It has its name before
/// anyone asks: the bus would start another one.
const UNLOCK: &str = r#"
    gnome-keyring-daemon --replace --unlock --components=secrets
    until dbus-send --session --print-reply --dest=org.freedesktop.secrets \
        /org/freedesktop/secrets/collection/login org.freedesktop.DBus.Properties.Get \
        string:org.freedesktop.Secret.Collection string:Locked | grep -q 'boolean false'
    do :; done"#;
const LOCK: &str = r#"
    dbus-send --session --print-reply --dest=org.freedesktop.secrets /org/freedesktop/secrets \
        org.freedesktop.Secret.Service.Lock \
        array:objpath:/org/freedesktop/secrets/collection/login"#;
/// The daemon that has the name, and no other program.
const KILL: &str = r#"
    kill -KILL $(dbus-send --session --print-reply=literal --dest=org.freedesktop.DBus / \
        org.freedesktop.DBus.GetConnectionUnixProcessID string:org.freedesktop.secrets |
        grep -o '[0-9]*$')"#;

pub struct Keyring {
    bus: Child,
    address: String,
    home: PathBuf,
}

impl Keyring {
    pub fn start(home: PathBuf) -> Self {
        std::fs::create_dir_all(&home).expect("a folder is made");
        let mut command = Command::new("dbus-daemon");
        let mut bus = at_home(&mut command, &home)
            .args(["--session", "--nofork", "--nopidfile", "--print-address"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("dbus-daemon, from the package dbus");
        let mut address = String::new();
        let mut said = BufReader::new(bus.stdout.take().expect("piped"));
        said.read_line(&mut address).expect("text");
        let keyring = Self {
            bus,
            address: address.trim_end().to_owned(),
            home,
        };
        keyring.unlock();
        keyring
    }

    pub fn address(&self) -> &str {
        &self.address
    }

    pub fn unlock(&self) {
        self.run(UNLOCK);
    }

    pub fn lock(&self) {
        self.run(LOCK);
    }

    pub fn kill(&self) {
        self.run(KILL);
    }

    fn run(&self, script: &str) {
        let mut command = Command::new("sh");
        let mut script = at_home(&mut command, &self.home)
            .args(["-ec", script])
            .env("DBUS_SESSION_BUS_ADDRESS", &self.address)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("a shell");
        // Only the daemon reads its password; another script may have ended by now.
        let _ = script.stdin.take().expect("piped").write_all(b"password");
        let status = script.wait().expect("it ends");
        assert!(status.success(), "gnome-keyring-daemon and dbus-send run");
    }
}

/// The keyring program ends with its bus.
impl Drop for Keyring {
    fn drop(&mut self) {
        let _ = self.bus.kill();
        let _ = self.bus.wait();
    }
}

fn at_home<'a>(command: &'a mut Command, home: &PathBuf) -> &'a mut Command {
    command
        .envs(["HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR"].map(|name| (name, home)))
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
}
