//! *Zendesk / Support*: what the lead of a support desk reads each morning.

mod empty;

mod headline;

mod backlog;

mod age;

mod flow;

mod hours;

mod waits;

mod quality;

mod sla;

mod labels;

mod changes;

use super::board::{Board, Filters, Fold, Row, Targets};

/// The dashboard. What is open answers "are we all right?" on one screen; all else is asked for.
pub(super) fn board() -> Board {
    let closed = |title, panels| Row {
        title,
        fold: Fold::Closed,
        panels,
    };
    let mut now = headline::panels();
    now.extend([
        backlog::by_status(),
        flow::created_against_solved(),
        age::backlog(),
        waits::first_reply(),
    ]);
    Board {
        uid: "zendesk-support",
        title: "Zendesk / Support",
        description: "The tickets of Zendesk Support accounts: backlog, created and solved tickets, waiting times, SLA targets and satisfaction.",
        from: "now-7d",
        filters: Filters::Shown,
        targets: Targets::Hidden,
        rows: vec![
            Row {
                title: "Now",
                fold: Fold::Open,
                panels: now,
            },
            closed("Age", age::panels()),
            closed("How long customers wait", waits::calendar()),
            closed(
                "Business hours (with export.business_hours)",
                waits::business_hours(),
            ),
            closed("Quality", quality::panels()),
            closed("SLA (with export.slas)", sla::panels()),
            closed("By priority, type and channel", {
                let mut panels = backlog::panels();
                panels.extend(flow::panels());
                panels
            }),
            closed("Hours of the week", hours::panels()),
            closed("Accounts, groups, brands, forms, tags", labels::panels()),
            closed("Every change", changes::panels()),
        ],
    }
}
