//! The lines of `check` about the state of an account: how many series it has, and what changed settings would
//! reset.

use std::fmt::Write as _;

use super::series_estimate::series;
use crate::config::{Account, Config};
use crate::error_chain::with_sources;
use crate::ledger::{Counting, Ledger, Resets};
use crate::state::sqlite::Sqlite;
use crate::state::{Cause, Inspection, inspect};

/// A line about the series, and one about what the settings would reset, if that is something. Reads the state
/// and changes nothing.
pub(super) fn lines(config: &Config, account: &Account) -> String {
    let name = &account.name;
    let path = config
        .state
        .directory
        .join(account.base_url.state_file_name());
    let mut file = Sqlite::for_reading(&path);
    let mut unused = Vec::new();
    let (inspection, unread) = match inspect(&mut file, account.base_url.as_identity()) {
        Ok(inspection) => (Some(inspection), None),
        Err(error) if error.cause == Cause::Missing => {
            unused = unused_states(config);
            (None, None)
        }
        Err(error) => (None, Some(error)),
    };
    let ledger = inspection.as_ref().map(|state| &state.ledger);
    let read = ledger.filter(|ledger| ledger.progress.initial_sync_complete);
    let mut lines = format!("{name}: {}\n", series(read, &account.series()));
    if let Some(sentence) = inspection.and_then(|state| resets(&state, account)) {
        let _ = writeln!(lines, "{name}: {sentence}");
    }
    if let Some(error) = unread {
        let _ = writeln!(
            lines,
            "{name}: cannot tell what these settings would reset, because the state cannot be read: {}",
            with_sources(&error)
        );
    }
    if let Some(sentence) = without_state(account, &unused) {
        let _ = writeln!(lines, "{name}: {sentence}");
    }
    lines
}

/// The names of state files that belong to no account of the settings.
fn unused_states(config: &Config) -> Vec<String> {
    let is_used = |name: &str| {
        let mut accounts = config.accounts.iter();
        accounts.any(|account| account.base_url.state_file_name() == name)
    };
    // Without a directory there are none. `serve` reports what is wrong with it.
    let entries = std::fs::read_dir(&config.state.directory).into_iter();
    let names = entries.flatten().flatten().map(|entry| entry.file_name());
    let mut names: Vec<String> = names
        .filter_map(|name| name.into_string().ok())
        .filter(|name| name.ends_with(".sqlite") && !is_used(name))
        .collect();
    names.sort();
    names
}

/// That the counters start at 0 because the account's address has no state. Said only if there are `unused`
/// states, because one of them can be the account's state under an earlier address.
fn without_state(account: &Account, unused: &[String]) -> Option<String> {
    let first = unused.first()?;
    let others = match unused.len() - 1 {
        0 => String::new(),
        further => format!(" and {further} more"),
    };
    Some(format!(
        "there is no state of {} yet, so its counters begin at 0; if the address of the account changed, its old state is not used ({first}{others})",
        account.base_url.as_identity()
    ))
}

/// What the settings would reset in a state, if anything.
fn resets(state: &Inspection, account: &Account) -> Option<String> {
    let Ledger {
        aggregates,
        progress,
        ..
    } = &state.ledger;
    let counting = match progress.counting(aggregates.business_hours_differ()) {
        Counting::Since {
            business_hours_differ,
            ..
        } => Counting::Since {
            open_series: Some(aggregates.open_series()),
            business_hours_differ,
        },
        other => other,
    };
    let resets = Resets::between(&state.asked, &account.asked(), counting);
    let resync_every = account.export.resync.every;
    (!resets.is_empty()).then(|| resets.sentence(resync_every))
}
