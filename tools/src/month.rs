//! Makes the month that the pictures of the dashboards are drawn from: two simulated accounts, read
//! by the exporter itself on a clock of its own, as blocks of a Prometheus.

#[path = "month/accounts.rs"]
mod accounts;

#[path = "month/story.rs"]
mod story;

#[path = "month/blocks.rs"]
mod blocks;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context as _;
use clap::Parser;
use zendesk_exporter::app::past::{Past, Plan, SampleNames, Target, Window};
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
    /// The repository, whose dashboards and rules say what is kept
    #[arg(long, default_value = ".")]
    root: PathBuf,
}

/// What the scrapes are labelled with.
const JOB: &str = "zendesk";
const INSTANCE: &str = "exporter:10121";

/// As much as a block of Prometheus holds at first: promtool reads a window once per block.
const WINDOW_SECONDS: i64 = 2 * 3_600;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    let end = cli.end.unwrap_or_else(now);
    let story = Story::ending_at(Plan::end_by(end));
    let texts = texts(&cli.root)?;
    let names = SampleNames::named_in(texts.iter().map(String::as_str));
    let importer = Importer::into(&cli.output)?;
    let states = tempfile::Builder::new().prefix("month-").tempdir()?;
    let mut month = Month::begin(&story, cli.seed, states.path()).await?;
    month.live(names, &importer).await?;
    drop(month);
    importer.finish(&cli.root.join("config/prometheus/rules"), &story)?;
    println!("{}", story.ends);
    Ok(())
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

/// Where the window after that of `at` begins.
const fn next_window(at: i64) -> i64 {
    at - at.rem_euclid(WINDOW_SECONDS) + WINDOW_SECONDS
}

/// The dashboards and the rules.
fn texts(root: &Path) -> anyhow::Result<Vec<String>> {
    let mut texts = Vec::new();
    for directory in ["dashboards", "config/prometheus/rules"] {
        let directory = root.join(directory);
        let entries = std::fs::read_dir(&directory)
            .with_context(|| format!("cannot read {}", directory.display()))?;
        for entry in entries {
            let path = entry?.path();
            if path.is_file() {
                texts.push(std::fs::read_to_string(&path)?);
            }
        }
    }
    Ok(texts)
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
        let mut ends = next_window(self.story.begins);
        let mut before = self.story.begins;
        for tick in self.story.plan().ticks() {
            self.past.skip_to(tick.begins);
            self.past.live_until(tick.at).await?;
            if tick.at >= ends && !window.is_empty() {
                importer.import(&mut window)?;
                ends = next_window(tick.at);
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
        if !window.is_empty() {
            importer.import(&mut window)?;
        }
        Ok(())
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
