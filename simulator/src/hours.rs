//! The account's business hours: Monday to Friday, nine to five, UTC, if it has a schedule.
//!
//! PURE.

const DAY_SECONDS: i64 = 86_400;
const WEEK_SECONDS: i64 = 7 * DAY_SECONDS;
const OPENS_SECONDS: i64 = 9 * 3600;
const WORKDAY_SECONDS: i64 = 8 * 3600;
const WORKDAYS: i64 = 5;

/// The epoch was a Thursday: three days into its week.
const EPOCH_INTO_WEEK_SECONDS: i64 = 3 * DAY_SECONDS;

/// Whether the account has a schedule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Schedule {
    /// It has: workdays from nine to five.
    #[default]
    Workdays,
    /// It has none, so that all hours are business hours.
    None,
}

impl Schedule {
    /// Seconds of business hours from `from` to `to`, in Unix seconds; 0 if that is backwards.
    pub fn seconds(self, from: i64, to: i64) -> i64 {
        match self {
            Self::Workdays => business_seconds(from, to),
            Self::None => (to - from).max(0),
        }
    }
}

/// Seconds of business hours from `from` to `to`, in Unix seconds; 0 if that is backwards.
fn business_seconds(from: i64, to: i64) -> i64 {
    (before(to) - before(from)).max(0)
}

/// Seconds of business hours from a Monday before the epoch to this moment. The difference of two
/// takes the same time however far they lie apart, and there are a million tickets to furnish.
const fn before(at: i64) -> i64 {
    let since_monday = at + EPOCH_INTO_WEEK_SECONDS;
    let weeks = since_monday.div_euclid(WEEK_SECONDS);
    let into_week = since_monday.rem_euclid(WEEK_SECONDS);
    let (day, into_day) = (into_week / DAY_SECONDS, into_week % DAY_SECONDS);
    let this_week = if day >= WORKDAYS {
        WORKDAYS * WORKDAY_SECONDS
    } else {
        let today = into_day - OPENS_SECONDS;
        let today = if today < 0 {
            0
        } else if today > WORKDAY_SECONDS {
            WORKDAY_SECONDS
        } else {
            today
        };
        day * WORKDAY_SECONDS + today
    };
    weeks * WORKDAYS * WORKDAY_SECONDS + this_week
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Monday 2026-09-21, midnight.
    const MONDAY: i64 = 1_789_948_800;

    const HOUR: i64 = 3600;

    #[track_caller]
    fn check(from_hour: i64, to_hour: i64, expected_hours: i64) {
        let (from, to) = (MONDAY + from_hour * HOUR, MONDAY + to_hour * HOUR);
        assert_eq!(business_seconds(from, to), expected_hours * HOUR);
    }

    #[test]
    fn business_hours_are_nine_to_five_on_workdays() {
        check(9, 17, 8);
        check(0, 24, 8);
        check(10, 12, 2);
        check(8, 10, 1);
        check(16, 33 + 1, 2);
        // Over a weekend: Friday's last hour and Monday's first.
        check(4 * 24 + 16, 7 * 24 + 10, 2);
        check(5 * 24, 7 * 24, 0);
        check(0, 14 * 24, 80);
        check(12, 10, 0);
    }

    #[test]
    fn the_epoch_lies_in_its_week() {
        // 1970-01-01, a Thursday, and the Friday after it.
        assert_eq!(business_seconds(0, 2 * DAY_SECONDS), 16 * HOUR);
        assert_eq!(business_seconds(2 * DAY_SECONDS, 4 * DAY_SECONDS), 0);
    }
}
