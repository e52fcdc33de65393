//! When one walk of the lists may ask, apart from what holds all of them back.

use std::time::Duration;

use super::backoff::Backoff;
use super::pacing::Pacing;
use super::request_end::Ended;
use super::shorter_waits::{Because, Hold};
use crate::ledger::Walk;
use crate::source::ApiError;

/// The turn of one walk.
///
/// Example: Zendesk refuses the list of deleted tickets at 12:00, so `hold` ends at 13:00. A fast lane makes it due
/// again each 15 seconds, and its next request goes out at 13:00.
#[derive(Debug)]
pub(super) struct WalkTurn {
    pub(super) walk: Walk,
    /// When a request is due; `None` for not now.
    pub(super) due: Option<Duration>,
    /// Until when a failure holds this walk back. Whoever makes it due again does not end that.
    pub(super) hold: Option<Hold>,
    /// When the walk began that is under way.
    began: Option<Duration>,
    backoff: Backoff,
    /// A page led nowhere since the walk last reached its end. It then reads again the pages before that one, so these
    /// do not reset the back-off.
    is_stuck: bool,
}

impl WalkTurn {
    pub(super) fn new(walk: Walk, pacing: &Pacing, seed: u64) -> Self {
        Self {
            walk,
            due: None,
            hold: None,
            began: None,
            backoff: Backoff::passing_within(pacing.retry, passing_max(walk, pacing), seed),
            is_stuck: false,
        }
    }

    /// Other settings from now on.
    pub(super) fn repace(&mut self, pacing: &Pacing) {
        let passing_max = passing_max(self.walk, pacing);
        self.backoff.set_retry_within(pacing.retry, passing_max);
    }

    /// Nothing is due, and what failed is forgotten.
    pub(super) const fn reset(&mut self) {
        self.due = None;
        self.hold = None;
        self.began = None;
        self.backoff.reset();
        self.is_stuck = false;
    }

    /// A request is due at `at`, or earlier if it was due earlier.
    pub(super) fn set_due_by(&mut self, at: Duration) {
        self.due = Some(self.due.map_or(at, |due| due.min(at)));
    }

    /// A request goes out.
    pub(super) fn on_request(&mut self, now: Duration) {
        self.began.get_or_insert(now);
    }

    /// The walk is over. Returns when the next one is due that begins `every` after this one did: at once if this one
    /// took longer.
    pub(super) fn next_begin(&mut self, every: Duration, now: Duration) -> Duration {
        let began = self.began.take().unwrap_or(now);
        now.max(began + every)
    }

    /// Zendesk refuses this walk: it begins anew at `at`.
    pub(super) const fn refuse_until(&mut self, at: Duration) {
        self.began = None;
        self.hold = Some(Hold::until(at, Because::Backoff));
    }

    /// A page came.
    pub(super) const fn on_page(&mut self) {
        self.hold = None;
        if !self.is_stuck {
            self.backoff.reset();
        }
    }

    /// The walk reached its end.
    pub(super) const fn on_end(&mut self) {
        self.is_stuck = false;
        self.backoff.reset();
    }

    /// The wait after a request that took so long and ended without a page that can be used; `None` if it is repeated
    /// at once: with a new token, from the oldest ticket, or on a fresh connection.
    pub(super) fn wait_after(
        &mut self,
        ended: &Ended<'_>,
        now: Duration,
        took: Duration,
    ) -> Option<Hold> {
        match ended {
            Ended::Failed(
                ApiError::TokenExpired | ApiError::CursorLost | ApiError::ConnectionLost(_),
            )
            | Ended::NoToken(ApiError::ConnectionLost(_)) => None,
            Ended::Failed(error) | Ended::NoToken(error) => {
                let wait = self.backoff.wait_after(error, took);
                Some(Hold::after(wait, Because::from_error(error), now))
            }
            _ => {
                self.is_stuck |= matches!(ended, Ended::NoProgress);
                let delay = self.backoff.next_delay();
                Some(Hold::until(now + delay, Because::Backoff))
            }
        }
    }

    /// The part of such a wait that Zendesk asked for, which concerns whoever asks it.
    pub(super) fn asked_wait(&mut self, ended: &Ended<'_>, now: Duration) -> Option<Hold> {
        let (Ended::Failed(error) | Ended::NoToken(error)) = ended else {
            return None;
        };
        let wait = self.backoff.asked_wait(error)?;
        Some(Hold::after(wait, Because::from_error(error), now))
    }
}

/// Longest wait after a failure that passes by itself: polls must come back soon.
fn passing_max(walk: Walk, pacing: &Pacing) -> Duration {
    match walk {
        Walk::List | Walk::Deleted => pacing.passing_max(),
        _ => pacing.retry.maximum,
    }
}
