//! When the exporter of a past polls, and when it is scraped.
//!
//! PURE. Each minute where something happens, and less often on an ordinary day: a picture of a day needs no
//! more, and so a month takes seconds.

use std::ops::Range;

/// A minute, in seconds.
const MINUTE: i64 = 60;
/// The time between two polls on an ordinary day.
const POLL_EVERY: i64 = 5 * MINUTE;
/// The time between two scrapes on an ordinary day.
const SCRAPE_EVERY: i64 = 15 * MINUTE;
/// A poll begins this long before the moment of a tick, so that its answer has come at the tick.
const POLL_TAKES: i64 = 15;

/// The times of a past, from its first moment to its last. Both are on quarter hours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastPlan {
    /// Unix seconds.
    pub from: i64,
    /// Unix seconds.
    pub until: i64,
    /// Periods in which polls and scrapes are a minute apart, in Unix seconds.
    pub close_ups: Vec<Range<i64>>,
}

/// A part of a past in which all scrapes have the same distance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// Unix seconds.
    pub from: i64,
    /// Its end, in Unix seconds: the first moment that is not part of it.
    pub until: i64,
    /// Seconds between two scrapes.
    pub every: i64,
}

/// A moment at which the exporter has done what was due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tick {
    /// When the exporter begins to do what is due. Between the tick before and this it does nothing.
    pub begins: i64,
    /// Unix seconds.
    pub at: i64,
    /// Whether the exporter is scraped at that moment.
    pub is_scraped: bool,
}

impl PastPlan {
    /// The last moment of a past that ends at `now` or up to a quarter of an hour before.
    pub const fn end_by(now: i64) -> i64 {
        now - now.rem_euclid(SCRAPE_EVERY)
    }

    /// `hours` as a close-up: extended to quarter hours at both ends. For example, 1..901 becomes 0..1,800.
    pub const fn rounded(hours: &Range<i64>) -> Range<i64> {
        let start = hours.start - hours.start.rem_euclid(SCRAPE_EVERY);
        let end = hours.end + (-hours.end).rem_euclid(SCRAPE_EVERY);
        start..end
    }

    /// The stretches of the past, in order.
    pub fn stretches(&self) -> Vec<Stretch> {
        let end = self.until + 1;
        let mut close_ups = self.close_ups.clone();
        close_ups.sort_by_key(|hours| hours.start);
        let mut stretches = Vec::new();
        let mut add = |from: i64, until: i64, every| {
            if from < until {
                stretches.push(Stretch { from, until, every });
            }
        };
        let mut done = self.from;
        for hours in close_ups {
            add(done, hours.start.min(end), SCRAPE_EVERY);
            let from = hours.start.max(done);
            add(from, hours.end.min(end), MINUTE);
            done = done.max(hours.end);
        }
        add(done, end, SCRAPE_EVERY);
        stretches
    }

    /// The ticks of the past, in order.
    pub fn ticks(&self) -> impl Iterator<Item = Tick> {
        let mut before = self.from;
        (self.from..=self.until).step_by(60).filter_map(move |at| {
            let is_close = self.close_ups.iter().any(|hours| hours.contains(&at));
            if !is_close && at.rem_euclid(POLL_EVERY) != 0 {
                return None;
            }
            let begins = if is_close { before } else { at - POLL_TAKES };
            let tick = Tick {
                begins: begins.max(before),
                at,
                is_scraped: is_close || at.rem_euclid(SCRAPE_EVERY) == 0,
            };
            before = at;
            Some(tick)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::iter;

    use super::*;

    #[test]
    fn an_ordinary_hour_has_twelve_polls_and_a_close_one_sixty() {
        let plan = PastPlan {
            from: 0,
            until: 2 * 3_600,
            close_ups: iter::once(3_600..7_201).collect(),
        };
        let ticks: Vec<Tick> = plan.ticks().collect();
        assert_eq!(ticks.len(), 12 + 61);
        let scraped: Vec<i64> = ticks
            .iter()
            .filter(|tick| tick.is_scraped)
            .map(|tick| tick.at)
            .collect();
        assert_eq!(scraped[..6], [0, 900, 1_800, 2_700, 3_600, 3_660]);
        assert_eq!(scraped.len(), 4 + 61);
        assert!(ticks.iter().all(|tick| tick.begins <= tick.at));
        assert!(ticks.is_sorted_by(|one, next| one.at <= next.begins));
        let second = ticks[1];
        assert_eq!((second.begins, second.at), (285, 300));
        let close = ticks[20];
        assert_eq!(close.at - close.begins, 60);
    }

    #[test]
    fn its_stretches_hold_each_moment_once_and_are_scraped_as_often_as_they_say() {
        let plan = PastPlan {
            from: 0,
            until: 6 * 3_600,
            close_ups: vec![
                18_000..21_601,
                -900..1_800,
                7_200..9_000,
                8_100..10_800,
                8_100..8_160,
            ],
        };
        let stretches = plan.stretches();
        let parts: Vec<_> = stretches
            .iter()
            .map(|stretch| (stretch.from, stretch.until, stretch.every))
            .collect();
        assert_eq!(
            parts,
            [
                (0, 1_800, 60),
                (1_800, 7_200, 900),
                (7_200, 9_000, 60),
                (9_000, 10_800, 60),
                (10_800, 18_000, 900),
                (18_000, 21_601, 60)
            ]
        );
        let scraped = plan.ticks().filter(|tick| tick.is_scraped);
        let expected = stretches.iter().flat_map(|stretch| {
            (stretch.from..stretch.until).step_by(usize::try_from(stretch.every).expect("positive"))
        });
        assert!(scraped.map(|tick| tick.at).eq(expected));
    }

    #[test]
    fn a_close_up_begins_and_ends_on_quarter_hours() {
        for (hours, rounded) in [(0..900, 0..900), (1..901, 0..1_800), (899..1_800, 0..1_800)] {
            assert_eq!(PastPlan::rounded(&hours), rounded);
        }
    }

    #[test]
    fn a_past_ends_on_a_quarter_hour() {
        for (now, end) in [(900, 900), (901, 900), (1_799, 900), (1_800, 1_800)] {
            assert_eq!(PastPlan::end_by(now), end);
        }
    }
}
