//! Whether the pollers do what they said they would.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;

/// How far past its own deadline a poller must be to count as hung.
pub const OVERDUE: Duration = Duration::from_secs(300);

/// The health of one account's poller: its deadline on the monotonic clock.
#[derive(Debug)]
pub struct PollerHealth {
    account: ArcSwap<String>,
    /// Milliseconds; [`STOPPED`] once the poller has ended on purpose.
    deadline_ms: AtomicU64,
}

/// The deadline of a poller that ended on purpose: it never passes.
const STOPPED: u64 = u64::MAX;

/// The deadline of a poller that ended without meaning to: it has always passed.
const DIED: u64 = 0;

impl PollerHealth {
    /// A poller of `account` that must show up by `deadline`.
    pub fn new(account: &str, deadline: Duration) -> Self {
        let health = Self {
            account: ArcSwap::from_pointee(account.to_owned()),
            deadline_ms: AtomicU64::new(STOPPED),
        };
        health.expect_by(deadline);
        health
    }

    /// Name of the account.
    pub fn account(&self) -> Arc<String> {
        self.account.load_full()
    }

    /// The account has another name.
    pub fn rename(&self, account: &str) {
        self.account.store(Arc::new(account.to_owned()));
    }

    /// The poller will be back by then.
    pub fn expect_by(&self, deadline: Duration) {
        let deadline = u64::try_from((deadline + OVERDUE).as_millis()).unwrap_or(STOPPED);
        self.deadline_ms
            .store(deadline.max(DIED + 1), Ordering::Relaxed);
    }

    /// The poller ended on purpose: at shutdown, or because the account's state is damaged, which
    /// restarting the program would not mend and other accounts must not suffer from.
    pub fn stopped(&self) {
        self.deadline_ms.store(STOPPED, Ordering::Relaxed);
    }

    /// The poller's task ended without meaning to.
    pub fn died(&self) {
        self.deadline_ms.store(DIED, Ordering::Relaxed);
    }

    /// Whether the poller has ended, on purpose or not.
    pub fn has_ended(&self) -> bool {
        matches!(self.deadline_ms.load(Ordering::Relaxed), STOPPED | DIED)
    }

    /// What is wrong at `now`, as a sentence.
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

/// The health of all accounts. Clones are the same.
#[derive(Clone, Debug, Default)]
pub struct AllHealth(Arc<ArcSwap<Vec<Arc<PollerHealth>>>>);

impl AllHealth {
    /// From now on these pollers count.
    pub fn watch(&self, pollers: Vec<Arc<PollerHealth>>) {
        self.0.store(Arc::new(pollers));
    }

    /// What is wrong at `now`, one sentence per poller.
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
    fn a_poller_is_hung_five_minutes_after_its_deadline() {
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
    fn a_poller_that_stopped_on_purpose_is_well_and_one_that_died_is_not() {
        let health = PollerHealth::new("acme", Duration::ZERO);
        health.stopped();
        assert_eq!(health.problem(Duration::MAX), None);
        health.died();
        assert!(health.problem(Duration::ZERO).is_some());
    }
}
