//! Simulates the past of a demo. Every demo has one, so that its first scrape already shows all families. The
//! longer one of the flag `--past` is also written for promtool.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use zendesk_simulator::Simulator;

use super::past_files::PastFiles;
use crate::app::past::{InheritedMetrics, Past, PastPlan};
use crate::clock::{Clock as _, SystemClock};
use crate::config::read::parse_duration;
use crate::config::{Account, Config, ConfigError};

/// The past that the flags `--past`, `--output` and `--once` ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastOptions {
    /// The value of `--past`.
    pub length: String,
    /// The same in seconds.
    pub seconds: i64,
    /// The directory that it is written to.
    pub output: PathBuf,
    /// Whether a demo starts without a past if `output` already has one.
    pub is_once: bool,
}

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;

/// The shortest and the longest past. promtool needs a minute or two for the longest.
const SECONDS_MIN: i64 = HOUR;
const SECONDS_MAX: i64 = 31 * 24 * HOUR;

/// The length of the past without `--past`, in seconds.
const DEFAULT_SECONDS: i64 = HOUR;

/// At its end, for pictures of a few hours, and at its beginning a past is scraped each minute. In seconds.
const CLOSE_AT_THE_END: i64 = 6 * HOUR;
const CLOSE_AT_THE_BEGINNING: i64 = HOUR / 2;

impl PastOptions {
    /// The options of these flags; `None` if none of them is set.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] if `--past` or `--output` is missing, or if `--past` is no length of a past.
    pub fn of_flags(
        past: Option<String>,
        output: Option<PathBuf>,
        is_once: bool,
    ) -> Result<Option<Self>, ConfigError> {
        let problem = match (past, output) {
            (None, None) if is_once => "--once needs --past and --output".to_owned(),
            (None, None) => return Ok(None),
            (Some(length), Some(output)) => match Self::seconds(&length) {
                Some(seconds) => {
                    return Ok(Some(Self {
                        length,
                        seconds,
                        output,
                        is_once,
                    }));
                }
                None => format!("--past: {length:?} is not a duration from 1h to 31d, e.g. 30d"),
            },
            (Some(_), None) => {
                "--past needs --output, the directory to write the past into".to_owned()
            }
            (None, Some(_)) => {
                "--output needs --past, the length of the past to write, e.g. 30d".to_owned()
            }
        };
        Err(ConfigError {
            problems: vec![problem],
        })
    }

    fn seconds(length: &str) -> Option<i64> {
        let length: Duration = parse_duration(length)?;
        let seconds = i64::try_from(length.as_secs()).ok()?;
        (SECONDS_MIN..=SECONDS_MAX)
            .contains(&seconds)
            .then_some(seconds)
    }
}

/// When the past begins, in Unix seconds, if it ends at `now`.
pub(super) fn begins(options: Option<&PastOptions>, now: i64) -> i64 {
    match options {
        Some(options) => PastPlan::end_by(now - options.seconds),
        None => now - DEFAULT_SECONDS,
    }
}

/// Simulates the past until now, and writes its scrapes to `files`.
pub(super) async fn simulate(
    config: &Config,
    simulator: &Arc<Simulator>,
    clock: &SystemClock,
    mut files: Option<&mut PastFiles>,
) -> anyhow::Result<InheritedMetrics> {
    let begins = simulator.now();
    let mut past = Past::starting_at(begins, config.state.directory.clone());
    past.follow(simulator);
    for account in &config.accounts {
        past.read(&settings_of_the_past(account))?;
    }
    // While this runs, time passes. The next round of the loop simulates that too.
    let mut from = begins;
    loop {
        let now = clock.now().wall().0;
        let until = now - now.rem_euclid(MINUTE);
        if until <= from {
            break;
        }
        let plan = PastPlan {
            from,
            until,
            close_ups: vec![
                until - CLOSE_AT_THE_END..until + 1,
                begins..begins + CLOSE_AT_THE_BEGINNING,
            ],
        };
        // Polls between two scrapes do not show in the result, and would take most of the time.
        let ticks = plan.ticks().filter(|tick| tick.is_scraped);
        for tick in ticks.filter(|tick| tick.at > from) {
            past.skip_to(tick.begins);
            past.run_until(tick.at).await?;
            // The simulated account has no faults here, so the cause is the machine, such as a full disk.
            anyhow::ensure!(past.is_well(), "cannot simulate the past; see the log");
            if let Some(files) = files.as_deref_mut() {
                files.scrape(past.exposition(), tick.at)?;
            }
        }
        from = until;
    }
    past.run_until(clock.now().wall().0).await?;
    Ok(past.end())
}

/// The account's settings for the past, in which it is polled every few minutes. The simulator makes no row
/// visible late, so few replays are enough.
fn settings_of_the_past(account: &Account) -> Account {
    let mut account = account.clone();
    account.export.poll_interval = Duration::from_secs(60);
    account.export.replay.every = Some(Duration::from_secs(6 * 3_600));
    account
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(past: Option<&str>, output: Option<&str>) -> Result<Option<PastOptions>, String> {
        let flags = (past.map(str::to_owned), output.map(PathBuf::from));
        PastOptions::of_flags(flags.0, flags.1, false).map_err(|error| error.to_string())
    }

    #[test]
    fn a_past_is_hours_to_a_month_long() {
        for (length, seconds) in [("1h", 3_600), ("30d", 2_592_000), ("90m", 5_400)] {
            let options = options(Some(length), Some("out")).expect(length);
            let options = options.expect("they are set");
            assert_eq!(options.seconds, seconds);
            let begins = begins(Some(&options), 1_790_000_123);
            assert!(begins <= 1_790_000_123 - seconds, "{length}");
            assert!(begins > 1_790_000_123 - seconds - 900, "{length}");
        }
        for length in [
            "", "0", "30", "59m", "32d", "400d", "x", "month", "-1d", "1h ",
        ] {
            let problem = options(Some(length), Some("out")).expect_err(length);
            let expected = format!("--past: {length:?} is not a duration from 1h to 31d, e.g. 30d");
            assert_eq!(problem, expected);
        }
    }

    #[test]
    fn a_length_and_a_directory_need_each_other() {
        assert_eq!(options(None, None), Ok(None));
        let problem = options(Some("30d"), None).expect_err("no directory");
        assert!(problem.starts_with("--past needs --output"), "{problem}");
        let problem = options(None, Some("out")).expect_err("no length");
        assert!(problem.starts_with("--output needs --past"), "{problem}");
        let once = PastOptions::of_flags(None, None, true).expect_err("neither");
        assert!(once.to_string().starts_with("--once needs --past"));
    }

    #[test]
    fn a_demo_has_a_past_of_an_hour() {
        assert_eq!(begins(None, 1_790_000_123), 1_790_000_123 - 3_600);
    }
}
