//! `state`, `state verify` and `state backup`: what the states hold, without changing them. No credentials are
//! needed.

use std::fmt::Write as _;
use std::path::Path;

use crate::config::{StateOf, States};
use crate::error_chain::with_sources;
use crate::ledger::{Progress, Resync, Stage};
use crate::metrics::ticket_series;
use crate::store::{Inspection, backup, inspect, state_path, verify};
use crate::ticket::{Status, UnixSeconds};

/// What each account's state holds. Returns the text and whether every state could be read.
pub fn show(states: &States) -> (String, bool) {
    each(states, |account, path| {
        let inspection = inspect(path, account.base_url.as_identity());
        inspection
            .map(|inspection| (describe(&inspection), true))
            .map_err(|error| with_sources(&error))
    })
}

/// Counts each state's gauges again from its records. Returns the text and whether all agree.
pub fn check(states: &States) -> (String, bool) {
    each(states, |account, path| {
        let verification =
            verify(path, account.base_url.as_identity()).map_err(|error| with_sources(&error))?;
        let records = verification.records;
        if verification.problems.is_empty() {
            return Ok((format!("  {records} records, no problem found\n"), true));
        }
        let problems = verification.problems.join("\n  ");
        Ok((format!("  {problems}\n  {records} records\n"), false))
    })
}

/// Copies the state of `account`, or of the only account, to the new file `copy`, also while an exporter uses
/// it; ends early once `is_interrupted` says so. Returns what to say.
///
/// # Errors
///
/// A sentence that says why there is no copy.
pub fn back_up(
    states: &States,
    account: Option<&str>,
    copy: &Path,
    is_interrupted: &dyn Fn() -> bool,
) -> Result<String, String> {
    let account = chosen(states, account)?;
    let (name, path) = (&account.name, path_of(states, account));
    let size_bytes = backup(&path, account.base_url.as_identity(), copy, is_interrupted)
        .map_err(|error| format!("{name}: {}", with_sources(&error)))?;
    let (path, copy) = (path.display(), copy.display());
    Ok(format!(
        "{name}: copied {path} to {copy} ({size_bytes} bytes)\n"
    ))
}

/// The account whose state is meant.
fn chosen<'a>(states: &'a States, name: Option<&str>) -> Result<&'a StateOf, String> {
    let accounts = states.accounts.as_slice();
    let names: Vec<&str> = accounts.iter().map(|it| it.name.as_str()).collect();
    let names = names.join(", ");
    match (name, accounts) {
        (None, [account]) => Ok(account),
        (None, _) => Err(format!(
            "there are several accounts; choose one with --account: {names}"
        )),
        (Some(name), accounts) => {
            let found = accounts.iter().find(|account| account.name == name);
            found.ok_or_else(|| {
                format!("--account: no account is called {name}; the accounts are {names}")
            })
        }
    }
}

fn path_of(states: &States, account: &StateOf) -> std::path::PathBuf {
    state_path(&states.directory, &account.base_url.state_file_name())
}

fn each(
    states: &States,
    look: impl Fn(&StateOf, &Path) -> Result<(String, bool), String>,
) -> (String, bool) {
    let mut out = String::new();
    let mut all_well = true;
    for account in &states.accounts {
        let path = path_of(states, account);
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
        ledger,
        tickets_by_status,
        size_bytes,
        asked: _,
    } = inspection;
    let progress = &ledger.progress;
    let series = ticket_series(ledger);
    let statuses: Vec<String> = Status::ALL
        .iter()
        .zip(tickets_by_status)
        .filter(|(_, count)| **count > 0)
        .map(|(status, count)| format!("{count} {}", status.label()))
        .collect();
    let sync = if progress.initial_sync_complete {
        "complete"
    } else {
        "running"
    };
    format!(
        "  tickets        {} ({})\n  first sync     {sync}\n  data as of     {}\n  latest row     {}\n  resync         {}\n  vanished       {} tickets, {} resyncs refused\n  {}created        {}\n  series         {series} of tickets; /metrics also has those of the exporter itself\n  size           {size_bytes} bytes\n",
        progress.tickets,
        if statuses.is_empty() {
            "none".to_owned()
        } else {
            statuses.join(", ")
        },
        time(progress.data_timestamp),
        time(progress.high_water),
        describe_resync(&progress.resync),
        progress.resync.vanished,
        progress.resync.refused,
        counting_since(progress),
        time(Some(progress.created_at)),
    )
}

/// Since when events are counted, and when other settings last made counters or histograms begin at 0, if
/// they have.
fn counting_since(progress: &Progress) -> String {
    let mut lines = format!("counting since {}\n  ", time(progress.baseline));
    if let Some(restarted_at) = progress.counters_restarted_at {
        let restarted_at = time(Some(restarted_at));
        let _ = write!(
            lines,
            "counters reset {restarted_at}, by a change of settings\n  "
        );
    }
    lines
}

fn time(time: Option<UnixSeconds>) -> String {
    time.and_then(|time| jiff::Timestamp::from_second(time.0).ok())
        .map_or_else(|| "-".to_owned(), |time| time.to_string())
}

fn describe_resync(resync: &Resync) -> String {
    let Some(run) = &resync.run else {
        return match (resync.ended_at, resync.mark) {
            (None, _) => "due".to_owned(),
            (Some(_), 0) => "none yet".to_owned(),
            (ended_at, _) => format!("ended {}", time(ended_at)),
        };
    };
    match run.stage {
        Stage::Walk => format!("reading the export, up to {}", time(run.last_row)),
        Stage::Settle { from } => format!(
            "reading the end of the export again at {}",
            time(Some(from))
        ),
        Stage::Count { found, .. } => format!("counting missing tickets, {} so far", found.all),
        Stage::Sweep { swept, .. } => format!("removing missing tickets, {swept} so far"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{Run, Unseen, WithoutId};

    #[test]
    fn that_other_settings_reset_counters_is_told_if_they_did() {
        let mut progress = Progress::new(UnixSeconds(0));
        progress.baseline = Some(UnixSeconds(60));
        let since = "counting since 1970-01-01T00:01:00Z\n";
        assert_eq!(counting_since(&progress), format!("{since}  "));
        progress.counters_restarted_at = Some(UnixSeconds(3600));
        let restarted = "  counters reset 1970-01-01T01:00:00Z, by a change of settings\n  ";
        assert_eq!(counting_since(&progress), format!("{since}{restarted}"));
    }

    #[test]
    fn every_stage_of_a_resync_is_told() {
        let stages = [
            (
                Stage::Walk,
                "reading the export, up to 1970-01-01T00:00:05Z",
            ),
            (
                Stage::Settle {
                    from: UnixSeconds(60),
                },
                "reading the end of the export again at 1970-01-01T00:01:00Z",
            ),
            (
                Stage::Count {
                    after: None,
                    found: Unseen { all: 3, beyond: 1 },
                },
                "counting missing tickets, 3 so far",
            ),
            (
                Stage::Sweep {
                    before: None,
                    spared: 0,
                    swept: 2,
                },
                "removing missing tickets, 2 so far",
            ),
        ];
        for (stage, expected) in stages {
            let resync = Resync {
                run: Some(Run {
                    stage,
                    position: None,
                    first_row: None,
                    last_row: Some(UnixSeconds(5)),
                    without_id: WithoutId::default(),
                }),
                ..Resync::NONE
            };
            assert_eq!(describe_resync(&resync), expected);
        }
        let ended = |ended_at: Option<i64>, mark| Resync {
            ended_at: ended_at.map(UnixSeconds),
            mark,
            ..Resync::NONE
        };
        assert_eq!(describe_resync(&ended(None, 1)), "due");
        assert_eq!(describe_resync(&ended(Some(5), 0)), "none yet");
        let last = describe_resync(&ended(Some(5), 1));
        assert_eq!(last, "ended 1970-01-01T00:00:05Z");
    }
}
