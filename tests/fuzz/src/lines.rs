//! The lines of a log that is followed.

use penstock_engine::source::file;
use serde_json::value::RawValue;
use std::path::Path;

/// Lines in a row that are no events are kept one by one up to here, then together.
const ALONE: u64 = 10;

/// However the text comes in pieces: an event is what a strict parser takes for an object that
/// stands in its line alone, byte for byte and in order; every other line but a blank one is
/// kept as unreadable.
pub fn file_lines(data: &[u8]) {
    let Some((size, text)) = data.split_first() else {
        return;
    };
    let pieces: Vec<&[u8]> = text.chunks(usize::from(*size) + 1).collect();
    let batch = file::batch(Path::new("a.log"), &pieces);
    let mut events = batch.events.iter();
    let (mut unreadable, mut in_a_row) = (0_usize, 0);
    for (index, line) in text.split(|byte| *byte == b'\n').enumerate() {
        // What a writer leaves that goes on at its old place in an emptied file.
        let hole = line.iter().take_while(|byte| **byte == 0).count();
        let line = &line[hole..];
        let line = match line.strip_prefix(b"\xef\xbb\xbf") {
            Some(rest) if index == 0 => rest,
            _ => line,
        };
        if line
            .iter()
            .all(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'))
        {
            continue;
        }
        if deep(line) {
            return;
        }
        match serde_json::from_slice::<&RawValue>(line) {
            Ok(one) if one.get().starts_with('{') => {
                assert_eq!(events.next().expect("an event"), one.get().as_bytes());
                in_a_row = 0;
            }
            _ => {
                in_a_row += 1;
                unreadable += usize::from(in_a_row <= ALONE + 1);
            }
        }
    }
    assert_eq!(events.next(), None);
    assert_eq!(batch.unreadable.len(), unreadable);
}

/// Whether the parser that is the judge here might refuse it for its depth.
fn deep(line: &[u8]) -> bool {
    line.iter()
        .filter(|byte| matches!(byte, b'{' | b'['))
        .count()
        > 120
}
