//! *Zendesk / Exporter*: what its operator looks at when something is wrong.

mod headline;

mod accounts;

mod reading;

mod api;

mod keeping;

mod process;

use super::board::{Board, Filters, Fold, Row, Targets};

/// The dashboard.
pub(super) fn board() -> Board {
    let mut now = headline::panels();
    now.push(accounts::panel());
    let row = |title, fold, panels| Row {
        title,
        fold,
        panels,
    };
    Board {
        uid: "zendesk-exporter",
        title: "Zendesk / Exporter",
        description: "The exporter: age of its data, polls, Zendesk's request limits, state files and resource usage.",
        from: "now-6h",
        filters: Filters::None,
        targets: Targets::Shown,
        rows: vec![
            row("Now", Fold::Open, now),
            row("Freshness", Fold::Open, reading::panels()),
            row("Zendesk's API", Fold::Open, api::panels()),
            row("State", Fold::Closed, keeping::panels()),
            row("Process", Fold::Closed, process::panels()),
        ],
    }
}
