//! When the export is requested while the list is the truth: tries of an export that Zendesk refuses, and the walk
//! through an export beside the list.
//!
//! Example: a try at 12:00 gets a 403, so the next one goes out at 12:00 of the next day. That one gets a page, and half
//! a minute later a 503: the third request goes out 1 to 2 s after that.

use std::time::Duration;

use super::Schedule;
use super::page_size::Blame;
use super::request_end::Ended;
use super::shorter_waits::{Because, Hold};
use crate::clock::Moment;
use crate::ledger::Walk;
use crate::source::ApiError;

/// How often an export is tried that Zendesk refuses.
pub(super) const EXPORT_TRIED_EVERY: Duration = Duration::from_secs(24 * 3600);

/// Requests per minute of an export that is walked beside the list, if resyncs are off.
const BESIDE_PER_MINUTE: u32 = 2;

impl Schedule {
    /// The refused export is tried now.
    pub const fn try_export(&mut self, now: Moment) {
        self.poll_at = now.monotonic;
    }

    /// The setting never asks for an export.
    pub const fn never_try_export(&mut self) {
        self.poll_at = Duration::MAX;
    }

    /// Requests per minute of an export that is walked beside the list.
    pub fn beside_requests_per_minute(&self) -> u32 {
        let resync = self.pacing.resync;
        resync.map_or(BESIDE_PER_MINUTE, |resync| resync.requests_per_minute)
    }

    /// A request to an export ended while the list is the truth.
    ///
    /// Only a refusal lasts. All else is repeated as a resync repeats it, because an account has a thousand pages, and
    /// a day for each page that fails would keep the export from ever being read to its end.
    pub(super) fn on_try_ended(&mut self, ended: &Ended<'_>, now: Moment) {
        match ended {
            Ended::Page { .. } => {
                self.page_sizes.on_page(Walk::Main);
                self.end_tries_failing();
                self.go_on_beside(now);
            }
            Ended::PageThatWaited { .. } => self.go_on_beside(now),
            Ended::Kept => self.end_tries_failing(),
            // Asked again at once: with a new token, from where the walk can start over, or on a fresh connection.
            Ended::Failed(
                ApiError::TokenExpired | ApiError::CursorLost | ApiError::ConnectionLost(_),
            )
            | Ended::NoToken(ApiError::ConnectionLost(_)) => {}
            Ended::Failed(error) if error.is_refusal() => {
                self.tries.reset();
                self.poll_at = now.monotonic + EXPORT_TRIED_EVERY;
            }
            Ended::Failed(error) => {
                self.page_sizes
                    .on_failure(Walk::Main, Blame::from_error(error));
                self.on_try_failed(error, now);
            }
            Ended::NoToken(error) => self.on_try_failed(error, now),
            Ended::Unusable | Ended::NoProgress | Ended::GivenUp => {
                let delay = self.tries.next_delay();
                self.hold(Hold::until(now.monotonic + delay, Because::Backoff));
            }
        }
    }

    fn go_on_beside(&mut self, now: Moment) {
        let apart = Duration::from_secs(60) / self.beside_requests_per_minute().max(1);
        self.poll_at = now.monotonic + apart;
    }

    /// The export answers, so what failed before has passed.
    fn end_tries_failing(&mut self) {
        self.tries.reset();
        self.not_before = None;
    }

    fn on_try_failed(&mut self, error: &ApiError, now: Moment) {
        let wait = self.tries.wait_after(error, self.took);
        self.hold(Hold::after(wait, Because::from_error(error), now.monotonic));
    }
}
