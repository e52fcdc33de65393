//! The families about the process: build, reloads, memory and CPU.

use super::{AT_START, Chapter, Family, Kind, OptIn};

const WITH_PROC: &str =
    "At the start of the exporter. The series is absent if the exporter cannot read /proc.";

families! { OF_THE_PROCESS, Process;
    BUILD_INFO = "zendesk_exporter_build_info", Gauge, ["version", "revision", "rustc"], {
        help: "A metric with a constant '1' value labeled by version, revision and rustc from which zendesk-exporter was built.",
        details: "",
        appears: AT_START,
        example: "zendesk_exporter_build_info",
    }
    CONFIG_RELOAD_SUCCESSFUL = "zendesk_exporter_config_last_reload_successful", Gauge, [], {
        help: "1 if the last load of the settings succeeded, 0 if it failed.",
        details: "The exporter loads the settings at the start and at each reload. After a failed reload the previous settings stay in effect.",
        appears: AT_START,
        example: "zendesk_exporter_config_last_reload_successful == 0",
    }
    CONFIG_RELOAD_TIMESTAMP = "zendesk_exporter_config_last_reload_success_timestamp_seconds", Gauge, [], {
        help: "Time of the last successful load of the settings, as a Unix timestamp in seconds.",
        details: "The exporter loads the settings at the start and at each reload.",
        appears: AT_START,
        example: "time() - zendesk_exporter_config_last_reload_success_timestamp_seconds",
    }
    PROCESS_CPU = "process_cpu_seconds_total", Counter, [], {
        help: "Total user and system CPU time spent in seconds.",
        details: "",
        appears: WITH_PROC,
        example: "rate(process_cpu_seconds_total{job=\"zendesk\"}[5m])",
    }
    PROCESS_OPEN_FDS = "process_open_fds", Gauge, [], {
        help: "Number of open file descriptors.",
        details: "",
        appears: WITH_PROC,
        example: "process_open_fds{job=\"zendesk\"}",
    }
    PROCESS_MAX_FDS = "process_max_fds", Gauge, [], {
        help: "Maximum number of open file descriptors.",
        details: "",
        appears: WITH_PROC,
        example: "process_open_fds{job=\"zendesk\"} / process_max_fds{job=\"zendesk\"}",
    }
    PROCESS_VIRTUAL_MEMORY = "process_virtual_memory_bytes", Gauge, [], {
        help: "Virtual memory size in bytes.",
        details: "",
        appears: WITH_PROC,
        example: "process_virtual_memory_bytes{job=\"zendesk\"}",
    }
    PROCESS_VIRTUAL_MEMORY_MAX = "process_virtual_memory_max_bytes", Gauge, [], {
        help: "Maximum amount of virtual memory available in bytes.",
        details: "",
        appears: "At the start of the exporter. The series is absent if the exporter cannot read /proc, and if there is no limit.",
        example: "process_virtual_memory_max_bytes{job=\"zendesk\"}",
    }
    PROCESS_RESIDENT_MEMORY = "process_resident_memory_bytes", Gauge, [], {
        help: "Resident memory size in bytes.",
        details: "",
        appears: WITH_PROC,
        example: "process_resident_memory_bytes{job=\"zendesk\"}",
    }
    PROCESS_THREADS = "process_threads", Gauge, [], {
        help: "Number of OS threads in the process.",
        details: "",
        appears: WITH_PROC,
        example: "process_threads{job=\"zendesk\"}",
    }
    PROCESS_START_TIME = "process_start_time_seconds", Gauge, [], {
        help: "Start time of the process since unix epoch in seconds.",
        details: "",
        appears: AT_START,
        example: "time() - process_start_time_seconds{job=\"zendesk\"}",
    }
}
