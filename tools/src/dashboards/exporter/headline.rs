//! Two lines of four numbers: whether it works, and what is about to stop it.

use super::super::look::{Shape, Unit};
use super::super::panel::{DOCUMENTS, Panel};
use super::super::query::{
    DRIFT, accounts_read, data, drifting, failing as failing_share, firing, first_sync_done,
    fresh_of_a_month, min_by, of, only, or_down, state, sum_by, worst,
};
use zendesk_exporter::metrics::catalog as c;

pub(super) fn panels() -> Vec<Panel> {
    vec![
        zendesk(),
        freshness(),
        alerts(),
        failing(),
        first_sync(),
        fresh(),
        requests_left(),
        drift(),
    ]
}

fn number(title: &'static str, unit: Unit) -> Panel {
    Panel::new(Shape::Number, title, unit)
}

fn zendesk() -> Panel {
    let state = min_by("account", &state());
    let query = format!(
        "bottomk(1, {state} < 1) or on () label_replace(min({state}), \"account\", \"every account\", \"\", \"\")"
    );
    number("Zendesk", Unit::Count)
        .says("State of the account that is in the worst state. Up means that the last request to the source of tickets (Zendesk's ticket export, or the list of tickets) succeeded, Failing that it failed, and Exporter down that Prometheus cannot scrape the exporter. An answer that a request limit is used up is not a failure.")
        .asks(query, "{{account}}")
        .reads("Failing", "Up")
        .about(&c::UP)
        .runbook("ZendeskExporterFailing")
        .runbook("ZendeskExporterDown")
        .or_else("No result yet")
}

fn freshness() -> Panel {
    let ages = format!("time() - {}", min_by("account", &data()));
    number("Data is behind by", Unit::Seconds)
        .says("Age of the ticket metrics of the account with the oldest data, also if its exporter is down. An age of about two minutes is normal, because Zendesk's export withholds changes for one minute. With the list of tickets, about one minute is normal.")
        .asks(format!("topk(1, {ages})"), "{{account}}")
        .turns("green", &[(300.0, "yellow"), (600.0, "red")])
        .about(&c::DATA_TIMESTAMP)
        .or_else("No data yet")
        .runbook("ZendeskExporterDataStale")
        .leads_to("The tickets: Zendesk / Support", TO_SUPPORT)
}

fn alerts() -> Panel {
    number("Firing alerts", Unit::Count)
        .says("Number of alerts of the exporter's rules that fire for the targets and accounts selected above.")
        .asks(firing(), "now")
        .turns("green", &[(1.0, "red")])
        .about(&c::BUILD_INFO)
        .leads_to("The alerts", &format!("{DOCUMENTS}/alerts.md"))
        .or_else("No data from rules")
}

fn failing() -> Panel {
    number("Failing for", Unit::Share)
        .says("Share of the period in which Zendesk could not be read, for the account with the largest share. It is a share of time and not of polls, because a failing account is polled less often.")
        .asks(or_down(&worst(&failing_share()), Some("account")), "{{account}}")
        .turns("green", &[(0.01, "yellow"), (0.1, "orange")])
        .about(&c::UP)
        .or_else("No result yet")
        .runbook("ZendeskExporterLoginRefused")
}

fn first_sync() -> Panel {
    number("First sync", Unit::Count)
        .says("Number of accounts whose first sync is complete. An account has no ticket metrics before that. While a first sync runs, the panel also shows the progress of the slowest one.")
        .asks(or_down(&accounts_read(), Some("read")), "{{read}}")
        .turns("blue", &[])
        .also(first_sync_done(), "of the sync done", Unit::Share)
        .turns("yellow", &[])
        .about(&c::INITIAL_SYNC_COMPLETE)
        .or_else("No account")
        .runbook("ZendeskExporterSyncStuck")
}

fn fresh() -> Panel {
    let fresh = min_by("account", &fresh_of_a_month());
    number("Fresh, of 30 days", Unit::Share)
        .says("Share of the last 30 days in which the data of an account were at most ten minutes old, for the account with the smallest share. An account is included when its first sync is complete; the hours of that sync are then included too.")
        .asks(
            format!(
                "bottomk(1, {fresh} < 1) or on () label_replace(min({fresh}), \"account\", \"every account\", \"\", \"\")"
            ),
            "{{account}}",
        )
        .turns("orange", &[(0.95, "yellow"), (0.99, "green")])
        .about(&c::DATA_TIMESTAMP)
        .or_else("No data from rules")
        .runbook("ZendeskExporterDataStale")
}

/// Eight of ten requests a minute to the export are ours during every sync, by design: only what all tools share is judged.
fn requests_left() -> Panel {
    let matcher = "limit=\"account\"";
    let left = sum_by(
        "account",
        &format!(
            "{} / {}",
            only(&c::RATE_LIMIT_REMAINING, matcher),
            only(&c::RATE_LIMIT, matcher)
        ),
    );
    number("Requests left", Unit::Share)
        .says("Share of the account's request limit that is left in the current time window, for the account with the smallest share. All programs that use the API of the account share this limit.")
        .asks(
            or_down(&format!("bottomk(1, {left})"), Some("account")),
            "{{account}}",
        )
        .turns("orange", &[(0.1, "yellow"), (0.3, "green")])
        .about(&c::RATE_LIMIT_REMAINING)
        .or_else("Not reported")
        .runbook("ZendeskExporterRateLimited")
}

fn drift() -> Panel {
    let (tickets, share) = DRIFT;
    let by_account = format!("abs({})", sum_by("account", &of(&c::COUNT_DRIFT)));
    // The name of the account says it: the number alone does not tell how many tickets there are.
    let too_many = format!(
        "label_replace(topk(1, max by (account) ({})), \"account\", \"$1, too many\", \"account\", \"(.*)\")",
        drifting()
    );
    let drift = format!("{too_many} or on () {}", worst(&by_account));
    number("Drift", Unit::Count)
        .says(&format!("Difference between the number of tickets that the exporter counts and the number that Zendesk's search API counts, over all statuses, for the account with the largest difference. A small difference is normal, because both numbers are some minutes old. A difference that stays comes from permanently deleted tickets, and the next resync removes it. An account whose archived tickets were not read is not compared. It is red if it is more than {tickets} tickets and more than {} % of all tickets.", share * 100.0))
        .asks(or_down(&drift, Some("account")), "{{account}}")
        .turns("green", &[(101.0, "yellow")])
        .coloured(&[("/, too many$/", "red")])
        .about(&c::COUNT_DRIFT)
        .or_else("Not counted")
        .runbook("ZendeskExporterCountDrift")
}

/// Where the tickets are shown, with all that was chosen here.
const TO_SUPPORT: &str = "/d/zendesk-support?${__url_time_range}&${datasource:queryparam}&${job:queryparam}&${instance:queryparam}&${account:queryparam}";
