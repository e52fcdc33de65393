//! Tickets get older while nothing is asked: the unsolved tickets, and their lines as last rendered.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::ledger::{Backlog, LabelValue, OpenSet, Owner, View, Waiting};
use crate::metrics::TicketLines;
use crate::state::{State, StateError};
use crate::ticket::{TicketId, UnixSeconds};

/// What goes on while nothing is asked: tickets get older. Needs no state to be rendered, as that
/// may be busy with a page.
#[derive(Debug, Default)]
pub(super) struct Ageing {
    /// `None` until the records could be read.
    backlog: Option<Backlog>,
    /// Whether `backlog` is what the state holds, and takes in what its pages change.
    is_current: bool,
    /// The words of the owners' labels. As many as label values, so bounded like those.
    names: BTreeMap<(OpenSet, LabelValue), String>,
    /// What was seen last, and its lines.
    shown: Option<(View, Arc<TicketLines>)>,
}

impl Ageing {
    /// Whether the unsolved tickets are those in the state.
    pub(super) const fn is_current(&self) -> bool {
        self.is_current
    }

    /// Reads the unsolved tickets from the state. If that fails, the last known ones stay.
    pub(super) fn fill(&mut self, state: &mut State) -> Result<(), StateError> {
        self.is_current = false;
        self.backlog = Some(state.backlog()?);
        self.is_current = true;
        self.take_labels(state);
        Ok(())
    }

    /// Takes in what a page changed, which must be stored.
    pub(super) fn apply(&mut self, changes: &[(TicketId, Option<Waiting>)]) {
        if let Some(backlog) = &mut self.backlog {
            for (id, waiting) in changes {
                backlog.apply(*id, waiting.as_ref());
            }
        }
    }

    /// Takes in the cells and words that there are by now.
    pub(super) fn take_labels(&mut self, state: &State) {
        let Some(backlog) = &mut self.backlog else {
            return;
        };
        let cells = || state.aggregates().cells().map(|(cell, _)| cell);
        backlog.know(cells());
        if !state.aggregates().layout().shows_owner() {
            return;
        }
        for Owner { group, brand } in cells().map(crate::ledger::Cell::owner) {
            for (set, value) in [(OpenSet::Group, group), (OpenSet::Brand, brand)] {
                if let Some(value) = value {
                    let word = || state.dictionaries().word(set, value).to_owned();
                    self.names.entry((set, value)).or_insert_with(word);
                }
            }
        }
    }

    /// Renders the unsolved tickets if they look otherwise at `now` than when they were rendered last.
    /// Returns whether they do.
    pub(super) fn render(&mut self, account: &str, now: UnixSeconds) -> bool {
        let Some(backlog) = &self.backlog else {
            return false;
        };
        let view = backlog.view(now);
        if self.shown.as_ref().is_some_and(|(seen, _)| *seen == view) {
            return false;
        }
        let name = |set, value| {
            self.names
                .get(&(set, value))
                .map_or("other", String::as_str)
        };
        let lines = TicketLines::of_backlog(account, &view, name);
        self.shown = Some((view, Arc::new(lines)));
        true
    }

    /// The lines as last rendered.
    pub(super) fn lines(&self) -> Option<Arc<TicketLines>> {
        self.shown.as_ref().map(|(_, lines)| Arc::clone(lines))
    }
}
