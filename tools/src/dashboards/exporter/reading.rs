//! How the reading goes, and what Zendesk allows.

use super::super::look::{Shape, Unit};
use super::super::panel::Panel;
use super::super::query::{BAR, age_by, increase, max_by, min_by, of, quantile_now, rate, sum_by};
use zendesk_exporter::metrics::catalog as c;

/// Whether the data are of now.
pub(super) fn freshness() -> Vec<Panel> {
    vec![
        Panel::new(Shape::Lines, "Data is behind by", Unit::Seconds)
            .says("How old the tickets shown are, by account. It grows a second a second while nothing can be read.")
            .asks(age_by("account", &of(&c::DATA_TIMESTAMP)), "{{account}}")
            .or_else("Nothing read yet"),
        Panel::new(Shape::Lines, "Sync", Unit::Share)
            .says("Share of a walk through the whole export that is done, by account and walk.")
            .asks(
                min_by("account, walk", &of(&c::SYNC_PROGRESS)),
                "{{account}} {{walk}}",
            ),
        Panel::new(Shape::Bars, "Failed polls by reason", Unit::Count)
            .says("Polls that failed per bar. The reasons are explained in the runbooks.")
            .asks(
                sum_by("reason", &increase(&of(&c::POLL_FAILURES), BAR)),
                "{{reason}}",
            ),
        Panel::new(Shape::Stack, "Rows by outcome", Unit::PerMinute)
            .says("Rows of the export by what they turned out to be. Stale and duplicate ones are those read again each hour; rejected ones could not be read as a ticket.")
            .asks(
                format!("{} * 60", sum_by("outcome", &rate(&of(&c::ROWS)))),
                "{{outcome}}",
            ),
        Panel::new(Shape::Lines, "Polls", Unit::PerMinute)
            .says("Runs of requests until Zendesk has nothing more.")
            .asks(
                format!("{} * 60", sum_by("account", &rate(&of(&c::POLLS)))),
                "{{account}}",
            ),
        Panel::new(Shape::Lines, "Poll duration", Unit::Seconds)
            .says("How long polls took, waits for the request budget included.")
            .asks(quantile_now("0.5", &c::POLL_DURATION, "account"), "{{account}} p50")
            .asks(quantile_now("0.95", &c::POLL_DURATION, "account"), "{{account}} p95")
            .or_else("No poll"),
    ]
}

/// What was asked, and what is left.
pub(super) fn api() -> Vec<Panel> {
    let left = format!("{} / {}", of(&c::RATE_LIMIT_REMAINING), of(&c::RATE_LIMIT));
    vec![
        Panel::new(Shape::Stack, "Requests by answer", Unit::PerMinute)
            .says("Requests to Zendesk by HTTP status; none is where no answer came.")
            .asks(
                format!("{} * 60", sum_by("code", &rate(&of(&c::API_REQUESTS)))),
                "{{code}}",
            ),
        Panel::new(Shape::Stack, "Requests by endpoint", Unit::PerMinute)
            .says("Requests to Zendesk by endpoint.")
            .asks(
                format!("{} * 60", sum_by("endpoint", &rate(&of(&c::API_REQUESTS)))),
                "{{endpoint}}",
            ),
        Panel::new(Shape::Lines, "Request duration, p95", Unit::Seconds)
            .says("Nineteen of twenty requests took no longer, from sending to the last byte decoded.")
            .asks(
                quantile_now("0.95", &c::API_REQUEST_DURATION, "endpoint"),
                "{{endpoint}}",
            )
            .or_else("No request"),
        Panel::new(Shape::Lines, "Requests left by limit", Unit::Share)
            .says("Share of each of Zendesk's request limits that is left in the present window, all tools on the account together.")
            .asks(min_by("account, limit", &left), "{{account}} {{limit}}")
            .or_else("Zendesk did not say"),
        Panel::new(Shape::Lines, "Waiting for limits", Unit::Share)
            .says("Share of the time in which nothing was asked because Zendesk said that a limit was spent.")
            .asks(sum_by("account", &rate(&of(&c::RATE_LIMIT_WAIT))), "{{account}}"),
        Panel::new(Shape::Table, "Limits", Unit::Number)
            .says("Zendesk's request limits, what is left of them in the present window, and when it ends.")
            .column(max_by("account, limit", &of(&c::RATE_LIMIT)), "Requests", Unit::Count)
            .column(
                min_by("account, limit", &of(&c::RATE_LIMIT_REMAINING)),
                "Left",
                Unit::Count,
            )
            .column(
                format!(
                    "{} - time()",
                    max_by("account, limit", &of(&c::RATE_LIMIT_RESET))
                ),
                "Window ends in",
                Unit::Seconds,
            )
            .or_else("–")
            .sized(12, 9),
    ]
}
