//! Scrapes of a part of a past, as OpenMetrics text with timestamps, which
//! `promtool tsdb create-blocks-from openmetrics` reads.
//!
//! PURE but for [`Window::write`].

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::sample_names::SampleNames;
use crate::metrics::Exposition;

/// Hours of a block of Prometheus into which a window is imported. A window is for one block, as promtool reads
/// it once for each, and the fewer blocks there are, the sooner they are made and loaded. It must be two hours
/// times a power of three.
pub const BLOCK_HOURS: i64 = 18;

/// Where the block of `at` ends, in Unix seconds.
pub const fn block_end(at: i64) -> i64 {
    const SECONDS: i64 = BLOCK_HOURS * 3_600;
    at - at.rem_euclid(SECONDS) + SECONDS
}

/// The labels that Prometheus gives what it scrapes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Label `job`.
    pub job: String,
    /// Label `instance`.
    pub instance: String,
}

/// What was scraped from one target between two moments.
#[derive(Debug)]
pub struct Window {
    target: String,
    names: SampleNames,
    /// The word for its type, and its lines, by the name of the family.
    families: BTreeMap<&'static str, (&'static str, String)>,
}

impl Window {
    /// An empty window onto `target`, which keeps these samples and `up`.
    pub fn onto(target: &Target, names: SampleNames) -> Self {
        let Target { job, instance } = target;
        Self {
            target: format!("instance=\"{instance}\",job=\"{job}\""),
            names,
            families: BTreeMap::new(),
        }
    }

    /// Scrapes what is there at `at`, in Unix seconds; `None` where nothing answers.
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

    /// Bytes of text that it holds.
    pub fn size(&self) -> usize {
        self.families.values().map(|(_, lines)| lines.len()).sum()
    }

    /// Writes it all, family by family, and is empty again.
    ///
    /// # Errors
    ///
    /// When `out` cannot be written to.
    pub fn write(&mut self, out: &mut impl Write) -> io::Result<()> {
        for (name, (kind, lines)) in &self.families {
            // OpenMetrics has the suffix in the sample's name only.
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
        // Lines of the same sample follow each other.
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
