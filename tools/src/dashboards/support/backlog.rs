//! What is unsolved.

use super::super::look::{Shape, Unit};
use super::super::palette;
use super::super::panel::Panel;
use super::super::query::{UNSOLVED_STATUSES, only, sum, sum_by, unsolved};
use super::empty::NOTHING;
use zendesk_exporter::metrics::catalog as c;

fn stack(title: &'static str) -> Panel {
    Panel::new(Shape::Stack, title, Unit::Count)
        .or_else(NOTHING)
        .up_to(5.0)
}

/// A question for each status: Grafana stacks series in the order of the questions, and `new` belongs on top.
pub(super) fn stacked_by_status(panel: Panel, tickets: impl Fn(&str) -> String) -> Panel {
    let statuses = palette::UNSOLVED.iter().rev();
    statuses.fold(panel, |panel, (status, _)| {
        panel.asks(sum(&tickets(&format!("status=\"{status}\""))), *status)
    })
}

/// The same with `urgent` on top. Whatever is no priority is beneath all of them.
pub(super) fn stacked_by_priority(panel: Panel, tickets: impl Fn(&str) -> String) -> Panel {
    let others = tickets("priority!~\"urgent|high|normal|low\"");
    let panel = panel.asks(sum_by("priority", &others), "{{priority}}");
    let known = palette::PRIORITIES.iter().take(4).rev();
    known.fold(panel, |panel, (priority, _)| {
        panel.asks(
            sum(&tickets(&format!("priority=\"{priority}\""))),
            *priority,
        )
    })
}

/// What waits for whom.
pub(super) fn by_status() -> Panel {
    stacked_by_status(stack("Backlog by status"), |it| only(&c::TICKETS, it))
        .says("Unsolved tickets by status. New and open tickets wait for an agent, pending tickets wait for the customer, and tickets on hold wait for somebody else.")
        .coloured(palette::UNSOLVED)
}

/// The backlog by its other labels: the legend says how much of it is there now.
pub(super) fn panels() -> Vec<Panel> {
    let unsolved = unsolved();
    vec![
        stacked_by_priority(stack("Backlog by priority"), |it| {
            only(&c::TICKETS, &format!("{UNSOLVED_STATUSES}, {it}"))
        })
            .says("Unsolved tickets by priority. The value none means that no priority is set.")
            .coloured(palette::PRIORITIES),
        stack("Backlog by type")
            .says("Unsolved tickets by type. The value none means that no type is set.")
            .asks(sum_by("type", &unsolved), "{{type}}")
            .coloured(palette::TYPES),
        stack("Backlog by channel")
            .says("Unsolved tickets by the channel through which they were created. Channels beyond labels.max_values are shown as other.")
            .asks(sum_by("channel", &unsolved), "{{channel}}")
            .coloured(palette::CHANNELS),
    ]
}
