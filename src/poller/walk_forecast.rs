//! When a walk will end, if it goes on as fast as it did.
//!
//! PURE.

use crate::ticket::UnixSeconds;

/// How fast a walk has gone since this process first saw it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Pace(Option<Seen>);

/// What was seen of a walk.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Seen {
    began: UnixSeconds,
    /// The share that was done then.
    first: f64,
    /// The greatest share so far, and how many pages brought it on.
    latest: f64,
    pages: u32,
}

impl Pace {
    /// Takes the share that is done at `now`, `None` or 1 for a walk that is not under way, and says
    /// when the rest will be done at this pace, but no sooner than so many requests a minute can
    /// bring it: the first ones of a minute come faster than they go on.
    pub(super) fn expected_end(
        &mut self,
        ratio: Option<f64>,
        now: UnixSeconds,
        requests_per_minute: u32,
    ) -> Option<UnixSeconds> {
        let Some(ratio) = ratio.filter(|ratio| (0.0..1.0).contains(ratio)) else {
            self.0 = None;
            return None;
        };
        let new = Seen {
            began: now,
            first: ratio,
            latest: ratio,
            pages: 0,
        };
        // Less than at first is of another walk.
        let seen = match &mut self.0 {
            Some(seen) if ratio >= seen.first => seen,
            other => other.insert(new),
        };
        if ratio > seen.latest {
            seen.latest = ratio;
            seen.pages = seen.pages.saturating_add(1);
        }
        let (took, done) = (now.since(seen.began), ratio - seen.first);
        if took < 0 || done <= 0.0 {
            return None;
        }
        let as_so_far = (1.0 - ratio) * took as f64 / done;
        let pages_left = (1.0 - ratio) * f64::from(seen.pages) / done;
        let allowed = pages_left * 60.0 / f64::from(requests_per_minute.max(1));
        let left = as_so_far.max(allowed);
        (left < LEFT_SECONDS_MAX).then(|| now.plus(left as i64))
    }
}

/// Longer than this (ten years) is no forecast.
const LEFT_SECONDS_MAX: f64 = 315_360_000.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_walk_ends_as_far_off_as_its_pace_since_the_start_says() {
        let mut pace = Pace::default();
        let table = [
            (None, 0, None),
            // It had come this far before the program began.
            (Some(0.5), 1_000, None),
            (Some(0.5), 1_010, None),
            (Some(0.6), 1_100, Some(1_500)),
            (Some(0.75), 1_100, Some(1_200)),
            (Some(1.0), 1_200, None),
            // The next one.
            (Some(0.1), 2_000, None),
            (Some(0.2), 2_100, Some(2_900)),
            (Some(0.0), 3_000, None),
            (Some(f64::NAN), 3_001, None),
        ];
        for (ratio, now, expected) in table {
            let end = pace.expected_end(ratio, UnixSeconds(now), 600);
            let expected = expected.map(UnixSeconds);
            // Shares are not exact.
            let is_near = match (end, expected) {
                (Some(end), Some(expected)) => end.since(expected).abs() <= 1,
                (end, expected) => end == expected,
            };
            assert!(is_near, "{ratio:?} at {now}: {end:?}");
        }
    }

    #[test]
    fn a_walk_ends_no_sooner_than_its_requests_allow() {
        let mut pace = Pace::default();
        // Eight pages in four seconds: a minute's requests. 72 pages are left, eight a minute.
        let mut end = None;
        for page in 0..=8 {
            let ratio = f64::from(page) / 80.0;
            let now = UnixSeconds(1_000 + i64::from(page) / 2);
            end = pace.expected_end(Some(ratio), now, 8);
        }
        let end = end.expect("two pages were seen");
        assert!(end.since(UnixSeconds(1_004 + 540)).abs() <= 1, "{end:?}");
        // Slower than that, the walk is as slow as it is.
        let end = pace.expected_end(Some(0.1), UnixSeconds(2_000), 8);
        assert_eq!(end, Some(UnixSeconds(2_000 + 9_000)));
    }
}
