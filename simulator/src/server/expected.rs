//! What tests ask of the oracle.
//!
//! Only in builds with the feature `oracle`.

use super::Simulator;
use super::account::Account;
use crate::oracle::OracleSettings;

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

    /// What must be shown of an exporter that has ended: with its latest answer, and without it,
    /// which it may have ended before it kept. It takes one answer after the other.
    pub fn expected_of_ended(&self, account: &str, settings: &OracleSettings) -> [String; 2] {
        let oracle = self.shared.account().oracle.clone();
        let (mut with, mut without) = (oracle.clone(), oracle);
        with.settle();
        without.lose_latest();
        [with, without].map(|oracle| oracle.expected(account, settings))
    }

    /// The exporter has ended before it kept the latest answer, and kept all before that.
    pub fn lose_latest(&self) {
        self.shared.account().oracle.lose_latest();
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
}
