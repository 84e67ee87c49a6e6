//! One process delivers per data folder.
//!
//! The owner holds an advisory lock on `penstock.lock` for as long as it lives; the system lets go
//! of it however the process ends. `penstock.pid` only names the owner for people.

use std::fs::{File, TryLockError};
use std::io::Write;
use std::path::Path;

use crate::problem::Problem;

/// Held by the process that delivers.
pub struct Ownership {
    _lock: File,
}

/// The ownership, or the id of the process that has it (0 where it cannot be told).
pub fn take(data_dir: &Path) -> Result<Result<Ownership, u32>, Problem> {
    let lock = File::options()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .open(data_dir.join("penstock.lock"))
        .map_err(|error| unusable(&error))?;
    match lock.try_lock() {
        Ok(()) => {
            if let Ok(mut file) = File::create(data_dir.join("penstock.pid")) {
                let _ = write!(file, "{}", std::process::id());
            }
            Ok(Ok(Ownership { _lock: lock }))
        }
        Err(TryLockError::WouldBlock) => Ok(Err(owner_pid(data_dir))),
        Err(TryLockError::Error(error)) => Err(unusable(&error)),
    }
}

/// The process that delivers from this folder at the moment, if any.
pub fn current(data_dir: &Path) -> Option<u32> {
    let lock = File::options()
        .read(true)
        .write(true)
        .open(data_dir.join("penstock.lock"))
        .ok()?;
    match lock.try_lock() {
        Err(TryLockError::WouldBlock) => Some(owner_pid(data_dir)),
        Ok(()) | Err(TryLockError::Error(_)) => None,
    }
}

fn owner_pid(data_dir: &Path) -> u32 {
    std::fs::read_to_string(data_dir.join("penstock.pid"))
        .ok()
        .and_then(|text| text.trim().parse().ok())
        .unwrap_or(0)
}

fn unusable(error: &std::io::Error) -> Problem {
    Problem::new("data-folder-unusable", "The data folder cannot be written.")
        .cause("It is read-only, full, or belongs to another user.")
        .next("Give this user the right to write to the data folder, or choose another with PENSTOCK_DATA_DIR.")
        .detail(error.to_string())
}
