//! The lines that are made of the state's cells, as last rendered, and how new series are held back
//! in them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::ledger::{Cell, ShownSeries};
use crate::metrics::{FamilyLines, NewSeries, Occasion, Words};
use crate::state::State;

/// What a scrape shows of the cells. Needs no state to move on as time passes, as that may be busy
/// with a page.
#[derive(Debug)]
pub(super) struct CellLines {
    /// `None` until the first sync is complete, or seen to be so.
    lines: Option<Arc<FamilyLines>>,
    new_series: NewSeries,
    /// What the histograms in business hours held before they began, until that is looked at.
    twins_began: Option<BTreeMap<Cell, u64>>,
}

impl CellLines {
    /// None yet. New series will be held for so long.
    pub(super) fn new(hold_new_series: Duration) -> Self {
        Self {
            lines: None,
            new_series: NewSeries::held_for(hold_new_series),
            twins_began: None,
        }
    }

    /// Nothing that was rendered is used again, but which series were shown before, and since when, is
    /// still known. New series will be held for so long.
    pub(super) fn render_anew(&mut self, hold_new_series: Duration) {
        self.lines = None;
        self.new_series.hold_for(hold_new_series);
        self.twins_began = None;
    }

    /// The program before showed these series, under other settings.
    pub(super) fn go_on_from(&mut self, shown: ShownSeries) {
        self.new_series.go_on_from(shown);
    }

    /// Whether there are none.
    pub(super) const fn is_empty(&self) -> bool {
        self.lines.is_none()
    }

    /// The lines as last rendered.
    pub(super) fn lines(&self) -> Option<Arc<FamilyLines>> {
        self.lines.clone()
    }

    /// A page was kept: what the histograms in business hours held until now, if they began in it.
    pub(super) fn on_twins_began(&mut self, twins_began: Option<&BTreeMap<Cell, u64>>) {
        if let Some(twins_began) = twins_began {
            self.twins_began = Some(twins_began.clone());
        }
    }

    /// Renders the cells of the state, in which the first sync is complete.
    pub(super) fn render(
        &mut self,
        account: &str,
        state: &State,
        occasion: Occasion,
        now: Duration,
    ) {
        let aggregates = state.aggregates();
        let twins_began = self.twins_began.take();
        self.new_series.let_go(now);
        self.new_series
            .add_new(aggregates, twins_began.as_ref(), occasion, now);
        let words = Words {
            dictionaries: state.dictionaries(),
            settings: aggregates.settings(),
        };
        let cells = aggregates.shown_cells();
        let lines = FamilyLines::of_cells(account, cells, words, &self.new_series);
        self.lines = Some(Arc::new(lines));
    }

    /// When new series are next to be shown as they are, on the monotonic clock.
    pub(super) fn lets_go_at(&self) -> Option<Duration> {
        self.lines.as_ref()?.changes_at()
    }

    /// Shows what was held long enough as it is. Returns whether anything is shown otherwise now.
    pub(super) fn let_go(&mut self, now: Duration) -> bool {
        self.new_series.let_go(now);
        let Some(lines) = self.lines.as_ref().and_then(|lines| lines.as_of(now)) else {
            return false;
        };
        self.lines = Some(Arc::new(lines));
        true
    }
}

#[cfg(test)]
mod tests;
