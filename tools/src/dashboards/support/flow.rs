//! What comes in and what goes out.

use super::super::look::{Shape, Unit};
use super::super::palette;
use super::super::panel::Panel;
use super::super::query::{BAR, PERIOD, increase, of, only, sum, sum_by};
use super::backlog::stacked_by_priority;
use super::empty::NOTHING;
use zendesk_exporter::metrics::catalog as c;

fn bars(title: &'static str) -> Panel {
    Panel::new(Shape::Bars, title, Unit::Count)
        .or_else(NOTHING)
        .up_to(5.0)
}

/// Whether the desk keeps up.
pub(super) fn created_against_solved() -> Panel {
    let each = |family| sum(&increase(&of(family), BAR));
    bars("Created against solved")
        .says("Tickets per bar. Created and reopened tickets are drawn upwards, solved tickets downwards. The backlog grows where the upper part is larger than the lower part. A bar stands for a complete interval, so the tickets of the last, incomplete interval are missing; the panel In the period contains them.")
        .asks(each(&c::CREATED), "created")
        .asks(each(&c::REOPENED), "reopened")
        .asks(each(&c::SOLVED), "solved")
        .coloured(palette::FLOW)
        .downwards("solved")
}

/// Where the new ones came from, and the sums.
pub(super) fn panels() -> Vec<Panel> {
    let created = increase(&of(&c::CREATED), BAR);
    vec![
        bars("Created by channel")
            .says("Tickets created per bar, by channel.")
            .asks(sum_by("channel", &created), "{{channel}}")
            .coloured(palette::CHANNELS),
        stacked_by_priority(bars("Created by priority"), |it| {
            increase(&only(&c::CREATED, it), BAR)
        })
        .says("Tickets created per bar, by the priority that they had when the exporter first read them.")
        .coloured(palette::PRIORITIES),
        Panel::new(Shape::Table, "In the period", Unit::Count)
            .says("Number of events in the period, for all tickets and for the tickets of each type.")
            .column(in_the_period(&c::CREATED), "Created", Unit::Count)
            .column(in_the_period(&c::SOLVED), "Solved", Unit::Count)
            .column(in_the_period(&c::REOPENED), "Reopened", Unit::Count)
            .column(in_the_period(&c::DELETED), "Deleted", Unit::Count)
            .column(in_the_period(&c::RESTORED), "Restored", Unit::Count)
            .sorted_by(&[("Created", true)])
            .or_else("0")
            .sized(12, 8),
    ]
}

/// By type, and of all of them.
fn in_the_period(events: &c::Family) -> String {
    let grew = increase(&of(events), PERIOD);
    format!(
        "{} or label_replace({}, \"type\", \"all\", \"\", \"\")",
        sum_by("type", &grew),
        sum(&grew)
    )
}
