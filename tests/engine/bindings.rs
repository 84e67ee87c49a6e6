//! The TypeScript that the page is written against is generated from the engine's views.

use penstock_engine::filter::*;
use penstock_engine::problem::Problem;
use penstock_engine::provider::*;
use penstock_engine::redaction::*;
use penstock_engine::source;
use penstock_engine::view::*;
use penstock_receiver::view::*;
use std::fmt::Write as _;
use std::path::Path;
use ts_rs::{Config, TS};

macro_rules! declare {
    ($text:ident, $($name:ty),* $(,)?) => {{
        let config = Config::new().with_large_int("number");
        $(writeln!($text, "\nexport {}", <$name>::decl(&config)).expect("writing to text");)*
    }};
}

fn engine() -> String {
    let mut text = String::from(
        "// Generated from the engine's views. Do not edit: `cargo xtask fix` writes it anew.\n\n\
         export type JsonValue = number | string | boolean | null | JsonValue[] | { [key in string]: JsonValue };\n\
         export type Details = { [key in string]: JsonValue };\n",
    );
    declare!(
        text,
        Problem,
        About,
        Category,
        Guide,
        GuideStep,
        CopyText,
        Link,
        Field,
        FieldKind,
        FieldGroup,
        Choice,
        FieldError,
        Status,
        Saved,
        StreamView,
        Bucket,
        Throughput,
        Range,
        Outcome,
        AttemptView,
        AttemptDetail,
        Exchange,
        ShownRequest,
        ShownHeader,
        ShownResponse,
        Stage,
        StageKind,
        StageState,
        CertificateView,
        VerifyReport,
        SetAsideView,
        SourceStatus,
        SourceView,
        SourceCreated,
        SourceDraft,
        SourceCheck,
        UnreadableView,
        source::About,
        source::SourceTest,
        source::Progress,
        source::Measure,
        JournalView,
        JournalBounds,
        StatusView,
        Delivering,
        AppView,
        VaultView,
        Changes,
        StreamDraft,
        DraftCheck,
        Filter,
        FilterCondition,
        FilterField,
        FilterPreset,
        EventTypes,
        Redaction,
        RedactionRule,
        RedactionAction,
        RedactionTemplate,
        FilterChoices,
        PreviewAsk,
        Preview,
        PreviewRow,
        EventsAsk,
        EventsPage,
        EventRow,
        EventFate,
        FateKind,
        EventDetail,
    );
    text
}

fn practice() -> String {
    let mut text = String::from(
        "// Generated from the practice receiver's views. Do not edit: `cargo xtask fix` writes it anew.\n",
    );
    declare!(text, PracticeView, Protocol, Arrival, Fault);
    text
}

#[test]
fn committed_bindings_match_the_views() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/src/bindings");
    for (name, fresh) in [("engine.ts", engine()), ("practice.ts", practice())] {
        let path = folder.join(name);
        if std::env::var_os("PENSTOCK_WRITE_BINDINGS").is_some() {
            std::fs::create_dir_all(&folder).expect("folder is made");
            std::fs::write(&path, &fresh).expect("bindings are written");
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(committed == fresh, "{name} is stale: run `cargo xtask fix`");
    }
}
