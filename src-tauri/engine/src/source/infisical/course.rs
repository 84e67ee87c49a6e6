//! Which window is read next. Pure: the time is passed in.
//!
//! Times are Infisical's own. A row may appear some time after the moment it bears, but no later
//! than the overlap; so whatever is read of the last moments is read again later. Always holds:
//! every event from before `settled` is taken, and a sweep goes from there to the present in
//! windows that abut. Windows are half-open, `[start, end)`.

use crate::clock::Millis;

/// Just below three months of any length, the most that Infisical takes.
pub(super) const WIDEST: Millis = 88 * DAY;
const DAY: Millis = 24 * 60 * 60 * 1000;
/// Where nothing is known of how dense events are.
const FIRST: Millis = DAY;
/// How many rows a window should have.
pub(super) const WANTED: usize = 5_000;
/// A sweep with more rows than this is not repeated whole each time.
const CHEAP: usize = 1_000;
/// Windows that have to go well before wider ones are tried again.
const WELL: u32 = 8;
/// How far back a sweep of the newest alone reaches.
const NEWEST: Millis = 10_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    pub start: Millis,
    /// The first moment that is not part of it.
    pub end: Millis,
}

impl Window {
    pub fn span(self) -> Millis {
        self.end - self.start
    }
}

#[derive(Debug, Clone)]
pub(super) struct Course {
    overlap: Millis,
    /// Every event from before is taken.
    settled: Millis,
    /// Where the sweep goes on.
    at: Millis,
    /// Everything between `settled` and `at` was read at this time or later.
    since: Millis,
    /// The sweep began at `settled`, not further on.
    whole: bool,
    rows: usize,
    /// When the last whole sweep began, and how many rows it had.
    last_whole: (Millis, usize),
    span: Millis,
    /// Wider windows took Infisical too long.
    widest: Millis,
    /// The widest window that was taken since.
    proven: Millis,
    /// Windows read since that was found out.
    well: u32,
}

impl Course {
    pub fn new(settled: Millis, overlap: Millis) -> Self {
        Self {
            overlap,
            settled,
            at: settled,
            since: settled,
            whole: true,
            rows: 0,
            last_whole: (settled, 0),
            span: FIRST,
            widest: WIDEST,
            proven: 0,
            well: 0,
        }
    }

    pub fn settled(&self) -> Millis {
        self.settled
    }

    /// Where the sweep stands.
    pub fn at(&self) -> Millis {
        self.at
    }

    /// The same course, with all of its past moved by `by`.
    pub fn shift(&mut self, by: Millis) {
        *self = Self::new(self.settled + by, self.overlap);
    }

    /// The next window; `None` where there is nothing to read before `now`.
    pub fn next(&self, now: Millis) -> Option<Window> {
        let end = now.min(self.at.saturating_add(self.span));
        (self.at < end).then_some(Window {
            start: self.at,
            end,
        })
    }

    /// The reading of the next window began at this time, by what Infisical said then.
    pub fn began(&mut self, at: Millis) {
        if self.at == self.settled {
            self.since = at;
        }
    }

    /// `window` is too much at once: it is read in parts, the first of them `span` long at most.
    pub fn narrow(&mut self, window: Window, span: Millis) {
        self.span = span.min(window.span() / 2).max(1);
    }

    /// `window` took Infisical too long: for a while none is as wide.
    pub fn too_wide(&mut self, window: Window) {
        self.widest = (window.span() / 4).max(1);
        self.proven = self.proven.min(self.widest);
        self.well = 0;
        self.narrow(window, self.widest);
    }

    /// Whether a window as wide as this one was taken before.
    pub fn has_gone_well(&self, window: Window) -> bool {
        window.span() <= self.proven
    }

    /// What will be settled once `window` is taken.
    pub fn settled_after(&self, window: Window) -> Millis {
        if self.whole {
            self.settled.max(window.end.min(self.since - self.overlap))
        } else {
            self.settled
        }
    }

    /// `window` was taken and had this many rows; `true` where it reached the present.
    pub fn took(&mut self, window: Window, rows: usize, now: Millis) -> bool {
        let full_span = window.span() >= self.span;
        self.settled = self.settled_after(window);
        self.at = window.end;
        self.proven = self.proven.max(window.span());
        self.rows += rows;
        if full_span {
            let factor = WANTED as f64 / rows.max(1) as f64;
            let span = window.span() as f64 * factor.clamp(0.25, 8.0);
            self.well += 1;
            if self.well.is_multiple_of(WELL) {
                self.widest = (self.widest * 2).min(WIDEST);
            }
            self.span = (span as Millis).clamp(1, self.widest);
            return false;
        }
        if self.whole {
            self.last_whole = (self.since, self.rows);
        }
        self.rows = 0;
        self.whole = self.last_whole.1 <= CHEAP || now - self.last_whole.0 >= self.overlap / 2;
        self.at = if self.whole {
            self.settled
        } else {
            self.settled.max(window.end - NEWEST)
        };
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    const MINUTE: Millis = 60_000;
    const OVERLAP: Millis = 90_000;

    #[test]
    fn catching_up_goes_in_abutting_windows_from_the_oldest_to_the_present() {
        let (now, start) = (1_000 * DAY, 100 * DAY);
        let mut course = Course::new(start, OVERLAP);
        let mut end = start;
        for _ in 0..100 {
            let window = course.next(now).expect("a window");
            course.began(now);
            assert_eq!(window.start, end);
            assert!(window.span() <= WIDEST && window.end <= now);
            end = window.end;
            if course.took(window, 0, now) {
                assert_eq!((end, course.settled()), (now, now - OVERLAP));
                return;
            }
            assert_eq!(course.settled(), end, "all of it is old");
        }
        panic!("it never arrives");
    }

    #[test]
    fn a_window_grows_where_little_happened_and_shrinks_where_much_did() {
        let mut course = Course::new(0, OVERLAP);
        let spans: Vec<Millis> = [0, 0, 0, 50_000, 50_000, 5_000, 1_000]
            .into_iter()
            .map(|rows| {
                let window = course.next(10_000 * DAY).expect("a window");
                course.began(10_000 * DAY);
                course.took(window, rows, 10_000 * DAY);
                window.span() / DAY
            })
            .collect();
        assert_eq!(spans, [1, 8, 64, 88, 22, 5, 5]);
    }

    #[test]
    fn what_is_too_much_is_read_in_parts_down_to_one_millisecond() {
        let mut course = Course::new(0, OVERLAP);
        let mut window = course.next(DAY).expect("a window");
        for _ in 0..40 {
            let wished = window.span() / 4;
            course.narrow(window, wished);
            let part = course.next(DAY).expect("a part");
            assert_eq!(part.start, window.start);
            assert!(part.span() < window.span() || part.span() == 1);
            window = part;
        }
        assert_eq!(window.span(), 1);
    }

    #[test]
    fn what_takes_too_long_is_not_tried_again_at_once() {
        let (now, limit) = (1_000 * DAY, 3 * DAY);
        let mut course = Course::new(0, OVERLAP);
        let (mut windows, mut refused) = (0, 0);
        while let Some(window) = course.next(now) {
            course.began(now);
            windows += 1;
            if window.span() > limit {
                refused += 1;
                course.too_wide(window);
            } else if course.took(window, 0, now) {
                break;
            }
        }
        assert!(refused * 5 < windows, "{refused} of {windows}");
    }

    #[test]
    fn the_last_moments_are_read_again_until_they_are_settled() {
        let mut course = Course::new(0, OVERLAP);
        let mut now = 10 * MINUTE;
        let window = course.next(now).expect("a window");
        course.began(now);
        assert!(course.took(window, 3, now));
        assert_eq!(course.settled(), now - OVERLAP);
        now += 5_000;
        let again = course.next(now).expect("a window");
        course.began(now);
        assert_eq!(
            again,
            Window {
                start: 10 * MINUTE - OVERLAP,
                end: now
            }
        );
        assert!(course.took(again, 3, now));
        assert_eq!(course.settled(), now - OVERLAP);
        assert_eq!(course.next(course.settled()), None, "there is no future");
    }

    #[test]
    fn a_clock_that_leaps_ahead_settles_nothing_that_is_not_read() {
        let (there, leapt) = (10 * MINUTE, 70 * MINUTE);
        let mut course = Course::new(0, OVERLAP);
        let window = course.next(leapt).expect("a window");
        course.began(there);
        assert!(course.took(window, 3, leapt));
        assert_eq!(course.settled(), there - OVERLAP);
    }

    #[test]
    fn a_busy_log_is_not_read_whole_each_time_but_each_moment_is_once_it_is_settled() {
        let mut course = Course::new(0, OVERLAP);
        let mut now = 2 * MINUTE;
        // For each second of event time, when it was read last.
        let mut read: BTreeMap<Millis, Millis> = BTreeMap::new();
        let mut rows = 0;
        for _ in 0..400 {
            while let Some(window) = course.next(now) {
                course.began(now);
                let count = usize::try_from(window.span() / 10).expect("positive");
                rows += count;
                for second in window.start / 1000..window.end / 1000 {
                    read.insert(second, now);
                }
                let before = course.settled_after(window);
                let arrived = course.took(window, count, now);
                assert_eq!(course.settled(), before);
                for second in 0..course.settled() / 1000 {
                    assert!(
                        read[&second] >= second * 1000 + OVERLAP,
                        "{second} came too early"
                    );
                }
                if arrived {
                    break;
                }
            }
            now += 5_000;
        }
        assert!(
            now - course.settled() <= 2 * OVERLAP,
            "it does not fall behind"
        );
        let events = usize::try_from(now / 10).expect("positive");
        assert!(rows < 8 * events, "{rows} rows for {events} events");
    }

    #[test]
    fn a_log_too_dense_for_the_overlap_still_gets_to_the_present() {
        let mut course = Course::new(0, OVERLAP);
        let mut now = 20 * MINUTE;
        for _ in 0..10_000 {
            let window = course.next(now).expect("a window");
            course.began(now);
            // 2,000 events a second; it takes 200 ms to read a window.
            let rows = usize::try_from(window.span() * 2).expect("positive");
            if rows > 10_000 {
                course.narrow(window, 2_500);
                continue;
            }
            now += 200;
            if course.took(window, rows, now) {
                assert!(course.settled() >= 20 * MINUTE - OVERLAP);
                return;
            }
        }
        panic!("it never arrives: {course:?}");
    }
}
