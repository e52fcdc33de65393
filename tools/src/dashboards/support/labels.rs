//! The backlog by what the account itself made.

use std::borrow::Cow;

use super::super::look::{Shape, Unit};
use super::super::panel::Panel;
use super::super::query::{UNSOLVED_STATUSES, named, only, sum_by, unsolved};
use super::empty::NOT_READ;
use zendesk_exporter::ledger::TicketFamily;
use zendesk_exporter::metrics::catalog as c;
use zendesk_exporter::ticket::NamedSet;

fn ranking(
    title: impl Into<Cow<'static, str>>,
    says: &str,
    or_else: impl Into<Cow<'static, str>>,
) -> Panel {
    Panel::new(Shape::Ranking, title, Unit::Count)
        .says(says)
        .or_else(or_else)
        .sized(12, 5)
}

/// The backlog by the names of a set.
fn by_name(set: NamedSet) -> Panel {
    let (label, setting) = (set.label(), set.setting());
    let words = label.replace('_', " ");
    let says = format!("Unsolved tickets by {words}. The panel needs {setting}.");
    let names = TicketFamily::names_of(set).family();
    ranking(
        format!("Backlog by {words}"),
        &says,
        format!("Set {setting}"),
    )
    .asks(named(&unsolved(), label, names), "{{name}}")
}

pub(super) fn panels() -> Vec<Panel> {
    let by_account = ranking(
        "Backlog by account",
        "Unsolved tickets by Zendesk account.",
        NOT_READ,
    )
    .asks(sum_by("account", &unsolved()), "{{account}}")
    .leads_by_account();
    let by_tag = Panel::new(Shape::Lines, "Backlog by tag", Unit::Count)
        .says("Unsolved tickets by tag, for the tags in labels.tags. A ticket with two of these tags counts under both.")
        .asks(sum_by("tag", &only(&c::TAGGED, UNSOLVED_STATUSES)), "{{tag}}")
        .up_to(5.0)
        .or_else("Set labels.tags")
        .sized(12, 5);
    let by_name = NamedSet::ALL.iter().map(|set| by_name(*set));
    [by_account]
        .into_iter()
        .chain(by_name)
        .chain([by_tag])
        .collect()
}
