//! What the lookups found, as shown beside the tickets.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::ledger::OpenSet;
use crate::lookups::{Findings, SharedFindings};
use crate::metrics::{CountLine, FamilyLines};
use crate::state::State;
use crate::ticket::NamedSet;

/// The findings of one account and their lines.
#[derive(Debug)]
pub(super) struct LookupLines {
    findings: SharedFindings,
    /// Ids that label values show; as many as these, so bounded like them.
    shown: BTreeSet<(NamedSet, i64)>,
    /// What was rendered last; `None` if that must be done anew.
    seen: Option<Arc<Findings>>,
    lines: Option<Arc<FamilyLines>>,
}

impl LookupLines {
    pub(super) const fn new(findings: SharedFindings) -> Self {
        Self {
            findings,
            shown: BTreeSet::new(),
            seen: None,
            lines: None,
        }
    }

    /// Nothing that was rendered is used again.
    pub(super) fn render_anew(&mut self) {
        self.shown.clear();
        self.seen = None;
        self.lines = None;
    }

    /// Takes in which ids are shown by now.
    pub(super) fn take_labels(&mut self, state: &State) {
        let mut shown = BTreeSet::new();
        for set in state.aggregates().settings().labels.shown_sets() {
            let ids = state.dictionaries().shown(OpenSet::Named(set));
            shown.extend(ids.filter_map(|id| Some((set, id.parse().ok()?))));
        }
        if shown != self.shown {
            self.shown = shown;
            self.seen = None;
        }
    }

    /// Renders the findings if there are other ones than those that were rendered last. Returns
    /// whether there are.
    pub(super) fn render(&mut self, account: &str) -> bool {
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
