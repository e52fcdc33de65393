//! `state`, `state verify` and `state backup`: show, check and copy states without changing them, and without
//! credentials.

mod progress_text;

use std::fmt::Write as _;
use std::path::Path;

use crate::config::{StateOf, States};
use crate::error_chain::with_sources;
use crate::metrics::ticket_series;
use crate::state::sqlite::{Sqlite, backup, verify};
use crate::state::{Inspection, inspect};
use crate::ticket::{Status, UnixSeconds};
use progress_text::{counting_since, how_far};

/// Describes the state of each account. Returns the text, and whether every state could be read.
pub fn show(states: &States) -> (String, bool) {
    each(states, |account, path| {
        let inspection = inspect(
            &mut Sqlite::for_reading(path),
            account.base_url.as_identity(),
        );
        inspection
            .map(|inspection| (describe(&inspection), true))
            .map_err(|error| with_sources(&error))
    })
}

/// Recounts the gauges of each state from its records. Returns the text, and whether all agree.
pub fn verify_all(states: &States) -> (String, bool) {
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

/// Copies the state of `account`, or of the only account, to the new file `copy`. An exporter can use the state
/// meanwhile. Ends early if `is_interrupted` becomes true. Returns the text for the user.
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

/// The account called `name`, or the only one.
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
    states.directory.join(account.base_url.state_file_name())
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
    format!(
        "  tickets        {} ({})\n{}  vanished       {} tickets, {} resyncs refused\n  {}created        {}\n  series         {series} of tickets; /metrics also has those of the exporter itself\n  size           {size_bytes} bytes\n",
        progress.tickets,
        if statuses.is_empty() {
            "none".to_owned()
        } else {
            statuses.join(", ")
        },
        how_far(progress),
        progress.resync.vanished(),
        progress.resync.refused(),
        counting_since(progress),
        UnixSeconds::in_rfc_3339(Some(progress.created_at)),
    )
}
