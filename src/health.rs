//! Whether the pollers keep the deadlines that they set themselves.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;

/// How far past its own deadline a poller must be to count as hanging.
pub const OVERDUE: Duration = Duration::from_secs(300);

/// The health of one account's poller: its deadline on the monotonic clock.
#[derive(Debug)]
pub struct PollerHealth {
    account: ArcSwap<String>,
    /// In milliseconds; or [`STOPPED`] or [`DIED`].
    deadline_ms: AtomicU64,
}

/// The deadline of a poller that ended intentionally: it never passes.
const STOPPED: u64 = u64::MAX;

/// The deadline of a poller that crashed: it has always passed.
const DIED: u64 = 0;

impl PollerHealth {
    /// The health of a poller of `account` whose first deadline this is.
    pub fn new(account: &str, deadline: Duration) -> Self {
        let health = Self {
            account: ArcSwap::from_pointee(account.to_owned()),
            deadline_ms: AtomicU64::new(STOPPED),
        };
        health.expect_by(deadline);
        health
    }

    /// The name of the account.
    pub fn account(&self) -> Arc<String> {
        self.account.load_full()
    }

    /// Changes the name of the account.
    pub fn rename(&self, account: &str) {
        self.account.store(Arc::new(account.to_owned()));
    }

    /// Sets the next deadline of the poller.
    pub fn expect_by(&self, deadline: Duration) {
        let deadline = u64::try_from((deadline + OVERDUE).as_millis()).unwrap_or(STOPPED);
        self.deadline_ms
            .store(deadline.max(DIED + 1), Ordering::Relaxed);
    }

    /// The poller ended intentionally: at shutdown, or because the account's state is damaged. A restart of the
    /// program would not repair the state, and would stop the other accounts.
    pub fn stopped(&self) {
        self.deadline_ms.store(STOPPED, Ordering::Relaxed);
    }

    /// The poller's task crashed.
    pub fn died(&self) {
        self.deadline_ms.store(DIED, Ordering::Relaxed);
    }

    /// Whether the poller has ended, intentionally or not.
    pub fn has_ended(&self) -> bool {
        matches!(self.deadline_ms.load(Ordering::Relaxed), STOPPED | DIED)
    }

    /// What is wrong with the poller at `now`, as a sentence.
    pub fn problem(&self, now: Duration) -> Option<String> {
        let account = self.account.load();
        match self.deadline_ms.load(Ordering::Relaxed) {
            STOPPED => None,
            DIED => Some(format!("the poller of {account} has crashed")),
            deadline if u128::from(deadline) < now.as_millis() => Some(format!(
                "the poller of {account} is more than {} s behind its own deadline",
                OVERDUE.as_secs()
            )),
            _ => None,
        }
    }
}

/// The health of all accounts. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct AllHealth(Arc<ArcSwap<Vec<Arc<PollerHealth>>>>);

impl AllHealth {
    /// From now on reports these pollers and no others.
    pub fn watch(&self, pollers: Vec<Arc<PollerHealth>>) {
        self.0.store(Arc::new(pollers));
    }

    /// What is wrong at `now`, a sentence for each poller with a problem.
    pub fn problems(&self, now: Duration) -> Vec<String> {
        let pollers = self.0.load();
        pollers
            .iter()
            .filter_map(|health| health.problem(now))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_poller_hangs_five_minutes_after_its_deadline() {
        let health = PollerHealth::new("acme", Duration::from_secs(100));
        assert_eq!(health.problem(Duration::from_secs(400)), None);
        let problem = health.problem(Duration::from_secs(401));
        assert_eq!(
            problem.as_deref(),
            Some("the poller of acme is more than 300 s behind its own deadline")
        );
        health.expect_by(Duration::from_secs(401));
        assert_eq!(health.problem(Duration::from_secs(401)), None);
    }

    #[test]
    fn a_poller_that_stopped_intentionally_is_healthy_and_one_that_crashed_is_not() {
        let health = PollerHealth::new("acme", Duration::ZERO);
        health.stopped();
        assert_eq!(health.problem(Duration::MAX), None);
        health.died();
        assert!(health.problem(Duration::ZERO).is_some());
    }
}
