//! Lists the presets, so that adding one touches its folder alone.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

fn main() {
    let folder =
        Path::new(&env::var("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("guides/presets");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files: Vec<_> = fs::read_dir(&folder)
        .expect("guides/presets is there")
        .map(|entry| entry.expect("guides/presets can be read").path())
        .filter(|path| path.extension().is_some_and(|it| it == "toml"))
        .collect();
    files.sort();
    let mut list = String::from("[");
    for file in files {
        write!(list, "include_str!({file:?}),").expect("writing to memory");
    }
    list.push(']');
    let out = Path::new(&env::var("OUT_DIR").expect("cargo sets it")).join("presets.rs");
    fs::write(out, list).expect("the list is written");
}
