//! Detects rows whose order key is in the future; the ledger rejects them.

use crate::ticket::UnixSeconds;

/// How many seconds the order key of a row may lie ahead of account time. With a key from the future, every true
/// row of the ticket would be stale until then. Example: at 12:00:00 a row with the key 13:00:00 is accepted, and
/// one with 13:00:01 is rejected.
pub const ORDER_KEY_AHEAD_SECONDS_MAX: i64 = 3600;

/// Whether a row with this key is rejected: the key is more than an hour later than `latest_now`.
pub(in crate::ledger) fn is_from_the_future(
    order_key: UnixSeconds,
    latest_now: Option<UnixSeconds>,
) -> bool {
    latest_now.is_some_and(|now| order_key > now.plus(ORDER_KEY_AHEAD_SECONDS_MAX))
}
