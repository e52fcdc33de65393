//! Makes the month that the pictures of the dashboards are drawn from: two simulated accounts, read
//! by the exporter itself on a clock of its own, as blocks of a Prometheus.

#[path = "month/accounts.rs"]
mod accounts;

#[path = "month/story.rs"]
mod story;

#[path = "month/blocks.rs"]
mod blocks;

#[path = "month/rules.rs"]
mod rules;

#[path = "month/recording.rs"]
mod recording;

#[cfg(test)]
#[path = "month/tests.rs"]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context as _;
use clap::Parser;
use zendesk_exporter::app::past::{Past, PastPlan, SampleNames, Target, Window, block_end};
use zendesk_exporter::config::Account;
use zendesk_simulator::{Fault, Simulator};

use blocks::Importer;
use story::{Event, Story};

/// Makes a month of two simulated accounts, as blocks of a Prometheus
#[derive(Debug, Parser)]
struct Cli {
    /// A directory that is made, and replaced if it is there
    #[arg(long)]
    output: PathBuf,
    /// When the month ends, in Unix seconds; rounded down to a quarter hour. Default: now
    #[arg(long)]
    end: Option<i64>,
    /// Another seed is another month
    #[arg(long, default_value_t = 5)]
    seed: u64,
    /// A file for the status page of the month's last second
    #[arg(long)]
    status_page: Option<PathBuf>,
    /// The repository, whose dashboards and rules say what is kept
    #[arg(long, default_value = ".")]
    root: PathBuf,
}

/// What the scrapes are labelled with.
const JOB: &str = "zendesk";
const INSTANCE: &str = "exporter:10121";

/// Where scrapes are close together, a window is shorter, so that it fits into memory some times.
const WINDOW_BYTES_MAX: usize = 64 << 20;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    let end = cli.end.unwrap_or_else(now);
    let story = Story::ending_at(PastPlan::end_by(end));
    let page = make(&story, cli.seed, &cli.root, &cli.output).await?;
    if let Some(file) = &cli.status_page {
        std::fs::write(file, page).with_context(|| format!("cannot write {}", file.display()))?;
    }
    println!("{}", story.ends);
    Ok(())
}

/// Lives the story, and writes blocks into `output`: what the boards and rules of the repository at
/// `root` name, and what the rules record. Returns the status page of the last second.
async fn make(story: &Story, seed: u64, root: &Path, output: &Path) -> anyhow::Result<String> {
    let boards = texts_in(&root.join("dashboards"))?;
    let rules = texts_in(&root.join("config/prometheus/rules"))?;
    let texts = boards.iter().chain(&rules);
    let names = SampleNames::named_in(texts.map(String::as_str));
    let importer = Importer::into(output)?;
    let states = tempfile::Builder::new().prefix("month-").tempdir()?;
    let mut month = Month::begin(story, seed, states.path()).await?;
    month.live(names, &importer).await?;
    let page = month.past.status_page();
    drop(month);
    importer.finish()?;
    recording::record(output, &rules, &story.plan().stretches())?;
    Ok(page)
}

/// The machine's clock, in Unix seconds.
#[expect(
    clippy::disallowed_methods,
    reason = "a month ends now unless it is told otherwise"
)]
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    i64::try_from(since.unwrap_or_default().as_secs()).unwrap_or(0)
}

/// The files in `directory`, in the order of their names.
fn texts_in(directory: &Path) -> anyhow::Result<Vec<String>> {
    let cannot_read = |path: &Path| format!("cannot read {}", path.display());
    let entries = std::fs::read_dir(directory).with_context(|| cannot_read(directory))?;
    let paths: std::io::Result<Vec<_>> = entries.map(|entry| Ok(entry?.path())).collect();
    let mut paths = paths.with_context(|| cannot_read(directory))?;
    paths.retain(|path| path.is_file());
    paths.sort();
    let texts = paths
        .iter()
        .map(|path| std::fs::read_to_string(path).with_context(|| cannot_read(path)));
    texts.collect()
}

/// The exporter and its accounts on their way through the month.
struct Month {
    story: Story,
    past: Past,
    simulators: [Arc<Simulator>; 2],
    accounts: Vec<Account>,
    /// Accounts that the exporter has been told to read.
    listed: usize,
}

impl Month {
    async fn begin(story: &Story, seed: u64, states: &Path) -> anyhow::Result<Self> {
        let simulators = accounts::simulated(story, seed).await?;
        let mut past = Past::starting_at(story.begins, states.to_owned());
        for simulator in &simulators {
            past.follow(simulator);
        }
        let mut month = Self {
            story: story.clone(),
            past,
            accounts: accounts::settings(&simulators, states)?,
            simulators,
            listed: 1,
        };
        month.start()?;
        Ok(month)
    }

    fn start(&mut self) -> anyhow::Result<()> {
        for account in &self.accounts[..self.listed] {
            self.past.read(account)?;
        }
        Ok(())
    }

    async fn live(&mut self, names: SampleNames, importer: &Importer) -> anyhow::Result<()> {
        let target = Target {
            job: JOB.to_owned(),
            instance: INSTANCE.to_owned(),
        };
        let mut window = Window::onto(&target, names);
        let mut ends = block_end(self.story.begins);
        let mut before = self.story.begins;
        for tick in self.story.plan().ticks() {
            self.past.skip_to(tick.begins);
            self.past.run_until(tick.at).await?;
            if tick.at >= ends || window.size() > WINDOW_BYTES_MAX {
                importer.import(&mut window)?;
                ends = block_end(tick.at);
            }
            if tick.is_scraped {
                let exposition = self.past.is_running().then(|| self.past.exposition());
                window.scrape(exposition, tick.at);
            }
            for event in self.story.events(before, tick.at) {
                self.take(event)?;
            }
            before = tick.at;
        }
        importer.import(&mut window)
    }

    fn take(&mut self, event: Event) -> anyhow::Result<()> {
        let [first, second] = &self.simulators;
        match event {
            Event::SecondBegins => {
                self.listed = 2;
                self.past.read(&self.accounts[1])?;
            }
            Event::OutageBegins => first.set_fault(Fault::Status(503), u32::MAX),
            Event::OutageEnds => first.clear_faults(),
            Event::GapBegins => self.past.stop(),
            Event::GapEnds => self.start()?,
            Event::RefusalBegins => second.set_fault(Fault::Unauthorized, u32::MAX),
        }
        Ok(())
    }
}
