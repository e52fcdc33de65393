//! The snapshot of one account: an immutable value that its poller replaces and a scrape reads.

use std::sync::Arc;

use super::account_state::AccountState;
use super::catalog::Family;
use super::family_lines::FamilyLines;
use super::status::AccountStatus;
use super::text::Lines;

/// Everything about an account that must be consistent: sync state, freshness and tickets.
#[derive(Debug, Default)]
pub struct Snapshot {
    state: Vec<(&'static Family, Lines)>,
    tickets: Vec<Arc<FamilyLines>>,
    status: Option<Arc<AccountStatus>>,
}

impl Snapshot {
    /// Renders `state` and takes `tickets`, which are left out until the first sync is complete.
    pub fn new(
        account: &str,
        state: &AccountState,
        tickets: impl IntoIterator<Item = Arc<FamilyLines>>,
    ) -> Self {
        Self {
            state: state.lines(account),
            tickets: tickets
                .into_iter()
                .filter(|_| state.initial_sync_complete)
                .collect(),
            status: None,
        }
    }

    /// Adds the lines of lookups, which do not depend on the first sync.
    #[must_use]
    pub fn with_lookup_lines(mut self, lines: Option<Arc<FamilyLines>>) -> Self {
        self.tickets.extend(lines);
        self
    }

    /// Adds the contents of the status page.
    #[must_use]
    pub fn with_status(self, status: AccountStatus) -> Self {
        Self {
            status: Some(Arc::new(status)),
            ..self
        }
    }

    /// The contents of the status page; `None` before the poller has published anything.
    pub const fn status(&self) -> Option<&Arc<AccountStatus>> {
        self.status.as_ref()
    }

    /// The lines of one family; empty if it has none now.
    pub fn lines(&self, family: &Family) -> &str {
        self.lines_of(family).map_or("", Lines::as_str)
    }

    /// The lines of one family; `None` if it has none now.
    pub(super) fn lines_of(&self, family: &Family) -> Option<&Lines> {
        let tickets = self.tickets.iter().flat_map(|tickets| &tickets.families);
        self.state
            .iter()
            .chain(tickets)
            .find(|(other, _)| other.name == family.name)
            .map(|(_, lines)| lines)
    }
}
