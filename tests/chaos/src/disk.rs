//! A disk of its own for a data folder: small, so that it can be filled.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::Command;

/// Room for everything a schedule writes, several times over.
const SIZE: &str = "size=96m,mode=0700";

pub struct Disk {
    folder: PathBuf,
    mounted: bool,
}

impl Disk {
    /// A file system in memory, where this user may mount one; else a folder that cannot be full.
    pub fn new(folder: PathBuf) -> Self {
        fs::create_dir_all(&folder).expect("the folder is made");
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", SIZE, "penstock-chaos"])
            .arg(&folder)
            .output();
        let mounted = mount.is_ok_and(|mount| mount.status.success());
        Self { folder, mounted }
    }

    pub fn can_be_filled(&self) -> bool {
        self.mounted
    }

    pub fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn ballast(&self) -> PathBuf {
        self.folder.join("ballast")
    }

    /// Leaves no room at all.
    pub fn fill(&self) {
        let opened = File::options()
            .create(true)
            .append(true)
            .open(self.ballast());
        match opened {
            Ok(mut file) => {
                for size in [1 << 20, 4096, 1] {
                    while file.write_all(&vec![0; size]).is_ok() {}
                }
            }
            // Not even the file can be made: it is full already.
            Err(error) => assert_eq!(error.kind(), io::ErrorKind::StorageFull),
        }
    }

    pub fn free(&self) {
        let _ = fs::remove_file(self.ballast());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        if self.mounted {
            let _ = Command::new("umount")
                .arg("--lazy")
                .arg(&self.folder)
                .status();
        }
    }
}
