//! Whether a row is newer than the stored record of its ticket, and the order key that the record has after it.

use super::circumstances::RowContext;
use super::future_rows::is_from_the_future;
use crate::ledger::record::{KeyOrigin, Life, TicketRecord};
use crate::ticket::{RowKey, Standing, TicketChange, UnixSeconds};

/// How a row compares with the stored record of its ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RowOrder {
    /// The row is older, or may not restore a deleted ticket.
    Older,
    /// The row is equally old, and another source says whether anything changed.
    Repeated,
    /// The row is newer, or equally old and fetched later.
    Later,
}

/// Compares a row with the stored record of its ticket: by `generated_timestamp` if the row has one that says
/// something, otherwise by `updated_at`.
///
/// Example: the record has the order key 12:00:05, and its ticket was updated at 12:00:00. A row of an export with the
/// `generated_timestamp` 12:00:05 is as old. A row of the list that was updated at 12:00:00 is as old too, but while an
/// export decides, it is only a repetition: the export shows what changed without an update.
pub(super) fn row_order(
    stored: &TicketRecord,
    change: &TicketChange,
    context: RowContext,
) -> RowOrder {
    let is_restored = stored.life == Life::Tombstone && change.standing != Standing::Deleted;
    match change.order_key {
        RowKey::Generated(_) if lifts_sweep(stored, change) => RowOrder::Later,
        RowKey::Generated(at) if at < stored.order_key || is_before_list(stored, change) => {
            RowOrder::Older
        }
        // A live row with the same key can be the row from before the deletion, read again. So only a row with a
        // greater key restores a deleted ticket.
        RowKey::Generated(at) if at == stored.order_key && is_restored => RowOrder::Older,
        RowKey::Generated(_) => RowOrder::Later,
        RowKey::Updated(at) => {
            // A record without `updated_at` can only be compared by its key.
            let updated_at = stored.updated_at.unwrap_or(stored.order_key);
            if at > updated_at {
                RowOrder::Later
            } else if at < updated_at || is_restored || is_before_status(stored, change, context) {
                RowOrder::Older
            } else if context.list_is_truth || stored.life == Life::Swept {
                RowOrder::Later
            } else {
                RowOrder::Repeated
            }
        }
    }
}

/// Whether a row with a `generated_timestamp` lifts a sweep although its key may be less than that of the record: a row of
/// the list can have raised the key beyond every write of the ticket.
///
/// Example: a ticket was written at 12:10:00 without an update. A row of the list that came at 12:30:00 showed that, so
/// the key of the record is 12:29:00. After a sweep the export shows the same ticket, with the key 12:10:00.
fn lifts_sweep(stored: &TicketRecord, change: &TicketChange) -> bool {
    stored.life == Life::Swept
        && stored.key_origin == KeyOrigin::Updated
        && change.updated_at.is_some()
        && change.updated_at >= stored.updated_at
}

/// Whether a row of an export is older than what a list has shown since, although its key is not less.
///
/// Example: a ticket was updated at 12:00:01 and at 12:00:02, and the list has shown the second update. An export that
/// is still a minute behind shows the first one, with the `generated_timestamp` 12:00:04.
fn is_before_list(stored: &TicketRecord, change: &TicketChange) -> bool {
    stored.key_origin != KeyOrigin::Generated
        && change.updated_at.is_some()
        && change.updated_at < stored.updated_at
}

/// Whether a row with the `updated_at` of the record may say the status of a time before the record: its metric set says
/// no later time, and the answer is so recent that it can be of a server which is some seconds behind. Such a row could
/// count an event that was none, and a later one tells which status it is.
///
/// Example: a ticket that was updated at 12:00:00 was solved at 12:30:00 without an update, and the record has that. A
/// row that says `open`, with the `status_updated_at` 12:00:00, is from before if it comes at 12:30:10. If it comes at
/// 12:32:00, the ticket is open: its metric set is late, or the status changed twice within a second.
fn is_before_status(stored: &TicketRecord, change: &TicketChange, context: RowContext) -> bool {
    let is_live = stored.life == Life::Live;
    let status_updated_at = change.metric_set.and_then(|set| set.status_updated_at);
    let certain_from = stored.order_key.plus(STATUS_UNCERTAIN_SECONDS);
    is_live
        && change.standing != Standing::Live(stored.status)
        && status_updated_at.is_some_and(|at| at <= stored.order_key)
        && context.answered_at.is_none_or(|at| at < certain_from)
}

/// The order key of the record after a row that is not older, and its origin. The key of a row without
/// `generated_timestamp` is not before any time that the row names, so that no row of an export from before that time
/// replaces it.
pub(super) fn key_after(
    stored: Option<&TicketRecord>,
    change: &TicketChange,
    context: RowContext,
) -> (UnixSeconds, KeyOrigin) {
    let at = change.order_key.time();
    let key = stored.map_or(at, |stored| stored.order_key.max(at));
    if change.order_key.generated().is_some() {
        return (key, KeyOrigin::Generated);
    }
    let set = change.metric_set.as_ref();
    let status_updated_at = set
        .filter(|_| change.standing != Standing::Deleted)
        .and_then(|set| set.status_updated_at)
        // With a key from the future every true row of the ticket would be older.
        .filter(|at| !is_from_the_future(*at, context.latest_now));
    let key = status_updated_at.map_or(key, |at| at.max(key));
    (key, KeyOrigin::Updated)
}

/// How many seconds a write can stay invisible in the list of tickets.
const LIST_BEHIND_SECONDS_MAX: i64 = 60;

/// How many seconds after the order key of a record an answer can still have an earlier status. The key can be
/// [`LIST_BEHIND_SECONDS_MAX`] before the answer that showed the status, and that answer comes before another one that
/// is as much behind.
const STATUS_UNCERTAIN_SECONDS: i64 = 2 * LIST_BEHIND_SECONDS_MAX;

/// Raises the key of a record that a row without `generated_timestamp` changed without an update, unless
/// [`key_after`] did: the row shows every write up to some seconds before its answer. Otherwise the row of an export
/// from before the change could take the change back.
///
/// Example: the list shows at 12:30:00 that a ticket which was updated at 12:00:00 has another group. The key is then
/// 12:29:00, so that an export row of 12:10:00 is older.
pub(super) fn raise_key(record: &mut TicketRecord, stored: &TicketRecord, context: RowContext) {
    let is_raised = record.order_key > stored.order_key || record.updated_at > stored.updated_at;
    if record.key_origin != KeyOrigin::Generated && record.life == Life::Live && !is_raised {
        let shown_until = context
            .answered_at
            .map(|at| at.plus(-LIST_BEHIND_SECONDS_MAX));
        let next = stored.order_key.plus(1);
        record.order_key = shown_until.map_or(next, |until| until.max(next));
    }
}

#[cfg(test)]
mod tests;
