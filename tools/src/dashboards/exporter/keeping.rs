//! What is kept on disk.

use super::super::look::{Shape, Unit};
use super::super::palette;
use super::super::panel::Panel;
use super::super::query::{BAR, age_by, increase, max_by, min_by, of, quantile_now, sum_by};
use zendesk_exporter::metrics::catalog as c;

/// The ledger on disk, and whether it agrees with Zendesk.
pub(super) fn panels() -> Vec<Panel> {
    vec![
        Panel::new(Shape::Lines, "Sync", Unit::Share)
            .says("Progress of reading all tickets of the source, by account and walk (initial or resync).")
            .asks(
                min_by("account, walk", &of(&c::SYNC_PROGRESS)),
                "{{account}} {{walk}}",
            )
            .up_to(1.0),
        Panel::new(Shape::Lines, "Tickets kept", Unit::Count)
            .says("Number of ticket records in the state file, without deleted tickets.")
            .asks(sum_by("account", &of(&c::STATE_TICKETS)), "{{account}}"),
        Panel::new(Shape::Lines, "State on disk", Unit::Bytes)
            .says("Size of the state file and its write-ahead log.")
            .asks(sum_by("account", &of(&c::STATE_SIZE)), "{{account}}"),
        Panel::new(Shape::Lines, "Commit duration, p95", Unit::Milliseconds)
            .says("95th percentile of the duration of writing a page of tickets to the state file, in the 15 minutes before each point.")
            .asks(
                format!(
                    "({}) * 1000",
                    quantile_now("0.95", &c::COMMIT_DURATION, "account")
                ),
                "{{account}}",
            )
            .about(&c::COMMIT_DURATION)
            .or_else("No page")
            .runbook("ZendeskExporterStateCommitsFailing"),
        Panel::new(Shape::Lines, "Drift by status", Unit::Count)
            .says("Number of tickets that the exporter counts minus the number that Zendesk's search API counts, by status. The alert uses the sum over all statuses.")
            .asks(
                sum_by("account, status", &of(&c::COUNT_DRIFT)),
                "{{account}} {{status}}",
            )
            .coloured(palette::BY_STATUS)
            .below_zero()
            .or_else("Not counted yet"),
        dropped(),
        resyncs(),
        search(),
        state_made(),
    ]
}

/// What has no series of its own.
fn dropped() -> Panel {
    Panel::new(Shape::Bars, "Values and series dropped", Unit::Count)
            .says("Rows per bar whose label value is shown as other because the label has labels.max_values values, and values per bar that are counted under channel other because max_series was reached.")
            .asks(
                sum_by("label", &increase(&of(&c::LABEL_VALUES_DROPPED), BAR)),
                "label {{label}}",
            )
            .asks(
                format!("sum({})", increase(&of(&c::SERIES_DROPPED), BAR)),
                "series",
            )
            .up_to(10.0)
            .or_else("Nothing in the period")
}

/// What resyncs found.
fn resyncs() -> Panel {
    Panel::new(Shape::Bars, "Resyncs", Unit::Count)
            .says("Tickets per bar that resyncs and verify rounds removed because Zendesk no longer has them, and resyncs and verify rounds per bar that removed nothing because implausibly many tickets were missing.")
            .asks(
                format!("sum({})", increase(&of(&c::VANISHED), BAR)),
                "vanished tickets",
            )
            .asks(
                format!("sum({})", increase(&of(&c::SWEEPS_REFUSED), BAR)),
                "refused",
            )
            .coloured(&[("vanished tickets", "orange"), ("refused", "red")])
            .up_to(10.0)
            .or_else("Nothing in the period")
            .runbook("ZendeskExporterSweepRefused")
}

/// What the ledger is compared with.
fn search() -> Panel {
    Panel::new(Shape::Table, "Counted by Zendesk's search", Unit::Count)
        .says(
            "Tickets by status as counted by Zendesk's search API, and the time since that count.",
        )
        .column(
            sum_by("account, status", &of(&c::SEARCH_TICKETS)),
            "Tickets",
            Unit::Count,
        )
        .column(
            age_by("account, status", &of(&c::SEARCH_TICKETS_TIMESTAMP)),
            "Counted ago",
            Unit::Seconds,
        )
        .or_else("–")
        .sized(12, 8)
}

/// Since when counters count.
fn state_made() -> Panel {
    Panel::new(Shape::Table, "Counters since", Unit::Moment)
        .says("Creation time of the state file, and the time at which counters or histograms last began at 0, because of a new state file or a change of the settings.")
        .column(
            format!("{} * 1000", max_by("account", &of(&c::STATE_CREATED))),
            "Made",
            Unit::Moment,
        )
        .column(
            format!("{} * 1000", max_by("account", &of(&c::COUNTERS_RESTARTED))),
            "Counters began",
            Unit::Moment,
        )
        .runbook("ZendeskExporterStateNew")
        .or_else("–")
        .sized(24, 5)
}
