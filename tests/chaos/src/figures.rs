//! What is counted in schedules, and printed.

/// The figures of one or more schedules.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    pub schedules: u64,
    pub faults: u64,
    /// Ends of the agent's process, by kill -9 or SIGTERM.
    pub ends: u64,
    /// Events accepted, each once.
    pub accepted: u64,
    /// Posts refused, with 503 or because nobody listened.
    pub refused: u64,
    /// Deliveries that were owed: each event once for each stream.
    pub owed: u64,
    pub lost: u64,
    pub invented: u64,
    pub altered: u64,
    /// Events that a filter kept out, each once for each stream.
    pub kept_out: u64,
    /// Requests, and places in the database or an export, where something was to be redacted.
    pub leaked: u64,
    /// Events offered again after a post without an answer, which were in the journal already.
    pub appended_twice: u64,
    /// Deliveries beyond the first of an event that is in the journal once.
    pub duplicates: u64,
    /// As many duplicates as the faults account for at most.
    pub duplicates_allowed: u64,
    /// Milliseconds from the end of all faults until nothing waited; the longest.
    pub slowest_drain: u64,
}

impl Figures {
    pub fn add(&mut self, other: &Self) {
        self.schedules += other.schedules;
        self.faults += other.faults;
        self.ends += other.ends;
        self.accepted += other.accepted;
        self.refused += other.refused;
        self.owed += other.owed;
        self.lost += other.lost;
        self.invented += other.invented;
        self.altered += other.altered;
        self.kept_out += other.kept_out;
        self.leaked += other.leaked;
        self.appended_twice += other.appended_twice;
        self.duplicates += other.duplicates;
        self.duplicates_allowed += other.duplicates_allowed;
        self.slowest_drain = self.slowest_drain.max(other.slowest_drain);
    }
}

impl std::fmt::Display for Figures {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            out,
            "{} schedules, {} faults ({} ends of the process): {} events accepted, {} posts refused, \
             {} deliveries owed, {} kept out by filters; lost {}, invented {}, altered {}, leaked {}, \
             appended twice {}, duplicates {} of \
             at most {}; slowest drain {} ms",
            self.schedules,
            self.faults,
            self.ends,
            self.accepted,
            self.refused,
            self.owed,
            self.kept_out,
            self.lost,
            self.invented,
            self.altered,
            self.leaked,
            self.appended_twice,
            self.duplicates,
            self.duplicates_allowed,
            self.slowest_drain
        )
    }
}
