//! *Zendesk / Exporter*: what its operator looks at when something is wrong.

mod reading;

mod keeping;

use super::board::{Board, ByPriority, Fold, Row};
use super::look::{Shape, Unit};
use super::panel::Panel;
use super::query::{PERIOD, age, age_by, increase, max_by, min_by, of, only, share, sum, sum_by};
use zendesk_exporter::metrics::catalog as c;

/// The dashboard.
pub(super) fn board() -> Board {
    Board {
        uid: "zendesk-exporter",
        title: "Zendesk / Exporter",
        description: "The exporter: how old its data is, how the reading goes, what Zendesk allows, and what it costs.",
        from: "now-6h",
        by_priority: ByPriority::No,
        bar_min: "5m",
        rows: vec![
            Row {
                title: "Now",
                fold: Fold::Open,
                panels: headline(),
            },
            Row {
                title: "Accounts",
                fold: Fold::Open,
                panels: vec![accounts()],
            },
            Row {
                title: "Freshness",
                fold: Fold::Open,
                panels: reading::freshness(),
            },
            Row {
                title: "Zendesk's API",
                fold: Fold::Open,
                panels: reading::api(),
            },
            Row {
                title: "State",
                fold: Fold::Closed,
                panels: keeping::state(),
            },
            Row {
                title: "Process",
                fold: Fold::Closed,
                panels: keeping::process(),
            },
        ],
    }
}

/// Where the tickets are shown, with all that was chosen here.
const TO_SUPPORT: &str = "/d/zendesk-support?${__url_time_range}&${datasource:queryparam}&${job:queryparam}&${instance:queryparam}&${account:queryparam}";

fn headline() -> Vec<Panel> {
    let failed = sum(&increase(&of(&c::POLL_FAILURES), PERIOD));
    let polls = sum(&increase(&of(&c::POLLS), PERIOD));
    let left = format!(
        "min({} / {})",
        of(&c::RATE_LIMIT_REMAINING),
        of(&c::RATE_LIMIT)
    );
    let drift = format!("max(abs({}))", sum_by("account", &of(&c::COUNT_DRIFT)));
    vec![
        Panel::new(Shape::Number, "Zendesk", Unit::Count)
            .says("Whether the latest request to the export was understood, of every account. A spent request limit is no failure.")
            .asks(format!("min({})", of(&c::UP)), "up")
            .runbook("ZendeskExporterFailing")
            .reads("Failing", "Up")
            .or_else("No outcome yet"),
        Panel::new(Shape::Number, "Data is behind by", Unit::Seconds)
            .says("How old the tickets shown are, of the account that is furthest behind. About two minutes are normal: Zendesk holds changes back for one.")
            .asks(age(&of(&c::DATA_TIMESTAMP)), "behind")
            .or_else("Nothing read yet")
            .runbook("ZendeskExporterDataStale")
            .leads_to("The tickets: Zendesk / Support", TO_SUPPORT)
            .turns("green", &[(300.0, "yellow"), (600.0, "red")]),
        Panel::new(Shape::PlainNumber, "First sync", Unit::Share)
            .says("Share of the first walk through the whole export that is done, of the account that is furthest behind. Until then no ticket family is shown.")
            .asks(
                format!("min({})", only(&c::SYNC_PROGRESS, "walk=\"initial\"")),
                "done",
            )
            .turns("blue", &[(1.0, "green")])
            .runbook("ZendeskExporterSyncStuck"),
        Panel::new(Shape::PlainNumber, "Failed polls", Unit::Share)
            .says("Share of the polls of the period that failed.")
            .asks(share(&failed, &polls), "failed")
            .or_else("No poll")
            .runbook("ZendeskExporterLoginRefused")
            .turns("green", &[(0.01, "yellow"), (0.1, "red")]),
        Panel::new(Shape::Number, "Requests left", Unit::Share)
            .says("Share of Zendesk's request limit that is left in the present window, of the tightest limit. All tools on the account share it.")
            .asks(left, "left")
            .or_else("Zendesk did not say")
            .runbook("ZendeskExporterRateLimited")
            .turns("red", &[(0.1, "yellow"), (0.3, "green")]),
        Panel::new(Shape::Number, "Drift", Unit::Count)
            .says("Tickets by which the ledger and Zendesk's own search differ, of the worst account. Some are normal, as both are minutes old; what stays is tickets that vanished, until the next resync.")
            .asks(drift, "drift")
            .or_else("Not counted yet")
            .runbook("ZendeskExporterCountDrift")
            .turns("green", &[(100.0, "yellow"), (1_000.0, "red")]),
        Panel::new(Shape::PlainNumber, "Token expires in", Unit::Seconds)
            .says("Time left of the OAuth token that expires first; it is renewed before.")
            .asks(format!("min({}) - time()", of(&c::TOKEN_EXPIRY)), "left")
            .or_else("Does not expire")
            .runbook("ZendeskExporterTokenExpiring")
            .turns("red", &[(60.0, "yellow"), (300.0, "green")]),
        Panel::new(Shape::PlainNumber, "Running for", Unit::Seconds)
            .says("How long ago the exporter that was started last was started.")
            .asks(
                format!("time() - max({})", of(&c::PROCESS_START_TIME)),
                "running",
            )
            .turns("yellow", &[(600.0, "green")])
            .runbook("ZendeskExporterDown"),
    ]
}

/// Everything about each account in a row.
fn accounts() -> Panel {
    let requests = sum_by("account", &increase(&of(&c::API_REQUESTS), PERIOD));
    let failures = sum_by("account", &increase(&of(&c::POLL_FAILURES), PERIOD));
    Panel::new(Shape::Table, "Accounts", Unit::Number)
        .says("Each account: whether Zendesk answers, how far behind its data are, how far the first sync is, what was asked and failed in the period, what the state holds, and how it is logged in to.")
        .column(min_by("account", &of(&c::UP)), "Up", Unit::YesNo)
        .column(
            age_by("account", &of(&c::DATA_TIMESTAMP)),
            "Behind by",
            Unit::Seconds,
        )
        .column(
            age_by("account", &of(&c::LAST_SUCCESS)),
            "Last success ago",
            Unit::Seconds,
        )
        .column(
            min_by("account", &of(&c::INITIAL_SYNC_COMPLETE)),
            "Synced",
            Unit::YesNo,
        )
        .column(
            min_by("account", &only(&c::SYNC_PROGRESS, "walk=\"initial\"")),
            "First sync",
            Unit::Share,
        )
        .column(requests, "Requests", Unit::Count)
        .column(failures, "Failed polls", Unit::Count)
        .column(
            max_by("account", &of(&c::STATE_TICKETS)),
            "Tickets kept",
            Unit::Count,
        )
        .column(
            max_by("account", &of(&c::STATE_SIZE)),
            "State on disk",
            Unit::Bytes,
        )
        .column(
            max_by("account, method", &of(&c::AUTH_INFO)),
            "Login",
            Unit::YesNo,
        )
        .or_else("–")
}
