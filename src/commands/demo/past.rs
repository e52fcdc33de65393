//! The past of a demo: lived on a clock of its own. Every demo has one of minutes, so that all is under
//! way when somebody looks first; one of days is written for promtool as well.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use zendesk_simulator::Simulator;

use super::past_files::Files;
use crate::app::past::{InheritedMetrics, Past, PastPlan};
use crate::clock::{Clock as _, SystemClock};
use crate::config::read::parse_duration;
use crate::config::{Account, Config, ConfigError};

/// A past that somebody wants to see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastWanted {
    /// How long it is, as it was written.
    pub length: String,
    /// How long that is.
    pub seconds: i64,
    /// Where it is written to.
    pub output: PathBuf,
    /// Whether a demo begins without a past where `output` holds one already.
    pub is_once: bool,
}

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;

/// The shortest and the longest past: promtool is to need no more than a minute or two for it.
const SECONDS_MIN: i64 = HOUR;
const SECONDS_MAX: i64 = 31 * 24 * HOUR;

/// What passes before a demo whose past nobody wants to see.
const PRELUDE: i64 = HOUR;

/// It is scraped each minute at its end, for pictures of a few hours, and where it begins.
const CLOSE_AT_THE_END: i64 = 6 * HOUR;
const CLOSE_AT_THE_BEGINNING: i64 = HOUR / 2;

impl PastWanted {
    /// What `--past`, `--output` and `--once` ask for; `None` where none is given.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] if one of the first two is missing, or no length of a past.
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

/// When the past begins that is `wanted`, or the one that every demo has, if it ends at `now`.
pub(super) fn begins(wanted: Option<&PastWanted>, now: i64) -> i64 {
    match wanted {
        Some(wanted) => PastPlan::end_by(now - wanted.seconds),
        None => now - PRELUDE,
    }
}

/// Lives it until now, and writes what was scraped into `files`.
pub(super) async fn live(
    config: &Config,
    simulator: &Arc<Simulator>,
    clock: &SystemClock,
    mut files: Option<&mut Files>,
) -> anyhow::Result<InheritedMetrics> {
    let begins = simulator.now();
    let mut past = Past::starting_at(begins, config.state.directory.clone());
    past.follow(simulator);
    for account in &config.accounts {
        past.read(&as_in_the_past(account))?;
    }
    // What passes meanwhile is lived, too.
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
        // Polls between two scrapes are not seen, and take most of the time.
        let ticks = plan.ticks().filter(|tick| tick.is_scraped);
        for tick in ticks.filter(|tick| tick.at > from) {
            past.skip_to(tick.begins);
            past.run_until(tick.at).await?;
            // Here it is the machine's fault: nothing is wrong with the account.
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

/// The account's settings while it is polled every few minutes. No row of it is made visible late, so
/// few replays do.
fn as_in_the_past(account: &Account) -> Account {
    let mut account = account.clone();
    account.export.poll_interval = Duration::from_secs(60);
    account.export.replay.every = Some(Duration::from_secs(6 * 3_600));
    account
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(past: Option<&str>, output: Option<&str>) -> Result<Option<PastWanted>, String> {
        let flags = (past.map(str::to_owned), output.map(PathBuf::from));
        PastWanted::of_flags(flags.0, flags.1, false).map_err(|error| error.to_string())
    }

    #[test]
    fn a_past_is_hours_to_a_month_long() {
        for (length, seconds) in [("1h", 3_600), ("30d", 2_592_000), ("90m", 5_400)] {
            let wanted = wanted(Some(length), Some("out")).expect(length);
            let wanted = wanted.expect("it is wanted");
            assert_eq!(wanted.seconds, seconds);
            let begins = begins(Some(&wanted), 1_790_000_123);
            assert!(begins <= 1_790_000_123 - seconds, "{length}");
            assert!(begins > 1_790_000_123 - seconds - 900, "{length}");
        }
        for length in [
            "", "0", "30", "59m", "32d", "400d", "x", "month", "-1d", "1h ",
        ] {
            let problem = wanted(Some(length), Some("out")).expect_err(length);
            let expected = format!("--past: {length:?} is not a duration from 1h to 31d, e.g. 30d");
            assert_eq!(problem, expected);
        }
    }

    #[test]
    fn a_length_and_a_directory_come_together() {
        assert_eq!(wanted(None, None), Ok(None));
        let problem = wanted(Some("30d"), None).expect_err("no directory");
        assert!(problem.starts_with("--past needs --output"), "{problem}");
        let problem = wanted(None, Some("out")).expect_err("no length");
        assert!(problem.starts_with("--output needs --past"), "{problem}");
        let once = PastWanted::of_flags(None, None, true).expect_err("neither");
        assert!(once.to_string().starts_with("--once needs --past"));
    }

    #[test]
    fn a_demo_has_been_running_for_an_hour_when_it_is_looked_at() {
        assert_eq!(begins(None, 1_790_000_123), 1_790_000_123 - 3_600);
    }
}
