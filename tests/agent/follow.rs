//! A file that is followed: every line is in the journal once, through rotations of both kinds and
//! kill -9 at any moment.
//!
//! `PENSTOCK_SEED` repeats a run; `PENSTOCK_LINES`, `PENSTOCK_ROTATIONS` and `PENSTOCK_KILLS` make a
//! longer one. Processes and disk are real, and rotation is as logrotate does it: rename and make
//! anew, or copy and truncate.

use penstock_receiver::{Keep, Options, Receiver};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng};
use serde_json::Value;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::program::{Home, number};

/// Far longer than it takes; only a failing test ever waits for it.
const PATIENCE: Duration = Duration::from_secs(600);
/// Lines written at once.
const BURST: u64 = 500;

/// A log that is written and rotated.
struct Log {
    path: PathBuf,
    file: File,
    written: u64,
    rotations: u64,
}

impl Log {
    fn new(path: PathBuf) -> Self {
        Self {
            file: open(&path),
            path,
            written: 0,
            rotations: 0,
        }
    }

    fn write(&mut self, count: u64) {
        let lines: String = (self.written..self.written + count)
            .map(|n| {
                format!(
                    "{{\"id\":\"line-{n}\",\"eventType\":\"get-secrets\",\"createdAt\":\"2026-01-15T08:00:00.000Z\",\"userAgent\":\"{}\"}}\n",
                    "infisical/0.41 ".repeat(1 + usize::try_from(n % 50).unwrap_or_default())
                )
            })
            .collect();
        self.file.write_all(lines.as_bytes()).expect("written");
        self.written += count;
    }

    fn rotated(&self, number: u64, end: &str) -> PathBuf {
        PathBuf::from(format!("{}.{number}{end}", self.path.display()))
    }

    fn rotate(&mut self, chance: &mut StdRng) {
        for number in (1..=self.rotations).rev() {
            for end in ["", ".gz"] {
                let from = self.rotated(number, end);
                if from.exists() {
                    std::fs::rename(from, self.rotated(number + 1, end)).expect("renamed");
                }
            }
        }
        self.rotations += 1;
        let first = self.rotated(1, "");
        if self.rotations.is_multiple_of(2) {
            std::fs::copy(&self.path, &first).expect("copied");
            self.file.set_len(0).expect("emptied");
        } else {
            std::fs::rename(&self.path, &first).expect("renamed");
            if chance.random::<bool>() {
                // The writer does not know yet.
                self.write(BURST);
            }
            self.file = open(&self.path);
        }
        if self.rotations > 2 && chance.random::<bool>() {
            compress(&self.rotated(3, ""));
        }
    }
}

fn open(path: &Path) -> File {
    OpenOptions::new()
        .append(true)
        .create(true)
        .open(path)
        .expect("it opens")
}

fn compress(path: &Path) {
    let Ok(text) = std::fs::read(path) else {
        return;
    };
    let target = PathBuf::from(format!("{}.gz", path.display()));
    let file = File::create(&target).expect("made");
    let mut out = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
    out.write_all(&text).expect("written");
    out.finish().expect("written");
    std::fs::remove_file(path).expect("removed");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_line_is_journalled_once_through_rotations_and_kills() {
    let seed = number("PENSTOCK_SEED", rand::random::<u32>().into());
    let lines = number("PENSTOCK_LINES", 50_000);
    let (rotations, kills) = (
        number("PENSTOCK_ROTATIONS", 10),
        number("PENSTOCK_KILLS", 5),
    );
    println!("seed {seed}, {lines} lines, {rotations} rotations, {kills} kills");
    let mut chance = StdRng::seed_from_u64(seed);
    let receiver = Receiver::start(Options {
        keep: Keep::Ids,
        seed,
        ..Options::default()
    })
    .await
    .expect("the receiver starts");
    let home = Home::new();
    let folder = tempfile::tempdir().expect("a folder");
    let mut log = Log::new(folder.path().join("audit.json"));
    let set = |name: &str, value: &str| format!("{name}={value}");
    home.json(&[
        "source",
        "create",
        "--kind",
        "file",
        "--name",
        "Log",
        "--set",
        &set("path", &log.path.display().to_string()),
    ]);
    home.json(&[
        "stream",
        "create",
        "--provider",
        "custom",
        "--name",
        "One",
        "--set",
        &set("url", &format!("{}/custom", receiver.base_url())),
        "--set",
        "format=ndjson",
        "--no-verify",
    ]);
    let mut going = Some(home.start(&["run"]));
    let mut killed = 0;
    while log.written < lines {
        log.write(BURST.min(lines - log.written));
        let share = |of: u64| log.written * (of + 1) / lines;
        // Some rotations and kills meet a reader that is behind, some one that is not.
        let (rotate, kill) = (share(rotations) > log.rotations, share(kills) > killed);
        if (rotate || kill) && going.is_some() && chance.random::<bool>() {
            let least = log.written - chance.random_range(0..=log.written.min(3 * BURST));
            until(&home, |status| {
                status["sources"][0]["events"].as_u64() >= Some(least)
            });
        }
        if kill && killed < kills {
            // Dropping it is kill -9; it may be away for a rotation.
            drop(going.take().unwrap_or_else(|| home.start(&["run"])));
            killed += 1;
        }
        if rotate && log.rotations < rotations {
            log.rotate(&mut chance);
        }
        if going.is_none() && (chance.random_range(0..4) > 0 || log.written >= lines) {
            going = Some(home.start(&["run"]));
        }
    }
    let going = going.unwrap_or_else(|| home.start(&["run"]));
    assert_eq!((log.rotations, killed), (rotations, kills));
    let written = log.written;
    let status = until(&home, |status| {
        let taken = &status["sources"][0]["events"];
        taken.as_u64() >= Some(written) && status["streams"][0]["waiting"] == 0
    });
    drop(going);

    let journalled = status["journal"]["last_seq"].as_u64().expect("a number");
    let taken = receiver.events();
    let arrived: std::collections::HashSet<&str> =
        taken.iter().map(|event| event.id.as_str()).collect();
    let missing = (0..written)
        .filter(|n| !arrived.contains(format!("line-{n}").as_str()))
        .count();
    println!(
        "written {written}, journalled {journalled}, arrived {}, missing {missing}, journalled twice {}",
        arrived.len(),
        journalled - (arrived.len() as u64).min(journalled)
    );
    // All arrived and no more were journalled than were written: none was journalled twice.
    assert_eq!((missing, journalled), (0, written), "seed {seed}");
    assert_eq!(status["sources"][0]["unreadable"], 0, "seed {seed}");
}

fn until(home: &Home, wanted: impl Fn(&Value) -> bool) -> Value {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let status = home.json(&["status"]);
        if wanted(&status) {
            return status;
        }
        assert!(Instant::now() < deadline, "never came about: {status:#}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_that_may_not_be_read_is_read_once_it_may() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("audit.json");
    std::fs::write(&path, "{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n").expect("written");
    let allow = |mode| std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode));
    allow(0o000).expect("changed");
    let home = Home::new().restricted();
    let setting = format!("path={}", path.display());
    let args = ["--kind", "file", "--name", "Log", "--set", &setting];
    home.json(&[&["source", "create"], &args[..]].concat());
    let running = home.start(&["run"]);
    let shown = || home.json(&["source", "show", "Log"]);
    while shown()["problem"]["code"] != "file-forbidden" {}
    allow(0o600).expect("changed");
    while shown()["events"] != 3 {}
    assert_eq!(running.end().0, 0);
}
