//! Rotations of every kind, between any two looks.

use super::*;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng};
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

/// As long as the shortest events are.
fn event(n: u32) -> String {
    format!(
        "{{\"n\":{n},\"eventType\":\"get-secrets\",\"actor\":\"user\",\"ipAddress\":\"10.0.0.1\"}}"
    )
}

fn number(event: &str) -> usize {
    let event: serde_json::Value = serde_json::from_str(event).expect("an event");
    usize::try_from(event["n"].as_u64().expect("a number")).expect("small")
}

/// A log in a folder, and what was saved of reading it.
struct Log {
    folder: tempfile::TempDir,
    start: Start,
    follower: Follower,
    position: Option<String>,
    taken: Vec<String>,
    bad: Vec<(String, u64)>,
    now: Millis,
    written: u32,
}

impl Log {
    fn new(start: Start) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self {
            follower: Follower::new(folder.path().join("a.log"), start, None),
            folder,
            start,
            position: None,
            taken: Vec::new(),
            bad: Vec::new(),
            now: 1_000_000,
            written: 0,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn append(&self, name: &str, text: &[u8]) {
        let mut file = OpenOptions::new()
            .append(true)
            .create(true)
            .open(self.path(name))
            .expect("it opens");
        file.write_all(text).expect("written");
    }

    /// Writes that many more lines, each with the next number.
    fn write(&mut self, count: u32) {
        self.write_to("a.log", count);
    }

    fn write_to(&mut self, name: &str, count: u32) {
        let lines: String = (self.written..self.written + count)
            .map(|n| format!("{}\n", event(n)))
            .collect();
        self.written += count;
        self.append(name, lines.as_bytes());
    }

    /// Moves each rotated file on by one name.
    fn shift(&self) {
        for n in (1..20).rev() {
            for end in ["", ".gz"] {
                let (from, to) = (format!("a.log.{n}{end}"), format!("a.log.{}{end}", n + 1));
                let _ = std::fs::rename(self.path(&from), self.path(&to));
            }
        }
    }

    fn rename(&self) {
        self.shift();
        std::fs::rename(self.path("a.log"), self.path("a.log.1")).expect("renamed");
    }

    fn copy_and_truncate(&self) {
        self.shift();
        std::fs::copy(self.path("a.log"), self.path("a.log.1")).expect("copied");
        self.truncate();
    }

    /// Until a file that is made now is younger than all others.
    fn let_the_clock_tick(&self) {
        let born = || {
            let path = self.path("clock");
            let _ = std::fs::remove_file(&path);
            std::fs::write(&path, "").expect("written");
            path.metadata().and_then(|file| file.created()).ok()
        };
        let before = born();
        while before.is_some() && born() == before {}
    }

    fn truncate(&self) {
        std::fs::write(self.path("a.log"), "").expect("emptied");
    }

    fn compress(&self, name: &str) {
        let text = std::fs::read(self.path(name)).expect("read");
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        out.write_all(&text).expect("in memory");
        let zipped = out.finish().expect("in memory");
        std::fs::write(self.path(&format!("{name}.gz")), zipped).expect("written");
        std::fs::remove_file(self.path(name)).expect("removed");
    }

    /// Takes and saves one batch; whether there was one.
    fn take(&mut self) -> bool {
        loop {
            match self.follower.step(self.now) {
                Step::Batch(batch) => {
                    self.position = batch.position.or(self.position.take());
                    let texts = batch.events.iter();
                    self.taken
                        .extend(texts.map(|it| String::from_utf8(it.to_vec()).expect("text")));
                    let bad = batch.unreadable.into_iter();
                    self.bad.extend(bad.map(|it| (it.place, it.length)));
                    return true;
                }
                Step::Busy => {}
                Step::Idle | Step::Done => return false,
            }
        }
    }

    /// Takes everything there is.
    fn drain(&mut self) {
        while self.take() {}
    }

    /// Takes everything, also what counts only once it has rested.
    fn drain_settled(&mut self) {
        for _ in 0..3 {
            self.drain();
            self.now += SETTLED;
        }
        self.drain();
    }

    /// As after kill -9: only what was saved is known.
    fn restart(&mut self) {
        let path = self.path("a.log");
        self.follower = Follower::new(path, self.start, self.position.as_deref());
    }

    fn assert_all_once(&self) {
        let mut times = vec![0; self.written as usize];
        for text in &self.taken {
            times[number(text)] += 1;
        }
        let other: Vec<(usize, u32)> = (0..).zip(times).filter(|(_, times)| *times != 1).collect();
        assert_eq!(other, [], "lines that were not taken once");
        assert_eq!(self.bad, []);
    }

    fn problem(&self) -> String {
        self.follower
            .problem()
            .map_or_else(String::new, |it| it.code.clone())
    }
}

#[test]
fn a_growing_file_is_read_line_by_line_and_a_partial_line_waits() {
    let mut log = Log::new(Start::Begin);
    log.drain();
    assert_eq!(log.problem(), "file-missing");
    log.write(3);
    log.drain();
    assert_eq!(log.problem(), "");
    log.append("a.log", b"{\"n\":");
    log.drain_settled();
    assert_eq!(log.taken.len(), 3);
    log.restart();
    log.append("a.log", b"3}\r\n\r\n  \n{\"n\":4}\n");
    log.written += 2;
    log.drain();
    log.assert_all_once();
}

#[test]
fn no_line_is_lost_or_doubled_by_any_rotation_at_any_moment() {
    type Rotation = fn(&mut Log);
    let rotations: &[(&str, Rotation)] = &[
        ("rename", |log| {
            log.rename();
            log.write(5);
        }),
        ("rename, the writer holding on to the old file", |log| {
            log.rename();
            log.write(5);
            log.write_to("a.log.1", 3);
        }),
        ("rename without a new file", Log::rename_and_wait),
        ("copy and truncate", |log| {
            log.copy_and_truncate();
            log.write(5);
        }),
        ("copy and truncate, growing beyond the old size", |log| {
            log.copy_and_truncate();
            log.write(3_000);
        }),
        ("copy, seen before the truncation", |log| {
            log.shift();
            std::fs::copy(log.path("a.log"), log.path("a.log.1")).expect("copied");
            log.drain();
            log.truncate();
            log.write(5);
        }),
        ("copy, read on before the truncation", |log| {
            log.shift();
            std::fs::copy(log.path("a.log"), log.path("a.log.1")).expect("copied");
            log.write(2);
            log.drain();
            log.truncate();
            log.write(5);
        }),
        ("rename and compress", |log| {
            log.rename();
            log.compress("a.log.1");
            log.write(5);
        }),
        ("copy, truncate and compress", |log| {
            log.copy_and_truncate();
            log.compress("a.log.1");
            log.write(5);
        }),
        ("rename several times", |log| {
            for _ in 0..3 {
                log.rename();
                log.write(4);
            }
        }),
        ("copy and truncate several times", |log| {
            for _ in 0..3 {
                log.copy_and_truncate();
                log.write(4);
            }
        }),
        ("both, and compress what is old", |log| {
            log.rename();
            log.write(4);
            log.copy_and_truncate();
            log.write(6);
            log.compress("a.log.2");
            log.rename();
            log.write(1);
        }),
    ];
    for (first, rotate) in rotations {
        for (second, again) in rotations {
            for (before, lines) in [(0, 50), (50, 0), (50, 50), (2_000, 300)] {
                for restart in [false, true] {
                    println!(
                        "{first}, then {second}; {before} lines read and {lines} not; restart {restart}"
                    );
                    let mut log = Log::new(Start::Begin);
                    log.write(before);
                    log.drain();
                    log.write(lines);
                    for rotation in [rotate, again] {
                        if restart {
                            log.restart();
                        }
                        rotation(&mut log);
                    }
                    log.drain();
                    log.assert_all_once();
                    log.restart();
                    log.write(1);
                    log.drain_settled();
                    log.assert_all_once();
                }
            }
        }
    }
}

impl Log {
    fn rename_and_wait(&mut self) {
        self.rename();
        self.drain();
        self.write(1);
    }
}

#[test]
fn reading_begins_with_the_oldest_rotated_file_and_a_kill_between_batches_changes_nothing() {
    let mut log = Log::new(Start::Begin);
    for _ in 0..4 {
        log.write(2_500);
        log.rename();
    }
    for name in ["a.log.4", "a.log.3"] {
        log.compress(name);
    }
    log.write(2_500);
    let mut batches = 0;
    while log.take() {
        batches += 1;
        log.restart();
    }
    log.assert_all_once();
    assert!(batches > 10, "{batches}");
    assert!(log.taken.is_sorted_by_key(|text| number(text)));
}

#[test]
fn from_the_end_only_what_comes_is_read() {
    let mut log = Log::new(Start::End);
    for name in ["a.log.2", "a.log.1", "a.log"] {
        log.append(
            name,
            &format!("{{\"old\":{:?}}}\n", name.repeat(100))
                .repeat(20)
                .into_bytes(),
        );
    }
    log.compress("a.log.2");
    log.append("a.log", b"{\"n\":");
    log.drain();
    assert_eq!(log.taken, [""; 0]);
    log.append("a.log", b"0}\n");
    log.written = 1;
    log.restart();
    log.drain();
    log.assert_all_once();
    log.rename();
    log.compress("a.log.1");
    log.write(4);
    log.restart();
    log.drain_settled();
    log.assert_all_once();
}

#[test]
fn what_appears_after_the_first_look_is_read_whole_also_from_the_end() {
    let mut log = Log::new(Start::End);
    log.drain();
    log.restart();
    log.write(3);
    log.drain();
    log.assert_all_once();
}

#[test]
fn a_removed_file_is_read_to_its_end_through_the_open_handle() {
    let mut log = Log::new(Start::Begin);
    log.write(10);
    log.drain();
    let mut old = OpenOptions::new()
        .append(true)
        .open(log.path("a.log"))
        .expect("it opens");
    std::fs::remove_file(log.path("a.log")).expect("removed");
    log.drain();
    log.written += 1;
    old.write_all(b"{\"n\":10}\n").expect("written");
    log.write(3);
    log.drain();
    log.assert_all_once();
}

#[test]
fn the_last_line_of_a_rotated_file_counts_once_nothing_is_added() {
    let mut log = Log::new(Start::Begin);
    log.write(2);
    log.append("a.log", b"{\"n\":2}");
    log.written += 1;
    log.drain();
    log.rename();
    log.write(2);
    log.drain();
    assert_eq!(log.taken.len(), 4);
    log.drain_settled();
    log.assert_all_once();
}

#[test]
fn a_hole_left_by_a_writer_that_went_on_at_its_old_place_is_skipped() {
    let mut log = Log::new(Start::Begin);
    log.write(20);
    log.drain();
    log.copy_and_truncate();
    log.append("a.log", &vec![0; 3 << 20]);
    log.write(5);
    log.drain();
    log.restart();
    log.write(1);
    log.drain();
    log.assert_all_once();
}

#[test]
fn short_files_that_begin_alike_are_two_files() {
    let mut log = Log::new(Start::Begin);
    for _ in 0..3 {
        log.let_the_clock_tick();
        log.append("a.log", b"{\"same\":true}\n");
        log.drain();
        log.rename();
    }
    log.drain();
    assert_eq!(log.taken.len(), 3);
}

#[test]
fn bad_lines_are_set_aside_with_their_number_and_the_rest_flows() {
    let mut log = Log::new(Start::Begin);
    log.append(
        "a.log",
        b"\xef\xbb\xbf{\"n\":0}\nnonsense\n\n[1]\n{\"n\":1}\n",
    );
    log.written = 2;
    log.drain();
    let bad = std::mem::take(&mut log.bad);
    let place = |line: u32| format!("{}, line {line}", log.path("a.log").display());
    assert_eq!(bad, [(place(2), 8), (place(4), 3)]);
    log.assert_all_once();
}

#[test]
fn a_line_of_many_megabytes_is_set_aside_and_the_next_one_flows() {
    let mut log = Log::new(Start::Begin);
    let length = 40 << 20;
    log.append("a.log", &vec![b'x'; length]);
    log.drain();
    log.append("a.log", b"\n{\"n\":0}\n");
    log.written = 1;
    log.drain();
    let bad = std::mem::take(&mut log.bad);
    assert_eq!(bad.len(), 1);
    assert_eq!(bad[0].1, length as u64);
    log.assert_all_once();
}

#[test]
fn what_is_no_text_file_is_a_problem_and_nothing_is_read_from_it() {
    let mut log = Log::new(Start::Begin);
    log.append("a.log", b"SQLite format 3\0\x10\0\x01\x01\0");
    log.drain();
    assert_eq!(log.problem(), "file-binary");
    std::fs::write(log.path("a.log"), b"\xff\xfe{\0}\0\n\0").expect("written");
    log.drain();
    assert_eq!(log.problem(), "file-utf16");
    std::fs::remove_file(log.path("a.log")).expect("removed");
    std::fs::create_dir(log.path("a.log")).expect("made");
    log.drain();
    assert_eq!(log.problem(), "file-is-a-folder");
    std::fs::remove_dir(log.path("a.log")).expect("removed");
    log.write(2);
    log.drain();
    assert_eq!(log.problem(), "");
    log.assert_all_once();
}

#[test]
fn a_broken_gzip_file_is_a_problem_what_it_holds_is_read_and_the_rest_flows() {
    let mut log = Log::new(Start::Begin);
    log.write(3_000);
    log.rename();
    log.compress("a.log.1");
    log.write(10);
    let whole = std::fs::read(log.path("a.log.1.gz")).expect("read");
    std::fs::write(log.path("a.log.1.gz"), &whole[..whole.len() / 2]).expect("written");
    log.drain();
    assert_eq!(log.problem(), "file-gzip-broken");
    assert!(log.taken.contains(&event(3009)));
    assert!(log.taken.contains(&event(0)));
    std::fs::write(log.path("a.log.1.gz"), whole).expect("written");
    log.now += SURVEY_EVERY;
    log.drain();
    assert_eq!(log.problem(), "");
    log.assert_all_once();
}

#[test]
fn read_once_ends_at_the_last_line_with_or_without_its_end() {
    for end in ["", "\n"] {
        let mut log = Log::new(Start::Once);
        log.write(2_500);
        log.append("a.log.1", b"{\"not\":\"mine\"}\n");
        log.append("a.log", format!("{{\"n\":2500}}{end}").as_bytes());
        log.written += 1;
        while log.take() {
            log.restart();
        }
        log.assert_all_once();
        log.write(1);
        log.restart();
        assert!(matches!(log.follower.step(log.now), Step::Done));
    }
}

#[test]
fn a_compressed_file_can_be_read_once() {
    let mut log = Log::new(Start::Once);
    log.write(5_000);
    log.compress("a.log");
    std::fs::rename(log.path("a.log.gz"), log.path("a.log")).expect("renamed");
    while log.take() {
        log.restart();
    }
    log.assert_all_once();
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_nowhere_or_round_in_circles_is_a_problem() {
    let mut log = Log::new(Start::Begin);
    std::os::unix::fs::symlink(log.path("real"), log.path("a.log")).expect("linked");
    log.drain();
    assert_eq!(log.problem(), "file-missing");
    log.write_to("real", 2);
    log.drain();
    log.assert_all_once();
    std::fs::remove_file(log.path("a.log")).expect("removed");
    std::os::unix::fs::symlink(log.path("a.log"), log.path("a.log")).expect("linked");
    log.drain();
    assert_eq!(log.problem(), "file-link-loop");
}

#[test]
fn progress_says_what_was_read_and_what_is_left() {
    let mut log = Log::new(Start::Begin);
    log.write(10_000);
    log.rename();
    log.write(10_000);
    let size = |log: &Log, name: &str| log.path(name).metadata().expect("a file").len();
    let total = size(&log, "a.log") + size(&log, "a.log.1");
    let mut before = 0;
    while log.take() {
        let (done, left) = log.follower.progress();
        assert!(
            done > before && done + left == total,
            "{done} + {left} of {total}"
        );
        before = done;
    }
    assert_eq!(before, total);
}

#[test]
fn another_path_begins_anew_and_known_files_go_on() {
    let mut log = Log::new(Start::Begin);
    log.write(100);
    log.drain();
    std::fs::create_dir(log.path("moved")).expect("made");
    std::fs::rename(log.path("a.log"), log.path("moved/b.log")).expect("moved");
    let path: &Path = &log.path("moved/b.log");
    log.follower = Follower::new(path.into(), Start::Begin, log.position.as_deref());
    log.write_to("moved/b.log", 5);
    log.drain();
    log.assert_all_once();
}

/// `PENSTOCK_SEED` repeats one run.
#[test]
fn no_line_is_lost_or_doubled_by_any_sequence_of_rotations_kills_and_looks() {
    let given = std::env::var("PENSTOCK_SEED").ok();
    let seeds = match given.and_then(|text| text.parse().ok()) {
        Some(seed) => seed..=seed,
        None => 0..=199_u64,
    };
    for seed in seeds {
        println!("seed {seed}");
        let mut chance = StdRng::seed_from_u64(seed);
        let mut log = Log::new(Start::Begin);
        let mut copied = false;
        for _ in 0..40 {
            let there = log.path("a.log").exists();
            match chance.random_range(0..10) {
                0..=2 => {
                    log.write(chance.random_range(0..60));
                    if copied {
                        // What is written between copy and truncation is only where it can be
                        // read at once.
                        log.drain();
                    }
                }
                3 if !copied => log.write(chance.random_range(1_000..3_000)),
                4 => {
                    log.take();
                }
                5 => log.drain(),
                6 => log.restart(),
                7 if there && !copied => log.rename(),
                8 if there && !copied => {
                    log.shift();
                    std::fs::copy(log.path("a.log"), log.path("a.log.1")).expect("copied");
                    copied = true;
                }
                8 if copied => {
                    log.truncate();
                    copied = false;
                }
                9 => {
                    let name = format!("a.log.{}", chance.random_range(1 + u32::from(copied)..5));
                    if log.path(&name).exists() {
                        log.compress(&name);
                    }
                }
                _ => log.now += chance.random_range(0..8_000),
            }
        }
        log.drain_settled();
        log.restart();
        log.write(1);
        log.drain_settled();
        log.assert_all_once();
    }
}
