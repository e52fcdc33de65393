//! Zendesk's clock, as far as its answers tell.

use crate::clock::Moment;
use crate::ticket::UnixSeconds;

/// Furthest that a `Date` may lie from our clock, in seconds; beyond, one of the two is broken,
/// and it is not for us to say which.
const DATE_APART_SECONDS_MAX: i64 = 24 * 3600;

/// Our clock corrected by the `Date` of answers.
///
/// A `Date` has whole seconds and was written at some moment between sending and receiving, so
/// each answer bounds how far Zendesk's clock is ahead of ours; the bounds of successive answers
/// are cut together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AccountClock {
    /// Zendesk's clock less ours, in milliseconds: least and most.
    ahead_ms: Option<(i64, i64)>,
}

impl AccountClock {
    /// Takes an answer's `Date`. `false` if it is too far from our clock, and was ignored.
    pub fn observe(&mut self, sent: Moment, received: Moment, date: UnixSeconds) -> bool {
        if date.since(received.wall()).saturating_abs() > DATE_APART_SECONDS_MAX {
            return false;
        }
        let date_ms = date.0.saturating_mul(1000);
        let seen = (date_ms - received.wall_ms, date_ms + 999 - sent.wall_ms);
        let both = self
            .ahead_ms
            .map(|(least, most)| (least.max(seen.0), most.min(seen.1)));
        // Bounds that exclude each other: one of the clocks was set. The newest answer is right.
        self.ahead_ms = Some(match both {
            Some((least, most)) if least <= most => (least, most),
            _ => seen,
        });
        true
    }

    /// Account time: the middle of what is possible.
    pub const fn now(&self, now: Moment) -> UnixSeconds {
        let (earliest, latest) = self.now_ms(now);
        UnixSeconds((earliest + (latest - earliest) / 2).div_euclid(1000))
    }

    /// The earliest and latest that account time can be, in milliseconds since the epoch. Our own
    /// clock until an answer came.
    pub const fn now_ms(&self, now: Moment) -> (i64, i64) {
        match self.ahead_ms {
            Some((least, most)) => (now.wall_ms + least, now.wall_ms + most),
            None => (now.wall_ms, now.wall_ms),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const fn at(wall_ms: i64) -> Moment {
        Moment {
            monotonic: Duration::ZERO,
            wall_ms,
        }
    }

    #[test]
    fn several_answers_narrow_down_how_far_the_clocks_are_apart() {
        let mut clock = AccountClock::default();
        // Zendesk is 5.0 s ahead; answers take 100 ms.
        for sent in [1_000_050, 1_001_350, 1_002_650, 1_003_950] {
            let date = UnixSeconds((sent + 50 + 5_000) / 1000);
            assert!(clock.observe(at(sent), at(sent + 100), date));
        }
        let (earliest, latest) = clock.now_ms(at(0));
        assert!(earliest <= 5_000 && 5_000 <= latest, "{earliest}..{latest}");
        assert!(latest - earliest < 500, "{earliest}..{latest}");
    }

    #[test]
    fn a_clock_that_was_set_is_followed_at_once() {
        let mut clock = AccountClock::default();
        clock.observe(at(1_000_000), at(1_000_100), UnixSeconds(1_000));
        clock.observe(at(1_001_000), at(1_001_100), UnixSeconds(4_601));
        assert_eq!(clock.now(at(1_001_100)), UnixSeconds(4_601));
    }

    #[test]
    fn a_date_more_than_a_day_off_is_ignored() {
        let mut clock = AccountClock::default();
        assert!(!clock.observe(at(0), at(100), UnixSeconds(24 * 3600 + 1)));
        assert_eq!(clock, AccountClock::default());
        assert!(clock.observe(at(0), at(100), UnixSeconds(24 * 3600)));
    }
}
