//! Opening all accounts at the start, several at a time.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::start_error::StartError;
use crate::clock::SystemClock;
use crate::config::Config;
use crate::metrics::ExporterMetrics;

/// What all accounts have in common when they are opened.
#[derive(Clone, Debug)]
pub(super) struct AccountContext {
    pub(super) directory: PathBuf,
    pub(super) exporter: ExporterMetrics,
    pub(super) clock: Arc<SystemClock>,
    /// Whether SQLite keeps its page caches between transactions.
    pub(super) keeps_caches: bool,
}

/// Up to this many accounts, their states keep their page caches, of up to 8 MiB each. With more accounts the
/// memory would grow with the states, although few of them apply a page at the same time.
const CACHES_MAX: usize = 8;

impl AccountContext {
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

/// Calls `open` with each of `wanted`, on as many threads for blocking work as there are cores. Returns the
/// results in the order of `wanted`, or the error of the first that cannot be opened. Those after it may
/// not be opened at all.
///
/// For example, if the third and the fourth of five cannot be opened, the error is that of the third.
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
                        // The other threads finish what they have begun, and begin nothing else.
                        // Half of the range, because other threads still add 1 to it.
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
            // Nobody cancels these jobs, so it has panicked.
            Err(failure) => std::panic::resume_unwind(failure.into_panic()),
        }
    }
    all.sort_unstable_by_key(|(index, _)| *index);
    all.into_iter().map(|(_, result)| result).collect()
}

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
