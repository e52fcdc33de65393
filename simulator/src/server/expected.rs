//! What tests ask of the oracle.
//!
//! Only in builds with the feature `oracle`.

use super::Simulator;
use super::account::Account;
use crate::list::View;
use crate::list_faults::ListEndpoint;
use crate::oracle::{OracleSettings, Seen, TrueCounts, Truth};

impl Simulator {
    /// What an exporter must show that has kept every answer, as sorted sample lines that are not
    /// zero.
    pub fn expected(&self, account: &str, settings: &OracleSettings) -> String {
        self.settle();
        self.shared.account().oracle.expected(account, settings)
    }

    /// The exporter has kept every answer so far.
    pub fn settle(&self) {
        self.shared.account().oracle.settle();
    }

    /// What must be shown of an exporter that has ended: with its latest answers, without the latest one,
    /// and without the latest two, which it may have ended before it kept. It takes one answer after the
    /// other, but its first one can wait for the second.
    pub fn expected_of_ended(&self, account: &str, settings: &OracleSettings) -> [String; 3] {
        let oracle = self.shared.account().oracle.clone();
        [0, 1, 2].map(|answers| {
            let mut oracle = oracle.clone();
            oracle.lose_latest(answers);
            oracle.expected(account, settings)
        })
    }

    /// The exporter has ended before it kept so many of the latest answers, and kept all before them.
    pub fn lose_latest(&self, answers: usize) {
        self.shared.account().oracle.lose_latest(answers);
    }

    /// The exporter has swept the tickets that were deleted permanently until now, in a walk
    /// that read each row once.
    pub fn sweep_vanished(&self) {
        let mut account = self.shared.account();
        let Account { world, oracle, .. } = &mut *account;
        let is_there = |id| world.ticket(id).is_some();
        let hides = |id: i64| world.spoiled().get(&id).is_some_and(|row| !row.shows_id());
        let without_id = world
            .spoiled()
            .keys()
            .filter(|id| is_there(**id) && hides(**id));
        oracle.sweep_but(without_id.count(), |id| is_there(id) && !hides(id));
    }

    /// Which source is the truth for the exporter, from now on.
    pub fn set_truth(&self, truth: Truth) {
        self.shared.account().oracle.set_truth(truth);
    }

    /// The exporter has understood its first answer at this time. Without being told, that is the
    /// first answer with rows.
    pub fn set_baseline(&self, at: i64) {
        self.shared.account().oracle.set_baseline(at);
    }

    /// Unknown tickets of the list that were last updated before this are passed over.
    pub fn set_start_time(&self, start_time: i64) {
        self.shared.account().oracle.set_start_time(start_time);
    }

    /// The exporter has completed two rounds by ids, and then read the list of deleted tickets to its
    /// end where it may be read: it has swept the unclosed tickets that none of them named.
    pub fn sweep_vanished_under_list(&self) {
        let mut account = self.shared.account();
        let refuses_deleted =
            account.lists.refused[ListEndpoint::DeletedTickets as usize].is_some();
        let Account { world, oracle, .. } = &mut *account;
        oracle.settle();
        let view = View::of(world);
        oracle.sweep_unclosed(|id| {
            let names_deletion = |ticket| !refuses_deleted && view.lists_deletion(ticket);
            let many = view.show_many(&[id]);
            let is_shown = many.is_some_and(|rows| !rows.is_empty()) || view.ticket(id).is_some();
            is_shown || world.ticket(id).is_some_and(names_deletion)
        });
    }

    /// How often tickets were truly solved and reopened until the rows that the exporter has kept, and
    /// until now.
    pub fn true_counts(&self) -> [TrueCounts; 2] {
        let account = self.shared.account();
        let mut oracle = account.oracle.clone();
        oracle.settle();
        [
            oracle.true_counts_as_read(),
            oracle.true_counts(&account.world),
        ]
    }

    /// Statuses that moved and came back between two rows that the exporter has kept.
    pub fn hidden_status_changes(&self) -> u64 {
        self.settle();
        self.shared.account().oracle.hidden_status_changes()
    }

    /// The gauges of the account as it is now, as sorted sample lines that are not zero.
    pub fn account_gauges(&self, seen: Seen, account: &str, settings: &OracleSettings) -> String {
        self.settle();
        let shared = self.shared.account();
        let oracle = &shared.oracle;
        oracle.account_gauges(&shared.world, seen, account, settings)
    }
}
