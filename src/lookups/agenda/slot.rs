//! A lookup with its time and the state of its round of pages.

use std::collections::HashSet;
use std::time::Duration;

use super::plan::{COUNTED, HOUR, Lookup, NAMES_EVERY, Plan};
use crate::clock::Moment;
use crate::schedule::SEARCH_COUNTS_EVERY_MIN;

/// A lookup on the agenda.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) lookup: Lookup,
    pub(super) every: Duration,
    pub(super) due: Duration,
    /// Whether it is a count that was not requested since the start.
    pub(super) is_first: bool,
    /// Whether Zendesk last refused it because of the credentials.
    pub(super) lacks_login: bool,
    /// The requests of one round: the pages of the last round, or of this one if it has more.
    pub(super) requests_per_round: u32,
    /// The pages that were read in this round, and where the next one begins.
    pub(super) pages: u32,
    pub(super) after: Option<String>,
    /// Hashes of the positions at which the pages of this round began; at most [`PAGES_MAX`](super::PAGES_MAX).
    pub(super) begun: HashSet<u64>,
}

/// All lookups of a plan, due at `now`.
pub(super) fn slots(plan: &Plan, now: Moment) -> Vec<Slot> {
    let counts = plan.search_counts_every.into_iter().flat_map(|every| {
        let every = every.max(SEARCH_COUNTS_EVERY_MIN);
        COUNTED.map(|status| (Lookup::Count(status), every))
    });
    let names = plan.names.iter();
    let names = names.map(|set| (Lookup::Names(*set), NAMES_EVERY));
    let slot = |(lookup, every)| Slot {
        lookup,
        every,
        due: now.monotonic,
        is_first: false,
        lacks_login: false,
        requests_per_round: 1,
        pages: 0,
        after: None,
        begun: HashSet::new(),
    };
    counts.chain(names).map(slot).collect()
}

impl Slot {
    pub(super) fn end_round(&mut self, now: Moment) {
        self.begin_again();
        self.is_first = false;
        self.lacks_login = false;
        self.due = now.monotonic + self.every;
    }

    pub(super) fn begin_again(&mut self) {
        self.pages = 0;
        self.after = None;
        self.begun.clear();
    }

    pub(super) fn requests_per_hour(&self) -> u32 {
        // Intervals are at least a minute, so this is at most 60.
        let rounds = HOUR.as_secs().div_ceil(self.every.as_secs().max(1));
        u32::try_from(rounds)
            .unwrap_or(u32::MAX)
            .saturating_mul(self.requests_per_round)
    }
}
