//! Opening accounts: with what, many at the start, and what is told of their states.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tracing::{info, warn};

use super::StartError;
use crate::clock::SystemClock;
use crate::config::{Account, Config};
use crate::ledger::Resets;
use crate::metrics::ExporterMetrics;
use crate::store::{Found, Store, StoreError};
use crate::ticket::UnixSeconds;

/// What accounts are opened with.
#[derive(Clone, Debug)]
pub(super) struct Opening {
    pub(super) directory: PathBuf,
    pub(super) exporter: ExporterMetrics,
    pub(super) clock: Arc<SystemClock>,
    /// Whether page caches are kept between transactions.
    pub(super) keeps_caches: bool,
}

/// States whose page caches are kept, each up to 8 MiB: with more of them memory would grow with what
/// is on disk, and few have a page to apply at a time.
const CACHES_MAX: usize = 8;

impl Opening {
    pub(super) fn new(
        config: &Config,
        exporter: &ExporterMetrics,
        clock: &Arc<SystemClock>,
    ) -> Self {
        Self {
            directory: config.state.directory.clone(),
            exporter: exporter.clone(),
            clock: Arc::clone(clock),
            keeps_caches: config.accounts.len() <= CACHES_MAX,
        }
    }
}

/// Opens everything in `wanted` with `open`, which may wait for disks: on threads of their own, as
/// many as there are cores. Returns what was opened in the same order, or the error of the first that
/// cannot be opened; what comes after it may be left alone.
pub(super) async fn open_all<W, T>(
    wanted: Vec<W>,
    open: impl Fn(&W) -> Result<T, StartError> + Send + Sync + 'static,
) -> Result<Vec<T>, StartError>
where
    W: Send + Sync + 'static,
    T: Send + 'static,
{
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = threads.min(wanted.len());
    let (wanted, open) = (Arc::new(wanted), Arc::new(open));
    let next = Arc::new(AtomicUsize::new(0));
    let jobs: Vec<_> = (0..threads)
        .map(|_| {
            let (wanted, open, next) = (Arc::clone(&wanted), Arc::clone(&open), Arc::clone(&next));
            tokio::task::spawn_blocking(move || {
                let mut opened = Vec::new();
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(wanted) = wanted.get(index) else {
                        return opened;
                    };
                    let result = open(wanted);
                    let is_last = result.is_err();
                    opened.push((index, result));
                    if is_last {
                        // Those that began before this one come to their end, and no other begins.
                        next.fetch_max(usize::MAX / 2, Ordering::Relaxed);
                        return opened;
                    }
                }
            })
        })
        .collect();
    let mut all = Vec::new();
    for job in jobs {
        match job.await {
            Ok(opened) => all.extend(opened),
            Err(failure) => std::panic::resume_unwind(failure.into_panic()),
        }
    }
    all.sort_unstable_by_key(|(index, _)| *index);
    all.into_iter().map(|(_, result)| result).collect()
}

/// Opens the state of `account` at `path` and says what is found there. Returns what the settings have
/// reset in it; `now` is our clock.
pub(super) fn store(
    account: &Account,
    path: &Path,
    now: UnixSeconds,
) -> Result<(Store, Resets), StoreError> {
    let start_time = account.export.start_time;
    if start_time > now {
        warn!(
            account = account.name,
            start_time = start_time.0,
            "export.start_time is in the future, nothing is read until then"
        );
    }
    let identity = account.base_url.as_identity();
    let was_left = path.exists();
    let (mut store, found) = Store::open(path, identity, account.series(), now)?;
    store.aim(account.reach())?;
    let resets = store.take_resets();
    let resync_every = account.export.resync.every;
    let account = &account.name;
    let path = path.display();
    match found {
        // A start that was killed leaves an empty file, and so does a disk that lost what was written.
        Found::Nothing if was_left => warn!(
            account, %path, "the state file is empty, reading the account from the beginning"
        ),
        Found::Nothing => {
            info!(account, %path, "no state file yet, reading the account from the beginning")
        }
        Found::State => {
            let tickets = store.progress().tickets;
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
    if let Some(age_hours) = store.progress().age_hours(now) {
        warn!(
            account,
            age_hours,
            advice = STATE_OLD_ADVICE,
            "the state is hours old"
        );
    }
    Ok((store, resets))
}

/// What to know of a state that is hours old.
const STATE_OLD_ADVICE: &str = "no action needed if the exporter was stopped for this time; if you restored an older copy, the counters have fallen and increase() counts too much, see docs/upgrading.md";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::open_files::TooFewFiles;

    fn failing(number: u64) -> StartError {
        StartError::Files(TooFewFiles {
            accounts: number,
            needed: 0,
            allowed: 0,
        })
    }

    #[tokio::test]
    async fn all_are_opened_once_and_returned_in_their_order() {
        for count in [0, 1, 2, 500] {
            let opened = open_all((0..count).collect(), |number| Ok(*number)).await;
            assert_eq!(opened.expect("opens"), (0..count).collect::<Vec<u64>>());
        }
    }

    #[tokio::test]
    async fn the_first_that_cannot_be_opened_is_told() {
        for first in [0, 1, 77, 499] {
            let open = move |number: &u64| {
                if *number >= first {
                    // A later one is not to be faster.
                    std::thread::yield_now();
                    return Err(failing(*number));
                }
                Ok(*number)
            };
            let error = open_all((0..500).collect(), open).await;
            let Err(StartError::Files(told)) = error else {
                panic!("opened: {error:?}");
            };
            assert_eq!(told.accounts, first);
        }
    }
}
