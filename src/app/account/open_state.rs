//! Opening the state of an account, and what the log says of it.

use std::path::Path;

use tracing::{info, warn};

use crate::config::Account;
use crate::ledger::Resets;
use crate::state::sqlite::Sqlite;
use crate::state::{Opened, State, StateError};
use crate::ticket::UnixSeconds;
use crate::walk::Choice;

/// Opens the state of `account` at `path`, and logs what is there. Returns also what the settings have reset
/// in it. `now` is the time of the machine's clock.
pub(in crate::app) fn open_state(
    account: &Account,
    path: &Path,
    keeps_cache: bool,
    now: UnixSeconds,
) -> Result<(State, Resets), StateError> {
    let start_time = account.export.start_time;
    if start_time > now {
        warn!(
            account = account.name,
            start_time = start_time.0,
            "export.start_time is in the future, nothing is read until then"
        );
    }
    let identity = account.base_url.as_identity();
    // Asked first, because opening makes the file.
    let file_existed = path.exists();
    let file = Sqlite::open(path)?.keeping_cache(keeps_cache);
    let (mut state, opened) = State::open(file, identity, account.series(), now)?;
    state.set_ticket_scope(account.ticket_scope())?;
    let truth = state.progress().truth;
    state.set_truth(Choice::new(account.export.source).truth(truth))?;
    let resets = state.take_resets();
    let resync_every = account.export.resync.every;
    let account = &account.name;
    let path = path.display();
    match opened {
        // A start that was killed leaves an empty file. A disk that lost its data can leave one too.
        Opened::Created if file_existed => warn!(
            account, %path, "the state file is empty, reading the account from the beginning"
        ),
        Opened::Created => {
            info!(account, %path, "no state file yet, reading the account from the beginning")
        }
        Opened::Existing => {
            let tickets = state.progress().tickets;
            info!(account, %path, tickets, "continuing from the state file");
        }
    }
    if !resets.is_empty() {
        let effect = resets.sentence(resync_every);
        info!(
            account,
            effect, "the settings differ from those of the last run"
        );
    }
    if let Some(age_hours) = state.progress().age_hours(now) {
        warn!(
            account,
            age_hours,
            advice = STATE_OLD_ADVICE,
            "the state is hours old"
        );
    }
    Ok((state, resets))
}

/// What the user must know about a state that is hours old.
const STATE_OLD_ADVICE: &str = "no action needed if the exporter was stopped for this time; if you restored an older copy, the counters have fallen and increase() counts too much, see docs/upgrading.md";
