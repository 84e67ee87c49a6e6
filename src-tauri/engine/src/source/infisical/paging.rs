//! Pages through one pinned window by offset. Pure.
//!
//! The list has no cursor, so pages are cut by position, and positions may move: rows arrive late,
//! duplicates are merged, and rows of one millisecond come in any order. Always holds: a page
//! begins with rows that the page before it ended with, else it is read again from further up;
//! and where fewer rows were seen than there are positions, the window is read once more. So a
//! row that was there all the time is never passed over, and no answer makes this go on for ever.

use std::collections::HashSet;

/// The most rows that Infisical gives at once.
pub(super) const PAGE: usize = 1000;
/// Rows that two pages have in common.
const COMMON: usize = 10;
/// Pages in a row that show nothing new, before it is certain that there is nothing.
const STALE: u32 = 5;
/// How often positions may move in one window.
const MOVES: u32 = 16;
/// How often a window is read in all where rows seem to hide.
const PASSES: u32 = 16;
/// Passes in a row that show nothing new, before what seems to hide are duplicates.
const QUIET: u32 = 2;

#[derive(Debug)]
pub(super) struct Paging {
    pub limit: usize,
    pub offset: usize,
    known: HashSet<String>,
    /// How many positions this pass has seen.
    positions: usize,
    news_in_pass: bool,
    quiet: u32,
    stale: u32,
    moves: u32,
    passes: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// The page at [`Paging::offset`].
    Page,
    Done,
    /// The same rows come whatever is asked for: there may be more, but not to be got.
    Repeats,
}

impl Paging {
    pub fn new(limit: usize) -> Self {
        Self {
            limit,
            offset: 0,
            known: HashSet::new(),
            positions: 0,
            news_in_pass: false,
            quiet: 0,
            stale: 0,
            moves: 0,
            passes: 1,
        }
    }

    /// Nothing was read yet.
    pub fn is_at_its_beginning(&self) -> bool {
        self.known.is_empty() && self.offset == 0
    }

    fn common(&self) -> usize {
        COMMON.min(self.limit / 2)
    }

    /// Asks for fewer rows at once from here on; `false` where there is only one already.
    pub fn smaller(&mut self) -> bool {
        let smaller = self.limit / 2;
        if smaller == 0 {
            return false;
        }
        self.limit = smaller;
        true
    }

    /// Takes the keys of a page in the order they came: which of them are new, and what is next.
    pub fn took<'a>(&mut self, keys: impl IntoIterator<Item = &'a str>) -> (Vec<bool>, Next) {
        let keys: Vec<&str> = keys.into_iter().collect();
        let joined = keys.first().is_some_and(|key| self.known.contains(*key));
        if self.offset > 0 && !joined && self.common() > 0 && self.moves < MOVES {
            self.moves += 1;
            self.offset = self.offset.saturating_sub(self.limit / 2);
            return (vec![false; keys.len()], Next::Page);
        }
        let mut news = false;
        let new = keys
            .iter()
            .map(|key| {
                let new = self.known.insert((*key).to_owned());
                news |= new;
                new
            })
            .collect();
        self.news_in_pass |= news;
        self.positions = self.positions.max(self.offset + keys.len());
        self.stale = if news || self.passes > 1 {
            0
        } else {
            self.stale + 1
        };
        let next = if self.stale >= STALE {
            Next::Repeats
        } else if keys.len() < self.limit {
            self.end_of_pass()
        } else {
            self.offset += keys.len() - self.common();
            Next::Page
        };
        (new, next)
    }

    fn end_of_pass(&mut self) -> Next {
        let hiding = self.known.len() < self.positions && self.positions > self.limit;
        self.quiet = if self.news_in_pass { 0 } else { self.quiet + 1 };
        if !hiding || self.quiet >= QUIET || self.passes >= PASSES {
            return Next::Done;
        }
        self.passes += 1;
        self.offset = 0;
        self.positions = 0;
        self.news_in_pass = false;
        Next::Page
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ops::Range;

    fn keys(range: Range<usize>) -> Vec<String> {
        range.map(|n| n.to_string()).collect()
    }

    /// Reads to the end a table that may change before each page.
    fn read(
        limit: usize,
        table: &mut Vec<String>,
        mut change: impl FnMut(usize, &mut Vec<String>),
    ) -> (Vec<String>, Next, usize) {
        let (mut paging, mut got, mut pages) = (Paging::new(limit), Vec::new(), 0);
        loop {
            change(pages, table);
            pages += 1;
            let from = paging.offset.min(table.len());
            let page = &table[from..(from + paging.limit).min(table.len())];
            let (new, next) = paging.took(page.iter().map(String::as_str));
            got.extend(
                page.iter()
                    .zip(new)
                    .filter(|it| it.1)
                    .map(|it| it.0.clone()),
            );
            if next != Next::Page {
                return (got, next, pages);
            }
            assert!(pages < 1000, "it ends");
        }
    }

    #[test]
    fn every_row_comes_once_whatever_the_number_of_pages() {
        for count in [0, 1, 99, 100, 101, 190, 191, 1_000, 2_345] {
            let (got, next, pages) = read(100, &mut keys(0..count), |_, _| {});
            assert_eq!((got, next), (keys(0..count), Next::Done), "{count}");
            assert!(pages <= count / 90 + 1, "{count} rows in {pages} pages");
        }
    }

    #[test]
    fn rows_that_arrive_meanwhile_hide_no_other() {
        let mut late = 0;
        let (got, next, _) = read(100, &mut keys(0..1_000), |_, table| {
            late += 1;
            table.insert(3, format!("late {late}"));
        });
        assert_eq!(next, Next::Done);
        for key in keys(0..1_000) {
            assert!(got.contains(&key), "{key}");
        }
    }

    #[test]
    fn rows_that_vanish_meanwhile_hide_no_other() {
        for vanishing in [1, 5, 40, 99] {
            let mut table: Vec<String> = (0..200).map(|_| "twice".to_owned()).collect();
            table.extend(keys(0..600));
            let (got, next, _) = read(100, &mut table, |page, table| {
                // Duplicates are merged while page 3 to 6 are read.
                if (3..7).contains(&page) {
                    table.drain(..vanishing.min(table.len() / 8));
                }
            });
            assert_eq!(next, Next::Done, "{vanishing}");
            for key in keys(0..600) {
                assert!(
                    got.contains(&key) || !table.contains(&key),
                    "{key} of {vanishing}"
                );
            }
        }
    }

    #[test]
    fn rows_of_one_moment_in_any_order_are_all_found() {
        // Each page is cut from another order, so a row may be passed over and another come twice.
        let (got, next, pages) = read(100, &mut keys(0..150), |page, table| {
            if page == 1 {
                table.swap(50, 140);
            }
        });
        assert_eq!(next, Next::Done);
        assert_eq!(got.len(), 150);
        assert!(pages > 2, "the window was read once more");
    }

    #[test]
    fn even_an_order_that_changes_with_every_page_hides_no_row() {
        let mut seed = 1_u64;
        let (got, next, _) = read(100, &mut keys(0..250), |_, table| {
            table.sort_by_cached_key(|key| {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (seed >> 33, key.clone())
            });
        });
        assert_eq!((got.len(), next), (250, Next::Done));
    }

    #[test]
    fn a_page_of_the_same_row_is_taken_once_and_does_not_go_on_for_ever() {
        let (mut paging, mut taken, mut pages) = (Paging::new(1000), 0, 0);
        loop {
            pages += 1;
            let (new, next) = paging.took(std::iter::repeat_n("same", 1000));
            taken += new.iter().filter(|it| **it).count();
            if next != Next::Page {
                assert_eq!((next, taken), (Next::Repeats, 1));
                break;
            }
            assert!(pages < 50);
        }
        let mut table = vec![String::from("same"); 1_500];
        table.extend(keys(0..10));
        let (got, next, _) = read(1000, &mut table, |_, _| {});
        assert_eq!(
            (got.len(), next),
            (11, Next::Done),
            "what stands behind is found"
        );
    }

    #[test]
    fn a_page_that_is_too_large_is_asked_for_in_halves_down_to_one_row() {
        let mut paging = Paging::new(4);
        assert!(paging.smaller() && paging.smaller() && !paging.smaller());
        assert_eq!(paging.limit, 1);
        let (got, next, _) = read(1, &mut keys(0..5), |_, _| {});
        assert_eq!((got, next), (keys(0..5), Next::Done));
    }
}
