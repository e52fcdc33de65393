//! The backlog by what the account itself made.

use super::super::look::{Shape, Unit};
use super::super::panel::Panel;
use super::super::query::{UNSOLVED_STATUSES, named, only, sum_by, unsolved};
use super::empty::NOT_READ;
use zendesk_exporter::metrics::catalog as c;

fn ranking(title: &'static str, says: &str, setting: &'static str) -> Panel {
    Panel::new(Shape::Ranking, title, Unit::Count)
        .says(says)
        .or_else(setting)
        .sized(12, 5)
}

pub(super) fn panels() -> Vec<Panel> {
    let unsolved = unsolved();
    vec![
        ranking("Backlog by account", "Unsolved tickets by Zendesk account.", NOT_READ)
            .asks(sum_by("account", &unsolved), "{{account}}")
            .leads_by_account(),
        ranking("Backlog by group", "Unsolved tickets by group. The panel needs labels.group.", "Set labels.group")
            .asks(named(&unsolved, "group", &c::GROUP_INFO), "{{name}}"),
        ranking("Backlog by brand", "Unsolved tickets by brand. The panel needs labels.brand.", "Set labels.brand")
            .asks(named(&unsolved, "brand", &c::BRAND_INFO), "{{name}}"),
        ranking("Backlog by form", "Unsolved tickets by form. The panel needs labels.form.", "Set labels.form")
            .asks(named(&unsolved, "form", &c::FORM_INFO), "{{name}}"),
        ranking(
            "Backlog by custom status",
            "Unsolved tickets by custom status. The panel needs labels.custom_status.",
            "Set labels.custom_status",
        )
        .asks(
            named(&unsolved, "custom_status", &c::CUSTOM_STATUS_INFO),
            "{{name}}",
        ),
        Panel::new(Shape::Lines, "Backlog by tag", Unit::Count)
            .says("Unsolved tickets by tag, for the tags in labels.tags. A ticket with two of these tags counts under both.")
            .asks(
                sum_by("tag", &only(&c::TAGGED, UNSOLVED_STATUSES)),
                "{{tag}}",
            )
            .up_to(5.0)
            .or_else("Set labels.tags")
            .sized(12, 5),
    ]
}
