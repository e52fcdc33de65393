//! The lines of lookups: names for ids, and the counts of Zendesk's search.
//!
//! PURE. They are shown as soon as they are known, also during the first sync.

use super::catalog::{COUNT_DRIFT, Family};
use super::family_lines::{FamilyLines, Writer};
use crate::ledger::{TicketFamily, family};
use crate::ticket::{NamedSet, Status, UnixSeconds};

/// A count of Zendesk's search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CountLine {
    /// The status that was counted.
    pub status: Status,
    /// The number of tickets.
    pub count: u64,
    /// When it was counted.
    pub at: UnixSeconds,
    /// The number of the ledger minus this one, if the ledger has one to compare.
    pub drift: Option<i64>,
}

impl FamilyLines {
    /// Renders the names, by set and id, and the counts.
    pub fn of_lookups<'a>(
        account: &str,
        names: impl Iterator<Item = (NamedSet, i64, &'a str)>,
        counts: impl Iterator<Item = CountLine>,
    ) -> Self {
        let mut writer = Writer::new(account);
        let mut write = |family: &'static Family, values: &[&str], value: f64| {
            debug_assert_eq!(family.labels.len(), values.len(), "{}", family.name);
            let labels = family.labels.iter().copied().zip(values.iter().copied());
            writer.write(family, labels, value);
        };
        for (set, id, name) in names {
            let family = TicketFamily::names_of(set).family();
            write(family, &[&id.to_string(), name], 1.0);
        }
        for count in counts {
            // Counts are far below 2^53, above which f64 is not exact.
            let status = [count.status.label()];
            write(family::SEARCH_TICKETS.family(), &status, count.count as f64);
            let at = count.at.0 as f64;
            write(family::SEARCH_TICKETS_TIMESTAMP.family(), &status, at);
            if let Some(drift) = count.drift {
                write(&COUNT_DRIFT, &status, drift as f64);
            }
        }
        writer.into()
    }
}
