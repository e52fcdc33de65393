//! What is unsolved, and for how long.

use super::super::look::{Shape, Unit};
use super::super::palette;
use super::super::panel::Panel;
use super::super::query::{UNSOLVED_STATUSES, age_by, of, only, sum, sum_by};
use super::{DAY, HOUR, NOT_SYNCED};
use zendesk_exporter::metrics::catalog as c;

/// The backlog by each of its labels: the legend says how much of it is there now.
pub(super) fn composition() -> Vec<Panel> {
    let stack = |title| Panel::new(Shape::Stack, title, Unit::Count).or_else(NOT_SYNCED);
    let unsolved = only(&c::TICKETS, UNSOLVED_STATUSES);
    vec![
        stack("Backlog by status")
            .says("Unsolved tickets. Those on hold wait for others, pending ones for customers, open ones for the desk.")
            .asks(sum_by("status", &of(&c::UNSOLVED)), "{{status}}")
            .coloured(palette::STATUSES),
        stack("Backlog by priority")
            .says("Unsolved tickets by priority; none means that nobody has set one.")
            .asks(sum_by("priority", &of(&c::UNSOLVED)), "{{priority}}")
            .coloured(palette::PRIORITIES),
        stack("Backlog by type")
            .says("Unsolved tickets by type; none means that nobody has set one.")
            .asks(sum_by("type", &unsolved), "{{type}}")
            .coloured(palette::TYPES),
        stack("Backlog by channel")
            .says("Unsolved tickets by the way they came in. Channels beyond labels.max_values are in other.")
            .asks(sum_by("channel", &unsolved), "{{channel}}"),
    ]
}

/// How old the backlog is, and what of it has waited for longest.
pub(super) fn age() -> Vec<Panel> {
    let ages = Panel::new(Shape::Stack, "Backlog by age", Unit::Count)
        .says("Unsolved tickets by the time since they were created.")
        .coloured(palette::AGES)
        .or_else(NOT_SYNCED);
    // A question each, as Grafana stacks series in the order of the questions, and the alphabet
    // has four hours after three days.
    let ages = palette::AGES.iter().fold(ages, |panel, (bracket, _)| {
        let matcher = format!("age=\"{bracket}\"");
        panel.asks(sum(&only(&c::UNSOLVED, &matcher)), *bracket)
    });
    vec![
        ages,
        Panel::new(Shape::Lines, "Oldest unsolved by priority", Unit::Seconds)
            .says("How long ago the oldest unsolved ticket of each priority was created.")
            .asks(
                age_by("priority", &of(&c::OLDEST_UNSOLVED)),
                "{{priority}}",
            )
            .coloured(palette::PRIORITIES)
            .or_else("No unsolved ticket"),
        Panel::new(Shape::Lines, "Nobody's yet", Unit::Count)
            .says("Unsolved tickets without an assignee, those without a reply of an agent, and tasks that are overdue.")
            .asks(sum(&of(&c::UNASSIGNED)), "unassigned")
            .asks(sum(&of(&c::UNREPLIED)), "without a reply")
            .asks(sum(&of(&c::OVERDUE)), "overdue tasks")
            .or_else(NOT_SYNCED),
        Panel::new(Shape::Lines, "Waiting for longest", Unit::Seconds)
            .says("How long ago the oldest unsolved ticket without an assignee and the oldest one without a reply were created, and how long ago the latest update of the ticket was that has gone without one for longest.")
            .asks(
                super::super::query::age(&of(&c::OLDEST_UNASSIGNED)),
                "oldest unassigned",
            )
            .asks(
                super::super::query::age(&of(&c::OLDEST_UNREPLIED)),
                "oldest without a reply",
            )
            .asks(
                super::super::query::age(&of(&c::STALEST_UNSOLVED)),
                "left alone",
            )
            .or_else("No such ticket"),
        Panel::new(Shape::Ranking, "Oldest urgent ticket by status", Unit::Seconds)
            .says("How long ago the oldest unsolved urgent ticket of each status was created.")
            .asks(
                age_by(
                    "status",
                    &only(&c::OLDEST_UNSOLVED, "priority=\"urgent\""),
                ),
                "{{status}}",
            )
            .or_else("No urgent ticket")
            .turns("green", &[(4.0 * HOUR, "yellow"), (DAY, "red")])
            .sized(12, 5),
        Panel::new(Shape::Ranking, "Left alone by status", Unit::Seconds)
            .says("How long ago the latest update was of the unsolved ticket of each status that has gone without one for longest; writes by Zendesk itself are no updates.")
            .asks(
                age_by("status", &of(&c::STALEST_UNSOLVED)),
                "{{status}}",
            )
            .or_else("No unsolved ticket")
            .turns("green", &[(3.0 * DAY, "yellow"), (7.0 * DAY, "red")])
            .sized(12, 5),
    ]
}
