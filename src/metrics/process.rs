//! The `process_*` families, read from `/proc` at each scrape.
//!
//! The exporter has its own collector, because that of the `prometheus` crate rounds the CPU time to whole seconds.
//! The names and meanings are those of Prometheus's "Writing client libraries", process metrics.

use std::fs;

use prometheus::core::{Collector, Desc};
use prometheus::proto::MetricFamily;
use prometheus::{Counter, Gauge, Opts};

use super::catalog::{self, Family, Kind};
use crate::ticket::UnixSeconds;

/// Ticks per second in `/proc/self/stat`: `USER_HZ`, which is 100 on every Linux that Rust supports.
const TICKS_PER_SECOND: f64 = 100.0;

#[derive(Debug)]
pub(super) struct ProcessCollector {
    descriptions: Vec<Desc>,
    started_at: UnixSeconds,
}

const FAMILIES: &[&Family] = &[
    &catalog::PROCESS_CPU,
    &catalog::PROCESS_OPEN_FDS,
    &catalog::PROCESS_MAX_FDS,
    &catalog::PROCESS_VIRTUAL_MEMORY,
    &catalog::PROCESS_VIRTUAL_MEMORY_MAX,
    &catalog::PROCESS_RESIDENT_MEMORY,
    &catalog::PROCESS_THREADS,
    &catalog::PROCESS_START_TIME,
];

impl ProcessCollector {
    pub(super) fn new(started_at: UnixSeconds) -> Self {
        let describe = |family: &&Family| {
            Desc::new(
                family.name.to_owned(),
                family.help.to_owned(),
                Vec::new(),
                std::collections::HashMap::new(),
            )
            .expect("the catalogue's names are valid")
        };
        Self {
            descriptions: FAMILIES.iter().map(describe).collect(),
            started_at,
        }
    }
}

impl Collector for ProcessCollector {
    fn desc(&self) -> Vec<&Desc> {
        self.descriptions.iter().collect()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        // A file that cannot be read gives an empty text, and the families that it would give have no sample.
        let read = |path| fs::read_to_string(path).unwrap_or_default();
        let (stat, status, limits) = (
            read("/proc/self/stat"),
            read("/proc/self/status"),
            read("/proc/self/limits"),
        );
        let values = [
            cpu_seconds(&stat),
            fs::read_dir("/proc/self/fd")
                .ok()
                // One entry is the directory that is being read.
                .map(|entries| entries.count().saturating_sub(1) as f64),
            soft_limit(&limits, "Max open files"),
            status_bytes(&status, "VmSize"),
            soft_limit(&limits, "Max address space"),
            status_bytes(&status, "VmRSS"),
            status_number(&status, "Threads"),
            Some(self.started_at.0 as f64),
        ];
        FAMILIES
            .iter()
            .zip(values)
            .filter_map(|(family, value)| Some(sample(family, value?)))
            .flatten()
            .collect()
    }
}

fn sample(family: &Family, value: f64) -> Vec<MetricFamily> {
    let options = Opts::new(family.name, family.help);
    let valid = "the catalogue's names are valid";
    if family.kind == Kind::Counter {
        let counter = Counter::with_opts(options).expect(valid);
        counter.inc_by(value);
        counter.collect()
    } else {
        let gauge = Gauge::with_opts(options).expect(valid);
        gauge.set(value);
        gauge.collect()
    }
}

/// The sum of user and system time. The fields are counted after the name of the command, because it may contain
/// spaces and parentheses (proc(5)).
fn cpu_seconds(stat: &str) -> Option<f64> {
    let (_, fields) = stat.rsplit_once(") ")?;
    // User and system time are the fields 14 and 15; the first one after the name is field 3.
    let mut fields = fields.split(' ').skip(11);
    let user: f64 = fields.next()?.parse().ok()?;
    let system: f64 = fields.next()?.parse().ok()?;
    Some((user + system) / TICKS_PER_SECOND)
}

/// A soft limit by its name in `/proc/self/limits`; `None` if it is unlimited.
fn soft_limit(limits: &str, name: &str) -> Option<f64> {
    let line = limits.lines().find(|line| line.starts_with(name))?;
    line[name.len()..].split_whitespace().next()?.parse().ok()
}

fn status_number(status: &str, name: &str) -> Option<f64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    line.split_whitespace().next()?.parse().ok()
}

fn status_bytes(status: &str, name: &str) -> Option<f64> {
    status_number(status, name).map(|kib| kib * 1024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_name_with_spaces_and_parentheses_does_not_shift_the_fields() {
        let stat = "17 (a) b (c) S 1 17 17 0 -1 4194304 100 0 0 0 123 77 0 0 20 0 4 0 55";
        assert_eq!(cpu_seconds(stat), Some(2.0));
        assert_eq!(cpu_seconds(""), None);
    }

    #[test]
    fn an_unlimited_limit_is_absent() {
        let limits = "Limit                     Soft Limit           Hard Limit           Units\n\
                      Max open files            1024                 524288               files\n\
                      Max address space         unlimited            unlimited            bytes\n";
        assert_eq!(soft_limit(limits, "Max open files"), Some(1024.0));
        assert_eq!(soft_limit(limits, "Max address space"), None);
    }

    #[test]
    fn kibibytes_become_bytes() {
        let status = "Name:\tx\nVmSize:\t  2048 kB\nVmRSS:\t    8 kB\nThreads:\t3\n";
        assert_eq!(status_bytes(status, "VmRSS"), Some(8192.0));
        assert_eq!(status_number(status, "Threads"), Some(3.0));
        assert_eq!(status_bytes(status, "VmPeak"), None);
    }
}
