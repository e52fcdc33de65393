//! Removes the self-metrics of an account when nothing counts into them any more, because accounts come and go at
//! reloads.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use super::vectors::Vectors;

/// The accounts that have self-metrics, by label value: those in the settings, and those that are about to end.
#[derive(Clone, Debug, Default)]
pub(super) struct LiveAccounts(Arc<Mutex<BTreeMap<String, Weak<AccountSeries>>>>);

/// The series of one account. They are removed when this is dropped.
#[derive(Debug)]
pub(super) struct AccountSeries {
    pub(super) account: String,
    pub(super) all: Vectors,
    /// The names of the limits that are shown; where names are added, their number is bounded.
    pub(super) buckets: Mutex<BTreeSet<String>>,
    accounts: LiveAccounts,
}

impl LiveAccounts {
    /// The series of `account`: the existing ones, or new ones.
    pub(super) fn series_of(&self, account: &str, all: &Vectors) -> Arc<AccountSeries> {
        let mut accounts = self.lock();
        if let Some(series) = accounts.get(account).and_then(Weak::upgrade) {
            return series;
        }
        let series = Arc::new(AccountSeries {
            account: account.to_owned(),
            all: all.clone(),
            buckets: Mutex::default(),
            accounts: self.clone(),
        });
        accounts.insert(account.to_owned(), Arc::downgrade(&series));
        series
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Weak<AccountSeries>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for AccountSeries {
    fn drop(&mut self) {
        let mut accounts = self.accounts.lock();
        // An account of the same name may have been added again meanwhile, and counts into the same series.
        let is_taken = |series: &Weak<Self>| series.strong_count() > 0;
        if !accounts.get(&self.account).is_some_and(is_taken) {
            accounts.remove(&self.account);
            self.all.remove(&self.account);
        }
    }
}
