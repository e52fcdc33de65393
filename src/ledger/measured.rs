//! Which of Zendesk's measurements of a ticket have been taken already.
//!
//! Zendesk's metric sets are not monotonic and may come late, so a ticket carries a memory of
//! what was observed: each value is taken exactly once, over restarts and replays.

use crate::ticket::{MetricSet, Minutes};

/// What a record remembers of its metric sets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Measured {
    /// A row carried a metric set before. Until then the ticket counts as adopted for what the
    /// first one carries.
    pub carried: bool,
    /// An agent has replied.
    pub replied: bool,
    /// The first reply was observed; it happens once per ticket.
    pub first_reply: bool,
    /// The first resolution was observed; it happens once per ticket.
    pub first_resolution: bool,
    /// The values that were null when the ticket was solved and are awaited still.
    pub pending: Pending,
}

/// A set of the per-resolution values, as bits in the order of [`per_resolution`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pending(u16);

/// Whether this row solves or reopens the ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Neither.
    None,
    /// The ticket turned solved or closed, and that was counted.
    Solved,
    /// The ticket turned unsolved, or is gone: what was pending will never come.
    Reopened,
}

impl Pending {
    /// How many values can be pending.
    const VALUES: u32 = 10;

    /// Whether nothing is awaited.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl Measured {
    /// Bits in the stored form.
    pub const BITS: u32 = 4 + Pending::VALUES;

    /// The memory after a row that carried `set`.
    #[must_use]
    pub fn after(self, set: Option<&MetricSet>, turn: Turn) -> Self {
        let mut pending = match turn {
            Turn::Reopened => 0,
            // Without any set so far there is nothing to wait for: the first one is adopted.
            Turn::Solved if self.carried || set.is_some() => (1 << Pending::VALUES) - 1,
            Turn::Solved | Turn::None => self.pending.0,
        };
        let Some(set) = set else {
            return Self {
                pending: Pending(pending),
                ..self
            };
        };
        for (bit, value) in per_resolution(set).into_iter().enumerate() {
            if value.is_some() {
                pending &= !(1 << bit);
            }
        }
        if !self.carried && turn != Turn::Solved {
            pending = 0;
        }
        Self {
            carried: true,
            replied: self.replied || set.replies.is_some_and(|count| count > 0) || has(set.reply),
            first_reply: self.first_reply || has(set.reply),
            first_resolution: self.first_resolution || has(set.first_resolution),
            pending: Pending(pending),
        }
    }

    /// The stored form.
    pub fn to_bits(self) -> u16 {
        u16::from(self.carried)
            | u16::from(self.replied) << 1
            | u16::from(self.first_reply) << 2
            | u16::from(self.first_resolution) << 3
            | self.pending.0 << 4
    }

    /// Reads the stored form; `None` if no record has these bits.
    pub fn from_bits(bits: u16) -> Option<Self> {
        (u32::from(bits) < 1 << Self::BITS).then_some(Self {
            carried: bits & 1 != 0,
            replied: bits & 2 != 0,
            first_reply: bits & 4 != 0,
            first_resolution: bits & 8 != 0,
            pending: Pending(bits >> 4),
        })
    }
}

fn has(minutes: Minutes) -> bool {
    minutes.calendar.is_some() || minutes.business.is_some()
}

/// The values that are taken at each resolution; their order is part of the stored format.
fn per_resolution(set: &MetricSet) -> [Option<u32>; Pending::VALUES as usize] {
    [
        set.full_resolution.calendar,
        set.full_resolution.business,
        set.requester_wait.calendar,
        set.requester_wait.business,
        set.agent_wait.calendar,
        set.agent_wait.business,
        set.on_hold.calendar,
        set.on_hold.business,
        set.replies,
        set.reopens,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    const CARRIED: Measured = Measured {
        carried: true,
        replied: false,
        first_reply: false,
        first_resolution: false,
        pending: Pending(0),
    };

    fn full_set() -> MetricSet {
        let both = Minutes {
            calendar: Some(3),
            business: Some(2),
        };
        MetricSet {
            reply: both,
            first_resolution: both,
            full_resolution: both,
            requester_wait: both,
            agent_wait: both,
            on_hold: both,
            replies: Some(1),
            reopens: Some(0),
        }
    }

    #[test]
    fn a_value_that_is_null_when_solved_stays_pending_until_a_row_carries_it() {
        let mut late = full_set();
        late.full_resolution.calendar = None;
        let solved = CARRIED.after(Some(&late), Turn::Solved);
        assert_eq!(solved.pending, Pending(1));
        assert_eq!(solved.after(None, Turn::None), solved);
        assert!(
            solved
                .after(Some(&full_set()), Turn::None)
                .pending
                .is_empty()
        );
    }

    #[test]
    fn a_reopen_gives_up_what_was_pending() {
        let solved = CARRIED.after(Some(&MetricSet::default()), Turn::Solved);
        assert!(!solved.pending.is_empty());
        assert!(
            solved
                .after(Some(&MetricSet::default()), Turn::Reopened)
                .pending
                .is_empty()
        );
    }

    #[test]
    fn a_ticket_that_never_carried_a_set_waits_for_nothing() {
        let solved = Measured::default().after(None, Turn::Solved);
        assert_eq!(solved, Measured::default());
        assert!(
            solved
                .after(Some(&MetricSet::default()), Turn::None)
                .pending
                .is_empty()
        );
    }

    #[test]
    fn first_reply_and_first_resolution_are_remembered_for_ever() {
        let seen = CARRIED.after(Some(&full_set()), Turn::None);
        assert!(seen.replied && seen.first_reply && seen.first_resolution);
        let later = seen.after(Some(&MetricSet::default()), Turn::Reopened);
        assert!(later.replied && later.first_reply && later.first_resolution);
    }
}
