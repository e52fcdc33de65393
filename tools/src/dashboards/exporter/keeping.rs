//! What is kept on disk, and what the process takes.

use super::super::look::{Shape, Unit};
use super::super::panel::Panel;
use super::super::query::{
    BAR, age_by, increase, max_by, min_by, of, quantile_now, rate, share, sum_by,
};
use zendesk_exporter::metrics::catalog as c;

/// The ledger on disk, and whether it agrees with Zendesk.
pub(super) fn state() -> Vec<Panel> {
    vec![
        Panel::new(Shape::Lines, "Tickets kept", Unit::Count)
            .says("Ticket records in the state file, deleted tickets left out.")
            .asks(sum_by("account", &of(&c::STATE_TICKETS)), "{{account}}"),
        Panel::new(Shape::Lines, "State on disk", Unit::Bytes)
            .says("Size of the state file and its write-ahead log.")
            .asks(sum_by("account", &of(&c::STATE_SIZE)), "{{account}}"),
        Panel::new(Shape::Lines, "Commit duration, p95", Unit::Seconds)
            .says("Nineteen of twenty pages took no longer to be applied and on disk.")
            .asks(
                quantile_now("0.95", &c::COMMIT_DURATION, "account"),
                "{{account}}",
            )
            .or_else("No page")
            .runbook("ZendeskExporterStateCommitsFailing"),
        Panel::new(Shape::Lines, "Drift by status", Unit::Count)
            .says("Tickets of the ledger less those of Zendesk's search.")
            .asks(
                sum_by("account, status", &of(&c::COUNT_DRIFT)),
                "{{account}} {{status}}",
            )
            .below_zero()
            .or_else("Not counted yet"),
        Panel::new(Shape::Bars, "Values and series dropped", Unit::Count)
            .says("Rows per bar whose value of a label is shown as other because labels.max_values others came first, and samples counted under channel other because of max_series.")
            .asks(
                sum_by("label", &increase(&of(&c::LABEL_VALUES_DROPPED), BAR)),
                "label {{label}}",
            )
            .asks(
                format!("sum({})", increase(&of(&c::SERIES_DROPPED), BAR)),
                "series",
            ),
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
            .runbook("ZendeskExporterSweepRefused"),
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
            .sized(12, 9),
        state_made(),
    ]
}

/// Since when counters count.
fn state_made() -> Panel {
    Panel::new(Shape::Table, "State made", Unit::Moment)
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
        .sized(12, 9)
}

/// What it costs to run.
pub(super) fn process() -> Vec<Panel> {
    vec![
        Panel::new(Shape::Lines, "CPU", Unit::Share)
            .says("Share of one core.")
            .asks(sum_by("instance", &rate(&of(&c::PROCESS_CPU))), "{{instance}}"),
        Panel::new(Shape::Lines, "Memory", Unit::Bytes)
            .says("Memory that is resident. Most of it are series and unsolved tickets; it does not grow with history.")
            .asks(
                max_by("instance", &of(&c::PROCESS_RESIDENT_MEMORY)),
                "{{instance}}",
            ),
        Panel::new(Shape::Lines, "File descriptors", Unit::Share)
            .says("Share of the open files that the process may have.")
            .asks(
                max_by(
                    "instance",
                    &share(&of(&c::PROCESS_OPEN_FDS), &of(&c::PROCESS_MAX_FDS)),
                ),
                "{{instance}}",
            ),
        Panel::new(Shape::Lines, "Threads", Unit::Count)
            .says("Threads of the process.")
            .asks(max_by("instance", &of(&c::PROCESS_THREADS)), "{{instance}}"),
        Panel::new(Shape::Table, "Builds", Unit::YesNo)
            .says("What is running where.")
            .column(
                max_by("instance, version, revision, rustc", &of(&c::BUILD_INFO)),
                "Running",
                Unit::YesNo,
            )
            .or_else("–")
            .sized(12, 5),
        Panel::new(Shape::Table, "Settings", Unit::YesNo)
            .says("Whether the settings were taken when they were last read, and how long ago they were last taken.")
            .column(
                min_by("instance", &of(&c::CONFIG_RELOAD_SUCCESSFUL)),
                "Taken",
                Unit::YesNo,
            )
            .column(
                age_by("instance", &of(&c::CONFIG_RELOAD_TIMESTAMP)),
                "Last taken ago",
                Unit::Seconds,
            )
            .runbook("ZendeskExporterReloadFailed")
            .or_else("–")
            .sized(12, 5),
    ]
}
