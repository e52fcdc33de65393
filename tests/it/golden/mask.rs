//! What a recording leaves out, because it differs between two runs of the same program.

/// Families whose values depend on the machine or the build, each with the reason. Their names and labels
/// are recorded.
const VALUES: &[(&str, &str)] = &[
    ("process_cpu_seconds_total", "time of the machine"),
    (
        "process_open_fds",
        "what the tests beside this one have open",
    ),
    ("process_max_fds", "a limit of the machine"),
    ("process_virtual_memory_bytes", "memory of the test program"),
    (
        "process_resident_memory_bytes",
        "memory of the test program",
    ),
    ("process_threads", "threads of the test program"),
    (
        "zendesk_exporter_state_size_bytes",
        "pages of SQLite, which follow from its version and from the tables",
    ),
];

/// Families of which the labels depend on the build.
const LABELS: &[(&str, &str)] = &[(
    "zendesk_exporter_build_info",
    "version, commit and compiler of the build",
)];

/// Families that are left out, HELP and TYPE included, as not every machine has them.
const FAMILIES: &[(&str, &str)] = &[(
    "process_virtual_memory_max_bytes",
    "absent where the machine has no limit",
)];

const MASK: &str = "<masked>";

/// The text of a scrape, masked.
pub(super) fn metrics(text: &str) -> String {
    text.lines()
        .filter(|line| !is_listed(FAMILIES, family(line)))
        .map(|line| masked(line) + "\n")
        .collect()
}

fn masked(line: &str) -> String {
    let family = family(line);
    let (sample, value) = match line.rsplit_once(' ') {
        Some(parts) if !line.starts_with('#') => parts,
        _ => return line.to_owned(),
    };
    if is_listed(VALUES, family) {
        format!("{sample} {MASK}")
    } else if is_listed(LABELS, family) {
        let mut parts = sample.split('"').enumerate();
        let parts = parts
            .by_ref()
            .map(|(place, part)| if place % 2 == 1 { MASK } else { part });
        format!("{} {value}", parts.collect::<Vec<_>>().join("\""))
    } else {
        line.to_owned()
    }
}

/// The family that a line belongs to; of histograms the name of the sample, none of which is masked.
fn family(line: &str) -> &str {
    let name = line
        .strip_prefix("# HELP ")
        .or_else(|| line.strip_prefix("# TYPE "));
    let name = name.unwrap_or(line);
    let end = name.find(['{', ' ']).unwrap_or(name.len());
    &name[..end]
}

fn is_listed(list: &[(&str, &str)], family: &str) -> bool {
    list.iter().any(|(listed, _)| *listed == family)
}

#[test]
fn only_what_differs_between_two_builds_and_machines_is_masked() {
    let text = "\
# HELP process_threads Number of OS threads in the process.
# TYPE process_threads gauge
process_threads 7
# HELP process_virtual_memory_max_bytes Maximum amount of virtual memory available in bytes.
# TYPE process_virtual_memory_max_bytes gauge
process_virtual_memory_max_bytes 18446744073709552000
process_start_time_seconds 5
zendesk_exporter_build_info{version=\"1.2.3\",revision=\"\",rustc=\"1.95.0\"} 1
zendesk_exporter_state_size_bytes{account=\"acme\"} 4096
zendesk_exporter_state_tickets{account=\"acme\"} 12
";
    let expected = "\
# HELP process_threads Number of OS threads in the process.
# TYPE process_threads gauge
process_threads <masked>
process_start_time_seconds 5
zendesk_exporter_build_info{version=\"<masked>\",revision=\"<masked>\",rustc=\"<masked>\"} 1
zendesk_exporter_state_size_bytes{account=\"acme\"} <masked>
zendesk_exporter_state_tickets{account=\"acme\"} 12
";
    assert_eq!(metrics(text), expected);
}
