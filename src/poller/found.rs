//! What the lookups found, as shown beside the tickets; and what they compare their counts with.

use std::collections::BTreeSet;
use std::sync::Arc;

use arc_swap::ArcSwapOption;

use crate::ledger::OpenSet;
use crate::lookups::{Findings, OwnCount, SharedFindings};
use crate::metrics::{CountLine, FamilyLines, TicketCounts};
use crate::store::Store;
use crate::ticket::NamedSet;

/// The ledger's tickets, for the lookups to read. Empty until the first sync is complete, and
/// while a resync is due because the settings ask for other tickets than before.
#[derive(Clone, Debug, Default)]
pub struct OwnCounts(Arc<ArcSwapOption<TicketCounts>>);

impl OwnCounts {
    /// What the lookups ask. `is_whole` says whether the settings ask for all tickets there are
    /// ([`Reach::is_whole`](crate::ledger::Reach::is_whole)), so that the counts can be compared with
    /// Zendesk's.
    pub fn reader(&self, is_whole: bool) -> OwnCount {
        let counts = self.clone();
        Arc::new(move |status| {
            let counts = counts.0.load();
            counts
                .as_ref()
                .filter(|_| is_whole)
                .map(|counts| counts.with(status))
        })
    }

    /// Shows these from now on; `None` if there is nothing to compare.
    pub(super) fn show(&self, counts: Option<TicketCounts>) {
        self.0.store(counts.map(Arc::new));
    }
}

/// The findings of one account and their lines.
#[derive(Debug)]
pub(super) struct Found {
    findings: SharedFindings,
    /// Ids that label values show; as many as these, so bounded like them.
    shown: BTreeSet<(NamedSet, i64)>,
    /// What was rendered last; `None` if that must be done anew.
    seen: Option<Arc<Findings>>,
    lines: Option<Arc<FamilyLines>>,
}

impl Found {
    pub(super) const fn new(findings: SharedFindings) -> Self {
        Self {
            findings,
            shown: BTreeSet::new(),
            seen: None,
            lines: None,
        }
    }

    /// Takes in which ids are shown by now.
    pub(super) fn learn(&mut self, store: &Store) {
        let mut shown = BTreeSet::new();
        for set in store.aggregates().settings().labels.shown_sets() {
            let ids = store.dictionaries().shown(OpenSet::Named(set));
            shown.extend(ids.filter_map(|id| Some((set, id.parse().ok()?))));
        }
        if shown != self.shown {
            self.shown = shown;
            self.seen = None;
        }
    }

    /// Looks at the findings again; renders them only if there is something else to see. Returns
    /// whether there is.
    pub(super) fn look(&mut self, account: &str) -> bool {
        let findings = self.findings.load();
        if self
            .seen
            .as_ref()
            .is_some_and(|seen| Arc::ptr_eq(seen, &findings))
        {
            return false;
        }
        let names = findings
            .names
            .iter()
            .filter(|(key, _)| self.shown.contains(key))
            .map(|((set, id), name)| (*set, *id, name.as_str()));
        let counts = findings.counts.iter().flatten().map(|count| CountLine {
            status: count.status,
            count: count.count,
            at: count.at,
            drift: count.drift(),
        });
        let lines = FamilyLines::of_lookups(account, names, counts);
        self.lines = Some(Arc::new(lines));
        self.seen = Some(findings);
        true
    }

    /// The lines as last rendered.
    pub(super) fn lines(&self) -> Option<Arc<FamilyLines>> {
        self.lines.clone()
    }
}
