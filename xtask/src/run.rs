//! `cargo xtask run`: from a fresh clone to the open window.

use std::process::Command;

use crate::step::{self, Steps};
use crate::{Failure, system, ui};

pub fn run(release: bool) -> Result<(), Failure> {
    if !has_display() {
        return Err("There is no display here, so the window cannot open. Run \
                    `cargo xtask run` in a desktop session, or run \
                    `xvfb-run --auto-servernum cargo xtask run` for a display that nobody sees."
            .to_owned());
    }
    let mut steps = Steps::default();
    steps.time("system packages", |_| system::for_build())?;
    if let Some(install) = ui::packages() {
        steps.run("page packages", install)?;
    }
    steps.run("page", ui::script("build"))?;
    let mut build = step::command(["cargo", "build", "--package", "penstock-desktop"]);
    if release {
        build.arg("--release");
    }
    steps.run("app", build)?;
    println!("\nOpening the window; it ends when the window is closed.");
    step::run(Command::new(app(release)))
}

/// The built app.
fn app(release: bool) -> std::path::PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    std::path::Path::new(&target)
        .join(if release { "release" } else { "debug" })
        .join(format!("penstock-desktop{}", std::env::consts::EXE_SUFFIX))
}

fn has_display() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || set("DISPLAY") || set("WAYLAND_DISPLAY")
}
