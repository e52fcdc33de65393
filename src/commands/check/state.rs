//! What the settings mean for the state of an account: what they reset.

use std::fmt::Write as _;

use crate::config::{Account, Config};
use crate::ledger::{Counting, Resets};
use crate::store::{Inspection, StoreError, inspect, state_path};
use crate::telemetry::with_sources;

/// A line on what the settings reset, if that is something. Only reads the state.
pub(super) fn lines(config: &Config, account: &Account) -> String {
    let name = &account.name;
    let path = state_path(&config.state.directory, &account.base_url.state_file_name());
    let (inspection, unread) = match inspect(&path, account.base_url.as_identity()) {
        Ok(inspection) => (Some(inspection), None),
        Err(StoreError::Missing { .. }) => (None, None),
        Err(error) => (None, Some(error)),
    };
    let mut lines = String::new();
    if let Some(sentence) = inspection.and_then(|state| resets(&state, account)) {
        let _ = writeln!(lines, "{name}: {sentence}");
    }
    if let Some(error) = unread {
        let _ = writeln!(
            lines,
            "{name}: what these settings would reset is not known, as its state cannot be read: {}",
            with_sources(&error)
        );
    }
    lines
}

/// What the settings reset in a state, if anything.
fn resets(state: &Inspection, account: &Account) -> Option<String> {
    let counting = match state.progress.counting() {
        Counting::Since { .. } => Counting::Since {
            own_series: Some(state.own_series),
        },
        other => other,
    };
    let resets = Resets::between(&state.asked, &account.asked(), counting);
    let resync_every = account.export.resync.every;
    (!resets.is_empty()).then(|| resets.sentence(resync_every))
}
