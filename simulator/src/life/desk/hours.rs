//! When customers write and agents work.
//!
//! PURE.

pub(super) const MINUTE: i64 = 60;
pub(super) const HOUR: i64 = 3_600;
pub(in crate::life) const DAY_SECONDS: i64 = 86_400;

/// When customers write and agents work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rhythm {
    /// Agents work on Monday to Friday from eight to six, UTC; customers write by day, mostly.
    Office,
    /// Agents work around the clock; customers write in waves of an hour, and a little more by day, so
    /// that half an hour is enough to see them.
    Hourly {
        /// A moment when most of them write, in Unix seconds; so are all that are hours before or after.
        crest: i64,
    },
}

/// Of a hundred tickets of a day, how many come in each hour.
const OF_THE_DAY: [f64; 24] = [
    0.6, 0.5, 0.5, 0.5, 0.6, 1.0, 2.2, 4.5, 7.5, 9.0, 9.0, 8.0, 6.5, 7.0, 7.5, 7.5, 6.8, 5.5, 4.0,
    3.2, 2.8, 2.5, 1.8, 1.0,
];

/// Of the tickets of an average day, how many come on each day from Monday on.
const OF_THE_WEEK: [f64; 7] = [1.35, 1.25, 1.2, 1.15, 1.1, 0.5, 0.45];

const OPENS: i64 = 8 * HOUR;
const CLOSES: i64 = 18 * HOUR;

impl Rhythm {
    /// How busy the customers are, around 1 on average.
    pub(super) fn activity(self, at: i64) -> f64 {
        let into_day = at.rem_euclid(DAY_SECONDS);
        match self {
            Self::Office => {
                let hour = usize::try_from(into_day / HOUR).unwrap_or(0);
                let day = usize::try_from(weekday(at)).unwrap_or(0);
                OF_THE_DAY[hour] * 0.24 * OF_THE_WEEK[day]
            }
            Self::Hourly { crest } => {
                let turn =
                    |at: i64, of: i64| std::f64::consts::TAU * at.rem_euclid(of) as f64 / of as f64;
                let wave = 1.0 + 0.5 * turn(at - crest, HOUR).cos();
                wave * (1.0 - 0.2 * turn(at, DAY_SECONDS).cos())
            }
        }
    }

    /// When an agent who begins at `from`, or when the office opens, has worked for so long.
    pub(crate) fn after_work(self, from: i64, seconds: i64) -> i64 {
        if let Self::Hourly { .. } = self {
            return from + seconds;
        }
        let (mut at, mut left) = (from, seconds);
        loop {
            let midnight = at - at.rem_euclid(DAY_SECONDS);
            let begins = at.max(midnight + OPENS);
            let room = midnight + CLOSES - begins;
            if weekday(at) < 5 && room > 0 {
                if left <= room {
                    return begins + left;
                }
                left -= room;
            }
            at = midnight + DAY_SECONDS;
        }
    }
}

/// 0 for Monday. The epoch was a Thursday.
const fn weekday(at: i64) -> i64 {
    (at.div_euclid(DAY_SECONDS) + 3).rem_euclid(7)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Monday 2026-09-21, midnight.
    const MONDAY: i64 = 1_789_948_800;

    const HOURLY: Rhythm = Rhythm::Hourly { crest: 15 * MINUTE };

    #[test]
    fn work_goes_on_when_the_office_is_open() {
        let table = [
            // From, hours of work, until: hours since Monday's midnight.
            (9, 2, 11),
            (3, 2, 10),
            (17, 2, 24 + 9),
            (17, 1, 18),
            (20, 1, 24 + 9),
            // Over the weekend.
            (4 * 24 + 17, 3, 7 * 24 + 10),
            (5 * 24 + 12, 1, 7 * 24 + 9),
            (9, 25, 2 * 24 + 14),
        ];
        for (from, work, until) in table {
            let after = Rhythm::Office.after_work(MONDAY + from * HOUR, work * HOUR);
            assert_eq!(after, MONDAY + until * HOUR, "{from} {work}");
            let around_the_clock = HOURLY.after_work(MONDAY + from * HOUR, work * HOUR);
            assert_eq!(around_the_clock, MONDAY + (from + work) * HOUR);
        }
    }

    #[test]
    fn the_average_week_is_as_busy_as_it_is_said_to_be() {
        for rhythm in [Rhythm::Office, HOURLY] {
            let minutes = 7 * DAY_SECONDS / MINUTE;
            let sum: f64 = (0..minutes)
                .map(|minute| rhythm.activity(MONDAY + minute * MINUTE))
                .sum();
            let average = sum / minutes as f64;
            assert!((average - 1.0).abs() < 0.01, "{rhythm:?}: {average}");
        }
        let at = |hour: i64| Rhythm::Office.activity(MONDAY + hour * HOUR);
        assert!(at(10) > 8.0 * at(3) && at(10) > 2.0 * at(5 * 24 + 10));
        let wave = |minute: i64| HOURLY.activity(MONDAY + minute * MINUTE);
        assert!(wave(15) > 2.5 * wave(45));
    }
}
