//! What the process takes.

use super::super::look::{Shape, Unit};
use super::super::panel::Panel;
use super::super::query::{age_by, max_by, min_by, of, rate, sum_by};
use zendesk_exporter::metrics::catalog as c;

/// What it costs to run.
pub(super) fn panels() -> Vec<Panel> {
    vec![
        Panel::new(Shape::Lines, "CPU", Unit::Share)
            .says("CPU usage as a share of one core.")
            .asks(sum_by("instance", &rate(&of(&c::PROCESS_CPU))), "{{instance}}"),
        Panel::new(Shape::Lines, "Memory", Unit::Bytes)
            .says("Resident memory of the process. It grows with the number of series and of unsolved tickets, not with the number of all tickets.")
            .asks(
                max_by("instance", &of(&c::PROCESS_RESIDENT_MEMORY)),
                "{{instance}}",
            ),
        Panel::new(Shape::Lines, "Open files", Unit::Count)
            .says("Number of files and connections that the process has open.")
            .asks(max_by("instance", &of(&c::PROCESS_OPEN_FDS)), "{{instance}}"),
        Panel::new(Shape::Lines, "Threads", Unit::Count)
            .says("Number of threads of the process.")
            .asks(max_by("instance", &of(&c::PROCESS_THREADS)), "{{instance}}"),
        Panel::new(Shape::Table, "Builds", Unit::Number)
            .says("Version of each exporter, the time since its start, and the number of files that it may open.")
            .column(
                format!("time() - {}", max_by("instance", &of(&c::PROCESS_START_TIME))),
                "Running for",
                Unit::Seconds,
            )
            .label_column(max_by(
                "instance, version, revision, rustc",
                &of(&c::BUILD_INFO),
            ))
            .column(
                max_by("instance", &of(&c::PROCESS_MAX_FDS)),
                "Files allowed",
                Unit::Count,
            )
            .about(&c::BUILD_INFO)
            .runbook("ZendeskExporterDown")
            .or_else("–")
            .sized(24, 4),
        Panel::new(Shape::Table, "Settings", Unit::YesNo)
            .says("Whether the last load of the settings succeeded, and the time since the last successful load.")
            .column(
                min_by("instance", &of(&c::CONFIG_RELOAD_SUCCESSFUL)),
                "Taken",
                Unit::YesNo,
            )
            .reads("No", "Yes")
            .column(
                age_by("instance", &of(&c::CONFIG_RELOAD_TIMESTAMP)),
                "Last taken ago",
                Unit::Seconds,
            )
            .runbook("ZendeskExporterReloadFailed")
            .or_else("–")
            .sized(24, 4),
    ]
}
