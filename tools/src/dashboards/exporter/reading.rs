//! How the reading goes.

use super::super::look::{Shape, Unit};
use super::super::palette;
use super::super::panel::Panel;
use super::super::query::{BAR, age_by, alive, in_units, increase, of, quantile_now, rate, sum_by};
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
            .says("Rows of Zendesk's ticket export per minute, by outcome. Stale and duplicate rows come from the last minutes, which the exporter reads again each hour. Rejected rows are not readable as tickets, or their time is in the future.")
            .asks(
                format!("{} * 60", sum_by("outcome", &rate(&of(&c::ROWS)))),
                "{{outcome}}",
            )
            .coloured(palette::OUTCOMES)
            .sized(24, 8),
    ]
}
