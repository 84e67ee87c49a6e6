//! How far the journal got, remembered outside the database.
//!
//! Always holds: whoever appends writes it, after the commit and never ahead of it, so it claims
//! nothing that was not durable; it is of one database, named by that database's id; it holds
//! numbers alone. It is not synced: after a power cut it may be behind, which claims less. Two
//! places are written by turns, each with a checksum, so that one that is torn leaves the other.
//! A witness that is absent, unreadable or garbage says nothing and stands in nobody's way.

use rusqlite::Connection;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::settings;
use crate::clock::Millis;
use crate::event::Seq;

/// Beside the database.
const SUFFIX: &str = ".witness";
/// The setting that names the database.
const ID: &str = "store.id";
const MAGIC: &[u8; 8] = b"PSTKWIT1";
const ID_BYTES: usize = 32;
const HEAD: usize = MAGIC.len() + ID_BYTES + 8 + 8 + 4;
const PLACE: usize = 4096;
const PLACES: usize = 2;
/// Of more sources, those made last.
const SOURCES: usize = (PLACE - HEAD - 4) / 16;

/// What was durable at some time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    pub last_seq: Seq,
    /// When the newest event was accepted.
    pub at: Millis,
    /// By a source's number, how many events it ever had.
    pub sources: Vec<(i64, u64)>,
}

/// What a database's witness says, if anything.
pub fn read(database: &Path, id: &str) -> Option<Standing> {
    let places = places(database);
    let found = places.into_iter().flatten().filter(|found| found.id == id);
    found
        .map(|found| found.standing)
        .max_by_key(|standing| standing.last_seq)
}

/// The database's id.
pub fn known_id(connection: &Connection) -> rusqlite::Result<Option<String>> {
    settings::get(connection, ID)
}

/// The same, made where there is none: after a rescue it is what the witness says.
pub fn id(connection: &Connection, database: &Path) -> rusqlite::Result<String> {
    if let Some(id) = known_id(connection)? {
        return Ok(id);
    }
    let found = places(database).into_iter().flatten();
    let id = match found.max_by_key(|found| found.standing.last_seq) {
        Some(found) => found.id,
        None => connection.query_row("SELECT lower(hex(randomblob(16)))", [], |row| row.get(0))?,
    };
    settings::set(connection, ID, &id)?;
    Ok(id)
}

/// The witness, as whoever appends keeps it.
pub struct Witness {
    path: PathBuf,
    database: PathBuf,
    id: String,
    file: Option<File>,
    /// The place to write next: not the one that says most.
    place: usize,
    bytes: Vec<u8>,
    fails: bool,
}

impl Witness {
    pub fn of(database: &Path, id: String) -> Self {
        Self {
            path: path(database),
            database: database.to_owned(),
            id,
            file: None,
            place: 0,
            bytes: Vec::new(),
            fails: false,
        }
    }

    /// Says that all of this is durable. Where it cannot be written, what was said before stays.
    pub fn note(&mut self, standing: &Standing) {
        let written = self.write(standing);
        if let Err(error) = &written
            && !self.fails
        {
            tracing::warn!(%error, "The journal's witness could not be written.");
        }
        self.fails = written.is_err();
    }

    fn write(&mut self, standing: &Standing) -> io::Result<()> {
        let file = match &self.file {
            Some(file) => file,
            None => {
                let best = places(&self.database).into_iter().enumerate();
                let best = best
                    .filter_map(|(place, found)| found.map(|found| (place, found)))
                    .filter(|(_, found)| found.id == self.id)
                    .max_by_key(|(_, found)| found.standing.last_seq);
                self.place = best.map_or(0, |(place, _)| (place + 1) % PLACES);
                self.file.insert(open(&self.path)?)
            }
        };
        encode(&mut self.bytes, &self.id, standing);
        write_at(file, &self.bytes, (self.place * PLACE) as u64)?;
        self.place = (self.place + 1) % PLACES;
        Ok(())
    }
}

struct Found {
    id: String,
    standing: Standing,
}

fn path(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(SUFFIX);
    name.into()
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)
}

#[cfg(unix)]
fn write_at(file: &File, bytes: &[u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, at)
}

#[cfg(windows)]
fn write_at(file: &File, mut bytes: &[u8], mut at: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        let done = std::os::windows::fs::FileExt::seek_write(file, bytes, at)?;
        if done == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        (bytes, at) = (&bytes[done..], at + done as u64);
    }
    Ok(())
}

fn places(database: &Path) -> [Option<Found>; PLACES] {
    let path = path(database);
    let mut bytes = Vec::new();
    // Whatever else may bear the name, such as a pipe, could keep a reader waiting.
    if path.metadata().is_ok_and(|it| it.is_file())
        && let Ok(file) = File::open(&path)
    {
        let _ = file.take((PLACES * PLACE) as u64).read_to_end(&mut bytes);
    }
    std::array::from_fn(|place| decode(bytes.get(place * PLACE..)?))
}

fn encode(bytes: &mut Vec<u8>, id: &str, standing: &Standing) {
    bytes.clear();
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(id.as_bytes());
    bytes.resize(MAGIC.len() + ID_BYTES, 0);
    bytes.extend_from_slice(&standing.last_seq.to_le_bytes());
    bytes.extend_from_slice(&standing.at.to_le_bytes());
    let left_out = standing.sources.len().saturating_sub(SOURCES);
    let sources = &standing.sources[left_out..];
    bytes.extend_from_slice(&(sources.len() as u32).to_le_bytes());
    for (number, total) in sources {
        bytes.extend_from_slice(&number.to_le_bytes());
        bytes.extend_from_slice(&total.to_le_bytes());
    }
    bytes.extend_from_slice(&crc32fast::hash(bytes).to_le_bytes());
}

fn decode(bytes: &[u8]) -> Option<Found> {
    let eight = |at: usize| -> Option<[u8; 8]> { bytes.get(at..at + 8)?.try_into().ok() };
    let four = |at: usize| -> Option<u32> {
        let four = bytes.get(at..at + 4)?.try_into().ok()?;
        Some(u32::from_le_bytes(four))
    };
    if eight(0)? != *MAGIC {
        return None;
    }
    let count = four(HEAD - 4)? as usize;
    if count > SOURCES {
        return None;
    }
    let end = HEAD + 16 * count;
    if four(end)? != crc32fast::hash(&bytes[..end]) {
        return None;
    }
    let id = bytes[MAGIC.len()..MAGIC.len() + ID_BYTES].to_vec();
    let numbers = MAGIC.len() + ID_BYTES;
    let sources = (0..count).map(|index| {
        let at = HEAD + 16 * index;
        Some((
            i64::from_le_bytes(eight(at)?),
            u64::from_le_bytes(eight(at + 8)?),
        ))
    });
    Some(Found {
        id: String::from_utf8(id).ok()?,
        standing: Standing {
            last_seq: u64::from_le_bytes(eight(numbers)?),
            at: i64::from_le_bytes(eight(numbers + 8)?),
            sources: sources.collect::<Option<_>>()?,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATABASE: &str = "0123456789abcdef0123456789abcdef";

    fn standing(last_seq: Seq) -> Standing {
        Standing {
            last_seq,
            at: 1_700_000_000_000,
            sources: vec![(1, last_seq - 1), (7, 1)],
        }
    }

    fn witness(folder: &tempfile::TempDir) -> (PathBuf, Witness) {
        let database = folder.path().join("penstock.db");
        let witness = Witness::of(&database, DATABASE.to_owned());
        (database, witness)
    }

    #[test]
    fn what_was_noted_last_is_read_and_only_for_its_own_database() {
        let folder = tempfile::tempdir().expect("a folder");
        let (database, mut witness) = witness(&folder);
        assert_eq!(read(&database, DATABASE), None);
        for last_seq in 5..20 {
            witness.note(&standing(last_seq));
            assert_eq!(read(&database, DATABASE), Some(standing(last_seq)));
        }
        assert_eq!(read(&database, &DATABASE.replace('0', "f")), None);
    }

    #[test]
    fn whoever_goes_on_does_not_overwrite_what_was_noted_last() {
        let folder = tempfile::tempdir().expect("a folder");
        for last_seq in 5..10 {
            let (database, mut witness) = witness(&folder);
            witness.note(&standing(last_seq));
            let noted = places(&database).into_iter().flatten();
            let mut noted: Vec<Seq> = noted.map(|found| found.standing.last_seq).collect();
            noted.sort_unstable();
            assert!(noted.ends_with(&[last_seq]) && (last_seq == 5 || noted[0] == last_seq - 1));
        }
    }

    #[test]
    fn a_torn_write_leaves_what_was_noted_before() {
        let folder = tempfile::tempdir().expect("a folder");
        let (database, mut witness) = witness(&folder);
        witness.note(&standing(5));
        let before = std::fs::read(path(&database)).expect("it is read");
        witness.note(&standing(6));
        let after = std::fs::read(path(&database)).expect("it is read");
        for cut in PLACE.max(before.len())..after.len() {
            std::fs::write(path(&database), &after[..cut]).expect("it is cut");
            assert_eq!(read(&database, DATABASE), Some(standing(5)), "cut at {cut}");
        }
    }

    #[test]
    fn no_changed_byte_makes_it_claim_anything_else() {
        let folder = tempfile::tempdir().expect("a folder");
        let (database, mut witness) = witness(&folder);
        witness.note(&standing(5));
        let whole = std::fs::read(path(&database)).expect("it is read");
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 0x55;
            std::fs::write(path(&database), changed).expect("it is written");
            assert_eq!(read(&database, DATABASE), None, "byte {at}");
        }
    }

    #[test]
    fn of_more_sources_than_there_is_room_for_the_newest_are_kept() {
        let mut bytes = Vec::new();
        let sources: Vec<(i64, u64)> = (1..=300).map(|number| (number, 2)).collect();
        let all = Standing {
            last_seq: 600,
            at: 1,
            sources: sources.clone(),
        };
        encode(&mut bytes, DATABASE, &all);
        assert!(bytes.len() <= PLACE);
        let found = decode(&bytes).expect("it is whole");
        assert_eq!(found.standing.sources, sources[300 - SOURCES..]);
    }
}
