//! How long an account's self-metrics are shown: accounts come and go while the program runs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use super::vectors::Vectors;

/// The accounts that have self-metrics, by label value. As many as there are in the settings, and
/// those that are just ending.
#[derive(Clone, Debug, Default)]
pub(super) struct LiveAccounts(Arc<Mutex<BTreeMap<String, Weak<AccountSeries>>>>);

/// The series of one account. They are no longer shown once this is dropped.
#[derive(Debug)]
pub(super) struct AccountSeries {
    pub(super) account: String,
    pub(super) all: Vectors,
    /// Limits that are shown; bounded where they are added.
    pub(super) buckets: Mutex<BTreeSet<String>>,
    accounts: LiveAccounts,
}

impl LiveAccounts {
    /// The series of `account`: those that somebody has already, or else new ones.
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
        // Whoever came under the same name meanwhile counts into the same series.
        let is_taken = |series: &Weak<Self>| series.strong_count() > 0;
        if !accounts.get(&self.account).is_some_and(is_taken) {
            accounts.remove(&self.account);
            self.all.remove(&self.account);
        }
    }
}
