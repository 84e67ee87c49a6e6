//! A journal that lost its newest part while nobody ran: which events are missing is said, their
//! numbers are not given again, and every stream's account still adds up.

use penstock_engine::engine::ReplayFrom;
use penstock_engine::problem::Problem;
use penstock_engine::store::{FILE, Store, journal};
use penstock_engine::view::{SourceCreated, Status, StatusView};
use serde_json::json;
use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use crate::world::{World, lines, post};

const WAL: &str = "penstock.db-wal";
const WITNESS: &str = "penstock.db.witness";

/// The files of a data folder as they are, as if the process had been killed now.
type Image = BTreeMap<String, Vec<u8>>;

fn image(folder: &Path) -> Image {
    let names = [FILE, WAL, WITNESS];
    let files = names.iter().filter_map(|name| {
        let bytes = std::fs::read(folder.join(name)).ok()?;
        Some(((*name).to_owned(), bytes))
    });
    files.collect()
}

/// Ends the world's engine and opens another on such files, in a folder of its own.
async fn open(world: &mut World, image: &Image) {
    world.engine.stop().await;
    let folder = tempfile::tempdir().expect("a folder");
    for (name, bytes) in image {
        std::fs::write(folder.path().join(name), bytes).expect("it is written");
    }
    let before = std::mem::replace(&mut world.folder, folder);
    world.reopen().await;
    drop(before);
}

/// A world of two intakes and three streams: of both, of the first, and of the second, paused.
struct Scene {
    world: World,
    first: SourceCreated,
    second: SourceCreated,
    paused: String,
}

async fn scene() -> Scene {
    let world = World::start().await;
    let first = world.intake("First").await;
    let second = world.intake("Second").await;
    world.stream("Both", json!({})).await;
    for (name, source) in [("One", &first), ("Two", &second)] {
        let details =
            json!({ "url": format!("{}/custom", world.receiver.base_url()), "format": "ndjson" });
        let mut draft = crate::world::draft("custom", name, details, json!({}));
        draft.source = Some(source.id.clone());
        let made = world.engine.create_stream(draft, false, false).await;
        made.expect("a stream is made");
    }
    let paused = world.engine.pause_stream("Two").await;
    let paused = paused.expect("it pauses").id;
    Scene {
        world,
        first,
        second,
        paused,
    }
}

impl Scene {
    /// So many events of each intake.
    async fn post(&self, prefix: &str, count: usize) {
        for source in [&self.first, &self.second] {
            let name = &source.name;
            let answer = post(source, lines(&format!("{prefix}-{name}"), count)).await;
            assert_eq!(answer.status(), 200);
        }
        self.world
            .until(|status| {
                let running = status.streams.iter().filter(|it| it.id != self.paused);
                running.into_iter().all(|stream| stream.waiting == 0)
            })
            .await;
    }

    /// Everything so far is in the database itself.
    fn fold(&self) {
        let path = self.world.folder.path().join(FILE);
        let database = rusqlite::Connection::open(path).expect("it opens");
        let busy: i64 = database
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))
            .expect("the log is folded away");
        assert_eq!(busy, 0);
    }

    /// Events of an intake, posted to where it listens now.
    async fn post_anew(&mut self, prefix: &str, count: usize) {
        for source in [&mut self.first, &mut self.second] {
            let view = self.world.engine.source(&source.id).await;
            source.url = view.expect("it is there").url;
        }
        for source in [&self.first, &self.second] {
            let answer = post(source, lines(&format!("{prefix}-{}", source.name), count)).await;
            assert_eq!(answer.status(), 200);
        }
    }
}

/// Resumes every stream and goes past each gap as the problem says, until nothing waits; by
/// stream, how many events it was to do without.
async fn deliver(world: &World) -> BTreeMap<String, u64> {
    let mut without = BTreeMap::new();
    let status = world.engine.status().await.expect("a status");
    for stream in &status.streams {
        if stream.status == Status::Paused {
            let resumed = world.engine.resume_stream(&stream.id).await;
            resumed.expect("it resumes");
        }
        let mut known = None;
        loop {
            let now = |status: &StatusView| {
                let all = &mut status.streams.iter();
                all.find(|it| it.id == stream.id).cloned()
            };
            let status = world
                .until(|status| {
                    now(status).is_some_and(|it| {
                        it.waiting == 0 || it.status == Status::Failing && it.last_problem != known
                    })
                })
                .await;
            let Some(view) = now(&status).filter(|it| it.waiting > 0) else {
                break;
            };
            let problem = view.last_problem.expect("it says why");
            assert_eq!(problem.code, "journal-damaged", "{problem:?}");
            let [first, last] = numbers(&problem)[..] else {
                panic!("it names what is missing: {problem:?}");
            };
            *without.entry(view.name).or_default() += last + 1 - first;
            known = Some(problem);
            let replayed = world
                .engine
                .replay_stream(&stream.id, ReplayFrom::Seq(last + 1))
                .await;
            replayed.expect("the cursor is set past it");
        }
    }
    without
}

fn numbers(problem: &Problem) -> Vec<u64> {
    let words = problem.summary.split([' ', ':']);
    words.filter_map(|word| word.parse().ok()).collect()
}

/// What is said about the journal, and the notes about it.
async fn told(world: &World) -> (Option<Problem>, Vec<std::path::PathBuf>) {
    let status = world.engine.status().await.expect("a status");
    let entries = std::fs::read_dir(world.folder.path()).expect("a folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let notes = paths.filter(|path| path.to_string_lossy().contains(".lost-"));
    (status.journal.problem, notes.collect())
}

/// Every event that a stream takes is delivered, or it had to do without it.
async fn adds_up(world: &World, without: &BTreeMap<String, u64>) {
    let status = world.engine.status().await.expect("a status");
    for stream in &status.streams {
        let of = |id: &String| status.sources.iter().find(|it| it.id == *id);
        let appended = match &stream.source {
            Some(source) => of(source).map_or(0, |it| it.events),
            None => status.journal.last_seq,
        };
        let lost = without.get(&stream.name).copied().unwrap_or(0);
        let sum = stream.delivered + stream.set_aside + stream.filtered + stream.waiting + lost;
        assert_eq!(sum, appended, "{}: {stream:#?}", stream.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn events_that_went_with_the_write_ahead_log_are_named_and_their_numbers_stay_theirs() {
    let mut scene = scene().await;
    scene.post("kept", 10).await;
    scene.fold();
    scene.post("lost", 15).await;
    let mut left = image(scene.world.folder.path());
    assert!(left.remove(WAL).is_some_and(|log| !log.is_empty()));
    open(&mut scene.world, &left).await;

    let (problem, notes) = told(&scene.world).await;
    let problem = problem.expect("it is said");
    assert_eq!(problem.code, "journal-behind");
    assert_eq!(numbers(&problem)[..2], [21, 50], "{problem:?}");
    let note = std::fs::read_to_string(&notes[0]).expect("a note");
    assert!(note.starts_with(&problem.summary), "{note}");

    scene.post_anew("after", 5).await;
    let without = deliver(&scene.world).await;
    let wanted = [("Both", 30), ("One", 15), ("Two", 15)];
    let wanted = wanted.map(|(name, lost)| (name.to_owned(), lost));
    assert_eq!(without, BTreeMap::from(wanted));
    adds_up(&scene.world, &without).await;
    let attempts = scene.world.engine.attempts(None, None, 100).await;
    let newest = attempts
        .expect("attempts")
        .iter()
        .map(|it| it.last_seq)
        .max();
    assert_eq!(newest, Some(60), "numbers go on after the missing ones");

    for note in notes {
        std::fs::remove_file(note).expect("it is deleted");
    }
    assert_eq!(told(&scene.world).await.0, None, "a person is done with it");
    scene.world.reopen().await;
    assert_eq!(told(&scene.world).await, (None, Vec::new()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_ahead_log_that_was_changed_costs_what_comes_after_the_change() {
    let mut scene = scene().await;
    scene.post("kept", 10).await;
    scene.fold();
    for round in 0..10 {
        scene.post(&format!("round-{round}"), 15).await;
    }
    let mut left = image(scene.world.folder.path());
    let log = left.get_mut(WAL).expect("a log");
    let middle = log.len() / 2;
    log[middle..middle + 64].fill(0x55);
    open(&mut scene.world, &left).await;

    let problem = told(&scene.world).await.0.expect("it is said");
    assert_eq!(problem.code, "journal-behind");
    let [first, last] = numbers(&problem)[..2] else {
        panic!("it names what is missing: {problem:?}");
    };
    assert!(first > 20 && last == 320, "{problem:?}");
    let without = deliver(&scene.world).await;
    assert_eq!(without.get("Both"), Some(&(last + 1 - first)));
    adds_up(&scene.world, &without).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_log_of_which_the_database_already_has_everything_costs_nothing() {
    let mut scene = scene().await;
    scene.post("folded", 10).await;
    scene.fold();
    for round in 0..10 {
        scene.post(&format!("round-{round}"), 15).await;
    }
    // Everything is copied into the database, and the log stays as it is.
    let path = scene.world.folder.path().join(FILE);
    let database = rusqlite::Connection::open(path).expect("it opens");
    let (log, copied): (i64, i64) = database
        .query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| {
            Ok((row.get(1)?, row.get(2)?))
        })
        .expect("the log is copied");
    assert_eq!(log, copied);
    let mut left = image(scene.world.folder.path());
    drop(database);
    let log = left.get_mut(WAL).expect("a log");
    let middle = log.len() / 2;
    log[middle..middle + 64].fill(0x55);
    open(&mut scene.world, &left).await;

    let problem = told(&scene.world).await.0.expect("it is said");
    assert_eq!(problem.code, "store-rescued", "{problem:?}");
    let without = deliver(&scene.world).await;
    assert_eq!(without, BTreeMap::new(), "{problem:?}");
    adds_up(&scene.world, &without).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_copy_of_the_database_goes_on_after_what_it_lacks() {
    let mut scene = scene().await;
    scene.post("kept", 10).await;
    scene.fold();
    let older = image(scene.world.folder.path());
    // A source and a stream that the older copy knows nothing of.
    let third = scene.world.intake("Third").await;
    scene.world.stream("Newer", json!({})).await;
    scene.post("lost", 15).await;
    assert_eq!(post(&third, lines("third", 4)).await.status(), 200);
    scene
        .world
        .until(|status| status.journal.last_seq == 54)
        .await;
    let newest = image(scene.world.folder.path());
    let restored = Image::from([
        (FILE.to_owned(), older[FILE].clone()),
        (WITNESS.to_owned(), newest[WITNESS].clone()),
    ]);
    open(&mut scene.world, &restored).await;

    let problem = told(&scene.world).await.0.expect("it is said");
    assert_eq!(numbers(&problem)[..2], [21, 54], "{problem:?}");
    // A new source is not taken for the one that is gone.
    let fresh = scene.world.intake("Fresh").await;
    assert_eq!(post(&fresh, lines("fresh", 3)).await.status(), 200);
    scene.post_anew("after", 5).await;
    let without = deliver(&scene.world).await;
    assert_eq!(without["Both"], 34);
    assert_eq!((without["One"], without["Two"]), (15, 15));
    adds_up(&scene.world, &without).await;
    let arrived: HashSet<String> = scene.world.taken().into_iter().map(|it| it.id).collect();
    for id in [
        "fresh-2",
        "after-First-4",
        "after-Second-4",
        "kept-Second-9",
    ] {
        assert!(arrived.contains(id), "{id}");
    }
    let status = scene.world.engine.status().await.expect("a status");
    let events = status.sources.iter().find(|it| it.id == fresh.id);
    assert_eq!(events.map(|it| it.events), Some(3));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_missing_twice_is_told_until_a_person_is_done_with_both() {
    let mut scene = scene().await;
    scene.post("kept", 10).await;
    scene.fold();
    let older = image(scene.world.folder.path());
    scene.post("lost", 10).await;
    let mut witness = image(scene.world.folder.path());
    for last in [40, 50] {
        let restored = Image::from([
            (FILE.to_owned(), older[FILE].clone()),
            (WITNESS.to_owned(), witness[WITNESS].clone()),
        ]);
        open(&mut scene.world, &restored).await;
        let problem = told(&scene.world).await.0.expect("it is said");
        assert_eq!(numbers(&problem)[..2], [21, last], "{problem:?}");
        scene.post_anew("after", 5).await;
        witness = image(scene.world.folder.path());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_witness_that_is_torn_or_garbage_or_gone_raises_no_alarm_and_is_written_again() {
    let mut scene = scene().await;
    scene.post("kept", 10).await;
    let whole = image(scene.world.folder.path());
    let length = whole[WITNESS].len();
    let witnesses = [
        None,
        Some(Vec::new()),
        Some(b"not at all".to_vec()),
        Some(vec![0xff; 3 * length]),
        Some(whole[WITNESS][..length - 10].to_vec()),
    ];
    for witness in witnesses {
        let mut left = whole.clone();
        left.remove(WITNESS);
        left.extend(witness.map(|bytes| (WITNESS.to_owned(), bytes)));
        open(&mut scene.world, &left).await;
        assert_eq!(told(&scene.world).await, (None, Vec::new()));
        scene.post_anew("after", 1).await;
        scene
            .world
            .until(|status| status.journal.last_seq == 22)
            .await;
        let mut cut = image(scene.world.folder.path());
        cut.insert(FILE.to_owned(), whole[FILE].clone());
        cut.insert(WAL.to_owned(), whole[WAL].clone());
        open(&mut scene.world, &cut).await;
        let problem = told(&scene.world).await.0.expect("it was written again");
        assert_eq!(numbers(&problem)[..2], [21, 22], "{problem:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_witness_that_cannot_be_written_stops_nobody() {
    let mut scene = scene().await;
    let path = scene.world.folder.path().join(WITNESS);
    let _ = std::fs::remove_file(&path);
    std::fs::create_dir(&path).expect("something else of that name");
    scene.world.reopen().await;
    scene.post_anew("kept", 10).await;
    scene
        .world
        .until(|status| status.journal.last_seq == 20)
        .await;
    assert_eq!(told(&scene.world).await, (None, Vec::new()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_database_in_the_same_folder_begins_anew() {
    let mut scene = scene().await;
    scene.post("kept", 10).await;
    let witness = image(scene.world.folder.path())[WITNESS].clone();
    let only = Image::from([(WITNESS.to_owned(), witness)]);
    open(&mut scene.world, &only).await;
    let status = scene.world.engine.status().await.expect("a status");
    assert_eq!((status.journal.last_seq, status.streams.len()), (0, 0));
    assert_eq!(told(&scene.world).await, (None, Vec::new()));
    let source = scene.world.intake("Intake").await;
    assert_eq!(post(&source, lines("new", 3)).await.status(), 200);
    scene.world.reopen().await;
    let (problem, _) = told(&scene.world).await;
    assert_eq!(problem, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_only_looks_while_another_process_delivers() {
    let scene = scene().await;
    scene.post("kept", 10).await;
    let before = image(scene.world.folder.path());
    let guest = Store::open(scene.world.folder.path()).expect("it opens");
    let seen = guest.read(journal::last_seq).await;
    assert_eq!(seen, Ok(20));
    drop(guest);
    assert_eq!(image(scene.world.folder.path())[WITNESS], before[WITNESS]);
    assert_eq!(told(&scene.world).await, (None, Vec::new()));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_may_read_the_witness() {
    use std::os::unix::fs::PermissionsExt;
    let scene = scene().await;
    scene.post("kept", 1).await;
    let path = scene.world.folder.path().join(WITNESS);
    let mode = path.metadata().expect("it is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
