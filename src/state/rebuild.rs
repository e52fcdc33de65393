//! Other settings on a state that there is: the cells are made anew where other labels are shown.

use rusqlite::{Transaction, TransactionBehavior};

use super::codec::{SCHEMA_VERSION, SCHEMA_WITH_FAMILIES};
use super::sqlite::StateFile;
use super::written::Pen;
use super::{State, StateError};
use crate::ledger::{
    Asked, Counted, Counting, LabelSettings, Ledger, Ranking, Reach, Resets, SeriesSettings,
    ShownSeries, TicketRecord,
};
use crate::ticket::UnixSeconds;

impl State {
    /// Gives the cells the settings that the settings ask for, in one transaction, unless they have them;
    /// `now` is our clock.
    ///
    /// # Errors
    ///
    /// As [`Self::apply`]; the stored cells are as they were.
    pub fn apply_settings(
        &mut self,
        settings: SeriesSettings,
        now: UnixSeconds,
    ) -> Result<(), StateError> {
        self.guarded(|state| {
            if state.ledger.aggregates.settings() == &settings {
                return Ok(());
            }
            state.rebuild(settings, SCHEMA_VERSION, now)
        })
    }

    /// Notes which tickets the settings ask for. If it is not what they asked for before, a resync is
    /// due at once.
    ///
    /// # Errors
    ///
    /// As [`Self::apply`].
    pub fn aim(&mut self, reach: Reach) -> Result<(), StateError> {
        self.guarded(|state| {
            let before = state.asked(SCHEMA_VERSION);
            if !state.ledger.progress.aim(reach) {
                return Ok(());
            }
            let counting = counting(&state.ledger);
            let resets = Resets::between(&before, &state.asked(SCHEMA_VERSION), counting);
            let file = &state.file;
            let transaction = state
                .connection
                .transaction_with_behavior(TransactionBehavior::Immediate)
                .map_err(|source| file.failed(source))?;
            let mut pen = Pen {
                transaction: &transaction,
                checksum: &mut state.checksum,
            };
            pen.write_meta(&mut state.meta, &state.ledger)
                .and_then(|()| transaction.commit())
                .map_err(|source| file.failed(source))?;
            state.resets = std::mem::take(&mut state.resets).and(resets);
            Ok(())
        })
    }

    fn asked(&self, schema: i64) -> Asked {
        asked(&self.ledger, schema)
    }

    /// What other settings have reset since this was last asked: when the state was opened, by
    /// [`Self::apply_settings`] and by [`Self::aim`].
    pub fn take_resets(&mut self) -> Resets {
        std::mem::take(&mut self.resets)
    }

    /// The series that were shown by the program that used the state before, if opening it has laid the
    /// cells out anew since; once.
    pub const fn take_shown_before(&mut self) -> Option<ShownSeries> {
        self.shown_before.take()
    }

    /// Gives the cells other settings, in one transaction: gauges are counted again from the
    /// records, counters whose labels change end and start anew at 0. `schema` is that of the state.
    /// What that resets is kept for [`State::take_resets`].
    pub(super) fn rebuild(
        &mut self,
        settings: SeriesSettings,
        schema: i64,
        now: UnixSeconds,
    ) -> Result<(), StateError> {
        let file = &self.file;
        let asked = self.asked(schema);
        let before = &asked.series;
        let (labels, labels_before) = (&settings.labels, &before.labels);
        let other_values =
            labels.max_values != labels_before.max_values || labels.fields != labels_before.fields;
        let mut resets = resets_by_settings(&self.ledger, &asked, &settings);
        if resets.resync {
            self.ledger.progress.resync.on_settings_changed();
        }
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(|source| file.failed(source))?;
        if other_values {
            let labels = (labels, Some(labels_before));
            choose_values(&transaction, &mut self.ledger, labels, file)?;
        }
        let counters = self.ledger.aggregates.rebuild(settings);
        recount(&transaction, &mut self.ledger, file)?;
        let lost = self.ledger.aggregates.take_back(counters);
        lost.into_iter()
            .for_each(|family| resets.restarted.add(family));
        if self.ledger.progress.initial_sync_complete {
            self.ledger.aggregates.add_counters();
        }
        if resets.restarts_counters() {
            self.ledger.progress.counters_restarted_at = Some(now);
        }
        let mut pen = Pen {
            transaction: &transaction,
            checksum: &mut self.checksum,
        };
        pen.rewrite(&mut self.ledger)
            .and_then(|()| pen.write_meta(&mut self.meta, &self.ledger))
            .and_then(|()| transaction.pragma_update(None, "user_version", SCHEMA_VERSION))
            .and_then(|()| transaction.commit())
            .map_err(|source| file.failed(source))?;
        self.ledger.aggregates.commit_page();
        self.resets = std::mem::take(&mut self.resets).and(resets);
        Ok(())
    }
}

impl State {
    /// Makes a state of an older schema one of the present schema, in one transaction: only `meta` is
    /// written, so this takes as long for ten million tickets as for ten.
    pub(super) fn take_over(&mut self) -> Result<(), StateError> {
        let file = &self.file;
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(|source| file.failed(source))?;
        let mut pen = Pen {
            transaction: &transaction,
            checksum: &mut self.checksum,
        };
        pen.write_meta(&mut self.meta, &self.ledger)
            .and_then(|()| transaction.pragma_update(None, "user_version", SCHEMA_VERSION))
            .and_then(|()| transaction.commit())
            .map_err(|source| file.failed(source))
    }
}

/// What the settings asked so far of a ledger that is stored under this schema.
pub(super) fn asked(ledger: &Ledger, schema: i64) -> Asked {
    Asked {
        series: ledger.aggregates.settings().clone(),
        reach: ledger.progress.reach,
        tells_families: schema >= SCHEMA_WITH_FAMILIES,
    }
}

/// Which counters there are already.
fn counting(ledger: &Ledger) -> Counting {
    let differ = ledger.aggregates.business_hours_differ();
    ledger.progress.counting(differ)
}

/// What other settings resets, but for counters that find no room: that shows when they are taken
/// back.
fn resets_by_settings(ledger: &Ledger, before: &Asked, settings: &SeriesSettings) -> Resets {
    let after = Asked {
        series: settings.clone(),
        reach: before.reach,
        tells_families: true,
    };
    let mut resets = Resets::between(before, &after, counting(ledger));
    resets.room_may_lack = false;
    resets
}

/// Brings the counters when the initial sync is complete. Where a label has more values than can be
/// shown, those in use are chosen first, and the gauges counted again. Returns whether that was so:
/// then everything is to be written anew.
pub(super) fn begin_counting(
    transaction: &Transaction<'_>,
    ledger: &mut Ledger,
    file: &StateFile,
) -> Result<bool, StateError> {
    let is_crowded = ledger.dictionaries.is_crowded();
    if is_crowded {
        let settings = ledger.aggregates.settings().clone();
        choose_values(transaction, ledger, (&settings.labels, None), file)?;
        // Few events were counted yet: those of tickets that were created since the baseline.
        let counters = ledger.aggregates.rebuild(settings.clone());
        recount(transaction, ledger, file)?;
        let counters = counters.shown_by(&ledger.dictionaries, &settings.labels);
        ledger.aggregates.take_back_or_other(counters);
    }
    ledger.aggregates.add_counters();
    Ok(is_crowded)
}

/// Chooses the label values by what was in use before the baseline, but for those of the settings
/// before whose choice stands.
fn choose_values(
    transaction: &Transaction<'_>,
    ledger: &mut Ledger,
    (labels, before): (&LabelSettings, Option<&LabelSettings>),
    file: &StateFile,
) -> Result<(), StateError> {
    let mut ranking = Ranking::before(ledger.progress.baseline.unwrap_or(UnixSeconds(0)));
    for_each_record(transaction, file, |record| {
        ranking.count(&record);
        Ok(())
    })?;
    ledger.dictionaries.choose(labels, before, &ranking);
    Ok(())
}

impl Pen<'_> {
    /// Writes all cells and dictionary entries in place of what is stored.
    pub(super) fn rewrite(&mut self, ledger: &mut Ledger) -> rusqlite::Result<()> {
        *self.checksum = 0;
        self.transaction
            .execute_batch("DELETE FROM cells; DELETE FROM dictionary")?;
        ledger.aggregates.touch_all();
        self.write_cells(&ledger.aggregates)?;
        ledger.dictionaries.add_all_again();
        self.write_entries(&mut ledger.dictionaries)
    }
}

/// Folds every stored record into the gauges of `ledger`.
pub(super) fn recount(
    transaction: &Transaction<'_>,
    ledger: &mut Ledger,
    file: &StateFile,
) -> Result<(), StateError> {
    for_each_record(transaction, file, |record| {
        let (nothing, dictionaries) = (Counted::default(), &ledger.dictionaries);
        ledger
            .aggregates
            .fold(None, &record, &nothing, dictionaries)
            .map_err(|imbalance| file.damaged(imbalance.to_string()))
    })
}

/// Reads every stored record, one at a time.
fn for_each_record(
    transaction: &Transaction<'_>,
    file: &StateFile,
    mut take: impl FnMut(TicketRecord) -> Result<(), StateError>,
) -> Result<(), StateError> {
    let mut statement = transaction
        .prepare("SELECT id, record FROM tickets")
        .map_err(|source| file.failed(source))?;
    let mut rows = statement.query([]).map_err(|source| file.failed(source))?;
    while let Some(row) = rows.next().map_err(|source| file.failed(source))? {
        let read = || -> rusqlite::Result<_> {
            Ok((
                row.get::<_, i64>(0)?,
                TicketRecord::decode(row.get_ref(1)?.as_blob()?),
            ))
        };
        let (id, record) = read().map_err(|source| file.failed(source))?;
        take(record.map_err(|bad| file.damaged(format!("ticket {id}: {bad}")))?)?;
    }
    Ok(())
}
