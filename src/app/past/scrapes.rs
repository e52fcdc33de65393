//! The scrapes of a part of a past, as OpenMetrics text with timestamps, which
//! `promtool tsdb create-blocks-from openmetrics` reads.
//!
//! PURE but for [`Window::write`].

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::sample_names::SampleNames;
use crate::metrics::Exposition;

/// The hours of a block of Prometheus into which a window is imported. A window belongs to one block, because
/// promtool reads it once for each block. The fewer blocks there are, the faster they are made and loaded. The
/// number must be two times a power of three.
pub const BLOCK_HOURS: i64 = 18;

/// The end of the block that `at` is in, both in Unix seconds.
pub const fn block_end(at: i64) -> i64 {
    const SECONDS: i64 = BLOCK_HOURS * 3_600;
    at - at.rem_euclid(SECONDS) + SECONDS
}

/// The labels that Prometheus adds to what it scrapes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Label `job`.
    pub job: String,
    /// Label `instance`.
    pub instance: String,
}

/// What was scraped from one target in one period.
#[derive(Debug)]
pub struct Window {
    target: String,
    names: SampleNames,
    /// The type and the lines of each family, by its name.
    families: BTreeMap<&'static str, (&'static str, String)>,
}

impl Window {
    /// An empty window of scrapes of `target`. It keeps the samples of `names`, and `up`.
    pub fn onto(target: &Target, names: SampleNames) -> Self {
        let Target { job, instance } = target;
        Self {
            target: format!("instance=\"{instance}\",job=\"{job}\""),
            names,
            families: BTreeMap::new(),
        }
    }

    /// Adds a scrape at `at`, in Unix seconds. Without an `exposition` the target did not answer.
    pub fn scrape(&mut self, exposition: Option<&Exposition>, at: i64) {
        let is_up = u8::from(exposition.is_some());
        self.add("up", "gauge", &format!("up {is_up}\n"), at);
        let Some(exposition) = exposition else { return };
        for (name, kind, pieces) in exposition.families(|name| self.names.has_family(name)) {
            for lines in pieces {
                let lines = std::str::from_utf8(&lines).expect("an exposition is text");
                self.add(name, kind, lines, at);
            }
        }
    }

    /// Whether nothing was scraped.
    pub fn is_empty(&self) -> bool {
        self.families.is_empty()
    }

    /// How many bytes of text the window has.
    pub fn size(&self) -> usize {
        self.families.values().map(|(_, lines)| lines.len()).sum()
    }

    /// Writes everything, family by family. After that the window is empty.
    ///
    /// # Errors
    ///
    /// If `out` cannot be written to.
    pub fn write(&mut self, out: &mut impl Write) -> io::Result<()> {
        for (name, (kind, lines)) in &self.families {
            // In OpenMetrics only the name of the sample has the suffix, and not that of the family.
            let name = match *kind {
                "counter" => name.strip_suffix("_total").unwrap_or(name),
                _ => name,
            };
            writeln!(out, "# TYPE {name} {kind}")?;
            out.write_all(lines.as_bytes())?;
        }
        self.families.clear();
        out.write_all(b"# EOF\n")?;
        out.flush()
    }

    fn add(&mut self, family: &'static str, kind: &'static str, lines: &str, at: i64) {
        let at = format!(" {at}\n");
        let (_, out) = self
            .families
            .entry(family)
            .or_insert_with(|| (kind, String::new()));
        // Lines of the same sample come one after the other, so most lines need no second search.
        let mut latest = (family, family == "up" || self.names.has(family));
        for line in lines.lines() {
            let end_of_name = line.find('{').or_else(|| line.find(' '));
            let (name, rest) = line.split_at(end_of_name.unwrap_or(line.len()));
            if latest.0 != name {
                latest = (name, self.names.has(name));
            }
            if !latest.1 {
                continue;
            }
            out.push_str(name);
            out.push('{');
            out.push_str(&self.target);
            match rest.strip_prefix('{') {
                Some(labels) => {
                    out.push(',');
                    out.push_str(labels);
                }
                None => {
                    out.push('}');
                    out.push_str(rest);
                }
            }
            out.push_str(&at);
        }
    }
}
