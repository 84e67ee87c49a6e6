//! A log that a program writes line by line, and that is rotated meanwhile as logrotate does it.

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng};
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, watch};

use crate::offers::Offers;
use crate::producer::event;

/// How the file makes room for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rotation {
    /// Renamed, and made anew.
    Rename,
    /// The same, but the program goes on with the old one for a while.
    RenameLate,
    /// Copied, and emptied. Nothing is written in between: such a line would be lost to everyone.
    CopyTruncate,
    /// The oldest one that nobody writes to any more is compressed.
    Compress,
}

pub struct Log {
    path: PathBuf,
    writer: Mutex<Writer>,
}

struct Writer {
    file: File,
    rotations: u32,
    /// After so many more writes the program notices that its file was renamed.
    notices_after: Option<u32>,
}

impl Log {
    pub fn new(path: PathBuf) -> Self {
        let writer = Writer {
            file: open(&path),
            rotations: 0,
            notices_after: None,
        };
        Self {
            path,
            writer: Mutex::new(writer),
        }
    }

    pub async fn rotate(&self, rotation: Rotation) {
        let mut writer = self.writer.lock().await;
        if writer.notices_after.is_some() {
            writer.reopen(&self.path);
        }
        if rotation == Rotation::Compress {
            return self.compress(writer.rotations);
        }
        for number in (1..=writer.rotations).rev() {
            for end in ["", ".gz"] {
                let from = self.rotated(number, end);
                if from.exists() {
                    fs::rename(from, self.rotated(number + 1, end)).expect("it can be renamed");
                }
            }
        }
        writer.rotations += 1;
        let first = self.rotated(1, "");
        if rotation == Rotation::CopyTruncate {
            fs::copy(&self.path, &first).expect("it can be copied");
            writer.file.set_len(0).expect("it can be emptied");
            return;
        }
        fs::rename(&self.path, &first).expect("it can be renamed");
        if rotation == Rotation::RenameLate {
            writer.notices_after = Some(3);
        } else {
            writer.reopen(&self.path);
        }
    }

    fn rotated(&self, number: u32, end: &str) -> PathBuf {
        PathBuf::from(format!("{}.{number}{end}", self.path.display()))
    }

    fn compress(&self, rotations: u32) {
        let plain = (2..=rotations).rev().map(|number| self.rotated(number, ""));
        let Some(from) = plain.into_iter().find(|path| path.exists()) else {
            return;
        };
        let text = fs::read(&from).expect("it can be read");
        let target = File::create(format!("{}.gz", from.display())).expect("it is made");
        let mut out = flate2::write::GzEncoder::new(target, flate2::Compression::fast());
        out.write_all(&text).expect("there is room for it");
        out.finish().expect("there is room for it");
        fs::remove_file(from).expect("it can be removed");
    }

    /// In one go, or with a pause in the middle of a line.
    async fn write(&self, text: &str, pause_at: Option<usize>) {
        let mut writer = self.writer.lock().await;
        match writer.notices_after {
            Some(0) => writer.reopen(&self.path),
            Some(more) => writer.notices_after = Some(more - 1),
            None => {}
        }
        let (first, rest) = text.split_at(pause_at.unwrap_or(0));
        if !first.is_empty() {
            writer.file.write_all(first.as_bytes()).expect("written");
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
        writer.file.write_all(rest.as_bytes()).expect("written");
    }
}

impl Writer {
    fn reopen(&mut self, path: &Path) {
        self.file = open(path);
        self.notices_after = None;
    }
}

fn open(path: &Path) -> File {
    let opened = OpenOptions::new().append(true).create(true).open(path);
    opened.expect("the log opens")
}

/// Writes until told to stop. A line that is written is as good as accepted: the log stays.
pub async fn write(
    log: Arc<Log>,
    seed: u64,
    source: usize,
    offers: Arc<Offers>,
    mut stop: watch::Receiver<bool>,
) {
    let mut chance = StdRng::seed_from_u64(seed);
    let mut batch = 0_u32;
    while !*stop.borrow() {
        batch += 1;
        let count = chance.random_range(1..30);
        let events: Vec<(String, String)> = (0..count)
            .map(|index| event(&mut chance, format!("line-{batch}-{index}")))
            .collect();
        let lines: String = events.iter().map(|(_, text)| text.clone() + "\n").collect();
        let half = chance.random_ratio(1, 4);
        let pause_at = half.then(|| chance.random_range(0..lines.len()));
        offers.offer(source, &events);
        log.write(&lines, pause_at).await;
        offers.accepted(source, &events);
        let pause = Duration::from_millis(chance.random_range(10..120));
        let _ = tokio::time::timeout(pause, stop.wait_for(|stop| *stop)).await;
    }
}
