//! A disk as a power cut may leave it.
//!
//! What was synced is there. Of what was written since, each sector may be there or not, in any
//! order, and the last one in part; so may a new length. Of a folder that was not synced, changes
//! are there up to some point. A file's name needs the folder's sync, not the file's.

use rand::RngExt as _;
use rand::rngs::StdRng;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::changes::Change;

const SECTOR: usize = 512;

/// What is on the disk, and what is only on its way there.
#[derive(Default, Clone)]
pub struct Image {
    files: BTreeMap<u64, File>,
    names: BTreeMap<String, u64>,
    unsynced_names: Vec<Change>,
}

#[derive(Default, Clone)]
struct File {
    synced: Vec<u8>,
    unsynced: Vec<Change>,
}

impl Image {
    /// The database's files as they are, all of them long since on the disk.
    pub fn of(folder: &Path) -> Self {
        let mut image = Self::default();
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with("penstock.db") {
                let file = entry.metadata().expect("a file").ino();
                let synced = fs::read(entry.path()).expect("a readable file");
                image.names.insert(name, file);
                let unsynced = Vec::new();
                image.files.insert(file, File { synced, unsynced });
            }
        }
        image
    }

    pub fn take(&mut self, change: &Change) {
        match change {
            Change::Write { file, .. } | Change::Truncate { file, .. } => {
                let file = self.files.entry(*file).or_default();
                file.unsynced.push(change.clone());
            }
            Change::Sync { file } => {
                let file = self.files.entry(*file).or_default();
                for change in std::mem::take(&mut file.unsynced) {
                    apply(&mut file.synced, &change, |_| true);
                }
            }
            Change::Create { file, .. } => {
                // The number of a file that is gone may be given again.
                self.files.insert(*file, File::default());
                self.unsynced_names.push(change.clone());
            }
            Change::Unlink { .. } => self.unsynced_names.push(change.clone()),
            Change::SyncFolder => {
                let unsynced = std::mem::take(&mut self.unsynced_names);
                rename(&mut self.names, &unsynced);
            }
        }
    }

    /// One way in which the power may fail now.
    pub fn cut(&self, chance: &mut StdRng) -> BTreeMap<String, Vec<u8>> {
        let mut names = self.names.clone();
        let kept = chance.random_range(0..=self.unsynced_names.len());
        rename(&mut names, &self.unsynced_names[..kept]);
        // Nothing of what was not synced, everything but the last sector's end, or something.
        let odds = [0.0, 0.2, 0.5, 0.9, 1.0][chance.random_range(0..5)];
        names
            .into_iter()
            .map(|(name, file)| {
                let file = self.files.get(&file).cloned().unwrap_or_default();
                let mut bytes = file.synced;
                let last = file.unsynced.len().saturating_sub(1);
                for (number, change) in file.unsynced.iter().enumerate() {
                    match change {
                        Change::Write { at, bytes: new, .. } if number == last && odds > 0.0 => {
                            // Torn: its beginning only.
                            let new = new[..chance.random_range(0..=new.len())].to_vec();
                            let torn = Change::Write {
                                file: 0,
                                at: *at,
                                bytes: new,
                            };
                            apply(&mut bytes, &torn, |_| chance.random_bool(odds));
                        }
                        _ => apply(&mut bytes, change, |_| chance.random_bool(odds)),
                    }
                }
                (name, bytes)
            })
            .collect()
    }
}

/// Writes the files into an empty folder.
pub fn restore(files: &BTreeMap<String, Vec<u8>>, folder: &Path) {
    fs::create_dir_all(folder).expect("the folder is made");
    for (name, bytes) in files {
        // The index of the write-ahead log was in memory alone.
        if !name.ends_with("-shm") {
            fs::write(folder.join(name), bytes).expect("the file is written");
        }
    }
}

fn rename(names: &mut BTreeMap<String, u64>, changes: &[Change]) {
    for change in changes {
        match change {
            Change::Create { file, name } => {
                names.insert(name.clone(), *file);
            }
            Change::Unlink { name } => {
                names.remove(name);
            }
            _ => {}
        }
    }
}

/// Those sectors that `survives` says yes to.
fn apply(file: &mut Vec<u8>, change: &Change, mut survives: impl FnMut(usize) -> bool) {
    match change {
        Change::Write { at, bytes, .. } => {
            let mut done = 0;
            while done < bytes.len() {
                let place = at + done;
                let size = (SECTOR - place % SECTOR).min(bytes.len() - done);
                if survives(place / SECTOR) {
                    if file.len() < place + size {
                        file.resize(place + size, 0);
                    }
                    file[place..place + size].copy_from_slice(&bytes[done..done + size]);
                }
                done += size;
            }
        }
        Change::Truncate { length, .. } if survives(0) => file.resize(*length, 0),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    fn write(at: usize, bytes: &[u8]) -> Change {
        Change::Write {
            file: 1,
            at,
            bytes: bytes.to_vec(),
        }
    }

    #[test]
    fn what_was_synced_is_there_after_every_cut_and_the_rest_may_be() {
        let mut image = Image::default();
        let name = "penstock.db".to_owned();
        image.take(&Change::Create { file: 1, name });
        image.take(&write(0, b"safe"));
        image.take(&Change::Sync { file: 1 });
        image.take(&Change::SyncFolder);
        image.take(&write(4, b"hope"));
        let mut seen = [false; 2];
        for seed in 0..100 {
            let files = image.cut(&mut StdRng::seed_from_u64(seed));
            let bytes = &files["penstock.db"];
            assert!(bytes.starts_with(b"safe"));
            seen[usize::from(bytes.len() > 4)] = true;
        }
        assert_eq!(seen, [true, true], "lost sometimes, there sometimes");
    }

    #[test]
    fn a_file_whose_folder_was_not_synced_may_be_gone_though_it_was_synced_itself() {
        let mut image = Image::default();
        let name = "penstock.db-wal".to_owned();
        image.take(&Change::Create { file: 1, name });
        image.take(&write(0, b"safe"));
        image.take(&Change::Sync { file: 1 });
        let gone = (0..100).any(|seed| image.cut(&mut StdRng::seed_from_u64(seed)).is_empty());
        assert!(gone);
    }
}
