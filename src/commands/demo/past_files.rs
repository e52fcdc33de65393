//! The files of a past: windows for promtool, and the configuration of a Prometheus that shows them.

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

/// A directory that a past is written to, as gzip, because the text of a month is more than a gigabyte. If this
/// is dropped before [`Self::keep`], the files are removed.
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
mod tests {
    use flate2::read::GzDecoder;
    use tempfile::TempDir;

    use super::*;
    use crate::app::past::BLOCK_HOURS;

    const BLOCK_SECONDS: i64 = BLOCK_HOURS * 3_600;

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
        let mut files = PastFiles::in_directory(directory.path()).expect("empty");
        // Two scrapes of one block, one of the next, and 73 of another.
        let others = (0..=72).map(|minute| 3 * BLOCK_SECONDS + 60 * minute);
        let first = [BLOCK_SECONDS - 900, BLOCK_SECONDS - 60, BLOCK_SECONDS];
        for at in first.into_iter().chain(others) {
            files.scrape(&exposition(), at).expect("written");
        }
        let written_past = files.keep("30d").expect("written");
        assert_eq!(written_past.windows, 4);
        let names = names_in(directory.path());
        assert_eq!(names, ["001.om.gz", "002.om.gz", "003.om.gz", "004.om.gz"]);
        let scrapes = names.iter().map(|name| {
            let file = File::open(directory.path().join(name)).expect("readable");
            let text = io::read_to_string(GzDecoder::new(file)).expect("gzip");
            assert!(text.ends_with("# EOF\n"));
            text.lines().filter(|line| line.starts_with("up{")).count()
        });
        assert_eq!(scrapes.collect::<Vec<_>>(), [2, 1, 72, 1]);
    }

    #[test]
    fn a_past_that_is_not_kept_leaves_no_files() {
        let directory = TempDir::new().expect("a directory");
        let new = directory.path().join("new");
        for output in [directory.path(), &new] {
            let mut files = PastFiles::in_directory(output).expect("empty");
            files.scrape(&exposition(), 0).expect("written");
            files.scrape(&exposition(), BLOCK_SECONDS).expect("written");
            files.wait().expect("written");
            assert_eq!(names_in(output), ["001.om.gz"]);
            files
                .scrape(&exposition(), 2 * BLOCK_SECONDS)
                .expect("begun");
            drop(files);
        }
        assert!(!new.exists());
        assert!(names_in(directory.path()).is_empty());
    }

    #[test]
    fn a_file_that_cannot_be_written_is_reported_with_the_next_one_or_at_the_end() {
        let directory = TempDir::new().expect("a directory");
        let mut files = PastFiles::in_directory(directory.path()).expect("empty");
        fs::create_dir(directory.path().join("002.om.gz")).expect("created");
        files.scrape(&exposition(), 0).expect("fits into memory");
        files.scrape(&exposition(), BLOCK_SECONDS).expect("written");
        let error = files.keep("30d").expect_err("the second is a directory");
        let expected = format!("cannot write {}/002.om.gz", directory.path().display());
        assert_eq!(error.to_string(), expected);
        assert_eq!(names_in(directory.path()), ["002.om.gz"]);
    }

    #[test]
    fn only_an_empty_directory_is_written_to() {
        let directory = TempDir::new().expect("a directory");
        let taken = directory.path().join("taken");
        fs::write(&taken, "mine").expect("written");
        let problem = |output: &Path| {
            let files = PastFiles::in_directory(output);
            files.expect_err("refused").to_string()
        };
        let path = directory.path().display();
        assert_eq!(
            problem(directory.path()),
            format!("--output: {path} is not empty; name a new or empty directory")
        );
        for output in [&taken, &taken.join("below"), Path::new("")] {
            let problem = problem(output);
            let expected = format!("--output: cannot write to {}: ", output.display());
            assert!(problem.starts_with(&expected), "{problem}");
        }
        assert_eq!(names_in(directory.path()), ["taken"]);
    }
}
