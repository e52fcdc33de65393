//! Which of Zendesk's measurements of a ticket have been taken already.
//!
//! Zendesk's metric sets are not monotonic and may come late, so a ticket carries a memory of
//! what was observed: each value is taken exactly once, over restarts and replays.

use super::family::{self, TicketFamily};
use crate::ticket::{MetricSet, Minutes};

/// What a record remembers of its metric sets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Measured {
    /// A row carried a metric set before. Until then the ticket counts as adopted for what the
    /// first one carries.
    pub carried: bool,
    /// An agent has replied, as the latest set says.
    pub replied: bool,
    /// The first reply was observed; it happens once per ticket.
    pub first_reply: bool,
    /// The first resolution was observed; it happens once per ticket.
    pub first_resolution: bool,
    /// The values that were null when the ticket was solved and are awaited still.
    pub pending: Pending,
}

/// A set of the per-resolution values, as bits in the order of [`PER_RESOLUTION`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pending(u16);

/// Whether a row solves or reopens the ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// Neither.
    None,
    /// The ticket turned solved or closed, and that was counted.
    Solved,
    /// The ticket turned unsolved, or was deleted: what was pending will never come.
    Reopened,
}

/// What a row gives to the histograms, in seconds or as counts.
pub type Observed = Vec<(TicketFamily, u64)>;

/// Whether the values of a ticket go into the histograms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObservationRule {
    /// Never: the row fills the ledger, or adopts a ticket.
    Never,
    /// Always: the ticket was created since the first sync began.
    Always,
    /// Unless the metric set is the first one of the ticket, which then can have happened at any time:
    /// before the ledger had the ticket, or while the setting was off.
    AfterFirstSet,
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

    /// The memory after a row that carried `set`, and what is observed of it now.
    #[must_use]
    pub fn after(
        self,
        set: Option<&MetricSet>,
        resolution: Resolution,
        rule: ObservationRule,
    ) -> (Self, Observed) {
        let mut pending = match resolution {
            Resolution::Reopened => 0,
            // Without any set so far there is nothing to wait for: the first one is adopted.
            Resolution::Solved if self.carried || set.is_some() => (1 << Pending::VALUES) - 1,
            Resolution::Solved | Resolution::None => self.pending.0,
        };
        let Some(set) = set else {
            let waiting = Self {
                pending: Pending(pending),
                ..self
            };
            return (waiting, Observed::new());
        };
        let mut observed = Observed::new();
        let is_observed = match rule {
            ObservationRule::Never => false,
            ObservationRule::Always => true,
            ObservationRule::AfterFirstSet => self.carried,
        };
        if is_observed && !self.first_reply {
            let measures = [family::FIRST_REPLY, family::FIRST_REPLY_BUSINESS];
            observed.extend(both(measures, set.reply));
        }
        if is_observed && !self.first_resolution {
            let measures = [family::FIRST_RESOLUTION, family::FIRST_RESOLUTION_BUSINESS];
            observed.extend(both(measures, set.first_resolution));
        }
        let values = PER_RESOLUTION.into_iter().zip(per_resolution(set));
        for (bit, (measure, value)) in values.enumerate() {
            if let Some(value) = value
                && pending >> bit & 1 == 1
            {
                pending &= !(1 << bit);
                if is_observed {
                    observed.push((measure, value));
                }
            }
        }
        if !self.carried && resolution != Resolution::Solved {
            pending = 0;
        }
        let after = Self {
            carried: true,
            replied: set.replies.is_some_and(|count| count > 0) || has(set.reply),
            first_reply: self.first_reply || has(set.reply),
            first_resolution: self.first_resolution || has(set.first_resolution),
            pending: Pending(pending),
        };
        (after, observed)
    }

    /// The memory of a ticket that is gone: what was pending will never come.
    #[must_use]
    pub const fn gone(self) -> Self {
        Self {
            pending: Pending(0),
            ..self
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

fn seconds(minutes: Option<u32>) -> Option<u64> {
    minutes.map(|minutes| 60 * u64::from(minutes))
}

/// The values that are there of a pair by the clock and in business hours.
fn both(
    measures: [TicketFamily; 2],
    minutes: Minutes,
) -> impl Iterator<Item = (TicketFamily, u64)> {
    let values = [minutes.calendar, minutes.business].map(seconds);
    measures
        .into_iter()
        .zip(values)
        .filter_map(|(measure, value)| Some((measure, value?)))
}

/// The histograms that take a value at each resolution. The order is part of the stored format: a
/// record keeps one bit for each.
const PER_RESOLUTION: [TicketFamily; Pending::VALUES as usize] = [
    family::FULL_RESOLUTION,
    family::FULL_RESOLUTION_BUSINESS,
    family::REQUESTER_WAIT,
    family::REQUESTER_WAIT_BUSINESS,
    family::AGENT_WAIT,
    family::AGENT_WAIT_BUSINESS,
    family::ON_HOLD,
    family::ON_HOLD_BUSINESS,
    family::REPLIES,
    family::REOPENS,
];

/// The values for [`PER_RESOLUTION`], in its order.
fn per_resolution(set: &MetricSet) -> [Option<u64>; Pending::VALUES as usize] {
    [
        seconds(set.full_resolution.calendar),
        seconds(set.full_resolution.business),
        seconds(set.requester_wait.calendar),
        seconds(set.requester_wait.business),
        seconds(set.agent_wait.calendar),
        seconds(set.agent_wait.business),
        seconds(set.on_hold.calendar),
        seconds(set.on_hold.business),
        set.replies.map(u64::from),
        set.reopens.map(u64::from),
    ]
}

#[cfg(test)]
mod tests;
