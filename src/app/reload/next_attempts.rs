//! What a reload says of the accounts that it changed: when each is asked next.

use std::fmt::Write as _;
use std::time::Duration;

use crate::app::account::Running;
use crate::clock::{Clock as _, Moment, SystemClock};
use crate::reload::Receipt;
use crate::ticket::UnixSeconds;

/// How long a reload waits for the changed accounts, all of them together, before it answers. A request
/// that is under way takes as long as it takes.
const RECEIPT_WAIT_MAX: Duration = Duration::from_secs(2);

/// Accounts that are named. `defaults` can change hundreds at once, and this is one line of the log.
const NAMED_MAX: usize = 20;

/// An account that is new, or has new settings.
#[derive(Debug)]
pub(super) struct Changed {
    /// Its name in these settings.
    pub(super) name: String,
    /// Its index among the running ones.
    pub(super) running: usize,
    /// When its settings hold.
    pub(super) holds: Holds,
}

/// When new settings of an account hold.
#[derive(Debug)]
pub(super) enum Holds {
    /// Once this is signed.
    Once(Receipt),
    /// From the account's first request on, due at this moment of the monotonic clock.
    From(Duration),
}

/// When an account is asked next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Attempt {
    /// At this moment, or now.
    Due(Option<UnixSeconds>),
    /// At this moment, as another login was tried a short time before.
    Login(UnixSeconds),
    /// As soon as what is under way has ended.
    Busy,
}

/// Waits until the new settings hold, or for some time, and says when these accounts are asked next;
/// begins with `; `, empty without any.
pub(super) async fn words(changed: &[Changed], running: &[Running], clock: &SystemClock) -> String {
    let deadline = clock.now().monotonic + RECEIPT_WAIT_MAX;
    let mut attempts = Vec::new();
    for account in changed.iter().take(NAMED_MAX) {
        let attempt = match &account.holds {
            Holds::From(at) => first_attempt(*at, clock.now()),
            Holds::Once(receipt) => {
                let holds = tokio::select! {
                    biased;
                    () = receipt.signed() => true,
                    () = clock.sleep_until(deadline) => false,
                };
                if holds {
                    next_attempt(&running[account.running], clock.now().wall())
                } else {
                    Attempt::Busy
                }
            }
        };
        attempts.push((account.name.as_str(), attempt));
    }
    let further = changed.len() - attempts.len();
    sentence(&attempts, further, clock.now().wall())
}

/// When an account with new settings is asked next.
fn next_attempt(running: &Running, now: UnixSeconds) -> Attempt {
    match running.next_attempt(now) {
        Some(at) if running.waits_to_try_login() => Attempt::Login(at),
        at => Attempt::Due(at),
    }
}

/// When a new account is asked first, at `at` on the monotonic clock. Nearly always that is now: many
/// accounts begin one after the other.
fn first_attempt(at: Duration, now: Moment) -> Attempt {
    let wait = at.saturating_sub(now.monotonic).as_secs();
    let wait = i64::try_from(wait).unwrap_or(i64::MAX);
    Attempt::Due((wait > 0).then(|| now.wall().plus(wait)))
}

fn sentence(attempts: &[(&str, Attempt)], further: usize, now: UnixSeconds) -> String {
    let mut words = String::new();
    for (name, attempt) in attempts {
        let written = match attempt {
            Attempt::Due(Some(at)) | Attempt::Login(at) => {
                let moment = at.in_utc().unwrap_or_else(|| at.0.to_string());
                let seconds = at.since(now).max(0);
                let why = match attempt {
                    Attempt::Login(_) => " (a changed login is tried once a minute)",
                    _ => "",
                };
                write!(
                    words,
                    "; {name}: next attempt {moment}, in {seconds} s{why}"
                )
            }
            Attempt::Due(None) => write!(words, "; {name}: next attempt immediately"),
            Attempt::Busy => write!(
                words,
                "; {name}: next attempt with these settings after the current request"
            ),
        };
        written.expect("a String takes everything");
    }
    if further > 0 {
        write!(words, "; {further} more accounts").expect("a String takes everything");
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_account_is_asked_at_once_unless_many_come_before_it() {
        let now = Moment {
            wall_ms: 1_000_000_000,
            monotonic: Duration::from_secs(50),
        };
        let table = [(0, None), (50, None), (57, Some(UnixSeconds(1_000_007)))];
        for (at, expected) in table {
            let attempt = first_attempt(Duration::from_secs(at), now);
            assert_eq!(attempt, Attempt::Due(expected), "{at}");
        }
    }

    #[test]
    fn each_account_is_named_with_its_next_attempt_and_many_are_counted() {
        let at = |seconds: i64| Attempt::Due(Some(UnixSeconds(1_000_000 + seconds)));
        type Case<'a> = (&'a [(&'a str, Attempt)], usize, &'a str);
        let table: [Case<'_>; 6] = [
            (&[], 0, ""),
            (
                &[("acme", at(42))],
                0,
                "; acme: next attempt 1970-01-12 13:47:22 UTC, in 42 s",
            ),
            (
                &[("acme", Attempt::Due(None)), ("zeta", at(300))],
                0,
                "; acme: next attempt immediately; zeta: next attempt 1970-01-12 13:51:40 UTC, in 300 s",
            ),
            (
                &[("acme", Attempt::Login(UnixSeconds(1_000_057)))],
                0,
                "; acme: next attempt 1970-01-12 13:47:37 UTC, in 57 s (a changed login is tried once a minute)",
            ),
            (
                &[("acme", Attempt::Busy)],
                180,
                "; acme: next attempt with these settings after the current request; 180 more accounts",
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
