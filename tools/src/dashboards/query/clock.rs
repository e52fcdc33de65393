//! At which hours of the week something happens.

use super::{increase, sum};

/// The window: four weeks, each full hour of it by itself.
const WEEKS: &str = "[28d:1h]";

/// How much counters grew in all hours of each weekday and hour of the day, by the clock that the reader chose. Monday is 1.
///
/// An hour is asked for at its end and belongs to its beginning.
pub(in super::super) fn by_weekday_and_hour(counters: &str) -> String {
    let begun = "vector(time() - 3600 + 3600 * $utc_offset)";
    let hour = format!("count_values(\"hour\", hour({begun}))");
    // Two digits, so that hours are sorted by themselves.
    let hour = format!("label_replace({hour}, \"hour\", \"0$1\", \"hour\", \"(.)\")");
    let day = format!("count_values(\"day\", (day_of_week({begun}) + 6) % 7 + 1)");
    let grew = sum(&increase(counters, "1h"));
    format!(
        "round(sum_over_time(({grew} * on () group_left (day, hour) ({hour} * on () group_left (day) {day})){WEEKS}))"
    )
}
