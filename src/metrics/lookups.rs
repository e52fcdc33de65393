//! The lines of what was looked up beside the export: names, and the search's counts.
//!
//! PURE. Shown as soon as it is known, also while the first sync still runs.

use super::catalog::{self, Family};
use super::text::write_sample;
use super::tickets::TicketLines;
use crate::ticket::NamedSet;
use crate::ticket::{Status, UnixSeconds};

/// A count of Zendesk's search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CountLine {
    /// Of which status.
    pub status: Status,
    /// Tickets.
    pub count: u64,
    /// When it was counted.
    pub at: UnixSeconds,
    /// Our number less this one, where there is one to compare.
    pub drift: Option<i64>,
}

impl TicketLines {
    /// Renders names by set and id, and counts.
    pub fn of_lookups<'a>(
        account: &str,
        names: impl Iterator<Item = (NamedSet, i64, &'a str)>,
        counts: impl Iterator<Item = CountLine>,
    ) -> Self {
        let mut families: Vec<(&'static Family, String)> = [
            catalog::GROUP_INFO.family(),
            catalog::BRAND_INFO.family(),
            catalog::FORM_INFO.family(),
            catalog::CUSTOM_STATUS_INFO.family(),
            catalog::SEARCH_TICKETS.family(),
            catalog::SEARCH_TICKETS_TIMESTAMP.family(),
            &catalog::COUNT_DRIFT,
        ]
        .map(|family| (family, String::new()))
        .into();
        let mut write = |family: &'static Family, values: &[&str], value: f64| {
            let known = families.iter_mut().find(|(known, _)| *known == family);
            if let Some((family, lines)) = known {
                write_sample(lines, family, account, values, None, value);
            }
        };
        for (set, id, name) in names {
            let family = match set {
                NamedSet::Group => catalog::GROUP_INFO.family(),
                NamedSet::Brand => catalog::BRAND_INFO.family(),
                NamedSet::Form => catalog::FORM_INFO.family(),
                NamedSet::CustomStatus => catalog::CUSTOM_STATUS_INFO.family(),
            };
            write(family, &[&id.to_string(), name], 1.0);
        }
        for count in counts {
            // Counts stay far below 2^53, where f64 begins to round.
            let status = [count.status.label()];
            write(
                catalog::SEARCH_TICKETS.family(),
                &status,
                count.count as f64,
            );
            let at = count.at.0 as f64;
            write(catalog::SEARCH_TICKETS_TIMESTAMP.family(), &status, at);
            if let Some(drift) = count.drift {
                write(&catalog::COUNT_DRIFT, &status, drift as f64);
            }
        }
        Self::of(families)
    }
}
