//! Writes the files of a past: its scrapes for promtool, and the configuration of a Prometheus that shows them.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

use anyhow::Context as _;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::app::past::{SampleNames, Target, Window, block_end};
use crate::config::ConfigError;
use crate::metrics::Exposition;

/// The rule files of the Prometheus that shows the past.
pub(super) const RULES: [(&str, &str); 3] = [
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

/// Of each scrape only the samples are kept whose names are in these texts.
const QUERIES: &[&str] = &[
    include_str!("../../../dashboards/zendesk-exporter.json"),
    include_str!("../../../dashboards/zendesk-support.json"),
    RULES[0].1,
    RULES[1].1,
    RULES[2].1,
];

/// The file that is written last. If it exists, the past is complete.
pub(super) const CONFIGURATION: &str = "prometheus.yml";
pub(super) const RULES_DIRECTORY: &str = "rules";

/// How the name of a window ends.
pub(super) const WINDOW_END: &str = ".om.gz";

/// The labels of the scrapes.
const JOB: &str = "zendesk";
const INSTANCE: &str = "demo";

/// The most scrapes of one file, because they are in memory until it is written. A block with a scrape each
/// quarter of an hour has this many.
const SCRAPES_MAX: u32 = 72;

/// A directory that a past is written to. Its files are compressed, because the text of a month is more than a
/// gigabyte. If this is dropped before [`Self::keep`], the files are removed.
#[derive(Debug)]
pub(super) struct PastFiles {
    directory: PathBuf,
    /// Whether the directory did not exist before.
    is_new: bool,
    window: Window,
    /// The end of the block of the window, in Unix seconds.
    ends: i64,
    scrapes: u32,
    written: Vec<PathBuf>,
    /// The thread that writes the latest file. Writing takes as long as simulating, so both run at the same time.
    writing: Option<JoinHandle<io::Result<()>>>,
    is_kept: bool,
}

/// A past whose windows are written.
#[derive(Debug)]
pub(super) struct WrittenPast {
    /// The value of `--past`.
    pub(super) length: String,
    pub(super) directory: PathBuf,
    /// How many windows it has.
    pub(super) windows: usize,
}

impl PastFiles {
    /// Checks that `output` is new or empty and can be written to.
    pub(super) fn in_directory(output: &Path) -> Result<Self, ConfigError> {
        let problem = |problem: String| ConfigError {
            problems: vec![format!("--output: {problem}")],
        };
        let is_new = !output.exists();
        let usable = fs::create_dir_all(output)
            .and_then(|()| fs::canonicalize(output))
            .and_then(|directory| {
                let is_empty = fs::read_dir(&directory)?.next().is_none();
                tempfile::tempfile_in(&directory).map(|_| (directory, is_empty))
            });
        let (directory, is_empty) = usable
            .map_err(|error| problem(format!("cannot write to {}: {error}", output.display())))?;
        if !is_empty {
            let output = output.display();
            return Err(problem(format!(
                "{output} is not empty; name a new or empty directory"
            )));
        }
        let target = Target {
            job: JOB.to_owned(),
            instance: INSTANCE.to_owned(),
        };
        Ok(Self {
            directory,
            is_new,
            window: Window::onto(&target, SampleNames::named_in(QUERIES.iter().copied())),
            ends: i64::MIN,
            scrapes: 0,
            written: Vec::new(),
            writing: None,
            is_kept: false,
        })
    }

    /// Adds a scrape at `at`, in Unix seconds, which is later than the one before.
    pub(super) fn scrape(&mut self, exposition: &Exposition, at: i64) -> anyhow::Result<()> {
        if at >= self.ends || self.scrapes == SCRAPES_MAX {
            self.write()?;
            self.ends = block_end(at);
            self.scrapes = 0;
        }
        self.window.scrape(Some(exposition), at);
        self.scrapes += 1;
        Ok(())
    }

    /// Writes the rest of a past of `length`. From now on the files stay.
    pub(super) fn keep(mut self, length: &str) -> anyhow::Result<WrittenPast> {
        self.write()?;
        self.wait()?;
        self.is_kept = true;
        Ok(WrittenPast {
            length: length.to_owned(),
            directory: self.directory.clone(),
            windows: self.written.len(),
        })
    }

    /// Starts to write the window as the next file.
    fn write(&mut self) -> anyhow::Result<()> {
        self.wait()?;
        if self.window.is_empty() {
            return Ok(());
        }
        let mut text = Vec::new();
        self.window
            .write(&mut text)
            .expect("memory takes everything");
        let name = format!("{:03}{WINDOW_END}", self.written.len() + 1);
        let path = self.directory.join(name);
        self.written.push(path.clone());
        self.writing = Some(std::thread::spawn(move || compress(&text, &path)));
        Ok(())
    }

    /// Waits until the latest file is written.
    fn wait(&mut self) -> anyhow::Result<()> {
        let Some(writing) = self.writing.take() else {
            return Ok(());
        };
        let result = match writing.join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        };
        let path = self.written.last().expect("one is being written");
        result.with_context(|| cannot_write(path))
    }
}

fn compress(text: &[u8], path: &Path) -> io::Result<()> {
    let file = BufWriter::new(File::create(path)?);
    let mut gzip = GzEncoder::new(file, Compression::fast());
    gzip.write_all(text)?;
    gzip.finish()?.flush()
}

impl Drop for PastFiles {
    fn drop(&mut self) {
        if self.is_kept {
            return;
        }
        // Whether the file could be written does not matter, because it is removed.
        let _ = self.writing.take().map(JoinHandle::join);
        for path in &self.written {
            // A file that cannot be removed is left to the user.
            let _ = fs::remove_file(path);
        }
        if self.is_new {
            let _ = fs::remove_dir(&self.directory);
        }
    }
}

impl WrittenPast {
    /// Writes the configuration of a Prometheus that continues the past: the rules, and the exporter at `address`
    /// with the labels of the past.
    pub(super) fn write_configuration(&self, address: &str, path: &str) -> anyhow::Result<()> {
        let rules = self.directory.join(RULES_DIRECTORY);
        fs::create_dir_all(&rules).with_context(|| cannot_write(&rules))?;
        for (name, text) in RULES {
            let file = rules.join(name);
            fs::write(&file, text).with_context(|| cannot_write(&file))?;
        }
        let text = format!(
            "global:\n  scrape_interval: 15s\n  evaluation_interval: 15s\n\
             rule_files: [{RULES_DIRECTORY}/*.yml]\n\
             scrape_configs:\n  - job_name: {JOB}\n    metrics_path: {path:?}\n    static_configs:\n\
             \x20     - targets: [{address:?}]\n        labels: {{ instance: {INSTANCE} }}\n"
        );
        let file = self.directory.join(CONFIGURATION);
        fs::write(&file, text).with_context(|| cannot_write(&file))
    }
}

fn cannot_write(path: &Path) -> String {
    format!("cannot write {}", path.display())
}

#[cfg(test)]
mod tests;
