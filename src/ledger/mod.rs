//! The ledger: turns rows of tickets into records and cells.
//!
//! PURE. `transition` compares a row with the stored record of its ticket, and [`Ledger::apply`] updates the
//! [`Aggregates`] accordingly. The state stores the records: it passes the old record in and gets the new one back.

mod transition;

mod record;

mod measured;

mod reopens;

mod sla;

mod labels;

pub mod family;

mod cell;

mod aggregates;

mod buckets;

mod business_hours;

mod series_settings;

mod resets;

mod backlog;

mod page;

mod answer_time;

mod progress;

mod typical;

#[cfg(test)]
pub(crate) mod testing;

#[cfg(test)]
mod properties;

pub use aggregates::{Aggregates, Imbalance, KeptCells, ShownSeries};
pub use answer_time::{AnswerDate, AnswerTime, rows_reach};
pub use backlog::{Backlog, BacklogBuilder, PriorityView, SlaView, StatusView, View, Waiting};
pub use buckets::{BUCKETS_MAX, BadBuckets, Buckets};
pub use cell::{Cell, Part};
pub use family::{Family, TicketFamily};
pub use labels::{
    AGES, DICTIONARY_VALUES_MAX, Dictionaries, Dimension, Entry, FieldLabel, LabelSettings,
    LabelValues, NUMBER_ABSENT, NUMBER_OTHER, OpenSet, Ranking,
};
pub use measured::Observed;
pub use page::{PageRead, Walk};
pub use progress::{
    ArchiveWalk, BEYOND_MAX, IdRange, ListProgress, Marks, Progress, RECORDS_LOOKED_AT_MAX,
    Refusal, Resync, ResyncEnd, SETTLE_SECONDS, SWEPT_MAX, SWEPT_ONE_IN_MIN, TicketScope, Truth,
    Unseen,
};
pub use record::{BadRecord, KeyOrigin, Life, TicketRecord};
pub use reopens::{HIDDEN_REOPENS_MAX, Reopens};
pub use resets::{Asked, Counting, Families, Resets};
pub use series_settings::{BusinessHours, SeriesSettings};
pub use sla::{Ended, is_breached};
pub use transition::{
    Baseline, Counted, Noticed, ORDER_KEY_AHEAD_SECONDS_MAX, Outcome, RowContext,
};
pub use typical::{FIELD_VALUES_ASSUMED, Population};

use crate::source::RejectedRow;
use crate::ticket::{RowKey, Status, TicketChange, TicketId, UnixSeconds};
use progress::{Judging, Looked};
use transition::{Circumstances, Transition, deletion, transition};

/// The data of one account that is in memory: aggregates, dictionaries and progress.
#[derive(Debug)]
pub struct Ledger {
    /// The numbers of open values.
    pub dictionaries: Dictionaries,
    /// The gauges, counters and histograms.
    pub aggregates: Aggregates,
    /// Position, freshness and baseline.
    pub progress: Progress,
}

/// The result of one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// The outcome of the row.
    pub outcome: Outcome,
    /// The record to store, if it changed.
    pub record: Option<TicketRecord>,
    /// The row, if it was rejected. Its ticket still counts as seen.
    pub rejected: Option<RejectedRow>,
    /// What the row shows besides events.
    pub noticed: Noticed,
    /// The labels that show `other` for the ticket because they have too many values.
    pub dropped: Vec<Dimension>,
}

/// The result of a run of records in a resync.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordsLookedAt {
    /// The tickets that were swept, and their records to write.
    pub swept: Vec<(TicketId, TicketRecord)>,
    /// How the resync ended, if it did.
    pub ended: Option<ResyncEnd>,
}

impl Ledger {
    /// The ledger of an account of which nothing was read.
    pub fn new(settings: SeriesSettings, created_at: UnixSeconds) -> Self {
        Self {
            dictionaries: Dictionaries::new(settings.labels.max_values),
            aggregates: Aggregates::new(settings),
            progress: Progress::new(created_at),
        }
    }

    /// Applies one row. `stored` is the record of its ticket; the caller stores the new one. `context` describes the
    /// answer that the row came in.
    ///
    /// # Errors
    ///
    /// [`Imbalance`] if the aggregates do not contain the ticket of `stored`. The page must then be abandoned, also
    /// in memory.
    pub fn apply(
        &mut self,
        stored: Option<&TicketRecord>,
        change: &TicketChange,
        context: RowContext,
    ) -> Result<Applied, Imbalance> {
        let circumstances = self.circumstances(context);
        let (dictionaries, settings) = (&mut self.dictionaries, self.aggregates.settings());
        let numbers = || dictionaries.number(change, &settings.labels);
        let step = transition(stored, change, numbers, circumstances);
        let reason = match change.order_key {
            RowKey::Generated(_) => "its generated_timestamp is more than an hour in the future",
            RowKey::Updated(_) => "its updated_at is more than an hour in the future",
        };
        let mut applied = self.take(stored, step, (change.id, reason))?;
        if let Some(record) = &applied.record
            && applied.rejected.is_none()
        {
            let labels = &self.aggregates.settings().labels;
            applied.dropped = self.dictionaries.dropped(change, record, labels);
        }
        Ok(applied)
    }

    /// Applies a row that only says that the ticket `id` was deleted, and when. Otherwise like [`Self::apply`].
    ///
    /// # Errors
    ///
    /// As [`Self::apply`].
    pub fn delete(
        &mut self,
        stored: Option<&TicketRecord>,
        (id, at): (TicketId, UnixSeconds),
        context: RowContext,
    ) -> Result<Applied, Imbalance> {
        let step = deletion(stored, (id, at), self.circumstances(context));
        let reason = "its deleted_at is more than an hour in the future";
        self.take(stored, step, (id, reason))
    }

    fn circumstances(&self, context: RowContext) -> Circumstances {
        Circumstances {
            baseline: self.progress.counting_from(),
            context,
            resync_mark: self.progress.resync.mark(),
            slas: self.aggregates.settings().slas,
        }
    }

    /// Updates the aggregates after a row. `id` and `reason` describe the row if it is rejected.
    fn take(
        &mut self,
        stored: Option<&TicketRecord>,
        step: Transition,
        (id, reason): (TicketId, &'static str),
    ) -> Result<Applied, Imbalance> {
        let is_rejected = step.outcome == Outcome::Rejected;
        if let Some(record) = &step.record {
            self.aggregates
                .fold(stored, record, &step.counted, &self.dictionaries)?;
            let is_ticket = |record: &TicketRecord| record.life != Life::Tombstone;
            self.progress.tickets += u64::from(is_ticket(record));
            self.progress.tickets -= u64::from(stored.is_some_and(is_ticket));
        }
        Ok(Applied {
            outcome: step.outcome,
            record: if is_rejected {
                stored.and_then(|stored| self.seen(stored))
            } else {
                step.record
            },
            rejected: is_rejected.then_some(RejectedRow {
                id: Some(id.0),
                reason,
                fingerprint: 0,
            }),
            noticed: step.counted.noticed,
            dropped: Vec::new(),
        })
    }

    /// The record of a ticket whose row could not be used, marked as seen; `None` if the record does not change.
    pub fn seen(&self, stored: &TicketRecord) -> Option<TicketRecord> {
        stored.seen_by(self.progress.resync.mark())
    }

    /// Counts or removes the records that the resync missed, among those that [`Resync::next_records`] asked for.
    /// No event is counted.
    ///
    /// # Errors
    ///
    /// As [`Self::apply`].
    pub fn look_at_records(
        &mut self,
        records: &[(TicketId, TicketRecord)],
        account_now: UnixSeconds,
    ) -> Result<RecordsLookedAt, Imbalance> {
        let judging = Judging {
            ticket_scope: self.progress.ticket_scope,
            live: self.live_tickets(),
            account_now,
        };
        let Looked { swept, ended } = self.progress.resync.look(records, judging);
        let swept = swept.into_iter();
        let swept = swept.map(|(id, record)| {
            self.progress.resync.on_record_swept();
            Ok((*id, self.sweep(record, account_now)?))
        });
        Ok(RecordsLookedAt {
            swept: swept.collect::<Result<_, Imbalance>>()?,
            ended,
        })
    }

    /// Removes a ticket from the gauges that Zendesk does not show any more, without having reported its deletion.
    /// Returns the record to store.
    fn sweep(
        &mut self,
        stored: &TicketRecord,
        now: UnixSeconds,
    ) -> Result<TicketRecord, Imbalance> {
        let swept = stored.swept(now);
        let counted = Counted::default();
        self.aggregates
            .fold(Some(stored), &swept, &counted, &self.dictionaries)?;
        Ok(swept)
    }

    /// Removes a ticket that verify rounds found missing. Returns the record to store; `None` if the ticket is closed
    /// or removed already: a closed ticket that left the list was archived.
    ///
    /// # Errors
    ///
    /// As [`Self::apply`].
    pub fn sweep_missing(
        &mut self,
        stored: &TicketRecord,
        now: UnixSeconds,
    ) -> Result<Option<TicketRecord>, Imbalance> {
        if stored.life != Life::Live || stored.status == Status::Closed {
            return Ok(None);
        }
        self.progress.resync.on_ticket_gone();
        self.sweep(stored, now).map(Some)
    }

    /// The number of existing tickets.
    pub fn live_tickets(&self) -> u64 {
        self.aggregates.tickets().map(|(_, value)| value).sum()
    }

    /// The data of a ticket for the families that depend on the time; `None` unless it is unsolved.
    pub fn waiting(&self, record: &TicketRecord) -> Option<Waiting> {
        self.aggregates.waiting(record, &self.dictionaries)
    }

    /// Prepares for a page that will be applied.
    pub fn begin(&mut self, read: &PageRead) {
        self.progress.begin(read);
    }

    /// Updates the progress after a page whose rows were applied. Returns whether the page completes the initial
    /// sync; the caller then calls [`Aggregates::add_counters`].
    pub fn pass(&mut self, read: &PageRead) -> bool {
        self.progress.pass(read)
    }
}
