//! How often a ticket was reopened, and how often no row showed it.
//!
//! Zendesk counts the reopens of each ticket in its metric set. The growth of that number shows reopens that came and
//! went between two rows. A metric set can be late, lag or be missing, so a record keeps the greatest number so far,
//! and only what exceeds it is new.

use crate::ticket::MetricSet;

/// Most hidden reopens that one row can count. A person or an automation reopens a ticket a few times between two
/// polls, and a trigger that fights another one some hundred times in a day without a poll. A number that grew by more
/// is taken for a mistake: it is kept, but not counted, so that one wrong number does not spoil a counter for ever.
pub const HIDDEN_REOPENS_MAX: u32 = 1_000;

/// The reopens of a ticket that are accounted for: counted as events, or older than the counting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reopens {
    /// Zendesk's number, or the number that rows showed if that is larger. It never falls.
    pub count: u32,
    /// Whether Zendesk's number is part of `count`. If not, the next metric set can contain reopens of any time.
    /// States before schema 5 did not store it.
    pub is_stated: bool,
}

/// What is known of the time before a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Past {
    /// The ticket was created while events were counted, and had no reopen then.
    Created,
    /// Record and row both show a ticket that is unsolved, solved or closed, and its events count.
    Recorded,
    /// Reopens can have happened at any time: the row adopts or restores the ticket, it is not known what the ticket
    /// was or is, or its events do not count.
    Unknown,
}

/// What a row says about reopens.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<'a> {
    /// Its metric set.
    pub(super) set: Option<&'a MetricSet>,
    /// Whether the row shows the reopen of a ticket that was solved or closed.
    pub(super) is_reopened: bool,
    /// Whether the row shows an unsolved ticket.
    pub(super) is_unsolved: bool,
    /// What is known of the time before the row.
    pub(super) past: Past,
}

/// What follows from a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct AfterRow {
    /// The reopens that are accounted for after the row.
    pub(super) reopens: Reopens,
    /// How often the ticket was solved and reopened without a row that showed it.
    pub(super) hidden: u32,
    /// Whether the number grew by more than [`HIDDEN_REOPENS_MAX`], so that the growth was not counted.
    pub(super) is_doubted: bool,
}

impl Reopens {
    /// The reopens after a row.
    ///
    /// Example: 2 are accounted for, and the ticket was open. A row that says that it is open, with a metric set that
    /// says 3, shows one hidden reopen. If it was solved and is open, the row itself shows the third reopen: none was
    /// hidden, whether the metric set says 3 or, being late, still 2.
    pub(super) fn after(self, row: Row<'_>) -> AfterRow {
        let is_exact = match row.past {
            Past::Created => true,
            Past::Recorded => self.is_stated,
            Past::Unknown => false,
        };
        let seen = self.count.saturating_add(u32::from(row.is_reopened));
        let stated = row.set.and_then(|set| set.reopens);
        // A first number that lacks a reopen would count it with the next row, whenever it happened.
        let lacks_one = !is_exact && row.is_unsolved && row.set.is_some_and(says_solved);
        let stated = stated.map(|number| number.saturating_add(u32::from(lacks_one)));
        let count = stated.map_or(seen, |number| number.max(seen));
        let grown = if is_exact { count - seen } else { 0 };
        let is_doubted = grown > HIDDEN_REOPENS_MAX;
        AfterRow {
            reopens: Self {
                count,
                is_stated: self.is_stated || stated.is_some(),
            },
            hidden: if is_doubted { 0 } else { grown },
            is_doubted,
        }
    }
}

/// Whether a metric set is of a ticket that is solved. In the row of an unsolved ticket it is then one row late, and
/// lacks the reopen. A reopen takes the full resolution away; `solved_at` may stay, so it must be the latest change of the
/// status.
fn says_solved(set: &MetricSet) -> bool {
    let is_latest = |solved_at| set.status_updated_at.is_none_or(|at| at <= solved_at);
    set.full_resolution.calendar.is_some() || set.solved_at.is_some_and(is_latest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticket::{Minutes, UnixSeconds};

    const STATED_2: Reopens = Reopens {
        count: 2,
        is_stated: true,
    };

    /// A metric set with this number of reopens.
    fn set(reopens: u32) -> MetricSet {
        MetricSet {
            reopens: Some(reopens),
            ..MetricSet::default()
        }
    }

    const fn row(set: Option<&MetricSet>, past: Past) -> Row<'_> {
        Row {
            set,
            is_reopened: false,
            is_unsolved: true,
            past,
        }
    }

    fn counted(after: AfterRow) -> (u32, bool, u32) {
        (after.reopens.count, after.reopens.is_stated, after.hidden)
    }

    #[test]
    fn only_what_exceeds_the_number_of_the_record_and_the_reopen_of_the_row_is_hidden() {
        // Number of the set, whether the row reopens: count, hidden.
        let table = [
            (None, false, (2, 0)),
            (None, true, (3, 0)),
            (Some(0), false, (2, 0)),
            (Some(2), false, (2, 0)),
            (Some(2), true, (3, 0)),
            (Some(3), true, (3, 0)),
            (Some(3), false, (3, 1)),
            (Some(5), true, (5, 2)),
        ];
        for (number, is_reopened, (count, hidden)) in table {
            let set = number.map(set);
            let row = Row {
                is_reopened,
                ..row(set.as_ref(), Past::Recorded)
            };
            let after = STATED_2.after(row);
            assert_eq!(counted(after), (count, true, hidden), "{number:?}");
            assert!(!after.is_doubted);
        }
    }

    #[test]
    fn the_first_number_of_a_ticket_is_no_event_unless_it_was_created() {
        let unstated = Reopens {
            count: 2,
            is_stated: false,
        };
        let (set, nothing) = (set(9), MetricSet::default());
        for (before, past, hidden) in [
            (unstated, Past::Recorded, 0),
            (unstated, Past::Unknown, 0),
            (unstated, Past::Created, 7),
            (STATED_2, Past::Unknown, 0),
            (STATED_2, Past::Recorded, 7),
        ] {
            let after = before.after(row(Some(&set), past));
            assert_eq!(counted(after), (9, true, hidden), "{past:?}");
            // A set without a number is like none.
            for set in [None, Some(&nothing)] {
                let after = before.after(row(set, past));
                assert_eq!(counted(after), (2, before.is_stated, 0), "{past:?}");
            }
        }
    }

    #[test]
    fn a_first_number_of_before_the_reopen_is_one_more() {
        let at = |seconds| Some(UnixSeconds(seconds));
        let resolved = MetricSet {
            full_resolution: Minutes {
                calendar: Some(7),
                business: None,
            },
            ..set(4)
        };
        let solved = |solved_at, status_updated_at| MetricSet {
            solved_at,
            status_updated_at,
            ..set(4)
        };
        for (set, is_late) in [
            (set(4), false),
            (resolved, true),
            (solved(at(500), None), true),
            (solved(at(500), at(500)), true),
            // The set is of a time after the reopen.
            (solved(at(500), at(501)), false),
        ] {
            let first = row(Some(&set), Past::Unknown);
            let count = 4 + u32::from(is_late);
            let after = Reopens::default().after(first);
            assert_eq!(counted(after), (count, true, 0), "{set:?}");
            // The ticket is solved, so it was not reopened; or the number counts.
            let is_unsolved = false;
            let done = Row {
                is_unsolved,
                ..first
            };
            assert_eq!(counted(Reopens::default().after(done)), (4, true, 0));
            let later = row(Some(&set), Past::Recorded);
            assert_eq!(counted(STATED_2.after(later)), (4, true, 2));
        }
    }

    #[test]
    fn a_number_that_grew_by_more_than_a_ticket_can_is_kept_and_not_counted() {
        for (number, hidden, is_doubted) in [
            (2 + HIDDEN_REOPENS_MAX, HIDDEN_REOPENS_MAX, false),
            (3 + HIDDEN_REOPENS_MAX, 0, true),
            (u32::MAX, 0, true),
        ] {
            let set = set(number);
            let after = STATED_2.after(row(Some(&set), Past::Recorded));
            assert_eq!(counted(after), (number, true, hidden));
            assert_eq!(after.is_doubted, is_doubted);
            // It is told once.
            let again = after.reopens.after(row(Some(&set), Past::Recorded));
            assert_eq!(counted(again), (number, true, 0));
            assert!(!again.is_doubted);
        }
        // Nobody expects the first number to be small.
        let set = set(4_000_000_000);
        let first = Reopens::default().after(row(Some(&set), Past::Unknown));
        assert!(!first.is_doubted);
        let reopened = Row {
            is_reopened: true,
            ..row(None, Past::Recorded)
        };
        let full = Reopens {
            count: u32::MAX,
            is_stated: true,
        };
        assert_eq!(counted(full.after(reopened)), (u32::MAX, true, 0));
    }
}
