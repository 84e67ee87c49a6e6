//! The TypeScript that the page is written against is generated from the engine's views.

use penstock_engine::problem::Problem;
use penstock_engine::provider::*;
use penstock_engine::view::*;
use std::fmt::Write as _;
use std::path::Path;
use ts_rs::{Config, TS};

fn typescript() -> String {
    let config = Config::new().with_large_int("number");
    let mut text = String::from(
        "// Generated from the engine's views. Do not edit: `cargo xtask fix` writes it anew.\n\n\
         export type JsonValue = number | string | boolean | null | JsonValue[] | { [key in string]: JsonValue };\n\
         export type Details = { [key in string]: JsonValue };\n",
    );
    macro_rules! declare {
        ($($name:ty),* $(,)?) => {
            $(writeln!(text, "\nexport {}", <$name>::decl(&config)).expect("writing to text");)*
        };
    }
    declare!(
        Problem, About, Category, Guide, GuideStep, CopyText, Link, Field, FieldKind, FieldGroup,
        Choice, FieldError, Status, Saved, StreamView, Bucket, Throughput, Range, Outcome,
        AttemptView, AttemptDetail, Exchange, ShownRequest, ShownHeader, ShownResponse, Stage,
        StageKind, StageState, VerifyReport, SetAsideView, SourceStatus, SourceView,
        SourceCreated, SourceDraft, JournalView, StatusView, Delivering, AppView, VaultView,
        Changes, StreamDraft, DraftCheck,
    );
    text
}

#[test]
fn committed_bindings_match_the_views() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/src/bindings/engine.ts");
    let fresh = typescript();
    if std::env::var_os("PENSTOCK_WRITE_BINDINGS").is_some() {
        std::fs::create_dir_all(path.parent().expect("has a parent")).expect("folder is made");
        std::fs::write(&path, &fresh).expect("bindings are written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == fresh, "ui/src/bindings/engine.ts is stale: run `cargo xtask fix`");
}
