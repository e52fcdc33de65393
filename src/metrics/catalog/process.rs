//! Families of the process.

use super::{AT_START, Family, Kind};

const WITH_PROC: &str = "Where /proc can be read.";

/// Build.
pub const BUILD_INFO: Family = Family::process(
    "zendesk_exporter_build_info",
    Kind::Gauge,
    &["version", "revision", "rustc"],
    [
        "1, with what this exporter was built from.",
        AT_START,
        "zendesk_exporter_build_info",
    ],
);

/// Reloads.
pub const CONFIG_RELOAD_SUCCESSFUL: Family = Family::process(
    "zendesk_exporter_config_last_reload_successful",
    Kind::Gauge,
    &[],
    [
        "1 if the latest reading of the settings, at the start or by a reload, was put into effect, 0 if it was refused and the settings before hold.",
        AT_START,
        "zendesk_exporter_config_last_reload_successful == 0",
    ],
);

/// Reloads.
pub const CONFIG_RELOAD_TIMESTAMP: Family = Family::process(
    "zendesk_exporter_config_last_reload_success_timestamp_seconds",
    Kind::Gauge,
    &[],
    [
        "When settings were last put into effect, at the start or by a reload.",
        AT_START,
        "time() - zendesk_exporter_config_last_reload_success_timestamp_seconds",
    ],
);

/// CPU.
pub const PROCESS_CPU: Family = Family::process(
    "process_cpu_seconds_total",
    Kind::Counter,
    &[],
    [
        "Total user and system CPU time spent in seconds.",
        WITH_PROC,
        "rate(process_cpu_seconds_total{job=\"zendesk\"}[5m])",
    ],
);

/// Open files.
pub const PROCESS_OPEN_FDS: Family = Family::process(
    "process_open_fds",
    Kind::Gauge,
    &[],
    [
        "Number of open file descriptors.",
        WITH_PROC,
        "process_open_fds{job=\"zendesk\"}",
    ],
);

/// Most open files.
pub const PROCESS_MAX_FDS: Family = Family::process(
    "process_max_fds",
    Kind::Gauge,
    &[],
    [
        "Maximum number of open file descriptors.",
        WITH_PROC,
        "process_open_fds{job=\"zendesk\"} / process_max_fds{job=\"zendesk\"}",
    ],
);

/// Virtual memory.
pub const PROCESS_VIRTUAL_MEMORY: Family = Family::process(
    "process_virtual_memory_bytes",
    Kind::Gauge,
    &[],
    [
        "Virtual memory size in bytes.",
        WITH_PROC,
        "process_virtual_memory_bytes{job=\"zendesk\"}",
    ],
);

/// Most virtual memory.
pub const PROCESS_VIRTUAL_MEMORY_MAX: Family = Family::process(
    "process_virtual_memory_max_bytes",
    Kind::Gauge,
    &[],
    [
        "Maximum amount of virtual memory available in bytes.",
        "Where /proc can be read and there is a limit.",
        "process_virtual_memory_max_bytes{job=\"zendesk\"}",
    ],
);

/// Resident memory.
pub const PROCESS_RESIDENT_MEMORY: Family = Family::process(
    "process_resident_memory_bytes",
    Kind::Gauge,
    &[],
    [
        "Resident memory size in bytes.",
        WITH_PROC,
        "process_resident_memory_bytes{job=\"zendesk\"}",
    ],
);

/// Threads.
pub const PROCESS_THREADS: Family = Family::process(
    "process_threads",
    Kind::Gauge,
    &[],
    [
        "Number of OS threads in the process.",
        WITH_PROC,
        "process_threads{job=\"zendesk\"}",
    ],
);

/// Start of the process.
pub const PROCESS_START_TIME: Family = Family::process(
    "process_start_time_seconds",
    Kind::Gauge,
    &[],
    [
        "Start time of the process since unix epoch in seconds.",
        AT_START,
        "time() - process_start_time_seconds{job=\"zendesk\"}",
    ],
);
