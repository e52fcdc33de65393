//! Remembers which of Zendesk's measurements of a ticket were observed.
//!
//! Zendesk's metric sets can fall and can come late. So a record remembers what was observed, and each value is
//! observed exactly once, also after restarts and replays.

use super::family::{self, TicketFamily};
use crate::ticket::{MetricSet, Minutes};

/// The memory of one ticket's metric sets, stored in its record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Measured {
    /// Whether an earlier row had a metric set. If not, the values of the first one may be older than the ledger.
    pub carried: bool,
    /// Whether the latest set says that an agent has replied.
    pub replied: bool,
    /// Whether the first reply was observed; it happens once for each ticket.
    pub first_reply: bool,
    /// Whether the first resolution was observed; it happens once for each ticket.
    pub first_resolution: bool,
    /// The values that were null when the ticket was solved, and are still expected.
    pub pending: Pending,
}

/// A set of values that exist for each resolution, as bits in the order of [`PER_RESOLUTION`]. Example: `0b101`
/// expects `FULL_RESOLUTION` and `REQUESTER_WAIT`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pending(u16);

/// Whether a row solves or reopens the ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// The row does neither.
    None,
    /// The ticket became solved or closed, and that was counted.
    Solved,
    /// The ticket became unsolved or was deleted, so pending values will never come.
    Reopened,
}

/// The observations of a row, in seconds or as counts.
pub type Observed = Vec<(TicketFamily, u64)>;

/// Whether the values of a ticket are observed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObservationRule {
    /// Never: the row belongs to the first sync, or is the first of an older ticket.
    Never,
    /// Always: the ticket was created after the first sync began.
    Always,
    /// Only after the ticket's first metric set. The values of the first one may be from any time: before the
    /// ledger had the ticket, or while the setting was off.
    AfterFirstSet,
}

impl Pending {
    /// The number of values that can be pending.
    const VALUES: u32 = 10;

    /// Whether no value is pending.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl Measured {
    /// The number of bits of the stored form.
    pub const BITS: u32 = 4 + Pending::VALUES;

    /// The memory after a row with `set`, and the observations of the row.
    #[must_use]
    pub fn after(
        self,
        set: Option<&MetricSet>,
        resolution: Resolution,
        rule: ObservationRule,
    ) -> (Self, Observed) {
        let mut pending = match resolution {
            Resolution::Reopened => 0,
            // If no row had a set, no value is expected: the first set is not observed.
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

    /// The memory of a ticket that is gone: no value is pending any more.
    #[must_use]
    pub const fn gone(self) -> Self {
        Self {
            pending: Pending(0),
            ..self
        }
    }

    /// The stored form: `carried` is bit 0, `replied` bit 1, `first_reply` bit 2, `first_resolution` bit 3, and the
    /// pending values are bits 4 to 13. Example: `0b1_1111` is a ticket of which everything was observed except
    /// `FULL_RESOLUTION`.
    pub fn to_bits(self) -> u16 {
        u16::from(self.carried)
            | u16::from(self.replied) << 1
            | u16::from(self.first_reply) << 2
            | u16::from(self.first_resolution) << 3
            | self.pending.0 << 4
    }

    /// Reads the stored form; `None` if no memory has these bits.
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
    // Zendesk measures in minutes; Prometheus's base unit is seconds.
    minutes.map(|minutes| 60 * u64::from(minutes))
}

/// The values of a pair, in calendar time and in business hours, that are not null.
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

/// The histograms that get a value at each resolution. States store this order: a record has a bit for each.
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

/// The values for [`PER_RESOLUTION`], in the same order.
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
