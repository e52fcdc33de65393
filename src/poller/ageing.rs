//! What is shown changes while nothing is asked: tickets get older, and new series are shown as they
//! are. The unsolved tickets, their lines as last rendered, and how the poller waits.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use super::Poller;
use super::publish::Now;
use crate::clock::Clock;
use crate::ledger::{Backlog, Dimension, View, Waiting};
use crate::metrics::FamilyLines;
use crate::source::Source;
use crate::store::{Store, StoreError};
use crate::ticket::{TicketId, UnixSeconds};

/// How often what depends on the clock is shown anew. Nothing shown may be older than 15 seconds;
/// the rest is for a busy machine.
const REFRESH_EVERY: Duration = Duration::from_secs(10);

/// What goes on while nothing is asked: tickets get older. Needs no store to be rendered, as that
/// may be busy with a page.
#[derive(Debug, Default)]
pub(super) struct Ageing {
    /// `None` until the records could be read.
    backlog: Option<Backlog>,
    /// Whether `backlog` is what the store holds, and takes in what its pages change.
    is_current: bool,
    /// The words of the owners' labels. As many as label values, so bounded like those.
    names: BTreeMap<(Dimension, u16), String>,
    /// What was seen last, and its lines.
    shown: Option<(View, Arc<FamilyLines>)>,
}

impl Ageing {
    /// Whether the unsolved tickets are those in the store.
    pub(super) const fn is_current(&self) -> bool {
        self.is_current
    }

    /// Reads the unsolved tickets from the store. If that fails, the last known ones stay.
    pub(super) fn fill(&mut self, store: &Store) -> Result<(), StoreError> {
        self.is_current = false;
        self.backlog = Some(store.backlog()?);
        self.is_current = true;
        self.learn(store);
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
    pub(super) fn learn(&mut self, store: &Store) {
        let Some(backlog) = &mut self.backlog else {
            return;
        };
        let cells = || store.aggregates().cells().map(|(cell, _)| cell);
        backlog.ensure_series(cells());
        if !store.aggregates().settings().shows_owner() {
            return;
        }
        let labels = &store.aggregates().settings().labels;
        for cell in cells() {
            for (dimension, value) in cell.opt_in_labels() {
                if Dimension::OWNER.contains(&dimension) {
                    let word = || store.dictionaries().word_of(dimension, value, labels);
                    let name = self.names.entry((dimension, value));
                    name.or_insert_with(|| word().to_owned());
                }
            }
        }
    }

    /// Looks at the tickets again; renders them only if there is something else to see. Returns
    /// whether there is.
    pub(super) fn look(&mut self, account: &str, now: UnixSeconds) -> bool {
        let Some(backlog) = &self.backlog else {
            return false;
        };
        let view = backlog.view(now);
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

impl<C: Clock, S: Source> Poller<C, S> {
    /// Waits for `work`, and meanwhile shows anew what depends on the clock, and what the lookups find
    /// when they find it. Every wait of the poller is one of these.
    pub(super) async fn beside<T>(&mut self, work: impl Future<Output = T>) -> T {
        let clock = Arc::clone(&self.clock);
        let mut work = pin!(work);
        loop {
            let found = self.outlets.findings.changed();
            tokio::select! {
                biased;
                done = &mut work => return done,
                () = clock.passes(self.refresh_at) => self.refresh(),
                () = found => self.refresh(),
            }
        }
    }

    fn refresh(&mut self) {
        let now = self.now();
        if let Some(snapshot) = self.publisher.refreshed(now) {
            self.outlets.published.store(Arc::new(snapshot));
        }
        self.refresh_later(now);
    }

    /// Shows everything anew after a while, or when new series are to be shown as they are.
    pub(super) fn refresh_later(&mut self, now: Now) {
        let usual = now.monotonic + REFRESH_EVERY;
        let lets_go_at = self.publisher.cells.lets_go_at();
        self.refresh_at = lets_go_at.map_or(usual, |at| at.min(usual));
    }
}
