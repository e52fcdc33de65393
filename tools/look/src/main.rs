//! Draws both dashboards with Grafana's own packages over a month of two simulated accounts, and
//! checks what can be seen.

mod view;

mod firing;
mod month;
mod prometheus;
mod site;

mod browsing;
mod facts;
mod questions;

mod checks;
mod colour;
mod spoiled;

mod pictures;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context as _, bail};
use clap::Parser;
use webdriver::Browser;

use prometheus::Prometheus;
use view::View;

/// Draws the dashboards and checks what can be seen
#[derive(Debug, Parser)]
struct Cli {
    /// The repository
    #[arg(long, default_value = ".")]
    root: PathBuf,
    /// Where everything is built
    #[arg(long, default_value = "target/look")]
    work: PathBuf,
    /// Look at the month of the last run again
    #[arg(long)]
    same_month: bool,
    /// Keep a picture of every view, not only of those with faults
    #[arg(long)]
    keep: bool,
    /// Check nothing; draw the pictures of the documentation into this directory
    #[arg(long)]
    pictures: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let cli = Cli::parse();
    if let Some(sentence) = site::without_node() {
        eprintln!("{sentence}");
        return Ok(ExitCode::FAILURE);
    }
    std::fs::create_dir_all(&cli.work)?;
    let clock = Clock::start();
    let (site, blocks) = prepare(&cli)?;
    clock.say("the page and the month are there");
    let mut prometheus = Prometheus::start(&blocks, &site)?;
    if !cli.same_month {
        let last = (
            month::END - firing::SECONDS,
            month::END + 60 * prometheus::DEAD_MINUTES,
        );
        let rules = cli.root.join("config/prometheus/rules");
        firing::add(&rules, &prometheus, &blocks, last)?;
        drop(prometheus);
        prometheus = Prometheus::start(&blocks, &site)?;
        clock.say("the alerts of its end are there");
    }
    let moments = month::moments(&prometheus).await?;
    let browser = browsing::browser().await?;
    if let Some(directory) = &cli.pictures {
        let page = pictures::STATUS_PAGE;
        std::fs::copy(cli.work.join(page), site.join(page))
            .context("the status page comes with a new month")?;
        pictures::draw(&browser, &prometheus, &moments, directory).await?;
        return Ok(ExitCode::SUCCESS);
    }
    let looker = Looker {
        browser,
        prometheus,
        site,
        pictures: empty(cli.work.join("pictures"))?,
        keep: cli.keep,
    };
    looker.check_itself().await?;
    clock.say("each check finds its spoiled panel");
    let mut count = 0;
    let views = view::views(&moments);
    for view in &views {
        count += looker.look(view).await?;
    }
    clock.say(&format!("{} views, {count} faults", views.len()));
    Ok(if count == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The page and the blocks of the month. npm waits for the network while the month is made.
fn prepare(cli: &Cli) -> anyhow::Result<(PathBuf, PathBuf)> {
    let (root, work) = (cli.root.clone(), cli.work.clone());
    let site = std::thread::spawn(move || site::build(&root, &work));
    let blocks = cli.work.join("month");
    let made = if cli.same_month {
        Ok(())
    } else {
        month::make(&cli.root, &blocks, &cli.work.join(pictures::STATUS_PAGE))
            .and_then(|()| prometheus::add_dead_exporter(&blocks, month::END))
    };
    // Also after a failure: npm must not go on alone.
    let site = site.join();
    made?;
    let site = site.map_err(|_| anyhow::anyhow!("the page was not built"))??;
    Ok((site, blocks))
}

/// A directory with nothing in it.
fn empty(directory: PathBuf) -> anyhow::Result<PathBuf> {
    if directory.exists() {
        std::fs::remove_dir_all(&directory)?;
    }
    std::fs::create_dir_all(&directory)?;
    Ok(directory)
}

struct Looker {
    browser: Browser,
    prometheus: Prometheus,
    site: PathBuf,
    pictures: PathBuf,
    keep: bool,
}

impl Looker {
    /// Looks at the spoiled board.
    async fn check_itself(&self) -> anyhow::Result<()> {
        let board = self.site.join(format!("boards/{}.json", spoiled::BOARD));
        std::fs::write(board, spoiled::board().to_string())?;
        let view = spoiled::view(month::END);
        let faults = browsing::look(&self.browser, &self.prometheus, &self.site, &view).await?;
        if self.keep {
            self.keep_picture(&view).await?;
        }
        let blind = spoiled::blind(&faults);
        if !blind.is_empty() {
            let found: Vec<String> = faults.iter().map(ToString::to_string).collect();
            let found = found.join("\n");
            bail!("these checks do not find their spoiled panels: {blind:?}; found:\n{found}");
        }
        Ok(())
    }

    /// Says what is wrong with a view, and how much.
    async fn look(&self, view: &View) -> anyhow::Result<usize> {
        let faults = browsing::look(&self.browser, &self.prometheus, &self.site, view)
            .await
            .with_context(|| view.title())?;
        for fault in &faults {
            println!("{}: {fault}", view.title());
        }
        if self.keep || !faults.is_empty() {
            self.keep_picture(view).await?;
        }
        Ok(faults.len())
    }

    async fn keep_picture(&self, view: &View) -> anyhow::Result<()> {
        let name = view.title().replace(", ", "-").replace(' ', "-");
        let path = self.pictures.join(format!("{name}.png"));
        browsing::keep_whole_picture(&self.browser, view, &path).await
    }
}

/// Tells how long it took so far.
struct Clock(Instant);

impl Clock {
    #[expect(
        clippy::disallowed_methods,
        reason = "a tool that has to end within minutes says how long it took"
    )]
    fn start() -> Self {
        Self(Instant::now())
    }

    fn say(&self, words: &str) {
        println!("{:>4} s  {words}", self.0.elapsed().as_secs());
    }
}
