//! How many files the process can open, and for how many accounts and connections they are enough.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tracing::debug;

/// The open files of one account: the state, its write-ahead log, index and lock, and two connections to
/// Zendesk, one for the export and one for the lookups.
const FILES_PER_ACCOUNT: u64 = 6;

/// The open files of the process: listeners, log, signals, events, the resolver, and settings that are read
/// again.
const FILES_OF_PROCESS: u64 = 32;

/// The most connections of clients, however many files the system allows.
const CONNECTIONS_MAX: usize = 512;

/// The fewest connections of clients with which the program starts: for a few Prometheus and a user.
const CONNECTIONS_MIN: usize = 8;

/// How many connections can be in the process of being closed.
pub(crate) const CONNECTIONS_CLOSING_MAX: usize = 8;

/// The limit of open files is too low for the accounts.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the exporter needs {needed} open files ({FILES_PER_ACCOUNT} for each account, accounts: {accounts}; {} for the process and its clients), but the system allows {allowed}; raise the hard limit (systemd: LimitNOFILE=, docker: --ulimit nofile=, shell: ulimit -Hn), or read fewer accounts in one process",
    self.needed - FILES_PER_ACCOUNT * self.accounts
)]
pub struct TooFewFiles {
    /// How many accounts the settings have.
    pub accounts: u64,
    /// How many files the process needs for them in total.
    pub needed: u64,
    /// How many files the process can open.
    pub allowed: u64,
}

/// Raises the soft limit of open files to the hard one, as programs in Go do. The soft one is low only for
/// programs that use `select`, and this one does not. Returns the new limit; `None` if there is none.
pub fn raise_limit() -> Option<u64> {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: maximum,
        maximum,
    };
    if current != maximum
        && let Err(error) = setrlimit(Resource::Nofile, raised)
    {
        debug!(%error, "cannot raise the limit of open files");
    }
    getrlimit(Resource::Nofile).current
}

/// How many connections of clients can be open beside this many accounts. For example, 150 accounts and a limit
/// of 1,024 files leave 84 connections.
///
/// # Errors
///
/// [`TooFewFiles`] if the files are not enough for the accounts and `CONNECTIONS_MIN` connections.
pub fn connections_beside(accounts: usize, allowed: Option<u64>) -> Result<usize, TooFewFiles> {
    room_for(accounts, CONNECTIONS_MIN, allowed)?;
    let Some(allowed) = allowed else {
        return Ok(CONNECTIONS_MAX);
    };
    let left = allowed - files_for(accounts, 0);
    Ok(usize::try_from(left).map_or(CONNECTIONS_MAX, |left| left.min(CONNECTIONS_MAX)))
}

/// Checks that the files are enough for this many accounts and connections.
///
/// # Errors
///
/// [`TooFewFiles`] if they are not.
pub fn room_for(
    accounts: usize,
    connections: usize,
    allowed: Option<u64>,
) -> Result<(), TooFewFiles> {
    let needed = files_for(accounts, connections);
    match allowed {
        Some(allowed) if allowed < needed => Err(TooFewFiles {
            accounts: accounts as u64,
            needed,
            allowed,
        }),
        _ => Ok(()),
    }
}

/// How many files this many accounts and connections need.
const fn files_for(accounts: usize, connections: usize) -> u64 {
    let connections = connections + CONNECTIONS_CLOSING_MAX;
    FILES_OF_PROCESS + FILES_PER_ACCOUNT * accounts as u64 + connections as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_get_what_the_accounts_leave_up_to_a_bound() {
        let table = [
            (1, None, Ok(512)),
            (1, Some(1024), Ok(512)),
            (1, Some(566), Ok(512)),
            (1, Some(558), Ok(512)),
            (1, Some(557), Ok(511)),
            (1, Some(54), Ok(8)),
            (1, Some(53), Err(54)),
            (1, Some(0), Err(54)),
            (150, Some(1024), Ok(84)),
            (260, Some(1024), Err(1608)),
            (260, Some(4096), Ok(512)),
            (100_000, Some(524_288), Err(600_048)),
        ];
        for (accounts, allowed, expected) in table {
            let room = connections_beside(accounts, allowed);
            let room = room.map_err(|error| error.needed);
            assert_eq!(room, expected, "{accounts} accounts, {allowed:?} files");
        }
    }

    #[test]
    fn a_reload_finds_room_for_new_accounts_beside_the_connections_there_may_be() {
        assert_eq!(room_for(78, 512, Some(1024)), Ok(()));
        let error = room_for(79, 512, Some(1024)).expect_err("too many");
        assert_eq!(error.needed, 1026);
        assert_eq!(room_for(79, 512, None), Ok(()));
    }

    #[test]
    fn the_sentence_says_how_many_are_needed_and_where_to_raise_the_limit() {
        let error = connections_beside(260, Some(1024)).expect_err("too few");
        assert_eq!(
            error.to_string(),
            "the exporter needs 1608 open files (6 for each account, accounts: 260; 48 for the process and its clients), but the system allows 1024; raise the hard limit (systemd: LimitNOFILE=, docker: --ulimit nofile=, shell: ulimit -Hn), or read fewer accounts in one process"
        );
    }
}
