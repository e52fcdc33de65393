//! Other settings on a state that there is: the cells are made anew where other labels are shown.

use super::backend::Transaction;
use super::codec::{SCHEMA_VERSION, SCHEMA_WITH_FAMILIES};
use super::failure::Failure;
use super::records;
use super::written::Writes;
use crate::ledger::{
    Asked, Counted, Counting, Imbalance, LabelSettings, Ledger, Ranking, Resets, SeriesSettings,
    TicketRecord, TicketScope,
};
use crate::ticket::UnixSeconds;

/// Gives the cells other settings: gauges are counted again from the records, counters whose labels
/// change end and start anew at 0. `schema` is that of the state. Returns what that resets.
///
/// Reads no record if the cells stay the same. For example, a state of schema 2 says `true` of business
/// hours where the default is `auto` now, and is opened as fast as one of the present schema.
pub(super) fn rebuild(
    ledger: &mut Ledger,
    transaction: &mut dyn Transaction,
    (settings, schema): (SeriesSettings, i64),
    now: UnixSeconds,
) -> Result<(Resets, Writes), Failure> {
    let asked = asked(ledger, schema);
    let (labels, labels_before) = (&settings.labels, &asked.series.labels);
    let other_values =
        labels.max_values != labels_before.max_values || labels.fields != labels_before.fields;
    let mut resets = resets_by_settings(ledger, &asked, &settings);
    let has_families = schema >= SCHEMA_WITH_FAMILIES;
    if has_families && ledger.aggregates.take_settings(&settings) {
        return Ok((resets, Writes::Changes));
    }
    if resets.resync {
        ledger.progress.on_settings_changed();
    }
    if other_values {
        choose_values(ledger, transaction, (labels, Some(labels_before)))?;
    }
    let counters = ledger.aggregates.rebuild(settings);
    recount(ledger, transaction)?;
    let lost = ledger.aggregates.take_back(counters);
    lost.into_iter()
        .for_each(|family| resets.restarted.add(family));
    if ledger.progress.initial_sync_complete {
        ledger.aggregates.add_counters();
    }
    if resets.restarts_counters() {
        ledger.progress.counters_restarted_at = Some(now);
    }
    Ok((resets, Writes::All))
}

/// Notes that the settings ask for other tickets. Returns what that resets.
pub(super) fn set_ticket_scope(ledger: &mut Ledger, ticket_scope: TicketScope) -> (Resets, Writes) {
    let before = asked(ledger, SCHEMA_VERSION);
    ledger.progress.set_ticket_scope(ticket_scope);
    let counting = counting(ledger);
    let resets = Resets::between(&before, &asked(ledger, SCHEMA_VERSION), counting);
    (resets, Writes::Changes)
}

/// What the settings asked so far of a ledger that is stored under this schema.
pub(super) fn asked(ledger: &Ledger, schema: i64) -> Asked {
    Asked {
        series: ledger.aggregates.settings().clone(),
        ticket_scope: ledger.progress.ticket_scope,
        tells_families: schema >= SCHEMA_WITH_FAMILIES,
    }
}

/// Which counters there are already.
fn counting(ledger: &Ledger) -> Counting {
    let differ = ledger.aggregates.business_hours_differ();
    ledger.progress.counting(differ)
}

/// What other settings reset, but for counters that find no room: that shows when they are taken
/// back.
fn resets_by_settings(ledger: &Ledger, before: &Asked, settings: &SeriesSettings) -> Resets {
    let after = Asked {
        series: settings.clone(),
        ticket_scope: before.ticket_scope,
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
    ledger: &mut Ledger,
    transaction: &mut dyn Transaction,
) -> Result<bool, Failure> {
    let is_crowded = ledger.dictionaries.is_crowded();
    if is_crowded {
        let settings = ledger.aggregates.settings().clone();
        choose_values(ledger, transaction, (&settings.labels, None))?;
        // Few events were counted yet: those of tickets that were created since the baseline.
        let counters = ledger.aggregates.rebuild(settings.clone());
        recount(ledger, transaction)?;
        let counters = counters.shown_by(&ledger.dictionaries, &settings.labels);
        ledger.aggregates.take_back_or_other(counters);
    }
    ledger.aggregates.add_counters();
    Ok(is_crowded)
}

/// Chooses the label values by what was in use before the baseline, but for those of the settings
/// before whose choice stands.
fn choose_values(
    ledger: &mut Ledger,
    transaction: &mut dyn Transaction,
    (labels, before): (&LabelSettings, Option<&LabelSettings>),
) -> Result<(), Failure> {
    let mut ranking = Ranking::before(ledger.progress.baseline.unwrap_or(UnixSeconds(0)));
    records::for_each(transaction, |record| {
        ranking.count(&record);
        Ok(())
    })?;
    ledger.dictionaries.choose(labels, before, &ranking);
    Ok(())
}

/// Folds every stored record into the gauges of `ledger`.
fn recount(ledger: &mut Ledger, transaction: &mut dyn Transaction) -> Result<(), Failure> {
    records::for_each(transaction, |record| Ok(count_again(ledger, &record)?))
}

/// Folds a stored record into the gauges of `ledger`.
pub(super) fn count_again(ledger: &mut Ledger, record: &TicketRecord) -> Result<(), Imbalance> {
    let (nothing, dictionaries) = (Counted::default(), &ledger.dictionaries);
    ledger.aggregates.fold(None, record, &nothing, dictionaries)
}
