//! What a past is written to: windows for promtool, and the settings of a Prometheus that shows them.

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::app::past::{SampleNames, Target, Window};
use crate::config::ConfigError;
use crate::metrics::Exposition;

/// The rules, for a Prometheus that shows the past.
const RULES: [(&str, &str); 3] = [
    (
        "zendesk-desk.yml",
        include_str!("../../../config/prometheus/rules/zendesk-desk.yml"),
    ),
    (
        "zendesk-exporter.yml",
        include_str!("../../../config/prometheus/rules/zendesk-exporter.yml"),
    ),
    (
        "zendesk-recording.yml",
        include_str!("../../../config/prometheus/rules/zendesk-recording.yml"),
    ),
];

/// What is kept of each scrape: what these name.
const QUERIES: &[&str] = &[
    include_str!("../../../dashboards/zendesk-exporter.json"),
    include_str!("../../../dashboards/zendesk-support.json"),
    RULES[0].1,
    RULES[1].1,
    RULES[2].1,
];

/// What the scrapes are labelled with.
const JOB: &str = "zendesk";
const INSTANCE: &str = "demo";

/// A file is for one block of Prometheus, as promtool reads it once for each: 18 h is what two
/// compactions make of the first blocks.
const BLOCK_SECONDS: i64 = 18 * 3_600;
/// Scrapes that a file holds at most, as they are in memory until then.
const SCRAPES_MAX: u32 = 100;

/// A directory that a past is written into. What was written is removed if it is dropped before
/// [`Self::keep`].
#[derive(Debug)]
pub(super) struct Files {
    directory: PathBuf,
    /// Whether the directory was made here.
    is_ours: bool,
    window: Window,
    /// What is scraped from here on, in Unix seconds, is in another block.
    ends: i64,
    scrapes: u32,
    written: Vec<PathBuf>,
    is_kept: bool,
}

/// A past that was lived and written.
#[derive(Debug)]
pub(super) struct Lived {
    length: String,
    directory: PathBuf,
    windows: usize,
}

impl Files {
    /// Begins to write into `output`.
    pub(super) fn in_directory(output: &Path) -> Result<Self, ConfigError> {
        let problem = |problem: String| ConfigError {
            problems: vec![format!("--output: {problem}")],
        };
        let is_ours = !output.exists();
        let usable = fs::create_dir_all(output)
            .and_then(|()| fs::canonicalize(output))
            .and_then(|directory| {
                let is_empty = fs::read_dir(&directory)?.next().is_none();
                tempfile::tempfile_in(&directory).map(|_| (directory, is_empty))
            });
        let (directory, is_empty) = usable
            .map_err(|error| problem(format!("cannot write into {}: {error}", output.display())))?;
        if !is_empty {
            let output = output.display();
            return Err(problem(format!(
                "{output} is not empty: name a new directory"
            )));
        }
        let target = Target {
            job: JOB.to_owned(),
            instance: INSTANCE.to_owned(),
        };
        Ok(Self {
            directory,
            is_ours,
            window: Window::onto(&target, SampleNames::named_in(QUERIES.iter().copied())),
            ends: i64::MIN,
            scrapes: 0,
            written: Vec::new(),
            is_kept: false,
        })
    }

    /// Adds a scrape of `at`, in Unix seconds, later than the one before.
    pub(super) fn scrape(&mut self, exposition: &Exposition, at: i64) -> anyhow::Result<()> {
        if at >= self.ends || self.scrapes == SCRAPES_MAX {
            self.write()?;
            self.ends = at - at.rem_euclid(BLOCK_SECONDS) + BLOCK_SECONDS;
            self.scrapes = 0;
        }
        self.window.scrape(Some(exposition), at);
        self.scrapes += 1;
        Ok(())
    }

    /// Writes what is left of a past of `length`.
    pub(super) fn keep(mut self, length: &str) -> anyhow::Result<Lived> {
        self.write()?;
        self.is_kept = true;
        Ok(Lived {
            length: length.to_owned(),
            directory: self.directory.clone(),
            windows: self.written.len(),
        })
    }

    fn write(&mut self) -> anyhow::Result<()> {
        if self.window.is_empty() {
            return Ok(());
        }
        let path = self
            .directory
            .join(format!("{:03}.om", self.written.len() + 1));
        self.written.push(path.clone());
        File::create(&path)
            .and_then(|file| self.window.write(&mut BufWriter::new(file)))
            .with_context(|| cannot_write(&path))
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        if self.is_kept {
            return;
        }
        for path in &self.written {
            // Whoever has taken it away already has done it for us.
            let _ = fs::remove_file(path);
        }
        if self.is_ours {
            let _ = fs::remove_dir(&self.directory);
        }
    }
}

impl Lived {
    pub(super) fn length(&self) -> &str {
        &self.length
    }

    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    pub(super) const fn windows(&self) -> usize {
        self.windows
    }

    #[cfg(test)]
    pub(super) fn for_tests(length: &str, directory: &str, windows: usize) -> Self {
        Self {
            length: length.to_owned(),
            directory: directory.into(),
            windows,
        }
    }

    /// Writes the settings of a Prometheus that goes on from the past: the rules, and the exporter at
    /// `address` with the labels that the past has.
    pub(super) fn write_configuration(&self, address: &str, path: &str) -> anyhow::Result<()> {
        let rules = self.directory.join("rules");
        fs::create_dir_all(&rules).with_context(|| cannot_write(&rules))?;
        for (name, text) in RULES {
            let file = rules.join(name);
            fs::write(&file, text).with_context(|| cannot_write(&file))?;
        }
        let text = format!(
            "global:\n  scrape_interval: 15s\n  evaluation_interval: 15s\n\
             rule_files: [rules/*.yml]\n\
             scrape_configs:\n  - job_name: {JOB}\n    metrics_path: {path:?}\n    static_configs:\n\
             \x20     - targets: [{address:?}]\n        labels: {{ instance: {INSTANCE} }}\n"
        );
        let file = self.directory.join("prometheus.yml");
        fs::write(&file, text).with_context(|| cannot_write(&file))
    }
}

fn cannot_write(path: &Path) -> String {
    format!("cannot write {}", path.display())
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;
    use crate::metrics::ExporterMetrics;
    use crate::ticket::UnixSeconds;

    fn names_in(directory: &Path) -> Vec<String> {
        let entries = fs::read_dir(directory).expect("it is there");
        let names = entries.map(|entry| entry.expect("an entry").file_name());
        let mut names: Vec<String> = names.filter_map(|name| name.into_string().ok()).collect();
        names.sort_unstable();
        names
    }

    fn exposition() -> Exposition {
        Exposition::new(Vec::new(), ExporterMetrics::new(UnixSeconds(0)))
    }

    #[test]
    fn a_file_holds_scrapes_of_one_block_and_no_more_than_fit_into_memory() {
        let directory = TempDir::new().expect("a directory");
        let mut files = Files::in_directory(directory.path()).expect("empty");
        // Two scrapes of one block, one of the next, and a hundred and one of another.
        let others = (0..=100).map(|minute| 3 * BLOCK_SECONDS + 60 * minute);
        let first = [BLOCK_SECONDS - 900, BLOCK_SECONDS - 60, BLOCK_SECONDS];
        for at in first.into_iter().chain(others) {
            files.scrape(&exposition(), at).expect("written");
        }
        let lived = files.keep("30d").expect("written");
        assert_eq!(lived.windows(), 4);
        let names = names_in(directory.path());
        assert_eq!(names, ["001.om", "002.om", "003.om", "004.om"]);
        let scrapes = names.iter().map(|name| {
            let text = fs::read_to_string(directory.path().join(name)).expect("readable");
            text.lines().filter(|line| line.starts_with("up{")).count()
        });
        assert_eq!(scrapes.collect::<Vec<_>>(), [2, 1, 100, 1]);
    }

    #[test]
    fn what_comes_to_no_end_leaves_nothing_behind() {
        let directory = TempDir::new().expect("a directory");
        let ours = directory.path().join("new");
        for output in [directory.path(), &ours] {
            let mut files = Files::in_directory(output).expect("empty");
            files.scrape(&exposition(), 0).expect("written");
            files.scrape(&exposition(), BLOCK_SECONDS).expect("written");
            assert_eq!(names_in(output), ["001.om"]);
            drop(files);
        }
        assert!(!ours.exists());
        assert!(names_in(directory.path()).is_empty());
    }

    #[test]
    fn only_an_empty_directory_is_written_into() {
        let directory = TempDir::new().expect("a directory");
        let taken = directory.path().join("taken");
        fs::write(&taken, "mine").expect("written");
        let problem = |output: &Path| {
            let files = Files::in_directory(output);
            files.expect_err("refused").to_string()
        };
        let path = directory.path().display();
        assert_eq!(
            problem(directory.path()),
            format!("--output: {path} is not empty: name a new directory")
        );
        for output in [&taken, &taken.join("below"), Path::new("")] {
            let problem = problem(output);
            let expected = format!("--output: cannot write into {}: ", output.display());
            assert!(problem.starts_with(&expected), "{problem}");
        }
        assert_eq!(names_in(directory.path()), ["taken"]);
    }
}
