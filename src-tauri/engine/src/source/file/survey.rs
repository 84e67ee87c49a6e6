//! Which of a log's files have more to be read.
//!
//! Each file is recognised by its identity and content, else by its content alone (a copy, or its
//! compressed form, has another identity). While the file at the path is the one that was read
//! last, unknown files beside it are copies of it in the making; otherwise they were rotated while
//! nobody looked, and are read from their beginning.

use std::collections::{HashMap, HashSet};
use std::io;
use std::time::SystemTime;

use super::directory::{Found, Listing};
use super::generation::{Generation, Held};
use super::history::History;
use super::identity::Id;
use super::input::Input;
use super::print::SPAN;
use super::reader::explain;
use crate::problem::Problem;

/// How a file looked when last it was read to its end.
pub type Finished = HashMap<Id, (u64, Option<SystemTime>)>;

#[derive(Debug, Default)]
pub struct Survey {
    /// The oldest first.
    pub unread: Vec<Found>,
    /// Bytes of text in them that were not read.
    pub left: u64,
    pub there: HashSet<Id>,
    /// What cannot be read at the moment.
    pub problem: Option<Problem>,
    /// A rotation came in between: nothing of this can be relied on.
    pub disturbed: bool,
}

/// A file that is not the one its identity says, or is new.
struct Stranger {
    found: Found,
    input: Input,
}

pub fn survey(listing: Listing, history: &mut History, finished: &Finished) -> Survey {
    let mut survey = Survey {
        there: listing.files.iter().map(|file| file.id).collect(),
        ..Survey::default()
    };
    let mut known = HashSet::new();
    let mut strangers = Vec::new();
    let mut unread = Vec::new();
    let mut intact = false;
    for (age, found) in listing.files.into_iter().enumerate() {
        if finished.get(&found.id) == Some(&(found.size, found.modified)) {
            intact |= found.live;
            known.insert(found.id);
            continue;
        }
        let compared = Input::open(&found.path).and_then(|mut input| {
            let held = match history.find(found.id) {
                _ if input.id != found.id => return Err(io::ErrorKind::NotFound.into()),
                // It may turn out to be known as a copy.
                Some(generation) if found.live && generation.length == 0 => None,
                Some(generation) => {
                    Some((generation.held_by(&mut input)?, more(&input, generation)?))
                }
                None => None,
            };
            Ok((input, held))
        });
        match compared {
            // Renamed or deleted just now.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Survey {
                    disturbed: true,
                    ..Survey::default()
                };
            }
            Err(error) => {
                // Remembered as unread, for when it can be read.
                history.entry(found.id);
                known.insert(found.id);
                survey.problem = Some(explain(&found, &error));
            }
            Ok((_, Some((Held::Whole(compared), more)))) => {
                intact |= found.live && compared > 0;
                known.insert(found.id);
                if more > 0 {
                    unread.push((age, more, found));
                }
            }
            Ok((input, _)) => strangers.push((age, Stranger { found, input })),
        }
    }
    for (age, stranger) in strangers {
        if intact {
            continue;
        }
        let found = stranger.found.clone();
        match recognise(stranger, history, &mut known) {
            Ok(0) => {}
            Ok(more) => unread.push((age, more, found)),
            Err(error) => {
                history.entry(found.id);
                survey.problem = Some(explain(&found, &error));
            }
        }
    }
    // The live file goes on where its copy was left, which is then of no interest.
    unread.retain(|(_, _, found)| history.find(found.id).is_some());
    unread.sort_by_key(|(age, ..)| *age);
    survey.left = unread.iter().map(|(_, more, _)| more).sum();
    survey.unread = unread.into_iter().map(|(.., found)| found).collect();
    survey
}

/// Bytes of text that were not read. What a compressed file says of itself may be less than there
/// is, so only the very number that was read means that there is nothing more.
fn more(input: &Input, generation: &Generation) -> io::Result<u64> {
    let (length, read) = (input.length()?, generation.length);
    Ok(if generation.closed || length == read {
        0
    } else if input.gzip() {
        length.saturating_sub(read).max(1)
    } else {
        length.saturating_sub(read)
    })
}

/// Finds what was read of it under another identity; bytes that were not.
fn recognise(
    stranger: Stranger,
    history: &mut History,
    known: &mut HashSet<Id>,
) -> io::Result<u64> {
    let Stranger { found, mut input } = stranger;
    history.disown(found.id);
    let mut best: Option<(u8, usize)> = None;
    for (at, generation) in history.files.iter().enumerate() {
        if generation.closed || generation.length == 0 {
            continue;
        }
        let free = !known.contains(&generation.id);
        // Two short files may begin alike by chance. But a file that was made after the live one
        // and holds the same is a copy of it, which is about to be emptied.
        let copied = found.live && generation.id.is_no_older_than(found.id);
        let rank = match generation.held_by(&mut input)? {
            Held::Whole(SPAN) if free => 4,
            Held::Whole(_) if free && !found.live => 3,
            Held::Whole(compared) if compared == SPAN || copied => 2,
            Held::Shorter if free && !found.live => 1,
            _ => continue,
        };
        if best.is_none_or(|(other, _)| rank >= other) {
            best = Some((rank, at));
        }
    }
    known.insert(found.id);
    let at = match best {
        None => {
            return more(&input, history.entry(found.id));
        }
        // A copy of what is known: only the one at the path goes on.
        Some((2, _)) if !found.live => return Ok(0),
        // All that the copy holds was read.
        Some((1, at)) => {
            history.files[at] = Generation::skip(&found)?;
            at
        }
        Some((_, at)) => at,
    };
    history.files[at].id = found.id;
    more(&input, &history.files[at])
}
