//! Whether there is room for more events, before the disk says there is none.
//!
//! A part of the disk is kept free, so that what is in the journal can still be delivered, and
//! recorded as delivered, while nothing new is taken in. Pages that pruning freed count as room:
//! the file does not shrink, and new blocks go where old ones were.

use rusqlite::Connection;
use std::path::Path;

use super::settings;
use crate::problem::Problem;

/// The settings that bound the journal, in bytes.
pub const LIMIT: &str = "journal.limit_bytes";
pub const KEEP_FREE: &str = "journal.keep_free_bytes";
/// How long delivered events are kept, in days.
pub const KEEP_DAYS: &str = "journal.keep_days";

/// What is kept free where a person said nothing: this, or a twentieth of a small disk.
const USUALLY_FREE: u64 = 512 << 20;

/// How long delivered events are kept where a person said nothing.
const USUAL_DAYS: u32 = 7;

/// What a person allows the journal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Bounds {
    /// Bytes the database may take.
    pub limit: Option<u64>,
    /// Bytes of the disk that stay free.
    pub keep_free: Option<u64>,
    /// Days for which delivered events are kept.
    pub keep_days: Option<u32>,
}

impl Bounds {
    /// Days for which delivered events are kept, so that they can be replayed.
    pub fn kept_days(&self) -> u32 {
        self.keep_days.unwrap_or(USUAL_DAYS)
    }
}

/// How much there is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Room {
    /// Bytes of the database in use, and free within it.
    pub used: u64,
    pub reusable: u64,
    /// The disk it lies on.
    pub disk: u64,
    pub disk_free: u64,
}

pub fn bounds(connection: &Connection) -> rusqlite::Result<Bounds> {
    let number = |key| -> rusqlite::Result<Option<u64>> {
        Ok(settings::get(connection, key)?.and_then(|text| text.parse().ok()))
    };
    Ok(Bounds {
        limit: number(LIMIT)?,
        keep_free: number(KEEP_FREE)?,
        keep_days: number(KEEP_DAYS)?.and_then(|days| days.try_into().ok()),
    })
}

pub fn measure(connection: &Connection, path: &Path) -> rusqlite::Result<Room> {
    let pragma = |name| -> rusqlite::Result<u64> {
        connection
            .pragma_query_value(None, name, |row| row.get::<_, i64>(0))
            .map(i64::cast_unsigned)
    };
    let page = pragma("page_size")?;
    let (pages, free) = (pragma("page_count")?, pragma("freelist_count")?);
    let folder = path.parent().unwrap_or(path);
    Ok(Room {
        used: pages.saturating_sub(free) * page,
        reusable: free * page,
        // A disk that does not tell is left to say so itself when it is full.
        disk: fs4::total_space(folder).unwrap_or(u64::MAX),
        disk_free: fs4::available_space(folder).unwrap_or(u64::MAX),
    })
}

impl Room {
    /// The bytes of the disk that stay free.
    pub fn kept_free(&self, bounds: &Bounds) -> u64 {
        bounds.keep_free.unwrap_or(USUALLY_FREE.min(self.disk / 20))
    }

    /// Why nothing more is taken in, where that is so.
    pub fn problem(&self, bounds: &Bounds) -> Option<Problem> {
        if let Some(limit) = bounds.limit
            && self.used >= limit
        {
            return Some(
                Problem::new(
                    "journal-full",
                    format!("The journal has reached its limit of {}.", size(limit)),
                )
                .cause("Events wait for a stream that cannot deliver them.")
                .next("See on the stream list which stream has events waiting, and mend it.")
                .next("Or raise the limit: in the settings, or by `penstock journal --limit 20GB`.")
                .short("Journal is full"),
            );
        }
        let kept = self.kept_free(bounds);
        if self.disk_free.saturating_add(self.reusable) < kept {
            return Some(
                Problem::new(
                    "disk-nearly-full",
                    format!("Only {} are free on the disk.", size(self.disk_free)),
                )
                .cause(format!(
                    "Penstock keeps {} free, so that it can deliver what waits.",
                    size(kept)
                ))
                .next("Free some space on the disk of the data folder. Senders come again by themselves.")
                .short("Disk is nearly full"),
            );
        }
        None
    }
}

/// `512 MB`: for a sentence, not for counting.
fn size(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{} kB", bytes / 1_000),
        1_000_000..1_000_000_000 => format!("{} MB", bytes / 1_000_000),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GB: u64 = 1_000_000_000;

    fn code(room: Room, bounds: Bounds) -> Option<String> {
        room.problem(&bounds).map(|problem| problem.code)
    }

    fn room(used: u64, reusable: u64, disk: u64, disk_free: u64) -> Room {
        Room {
            used,
            reusable,
            disk,
            disk_free,
        }
    }

    #[test]
    fn a_limit_counts_what_is_in_use_and_not_what_pruning_freed() {
        let bounds = Bounds {
            limit: Some(GB),
            ..Bounds::default()
        };
        assert_eq!(code(room(GB - 1, 9 * GB, 100 * GB, 50 * GB), bounds), None);
        assert_eq!(
            code(room(GB, 0, 100 * GB, 50 * GB), bounds).as_deref(),
            Some("journal-full")
        );
    }

    #[test]
    fn a_part_of_the_disk_stays_free_and_a_smaller_part_of_a_small_disk() {
        let none = Bounds::default();
        assert_eq!(code(room(GB, 0, 100 * GB, GB), none), None);
        assert_eq!(
            code(room(GB, 0, 100 * GB, GB / 2), none).as_deref(),
            Some("disk-nearly-full")
        );
        let small = 40_000_000;
        assert_eq!(code(room(0, 0, small, small / 10), none), None);
        assert!(code(room(0, 0, small, small / 30), none).is_some());
    }

    #[test]
    fn pages_that_can_be_used_again_are_room() {
        assert_eq!(code(room(GB, GB, 100 * GB, 1_000), Bounds::default()), None);
    }

    #[test]
    fn a_person_may_keep_more_or_nothing_free() {
        let keep = |bytes| Bounds {
            keep_free: Some(bytes),
            ..Bounds::default()
        };
        assert_eq!(code(room(0, 0, 100 * GB, 0), keep(0)), None);
        assert!(code(room(0, 0, 100 * GB, GB), keep(2 * GB)).is_some());
    }
}
