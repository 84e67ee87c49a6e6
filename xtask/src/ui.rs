//! The page: its packages and its scripts.

use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

/// `npm ci`, where the installed packages are older than what the lock file asks for.
pub fn packages() -> Option<Command> {
    let installed = changed(Path::new("ui/node_modules/.package-lock.json"));
    let wanted = changed(Path::new("ui/package-lock.json"));
    if installed.is_some() && installed >= wanted {
        return None;
    }
    let mut command = npm();
    command.args(["ci", "--no-audit", "--no-fund"]);
    Some(command)
}

/// `npm run SCRIPT`.
pub fn script(name: &str) -> Command {
    let mut command = npm();
    command.args(["run", "--silent", name]);
    command
}

/// The tests in a browser, with the page served on a port that nothing else uses.
pub fn browser_tests() -> Command {
    let mut command = script("e2e");
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|taken| taken.local_addr());
    if let Ok(free) = free {
        command.env("PENSTOCK_E2E_PORT", free.port().to_string());
    }
    command
}

fn npm() -> Command {
    let mut command = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    // The browser is the system's own.
    command
        .current_dir("ui")
        .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    command
}

fn changed(file: &Path) -> Option<SystemTime> {
    file.metadata().and_then(|file| file.modified()).ok()
}
