//! Secrets longer than one entry holds (2,560 bytes in Windows' Credential Manager) are split.
//!
//! The entry at the account then holds a manifest, and the parts stand beside it. Parts are
//! written under a fresh generation before the manifest points to them, so that a write that is
//! cut short leaves the old value whole.

use sha2::{Digest, Sha256};

use super::store::{Entries, Kind, Trouble};

/// Bytes that one entry holds.
pub const LIMIT: usize = if cfg!(windows) { 2_560 } else { usize::MAX };

const MARK: &[u8] = b"penstock-parts ";

pub fn read(entries: &mut dyn Entries, account: &str) -> Result<Option<Vec<u8>>, Trouble> {
    let Some(value) = entries.get(account)? else {
        return Ok(None);
    };
    if !value.starts_with(MARK) {
        return Ok(Some(value));
    }
    let incomplete = || Trouble {
        kind: Kind::Incomplete,
        detail: format!("entry {account}"),
    };
    let manifest = Manifest::parse(&value).ok_or_else(incomplete)?;
    let mut whole = Vec::new();
    for number in 0..manifest.count {
        let part = entries.get(&part(account, manifest.generation, number))?;
        whole.extend_from_slice(&part.ok_or_else(incomplete)?);
    }
    if hash(&whole) != manifest.sha256 {
        return Err(incomplete());
    }
    Ok(Some(whole))
}

pub fn write(
    entries: &mut dyn Entries,
    account: &str,
    label: &str,
    value: &[u8],
    limit: usize,
) -> Result<(), Trouble> {
    let old = entries
        .get(account)?
        .and_then(|value| Manifest::parse(&value));
    // A value that looks like a manifest is split too, so that it is not taken for one.
    if value.len() <= limit && !value.starts_with(MARK) {
        entries.set(account, label, value)?;
    } else {
        let generation = old.as_ref().map_or(0, |old| 1 - old.generation);
        clear(entries, account, generation)?;
        let mut count = 0;
        for piece in value.chunks(limit) {
            entries.set(&part(account, generation, count), label, piece)?;
            count += 1;
        }
        let manifest = Manifest {
            generation,
            count,
            sha256: hash(value),
        };
        entries.set(account, label, manifest.text().as_bytes())?;
    }
    match old {
        Some(old) => clear(entries, account, old.generation),
        None => Ok(()),
    }
}

pub fn delete(entries: &mut dyn Entries, account: &str) -> Result<(), Trouble> {
    let value = entries.get(account)?;
    if value.is_some_and(|value| value.starts_with(MARK)) {
        clear(entries, account, 0)?;
        clear(entries, account, 1)?;
    }
    entries.delete(account).map(drop)
}

fn clear(entries: &mut dyn Entries, account: &str, generation: u8) -> Result<(), Trouble> {
    let mut number = 0;
    while entries.delete(&part(account, generation, number))? {
        number += 1;
    }
    Ok(())
}

fn part(account: &str, generation: u8, number: usize) -> String {
    format!("{account}#{generation}.{number}")
}

fn hash(value: &[u8]) -> String {
    hex::encode(Sha256::digest(value))
}

/// `penstock-parts 1 <generation> <count> <sha256 of the whole>`
struct Manifest {
    generation: u8,
    count: usize,
    sha256: String,
}

impl Manifest {
    fn parse(value: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(value.strip_prefix(MARK)?).ok()?;
        let mut words = text.strip_prefix("1 ")?.split(' ');
        let generation = words
            .next()?
            .parse()
            .ok()
            .filter(|generation| *generation <= 1)?;
        let count = words.next()?.parse().ok()?;
        Some(Self {
            generation,
            count,
            sha256: words.next()?.to_owned(),
        })
    }

    fn text(&self) -> String {
        format!(
            "penstock-parts 1 {} {} {}",
            self.generation, self.count, self.sha256
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// Entries as Windows has them, that can fail at the nth change.
    #[derive(Default)]
    struct Small {
        entries: BTreeMap<String, Vec<u8>>,
        changes_left: Option<usize>,
    }

    impl Small {
        fn change(&mut self) -> Result<(), Trouble> {
            match &mut self.changes_left {
                Some(0) => Err(Trouble {
                    kind: Kind::Failed,
                    detail: "cut short".into(),
                }),
                Some(left) => {
                    *left -= 1;
                    Ok(())
                }
                None => Ok(()),
            }
        }
    }

    impl Entries for Small {
        fn program(&mut self) -> Option<String> {
            None
        }

        fn look(&mut self) -> Result<(), Trouble> {
            Ok(())
        }

        fn get(&mut self, account: &str) -> Result<Option<Vec<u8>>, Trouble> {
            Ok(self.entries.get(account).cloned())
        }

        fn set(&mut self, account: &str, _label: &str, value: &[u8]) -> Result<(), Trouble> {
            assert!(value.len() <= 100, "{} bytes do not fit", value.len());
            self.change()?;
            self.entries.insert(account.into(), value.into());
            Ok(())
        }

        fn delete(&mut self, account: &str) -> Result<bool, Trouble> {
            self.change()?;
            Ok(self.entries.remove(account).is_some())
        }
    }

    fn values() -> Vec<Vec<u8>> {
        let mut values: Vec<Vec<u8>> = [0, 1, 99, 100, 101, 200, 201, 5_000]
            .map(|length| vec![b'k'; length])
            .into();
        values.push(b"penstock-parts 1 0 1 abc".to_vec());
        values
    }

    #[test]
    fn values_of_any_length_come_back_whole_and_leave_nothing_behind() {
        let mut small = Small::default();
        for value in values().into_iter().chain(values().into_iter().rev()) {
            write(&mut small, "id/key", "label", &value, 100).expect("written");
            assert_eq!(
                read(&mut small, "id/key"),
                Ok(Some(value.clone())),
                "{} bytes",
                value.len()
            );
            let parts = if value.len() <= 100 && !value.starts_with(MARK) {
                0
            } else {
                value.len().div_ceil(100)
            };
            assert_eq!(small.entries.len(), 1 + parts, "{} bytes", value.len());
        }
        write(&mut small, "id/key", "label", &[b'k'; 500], 100).expect("written");
        delete(&mut small, "id/key").expect("deleted");
        assert!(small.entries.is_empty(), "{:?}", small.entries.keys());
        delete(&mut small, "id/key").expect("fine where there is none");
        assert_eq!(read(&mut small, "id/key"), Ok(None));
    }

    #[test]
    fn a_write_cut_short_anywhere_leaves_the_old_value_or_the_new_one() {
        let (old, new) = (vec![b'o'; 350], vec![b'n'; 450]);
        for changes in 0.. {
            let mut small = Small::default();
            write(&mut small, "id/key", "label", &old, 100).expect("written");
            small.changes_left = Some(changes);
            let whole = write(&mut small, "id/key", "label", &new, 100).is_ok();
            small.changes_left = None;
            let value = read(&mut small, "id/key").expect("whole").expect("there");
            assert!(value == old || value == new, "after {changes} changes");
            if whole {
                assert_eq!(value, new);
                break;
            }
        }
    }

    #[test]
    fn a_missing_part_is_a_damaged_secret_and_not_a_missing_one() {
        let mut small = Small::default();
        write(&mut small, "id/key", "label", &[b'k'; 300], 100).expect("written");
        small.entries.remove("id/key#0.1");
        assert_eq!(
            read(&mut small, "id/key").expect_err("damaged").kind,
            Kind::Incomplete
        );
    }
}
