//! What is unsolved.

use super::super::look::{Shape, Unit};
use super::super::palette;
use super::super::panel::Panel;
use super::super::query::{UNSOLVED_STATUSES, only, sum, sum_by};
use super::NOT_READ;
use zendesk_exporter::metrics::catalog::{self as c, Family};

fn stack(title: &'static str) -> Panel {
    Panel::new(Shape::Stack, title, Unit::Count)
        .or_else(NOT_READ)
        .up_to(5.0)
}

/// A question for each status: Grafana stacks series in the order of the questions, and `new` belongs on top.
pub(super) fn stacked_by_status(panel: Panel, family: &Family) -> Panel {
    let statuses = palette::UNSOLVED.iter().rev();
    statuses.fold(panel, |panel, (status, _)| {
        let matcher = format!("status=\"{status}\"");
        panel.asks(sum(&only(family, &matcher)), *status)
    })
}

/// What waits for whom.
pub(super) fn by_status() -> Panel {
    stacked_by_status(stack("Backlog by status"), &c::UNSOLVED)
        .says("Unsolved tickets. Much on hold waits for others, much pending for customers, much open for the desk.")
        .coloured(palette::UNSOLVED)
}

/// The backlog by its other labels: the legend says how much of it is there now.
pub(super) fn panels() -> Vec<Panel> {
    let unsolved = only(&c::TICKETS, UNSOLVED_STATUSES);
    // Urgent belongs on top; other is a value that this version does not know.
    let priorities = stack("Backlog by priority").asks(
        sum_by(
            "priority",
            &only(&c::UNSOLVED, "priority!~\"urgent|high|normal|low\""),
        ),
        "{{priority}}",
    );
    let known = palette::PRIORITIES.iter().take(4).rev();
    let priorities = known.fold(priorities, |panel, (priority, _)| {
        let matcher = format!("priority=\"{priority}\"");
        panel.asks(sum(&only(&c::UNSOLVED, &matcher)), *priority)
    });
    vec![
        priorities
            .says("Unsolved tickets by priority; none has not been given one.")
            .coloured(palette::PRIORITIES),
        stack("Backlog by type")
            .says("Unsolved tickets by type; none has not been given one.")
            .asks(sum_by("type", &unsolved), "{{type}}")
            .coloured(palette::TYPES),
        stack("Backlog by channel")
            .says("Unsolved tickets by the way they came in. Channels beyond labels.max_values are in other.")
            .asks(sum_by("channel", &unsolved), "{{channel}}")
            .coloured(palette::CHANNELS),
    ]
}
