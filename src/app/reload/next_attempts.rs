//! When each account that a reload changed sends its next request, as text.

use std::fmt::Write as _;
use std::time::Duration;

use crate::app::account::RunningAccount;
use crate::clock::{Clock as _, Moment, SystemClock};
use crate::reload::Receipt;
use crate::ticket::UnixSeconds;

/// How long a reload waits for all changed accounts together before it answers. It does not wait for the end
/// of each request that is under way, which can take long.
const RECEIPT_WAIT_MAX: Duration = Duration::from_secs(2);

/// How many accounts are named. A change of `defaults` can affect hundreds, and this is one line of the log.
const NAMED_MAX: usize = 20;

/// An account that is new, or has new settings.
#[derive(Debug)]
pub(super) struct ChangedAccount {
    /// Its name in the new settings.
    pub(super) name: String,
    /// Its index in the list of running accounts.
    pub(super) index: usize,
    /// When the new settings take effect.
    pub(super) effective: Effective,
}

/// When new settings of an account take effect.
#[derive(Debug)]
pub(super) enum Effective {
    /// When the poller signs this.
    WhenSigned(Receipt),
    /// With the first request of a new account, which is due at this moment of the monotonic clock.
    FromStart(Duration),
}

/// When an account sends its next request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Attempt {
    /// At this moment; `None` is immediately.
    Due(Option<UnixSeconds>),
    /// At this moment, because another changed login was tried less than a minute before.
    Login(UnixSeconds),
    /// When the request that is under way has ended.
    Busy,
}

/// Waits until the new settings are in effect, but no longer than [`RECEIPT_WAIT_MAX`]. Returns when these
/// accounts send their next requests, as in `; acme: next attempt immediately`. Empty if there are none.
pub(super) async fn described(
    changed: &[ChangedAccount],
    running: &[RunningAccount],
    clock: &SystemClock,
) -> String {
    let deadline = clock.now().monotonic + RECEIPT_WAIT_MAX;
    let mut attempts = Vec::new();
    for account in changed.iter().take(NAMED_MAX) {
        let attempt = match &account.effective {
            Effective::FromStart(at) => first_attempt(*at, clock.now()),
            Effective::WhenSigned(receipt) => {
                let is_signed = tokio::select! {
                    biased;
                    () = receipt.signed() => true,
                    () = clock.sleep_until(deadline) => false,
                };
                if is_signed {
                    next_attempt(&running[account.index], clock.now().wall())
                } else {
                    Attempt::Busy
                }
            }
        };
        attempts.push((account.name.as_str(), attempt));
    }
    let further = changed.len() - attempts.len();
    text(&attempts, further, clock.now().wall())
}

/// The next attempt of an account with new settings.
fn next_attempt(running: &RunningAccount, now: UnixSeconds) -> Attempt {
    match running.next_attempt(now) {
        Some(at) if running.waits_to_try_login() => Attempt::Login(at),
        at => Attempt::Due(at),
    }
}

/// The first attempt of a new account, which is due at `at` on the monotonic clock. That is usually now. Many
/// accounts start one after the other.
fn first_attempt(at: Duration, now: Moment) -> Attempt {
    let wait = at.saturating_sub(now.monotonic).as_secs();
    let wait = i64::try_from(wait).unwrap_or(i64::MAX);
    Attempt::Due((wait > 0).then(|| now.wall().plus(wait)))
}

/// The text about these attempts and `further` accounts that are not named.
fn text(attempts: &[(&str, Attempt)], further: usize, now: UnixSeconds) -> String {
    let mut out = String::new();
    for (name, attempt) in attempts {
        let written = match attempt {
            Attempt::Due(Some(at)) | Attempt::Login(at) => {
                let moment = at.in_utc().unwrap_or_else(|| at.0.to_string());
                let seconds = at.since(now).max(0);
                let why = match attempt {
                    Attempt::Login(_) => " (a changed login is tried once a minute)",
                    _ => "",
                };
                write!(out, "; {name}: next attempt {moment}, in {seconds} s{why}")
            }
            Attempt::Due(None) => write!(out, "; {name}: next attempt immediately"),
            Attempt::Busy => write!(
                out,
                "; {name}: next attempt with these settings after the current request"
            ),
        };
        written.expect("a String takes everything");
    }
    if further > 0 {
        write!(out, "; {further} more accounts").expect("a String takes everything");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_account_sends_its_request_at_once_unless_many_come_before_it() {
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
            let told = text(attempts, further, UnixSeconds(1_000_000));
            assert_eq!(told, expected);
        }
    }
}
