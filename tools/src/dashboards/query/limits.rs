//! What alerts fire for, asked as their rules ask.
//!
//! A panel is red where an alert on what it shows has reason to fire, and nowhere else. Rules that compare one number are
//! thresholds of a panel. The others are asked here; a test holds their numbers equal to those of the rules.

use super::{ACCOUNT, TARGETS, WAITING_STATUSES, of, only, sum_by};
use zendesk_exporter::metrics::catalog as c;

/// `ZendeskBacklogGrowing`: times the backlog of this hour in the weeks before, tickets more than that, and the backlog in the
/// weeks before below which growth is not judged.
pub(in super::super) const GROWTH: (f64, u32, u32) = (1.3, 20, 50);

/// `ZendeskSlaBreached`: breached targets of one metric, and their share of the unsolved tickets.
pub(in super::super) const BREACHED: (u32, f64) = (10, 0.05);

/// `ZendeskUrgentTicketUnassigned`: seconds without an assignee.
pub(in super::super) const UNASSIGNED: u32 = 900;

/// `ZendeskSatisfactionDropped`: share lost within a week.
pub(in super::super) const DROP: f64 = 0.1;

/// `ZendeskExporterCountDrift`: tickets, and share of all of them.
pub(in super::super) const DRIFT: (u32, f64) = (100, 0.01);

/// A number under one of two names: the second where there is a reason, which is any sample at all.
pub(in super::super) fn judged(number: &str, reason: &str, [calm, alarming]: [&str; 2]) -> String {
    let called = |name| format!("label_replace({number}, \"is\", \"{name}\", \"\", \"\")");
    format!(
        "{} and on () count({reason}) or on () {}",
        called(alarming),
        called(calm)
    )
}

/// The breached SLA targets of each account and metric.
fn breached() -> String {
    sum_by(&format!("{ACCOUNT}, metric"), &of(&c::SLA_BREACHED))
}

/// The share that they have of the account's unsolved tickets. Those are of the family that knows no channel either, as
/// the rule has it: else the tickets of one channel would be held against the targets of all.
pub(in super::super) fn breached_share() -> String {
    format!(
        "{} / on ({ACCOUNT}) group_left () {}",
        breached(),
        sum_by(ACCOUNT, &of(&c::UNSOLVED))
    )
}

pub(in super::super) fn many_are_breached() -> String {
    let (tickets, share) = BREACHED;
    format!(
        "{} > {tickets} and {} > {share}",
        breached(),
        breached_share()
    )
}

/// New or open ones only, as of the time of the data: what is read late has not waited for longer.
pub(in super::super) fn urgent_is_unassigned() -> String {
    let urgent = format!("priority=\"urgent\", {WAITING_STATUSES}");
    let urgent = only(&c::OLDEST_UNASSIGNED, &urgent);
    let data = of(&c::DATA_TIMESTAMP);
    format!("{data} - on ({ACCOUNT}) group_right () {urgent} > {UNASSIGNED}")
}

/// Nothing without the recording rules, as the alert.
pub(in super::super) fn satisfaction_fell() -> String {
    format!("account:zendesk_satisfaction_good:drop1w{{{TARGETS}, account=~\"$account\"}} > {DROP}")
}

/// The difference to Zendesk's own count in each account where it is more than normal.
pub(in super::super) fn drifting() -> String {
    let (tickets, share) = DRIFT;
    let drift = format!("abs({})", sum_by(ACCOUNT, &of(&c::COUNT_DRIFT)));
    let stale = format!("account:zendesk_data_stale:bool{{{TARGETS}, account=~\"$account\"}}");
    format!(
        "{drift} > {tickets} and on ({ACCOUNT}) {drift} > {share} * {} unless on ({ACCOUNT}) {stale} == 1",
        of(&c::STATE_TICKETS)
    )
}
