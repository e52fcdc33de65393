//! When each of many accounts sends its first request.
//!
//! PURE.

use std::time::Duration;

/// When each of `count` accounts starts, from `now` on: one after the other. Otherwise many accounts would
/// request, decode and store at the same moment, now and after each `poll_interval`.
///
/// For example, 200 accounts start 25 ms apart, and 3,000 accounts 10 ms apart.
pub(super) fn start_times(now: Duration, count: usize) -> impl Iterator<Item = Duration> {
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    let spacing = SPACING_MAX.min(SPREAD_MAX / count.max(1));
    (0..count).map(move |index| now + spacing * index)
}

/// The time between the starts of two accounts.
const SPACING_MAX: Duration = Duration::from_millis(25);

/// The time between the first start and the last one.
const SPREAD_MAX: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_start_one_after_the_other_and_all_of_them_soon() {
        let now = Duration::from_secs(100);
        assert_eq!(start_times(now, 0).count(), 0);
        assert_eq!(start_times(now, 1).collect::<Vec<_>>(), [now]);
        for count in [2, 200, 1_200, 50_000] {
            let times: Vec<Duration> = start_times(now, count).collect();
            assert_eq!(times.len(), count);
            assert_eq!(times[0], now);
            assert!(times.is_sorted_by(|one, next| one < next));
            assert!(times.iter().all(|at| *at < now + SPREAD_MAX));
        }
    }
}
