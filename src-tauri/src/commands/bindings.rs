//! The command list, the permissions and the page's types say the same.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use penstock_engine::view::Changes;
use penstock_receiver::view::PracticeView;
use ts_rs::{Config, TS};

use super::Declared;
use crate::pushes::Stages;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_default()
}

fn types() -> Config {
    Config::new().with_large_int("number")
}

#[test]
fn every_declared_command_is_listed_on_its_screen() {
    for (listed, declared) in super::declared(&types()) {
        let declared: Vec<&str> = declared.iter().map(|command| command.name).collect();
        assert_eq!(
            listed.iter().collect::<BTreeSet<_>>(),
            declared.iter().collect::<BTreeSet<_>>(),
        );
    }
}

#[test]
fn the_window_is_permitted_exactly_the_listed_commands() {
    let capability: serde_json::Value =
        serde_json::from_str(&read("src-tauri/capabilities/main.json")).expect("JSON");
    let granted = capability["permissions"].as_array().expect("a list");
    let mut permitted = BTreeSet::new();
    for file in std::fs::read_dir(root().join("src-tauri/permissions")).expect("a folder") {
        let text = std::fs::read_to_string(file.expect("an entry").path()).expect("a file");
        let file: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        for permission in file["permission"].as_array().expect("a list") {
            assert!(
                granted.contains(&permission["identifier"]),
                "{permission} is not granted"
            );
            for command in permission["commands"]["allow"].as_array().expect("a list") {
                let command = command.as_str().expect("a name").to_owned();
                assert!(permitted.insert(command), "{permission} repeats a command");
            }
        }
    }
    let listed = super::declared(&types())
        .into_iter()
        .flat_map(|(listed, _)| listed);
    assert_eq!(permitted, listed.map(|name| (*name).to_owned()).collect());
}

#[test]
fn committed_bindings_match_the_commands() {
    let path = "ui/src/bindings/commands.ts";
    let fresh = bindings();
    if std::env::var_os("PENSTOCK_WRITE_BINDINGS").is_some() {
        std::fs::write(root().join(path), &fresh).expect("bindings are written");
    }
    assert!(
        read(path) == fresh,
        "{path} is stale: run `cargo xtask fix`"
    );
}

fn bindings() -> String {
    let types = types();
    let mut body = String::from("export interface Commands {\n");
    for command in super::declared(&types)
        .into_iter()
        .flat_map(|(_, declared)| declared)
    {
        declare(&mut body, &command);
    }
    body.push_str(
        "}\n\n/** What Rust pushes to the page, batched. */\nexport interface Pushes {\n",
    );
    for (name, payload) in [
        ("changes", Changes::name(&types)),
        ("stages", Stages::inline(&types)),
        ("practice", PracticeView::name(&types)),
    ] {
        writeln!(body, "  {name}: {payload};").expect("writing to text");
    }
    body.push_str("}\n");

    let mut text = String::from(
        "// Generated from the desktop's command list. Do not edit: `cargo xtask fix` writes it anew.\n\n",
    );
    for file in ["engine", "practice"] {
        let exported = read(&format!("ui/src/bindings/{file}.ts"));
        let used: BTreeSet<&str> = body
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| exported.contains(&format!("export type {word} =")))
            .collect();
        let used = used.into_iter().collect::<Vec<_>>().join(",\n  ");
        writeln!(text, "import type {{\n  {used},\n}} from './{file}';").expect("writing to text");
    }
    text + "\n/** Every command of the desktop: what it takes and what it answers. A failed call rejects \
            with a Problem. */\n"
        + &body
}

fn declare(text: &mut String, command: &Declared) {
    let Declared {
        name,
        doc,
        takes,
        answers,
    } = command;
    for line in doc {
        writeln!(text, "  /** {} */", line.trim()).expect("writing to text");
    }
    let takes = match takes.as_slice() {
        [] => "Record<string, never>".to_owned(),
        takes => {
            let takes: Vec<String> = takes
                .iter()
                .map(|(argument, kind)| format!("{argument}: {kind}"))
                .collect();
            format!("{{ {} }}", takes.join("; "))
        }
    };
    writeln!(text, "  {name}: {{ takes: {takes}; answers: {answers} }};").expect("writing to text");
}
