//! What there is to look up, and how often.

use std::time::Duration;

use crate::schedule::Retry;
use crate::source::NAMES_PER_PAGE;
use crate::ticket::{NamedSet, Status};

/// The statuses whose tickets the search counts: all that Zendesk has, `deleted` aside.
pub const COUNTED: [Status; 6] = [
    Status::New,
    Status::Open,
    Status::Pending,
    Status::Hold,
    Status::Solved,
    Status::Closed,
];

/// How often names are read again. They are renamed now and then, and a name that is an hour old
/// harms nobody: series are told apart by ids.
pub const NAMES_EVERY: Duration = HOUR;

/// Most names kept of one set: as many as the ledger has numbers for the values of a label.
pub const NAMES_MAX: usize = crate::ledger::DICTIONARY_VALUES_MAX;

/// Most pages read of one set: enough for [`NAMES_MAX`] names.
pub const PAGES_MAX: u32 = (NAMES_MAX as u32).div_ceil(NAMES_PER_PAGE);

pub(super) const HOUR: Duration = Duration::from_secs(3600);

/// The settings that an agenda is made from.
#[derive(Clone, Debug)]
pub(in crate::lookups) struct Plan {
    /// How often tickets are counted; `None` for never.
    pub(in crate::lookups) search_counts_every: Option<Duration>,
    /// The sets whose names are wanted, none twice.
    pub(in crate::lookups) names: Vec<NamedSet>,
    /// How failures are retried.
    pub(in crate::lookups) retry: Retry,
}

/// One thing to look up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::lookups) enum Lookup {
    /// How many tickets have a status.
    Count(Status),
    /// The names of a set, in as many pages as it has.
    Names(NamedSet),
}
