//! The lookups that the settings want: counts and names, their intervals and bounds.

use std::time::Duration;

use crate::schedule::Retry;
use crate::source::NAMES_PER_PAGE;
use crate::ticket::{NamedSet, Status};

/// The statuses that the search counts: all of Zendesk's except `deleted`.
pub const COUNTED: [Status; 6] = [
    Status::New,
    Status::Open,
    Status::Pending,
    Status::Hold,
    Status::Solved,
    Status::Closed,
];

/// How often names are read again. Names change rarely, and an outdated one does no harm, because series are
/// identified by ids.
pub const NAMES_EVERY: Duration = HOUR;

/// The most names of one set that are kept: as many as the ledger has numbers for values of a label.
pub const NAMES_MAX: usize = crate::ledger::DICTIONARY_VALUES_MAX;

/// The most pages of one set that are read: enough for [`NAMES_MAX`] names.
pub const PAGES_MAX: u32 = (NAMES_MAX as u32).div_ceil(NAMES_PER_PAGE);

pub(super) const HOUR: Duration = Duration::from_secs(3600);

/// The settings that an agenda is made from.
#[derive(Clone, Debug)]
pub(in crate::lookups) struct Plan {
    /// How often tickets are counted; `None` for never.
    pub(in crate::lookups) search_counts_every: Option<Duration>,
    /// The sets whose names are wanted, each once.
    pub(in crate::lookups) names: Vec<NamedSet>,
    /// How failures are retried.
    pub(in crate::lookups) retry: Retry,
}

/// One lookup.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::lookups) enum Lookup {
    /// The number of tickets with a status.
    Count(Status),
    /// The names of a set, in one or more pages.
    Names(NamedSet),
}
