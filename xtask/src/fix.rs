//! `cargo xtask fix`: formats and lints everything, and writes generated files anew.

use crate::step::{Steps, command};
use crate::{Failure, icons, system, ui};

pub fn fix() -> Result<(), Failure> {
    let mut steps = Steps::default();
    steps.time("system packages", |_| system::for_test())?;
    if let Some(install) = ui::packages() {
        steps.run("page packages", install)?;
    }
    steps.time("icons", |_| icons::write())?;
    steps.run("page", ui::script("build"))?;
    let mut lint = command(["cargo", "clippy", "--workspace", "--all-targets", "--fix"]);
    lint.args([
        "--allow-dirty",
        "--allow-staged",
        "--",
        "--deny",
        "warnings",
    ]);
    steps.run("lints", lint)?;
    for (name, package) in [
        ("types of the views", "penstock-engine"),
        ("types of the commands", "penstock-desktop"),
    ] {
        let mut bindings = command(["cargo", "test", "--package", package, "committed_bindings"]);
        bindings.env("PENSTOCK_WRITE_BINDINGS", "1");
        steps.run(name, bindings)?;
    }
    steps.run(
        "format of the Rust code",
        command(["cargo", "fmt", "--all"]),
    )?;
    steps.run("format of the page", ui::script("format"))
}
