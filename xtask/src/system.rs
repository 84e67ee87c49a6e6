//! What the operating system has to provide, and how to get it.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::Failure;
use crate::step;

/// Something that has to be there, and what brings it.
struct Need {
    what: &'static str,
    debian: &'static str,
    /// How its presence is told where there is no dpkg.
    found_by: FoundBy,
}

enum FoundBy {
    Program(&'static str),
    Library(&'static str),
}

const COMPILE: &[Need] = &[Need {
    what: "a C compiler",
    debian: "build-essential",
    found_by: FoundBy::Program("cc"),
}];

const WINDOW: &[Need] = &[
    Need {
        what: "pkg-config",
        debian: "pkg-config",
        found_by: FoundBy::Program("pkg-config"),
    },
    Need {
        what: "WebKitGTK 4.1 with its headers",
        debian: "libwebkit2gtk-4.1-dev",
        found_by: FoundBy::Library("webkit2gtk-4.1"),
    },
    Need {
        what: "xdg-open, which opens links",
        debian: "xdg-utils",
        found_by: FoundBy::Program("xdg-open"),
    },
];

const TEST: &[Need] = &[
    Need {
        what: "Xvfb, a display of its own",
        debian: "xvfb",
        found_by: FoundBy::Program("Xvfb"),
    },
    Need {
        what: "dbus-run-session",
        debian: "dbus",
        found_by: FoundBy::Program("dbus-run-session"),
    },
    Need {
        what: "gnome-keyring, a real keychain",
        debian: "gnome-keyring",
        found_by: FoundBy::Program("gnome-keyring-daemon"),
    },
    Need {
        what: "WebKitWebDriver, which drives the window",
        debian: "webkit2gtk-driver",
        found_by: FoundBy::Program("WebKitWebDriver"),
    },
    Need {
        what: "Chromium, for the pages' tests",
        debian: "chromium",
        found_by: FoundBy::Program("chromium"),
    },
];

/// Sees to everything that building and running needs.
pub fn for_build() -> Result<(), Failure> {
    require(
        "npm",
        "Node.js 20.19 or newer with npm",
        "https://nodejs.org",
    )?;
    provide(COMPILE)?;
    provide(WINDOW)
}

/// Sees to everything that the benchmarks need, which open no window.
pub fn for_bench() -> Result<(), Failure> {
    provide(COMPILE)
}

/// Sees to everything that the tests need, building included.
pub fn for_test() -> Result<(), Failure> {
    for_build()?;
    if cfg!(target_os = "linux") {
        provide(TEST)?;
    }
    for (component, subcommand) in [("rustfmt", "fmt"), ("clippy", "clippy")] {
        if !works(step::command(["cargo", subcommand, "--version"])) {
            step::run(step::command(["rustup", "component", "add", component]))?;
        }
    }
    Ok(())
}

/// Whether a program can be started.
pub fn has_program(name: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(name).is_file()))
}

fn require(program: &str, what: &str, from: &str) -> Result<(), Failure> {
    if has_program(program) || cfg!(windows) {
        return Ok(());
    }
    Err(format!(
        "{what} is missing. Install it from {from} and run this again."
    ))
}

fn provide(needs: &[Need]) -> Result<(), Failure> {
    if !cfg!(target_os = "linux") {
        // macOS and Windows bring their web view along.
        return Ok(());
    }
    let debian = has_program("dpkg-query") && has_program("apt-get");
    let missing: Vec<&Need> = needs
        .iter()
        .filter(|need| {
            !if debian {
                installed(need.debian)
            } else {
                found(&need.found_by)
            }
        })
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let packages: Vec<&str> = missing.iter().map(|need| need.debian).collect();
    let sudo = if is_root() { "" } else { "sudo " };
    if !debian {
        let what: Vec<&str> = missing.iter().map(|need| need.what).collect();
        return Err(format!(
            "Missing: {}.\nInstall it with this system's package manager and run this again. \
             On Debian or Ubuntu that is: {sudo}apt-get install {}",
            what.join("; "),
            packages.join(" "),
        ));
    }
    println!("Installing {} ({sudo}apt-get).", packages.join(", "));
    apt_get(&["update"])?;
    let mut install = vec!["install", "--yes", "--no-install-recommends"];
    install.extend(packages);
    apt_get(&install)
}

fn apt_get(arguments: &[&str]) -> Result<(), Failure> {
    let mut command = if is_root() {
        step::command(["apt-get"])
    } else {
        step::command(["sudo", "--preserve-env=DEBIAN_FRONTEND", "apt-get"])
    };
    command
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive");
    step::run(command)
}

fn installed(package: &str) -> bool {
    Command::new("dpkg-query")
        .args(["--show", "--showformat=${db:Status-Status}", package])
        .stderr(Stdio::null())
        .output()
        .is_ok_and(|output| output.stdout == b"installed")
}

fn found(by: &FoundBy) -> bool {
    match by {
        FoundBy::Program(name) => has_program(name),
        FoundBy::Library(name) => works(step::command(["pkg-config", "--exists", name])),
    }
}

fn works(mut command: Command) -> bool {
    command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

#[cfg(unix)]
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    // The owner of this process's own folder is the user it acts as.
    Path::new("/proc/self")
        .metadata()
        .is_ok_and(|folder| folder.uid() == 0)
}

#[cfg(not(unix))]
fn is_root() -> bool {
    false
}
