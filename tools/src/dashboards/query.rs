//! PromQL out of the catalogue: a query can name nothing else, and has every matcher that its
//! metric can take.

mod now;

mod day;

mod weeks;

mod limits;

mod clock;

use super::look::Unit;
use zendesk_exporter::metrics::catalog::{self, Chapter, Family, OptIn};

pub(super) use clock::by_weekday_and_hour;
pub(super) use day::{DAY, mean, quantile, share_of_day};
pub(super) use limits::{
    BREACHED, DRIFT, DROP, GROWTH, UNASSIGNED, breached_share, drifting, judged, many_are_breached,
    satisfaction_fell, urgent_is_unassigned,
};
pub(super) use now::{
    accounts_read, accounts_read_so_far, alive, data, failing, firing, first_sync_done,
    fresh_of_a_month, known, lasting, or_down, stale, state, unless_down, worst,
};
pub(super) use weeks::against_the_weeks_before;

/// The statuses of a ticket that somebody still has to work on.
pub(super) const UNSOLVED_STATUSES: &str = "status=~\"new|open|pending|hold\"";

/// The statuses of a ticket that waits for the desk.
pub(super) const WAITING_STATUSES: &str = "status=~\"new|open\"";

/// Labels of what is read by one exporter of one account.
const ACCOUNT: &str = "job, instance, account";

/// Matchers of targets.
const TARGETS: &str = "job=~\"$job\", instance=~\"$instance\"";

/// Labels by which tickets can be chosen, and their matchers. Group and brand are there with a setting only: where all are
/// chosen, their matchers let samples without the label through.
pub(super) const FILTERS: &[(&str, &str)] = &[
    ("priority", "priority=~\"$priority\""),
    ("group", "group=~\"$group\""),
    ("brand", "brand=~\"$brand\""),
    ("channel", "channel=~\"$channel\""),
];

/// For rates. What the exporter counts of itself moves once a poll, and Grafana's own interval of four scrapes may hold one poll
/// or none.
const RATE: &str = "5m";
/// For quantiles of what happens once a poll: with fewer observations one sees the bounds of the buckets.
const QUANTILE: &str = "15m";
/// The width of a bar.
pub(super) const BAR: &str = "$__interval";
/// The whole period that the panel shows.
pub(super) const PERIOD: &str = "$__range";

/// The samples of a family that the variables let through.
pub(super) fn of(family: &Family) -> String {
    selector(family, "", "")
}

/// Of these, the ones with a matcher more.
pub(super) fn only(family: &Family, matcher: &str) -> String {
    selector(family, "", matcher)
}

/// The unsolved tickets, from the family that knows their channel.
pub(super) fn unsolved() -> String {
    only(&catalog::TICKETS, UNSOLVED_STATUSES)
}

/// The buckets of a histogram.
pub(super) fn buckets(family: &Family) -> String {
    selector(family, "_bucket", "")
}

/// The bucket of a histogram up to a whole number; Prometheus 3 writes its bound as a fraction.
pub(super) fn up_to(family: &Family, bound: u32) -> String {
    selector(family, "_bucket", &format!("le=~\"{bound}([.]0)?\""))
}

/// The number of observations of a histogram.
pub(super) fn observations(family: &Family) -> String {
    selector(family, "_count", "")
}

/// The sum of the observations of a histogram.
pub(super) fn observed(family: &Family) -> String {
    selector(family, "_sum", "")
}

fn selector(family: &Family, suffix: &str, matcher: &str) -> String {
    let mut matchers = vec!["job=~\"$job\"", "instance=~\"$instance\""];
    if family.chapter != Chapter::Process {
        matchers.push("account=~\"$account\"");
    }
    let filters = FILTERS
        .iter()
        .filter(|(label, _)| is_filtered(family, label));
    matchers.extend(filters.map(|(_, matcher)| *matcher));
    if !matcher.is_empty() {
        matchers.push(matcher);
    }
    format!("{}{suffix}{{{}}}", family.name, matchers.join(", "))
}

/// Whether samples of a family can have the label of a filter.
fn is_filtered(family: &Family, label: &str) -> bool {
    let is_opt_in = matches!(label, "group" | "brand") && family.opt_in != OptIn::None;
    is_opt_in || family.labels.contains(&label)
}

/// How much a counter grew in a window, [`BAR`] or [`PERIOD`].
pub(super) fn increase(selector: &str, window: &str) -> String {
    format!("increase({selector}[{window}])")
}

/// How fast a counter grew in an hour, per second.
pub(super) fn rate_of_an_hour(selector: &str) -> String {
    format!("rate({selector}[1h])")
}

/// How fast a counter grows, per second.
pub(super) fn rate(selector: &str) -> String {
    format!("rate({selector}[{RATE}])")
}

/// One number over all that is selected.
pub(super) fn sum(what: &str) -> String {
    format!("sum({what})")
}

/// One number for each value of some labels.
pub(super) fn sum_by(labels: &str, what: &str) -> String {
    format!("sum by ({labels}) ({what})")
}

/// The least for each value of some labels.
pub(super) fn min_by(labels: &str, what: &str) -> String {
    format!("min by ({labels}) ({what})")
}

/// The greatest for each value of some labels.
pub(super) fn max_by(labels: &str, what: &str) -> String {
    format!("max by ({labels}) ({what})")
}

/// How long ago the earliest of some moments was, in seconds.
pub(super) fn age(moments: &str) -> String {
    format!("time() - min({moments})")
}

/// The same for each value of some labels.
pub(super) fn age_by(labels: &str, moments: &str) -> String {
    format!("time() - {}", min_by(labels, moments))
}

/// A part of a whole; nothing where the whole is 0, which a division would show as `NaN`.
pub(super) fn share(part: &str, whole: &str) -> String {
    format!("{part} / ({whole} > 0)")
}

/// A quantile of what a histogram observes at present, for each value of some labels.
pub(super) fn quantile_now(quantile: &str, family: &Family, labels: &str) -> String {
    let observed = format!("rate({}[{QUANTILE}])", buckets(family));
    let observed = sum_by(&format!("le, {labels}"), &observed);
    format!("histogram_quantile({quantile}, {observed}) >= 0")
}

/// In another unit: a graph's axis has round numbers only if its values are in the unit that it shows.
pub(super) fn in_units(seconds: &str, of: Unit) -> String {
    let divisor = match of {
        Unit::Minutes => 60,
        Unit::Hours => 3_600,
        Unit::Days => 86_400,
        _ => 1,
    };
    format!("({seconds}) / {divisor}")
}

/// Unsolved tickets for each name behind an id, from the family that knows the names.
pub(super) fn named(tickets: &str, id: &str, names: &Family) -> String {
    let key = format!("job, instance, account, {id}");
    let counted = sum_by(&key, tickets);
    sum_by(
        "name",
        &format!("{counted} * on ({key}) group_left (name) {}", of(names)),
    )
}
