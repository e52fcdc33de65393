//! The setting `export.list`: how the list of tickets is read, as the source that needs no export or between the polls
//! of an export.

use std::time::Duration;

use super::read::Reader;
use crate::schedule::ListPacing;
use crate::source::ArchivedTickets;

/// Setting `export.list`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListSettings {
    /// Settings `fast_lane`, `verify.every`, `deleted.every` and `budget_percent`.
    pub pacing: ListPacing,
    /// Setting `archive`: what is asked of archived tickets, which the list leaves out. Default `totals`.
    pub archive: ArchivedTickets,
}

/// Reads setting `export.list`. `is_loopback` is true if the address of the account is on this machine.
pub(super) fn list(mut reader: Reader<'_>, is_loopback: bool) -> ListSettings {
    let seconds = Duration::from_secs;
    let day = seconds(24 * 3600);
    let default = ListPacing::DEFAULT;
    let pacing = ListPacing {
        fast_lane: reader.interval_or_never(
            "fast_lane",
            seconds(15),
            seconds(5)..=day,
            is_loopback,
        ),
        verify_every: reader.within("verify").interval(
            "every",
            default.verify_every,
            // Tickets that were swept in the last 30 days are verified too, so that some rounds must be in that time.
            seconds(600)..=day * 7,
            is_loopback,
        ),
        deleted_every: reader.within("deleted").interval(
            "every",
            default.deleted_every,
            // Zendesk lists a deleted ticket for 30 days.
            seconds(60)..=day,
            is_loopback,
        ),
        budget_percent: reader.number("budget_percent", default.budget_percent, 1..=100),
    };
    let archive = reader.choice(
        "archive",
        &[
            ("totals", ArchivedTickets::Totals),
            ("ids", ArchivedTickets::Ids),
        ],
    );
    ListSettings { pacing, archive }
}
