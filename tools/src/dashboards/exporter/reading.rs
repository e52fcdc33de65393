//! How the reading goes.

use super::super::look::{Shape, Unit};
use super::super::palette;
use super::super::panel::Panel;
use super::super::query::{
    BAR, age_by, alive, in_units, increase, max_by, of, quantile_now, rate, sum_by,
};
use zendesk_exporter::metrics::catalog as c;

/// Whether the data are of now, and why not.
pub(super) fn panels() -> Vec<Panel> {
    let behind = format!("max_over_time(({})[{BAR}:1m])", age_by("account", &alive()));
    vec![
        Panel::new(Shape::Lines, "Data is behind by", Unit::Minutes)
            .says("Greatest age of the ticket metrics, by account. The age grows by one minute per minute while Zendesk cannot be read. From the dashed line on, the desk alerts do not change.")
            .asks(in_units(&behind, Unit::Minutes), "{{account}}")
            .turns("transparent", &[(10.0, "red")])
            .about(&c::DATA_TIMESTAMP)
            .runbook("ZendeskExporterDataStale")
            .or_else("No data yet"),
        Panel::new(Shape::Bars, "Failed polls by reason", Unit::Count)
            .says("Failed polls per bar. The runbooks explain the reasons.")
            .asks(
                format!(
                    "{} > 0",
                    sum_by("reason", &increase(&of(&c::POLL_FAILURES), BAR))
                ),
                "{{reason}}",
            )
            .coloured(palette::REASONS)
            .about(&c::POLL_FAILURES)
            .up_to(5.0)
            .or_else("No poll failed in the period")
            .runbook("ZendeskExporterFailing"),
        Panel::new(Shape::Lines, "Polls", Unit::PerMinute)
            .says("Polls per minute, by account. A poll is one or more requests until Zendesk has no further page.")
            .asks(
                format!("{} * 60", sum_by("account", &rate(&of(&c::POLLS)))),
                "{{account}}",
            ),
        Panel::new(Shape::Lines, "Poll duration", Unit::PlainSeconds)
            .says("95th and 50th percentiles of the duration of polls in the 15 minutes before each point, including the time spent waiting for the limit export.requests_per_minute.")
            .asks(quantile_now("0.95", &c::POLL_DURATION, "account"), "{{account}} p95")
            .asks(quantile_now("0.5", &c::POLL_DURATION, "account"), "{{account}} p50")
            .about(&c::POLL_DURATION)
            .or_else("No poll"),
        Panel::new(Shape::Stack, "Rows by outcome", Unit::PerMinute)
            .says("Rows read from Zendesk per minute, by outcome. Stale and duplicate rows come from the last minutes, which the exporter reads again each hour, or with each poll of the list of tickets. Rejected rows are not readable as tickets, or their time is in the future.")
            .asks(
                format!("{} * 60", sum_by("outcome", &rate(&of(&c::ROWS)))),
                "{{outcome}}",
            )
            .coloured(palette::OUTCOMES)
            .sized(24, 8),
        sources(),
        unannounced(),
    ]
}

/// Which source each account is read from.
fn sources() -> Panel {
    Panel::new(Shape::Table, "Sources", Unit::Number)
        .says("The source of tickets of each account, the reason for it, and the time since the last verify round ended. The source is an export (cursor, time) or the list of tickets (list). The reason is refused if Zendesk refuses the export, not_admin if it does so because the user is not an admin, otherwise configured. Verify rounds run only while the list of tickets is the source.")
        .label_column(max_by("account, source, reason", &of(&c::SOURCE_INFO)))
        .column(
            format!("time() - {}", max_by("account", &of(&c::VERIFY_ROUND))),
            "Verified ago",
            Unit::Seconds,
        )
        .about(&c::SOURCE_INFO)
        .or_else("–")
        .sized(12, 8)
}

/// What no update of a ticket shows.
fn unannounced() -> Panel {
    Panel::new(Shape::Bars, "Silent and hidden changes", Unit::Count)
        .says("Rows per bar that changed a ticket although its update time did not move, and rows per bar whose status had changed and changed back since the row before. While the list of tickets is the source, a verify round finds silent changes; closed tickets are not in such a round.")
        .asks(
            format!("sum({})", increase(&of(&c::SILENT_CHANGES), BAR)),
            "silent changes",
        )
        .asks(
            format!("sum({})", increase(&of(&c::HIDDEN_STATUS_CHANGES), BAR)),
            "hidden status changes",
        )
        .coloured(&[("silent changes", "blue"), ("hidden status changes", "purple")])
        .up_to(10.0)
        .or_else("Nothing in the period")
}
