//! When each of many accounts begins.
//!
//! PURE.

use std::time::Duration;

/// When each of `count` accounts begins, after `now`: one after the other, so that many of them do
/// not ask, decode and store all in one moment, now and after each `poll_interval`.
pub(super) fn start_times(now: Duration, count: usize) -> impl Iterator<Item = Duration> {
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    let spacing = TURN.min(TURNS_MAX / count.max(1));
    (0..count).map(move |turn| now + spacing * turn)
}

/// Between the beginnings of two accounts.
const TURN: Duration = Duration::from_millis(25);

/// Between the first beginning and the last one.
const TURNS_MAX: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_begin_one_after_the_other_and_all_of_them_soon() {
        let now = Duration::from_secs(100);
        assert_eq!(start_times(now, 0).count(), 0);
        assert_eq!(start_times(now, 1).collect::<Vec<_>>(), [now]);
        for count in [2, 200, 1_200, 50_000] {
            let times: Vec<Duration> = start_times(now, count).collect();
            assert_eq!(times.len(), count);
            assert_eq!(times[0], now);
            assert!(times.is_sorted_by(|one, next| one < next));
            assert!(times.iter().all(|at| *at < now + TURNS_MAX));
        }
    }
}
