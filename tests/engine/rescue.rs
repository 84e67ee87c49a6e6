//! A damaged database: what can be read is kept, what is lost is named, and nothing is overwritten.

use penstock_engine::engine::ReplayFrom;
use penstock_engine::store::{FILE, Store, journal};
use penstock_engine::view::{SourceCreated, Status, StatusView};
use serde_json::json;
use std::collections::HashSet;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use crate::world::{World, draft, post};

const POSTS: u64 = 20;
const EVENTS: u64 = 10;

/// A world whose paused stream owes every event, and whose engine has ended; another stream takes
/// another intake, to which nothing was posted yet.
async fn owing() -> (World, SourceCreated, String) {
    let world = World::start().await;
    let source = world.intake("Intake").await;
    let stream = world.stream("Custom", json!({})).await;
    let side = world.intake("Side").await;
    let url = format!("{}/custom", world.receiver.base_url());
    let details = json!({ "url": url, "format": "ndjson" });
    let mut other = draft("custom", "Other", details, json!({}));
    other.source = Some(side.id.clone());
    let made = world.engine.create_stream(other, false, false).await;
    made.expect("a stream is made");
    let paused = world.engine.pause_stream(&stream.id).await;
    paused.expect("it pauses");
    for number in 0..POSTS {
        post(&source, noise(number)).await;
    }
    world.engine.stop().await;
    let database = rusqlite::Connection::open(world.folder.path().join(FILE)).expect("it opens");
    database
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
        .expect("the log is folded away");
    (world, side, stream.id)
}

/// Events that do not compress, several pages of them.
fn noise(number: u64) -> String {
    (0..EVENTS)
        .map(|index| {
            let noise: String = (0..400_u64)
                .map(|at| {
                    let mixed = (number * 1000 + index * 100_000 + at)
                        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
                        .rotate_left(17)
                        .wrapping_mul(0xbf58_476d_1ce4_e5b9);
                    format!("{mixed:016x}")
                })
                .collect();
            format!("{{\"id\":\"{number}-{index}\",\"noise\":\"{noise}\"}}\n")
        })
        .collect()
}

fn kept(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths
        .filter(|path| path.to_string_lossy().contains(".damaged-"))
        .collect()
}

/// Delivers what is left, over each run of lost events as the problem says; the lost events.
async fn deliver(world: &World, stream: &str) -> u64 {
    world
        .engine
        .resume_stream(stream)
        .await
        .expect("it resumes");
    let mut lost = 0;
    let mut known = None;
    loop {
        let status = world
            .until(|status| {
                let stream = &status.streams[0];
                let problem = stream.last_problem.as_ref();
                let fails = problem.is_some_and(|it| it.code == "journal-damaged")
                    && stream.status == Status::Failing
                    && stream.last_problem != known;
                stream.waiting == 0 || fails
            })
            .await;
        let stream = &status.streams[0];
        if stream.waiting == 0 {
            return lost;
        }
        let problem = stream.last_problem.clone().expect("it says why");
        let numbers: Vec<u64> = problem
            .summary
            .split(' ')
            .filter_map(|word| word.parse().ok())
            .collect();
        let [first, last] = numbers[..] else {
            panic!("it names what is lost: {problem:?}");
        };
        lost += last + 1 - first;
        known = Some(problem);
        world
            .engine
            .replay_stream(&stream.id, ReplayFrom::Seq(last + 1))
            .await
            .expect("the cursor is set past it");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_was_cut_short_opens_with_what_is_left_of_it() {
    let (mut world, _, stream) = owing().await;
    let path = world.folder.path().join(FILE);
    let file = File::options().write(true).open(&path).expect("it opens");
    let length = file.metadata().expect("a file").len();
    file.set_len(length / 2).expect("it is cut");
    world.reopen().await;

    let journal = world.engine.journal().await.expect("it is read");
    assert_eq!(
        journal.last_seq,
        POSTS * EVENTS,
        "numbers are not given twice"
    );
    let problem = journal.problem.expect("it tells of the rescue");
    assert_eq!(problem.code, "store-rescued");
    let damaged = kept(world.folder.path());
    let sizes: Vec<u64> = damaged
        .iter()
        .map(|path| path.metadata().expect("a file").len())
        .collect();
    assert_eq!(sizes, [length / 2], "the damaged file is as it was");

    let lost = deliver(&world, &stream).await;
    let arrived: HashSet<String> = world.taken().into_iter().map(|it| it.id).collect();
    assert!(
        lost > 0 && !arrived.is_empty(),
        "{lost} lost, {} arrived",
        arrived.len()
    );
    assert_eq!(arrived.len() as u64 + lost, POSTS * EVENTS);
    assert!(
        problem.summary.contains(&format!("{lost} events")),
        "{problem:?}"
    );
    for path in damaged {
        std::fs::remove_file(path).expect("it is deleted");
    }
    let journal = world.engine.journal().await.expect("it is read");
    assert_eq!(journal.problem, None, "a person is done with it");
}

/// Overwrites a page that leads to some of the blocks, in the middle of the journal.
fn overwrite_a_page(path: &Path) {
    let database = rusqlite::Connection::open(path).expect("it opens");
    let leaves: Vec<u64> = database
        .prepare("SELECT pageno FROM dbstat WHERE name = 'journal_block' AND pagetype = 'leaf'")
        .and_then(|mut statement| {
            let pages = statement.query_map([], |row| row.get::<_, i64>(0))?;
            pages.map(|page| page.map(i64::cast_unsigned)).collect()
        })
        .expect("its pages are known");
    let busy: i64 = database
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))
        .expect("the log is folded away");
    assert_eq!(busy, 0);
    let file = File::options().write(true).open(path).expect("it opens");
    file.write_all_at(&[0xff; 8192], (leaves[leaves.len() / 2] - 1) * 8192)
        .expect("it is overwritten");
}

/// A stream comes to the damaged page: it says so, the others go on, and the next start rescues
/// what can be read.
async fn meet_and_mend(mut world: World, mut side: SourceCreated, stream: &str) {
    let resumed = world.engine.resume_stream(stream).await;
    resumed.expect("it resumes");
    let status = world
        .until(|status| status.streams.iter().any(|it| it.status == Status::Failing))
        .await;
    let of = |status: &StatusView, id: &str| {
        let found = status
            .streams
            .iter()
            .find(|it| it.id == id || it.name == id);
        found.expect("it is there").clone()
    };
    let held = of(&status, stream);
    let problem = held.last_problem.expect("it says why");
    assert_eq!(problem.code, "store-damaged");
    let next = held.delivered + 1;
    assert!(
        problem.summary.contains(&format!("event {next} ")),
        "{problem:?}"
    );
    assert!(problem.cause.is_some() && !problem.next_steps.is_empty());
    assert!(held.next_try_at.is_some(), "it waits before it looks again");
    assert!(held.delivered > 0 && held.waiting > 0);
    let journal = status.journal.problem.expect("the journal says so, too");
    assert_eq!(journal.code, "store-damaged");

    // Whatever a person commands is done as far as it needs nothing that is damaged.
    let engine = &world.engine;
    engine.pause_stream(stream).await.expect("it pauses");
    engine.resume_stream(stream).await.expect("it resumes");
    engine.retry_stream(stream).await.expect("it tries again");
    let url = format!("{}/custom", world.receiver.base_url());
    let details = json!({ "url": url, "format": "ndjson" });
    let mut past = draft("custom", "Past", details, json!({}));
    past.source = engine.stream(stream).await.expect("it is there").source;
    let past = engine.create_stream(past, false, false).await;
    let past = past.expect("a stream is made");
    let newest = POSTS * EVENTS;
    let replayed = engine
        .replay_stream(&past.id, ReplayFrom::Seq(newest - 4))
        .await;
    replayed.expect("it goes back, and not as far as the damage");
    world
        .until(|status| of(status, "Past").delivered == 5)
        .await;
    let refused = engine.replay_stream(&past.id, ReplayFrom::Seq(1)).await;
    let refused = refused.expect_err("what lies between is not passed over unsaid");
    assert_eq!(refused.code, "store-damaged");

    let view = world.engine.source("Side").await;
    side.url = view.expect("it is there").url;
    let answer = post(&side, noise(POSTS)).await;
    assert_eq!(answer.status(), 200);
    world
        .until(|status| of(status, "Other").delivered == EVENTS)
        .await;

    world.reopen().await;
    let journal = world.engine.journal().await.expect("it is read");
    let problem = journal.problem.expect("it tells of the rescue");
    assert_eq!(problem.code, "store-rescued");
    let lost = deliver(&world, stream).await;
    let arrived: HashSet<String> = world.taken().into_iter().map(|it| it.id).collect();
    assert!(lost > 0, "a page held some");
    assert_eq!(arrived.len() as u64 + lost, (POSTS + 1) * EVENTS);
}

#[tokio::test(flavor = "multi_thread")]
async fn damage_that_was_there_at_the_start_holds_the_stream_that_comes_to_it_until_the_next() {
    let (mut world, side, stream) = owing().await;
    overwrite_a_page(&world.folder.path().join(FILE));
    world.reopen().await;
    meet_and_mend(world, side, &stream).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn damage_that_befalls_a_running_penstock_holds_the_stream_that_comes_to_it() {
    let (mut world, side, stream) = owing().await;
    world.reopen().await;
    overwrite_a_page(&world.folder.path().join(FILE));
    meet_and_mend(world, side, &stream).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_another_process_delivers_a_damaged_database_is_left_alone() {
    let (world, _, _) = owing().await;
    let path = world.folder.path().join(FILE);
    let file = File::options().write(true).open(&path).expect("it opens");
    let length = file.metadata().expect("a file").len();
    file.set_len(length / 2).expect("it is cut");
    let owner = penstock_engine::store::owner::take(world.folder.path()).expect("a lock");
    assert!(owner.is_ok());
    let problem = Store::open(world.folder.path())
        .err()
        .expect("it is refused");
    assert_eq!(problem.code, "store-damaged");
    assert!(kept(world.folder.path()).is_empty());
    drop(owner);
    let store = Store::open(world.folder.path()).expect("it is rescued");
    let reading = journal::read(&store, journal::Wanted::all(1, None)).await;
    assert!(!reading.expect("it is read").events.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_was_emptied_is_not_taken_for_a_new_one() {
    let (world, _, _) = owing().await;
    let path = world.folder.path().join(FILE);
    let file = File::options().write(true).open(&path).expect("it opens");
    file.set_len(0).expect("it is emptied");
    let problem = Store::open(world.folder.path())
        .err()
        .expect("it is refused");
    assert_eq!(problem.code, "store-emptied");
    assert!(!problem.next_steps.is_empty());
}
