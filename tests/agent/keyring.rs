//! A message bus with an unlocked GNOME Keyring of its own, for the program under test.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

pub struct Keyring {
    bus: Child,
    address: String,
    home: tempfile::TempDir,
}

impl Keyring {
    pub fn unlocked() -> Self {
        let home = tempfile::tempdir().expect("a folder");
        let mut bus = with_home(&mut Command::new("dbus-daemon"), home.path())
            .args(["--session", "--nofork", "--nopidfile", "--print-address"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("dbus-daemon, from the package dbus");
        let mut address = String::new();
        let mut out = BufReader::new(bus.stdout.take().expect("piped"));
        out.read_line(&mut address).expect("text");
        let keyring = Self {
            bus,
            address: address.trim_end().to_owned(),
            home,
        };
        // It has its name on the bus before anyone asks: the bus would start another one.
        let script = r#"
            gnome-keyring-daemon --unlock --components=secrets
            until dbus-send --session --print-reply --dest=org.freedesktop.DBus / \
                org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets | grep -q true
            do :; done"#;
        let mut daemon = with_home(&mut Command::new("sh"), keyring.home.path())
            .args(["-ec", script])
            .env("DBUS_SESSION_BUS_ADDRESS", keyring.address())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("a shell");
        daemon
            .stdin
            .take()
            .expect("piped")
            .write_all(b"password")
            .expect("written");
        let status = daemon.wait().expect("it ends");
        assert!(status.success(), "gnome-keyring-daemon and dbus-send run");
        keyring
    }

    pub fn address(&self) -> &str {
        &self.address
    }
}

fn with_home<'a>(command: &'a mut Command, home: &Path) -> &'a mut Command {
    command
        .envs(["HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR"].map(|name| (name, home)))
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
}

/// The keyring program ends with its bus.
impl Drop for Keyring {
    fn drop(&mut self) {
        let _ = self.bus.kill();
        let _ = self.bus.wait();
    }
}
