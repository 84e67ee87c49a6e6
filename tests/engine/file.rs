//! Files as sources of a running engine: what is wrong with one is its own trouble.

use penstock_engine::view::{SecretsDraft, SourceDraft, SourceStatus, SourceView, StatusView};
use serde_json::{Value, json};
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::world::{World, lines, post};

fn append(path: &Path, text: impl AsRef<[u8]>) {
    let mut file = OpenOptions::new()
        .append(true)
        .create(true)
        .open(path)
        .expect("it opens");
    file.write_all(text.as_ref()).expect("written");
}

fn draft(name: &str, path: &Path, more: Value) -> SourceDraft {
    let mut details = json!({ "path": path })
        .as_object()
        .cloned()
        .expect("an object");
    details.extend(more.as_object().cloned().expect("an object"));
    SourceDraft {
        kind: String::from("file"),
        name: name.to_owned(),
        details,
        secrets: SecretsDraft::default(),
        source: None,
    }
}

async fn follow(world: &World, name: &str, path: &Path, more: Value) -> SourceView {
    let made = world.engine.create_source(draft(name, path, more)).await;
    let made = made.expect("a source is made");
    world.engine.source(&made.id).await.expect("it is there")
}

fn find<'a>(status: &'a StatusView, name: &str) -> &'a SourceView {
    let mut sources = status.sources.iter();
    sources.find(|it| it.name == name).expect("it is there")
}

fn problem(source: &SourceView) -> &str {
    source.problem.as_ref().map_or("", |it| &it.code)
}

/// A file of a test, in a folder that goes with it.
fn path(folder: &tempfile::TempDir) -> PathBuf {
    folder.path().join("audit.json")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_to_a_file_is_delivered_and_a_restart_goes_on_where_it_was() {
    let mut world = World::start().await;
    let folder = tempfile::tempdir().expect("a folder");
    let path = path(&folder);
    append(&path, lines("one", 2_500));
    world.stream("One", json!({})).await;
    follow(&world, "Log", &path, json!({})).await;
    world
        .until(|status| find(status, "Log").events == 2_500)
        .await;
    world.engine.stop().await;
    append(&path, lines("two", 10));
    std::fs::rename(&path, folder.path().join("audit.json.1")).expect("renamed");
    append(&path, lines("three", 10));
    world.reopen().await;
    world
        .until(|status| find(status, "Log").events == 2_520)
        .await;
    world.drained().await;
    let taken = world.taken();
    assert_eq!(taken.len(), 2_520);
    assert!(taken.iter().all(|event| event.times == 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_not_there_yet_is_a_problem_until_it_is() {
    let world = World::start().await;
    let folder = tempfile::tempdir().expect("a folder");
    let path = path(&folder);
    follow(&world, "Log", &path, json!({ "start": "end" })).await;
    let status = world
        .until(|status| find(status, "Log").status == SourceStatus::Failing)
        .await;
    assert_eq!(problem(find(&status, "Log")), "file-missing");
    append(&path, lines("one", 3));
    world
        .until(|status| {
            let source = find(status, "Log");
            (source.events, source.status) == (3, SourceStatus::Watching)
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_bad_input_is_its_own_clear_problem_and_other_sources_go_on() {
    let world = World::start().await;
    let intake = world.intake("Intake").await;
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let rubbish: Vec<u8> = (0..100_000_u32).flat_map(u32::to_le_bytes).collect();
    std::fs::write(at("binary"), &rubbish).expect("written");
    std::fs::write(at("wide"), b"\xff\xfe{\0}\0\n\0").expect("written");
    std::fs::create_dir(at("folder")).expect("made");
    std::fs::write(at("broken"), [&[0x1f, 0x8b, 8, 0], &rubbish[..]].concat()).expect("written");
    let mut bad = vec![
        ("binary", "file-binary"),
        ("wide", "file-utf16"),
        ("folder", "file-is-a-folder"),
        ("broken", "file-gzip-broken"),
        ("none/none", "file-missing"),
    ];
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(at("loop"), at("loop")).expect("linked");
        std::os::unix::fs::symlink("/dev/zero", at("device")).expect("linked");
        bad.extend([("loop", "file-link-loop"), ("device", "file-is-special")]);
    }
    for (name, _) in &bad {
        follow(&world, name, &at(name), json!({})).await;
    }
    append(&at("good"), lines("good", 5));
    follow(&world, "good", &at("good"), json!({})).await;
    let status = world
        .until(|status| {
            find(status, "good").events == 5
                && bad
                    .iter()
                    .all(|(name, code)| problem(find(status, name)) == *code)
        })
        .await;
    for (name, _) in &bad {
        let source = find(&status, name);
        assert_eq!((source.status, source.events), (SourceStatus::Failing, 0));
        let problem = source.problem.as_ref().expect("a problem");
        assert!(!problem.next_steps.is_empty(), "{problem:?}");
        let tested = world.engine.test_source(name).await.expect("it is tried");
        assert_eq!(tested.problem.expect("a problem").code, problem.code);
    }
    assert_eq!(post(&intake, lines("intake", 3)).await.status(), 200);
    world
        .until(|status| find(status, "Intake").events == 3)
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_lines_are_kept_with_their_number_and_the_rest_flows() {
    let world = World::start().await;
    let folder = tempfile::tempdir().expect("a folder");
    let path = path(&folder);
    append(
        &path,
        format!("{}oops\n{}", lines("one", 2), lines("two", 2)),
    );
    append(&path, vec![b'x'; 20 << 20]);
    append(&path, format!("\n{}", lines("three", 1)));
    follow(&world, "Log", &path, json!({})).await;
    world.until(|status| find(status, "Log").events == 5).await;
    let kept = world
        .engine
        .unreadable("Log", None, 10)
        .await
        .expect("read");
    let places: Vec<(String, u64)> = kept.iter().map(|it| (it.place.clone(), it.bytes)).collect();
    let shown = path.display();
    assert_eq!(
        places,
        [
            (format!("{shown}, line 6"), 20 << 20),
            (format!("{shown}, line 3"), 4)
        ]
    );
    assert_eq!(kept[0].text.len(), 64 << 10);
    assert_eq!(kept[1].text, "oops");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_imported_once_and_never_again() {
    let mut world = World::start().await;
    let folder = tempfile::tempdir().expect("a folder");
    let path = path(&folder);
    append(&path, lines("one", 3_000).trim_end());
    follow(&world, "Import", &path, json!({ "once": true })).await;
    let status = world
        .until(|status| find(status, "Import").status == SourceStatus::Done)
        .await;
    let import = find(&status, "Import");
    assert_eq!(import.events, 3_000);
    let progress = import.progress.as_ref().expect("progress");
    let size = path.metadata().expect("a file").len();
    assert_eq!((progress.done, progress.total), (size, size));
    append(&path, format!("\n{}", lines("two", 5)));
    world.reopen().await;
    let status = world
        .until(|status| find(status, "Import").status == SourceStatus::Done)
        .await;
    assert_eq!(find(&status, "Import").events, 3_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_says_what_is_in_the_file_before_a_source_is_made() {
    let world = World::start().await;
    let folder = tempfile::tempdir().expect("a folder");
    let path = path(&folder);
    append(&path, lines("one", 500));
    let tested = world
        .engine
        .test_source_draft(draft("Log", &path, json!({})))
        .await
        .expect("it is tried");
    assert_eq!(tested.problem, None);
    let events = (
        String::from("Events"),
        String::from("100 of the first 100 lines"),
    );
    assert!(tested.facts.contains(&events), "{:?}", tested.facts);
    let missing = draft("Log", &folder.path().join("none"), json!({}));
    let tested = world
        .engine
        .test_source_draft(missing)
        .await
        .expect("tried");
    assert_eq!(tested.problem.expect("missing").code, "file-missing");
}
