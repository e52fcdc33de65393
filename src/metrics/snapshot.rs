//! What one account publishes: immutable, swapped whole, copied at a scrape.

use std::sync::Arc;

use super::account_state::AccountState;
use super::catalog::Family;
use super::family_lines::FamilyLines;
use super::status::AccountStatus;
use super::text::Lines;

/// Everything an account shows that must fit together: sync state, freshness and tickets.
#[derive(Debug, Default)]
pub struct Snapshot {
    state: Vec<(&'static Family, Lines)>,
    tickets: Vec<Arc<FamilyLines>>,
    status: Option<Arc<AccountStatus>>,
}

impl Snapshot {
    /// Renders `state`; `tickets` are left out until the first sync is complete.
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

    /// With lines that are shown whatever the first sync does.
    #[must_use]
    pub fn with_lookup_lines(mut self, lines: Option<Arc<FamilyLines>>) -> Self {
        self.tickets.extend(lines);
        self
    }

    /// With what the status page shows.
    #[must_use]
    pub fn with_status(self, status: AccountStatus) -> Self {
        Self {
            status: Some(Arc::new(status)),
            ..self
        }
    }

    /// What the status page shows; `None` before the poller has published anything.
    pub const fn status(&self) -> Option<&Arc<AccountStatus>> {
        self.status.as_ref()
    }

    /// The lines of one family, empty if it has none now.
    pub fn lines(&self, family: &Family) -> &str {
        self.lines_of(family).map_or("", Lines::as_str)
    }

    /// The lines of one family, if it has any now.
    pub(super) fn lines_of(&self, family: &Family) -> Option<&Lines> {
        let tickets = self.tickets.iter().flat_map(|tickets| &tickets.families);
        self.state
            .iter()
            .chain(tickets)
            .find(|(other, _)| other.name == family.name)
            .map(|(_, lines)| lines)
    }
}
