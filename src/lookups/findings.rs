//! What was looked up, for the metrics to show.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;

use arc_swap::ArcSwap;
use tokio::sync::Notify;

use super::agenda::COUNTED;
use crate::ticket::{NamedSet, Status, UnixSeconds};

/// Everything that was looked up of one account, as it was last told. Never changed in place: a
/// new one takes its place whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// Names by set and id. Of a set all pages were read, or the names are those of the reading
    /// before; at most [`NAMES_MAX`](super::NAMES_MAX) a set.
    pub names: BTreeMap<(NamedSet, i64), String>,
    /// The latest count of each of [`COUNTED`]; `None` until the first.
    pub counts: [Option<SearchCount>; COUNTED.len()],
}

/// What the lookups of an account and its poller tell each other. Clones are the same.
#[derive(Clone, Debug, Default)]
pub struct SharedFindings(Arc<Board>);

#[derive(Debug, Default)]
struct Board {
    findings: ArcSwap<Findings>,
    changed: Notify,
    login_works: Notify,
}

impl SharedFindings {
    /// The latest findings.
    pub fn load(&self) -> Arc<Findings> {
        self.0.findings.load_full()
    }

    /// Shows these from now on. Only the lookups do.
    pub(super) fn store(&self, findings: Findings) {
        self.0.findings.store(Arc::new(findings));
        self.0.changed.notify_one();
    }

    /// Returns when something was stored that the last call did not return for. For one reader.
    pub fn changed(&self) -> impl Future<Output = ()> + Send + use<> {
        let board = Arc::clone(&self.0);
        async move { board.changed.notified().await }
    }

    /// Tells the lookups that the account's credentials, which changed, were accepted.
    pub fn notify_login_works(&self) {
        self.0.login_works.notify_one();
    }

    /// Returns when that was told, once each time. For the lookups alone.
    pub async fn login_works(&self) {
        self.0.login_works.notified().await;
    }
}

/// How many tickets have a status, by Zendesk's search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SearchCount {
    /// Which status.
    pub status: Status,
    /// Tickets.
    pub count: u64,
    /// When: the answer's `Date`, or account time where that is not believed.
    pub at: UnixSeconds,
    /// The ledger's own number when the answer came; `None` while it has none to compare.
    pub ours: Option<u64>,
}

impl Findings {
    /// The latest count of `status`.
    pub fn count(&self, status: Status) -> Option<&SearchCount> {
        self.counts.get(usize::from(status.index()))?.as_ref()
    }

    /// Forgets what is no longer wanted.
    pub(super) fn keep(&mut self, names: &[NamedSet], keeps_counts: bool) {
        self.names.retain(|(set, _), _| names.contains(set));
        if !keeps_counts {
            self.counts = Default::default();
        }
    }

    /// Forgets our numbers where `ours` has none to compare any more.
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

    /// Puts `names` in the place of all that are known of `set`.
    pub(super) fn set_names(&mut self, set: NamedSet, names: Vec<(i64, String)>) {
        self.names.retain(|(of, _), _| *of != set);
        let names = names.into_iter().map(|(id, name)| ((set, id), name));
        self.names.extend(names);
    }
}

impl SearchCount {
    /// Our number less Zendesk's, in tickets; `None` without one of ours.
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
