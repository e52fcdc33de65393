//! Simulates a typical account in a ledger, to estimate how many series settings cause.
//!
//! PURE. The number of label combinations depends on the tickets, which are unknown before they are read. So
//! tickets are simulated with the distribution of a usual support desk, and go through the rules of real tickets.
//! The result cannot differ from those rules. First the account is read; then as many tickets again are created and
//! solved, because event counters and histograms begin with events: an account that was just read shows few of
//! them.

mod population;

mod life;

mod ticket;

use fastrand::Rng;

use super::backlog::Backlog;
use super::page::{PageRead, Walk};
use super::series_settings::{Combinations, SeriesSettings};
use super::{AnswerTime, Ledger, RowContext};
use crate::source::{Page, SourceKind};
use crate::ticket::{NamedSet, Status, SupportType, UnixSeconds};
pub use population::{FIELD_VALUES_ASSUMED, Population};
use ticket::{DONE, UNSOLVED, pick};
/// Most tickets of a kind that are simulated. Combinations that are then still missing are rare.
const MADE_UP_MAX: u64 = 10_000;

/// When the simulated account is read. Any time is suitable.
const NOW: UnixSeconds = UnixSeconds(1_790_000_000);

impl Population {
    /// A time after everything that is simulated.
    pub fn end(&self) -> UnixSeconds {
        comes_in(self.further_tickets())
    }

    /// A ledger under `settings` that has just read such an account for the first time, with its unsolved tickets.
    pub fn read_by(&self, settings: &SeriesSettings) -> (Ledger, Backlog) {
        let mut ledger = Ledger::new(settings.clone(), NOW);
        if self.business_hours_differ == Some(true) {
            // This is known of the account, so the histograms exist from the first ticket on.
            ledger.aggregates.restore_business_hours_differ(true);
        }
        let mut backlog = Backlog::default();
        // With a fixed seed, the same settings always give the same estimate.
        let mut rng = Rng::with_seed(1);
        let done = (0..self.done.min(MADE_UP_MAX)).map(|_| DONE);
        let unsolved = (0..self.unsolved.min(MADE_UP_MAX)).map(|_| UNSOLVED);
        for (id, statuses) in (1..).zip(done.chain(unsolved)) {
            let status = pick(statuses, &mut rng);
            let created_at = NOW.plus(-rng.i64(0..100 * 24 * 3600));
            let change = self.ticket(id, (status, created_at), settings, &mut rng);
            // A new ticket is in no gauge before, so no imbalance is possible.
            let Ok(applied) = ledger.apply(None, &change, RowContext::at(NOW)) else {
                continue;
            };
            let record = applied.record.iter();
            let waiting = record.filter_map(|record| ledger.waiting(record)).next();
            if waiting.is_some() {
                backlog.apply(change.id, waiting.as_ref());
            }
        }
        ledger.pass(&PageRead {
            walk: Walk::Main,
            page: Page {
                source: SourceKind::Cursor,
                rows: Vec::new(),
                rejected: Vec::new(),
                is_last_rejected: false,
                end_of_stream: true,
                next: None,
            },
            time: AnswerTime::agreed(NOW),
        });
        ledger.aggregates.add_counters();
        backlog.ensure_series(ledger.aggregates.cells().map(|(cell, _)| cell));
        (ledger, backlog)
    }

    /// Simulates the creation and solution of as many further tickets. The tickets of [`Self::read_by`] stay as
    /// they are: so many always exist.
    pub fn live(&self, ledger: &mut Ledger, backlog: &mut Backlog) {
        let settings = ledger.aggregates.settings().clone();
        let mut rng = Rng::with_seed(2);
        for place in 0..self.further_tickets() {
            // The ids below are those of the tickets that were read.
            let id = (2 * MADE_UP_MAX + 1 + place).cast_signed();
            let change = self.ticket(id, (Status::New, comes_in(place)), &settings, &mut rng);
            let mut record = None;
            for change in self.life(change, &settings, &mut rng) {
                let Ok(applied) = ledger.apply(
                    record.as_ref(),
                    &change,
                    RowContext::at(change.order_key.time()),
                ) else {
                    break;
                };
                record = applied.record.or(record);
            }
        }
        backlog.ensure_series(ledger.aggregates.cells().map(|(cell, _)| cell));
    }

    /// How many tickets [`Self::live`] simulates.
    pub fn further_tickets(&self) -> u64 {
        self.tickets().min(MADE_UP_MAX)
    }

    /// The most series that tickets can have under `settings`: every combination of the values in use, or
    /// `max_series`.
    pub fn series_max(&self, settings: &SeriesSettings) -> usize {
        let shown = |shows: bool, values: usize| {
            // In addition to the values: `none` and `other`.
            let values = values.min(settings.labels.max_values) + 2;
            if shows { values } else { 1 }
        };
        // Tickets that were not read since a field was listed have `unknown`.
        let fields = settings.labels.fields.iter();
        let fields = fields.map(|field| 1 + shown(true, self.values_of(field)));
        let named = |set: NamedSet| shown(settings.labels.named[set], self.named[set]);
        let owners = named(NamedSet::Group).saturating_mul(named(NamedSet::Brand));
        let others = [
            shown(true, self.channels),
            shown(settings.support_type, SupportType::ALL.len() - 2),
        ];
        let all = others
            .into_iter()
            .chain(NamedSet::ALL.iter().map(|set| named(*set)))
            .chain(fields)
            .fold(1, usize::saturating_mul);
        let series = settings.series_of(Combinations { all, owners });
        series.min(settings.max_series)
    }
}

/// When the ticket with this index is created: after everything that happens to the one before.
const fn comes_in(place: u64) -> UnixSeconds {
    NOW.plus((place.cast_signed() + 1) * life::SECONDS_MAX)
}

#[cfg(test)]
mod tests;
