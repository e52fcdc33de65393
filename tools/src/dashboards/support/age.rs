//! For how long what is unsolved has been so.

use super::super::look::{Shape, Unit};
use super::super::palette;
use super::super::panel::Panel;
use super::super::query::{WAITING_STATUSES, age, age_by, in_units, of, only, sum};
use super::empty::NOTHING;
use zendesk_exporter::metrics::catalog as c;

/// How old the backlog is.
pub(super) fn backlog() -> Panel {
    let ages = Panel::new(Shape::Stack, "Backlog by age", Unit::Count)
        .says("Unsolved tickets by the time since their creation.")
        .coloured(palette::AGES)
        .or_else(NOTHING)
        .up_to(5.0);
    // A question each, as Grafana stacks series in the order of the questions, and the alphabet
    // has four hours after three days.
    palette::AGES.iter().fold(ages, |panel, (bracket, _)| {
        let matcher = format!("age=\"{bracket}\"");
        panel.asks(sum(&only(&c::UNSOLVED, &matcher)), *bracket)
    })
}

const NO_TICKET: &str = "No such ticket";

/// What of it has waited for longest. One forgotten ticket on hold would make the rest invisible.
pub(super) fn panels() -> Vec<Panel> {
    // Of the oldest without a reply no status is known.
    let waiting = |family: &c::Family| match family.labels.contains(&"status") {
        true => only(family, WAITING_STATUSES),
        false => of(family),
    };
    let urgent = only(
        &c::OLDEST_UNSOLVED,
        &format!("priority=\"urgent\", {WAITING_STATUSES}"),
    );
    let days = |seconds: &str| in_units(seconds, Unit::Days);
    vec![
        by_priority(),
        Panel::new(Shape::Lines, "Unassigned, unreplied, overdue", Unit::Count)
            .says("Number of unsolved tickets without an assignee, of unsolved tickets without a public agent reply, and of unsolved tasks whose due date has passed.")
            .asks(sum(&of(&c::UNASSIGNED)), "unassigned")
            .asks(sum(&of(&c::UNREPLIED)), "without a reply")
            .asks(sum(&of(&c::OVERDUE)), "overdue tasks")
            .or_else(NOTHING)
            .up_to(5.0),
        Panel::new(Shape::Lines, "Waiting for longest", Unit::Days)
            .says("Time since the creation of the oldest new or open ticket without an assignee, time since the creation of the oldest unsolved ticket without a public agent reply, and time since the last update of the least recently updated new or open ticket.")
            .asks(days(&age(&waiting(&c::OLDEST_UNASSIGNED))), "unassigned")
            .asks(days(&age(&of(&c::OLDEST_UNREPLIED))), "without a reply")
            .asks(days(&age(&waiting(&c::STALEST_UNSOLVED))), "without update")
            .about(&c::OLDEST_UNASSIGNED)
            .or_else(NO_TICKET),
        Panel::new(Shape::Lines, "Without update, pending and on hold", Unit::Days)
            .says("Time since the last update of the least recently updated pending ticket, and of the least recently updated ticket on hold. Zendesk's own system writes are not updates.")
            .asks(
                days(&age(&only(&c::STALEST_UNSOLVED, "status=\"pending\""))),
                "pending",
            )
            .asks(
                days(&age(&only(&c::STALEST_UNSOLVED, "status=\"hold\""))),
                "hold",
            )
            .coloured(&[("pending", "blue"), ("hold", "purple")])
            .about(&c::STALEST_UNSOLVED)
            .or_else(NO_TICKET),
        ranking("Oldest urgent ticket", Unit::Seconds, "Time since the creation of the oldest urgent ticket that is new or open, by status.")
            .asks(age_by("status", &urgent), "{{status}}")
            .turns("green", &[(14_400.0, "yellow"), (86_400.0, "orange")])
            .about(&c::OLDEST_UNSOLVED)
            .or_else("No urgent ticket"),
        ranking("Longest without update", Unit::Days, "Time since the last update of the least recently updated new or open ticket, by status. Zendesk's own system writes are not updates.")
            .asks(
                days(&age_by("status", &waiting(&c::STALEST_UNSOLVED))),
                "{{status}}",
            )
            .turns("green", &[(3.0, "yellow"), (7.0, "orange")])
            .about(&c::STALEST_UNSOLVED)
            .or_else("No unsolved ticket"),
    ]
}

fn ranking(title: &'static str, unit: Unit, says: &str) -> Panel {
    Panel::new(Shape::Ranking, title, unit)
        .says(says)
        .sized(12, 4)
}

/// The most urgent first.
fn by_priority() -> Panel {
    let panel = Panel::new(Shape::Lines, "Oldest waiting by priority", Unit::Days)
        .says("Time since the creation of the oldest new or open ticket of each priority.")
        .coloured(palette::PRIORITIES)
        .about(&c::OLDEST_UNSOLVED)
        .or_else("No unsolved ticket");
    let oldest = |matcher: &str| {
        let matcher = format!("{matcher}, {WAITING_STATUSES}");
        only(&c::OLDEST_UNSOLVED, &matcher)
    };
    let known = palette::PRIORITIES.iter().take(4);
    let panel = known.fold(panel, |panel, (priority, _)| {
        let oldest = age(&oldest(&format!("priority=\"{priority}\"")));
        panel.asks(in_units(&oldest, Unit::Days), *priority)
    });
    panel.asks(
        in_units(
            &age_by("priority", &oldest("priority!~\"urgent|high|normal|low\"")),
            Unit::Days,
        ),
        "{{priority}}",
    )
}
