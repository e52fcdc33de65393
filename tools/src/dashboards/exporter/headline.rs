//! Two lines of four numbers: whether it works, and what is about to stop it.

use super::super::look::{Shape, Unit};
use super::super::panel::{DOCUMENTS, Panel};
use super::super::query::{
    DRIFT, accounts_read, data, drifting, failing as failing_share, firing, first_sync_done,
    fresh_of_a_month, min_by, of, only, or_down, state, sum_by, worst,
};
use super::TO_SUPPORT;
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
        .says("Whether the latest request to the export was understood, of the account that is worst off; and whether the exporter can be scraped at all. A spent request limit is no failure.")
        .asks(query, "{{account}}")
        .reads("Failing", "Up")
        .about(&c::UP)
        .runbook("ZendeskExporterFailing")
        .runbook("ZendeskExporterDown")
        .or_else("No outcome yet")
}

fn freshness() -> Panel {
    let ages = format!("time() - {}", min_by("account", &data()));
    number("Data is behind by", Unit::Seconds)
        .says("How old the tickets shown are, of the account that is furthest behind; of a dead exporter, too. About two minutes are normal: Zendesk holds changes back for one.")
        .asks(format!("topk(1, {ages})"), "{{account}}")
        .turns("green", &[(300.0, "yellow"), (600.0, "red")])
        .about(&c::DATA_TIMESTAMP)
        .or_else("Nothing read yet")
        .runbook("ZendeskExporterDataStale")
        .leads_to("The tickets: Zendesk / Support", TO_SUPPORT)
}

fn alerts() -> Panel {
    number("Firing alerts", Unit::Count)
        .says("Alerts of the exporter's rules that fire for what is chosen above.")
        .asks(firing(), "now")
        .turns("green", &[(1.0, "red")])
        .about(&c::BUILD_INFO)
        .leads_to("The alerts", &format!("{DOCUMENTS}/alerts.md"))
        .or_else("No data of the rules")
}

fn failing() -> Panel {
    number("Failing for", Unit::Share)
        .says("Share of the time in which Zendesk could not be read, of the account of which it was longest. A share of polls would hide it, as a failing account polls less often.")
        .asks(or_down(&worst(&failing_share()), Some("account")), "{{account}}")
        .turns("green", &[(0.01, "yellow"), (0.1, "orange")])
        .about(&c::UP)
        .or_else("No outcome yet")
        .runbook("ZendeskExporterLoginRefused")
}

fn first_sync() -> Panel {
    number("First sync", Unit::Count)
        .says("Accounts whose first walk through the whole export is complete: until then none of their ticket families is shown. While one is not, how much of the walk of the slowest is done.")
        .asks(or_down(&accounts_read(), Some("read")), "{{read}}")
        .turns("blue", &[])
        .also(first_sync_done(), "of the walk done", Unit::Share)
        .turns("yellow", &[])
        .about(&c::INITIAL_SYNC_COMPLETE)
        .or_else("No account")
        .runbook("ZendeskExporterSyncStuck")
}

fn fresh() -> Panel {
    let fresh = min_by("account", &fresh_of_a_month());
    number("Fresh, of 30 days", Unit::Share)
        .says("Share of the last 30 days in which the data of an account were not older than ten minutes, of the account of which it was least; an account is left out until its first sync is complete; the hours of that sync count from then on.")
        .asks(
            format!(
                "bottomk(1, {fresh} < 1) or on () label_replace(min({fresh}), \"account\", \"every account\", \"\", \"\")"
            ),
            "{{account}}",
        )
        .turns("orange", &[(0.95, "yellow"), (0.99, "green")])
        .about(&c::DATA_TIMESTAMP)
        .or_else("No data of the rules")
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
        .says("Share of the account's request limit that is left in the present window, of the account with the least. All tools on the account share it.")
        .asks(
            or_down(&format!("bottomk(1, {left})"), Some("account")),
            "{{account}}",
        )
        .turns("orange", &[(0.1, "yellow"), (0.3, "green")])
        .about(&c::RATE_LIMIT_REMAINING)
        .or_else("Zendesk did not say")
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
        .says(&format!("Tickets by which the ledger and Zendesk's own search differ in all statuses together, of the account that is worst off. Some are normal, as both are minutes old; what stays is tickets that vanished, until the next resync. Red where they are more than {tickets}, and more than {} % of all.", share * 100.0))
        .asks(or_down(&drift, Some("account")), "{{account}}")
        .turns("green", &[(101.0, "yellow")])
        .coloured(&[("/, too many$/", "red")])
        .about(&c::COUNT_DRIFT)
        .or_else("Not counted")
        .runbook("ZendeskExporterCountDrift")
}
