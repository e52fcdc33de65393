//! Changes of every kind.

use super::super::look::{Shape, Unit};
use super::super::palette;
use super::super::panel::{Matrix, Panel};
use super::super::query::{BAR, PERIOD, increase, of, only, sum, sum_by};
use super::backlog::stacked_by_status;
use super::empty::NOTHING;
use zendesk_exporter::metrics::catalog as c;

/// Statuses that a ticket goes from and to, in the order of work, and what they are called.
const STATUSES: &[(&str, &str)] = &[
    ("new", "new"),
    ("open", "open"),
    ("pending", "pending"),
    ("hold", "hold"),
    ("solved", "solved"),
    ("closed", "closed"),
];

pub(super) fn panels() -> Vec<Panel> {
    let bars = |title| {
        Panel::new(Shape::Bars, title, Unit::Count)
            .or_else(NOTHING)
            .up_to(5.0)
    };
    let solved = "status!~\"new|open|pending|hold\"";
    let updates = bars("Updates").asks(
        sum_by("status", &increase(&only(&c::UPDATED, solved), BAR)),
        "{{status}}",
    );
    let kept = Panel::new(
        Shape::Stack,
        "Tickets by status, without closed",
        Unit::Count,
    )
    .asks(
        sum_by("status", &only(&c::TICKETS, "status=~\"solved|other\"")),
        "{{status}}",
    );
    vec![
        Panel::new(Shape::Table, "Status changes", Unit::Count)
            .says("Number of times that a ticket changed from the status of the row to the status of the column in the period.")
            .asks(status_changes(), "")
            .matrix(Matrix::new(("from", "From / to"), "to", STATUSES))
            .about(&c::STATUS_CHANGES)
            .or_else(NOTHING)
            .sized(24, 8),
        stacked_by_status(updates, |it| increase(&only(&c::UPDATED, it), BAR))
            .says("Ticket updates per bar, by the status after the update. Zendesk's own system writes are not counted.")
            .coloured(palette::STATUSES),
        bars("Deleted and restored")
            .says("Tickets per bar that were deleted, and deleted tickets that were restored.")
            .asks(sum(&increase(&of(&c::DELETED), BAR)), "deleted")
            .asks(sum(&increase(&of(&c::RESTORED), BAR)), "restored")
            .coloured(palette::GONE),
        stacked_by_status(kept, |it| only(&c::TICKETS, it))
            .says("Tickets that the exporter knows, by status. Closed tickets are left out, because they are so many that the others would not be visible. Deleted tickets are left out too.")
            .coloured(palette::STATUSES)
            .or_else(NOTHING)
            .sized(24, 8),
    ]
}

/// The rows of the table in the order of work: `or` keeps the order of what it joins. Pairs that did not happen are left out, and
/// with them a status that this version does not know.
fn status_changes() -> String {
    let from = |matcher: &str| {
        let grew = increase(&only(&c::STATUS_CHANGES, matcher), PERIOD);
        format!("{} > 0", sum_by("from, to", &grew))
    };
    let rows = STATUSES
        .iter()
        .map(|(status, _)| from(&format!("from=\"{status}\"")));
    let unknown = from("from=\"other\"");
    rows.chain([unknown]).collect::<Vec<_>>().join(" or ")
}
