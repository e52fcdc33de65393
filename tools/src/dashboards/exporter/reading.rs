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
            .says("How old the tickets shown are at most, by account. It grows a minute a minute while nothing can be read. From the dashed line on, desk alerts hold still.")
            .asks(in_units(&behind, Unit::Minutes), "{{account}}")
            .turns("transparent", &[(10.0, "red")])
            .about(&c::DATA_TIMESTAMP)
            .runbook("ZendeskExporterDataStale")
            .or_else("Nothing read yet"),
        Panel::new(Shape::Bars, "Failed polls by reason", Unit::Count)
            .says("Polls that failed per bar. The reasons are explained in the runbooks.")
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
            .says("Runs of requests until Zendesk has nothing more.")
            .asks(
                format!("{} * 60", sum_by("account", &rate(&of(&c::POLLS)))),
                "{{account}}",
            ),
        Panel::new(Shape::Lines, "Poll duration", Unit::PlainSeconds)
            .says("How long polls took, waits for the request budget included; of the quarter of an hour before each point.")
            .asks(quantile_now("0.95", &c::POLL_DURATION, "account"), "{{account}} p95")
            .asks(quantile_now("0.5", &c::POLL_DURATION, "account"), "{{account}} p50")
            .about(&c::POLL_DURATION)
            .or_else("No poll"),
        Panel::new(Shape::Stack, "Rows by outcome", Unit::PerMinute)
            .says("Rows of the export by what they turned out to be. Stale and duplicate ones are those read again each hour; rejected ones could not be read as a ticket.")
            .asks(
                format!("{} * 60", sum_by("outcome", &rate(&of(&c::ROWS)))),
                "{{outcome}}",
            )
            .coloured(palette::OUTCOMES)
            .sized(24, 8),
    ]
}
