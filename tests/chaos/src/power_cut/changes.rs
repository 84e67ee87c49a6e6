//! What the shim noted: every change of the database's files, in the order it took effect.

use std::path::Path;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    Write {
        file: u64,
        at: usize,
        bytes: Vec<u8>,
    },
    Truncate {
        file: u64,
        length: usize,
    },
    Sync {
        file: u64,
    },
    Create {
        file: u64,
        name: String,
    },
    Unlink {
        name: String,
    },
    SyncFolder,
}

/// A change, and where its note ends in the log.
pub type Noted = (Change, u64);

const HEAD: usize = 25;

/// What was noted between two places, which lie where a process was killed or none ran: a last
/// note that is not whole was never answered.
pub fn read(log: &Path, from: u64, to: u64) -> Vec<Noted> {
    let size = |place: u64| usize::try_from(place).expect("a log fits into memory");
    let mut bytes = std::fs::read(log).expect("the log can be read");
    bytes.truncate(size(to));
    let mut at = size(from);
    let mut noted = Vec::new();
    while let Some(head) = bytes.get(at..at + HEAD) {
        let number = |start: usize| {
            u64::from_le_bytes(head[start..start + 8].try_into().expect("eight bytes"))
        };
        let (file, place, length) = (number(1), size(number(9)), size(number(17)));
        let Some(payload) = bytes.get(at + HEAD..at + HEAD + length) else {
            break;
        };
        let name = || String::from_utf8_lossy(payload).into_owned();
        let change = match head[0] {
            b'W' => Change::Write {
                file,
                at: place,
                bytes: payload.to_vec(),
            },
            b'T' => Change::Truncate {
                file,
                length: place,
            },
            b'S' => Change::Sync { file },
            b'C' => Change::Create { file, name: name() },
            b'U' => Change::Unlink { name: name() },
            b'D' => Change::SyncFolder,
            other => panic!("the shim writes no {other}"),
        };
        at += HEAD + length;
        noted.push((change, at as u64));
    }
    noted
}
