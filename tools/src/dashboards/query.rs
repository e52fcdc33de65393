//! PromQL out of the catalogue: a query can name nothing else, and has every matcher that its
//! metric can take.

use zendesk_exporter::metrics::catalog::{Chapter, Family};

/// The statuses of a ticket that somebody still has to work on.
pub(super) const UNSOLVED_STATUSES: &str = "status=~\"new|open|pending|hold\"";

/// For rates: Grafana makes it wide enough for four scrapes.
const RATE: &str = "$__rate_interval";
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
    if family.labels.contains(&"priority") {
        matchers.push("priority=~\"$priority\"");
    }
    if !matcher.is_empty() {
        matchers.push(matcher);
    }
    format!("{}{suffix}{{{}}}", family.name, matchers.join(", "))
}

/// How much a counter grew in a window, [`BAR`] or [`PERIOD`].
pub(super) fn increase(selector: &str, window: &str) -> String {
    format!("increase({selector}[{window}])")
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

/// A quantile of what a histogram observed in a window; nothing where that is nothing.
pub(super) fn quantile(quantile: &str, family: &Family, window: &str) -> String {
    let observed = sum_by("le", &increase(&buckets(family), window));
    format!("histogram_quantile({quantile}, {observed}) >= 0")
}

/// A quantile of what a histogram observes at present, for each value of some labels.
pub(super) fn quantile_now(quantile: &str, family: &Family, labels: &str) -> String {
    let observed = sum_by(&format!("le, {labels}"), &rate(&buckets(family)));
    format!("histogram_quantile({quantile}, {observed}) >= 0")
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
