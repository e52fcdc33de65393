//! What the settings mean for the state of an account: how many series they make, and what they reset.

use std::fmt::Write as _;

use super::series::series;
use crate::config::{Account, Config};
use crate::error_chain::with_sources;
use crate::ledger::{Counting, Ledger, Resets};
use crate::store::{Inspection, StoreError, inspect, state_path};

/// A line on the series, and one on what the settings reset, if that is something. Only reads the state.
pub(super) fn lines(config: &Config, account: &Account) -> String {
    let name = &account.name;
    let path = state_path(&config.state.directory, &account.base_url.state_file_name());
    let mut unclaimed = Vec::new();
    let (inspection, unread) = match inspect(&path, account.base_url.as_identity()) {
        Ok(inspection) => (Some(inspection), None),
        Err(StoreError::Missing { .. }) => {
            unclaimed = unclaimed_states(config);
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
    if let Some(sentence) = address_told(account, &unclaimed) {
        let _ = writeln!(lines, "{name}: {sentence}");
    }
    lines
}

/// State files that belong to no account of the settings, by name.
fn unclaimed_states(config: &Config) -> Vec<String> {
    let claimed = |name: &str| {
        let mut accounts = config.accounts.iter();
        accounts.any(|account| account.base_url.state_file_name() == name)
    };
    // Without a directory there are none; `serve` tells what is wrong with it.
    let entries = std::fs::read_dir(&config.state.directory).into_iter();
    let names = entries.flatten().flatten().map(|entry| entry.file_name());
    let mut names: Vec<String> = names
        .filter_map(|name| name.into_string().ok())
        .filter(|name| name.ends_with(".sqlite") && !claimed(name))
        .collect();
    names.sort();
    names
}

/// What begins anew because there is no state of an account's address, where there are states of others
/// that the account may have had before.
fn address_told(account: &Account, unclaimed: &[String]) -> Option<String> {
    let first = unclaimed.first()?;
    let others = match unclaimed.len() - 1 {
        0 => String::new(),
        further => format!(" and {further} more"),
    };
    Some(format!(
        "there is no state of {} yet, so its counters begin at 0; if the address of the account changed, its old state is not used ({first}{others})",
        account.base_url.as_identity()
    ))
}

/// What the settings reset in a state, if anything.
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
