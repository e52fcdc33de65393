//! What is true at the moment that is asked for, and what is said when nothing is known of it.
//!
//! A scrape that fails ends every series of its target at once. So what must not become a blank, or a number of long ago, is asked
//! together with `up`, which Prometheus writes of a target that is not there.

use super::{ACCOUNT, PERIOD, TARGETS, of, selector};
use zendesk_exporter::metrics::catalog::{self as c, Family};

/// For how long a dead exporter is remembered.
const MEMORY: &str = "1w";

/// The targets that cannot be scraped.
fn dead() -> String {
    format!("up{{{TARGETS}}} == 0")
}

/// What a family showed before its exporter died.
fn remembered(family: &Family) -> String {
    format!(
        "last_over_time({}[{MEMORY}]) and on (job, instance) {}",
        of(family),
        dead()
    )
}

/// A family now; of a dead exporter, what it showed last.
pub(in super::super) fn lasting(family: &Family) -> String {
    format!("({} or {})", of(family), remembered(family))
}

/// The accounts that are known, one sample each: those of dead exporters, too.
pub(in super::super) fn known() -> String {
    lasting(&c::INITIAL_SYNC_COMPLETE)
}

/// -1 if an exporter of the chosen accounts cannot be scraped; else what is asked. A sum without those accounts would be false.
///
/// The samples of `query` have the label `label`, or none.
pub(in super::super) fn or_down(query: &str, label: Option<&str>) -> String {
    let down = format!("count({}) * 0 - 1", remembered(&c::INITIAL_SYNC_COMPLETE));
    let down = match label {
        Some(label) => {
            format!("label_replace({down}, \"{label}\", \"no answer to the scrape\", \"\", \"\")")
        }
        None => down,
    };
    format!("{down} or on () ({query})")
}

/// What is asked, or nothing if an exporter of the chosen accounts cannot be scraped: beside [`or_down`], which says so.
pub(in super::super) fn unless_down(query: &str) -> String {
    let dead = remembered(&c::INITIAL_SYNC_COMPLETE);
    format!("({query}) unless on () count({dead})")
}

/// The share of the period in which each account could not be read. Of a dead exporter it would be of the time before.
pub(in super::super) fn failing() -> String {
    format!(
        "(1 - min by (account) (avg_over_time({}[{PERIOD}]) unless on (job, instance) {}))",
        of(&c::UP),
        dead()
    )
}

/// -1 for an account whose exporter is dead, 0 for one that cannot be read, 1 for one that can.
pub(in super::super) fn state() -> String {
    let dead = remembered(&c::INITIAL_SYNC_COMPLETE);
    format!("({} or ({dead}) * 0 - 1)", of(&c::UP))
}

/// The times of the data of accounts whose first sync is complete; those of a dead exporter grow old as well.
pub(in super::super) fn data() -> String {
    let (data, synced) = (of(&c::DATA_TIMESTAMP), of(&c::INITIAL_SYNC_COMPLETE));
    format!(
        "({data} and on ({ACCOUNT}) {synced} == 1 or last_over_time({data}[{MEMORY}]) and on ({ACCOUNT}) last_over_time({synced}[{MEMORY}]) == 1 and on (job, instance) {})",
        dead()
    )
}

/// The same without those of dead exporters, for graphs: there a gap says it.
pub(in super::super) fn alive() -> String {
    let (data, synced) = (of(&c::DATA_TIMESTAMP), of(&c::INITIAL_SYNC_COMPLETE));
    format!("({data} and on ({ACCOUNT}) {synced} == 1)")
}

/// The greatest of values by account, with the account's name where it is above 0.
pub(in super::super) fn worst(by_account: &str) -> String {
    format!(
        "topk(1, {by_account} > 0) or on () label_replace(max({by_account}), \"account\", \"every account\", \"\", \"\")"
    )
}

/// How many accounts the first sync is complete of; the label `read` says of how many.
pub(in super::super) fn accounts_read() -> String {
    let synced = of(&c::INITIAL_SYNC_COMPLETE);
    format!(
        "label_replace(count_values(\"read\", count({synced})), \"read\", \"accounts read, of $1\", \"read\", \"(.*)\") * 0 + on () group_left () sum({synced})"
    )
}

/// How much of the first walk of the slowest account is done; nothing once all of it is.
pub(in super::super) fn first_sync_done() -> String {
    let walk = selector(&c::SYNC_PROGRESS, "", "walk=\"initial\"");
    format!("min({walk} < 1)")
}

/// How many accounts have been read. The label `read` says of how many, and how far the first sync is while there is one.
pub(in super::super) fn accounts_read_so_far() -> String {
    let synced = of(&c::INITIAL_SYNC_COMPLETE);
    let syncing = format!(
        "label_join(count_values(\"read\", count({synced})) * on () group_left (done) count_values(\"done\", floor(100 * {})), \"read\", \" read, first sync at \", \"read\", \"done\")",
        first_sync_done()
    );
    format!(
        "label_replace({syncing}, \"read\", \"of $1 %\", \"read\", \"(.*)\") * 0 + on () group_left () sum({synced}) or on () {}",
        accounts_read()
    )
}

/// The share of 30 days in which the data of each account were fresh, by the rule that decides whether desk alerts hold still. Of
/// an account that is still being read for the first time it says nothing.
pub(in super::super) fn fresh_of_a_month() -> String {
    let stale = format!("account:zendesk_data_stale:bool{{{TARGETS}, account=~\"$account\"}}");
    format!(
        "(1 - avg_over_time({stale}[30d]) and on ({ACCOUNT}) {} == 1)",
        lasting(&c::INITIAL_SYNC_COMPLETE)
    )
}

/// How many alerts of these rules fire. Nothing where the rules are not loaded: then nothing can fire.
pub(in super::super) fn firing() -> String {
    let alerts = "ALERTS{alertname=~\"Zendesk.*\", alertstate=\"firing\", job=~\"$job|\", instance=~\"$instance|\", account=~\"$account|\"}";
    format!(
        "count({alerts}) or on () count(instance:zendesk_exporter_build_info:known{{{TARGETS}}}) * 0"
    )
}

/// Where the data of an account is not of now: 1, else 0. By the rules if they are loaded, else by the exporter.
pub(in super::super) fn stale() -> String {
    let rule = format!("account:zendesk_data_stale:bool{{{TARGETS}, account=~\"$account\"}}");
    format!(
        "({rule} or on ({ACCOUNT}) 1 - {}) == 1",
        selector(&c::UP, "", "")
    )
}
