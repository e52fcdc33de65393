//! A typical account, put through the ledger: so many series will settings make.
//!
//! PURE. How many combinations of labels turn up depends on the tickets, which nobody knows before they
//! are read. So tickets are made up, as they are spread on a usual support desk, and go through
//! the very rules that real ones go through; what is then counted cannot differ from those rules.
//! First the account is read, then as many tickets again come in and are solved: event counters and
//! histograms begin with what happens, so an account that has just been read shows few of them.

mod population;

mod life;

mod ticket;

use fastrand::Rng;

use super::backlog::Backlog;
use super::page::{PageRead, Walk};
use super::series_settings::{Combinations, SeriesSettings};
use super::{AnswerTime, Ledger};
use crate::source::{Page, SourceKind};
use crate::ticket::{NamedSet, Status, SupportType, UnixSeconds};
pub use population::{FIELD_VALUES_ASSUMED, Population};
use ticket::{DONE, UNSOLVED, pick};
/// More tickets of a kind than this are not made up: the combinations that are still missing then
/// are rare.
const MADE_UP_MAX: u64 = 10_000;

/// When the made up account is read. Any time does.
const NOW: UnixSeconds = UnixSeconds(1_790_000_000);

impl Population {
    /// A moment after everything that is made up.
    pub fn end(&self) -> UnixSeconds {
        comes_in(self.further_tickets())
    }

    /// A ledger under `settings` that has just read such an account for the first time, and its
    /// unsolved tickets.
    pub fn read_by(&self, settings: &SeriesSettings) -> (Ledger, Backlog) {
        let mut ledger = Ledger::new(settings.clone(), NOW);
        if self.business_hours_differ == Some(true) {
            // It is known of the account, so the histograms are there from the first ticket on.
            ledger.aggregates.restore_business_hours_differ(true);
        }
        let mut backlog = Backlog::default();
        let mut rng = Rng::with_seed(1);
        let done = (0..self.done.min(MADE_UP_MAX)).map(|_| DONE);
        let unsolved = (0..self.unsolved.min(MADE_UP_MAX)).map(|_| UNSOLVED);
        for (id, statuses) in (1..).zip(done.chain(unsolved)) {
            let status = pick(statuses, &mut rng);
            let created_at = NOW.plus(-rng.i64(0..100 * 24 * 3600));
            let change = self.ticket(id, (status, created_at), settings, &mut rng);
            // A ticket that is new leaves no cell.
            let Ok(applied) = ledger.apply(None, &change, Some(NOW)) else {
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
                end_of_stream: true,
                next: None,
            },
            time: AnswerTime::agreed(NOW),
        });
        ledger.aggregates.add_counters();
        backlog.ensure_series(ledger.aggregates.cells().map(|(cell, _)| cell));
        (ledger, backlog)
    }

    /// Lets as many tickets again come into such an account as it has, and be solved. The ones that
    /// [`Self::read_by`] read stay as they are: so many are always there.
    pub fn live(&self, ledger: &mut Ledger, backlog: &mut Backlog) {
        let settings = ledger.aggregates.settings().clone();
        let mut rng = Rng::with_seed(2);
        for place in 0..self.further_tickets() {
            // Ids below are those of the tickets that were read.
            let id = (2 * MADE_UP_MAX + 1 + place).cast_signed();
            let change = self.ticket(id, (Status::New, comes_in(place)), &settings, &mut rng);
            let mut record = None;
            for change in self.life(change, &settings, &mut rng) {
                let Ok(applied) = ledger.apply(record.as_ref(), &change, Some(change.order_key))
                else {
                    break;
                };
                record = applied.record.or(record);
            }
        }
        backlog.ensure_series(ledger.aggregates.cells().map(|(cell, _)| cell));
    }

    /// How many tickets [`Self::live`] lets come in.
    pub fn further_tickets(&self) -> u64 {
        self.tickets().min(MADE_UP_MAX)
    }

    /// Most series that tickets can take under `settings`: every combination of the values in use, or
    /// what `max_series` lets be.
    pub fn series_max(&self, settings: &SeriesSettings) -> usize {
        let shown = |shows: bool, values: usize| {
            // Beside the values: none of them, and any other.
            let values = values.min(settings.labels.max_values) + 2;
            if shows { values } else { 1 }
        };
        // Of tickets that were not read since a field is listed it is unknown.
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

/// When the ticket at this place comes in after the account was read: after all that happens to the
/// one before.
const fn comes_in(place: u64) -> UnixSeconds {
    NOW.plus((place.cast_signed() + 1) * life::SECONDS_MAX)
}

#[cfg(test)]
mod tests;
