//! Families of the process.

use super::{AT_START, Chapter, Family, Kind};

const WITH_PROC: &str =
    "At the start of the exporter. The series is absent if the exporter cannot read /proc.";

/// Build.
pub const BUILD_INFO: Family = Family {
    name: "zendesk_exporter_build_info",
    kind: Kind::Gauge,
    chapter: Chapter::Process,
    labels: &["version", "revision", "rustc"],
    help: "A metric with a constant '1' value labeled by version, revision and rustc from which zendesk-exporter was built.",
    details: "",
    appears: AT_START,
    example: "zendesk_exporter_build_info",
};

/// Reloads.
pub const CONFIG_RELOAD_SUCCESSFUL: Family = Family {
    name: "zendesk_exporter_config_last_reload_successful",
    kind: Kind::Gauge,
    chapter: Chapter::Process,
    labels: &[],
    help: "1 if the last load of the settings succeeded, 0 if it failed.",
    details: "The exporter loads the settings at the start and at each reload. After a failed reload the previous settings stay in effect.",
    appears: AT_START,
    example: "zendesk_exporter_config_last_reload_successful == 0",
};

/// Reloads.
pub const CONFIG_RELOAD_TIMESTAMP: Family = Family {
    name: "zendesk_exporter_config_last_reload_success_timestamp_seconds",
    kind: Kind::Gauge,
    chapter: Chapter::Process,
    labels: &[],
    help: "Time of the last successful load of the settings, as a Unix timestamp in seconds.",
    details: "The exporter loads the settings at the start and at each reload.",
    appears: AT_START,
    example: "time() - zendesk_exporter_config_last_reload_success_timestamp_seconds",
};

/// CPU.
pub const PROCESS_CPU: Family = Family {
    name: "process_cpu_seconds_total",
    kind: Kind::Counter,
    chapter: Chapter::Process,
    labels: &[],
    help: "Total user and system CPU time spent in seconds.",
    details: "",
    appears: WITH_PROC,
    example: "rate(process_cpu_seconds_total{job=\"zendesk\"}[5m])",
};

/// Open files.
pub const PROCESS_OPEN_FDS: Family = Family {
    name: "process_open_fds",
    kind: Kind::Gauge,
    chapter: Chapter::Process,
    labels: &[],
    help: "Number of open file descriptors.",
    details: "",
    appears: WITH_PROC,
    example: "process_open_fds{job=\"zendesk\"}",
};

/// Most open files.
pub const PROCESS_MAX_FDS: Family = Family {
    name: "process_max_fds",
    kind: Kind::Gauge,
    chapter: Chapter::Process,
    labels: &[],
    help: "Maximum number of open file descriptors.",
    details: "",
    appears: WITH_PROC,
    example: "process_open_fds{job=\"zendesk\"} / process_max_fds{job=\"zendesk\"}",
};

/// Virtual memory.
pub const PROCESS_VIRTUAL_MEMORY: Family = Family {
    name: "process_virtual_memory_bytes",
    kind: Kind::Gauge,
    chapter: Chapter::Process,
    labels: &[],
    help: "Virtual memory size in bytes.",
    details: "",
    appears: WITH_PROC,
    example: "process_virtual_memory_bytes{job=\"zendesk\"}",
};

/// Most virtual memory.
pub const PROCESS_VIRTUAL_MEMORY_MAX: Family = Family {
    name: "process_virtual_memory_max_bytes",
    kind: Kind::Gauge,
    chapter: Chapter::Process,
    labels: &[],
    help: "Maximum amount of virtual memory available in bytes.",
    details: "",
    appears: "At the start of the exporter. The series is absent if the exporter cannot read /proc, and if there is no limit.",
    example: "process_virtual_memory_max_bytes{job=\"zendesk\"}",
};

/// Resident memory.
pub const PROCESS_RESIDENT_MEMORY: Family = Family {
    name: "process_resident_memory_bytes",
    kind: Kind::Gauge,
    chapter: Chapter::Process,
    labels: &[],
    help: "Resident memory size in bytes.",
    details: "",
    appears: WITH_PROC,
    example: "process_resident_memory_bytes{job=\"zendesk\"}",
};

/// Threads.
pub const PROCESS_THREADS: Family = Family {
    name: "process_threads",
    kind: Kind::Gauge,
    chapter: Chapter::Process,
    labels: &[],
    help: "Number of OS threads in the process.",
    details: "",
    appears: WITH_PROC,
    example: "process_threads{job=\"zendesk\"}",
};

/// Start of the process.
pub const PROCESS_START_TIME: Family = Family {
    name: "process_start_time_seconds",
    kind: Kind::Gauge,
    chapter: Chapter::Process,
    labels: &[],
    help: "Start time of the process since unix epoch in seconds.",
    details: "",
    appears: AT_START,
    example: "time() - process_start_time_seconds{job=\"zendesk\"}",
};
