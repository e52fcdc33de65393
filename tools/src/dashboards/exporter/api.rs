//! What was asked of Zendesk, and what is left.

use super::super::look::{Shape, Unit};
use super::super::palette;
use super::super::panel::Panel;
use super::super::query::{max_by, min_by, of, quantile_now, rate, rate_of_an_hour, sum_by};
use zendesk_exporter::metrics::catalog as c;

pub(super) fn panels() -> Vec<Panel> {
    let left = format!("{} / {}", of(&c::RATE_LIMIT_REMAINING), of(&c::RATE_LIMIT));
    let requests = |label| format!("{} * 60", sum_by(label, &rate(&of(&c::API_REQUESTS))));
    vec![
        Panel::new(Shape::Stack, "Requests by answer", Unit::PerMinute)
            .says("Requests to Zendesk per minute, by HTTP status. The status none means that no answer came.")
            .about(&c::API_REQUESTS)
            .or_else("No request")
            .asks(requests("code"), "{{code}}")
            .coloured(palette::CODES),
        Panel::new(Shape::Stack, "Requests by endpoint", Unit::PerMinute)
            .says("Requests to Zendesk per minute, by endpoint.")
            .asks(requests("endpoint"), "{{endpoint}}")
            .named_below(),
        Panel::new(Shape::Lines, "Request duration, p95", Unit::PlainSeconds)
            .says("95th percentile of the duration of requests in the 15 minutes before each point, including reading and decoding the answer.")
            .asks(
                quantile_now("0.95", &c::API_REQUEST_DURATION, "endpoint"),
                "{{endpoint}}",
            )
            .named_below()
            .or_else("No request"),
        Panel::new(Shape::Lines, "Requests left by limit", Unit::Share)
            .says("Share of each of Zendesk's request limits that is left in the current time window. All programs that use the API of the account share these limits. During a sync the exporter uses most of the limit of the ticket export.")
            .asks(min_by("account, limit", &left), "{{account}} {{limit}}")
            .up_to(1.0)
            .named_below()
            .or_else("Not reported"),
        Panel::new(Shape::Lines, "Waiting for limits", Unit::Share)
            .says("Share of the hour before each point in which the exporter waited because Zendesk answered that a request limit was used up. The alert fires from the dashed line on.")
            .asks(
                sum_by("account", &rate_of_an_hour(&of(&c::RATE_LIMIT_WAIT))),
                "{{account}}",
            )
            .turns("transparent", &[(0.1, "red")])
            .up_to(0.1)
            .runbook("ZendeskExporterRateLimited"),
        Panel::new(Shape::Table, "Limits", Unit::Number)
            .says("Zendesk's request limits, the requests that are left in the current time window, and the time until it ends.")
            .column(max_by("account, limit", &of(&c::RATE_LIMIT)), "Requests", Unit::Count)
            .column(
                min_by("account, limit", &of(&c::RATE_LIMIT_REMAINING)),
                "Left",
                Unit::Count,
            )
            .column(
                format!(
                    "clamp_min({} - time(), 0)",
                    max_by("account, limit", &of(&c::RATE_LIMIT_RESET))
                ),
                "Ends in",
                Unit::Seconds,
            )
            .or_else("–")
            .sized(12, 8),
        logins(),
    ]
}

/// Tokens live from minutes to days: the alert is on the share of its life that one has left.
fn logins() -> Panel {
    let left = format!("{} - time()", of(&c::TOKEN_EXPIRY));
    let share = format!("({left}) / max_over_time(({left})[1d:1m])");
    Panel::new(Shape::Table, "Logins", Unit::Number)
            .says("Login method of each account, the time until its OAuth token expires, and that time as a share of the token's lifetime. The exporter renews a token when a fifth of its lifetime is left.")
            .label_column(max_by("account, method", &of(&c::AUTH_INFO)))
            .column(
                format!(
                    "{} - time()",
                    min_by("account", &of(&c::TOKEN_EXPIRY))
                ),
                "Token expires in",
                Unit::Seconds,
            )
            .column(min_by("account", &share), "Of its life", Unit::Share)
            .turns("red", &[(0.1, "green")])
            .about(&c::TOKEN_EXPIRY)
            .runbook("ZendeskExporterTokenExpiring")
            .or_else("–")
            .sized(24, 5)
}
