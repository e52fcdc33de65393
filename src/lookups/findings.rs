//! The results of lookups, shared between the lookups and the poller, which shows them.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;

use arc_swap::ArcSwap;
use tokio::sync::Notify;

use super::agenda::COUNTED;
use crate::ticket::{NamedSet, Status, UnixSeconds};

/// All results of an account's lookups. A value never changes; a new one replaces it as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// Names by set and id, at most [`NAMES_MAX`](super::NAMES_MAX) of each set. A set changes only after all of
    /// its pages were read.
    pub names: BTreeMap<(NamedSet, i64), String>,
    /// The latest count of each status in [`COUNTED`]; `None` before the first.
    pub counts: [Option<SearchCount>; COUNTED.len()],
}

/// The channel between the lookups of an account and its poller. All clones share it.
#[derive(Clone, Debug, Default)]
pub struct SharedFindings(Arc<Board>);

#[derive(Debug, Default)]
struct Board {
    findings: ArcSwap<Findings>,
    changed: Notify,
    login_works: Notify,
}

impl SharedFindings {
    /// The latest results.
    pub fn load(&self) -> Arc<Findings> {
        self.0.findings.load_full()
    }

    /// Replaces the results. Only the lookups call this.
    pub(super) fn store(&self, findings: Findings) {
        self.0.findings.store(Arc::new(findings));
        self.0.changed.notify_one();
    }

    /// Waits until results were stored after the last return. There may be only one waiter.
    pub fn changed(&self) -> impl Future<Output = ()> + Send + use<> {
        let board = Arc::clone(&self.0);
        async move { board.changed.notified().await }
    }

    /// Tells the lookups that Zendesk accepted the changed credentials.
    pub fn notify_login_works(&self) {
        self.0.login_works.notify_one();
    }

    /// Waits for a call of [`Self::notify_login_works`]; each call ends one wait. Only the lookups call this.
    pub async fn login_works(&self) {
        self.0.login_works.notified().await;
    }
}

/// The number of tickets with a status, by Zendesk's search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SearchCount {
    /// The status.
    pub status: Status,
    /// The number of tickets.
    pub count: u64,
    /// When they were counted: the `Date` of the answer, or account time if the `Date` is not believed.
    pub at: UnixSeconds,
    /// The number of the ledger when the answer came; `None` if it had none to compare.
    pub ours: Option<u64>,
}

impl Findings {
    /// The latest count of `status`.
    pub fn count(&self, status: Status) -> Option<&SearchCount> {
        self.counts.get(usize::from(status.index()))?.as_ref()
    }

    /// Removes the results that are no longer wanted.
    pub(super) fn keep(&mut self, names: &[NamedSet], keeps_counts: bool) {
        self.names.retain(|(set, _), _| names.contains(set));
        if !keeps_counts {
            self.counts = Default::default();
        }
    }

    /// Removes the numbers of the ledger for which `ours` has none to compare any more.
    pub(super) fn compare(&mut self, ours: impl Fn(Status) -> Option<u64>) {
        for count in self.counts.iter_mut().flatten() {
            count.ours = count.ours.filter(|_| ours(count.status).is_some());
        }
    }

    pub(super) fn set_count(&mut self, count: SearchCount) {
        if let Some(stored) = self.counts.get_mut(usize::from(count.status.index())) {
            *stored = Some(count);
        }
    }

    /// Replaces all names of `set` with `names`.
    pub(super) fn set_names(&mut self, set: NamedSet, names: Vec<(i64, String)>) {
        self.names.retain(|(of, _), _| *of != set);
        let names = names.into_iter().map(|(id, name)| ((set, id), name));
        self.names.extend(names);
    }
}

impl SearchCount {
    /// The number of the ledger minus Zendesk's; `None` if the ledger had none. Example: 102 and 100 give 2.
    pub fn drift(&self) -> Option<i64> {
        let ours = i128::from(self.ours?);
        i64::try_from(ours - i128::from(self.count)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_counted_status_has_its_place() {
        let mut findings = Findings::default();
        for status in COUNTED {
            assert_eq!(findings.count(status), None);
            let count = SearchCount {
                status,
                count: 5,
                at: UnixSeconds(1),
                ours: Some(3),
            };
            findings.set_count(count);
            assert_eq!(findings.count(status), Some(&count));
            assert_eq!(count.drift(), Some(-2));
        }
        assert_eq!(findings.count(Status::Other), None);
    }

    #[test]
    fn what_cannot_be_compared_any_more_has_no_drift_and_keeps_its_count() {
        let mut findings = Findings::default();
        for (status, ours) in [
            (Status::New, Some(3)),
            (Status::Open, Some(4)),
            (Status::Hold, None),
        ] {
            findings.set_count(SearchCount {
                status,
                count: 5,
                at: UnixSeconds(1),
                ours,
            });
        }
        // What is there now was not there when the search counted.
        findings.compare(|status| (status != Status::Open).then_some(7));
        let drift = |status| {
            findings
                .count(status)
                .map(|count| (count.count, count.drift()))
        };
        assert_eq!(drift(Status::New), Some((5, Some(-2))));
        assert_eq!(drift(Status::Open), Some((5, None)));
        assert_eq!(drift(Status::Hold), Some((5, None)));
    }

    #[test]
    fn new_names_of_a_set_replace_all_of_it_and_nothing_else() {
        let mut findings = Findings::default();
        let name = |id, name: &str| (id, name.to_owned());
        findings.set_names(NamedSet::Group, vec![name(1, "a"), name(2, "b")]);
        findings.set_names(NamedSet::Brand, vec![name(1, "c")]);
        findings.set_names(NamedSet::Group, vec![name(2, "d")]);
        let names: Vec<_> = findings.names.into_iter().collect();
        assert_eq!(
            names,
            [
                ((NamedSet::Group, 2), "d".to_owned()),
                ((NamedSet::Brand, 1), "c".to_owned())
            ]
        );
    }
}
