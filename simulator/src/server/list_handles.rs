//! The handles of what the account gives and refuses: exports, lists, and their limits.

use super::Simulator;
use crate::limits::MinuteLimit;
use crate::list_faults::{ListEndpoint, ListFault};

impl Simulator {
    /// Lets both exports and their sample answer this status to everybody, e.g. 403, 404 or 410.
    pub fn refuse_exports(&self, status: u16) {
        self.shared.account().exports_refused = Some(status);
    }

    /// Opens the exports again.
    pub fn let_exports_back(&self) {
        self.shared.account().exports_refused = None;
    }

    /// Lets an endpoint of the lists answer this status to everybody.
    pub fn refuse_list(&self, endpoint: ListEndpoint, status: u16) {
        self.shared.account().lists.refused[endpoint as usize] = Some(status);
    }

    /// Opens an endpoint of the lists again.
    pub fn let_list_back(&self, endpoint: ListEndpoint) {
        self.shared.account().lists.refused[endpoint as usize] = None;
    }

    /// Lets the next `answers` of an endpoint of the lists go wrong; others stay as they are.
    pub fn set_list_fault(
        &self,
        endpoint: ListEndpoint,
        fault: impl Into<ListFault>,
        answers: u32,
    ) {
        let mut account = self.shared.account();
        account.lists.faults_of(endpoint).set(fault.into(), answers);
    }

    /// Sets how many requests a minute the whole API takes, and the headers say; `None` for no limit,
    /// and for headers that always say the same.
    pub fn set_account_limit(&self, requests_per_minute: Option<u32>) {
        self.shared.account().account_limit = MinuteLimit::new(requests_per_minute);
    }

    /// Others have sent so many requests to the account in this minute.
    pub fn spend_account_limit(&self, requests: u32) {
        let mut account = self.shared.account();
        let now = account.world.now();
        account.account_limit.spend(requests, now);
    }
}
