//! What a reload says of the accounts that it changed: when each is asked next.

use std::fmt::Write as _;
use std::time::Duration;

use super::account::Running;
use crate::clock::{Clock as _, SystemClock};
use crate::reload::Receipt;
use crate::ticket::UnixSeconds;

/// How long a reload waits for the changed accounts, all of them together, before it answers. A request
/// that is under way takes as long as it takes.
const RECEIPT_WAIT_MAX: Duration = Duration::from_secs(2);

/// Accounts that are named. `defaults` can change hundreds at once, and this is one line of the log.
const NAMED_MAX: usize = 20;

/// An account with new settings.
#[derive(Debug)]
pub(super) struct Changed {
    /// Its name in these settings.
    pub(super) name: String,
    /// The address of its API.
    pub(super) identity: String,
    /// Signed once they hold.
    pub(super) receipt: Receipt,
}

/// When an account is asked next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Attempt {
    /// At this moment, or now.
    Due(Option<UnixSeconds>),
    /// As soon as what is under way has ended.
    Busy,
}

/// Waits until the new settings hold, or for some time, and says when these accounts are asked next;
/// begins with `; `, empty without any.
pub(super) async fn words(changed: &[Changed], running: &[Running], clock: &SystemClock) -> String {
    let deadline = clock.now().monotonic + RECEIPT_WAIT_MAX;
    let mut attempts = Vec::new();
    for account in changed.iter().take(NAMED_MAX) {
        let holds = tokio::select! {
            biased;
            () = account.receipt.signed() => true,
            () = clock.sleep_until(deadline) => false,
        };
        let now = clock.now().wall();
        let is_it = |running: &&Running| running.identity() == account.identity;
        let attempt = match running.iter().find(is_it).filter(|_| holds) {
            Some(running) => Attempt::Due(running.next_attempt(now)),
            None => Attempt::Busy,
        };
        attempts.push((account.name.as_str(), attempt));
    }
    let further = changed.len() - attempts.len();
    sentence(&attempts, further, clock.now().wall())
}

fn sentence(attempts: &[(&str, Attempt)], further: usize, now: UnixSeconds) -> String {
    let mut words = String::new();
    for (name, attempt) in attempts {
        let written = match attempt {
            Attempt::Due(Some(at)) => {
                let moment = at.in_utc().unwrap_or_else(|| at.0.to_string());
                let seconds = at.since(now).max(0);
                write!(words, "; {name}: next attempt {moment}, in {seconds} s")
            }
            Attempt::Due(None) => write!(words, "; {name}: next attempt at once"),
            Attempt::Busy => write!(
                words,
                "; {name}: next attempt with these settings once the request under way has ended"
            ),
        };
        written.expect("a String takes everything");
    }
    if further > 0 {
        write!(words, "; and {further} further accounts").expect("a String takes everything");
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_account_is_named_with_its_next_attempt_and_many_are_counted() {
        let at = |seconds: i64| Attempt::Due(Some(UnixSeconds(1_000_000 + seconds)));
        type Case<'a> = (&'a [(&'a str, Attempt)], usize, &'a str);
        let table: [Case<'_>; 5] = [
            (&[], 0, ""),
            (
                &[("acme", at(42))],
                0,
                "; acme: next attempt 1970-01-12 13:47:22 UTC, in 42 s",
            ),
            (
                &[("acme", Attempt::Due(None)), ("zeta", at(300))],
                0,
                "; acme: next attempt at once; zeta: next attempt 1970-01-12 13:51:40 UTC, in 300 s",
            ),
            (
                &[("acme", Attempt::Busy)],
                180,
                "; acme: next attempt with these settings once the request under way has ended; and 180 further accounts",
            ),
            (
                &[("acme", Attempt::Due(Some(UnixSeconds(i64::MAX))))],
                0,
                "; acme: next attempt 9223372036854775807, in 9223372036853775807 s",
            ),
        ];
        for (attempts, further, expected) in table {
            let words = sentence(attempts, further, UnixSeconds(1_000_000));
            assert_eq!(words, expected);
        }
    }
}
