//! Tickets get older while nothing is asked: the unsolved tickets, and their lines as last rendered.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::ledger::{Backlog, Dimension, View, Waiting};
use crate::metrics::FamilyLines;
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
    names: BTreeMap<(Dimension, u16), String>,
    /// What was seen last, and its lines.
    shown: Option<(View, Arc<FamilyLines>)>,
}

impl Ageing {
    /// Whether the unsolved tickets are those in the state.
    pub(super) const fn is_current(&self) -> bool {
        self.is_current
    }

    /// Reads the unsolved tickets from the state. If that fails, the last known ones stay.
    pub(super) fn fill(&mut self, state: &mut State) -> Result<(), StateError> {
        // Stays `false` if the records cannot be read, so that the next step tries again.
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
        backlog.ensure_series(cells());
        if !state.aggregates().settings().shows_owner() {
            return;
        }
        let labels = &state.aggregates().settings().labels;
        for cell in cells() {
            for (dimension, value) in cell.opt_in_labels() {
                if Dimension::OWNER.contains(&dimension) {
                    let word = || state.dictionaries().word_of(dimension, value, labels);
                    let name = self.names.entry((dimension, value));
                    name.or_insert_with(|| word().to_owned());
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
        // Most refreshes change nothing, as no ticket has just passed a limit of age.
        if self.shown.as_ref().is_some_and(|(seen, _)| *seen == view) {
            return false;
        }
        let name = |dimension, value| {
            self.names
                .get(&(dimension, value))
                .map_or("other", String::as_str)
        };
        let lines = FamilyLines::of_backlog(account, &view, name);
        self.shown = Some((view, Arc::new(lines)));
        true
    }

    /// The lines as last rendered.
    pub(super) fn lines(&self) -> Option<Arc<FamilyLines>> {
        self.shown.as_ref().map(|(_, lines)| Arc::clone(lines))
    }
}
