//! What was promised, and what became of it.

use super::super::look::{Shape, Unit};
use super::super::panel::Panel;
use super::super::query::{
    breached_share, increase, max_by, min_by, of, share, share_of_day, sum, sum_by,
};
use super::empty::NOTHING;
use zendesk_exporter::metrics::catalog as c;

/// Share of the targets that came to an end in a window before they were breached.
pub(super) fn kept(window: &str) -> String {
    let breached = sum(&increase(&of(&c::SLA_TARGETS_BREACHED), window));
    let all = sum(&increase(&of(&c::SLA_TARGETS), window));
    format!("1 - {}", share(&breached, &all))
}

pub(super) fn panels() -> Vec<Panel> {
    let next = min_by("metric", &of(&c::SLA_NEXT_BREACH));
    vec![
        Panel::new(Shape::Table, "Next breach", Unit::Count)
            .says("Time until the next breach of an active SLA target, by metric.")
            .column(
                format!("round({next} - time())"),
                "Time left",
                Unit::TimeLeft,
            )
            .turns("red", &[(0.0, "orange"), (900.0, "yellow"), (3_600.0, "green")])
            .sorted_by(&[("Time left", false)])
            .about(&c::SLA_NEXT_BREACH)
            .runbook("ZendeskSlaBreached")
            .or_else("No target is active")
            .sized(24, 5),
        Panel::new(Shape::Stack, "Breached by metric", Unit::Count)
            .says("Number of breached SLA targets of unsolved tickets, by metric.")
            .asks(sum_by("metric", &of(&c::SLA_BREACHED)), "{{metric}}")
            .shaded("red")
            .up_to(5.0)
            .or_else("No SLA target"),
        Panel::new(Shape::Lines, "Breached, of the unsolved", Unit::Share)
            .says("Tickets with a breached SLA target of each metric as a share of the unsolved tickets, for the account with the largest share. The alert also requires more than ten such tickets.")
            .asks(max_by("metric", &breached_share()), "{{metric}}")
            .turns("transparent", &[(0.05, "red")])
            .up_to(0.1)
            .about(&c::SLA_BREACHED)
            .or_else("No SLA target")
            .runbook("ZendeskSlaBreached"),
        Panel::new(Shape::Trend, "Kept over time", Unit::Share)
            .says("Share of the SLA targets that ended in the day before each point without a breach. There is no value if fewer than five targets ended.")
            .asks(
                format!(
                    "1 - ({})",
                    share_of_day(&of(&c::SLA_TARGETS_BREACHED), &of(&c::SLA_TARGETS))
                ),
                "kept",
            )
            .coloured(&[("kept", "green")])
            .up_to(1.0)
            .about(&c::SLA_TARGETS)
            .or_else(NOTHING)
            .sized(24, 8),
    ]
}
