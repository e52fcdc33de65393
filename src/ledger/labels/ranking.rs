//! Counts the tickets with each open label value, to choose the values that are shown.
//!
//! PURE. During the first sync, values are shown in the order in which they come, and the export begins with the
//! tickets that changed longest ago. When the sync completes, the choice is made once, by current use.
//!
//! Example with `max_values: 2`: in the last 90 days 500 tickets had `web`, 300 `email` and 300 `chat`, and `email`
//! was seen before `chat`. Then `web` and `email` are shown, and `chat` is `other`.

use std::collections::BTreeMap;

use super::OpenSet;
use super::numbers::{NUMBER_NONE, NUMBER_OTHER};
use crate::ledger::record::{Life, TicketRecord};
use crate::ticket::{NamedSet, UnixSeconds};

/// How many seconds before the baseline a ticket may have changed last and still count.
const IN_USE_SECONDS: i64 = 90 * 24 * 3600;

/// The number of tickets by open set and value. At most as large as the dictionaries.
#[derive(Debug)]
pub struct Ranking {
    since: UnixSeconds,
    tickets: BTreeMap<(OpenSet, u16), u64>,
}

impl Ranking {
    /// A ranking of the tickets that changed in the 90 days before `baseline`, or later.
    pub fn before(baseline: UnixSeconds) -> Self {
        Self {
            since: baseline.plus(-IN_USE_SECONDS),
            tickets: BTreeMap::new(),
        }
    }

    /// Counts a ticket.
    pub fn count(&mut self, record: &TicketRecord) {
        let changed_at = record.updated_at.unwrap_or(record.order_key);
        if record.life != Life::Live || changed_at < self.since {
            return;
        }
        let channel = (OpenSet::Channel, record.channel);
        let named = NamedSet::ALL.iter();
        let named = named.map(|set| (OpenSet::Named(*set), record.named[*set]));
        let fields = record.fields.iter();
        let fields = fields.map(|(field, value)| (OpenSet::FieldValue(*field), *value));
        for key in [channel].into_iter().chain(named).chain(fields) {
            if !matches!(key.1, NUMBER_NONE | NUMBER_OTHER) {
                *self.tickets.entry(key).or_default() += 1;
            }
        }
    }

    /// The number of tickets with a value.
    pub(super) fn tickets(&self, set: OpenSet, number: u16) -> u64 {
        self.tickets
            .get(&(set, number))
            .copied()
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::testing::plain_record;

    #[test]
    fn tickets_count_that_are_there_and_were_changed_in_the_last_ninety_days() {
        let baseline = UnixSeconds(1_000_000_000);
        let day = 24 * 3600;
        let table = [
            (Life::Live, Some(0), 1),
            (Life::Live, Some(90), 1),
            (Life::Live, Some(91), 0),
            (Life::Live, None, 1),
            (Life::Tombstone, Some(0), 0),
            (Life::Swept, Some(0), 0),
        ];
        for (life, days_ago, expected) in table {
            let mut ranking = Ranking::before(baseline);
            ranking.count(&TicketRecord {
                life,
                updated_at: days_ago.map(|days| baseline.plus(-days * day)),
                order_key: baseline,
                channel: 7,
                fields: vec![(2, 9)],
                ..plain_record()
            });
            let found = [
                ranking.tickets(OpenSet::Channel, 7),
                ranking.tickets(OpenSet::FieldValue(2), 9),
            ];
            assert_eq!(found, [expected; 2], "{life:?} {days_ago:?}");
            assert_eq!(
                ranking.tickets(OpenSet::Named(NamedSet::Group), NUMBER_NONE),
                0
            );
        }
    }
}
