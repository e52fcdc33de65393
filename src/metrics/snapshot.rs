//! The snapshot of one account: an immutable value that its poller replaces and a scrape reads.

use std::sync::Arc;

use super::account_state::AccountState;
use super::catalog::Family;
use super::family_lines::FamilyLines;
use super::status::AccountStatus;
use super::text::Lines;
use crate::ledger::TicketFamily;

/// Everything about an account that must be consistent: sync state, freshness and tickets.
#[derive(Debug, Default)]
pub struct Snapshot {
    state: Vec<(&'static Family, Lines)>,
    tickets: Vec<Arc<FamilyLines>>,
    lacks_slas: bool,
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
            lacks_slas: false,
            status: None,
        }
    }

    /// Adds the lines of lookups, which do not depend on the first sync.
    #[must_use]
    pub fn with_lookup_lines(mut self, lines: Option<Arc<FamilyLines>>) -> Self {
        self.tickets.extend(lines);
        self
    }

    /// Leaves out the families of SLA targets, which the source does not have.
    #[must_use]
    pub fn without_slas(self) -> Self {
        Self {
            lacks_slas: true,
            ..self
        }
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
        let is_of_slas = |family: &Family| {
            TicketFamily::from_name(family.name).is_some_and(TicketFamily::shows_sla_targets)
        };
        if self.lacks_slas && is_of_slas(family) {
            return None;
        }
        let tickets = self.tickets.iter().flat_map(|tickets| &tickets.families);
        self.state
            .iter()
            .chain(tickets)
            .find(|(other, _)| other.name == family.name)
            .map(|(_, lines)| lines)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::family;
    use crate::metrics::testing::young_account;

    #[test]
    fn an_account_without_targets_shows_all_families_but_those_of_targets() {
        let state = AccountState {
            initial_sync_complete: true,
            ..young_account()
        };
        let families =
            TicketFamily::all().map(|family| (family.family(), Lines::from("a line\n".to_owned())));
        let lines = FamilyLines {
            families: families.collect(),
            later: Vec::new(),
        };
        let snapshot = Snapshot::new("acme", &state, [Arc::new(lines)]);
        assert!(TicketFamily::all().all(|family| !snapshot.lines(&family).is_empty()));
        let snapshot = snapshot.without_slas();
        let absent = TicketFamily::all().filter(|family| snapshot.lines(family).is_empty());
        assert_eq!(
            absent.collect::<Vec<_>>(),
            [
                family::SLA_BREACHED,
                family::SLA_NEXT_BREACH,
                family::SLA_TARGETS,
                family::SLA_TARGETS_BREACHED,
            ]
        );
        assert!(!snapshot.lines(&crate::metrics::catalog::UP).is_empty());
    }
}
