//! The backlog against that of the same hour in the three weeks before: as the recording rules work it out, but of the tickets
//! that are chosen, and where no rules are loaded.

use super::limits::GROWTH;
use super::{ACCOUNT, sum, sum_by, unsolved};

/// The backlog of each account.
fn now() -> String {
    sum_by(ACCOUNT, &unsolved())
}

/// The mean of each account, of as many weeks as there are.
fn before() -> String {
    let weeks = (1..=3).map(|week| {
        format!(
            "label_replace(avg_over_time({}[1h:10m] offset {week}w), \"week\", \"{week}\", \"\", \"\")",
            now()
        )
    });
    let weeks: Vec<_> = weeks.collect();
    format!("avg by ({ACCOUNT}) ({})", weeks.join(" or "))
}

/// Whether an account has so many more that it is no chance.
fn is_growing() -> String {
    let (times, more, floor) = GROWTH;
    let (now, before) = (now(), before());
    format!("{now} / ({before} >= {floor}) > {times} and {now} - {before} > {more}")
}

/// The number of unsolved tickets. The label `change` says how many more or fewer they are than usual, unless an account is shown
/// of which the weeks before are not known: the sum would be that of others.
pub(in super::super) fn against_the_weeks_before() -> String {
    let total = sum(&unsolved());
    // An account without weeks before makes the sum no number, which is above nothing.
    let change = format!(
        "round({total} - sum({before} or {now} * NaN)) + 0 >= -Inf",
        before = before(),
        now = now()
    );
    let counted = format!("count_values(\"change\", {change})");
    let words = [
        ("0", "as many as usual"),
        ("([1-9][0-9]*)", "$1 more than usual"),
        ("-([0-9]+)", "$1 fewer than usual"),
    ];
    let change = words.iter().fold(counted, |change, (number, words)| {
        format!("label_replace({change}, \"change\", \"{words}\", \"change\", \"{number}\")")
    });
    let named = format!(
        "({change} * 0 + on () group_left () {total} or on () label_replace({total}, \"change\", \"now\", \"\", \"\"))"
    );
    format!(
        "label_replace({named}, \"change\", \"$1, too many\", \"change\", \"(.*)\") and on () count({}) or on () {named}",
        is_growing()
    )
}
