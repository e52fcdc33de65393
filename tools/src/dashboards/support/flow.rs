//! What comes in and what goes out.

use super::super::look::{Shape, Unit};
use super::super::palette;
use super::super::panel::Panel;
use super::super::query::{BAR, PERIOD, increase, of, sum, sum_by};
use super::NOT_SYNCED;
use zendesk_exporter::metrics::catalog as c;

/// Created against solved, and where the new ones came from.
pub(super) fn panels() -> Vec<Panel> {
    let created = increase(&of(&c::CREATED), BAR);
    let bars = |title| Panel::new(Shape::Bars, title, Unit::Count).or_else(NOT_SYNCED);
    vec![
        bars("Created against solved")
            .says(
                "Tickets per bar: created and reopened ones upwards, solved ones downwards. Where more goes up than down, the backlog grows.",
            )
            .asks(sum(&created), "created")
            .asks(sum(&increase(&of(&c::SOLVED), BAR)), "solved")
            .asks(sum(&increase(&of(&c::REOPENED), BAR)), "reopened")
            .coloured(palette::FLOW)
            .downwards("solved"),
        bars("Created by channel")
            .says("Tickets created per bar, by the way they came in.")
            .asks(sum_by("channel", &created), "{{channel}}"),
        bars("Created by priority")
            .says("Tickets created per bar, by the priority they had when first seen.")
            .asks(sum_by("priority", &created), "{{priority}}")
            .coloured(palette::PRIORITIES),
        Panel::new(Shape::Table, "In the period", Unit::Count)
            .says("What happened to tickets of each type in the period.")
            .column(in_the_period(&c::CREATED), "Created", Unit::Count)
            .column(in_the_period(&c::SOLVED), "Solved", Unit::Count)
            .column(in_the_period(&c::REOPENED), "Reopened", Unit::Count)
            .column(in_the_period(&c::DELETED), "Deleted", Unit::Count)
            .column(in_the_period(&c::RESTORED), "Restored", Unit::Count)
            .or_else(NOT_SYNCED)
            .sized(12, 9),
    ]
}

fn in_the_period(events: &c::Family) -> String {
    sum_by("type", &increase(&of(events), PERIOD))
}
