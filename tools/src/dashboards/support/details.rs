//! What not every desk has, or asks for every day.

use super::super::look::{Shape, Unit};
use super::super::panel::Panel;
use super::super::query::{
    BAR, PERIOD, UNSOLVED_STATUSES, increase, min_by, named, of, only, share, sum, sum_by,
};
use zendesk_exporter::metrics::catalog as c;

const NO_SLA: &str = "No SLA target seen";

/// What was promised, and what became of it.
pub(super) fn sla() -> Vec<Panel> {
    let kept = |window| {
        let breached = sum(&increase(&of(&c::SLA_TARGETS_BREACHED), window));
        let all = sum(&increase(&of(&c::SLA_TARGETS), window));
        format!("1 - {}", share(&breached, &all))
    };
    vec![
        Panel::new(Shape::Number, "Breached now", Unit::Count)
            .says("Open SLA targets of unsolved tickets that are breached; a ticket with two of them counts twice.")
            .asks(sum(&of(&c::SLA_BREACHED)), "breached")
            .runbook("ZendeskSlaBreached")
            .or_else(NO_SLA)
            .turns("green", &[(1.0, "red")])
            .sized(6, 4),
        Panel::new(Shape::PlainNumber, "Kept", Unit::Share)
            .says("Share of the SLA targets that came to an end in the period before they were breached.")
            .asks(kept(PERIOD), "kept")
            .or_else("None came to an end")
            .turns("red", &[(0.9, "yellow"), (0.95, "green")])
            .sized(6, 4),
        Panel::new(Shape::Table, "Next breach", Unit::Seconds)
            .says("Time left until the next active target of each metric will be breached.")
            .column(
                format!("{} - time()", min_by("metric", &of(&c::SLA_NEXT_BREACH))),
                "Time left",
                Unit::Seconds,
            )
            .or_else("No target is active")
            .turns("red", &[(0.0, "orange"), (900.0, "yellow"), (3_600.0, "green")])
            .sized(12, 8),
        Panel::new(Shape::Stack, "Breached by metric", Unit::Count)
            .says("Open SLA targets of unsolved tickets that are breached.")
            .asks(sum_by("metric", &of(&c::SLA_BREACHED)), "{{metric}}")
            .or_else(NO_SLA),
        Panel::new(Shape::Trend, "Kept over time", Unit::Share)
            .says("Share of the SLA targets that came to an end in the time of a point before they were breached.")
            .asks(kept(BAR), "kept")
            .or_else("None came to an end"),
    ]
}

/// The backlog by what the account itself made.
pub(super) fn owners() -> Vec<Panel> {
    let plain = |title| Panel::new(Shape::Ranking, title, Unit::Count);
    let ranking = |title, setting: &str| {
        plain(title)
            .says(&format!("Unsolved tickets. Shown with {setting}."))
            .or_else("Its label is not on")
    };
    let unsolved = only(&c::TICKETS, UNSOLVED_STATUSES);
    vec![
        plain("Backlog by account")
            .says("Unsolved tickets of each Zendesk account.")
            .asks(sum_by("account", &of(&c::UNSOLVED)), "{{account}}")
            .or_else(super::NOT_SYNCED),
        ranking("Backlog by group", "labels.group").asks(
            named(&of(&c::UNSOLVED), "group", &c::GROUP_INFO),
            "{{name}}",
        ),
        ranking("Backlog by brand", "labels.brand").asks(
            named(&of(&c::UNSOLVED), "brand", &c::BRAND_INFO),
            "{{name}}",
        ),
        ranking("Backlog by form", "labels.form")
            .asks(named(&unsolved, "form", &c::FORM_INFO), "{{name}}"),
        ranking("Backlog by custom status", "labels.custom_status").asks(
            named(&unsolved, "custom_status", &c::CUSTOM_STATUS_INFO),
            "{{name}}",
        ),
        Panel::new(Shape::Lines, "Backlog by tag", Unit::Count)
            .says("Unsolved tickets that have a tag of labels.tags; one with two of them counts under both.")
            .asks(
                sum_by("tag", &only(&c::TAGGED, UNSOLVED_STATUSES)),
                "{{tag}}",
            )
            .or_else("labels.tags is empty"),
    ]
}

/// Changes of every kind.
pub(super) fn changes() -> Vec<Panel> {
    vec![
        Panel::new(Shape::Table, "Status changes", Unit::Count)
            .says("Times a ticket was seen to go from the status of the row to that of the column in the period.")
            .asks(
                sum_by("from, to", &increase(&of(&c::STATUS_CHANGES), PERIOD)),
                "{{from}} to {{to}}",
            )
            .matrix("from", "to")
            .or_else(super::NOT_SYNCED)
            .sized(12, 9),
        Panel::new(Shape::Bars, "Updates", Unit::Count)
            .says("Tickets seen with a new event per bar, by the status they had after it. Writes by Zendesk itself do not count.")
            .asks(
                sum_by("status", &increase(&of(&c::UPDATED), BAR)),
                "{{status}}",
            )
            .coloured(super::super::palette::STATUSES)
            .or_else(super::NOT_SYNCED),
        Panel::new(Shape::Bars, "Deleted and restored", Unit::Count)
            .says("Tickets per bar that the export said were deleted, and deleted ones that came back.")
            .asks(sum(&increase(&of(&c::DELETED), BAR)), "deleted")
            .asks(sum(&increase(&of(&c::RESTORED), BAR)), "restored")
            .or_else(super::NOT_SYNCED),
        Panel::new(Shape::Stack, "All tickets by status", Unit::Count)
            .says("Every ticket that the exporter knows, deleted ones left out.")
            .asks(sum_by("status", &of(&c::TICKETS)), "{{status}}")
            .coloured(super::super::palette::STATUSES)
            .or_else(super::NOT_SYNCED),
    ]
}
