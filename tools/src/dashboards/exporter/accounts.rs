//! Everything about each account in a row, the one that fails first.

use super::super::look::{Shape, Unit};
use super::super::panel::Panel;
use super::super::query::{
    PERIOD, data, failing, increase, known, lasting, max_by, min_by, of, only, state, sum_by,
};
use zendesk_exporter::metrics::catalog as c;

pub(super) fn panel() -> Panel {
    let requests = sum_by("account", &increase(&of(&c::API_REQUESTS), PERIOD));
    let ago = |moments: &str| format!("time() - {}", max_by("account", moments));
    Panel::new(Shape::Table, "Accounts", Unit::Number)
        .says("One row for each account: its state, the reason of a failure, the time since the last successful request, the age of its data, the share of the period in which it failed, the progress of its first sync, the number of requests in the period, the number of tickets in its state file and the size of that file. Click an account for links to both dashboards of it.")
        .column(min_by("account", &state()), "State", Unit::Count)
        .reads("Failing", "Up")
        .label_column(why())
        .column(ago(&lasting(&c::LAST_SUCCESS)), "Last read", Unit::Seconds)
        .turns("text", &[(300.0, "yellow"), (600.0, "orange")])
        .column(
            format!("time() - {}", min_by("account", &data())),
            "Behind",
            Unit::Seconds,
        )
        .turns("green", &[(300.0, "yellow"), (600.0, "red")])
        .column(failing(), "Failing for", Unit::Share)
        .turns("green", &[(0.01, "yellow"), (0.1, "orange")])
        .column(
            min_by("account", &only(&c::SYNC_PROGRESS, "walk=\"initial\"")),
            "First sync",
            Unit::Share,
        )
        .turns("yellow", &[(1.0, "text")])
        .column(requests, "Requests", Unit::Count)
        .column(
            max_by("account", &lasting(&c::STATE_TICKETS)),
            "Tickets",
            Unit::Count,
        )
        .column(
            max_by("account", &lasting(&c::STATE_SIZE)),
            "On disk",
            Unit::Bytes,
        )
        .sorted_by(&[("State", false), ("Behind", true)])
        .leads_by_account()
        .about(&c::UP)
        .or_else("–")
        .sized(24, 6)
}

/// The reason why most of the latest polls of an account that cannot be read failed. Retries are five minutes apart at most: the
/// window is that of the alert on refused logins.
fn why() -> String {
    let failed = increase(&of(&c::POLL_FAILURES), "20m");
    let failed = format!(
        "{failed} and on (job, instance, account) {} == 0",
        of(&c::UP)
    );
    format!(
        "topk by (account) (1, {} > 0) or on (account) label_replace({}, \"reason\", \"–\", \"\", \"\")",
        sum_by("account, reason", &failed),
        min_by("account", &known())
    )
}
