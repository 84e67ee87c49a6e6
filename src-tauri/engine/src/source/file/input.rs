//! An open file, plain or gzip'd, read as the text it holds.
//!
//! What is read is never moved by anybody else: plain files are read by place, not by a cursor.

use flate2::read::MultiGzDecoder;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use super::identity::Id;
use super::print::SPAN;

const GZIP: [u8; 2] = [0x1f, 0x8b];

pub struct Input {
    pub id: Id,
    file: File,
    /// The next byte of text to be read.
    at: u64,
    unzip: Option<MultiGzDecoder<BufReader<File>>>,
}

impl Input {
    pub fn open(path: &Path) -> io::Result<Self> {
        // Opening a pipe would wait for its writer.
        if !path.metadata()?.is_file() {
            return Err(io::ErrorKind::Unsupported.into());
        }
        let file = File::open(path)?;
        let mut input = Self {
            id: Id::of(&file.metadata()?),
            file,
            at: 0,
            unzip: None,
        };
        if input.bytes(0, 2)? == GZIP {
            input.rewind_zip()?;
        }
        Ok(input)
    }

    fn rewind_zip(&mut self) -> io::Result<()> {
        let mut file = self.file.try_clone()?;
        file.seek(SeekFrom::Start(0))?;
        self.unzip = Some(MultiGzDecoder::new(BufReader::with_capacity(
            64 << 10,
            file,
        )));
        self.at = 0;
        Ok(())
    }

    pub fn gzip(&self) -> bool {
        self.unzip.is_some()
    }

    pub fn at(&self) -> u64 {
        self.at
    }

    /// Bytes on disk now.
    pub fn size(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    /// Bytes of text: exact for a plain file; for a gzip'd one what its end says, which is right
    /// where it is whole, in one piece and below 4 GiB.
    pub fn length(&self) -> io::Result<u64> {
        let size = self.size()?;
        if !self.gzip() {
            return Ok(size);
        }
        let end = self.bytes(size.saturating_sub(4), 4)?;
        let end: [u8; 4] = end.try_into().unwrap_or_default();
        Ok(u64::from(u32::from_le_bytes(end)))
    }

    /// Up to `count` bytes from a place on disk.
    pub fn bytes(&self, from: u64, count: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; count];
        let mut filled = 0;
        while filled < count {
            match read_at(&self.file, &mut bytes[filled..], from + filled as u64) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        bytes.truncate(filled);
        Ok(bytes)
    }

    /// The next bytes of text, added to `buffer`; how many, 0 at the end.
    pub fn read(&mut self, buffer: &mut Vec<u8>, count: usize) -> io::Result<usize> {
        let before = buffer.len();
        buffer.resize(before + count, 0);
        let mut filled = before;
        let result = loop {
            if filled == buffer.len() {
                break Ok(());
            }
            let read = match &mut self.unzip {
                Some(unzip) => unzip.read(&mut buffer[filled..]),
                None => {
                    let from = self.at + (filled - before) as u64;
                    read_at(&self.file, &mut buffer[filled..], from)
                }
            };
            match read {
                Ok(0) => break Ok(()),
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // What came before is good; the fault comes again with the next read.
                Err(_) if filled > before => break Ok(()),
                Err(error) => break Err(error),
            }
        };
        buffer.truncate(filled);
        self.at += (filled - before) as u64;
        result.map(|()| filled - before)
    }

    /// Goes to a place in the text; gives the bytes at the very beginning and those just before
    /// the place, [`SPAN`] each at most, and less where the text is shorter.
    pub fn go_to(&mut self, place: u64) -> io::Result<(Vec<u8>, Vec<u8>)> {
        let span = usize::try_from(place).map_or(SPAN, |place| place.min(SPAN));
        if !self.gzip() {
            self.at = place;
            return Ok((self.bytes(0, span)?, self.bytes(place - span as u64, span)?));
        }
        self.rewind_zip()?;
        let (mut head, mut tail) = (Vec::new(), Vec::new());
        while self.at < place {
            let left = usize::try_from(place - self.at).unwrap_or(usize::MAX);
            if self.read(&mut tail, left.min(256 << 10))? == 0 {
                break;
            }
            if head.is_empty() {
                head = tail[..tail.len().min(SPAN)].to_vec();
            }
            tail.drain(..tail.len().saturating_sub(SPAN));
        }
        Ok((head, tail))
    }
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], from: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, from)
}

#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], from: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        out.write_all(text).expect("in memory");
        out.finish().expect("in memory")
    }

    #[test]
    fn a_plain_and_a_gzipped_file_read_the_same_from_any_place() {
        let folder = tempfile::tempdir().expect("a folder");
        let text: Vec<u8> = (0..600_000_u32).flat_map(u32::to_le_bytes).collect();
        let (plain, zipped) = (folder.path().join("a"), folder.path().join("a.gz"));
        std::fs::write(&plain, &text).expect("written");
        std::fs::write(&zipped, gzip(&text)).expect("written");
        for path in [&plain, &zipped] {
            let mut input = Input::open(path).expect("it opens");
            assert_eq!(input.length().expect("a length"), text.len() as u64);
            for place in [0_usize, 100, 1_000_000, text.len()] {
                let (head, tail) = input.go_to(place as u64).expect("it goes there");
                assert_eq!(head, text[..place.min(SPAN)], "{place}");
                assert_eq!(tail, text[place.saturating_sub(SPAN)..place], "{place}");
                let mut buffer = Vec::new();
                input.read(&mut buffer, 10_000).expect("it reads");
                assert_eq!(buffer, text[place..(place + 10_000).min(text.len())]);
            }
        }
    }

    #[test]
    fn of_a_gzip_that_breaks_off_the_good_part_comes_first() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.gz");
        let text = b"0123456789".repeat(50_000);
        let whole = gzip(&text);
        std::fs::write(&path, &whole[..whole.len() / 2]).expect("written");
        let mut input = Input::open(&path).expect("it opens");
        let mut buffer = Vec::new();
        let fault = loop {
            match input.read(&mut buffer, 64 << 10) {
                Ok(0) => panic!("the fault is not told"),
                Ok(_) => {}
                Err(error) => break error,
            }
        };
        assert_eq!(fault.kind(), io::ErrorKind::UnexpectedEof);
        assert!(text.starts_with(&buffer) && !buffer.is_empty());
    }

    #[test]
    fn a_folder_is_no_file() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(Input::open(folder.path()).is_err());
    }
}
