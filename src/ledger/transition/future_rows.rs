//! Rows whose order key is in the future, which are rejected.

use crate::ticket::UnixSeconds;

/// Furthest that a row's order key may lie beyond account time, in seconds. A key from the future
/// would make every true row of that ticket stale until then.
pub const ORDER_KEY_AHEAD_SECONDS_MAX: i64 = 3600;

/// Whether a row with this key is rejected: the key is more than an hour later than `latest_now`.
pub(in crate::ledger) fn is_from_the_future(
    order_key: UnixSeconds,
    latest_now: Option<UnixSeconds>,
) -> bool {
    latest_now.is_some_and(|now| order_key > now.plus(ORDER_KEY_AHEAD_SECONDS_MAX))
}
