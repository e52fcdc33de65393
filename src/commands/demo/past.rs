//! The past of a demo: lived on a clock of its own, and written for promtool.

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use zendesk_simulator::Simulator;

use crate::app::past::{Past, Plan, SampleNames, Target, Tick, Window};
use crate::clock::{Clock as _, SystemClock};
use crate::config::{Account, Config};

/// A past that somebody wants to see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastWanted {
    /// How long it is, as it was written.
    pub length: String,
    /// How long that is.
    pub seconds: i64,
    /// Where it is written to.
    pub output: PathBuf,
}

/// A past that was lived.
#[derive(Debug)]
pub(super) struct Lived {
    length: String,
    directory: PathBuf,
    windows: u32,
}

/// What is kept of each scrape: what these name.
const QUERIES: &[&str] = &[
    include_str!("../../../dashboards/zendesk-exporter.json"),
    include_str!("../../../dashboards/zendesk-support.json"),
    RULES[0].1,
    RULES[1].1,
    RULES[2].1,
];

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

/// What the scrapes are labelled with, as those of docker-compose.yml are.
const JOB: &str = "zendesk";
const INSTANCE: &str = "zendesk-exporter";

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
/// A file holds as much as a block of Prometheus does at first, so that promtool reads each only once.
const WINDOW: i64 = 2 * HOUR;

/// The shortest and the longest past: promtool is to need no more than some minutes for it.
const SECONDS_MIN: i64 = HOUR;
const SECONDS_MAX: i64 = 31 * 24 * HOUR;

impl PastWanted {
    /// A past of `length`, e.g. `30d`, written to `output`; `Err` says what is wrong.
    pub fn new(length: &str, output: PathBuf) -> Result<Self, String> {
        let seconds = crate::config::parse_duration(length)
            .and_then(|length: Duration| i64::try_from(length.as_secs()).ok())
            .filter(|seconds| (SECONDS_MIN..=SECONDS_MAX).contains(seconds));
        match seconds {
            Some(seconds) => Ok(Self {
                length: length.to_owned(),
                seconds,
                output,
            }),
            None => Err(format!(
                "--past: {length:?} is not a duration from 1h to 31d, e.g. 30d"
            )),
        }
    }

    /// When it begins, if it ends at `now`.
    pub(super) const fn begins(&self, now: i64) -> i64 {
        Plan::end_by(now - self.seconds)
    }
}

impl Lived {
    pub(super) fn length(&self) -> &str {
        &self.length
    }

    pub(super) fn directory(&self) -> std::path::Display<'_> {
        self.directory.display()
    }

    pub(super) const fn windows(&self) -> u32 {
        self.windows
    }

    #[cfg(test)]
    pub(super) fn for_tests(length: &str, directory: &str, windows: u32) -> Self {
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

/// Lives it until now, and writes what was scraped.
pub(super) async fn live(
    wanted: &PastWanted,
    config: &Config,
    simulator: &Arc<Simulator>,
    clock: &SystemClock,
) -> anyhow::Result<Lived> {
    let output = &wanted.output;
    fs::create_dir_all(output).with_context(|| cannot_write(output))?;
    let left = fs::read_dir(output)?.next().is_some();
    anyhow::ensure!(
        !left,
        "{} is not empty: name a new directory",
        output.display()
    );
    let begins = simulator.now();
    let mut past = Past::starting_at(begins, config.state.directory.clone());
    past.follow(simulator);
    for account in &config.accounts {
        past.read(&as_in_the_past(account))?;
    }
    let target = Target {
        job: JOB.to_owned(),
        instance: INSTANCE.to_owned(),
    };
    let names = SampleNames::named_in(QUERIES.iter().copied());
    let mut scribe = Scribe {
        directory: output.clone(),
        window: Window::onto(&target, names),
        ends: begins - begins.rem_euclid(WINDOW) + WINDOW,
        written: 0,
    };
    // What passes meanwhile is lived, too.
    let mut from = begins;
    loop {
        let now = clock.now().wall().0;
        let until = now - now.rem_euclid(MINUTE);
        if until <= from {
            break;
        }
        let plan = Plan {
            from,
            until,
            close_ups: vec![until - 12 * HOUR..until + 1, begins..begins + HOUR / 2],
        };
        for tick in plan.ticks().filter(|tick| tick.at > from) {
            step(&mut past, tick, &mut scribe).await?;
        }
        from = until;
    }
    past.live_until(clock.now().wall().0).await?;
    scribe.write()?;
    Ok(Lived {
        length: wanted.length.clone(),
        directory: output.clone(),
        windows: scribe.written,
    })
}

async fn step(past: &mut Past, tick: Tick, scribe: &mut Scribe) -> anyhow::Result<()> {
    past.skip_to(tick.begins);
    past.live_until(tick.at).await?;
    if !tick.is_scraped {
        return Ok(());
    }
    if tick.at >= scribe.ends {
        scribe.write()?;
        scribe.ends = tick.at - tick.at.rem_euclid(WINDOW) + WINDOW;
    }
    scribe.window.scrape(Some(past.exposition()), tick.at);
    Ok(())
}

/// The account's settings while it is polled every few minutes.
fn as_in_the_past(account: &Account) -> Account {
    let mut account = account.clone();
    account.export.poll_interval = Duration::from_secs(60);
    account
}

/// Writes windows as files.
struct Scribe {
    directory: PathBuf,
    window: Window,
    /// What is scraped from here on, in Unix seconds, is in the next file.
    ends: i64,
    written: u32,
}

impl Scribe {
    fn write(&mut self) -> anyhow::Result<()> {
        if self.window.is_empty() {
            return Ok(());
        }
        self.written += 1;
        let path = self.directory.join(format!("{:03}.om", self.written));
        let file = File::create(&path).with_context(|| cannot_write(&path))?;
        self.window
            .write(&mut BufWriter::new(file))
            .with_context(|| cannot_write(&path))
    }
}

fn cannot_write(path: &Path) -> String {
    format!("cannot write {}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_past_is_hours_to_a_month_long() {
        for (length, seconds) in [("1h", 3_600), ("30d", 2_592_000), ("90m", 5_400)] {
            let wanted = PastWanted::new(length, "out".into()).expect(length);
            assert_eq!(wanted.seconds, seconds);
            assert!(wanted.begins(1_790_000_123) <= 1_790_000_123 - seconds);
        }
        for length in ["", "0", "30", "59m", "32d", "month", "-1d"] {
            assert!(PastWanted::new(length, "out".into()).is_err(), "{length}");
        }
    }
}
