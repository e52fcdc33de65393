//! What can go wrong with the lists of tickets, by name.
//!
//! PURE.

use std::str::FromStr;

use super::faults::{self, Fault, UnknownFault};

/// The endpoints of the lists. Each fails and refuses on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListEndpoint {
    /// `/api/v2/tickets`.
    Tickets,
    /// `/api/v2/deleted_tickets`.
    DeletedTickets,
    /// `/api/v2/tickets/show_many`.
    ShowMany,
    /// `/api/v2/tickets/{id}`.
    Ticket,
}

impl ListEndpoint {
    /// Every endpoint.
    pub const ALL: [Self; 4] = [
        Self::Tickets,
        Self::DeletedTickets,
        Self::ShowMany,
        Self::Ticket,
    ];

    /// Its name for the handles over HTTP.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tickets => "tickets",
            Self::DeletedTickets => "deleted_tickets",
            Self::ShowMany => "show_many",
            Self::Ticket => "ticket",
        }
    }

    /// The endpoint with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|endpoint| endpoint.name() == name)
    }
}

/// A way in which an answer of a list goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListFault {
    /// As an export's does.
    Usual(Fault),
    /// The rows of a page are in the opposite order; its cursor is right.
    OutOfOrder,
    /// A page with more to come leads back to the beginning of the list.
    Circling,
    /// A page without rows says that there is more, and names no cursor.
    MoreOnEmptyPage,
    /// The same with the cursor behind the rows that are missing.
    MissingRows,
    /// The list of deleted tickets names tickets that were never there.
    UnknownDeleted,
    /// `show_many` shows a ticket that was not asked for, and one that was never there.
    UnaskedRows,
    /// `status` is null in the first row.
    FailedPart,
    /// The metric sets are those of other tickets, which were reopened often.
    ForeignMetricSets,
    /// The header of the endpoint's limit, or else of the account's, says that the limit is 0.
    ZeroLimit,
}

impl ListFault {
    /// The faults that exports do not have, and their names.
    pub const NAMES: &[(&str, Self)] = &[
        ("out-of-order", Self::OutOfOrder),
        ("circling-cursor", Self::Circling),
        ("more-on-empty-page", Self::MoreOnEmptyPage),
        ("missing-rows", Self::MissingRows),
        ("unknown-deleted", Self::UnknownDeleted),
        ("unasked-rows", Self::UnaskedRows),
        ("failed-part", Self::FailedPart),
        ("foreign-metric-sets", Self::ForeignMetricSets),
        ("zero-limit", Self::ZeroLimit),
    ];

    /// What it does to a page of this size; `None` if that is too small for it.
    pub(crate) fn of_page(self, size: u32) -> Option<Self> {
        match self {
            Self::Usual(fault) => fault.of_page(size).map(Self::Usual),
            fault => Some(fault),
        }
    }
}

impl From<Fault> for ListFault {
    fn from(fault: Fault) -> Self {
        Self::Usual(fault)
    }
}

impl FromStr for ListFault {
    type Err = UnknownFault;

    fn from_str(name: &str) -> Result<Self, UnknownFault> {
        let known = Self::NAMES.iter().find(|(known, _)| *known == name);
        let usual = || name.parse().map(Self::Usual);
        known
            .map_or_else(usual, |(_, fault)| Ok(*fault))
            .map_err(|_| {
                let own = Self::NAMES.iter().map(|(name, _)| *name);
                let usual = faults::NAMES.iter().map(|(name, _)| *name);
                UnknownFault::new(name, usual.chain(own))
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_the_faults_of_exports_and_its_own() {
        assert_eq!("503".parse(), Ok(ListFault::Usual(Fault::Unavailable)));
        assert_eq!("zero-limit".parse(), Ok(ListFault::ZeroLimit));
        let error = "999".parse::<ListFault>().expect_err("no such fault");
        assert!(
            error
                .to_string()
                .contains("limit-spent-until, out-of-order")
        );
    }
}
