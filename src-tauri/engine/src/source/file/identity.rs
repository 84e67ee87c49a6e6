//! What stays the same of a file when it is renamed.

use serde::{Deserialize, Serialize};
use std::fs::Metadata;
use std::time::UNIX_EPOCH;

/// A file, whatever its name. Its number alone is not enough: a system gives the number of a
/// deleted file to the next one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Id {
    inode: u64,
    /// Nanoseconds; 0 where the file system does not tell.
    born: u64,
}

impl Id {
    pub fn of(file: &Metadata) -> Self {
        let born = file
            .created()
            .ok()
            .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
            .map_or(0, |since| {
                u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
            });
        Self {
            inode: inode(file),
            born,
        }
    }

    /// Whether it is known to have been made no earlier than another.
    pub fn is_no_older_than(self, other: Self) -> bool {
        other.born > 0 && self.born >= other.born
    }

    pub fn inode(self) -> u64 {
        self.inode
    }
}

#[cfg(unix)]
fn inode(file: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(file)
}

/// The time of birth is all that Rust tells there.
#[cfg(not(unix))]
fn inode(_: &Metadata) -> u64 {
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_keeps_its_identity_when_renamed_and_a_copy_has_its_own() {
        let folder = tempfile::tempdir().expect("a folder");
        let [one, moved, copy] = ["a", "b", "c"].map(|name| folder.path().join(name));
        let id = |path: &std::path::Path| Id::of(&path.metadata().expect("a file"));
        std::fs::write(&one, "x").expect("written");
        let before = id(&one);
        std::fs::rename(&one, &moved).expect("renamed");
        std::fs::copy(&moved, &copy).expect("copied");
        assert_eq!(id(&moved), before);
        assert_ne!(id(&copy), before);
    }
}
