//! How many tickets there are in each status, now and a while ago.
//!
//! PURE. Zendesk's search counts from an index that lags; what is kept for it are numbers, not
//! copies of the world.

use std::collections::VecDeque;

use crate::vocabulary::Status;

/// Longest lag of the index, in seconds. One entry a second at most, so it bounds the history too.
pub const LAG_SECONDS_MAX: i64 = 3600;

/// Tickets by status, in the order of [`Status::ALL`].
type ByStatus = [u64; Status::ALL.len()];

/// Counts of the tickets that exist.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    now: ByStatus,
    /// When counts became what, oldest first.
    history: VecDeque<(i64, ByStatus)>,
}

impl Counts {
    /// A ticket went from one status to another at `now`; `None` where it does not exist.
    pub fn moved(&mut self, from: Option<Status>, to: Option<Status>, now: i64) {
        if from == to {
            return;
        }
        if let Some(from) = from {
            let count = &mut self.now[usize::from(from.index())];
            *count = count.saturating_sub(1);
        }
        if let Some(to) = to {
            self.now[usize::from(to.index())] += 1;
        }
        match self.history.back_mut() {
            Some((at, counts)) if *at == now => *counts = self.now,
            _ => self.history.push_back((now, self.now)),
        }
        // One entry from before the longest lag says how things were then.
        while let Some((second, _)) = self.history.get(1)
            && *second <= now - LAG_SECONDS_MAX
        {
            self.history.pop_front();
        }
    }

    /// Tickets in `status` as of `at`. Nothing is known beyond [`LAG_SECONDS_MAX`]: what was
    /// there first is taken for what always was.
    pub fn as_of(&self, status: Status, at: i64) -> u64 {
        let entry = self.history.iter().rev().find(|(since, _)| *since <= at);
        let oldest = self.history.front();
        entry
            .or(oldest)
            .map_or(0, |(_, counts)| counts[usize::from(status.index())])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_told_as_they_were() {
        let mut counts = Counts::default();
        counts.moved(None, Some(Status::New), 10);
        counts.moved(None, Some(Status::New), 20);
        counts.moved(Some(Status::New), Some(Status::Open), 30);
        counts.moved(Some(Status::Open), None, 40);
        for (at, new, open) in [(10, 1, 0), (19, 1, 0), (20, 2, 0), (35, 1, 1), (50, 1, 0)] {
            assert_eq!(counts.as_of(Status::New, at), new, "new at {at}");
            assert_eq!(counts.as_of(Status::Open, at), open, "open at {at}");
        }
    }

    #[test]
    fn the_history_is_bounded_and_reaches_back_far_enough() {
        let mut counts = Counts::default();
        for at in 0..2 * LAG_SECONDS_MAX {
            counts.moved(None, Some(Status::Open), at);
        }
        assert!(counts.history.len() <= 1 + usize::try_from(LAG_SECONDS_MAX).unwrap());
        let now = 2 * LAG_SECONDS_MAX - 1;
        let then = counts.as_of(Status::Open, now - LAG_SECONDS_MAX);
        assert_eq!(then, LAG_SECONDS_MAX.unsigned_abs());
    }
}
