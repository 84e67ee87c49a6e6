//! A database without its write-ahead log: where the log was changed, the file alone may know more
//! than both together, as its newer pages lie below the log's older ones.

use rusqlite::{Connection, OpenFlags};
use std::path::Path;

use super::is_whole;
use crate::store::journal;

/// The file alone, where it is whole and has events that it has not together with its log.
pub fn newer(together: &Connection, path: &Path) -> Option<Connection> {
    let alone = open(path)?;
    let newest = journal::newest(together).unwrap_or(0);
    let is_newer = journal::newest(&alone).is_ok_and(|it| it > newest);
    (is_newer && is_whole(&alone).is_ok_and(|whole| whole)).then_some(alone)
}

fn open(path: &Path) -> Option<Connection> {
    let mut name = String::from(path.to_str()?);
    for (mark, stands_for) in [("%", "%25"), ("?", "%3f"), ("#", "%23")] {
        name = name.replace(mark, stands_for);
    }
    #[cfg(windows)]
    let name = format!("/{}", name.replace('\\', "/"));
    Connection::open_with_flags(
        // What cannot change has no log.
        format!("file:{name}?immutable=1"),
        OpenFlags::SQLITE_OPEN_READ_ONLY
            | OpenFlags::SQLITE_OPEN_URI
            | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )
    .ok()
}
