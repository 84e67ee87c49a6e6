//! The files that a log is made of: the one at its path, and those that rotation has put aside.
//!
//! Rotated files are known by their names (`audit.json.1`, `audit.json.2.gz`,
//! `audit.json-20260115`, `audit-2026-01-15.json`), or by being a file that was read before.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::identity::Id;

/// One file of a log, as it was when looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub path: PathBuf,
    pub id: Id,
    pub size: u64,
    pub modified: Option<SystemTime>,
    /// Whether it is the one at the log's path.
    pub live: bool,
}

#[derive(Debug, Default)]
pub struct Listing {
    /// The oldest first, the one at the path last.
    pub files: Vec<Found>,
    /// When the folder last changed.
    pub changed: Option<SystemTime>,
    /// Why the rotated files cannot be seen.
    pub hidden: Option<io::Error>,
    /// A rotation came in between, each time.
    pub disturbed: bool,
}

/// How often it is looked again when a rotation comes in between.
const LOOKS: usize = 10;

/// The files of the log at `path`, and whichever file beside it has one of the inodes `known`.
pub fn list(path: &Path, known: &HashSet<u64>) -> io::Result<Listing> {
    let mut before = look(path, known)?;
    for _ in 1..LOOKS {
        let after = look(path, known)?;
        let names = |listing: &Listing| -> Vec<(PathBuf, Id)> {
            let files = listing.files.iter();
            files.map(|file| (file.path.clone(), file.id)).collect()
        };
        if names(&before) == names(&after) {
            return Ok(after);
        }
        before = after;
    }
    before.disturbed = true;
    Ok(before)
}

fn look(path: &Path, known: &HashSet<u64>) -> io::Result<Listing> {
    let mut listing = Listing::default();
    let live = match found(path, true) {
        Ok(live) => Some(live),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    let mut rotated = Vec::new();
    listing.changed = changed(path);
    for (folder, base) in places(path) {
        match beside(&folder, &base, known) {
            Ok(files) => rotated.extend(files),
            Err(error) => listing.hidden = Some(error),
        }
    }
    let mut ids: HashSet<Id> = live.iter().map(|live| live.id).collect();
    rotated.retain(|(file, _)| ids.insert(file.id));
    let plain: HashSet<PathBuf> = rotated.iter().map(|(file, _)| file.path.clone()).collect();
    // The compressed copy of a file that is still there is not finished.
    rotated.retain(|(file, _)| {
        file.path.extension().is_none_or(|it| it != "gz")
            || !plain.contains(&file.path.with_extension(""))
    });
    order(&mut rotated);
    listing.files = rotated.into_iter().map(|(file, _)| file).collect();
    listing.files.extend(live);
    Ok(listing)
}

/// When a folder in which the log's files may be last changed.
pub fn changed(path: &Path) -> Option<SystemTime> {
    let times = places(path)
        .into_iter()
        .filter_map(|(folder, _)| folder.metadata().and_then(|it| it.modified()).ok());
    times.max()
}

/// The folders to look in, each with the name that rotation adds to. Behind a symbolic link,
/// rotation takes place where the file really is.
fn places(path: &Path) -> Vec<(PathBuf, String)> {
    let real = path.canonicalize().ok().filter(|real| real != path);
    [Some(path), real.as_deref()]
        .into_iter()
        .flatten()
        .filter_map(|place| {
            let base = place.file_name()?.to_string_lossy().into_owned();
            Some((place.parent()?.to_owned(), base))
        })
        .collect()
}

/// The file at a path.
pub fn found(path: &Path, live: bool) -> io::Result<Found> {
    let file = path.metadata()?;
    if file.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    if !file.is_file() {
        return Err(io::ErrorKind::Unsupported.into());
    }
    Ok(Found {
        path: path.to_owned(),
        id: Id::of(&file),
        size: file.len(),
        modified: file.modified().ok(),
        live,
    })
}

fn beside(folder: &Path, base: &str, known: &HashSet<u64>) -> io::Result<Vec<(Found, Suffix)>> {
    let mut files = Vec::new();
    for entry in folder.read_dir()? {
        let entry = entry?;
        let name = entry.file_name();
        let suffix = match Suffix::of(base, &name.to_string_lossy()) {
            Some(suffix) => suffix,
            None if known.contains(&inode(&entry)) => Suffix::Other,
            None => continue,
        };
        // Gone again, or not a file: no part of the log.
        if let Ok(file) = found(&entry.path(), false) {
            files.push((file, suffix));
        }
    }
    Ok(files)
}

#[cfg(unix)]
fn inode(entry: &std::fs::DirEntry) -> u64 {
    std::os::unix::fs::DirEntryExt::ino(entry)
}

#[cfg(not(unix))]
fn inode(_: &std::fs::DirEntry) -> u64 {
    0
}

/// What rotation adds to a name.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Suffix {
    /// `.3`: the higher the older.
    Number(u32),
    /// `-20260115`: the higher the newer.
    Date(String),
    Other,
}

impl Suffix {
    fn of(base: &str, name: &str) -> Option<Self> {
        if name == base {
            return None;
        }
        let plain = name.strip_suffix(".gz").unwrap_or(name);
        if let Some(rest) = plain.strip_prefix(base) {
            if rest.is_empty() || rest == ".old" {
                return Some(Suffix::Other);
            }
            let text = rest.strip_prefix(['.', '-', '_'])?;
            return match text.parse() {
                Ok(number) if text.len() < 6 => Some(Suffix::Number(number)),
                _ => text
                    .starts_with(|first: char| first.is_ascii_digit())
                    .then(|| Suffix::Date(text.into())),
            };
        }
        let (stem, extension) = base.rsplit_once('.')?;
        let text = plain
            .strip_prefix(stem)?
            .strip_suffix(extension)?
            .strip_suffix('.')?
            .strip_prefix(['.', '-', '_'])?;
        if !text.starts_with(|first: char| first.is_ascii_digit()) {
            return None;
        }
        // Some count up there and some down, so a short number says nothing.
        Some(if text.len() < 6 && text.parse::<u32>().is_ok() {
            Suffix::Other
        } else {
            Suffix::Date(text.into())
        })
    }
}

/// By name where all names say it in the same way, else by the time of the last change.
fn order(files: &mut [(Found, Suffix)]) {
    let numbers = files
        .iter()
        .all(|(_, suffix)| matches!(suffix, Suffix::Number(_)));
    let dates = files
        .iter()
        .all(|(_, suffix)| matches!(suffix, Suffix::Date(_)));
    files.sort_by(|(one, a), (other, b)| match (a, b) {
        (Suffix::Number(a), Suffix::Number(b)) if numbers => b.cmp(a),
        (Suffix::Date(a), Suffix::Date(b)) if dates => natural(a, b),
        _ => one
            .modified
            .cmp(&other.modified)
            .then_with(|| natural(&one.path.to_string_lossy(), &other.path.to_string_lossy())),
    });
}

/// Numbers in the texts count as numbers: `-9` comes before `-10`.
fn natural(one: &str, other: &str) -> Ordering {
    let parts = |text: &str| -> Vec<(u64, String)> {
        let mut parts = vec![(0_u64, String::new())];
        for letter in text.chars() {
            let (number, word) = parts.last_mut().expect("never empty");
            match letter.to_digit(10) {
                Some(digit) if word.is_empty() => {
                    *number = number.saturating_mul(10).saturating_add(digit.into());
                }
                Some(digit) => parts.push((digit.into(), String::new())),
                None => word.push(letter),
            }
        }
        parts
    };
    parts(one).cmp(&parts(other)).then_with(|| one.cmp(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path, files: &[&str], base: &str) -> Vec<String> {
        for name in files {
            std::fs::write(folder.join(name), name).expect("written");
        }
        let listing = list(&folder.join(base), &HashSet::new()).expect("listed");
        let name = |file: &Found| file.path.file_name().expect("a name").display().to_string();
        listing.files.iter().map(name).collect()
    }

    #[test]
    fn rotated_files_are_told_from_others_and_come_oldest_first() {
        for (files, expected) in [
            (
                vec![
                    "a.log",
                    "a.log.1",
                    "a.log.2.gz",
                    "a.log.10.gz",
                    "a.log.bak",
                    "b.log.1",
                    "a.logs",
                ],
                vec!["a.log.10.gz", "a.log.2.gz", "a.log.1", "a.log"],
            ),
            (
                vec![
                    "a.log-20260102",
                    "a.log-20260101.gz",
                    "a.log-20260102.1",
                    "a.log",
                ],
                vec![
                    "a.log-20260101.gz",
                    "a.log-20260102",
                    "a.log-20260102.1",
                    "a.log",
                ],
            ),
            (
                vec![
                    "a.log",
                    "a-2026-01-09T01-02-03.000.log",
                    "a-2026-01-10-2.log.gz",
                    "a-2026-01-10-10.log",
                    "a-b.log",
                ],
                vec![
                    "a-2026-01-09T01-02-03.000.log",
                    "a-2026-01-10-2.log.gz",
                    "a-2026-01-10-10.log",
                    "a.log",
                ],
            ),
            (vec!["a.log.1.gz", "a.log.1"], vec!["a.log.1"]),
            (vec!["unrelated"], vec![]),
        ] {
            let folder = tempfile::tempdir().expect("a folder");
            assert_eq!(names(folder.path(), &files, "a.log"), expected);
        }
    }

    #[test]
    fn a_known_file_is_found_under_any_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.log");
        let other = folder.path().join("saved for later");
        std::fs::write(&other, "x").expect("written");
        let id = Id::of(&other.metadata().expect("a file"));
        let listing = list(&path, &HashSet::from([id.inode()])).expect("listed");
        assert_eq!(listing.files.len(), usize::from(cfg!(unix)));
    }

    #[cfg(unix)]
    #[test]
    fn behind_a_link_rotation_takes_place_where_the_file_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let real = folder.path().join("real");
        std::fs::create_dir(&real).expect("made");
        for name in ["audit.json", "audit.json.1"] {
            std::fs::write(real.join(name), name).expect("written");
        }
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(real.join("audit.json"), &link).expect("linked");
        let listing = list(&link, &HashSet::new()).expect("listed");
        let paths: Vec<&Path> = listing.files.iter().map(|file| &*file.path).collect();
        assert_eq!(paths, [&*real.join("audit.json.1"), &*link]);
    }

    #[test]
    fn what_is_no_file_is_an_error_and_what_is_missing_is_none() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(
            list(folder.path(), &HashSet::new())
                .expect_err("a folder")
                .kind(),
            io::ErrorKind::IsADirectory
        );
        let missing = list(&folder.path().join("none"), &HashSet::new()).expect("listed");
        assert!(missing.files.is_empty() && missing.hidden.is_none());
        let nowhere = list(&folder.path().join("no/none"), &HashSet::new()).expect("listed");
        assert!(nowhere.hidden.is_some());
    }
}
