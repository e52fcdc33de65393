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
            .says("Share of a walk through the whole export that is done, by account and walk.")
            .asks(
                min_by("account, walk", &of(&c::SYNC_PROGRESS)),
                "{{account}} {{walk}}",
            )
            .up_to(1.0),
        Panel::new(Shape::Lines, "Tickets kept", Unit::Count)
            .says("Ticket records in the state file, deleted tickets left out.")
            .asks(sum_by("account", &of(&c::STATE_TICKETS)), "{{account}}"),
        Panel::new(Shape::Lines, "State on disk", Unit::Bytes)
            .says("Size of the state file and its write-ahead log.")
            .asks(sum_by("account", &of(&c::STATE_SIZE)), "{{account}}"),
        Panel::new(Shape::Lines, "Commit duration, p95", Unit::Milliseconds)
            .says("Nineteen of twenty pages took no longer to be applied and on disk; of the quarter of an hour before each point.")
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
            .says("Tickets of the ledger less those of Zendesk's search. The sum over the statuses is what the alert is about.")
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
            .says("Rows per bar whose value of a label is shown as other because labels.max_values others came first, and samples counted under channel other because of max_series.")
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
            .says("Tickets per bar that a resync took out because Zendesk no longer has them, and sweeps that were refused because too many would have gone.")
            .asks(
                format!("sum({})", increase(&of(&c::VANISHED), BAR)),
                "vanished tickets",
            )
            .asks(
                format!("sum({})", increase(&of(&c::SWEEPS_REFUSED), BAR)),
                "refused sweeps",
            )
            .coloured(&[("vanished tickets", "orange"), ("refused sweeps", "red")])
            .up_to(10.0)
            .or_else("Nothing in the period")
            .runbook("ZendeskExporterSweepRefused")
}

/// What the ledger is compared with.
fn search() -> Panel {
    Panel::new(Shape::Table, "Counted by Zendesk's search", Unit::Count)
        .says("Tickets by status as Zendesk's search counts them, and how long ago that was.")
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
        .says("When the state file was made, and when counters or histograms last began at 0: then, or when settings changed.")
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
