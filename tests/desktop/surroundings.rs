//! Everything that a desktop session gives an app, made anew for one test.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, Command};

use crate::window::Window;

/// How long anything may take to come about before a test gives up on it.
const PATIENCE: Duration = Duration::from_secs(60);

/// Ends with the test: every program started here is stopped, every folder removed.
pub struct Surroundings {
    pub data_dir: PathBuf,
    driver_url: String,
    // Ended in this order, the folders last.
    _driver: Child,
    _keychain: Option<Child>,
    _bus: Child,
    _display: Child,
    home: TempDir,
}

impl Surroundings {
    /// With a keychain that is unlocked.
    pub async fn new() -> Self {
        Self::with(true, "trace").await
    }

    /// The same, with as little written to the logs as usual.
    pub async fn to_measure() -> Self {
        Self::with(true, "info").await
    }

    /// With a keychain only where one is asked for, and then with no keyring in it.
    pub async fn without_keyring() -> Self {
        Self::with(false, "trace").await
    }

    async fn with(unlocked: bool, log: &str) -> Self {
        let home = tempfile::tempdir().expect("a temporary home");
        let data_dir = home.path().join("penstock");
        let mut variables = variables(home.path(), &data_dir);
        variables.push(("PENSTOCK_LOG", log.into()));
        stand_still(home.path());

        let screen = ["-screen", "0", "1920x1200x24", "-nolisten", "tcp"];
        let mut display = program("Xvfb", &variables);
        display.args(screen).args(["-displayfd", "1"]);
        let (display, number) = announced(display).await;
        variables.push(("DISPLAY", format!(":{number}").into()));

        let mut bus = program("dbus-daemon", &variables);
        bus.args(["--session", "--nofork", "--nopidfile", "--print-address=1"]);
        let (bus, address) = announced(bus).await;
        variables.push(("DBUS_SESSION_BUS_ADDRESS", address.into()));

        let keychain = if unlocked {
            Some(unlocked_keychain(&variables).await)
        } else {
            None
        };
        let port = free_port();
        // What the app prints is looked at as well.
        let output = fs::File::create(home.path().join("output")).expect("a file for output");
        let driver = program("WebKitWebDriver", &variables)
            .arg(format!("--port={port}"))
            .stdout(output.try_clone().expect("a second handle"))
            .stderr(output)
            .spawn()
            .expect("WebKitWebDriver starts");
        wait_for("WebKitWebDriver to listen", async || {
            tokio::net::TcpStream::connect(("127.0.0.1", port))
                .await
                .is_ok()
        })
        .await;
        Self {
            data_dir,
            driver_url: format!("http://127.0.0.1:{port}"),
            _driver: driver,
            _keychain: keychain,
            _bus: bus,
            _display: display,
            home,
        }
    }

    /// Opens the app and waits for its page.
    pub async fn open_app(&self) -> Window {
        self.open(&app()).await
    }

    /// Opens any program with a window.
    pub async fn open(&self, program: &Path) -> Window {
        Window::open(&self.driver_url, program).await
    }

    /// Has the system ask the app to end, and waits until it has.
    pub async fn end_app(&self, window: Window) {
        let id = self.app_process().expect("the app runs");
        let asked = Command::new("kill").arg(id.to_string()).status().await;
        assert!(
            asked.expect("kill runs").success(),
            "the app can be asked to end"
        );
        wait_for("the app to end", async || self.app_process().is_none()).await;
        window.forget().await;
    }

    /// Ends the app at once, whatever it is doing.
    pub async fn kill_app(&self, window: Window) {
        let id = self.app_process().expect("the app runs");
        let killed = Command::new("kill").args(["-9", &id.to_string()]).status();
        assert!(killed.await.expect("kill runs").success());
        wait_for("the app to end", async || self.app_process().is_none()).await;
        window.forget().await;
    }

    /// The app's process.
    fn app_process(&self) -> Option<u32> {
        let app = app();
        let mark = format!("PENSTOCK_DATA_DIR={}\0", self.data_dir.display());
        processes().into_iter().find(|process| {
            let folder = Path::new("/proc").join(process.to_string());
            fs::read_link(folder.join("exe")).is_ok_and(|exe| exe == app)
                && fs::read(folder.join("environ")).is_ok_and(|set| holds(&set, mark.as_bytes()))
        })
    }

    /// Where `text` stands: in any file of this session, in what the app printed, in the arguments
    /// of any process.
    pub fn places_of(&self, text: &str) -> Vec<PathBuf> {
        let arguments = processes()
            .into_iter()
            .map(|process| Path::new("/proc").join(process.to_string()).join("cmdline"));
        files(self.home.path())
            .into_iter()
            .chain(arguments)
            .filter(|path| fs::read(path).is_ok_and(|bytes| holds(&bytes, text.as_bytes())))
            .collect()
    }
}

/// The app as `cargo build` left it.
pub fn app() -> PathBuf {
    let test = std::env::current_exe().expect("the test knows its own path");
    let folder = test
        .ancestors()
        .nth(2)
        .expect("tests lie in the profile's deps");
    let app = folder.join("penstock-desktop");
    assert!(
        app.exists(),
        "{} is missing: run `cargo build -p penstock-desktop`",
        app.display()
    );
    app
}

/// The folder that builds go to.
pub fn target() -> PathBuf {
    let app = app();
    app.ancestors()
        .nth(2)
        .expect("a profile's folder lies in the target folder")
        .to_owned()
}

pub fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener.local_addr().expect("its address").port()
}

/// Looks again and again until it is so.
pub async fn wait_for(what: &str, so: impl AsyncFnMut() -> bool) {
    assert!(comes_about(so).await, "waited in vain for {what}");
}

/// Looks again and again until it is so; `false` where patience ends first.
pub async fn comes_about(mut so: impl AsyncFnMut() -> bool) -> bool {
    let waiting = tokio::time::timeout(PATIENCE, async {
        while !so().await {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    waiting.await.is_ok()
}

type Variables = Vec<(&'static str, OsString)>;

fn variables(home: &Path, data_dir: &Path) -> Variables {
    let folder = |name: &str| {
        let folder = home.join(name);
        fs::create_dir(&folder).expect("a folder in the temporary home");
        OsString::from(folder)
    };
    let runtime = folder("run");
    private(Path::new(&runtime));
    vec![
        ("HOME", home.into()),
        ("XDG_RUNTIME_DIR", runtime),
        ("XDG_DATA_HOME", folder("data")),
        ("XDG_CONFIG_HOME", folder("config")),
        ("XDG_CACHE_HOME", folder("cache")),
        ("PENSTOCK_DATA_DIR", data_dir.into()),
        ("PENSTOCK_VAULT", "keychain".into()),
        ("GDK_BACKEND", "x11".into()),
        ("LANG", "C.UTF-8".into()),
        ("TZ", "UTC".into()),
        ("TAURI_AUTOMATION", "true".into()),
        ("TAURI_WEBVIEW_AUTOMATION", "true".into()),
    ]
}

/// Has nothing move on the screen, so that a picture is the same whenever it is taken.
fn stand_still(home: &Path) {
    let folder = home.join("config/gtk-3.0");
    fs::create_dir(&folder).expect("a folder for GTK's settings");
    let settings = "[Settings]\ngtk-enable-animations=false\n";
    fs::write(folder.join("settings.ini"), settings).expect("GTK's settings can be written");
}

fn program(name: &str, variables: &Variables) -> Command {
    let mut command = Command::new(name);
    command
        .env_clear()
        .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
        .envs(variables.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// Starts a program that says on its first line where it can be found.
async fn announced(mut command: Command) -> (Child, String) {
    let mut program = command
        .spawn()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let output = program.stdout.take().expect("its output is piped");
    let mut lines = BufReader::new(output).lines();
    let line = tokio::time::timeout(PATIENCE, lines.next_line()).await;
    let line = line
        .expect("it speaks in time")
        .expect("its output is text");
    (program, line.expect("it says a line"))
}

/// A real keychain with a login collection, unlocked as a desktop session does it.
async fn unlocked_keychain(variables: &Variables) -> Child {
    let mut keychain = program("gnome-keyring-daemon", variables)
        .args(["--foreground", "--unlock", "--components=secrets"])
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("gnome-keyring-daemon starts");
    let mut password = keychain.stdin.take().expect("its input is piped");
    password
        .write_all(b"login password")
        .await
        .expect("it reads its password");
    drop(password);
    wait_for("the keychain to come onto the bus", async || {
        let asked = program("dbus-send", variables)
            .args([
                "--session",
                "--print-reply",
                "--dest=org.freedesktop.DBus",
                "/",
            ])
            .args([
                "org.freedesktop.DBus.NameHasOwner",
                "string:org.freedesktop.secrets",
            ])
            .output()
            .await
            .expect("dbus-send runs");
        String::from_utf8_lossy(&asked.stdout).contains("boolean true")
    })
    .await;
    keychain
}

fn private(folder: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::Permissions::from_mode(0o700);
    fs::set_permissions(folder, mode).expect("its mode can be set");
}

pub fn processes() -> Vec<u32> {
    let entries = fs::read_dir("/proc")
        .expect("processes can be listed")
        .flatten();
    entries
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .collect()
}

/// Every file below a folder; what vanishes meanwhile is left out.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .flat_map(|entry| match entry.file_type() {
            Ok(kind) if kind.is_dir() => files(&entry.path()),
            Ok(kind) if kind.is_file() => vec![entry.path()],
            _ => Vec::new(),
        })
        .collect()
}

fn holds(bytes: &[u8], text: &[u8]) -> bool {
    bytes.windows(text.len()).any(|window| window == text)
}
