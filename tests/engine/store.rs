//! What the store promises: durable, in order, and never guessing about a file it does not know.

use bytes::Bytes;
use penstock_engine::clock::SystemClock;
use penstock_engine::engine::{Engine, Options, ReplayFrom};
use penstock_engine::problem::Problem;
use penstock_engine::store::{FILE, Store, journal, sources};
use penstock_engine::vault::memory::Memory;
use penstock_engine::view::{JournalBounds, Status};
use serde_json::json;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::world::{World, lines, post};

async fn refused(folder: &Path) -> Problem {
    let opened = Engine::open(Options {
        data_dir: folder.to_owned(),
        vault: Arc::new(Memory::default()),
        clock: Arc::new(SystemClock),
    })
    .await;
    match opened {
        Ok(_) => panic!("the store must be refused"),
        Err(problem) => problem,
    }
}

#[tokio::test]
async fn a_store_of_a_newer_version_is_refused_untouched() {
    let folder = tempfile::tempdir().expect("a folder");
    drop(Store::open(folder.path()).expect("a store is made"));
    let database = rusqlite::Connection::open(folder.path().join(FILE)).expect("it opens");
    database
        .pragma_update(None, "user_version", 999)
        .expect("its version is raised");
    let look = || -> (i64, String) {
        let version = database.pragma_query_value(None, "user_version", |row| row.get(0));
        let schema = database.query_row("SELECT group_concat(sql) FROM sqlite_schema", [], |row| {
            row.get(0)
        });
        (version.expect("a version"), schema.expect("a schema"))
    };
    let before = look();
    let problem = refused(folder.path()).await;
    assert_eq!(problem.code, "store-newer");
    assert!(
        problem
            .next_steps
            .iter()
            .any(|step| step.contains("newest Penstock")),
        "it says what to do"
    );
    assert_eq!(look(), before);
}

#[tokio::test]
async fn a_file_that_is_no_database_is_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = "Dear diary, this is not a database.";
    std::fs::write(folder.path().join(FILE), text).expect("it is written");
    assert_eq!(refused(folder.path()).await.code, "store-not-a-database");
    assert_eq!(
        std::fs::read_to_string(folder.path().join(FILE)).expect("it is read"),
        text
    );
}

#[tokio::test]
async fn a_database_of_another_program_is_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let database = rusqlite::Connection::open(folder.path().join(FILE)).expect("it opens");
    database
        .execute_batch("CREATE TABLE notes (text)")
        .expect("it has a table");
    drop(database);
    assert_eq!(refused(folder.path()).await.code, "store-not-a-database");
}

#[tokio::test]
async fn a_place_that_is_no_folder_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file");
    std::fs::write(&file, "").expect("it is written");
    let problem = refused(&file.join("data")).await;
    assert_eq!(problem.code, "data-folder-unusable");
    assert!(
        problem.summary.contains("file"),
        "it names the place: {}",
        problem.summary
    );
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_may_read_the_database() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    let _store = Store::open(folder.path()).expect("a store is made");
    let mode = std::fs::metadata(folder.path().join(FILE))
        .expect("it exists")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_appends_at_once_leave_no_gap_and_keep_each_senders_order() {
    let world = World::start().await;
    let source = world.intake("Intake").await;
    let mut senders = tokio::task::JoinSet::new();
    for sender in 0..8 {
        let source = source.clone();
        senders.spawn(async move {
            for round in 0..20 {
                post(&source, lines(&format!("{sender}/{round:02}"), 3)).await;
            }
        });
    }
    senders.join_all().await;
    world.engine.stop().await;
    let store = Store::open(world.folder.path()).expect("it opens again");
    let reading = journal::read(&store, journal::Wanted::all(1, None))
        .await
        .expect("it is read");
    assert_eq!(reading.events.len(), 8 * 20 * 3);
    let seqs: Vec<u64> = reading.events.iter().map(|event| event.seq).collect();
    assert_eq!(seqs, (1..=480).collect::<Vec<u64>>());
    for sender in 0..8 {
        let mine: Vec<String> = reading
            .events
            .iter()
            .filter_map(penstock_engine::event::Event::id)
            .filter(|id| id.starts_with(&format!("{sender}/")))
            .collect();
        assert!(
            mine.is_sorted(),
            "an append stands whole and after the sender's earlier ones"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_block_is_named_and_not_delivered_as_something_else() {
    let world = World::start().await;
    let source = world.intake("Intake").await;
    post(&source, lines("e", 10)).await;
    world.engine.stop().await;
    let database = rusqlite::Connection::open(world.folder.path().join(FILE)).expect("it opens");
    database
        .execute("UPDATE journal_block SET data = zeroblob(length(data))", [])
        .expect("the block is damaged");
    let store = Store::open(world.folder.path()).expect("the store still opens");
    let reading = journal::read(&store, journal::Wanted::all(1, None))
        .await
        .expect("it is read");
    assert!(reading.events.is_empty());
    assert_eq!(
        reading.damaged,
        Some(journal::Damaged {
            first_seq: 1,
            last_seq: 10
        })
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_block_holds_the_stream_until_a_person_goes_on_without_it() {
    let mut world = World::start().await;
    let source = world.intake("Intake").await;
    let stream = world.stream("Custom", json!({})).await;
    world
        .engine
        .pause_stream(&stream.id)
        .await
        .expect("it pauses");
    post(&source, lines("lost", 10)).await;
    post(&source, lines("kept", 5)).await;
    world.engine.stop().await;
    let database = rusqlite::Connection::open(world.folder.path().join(FILE)).expect("it opens");
    database
        .execute(
            "UPDATE journal_block SET data = zeroblob(length(data)) WHERE first_seq = 1",
            [],
        )
        .expect("the block is damaged");
    world.reopen().await;
    world
        .engine
        .resume_stream(&stream.id)
        .await
        .expect("it resumes");
    let status = world
        .until(|status| status.streams[0].status == Status::Failing)
        .await;
    let problem = status.streams[0].last_problem.clone().expect("a problem");
    assert_eq!(problem.code, "journal-damaged");
    assert!(problem.summary.contains("1 to 10"), "it names what is lost");
    world
        .engine
        .replay_stream(&stream.id, ReplayFrom::Seq(11))
        .await
        .expect("the cursor is set past it");
    world.until(|status| status.streams[0].delivered == 5).await;
    assert!(
        world
            .taken()
            .iter()
            .all(|event| event.id.starts_with("kept"))
    );
}

/// Where the clock was set back meanwhile, a block in the midst is the oldest.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_pruned_lies_before_what_comes_after_it() {
    let world = World::start().await;
    world.intake("Intake").await;
    world.engine.stop().await;
    let store = Store::open(world.folder.path()).expect("it opens");
    let row = store.read(sources::all).await.expect("sources").remove(0);
    for at in [9, 1, 9] {
        let events = vec![Bytes::from_static(b"{}"); 5];
        let appended = store.writer().append(row.number, events, at, None).await;
        appended.expect("it appends");
    }
    let counted = store.write(move |connection| {
        assert_eq!(journal::prune(connection, 5, 64)?, 1);
        let source = Some(row.number);
        let before =
            [1, 3, 6, 11, 13, 16].map(|seq| journal::total_before(connection, seq, source));
        let whole = [None, source].map(|of| journal::whole_from(connection, of, 0));
        let before = before.into_iter().collect::<Result<Vec<_>, _>>()?;
        Ok((before, whole.into_iter().collect::<Result<Vec<_>, _>>()?))
    });
    let (before, whole) = counted.await.expect("it is counted");
    assert_eq!(before, [0, 2, 10, 10, 12, 15]);
    assert_eq!(whole, [11, 11]);
    let at_the_end = store.write(|connection| {
        journal::prune(connection, i64::MAX, 64)?;
        journal::whole_from(connection, None, 0)
    });
    assert_eq!(at_the_end.await.expect("it is pruned"), 16);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_every_stream_has_passed_is_pruned() {
    let world = World::start().await;
    let source = world.intake("Intake").await;
    world.stream("Takes it", json!({})).await;
    let paused = world.stream("Paused", json!({})).await;
    world
        .engine
        .pause_stream(&paused.id)
        .await
        .expect("it pauses");
    post(&source, lines("e", 10)).await;
    world
        .until(|status| status.streams.iter().any(|stream| stream.delivered == 10))
        .await;
    world.engine.stop().await;
    let store = Store::open(world.folder.path()).expect("it opens");
    let pruned = store
        .write(|connection| journal::prune(connection, i64::MAX, 64))
        .await;
    assert_eq!(
        pruned.expect("it prunes"),
        0,
        "a paused stream still needs it"
    );
    store
        .write(move |connection| penstock_engine::store::streams::delete(connection, &paused.id))
        .await
        .expect("the paused stream is deleted");
    let pruned = store
        .write(|connection| journal::prune(connection, i64::MAX, 64))
        .await;
    assert_eq!(pruned.expect("it prunes"), 1);
    let number = store
        .read(sources::all)
        .await
        .expect("sources")
        .first()
        .map_or(0, |row| row.number);
    store
        .writer()
        .append(number, vec![Bytes::from_static(b"{}")], 1, None)
        .await
        .expect("it appends");
    assert_eq!(
        store.blocks().last_seq(),
        11,
        "numbers go on after pruned ones"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_asks_senders_to_wait_and_loses_nothing_it_accepted() {
    let world = World::start().await;
    let source = world.intake("Intake").await;
    let stream = world.stream("Custom", json!({})).await;
    world
        .engine
        .pause_stream(&stream.id)
        .await
        .expect("it pauses");
    let pages = |most: i64| {
        let store = world.engine.store().clone();
        async move {
            store
                .write(move |connection| connection.pragma_update(None, "max_page_count", most))
                .await
                .expect("the size of the file is limited");
        }
    };
    pages(60).await;
    let (mut accepted, mut batch) = (0, 0);
    let refusal = loop {
        // Each id is new, so that the file grows whatever the compression.
        let answer = post(&source, lines(&uuid::Uuid::new_v4().to_string(), 500)).await;
        if answer.status() != 200 {
            break answer;
        }
        (accepted, batch) = (accepted + 500, batch + 1);
        assert!(batch < 1000, "the limit is met");
    };
    assert_eq!(refusal.status(), 503);
    assert!(refusal.headers().contains_key("retry-after"));
    let status = world
        .engine
        .status()
        .await
        .expect("a full disk can still be looked at");
    assert_eq!(
        status
            .journal
            .problem
            .map(|problem| problem.code)
            .as_deref(),
        Some("disk-full")
    );
    pages(1_000_000).await;
    assert_eq!(post(&source, lines("after", 5)).await.status(), 200);
    world
        .engine
        .resume_stream(&stream.id)
        .await
        .expect("it goes on");
    let status = world
        .until(|status| status.streams[0].delivered == accepted + 5)
        .await;
    assert_eq!(status.journal.problem, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_another_program_holds_is_said_to_be_in_use_until_it_lets_go() {
    let world = World::start().await;
    let source = world.intake("Intake").await;
    world.stream("Custom", json!({})).await;
    let store = world.engine.store();
    store
        .write(|connection| connection.busy_timeout(Duration::ZERO))
        .await
        .expect("the store is told not to wait");
    let other = rusqlite::Connection::open(world.folder.path().join(FILE)).expect("it opens");
    other
        .execute_batch("BEGIN IMMEDIATE")
        .expect("another program holds it");
    let write = store.write(|_| Ok(())).await;
    assert_eq!(write.expect_err("it is held").code, "store-busy");
    let refusal = post(&source, lines("held", 3)).await;
    assert_eq!(refusal.status(), 503);
    assert!(refusal.headers().contains_key("retry-after"));
    other.execute_batch("ROLLBACK").expect("it lets go");
    assert_eq!(post(&source, lines("free", 4)).await.status(), 200);
    world.until(|status| status.streams[0].delivered == 4).await;
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_accepted_while_the_data_folder_is_moved_away() {
    let world = World::start().await;
    let source = world.intake("Intake").await;
    world.stream("Custom", json!({})).await;
    let (here, away) = (
        world.folder.path(),
        world.folder.path().with_extension("away"),
    );
    std::fs::rename(here, &away).expect("it is moved");
    let refusal = post(&source, lines("lost", 3)).await;
    assert_eq!(refusal.status(), 503);
    assert!(refusal.headers().contains_key("retry-after"));
    std::fs::create_dir(here).expect("a folder of the same name");
    drop(Store::open(here).expect("another store in its place"));
    assert_eq!(post(&source, lines("lost", 3)).await.status(), 503);
    let write = world.engine.store().write(|_| Ok(())).await;
    assert_eq!(write.expect_err("it is moved").code, "store-moved");
    std::fs::remove_dir_all(here).expect("it makes room");
    std::fs::rename(&away, here).expect("it is put back");
    assert_eq!(post(&source, lines("kept", 4)).await.status(), 200);
    world.until(|status| status.streams[0].delivered == 4).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_in_the_database_nor_in_what_is_shown() {
    let canary = "canary-7f3d9a51-secret";
    let world = World::start().await;
    let source = world.intake("Intake").await;
    let headers =
        json!({ "headers": [{ "key": "Authorization", "value": format!("Bearer {canary}") }] });
    let details =
        json!({ "url": format!("{}/custom", world.receiver.base_url()), "format": "ndjson" });
    world.stream_of("custom", "Custom", details, headers).await;
    post(&source, lines("e", 10)).await;
    world.drained().await;
    let status =
        serde_json::to_string(&world.engine.status().await.expect("a status")).expect("JSON");
    let attempts = world
        .engine
        .attempts(None, None, 10)
        .await
        .expect("attempts");
    let mut shown = status;
    for attempt in &attempts {
        let detail = world.engine.attempt(attempt.id).await.expect("an attempt");
        shown.push_str(&serde_json::to_string(&detail).expect("JSON"));
    }
    assert!(
        shown.contains("\"redacted\":true"),
        "the header is shown as redacted"
    );
    assert!(!shown.contains(canary));
    world.engine.stop().await;
    let token = source.token.expect("an intake has a token");
    for entry in std::fs::read_dir(world.folder.path()).expect("the folder is read") {
        let path = entry.expect("an entry").path();
        let Ok(bytes) = std::fs::read(&path) else {
            continue;
        };
        for secret in [canary, token.as_str()] {
            let found = bytes
                .windows(secret.len())
                .any(|window| window == secret.as_bytes());
            assert!(!found, "a secret is in {}", path.display());
        }
    }
}

#[test]
fn streams_of_an_older_store_go_on_and_know_where_they_began() {
    let folder = tempfile::tempdir().expect("a folder");
    let database = rusqlite::Connection::open(folder.path().join(FILE)).expect("it opens");
    for sql in [
        include_str!("../../src-tauri/engine/src/store/migrations/0001.sql"),
        include_str!("../../src-tauri/engine/src/store/migrations/0002.sql"),
        "INSERT INTO stream (id, name, provider, details, secrets, endpoint, verified, created_at, revision)
           VALUES ('s', 'Old', 'custom', '{}', '[]', '', 1, 50, 1);
         INSERT INTO cursor (stream, next_seq, position, state_since, delivered) VALUES ('s', 31, 30, 0, 20);
         INSERT INTO journal_block VALUES (1, 10, 1, 10, 40, 0, 0, x''), (11, 30, 1, 30, 60, 0, 0, x'');
         PRAGMA application_id = 0x5053544B;
         PRAGMA user_version = 2;",
    ] {
        database.execute_batch(sql).expect("an older store");
    }
    drop(database);
    let store = Store::open(folder.path()).expect("it is migrated");
    let read = store.read_blocking(|connection| {
        Ok((
            penstock_engine::store::streams::find(connection, "Old")?,
            penstock_engine::store::spans::of(connection, "s")?,
        ))
    });
    let (stream, spans) = read.expect("it is read");
    let stream = stream.expect("the stream is there");
    assert_eq!(stream.filter, Some(Default::default()));
    assert_eq!(stream.redaction, Some(Default::default()));
    assert_eq!(spans.len(), 1);
    assert_eq!((spans[0].from_seq, spans[0].skipped), (11, false));
}

#[tokio::test(flavor = "multi_thread")]
async fn delivered_events_go_where_none_are_to_be_kept_and_waiting_ones_stay() {
    let world = World::start().await;
    let source = world.intake("Intake").await;
    let stream = world.stream("Takes it", json!({})).await;
    post(&source, lines("e", 10)).await;
    let status = world
        .until(|status| status.streams[0].delivered == 10)
        .await;
    assert_eq!(status.journal.events, 10, "kept for a replay");
    assert!(status.journal.oldest_at.is_some());

    let pause = world.engine.pause_stream(&stream.id).await;
    pause.expect("it pauses");
    post(&source, lines("f", 3)).await;
    let bounds = JournalBounds {
        keep_days: Some(0),
        ..JournalBounds::default()
    };
    let journal = world.engine.set_journal_bounds(bounds).await;
    assert_eq!(journal.expect("they are set").keep_days, 0);
    world.until(|status| status.journal.events == 3).await;
    world.engine.resume_stream(&stream.id).await.expect("on");
    world
        .until(|status| status.streams[0].delivered == 13)
        .await;
}

#[tokio::test]
async fn bounds_that_make_no_sense_are_refused_and_change_nothing() {
    let world = World::start().await;
    let before = world.engine.journal().await.expect("the journal");
    let (limit, days) = (Some(999_999), Some(4_000));
    for (limit_bytes, keep_days, field) in [(limit, None, "limit_bytes"), (None, days, "keep_days")]
    {
        let bounds = JournalBounds {
            limit_bytes,
            keep_free_bytes: Some(0),
            keep_days,
        };
        let refusal = world.engine.set_journal_bounds(bounds).await;
        let problem = refusal.expect_err("it is refused");
        assert_eq!(problem.field.as_deref(), Some(field));
        assert!(!problem.next_steps.is_empty());
    }
    let after = world.engine.journal().await.expect("the journal");
    assert_eq!(after.keep_free_bytes, before.keep_free_bytes);
}
