//! `state` and `state verify`: what the states hold, without touching them.

use std::fmt::Write as _;

use crate::config::{Account, Config};
use crate::store::{Inspection, inspect, state_path, verify};
use crate::ticket::{Status, UnixSeconds};

/// What each account's state holds. Returns the text and whether every state could be read.
pub fn show(config: &Config) -> (String, bool) {
    each(config, |account, path| {
        let inspection = inspect(path, account.base_url.as_identity());
        inspection
            .map(|inspection| (describe(&inspection), true))
            .map_err(|error| crate::telemetry::with_sources(&error))
    })
}

/// Counts each state's gauges again from its records. Returns the text and whether all agree.
pub fn check(config: &Config) -> (String, bool) {
    each(config, |account, path| {
        let verification = verify(path, account.base_url.as_identity())
            .map_err(|error| crate::telemetry::with_sources(&error))?;
        let records = verification.records;
        if verification.problems.is_empty() {
            return Ok((format!("  {records} records, all is well\n"), true));
        }
        let problems = verification.problems.join("\n  ");
        Ok((format!("  {problems}\n  {records} records\n"), false))
    })
}

fn each(
    config: &Config,
    look: impl Fn(&Account, &std::path::Path) -> Result<(String, bool), String>,
) -> (String, bool) {
    let mut out = String::new();
    let mut all_well = true;
    for account in &config.accounts {
        let path = state_path(&config.state.directory, &account.base_url.state_file_name());
        let _ = writeln!(out, "{} ({})", account.name, path.display());
        match look(account, &path) {
            Ok((text, well)) => {
                out.push_str(&text);
                all_well &= well;
            }
            Err(problem) => {
                let _ = writeln!(out, "  {problem}");
                all_well = false;
            }
        }
    }
    (out, all_well)
}

fn describe(inspection: &Inspection) -> String {
    let Inspection {
        progress,
        tickets_by_status,
        series,
        size_bytes,
    } = inspection;
    let time = |time: Option<UnixSeconds>| {
        time.and_then(|time| jiff::Timestamp::from_second(time.0).ok())
            .map_or_else(|| "-".to_owned(), |time| time.to_string())
    };
    let statuses: Vec<String> = Status::ALL
        .iter()
        .zip(tickets_by_status)
        .filter(|(_, count)| **count > 0)
        .map(|(status, count)| format!("{count} {}", status.label()))
        .collect();
    let sync = if progress.initial_sync_complete {
        "complete"
    } else {
        "under way"
    };
    format!(
        "  tickets        {} ({})\n  first sync     {sync}\n  data as of     {}\n  latest row     {}\n  counting since {}\n  made           {}\n  series         {series}\n  size           {size_bytes} bytes\n",
        progress.tickets,
        if statuses.is_empty() {
            "none".to_owned()
        } else {
            statuses.join(", ")
        },
        time(progress.data_timestamp),
        time(progress.high_water),
        time(progress.baseline),
        time(Some(progress.created_at)),
    )
}
