//! What follows from how a request ended.

use super::Schedule;
use super::list_role::ListRole;
use super::page_size::Blame;
use super::request_end::Ended;
use super::shorter_waits::{Because, Hold};
use crate::clock::Moment;
use crate::ledger::Walk;
use crate::source::ApiError;

impl Schedule {
    /// The request of `walk` ended at `now`; decides what follows.
    pub fn on_ended(&mut self, walk: Walk, ended: &Ended<'_>, now: Moment) {
        if self.is_of_list(walk) {
            return self.on_list_ended(walk, ended, now);
        }
        if self.list.role() == ListRole::Truth {
            return self.on_try_ended(ended, now);
        }
        match ended {
            Ended::Page { end_of_stream } => self.on_page(walk, *end_of_stream, now),
            // Zendesk answers, so an earlier failure is over. Where the walk is does not change.
            Ended::Kept => self.on_success(),
            Ended::PageThatWaited { end_of_stream } => self.move_on(walk, *end_of_stream, now),
            Ended::Failed(ApiError::StartTimeTooRecent) => {
                let later = now.monotonic + self.pacing.poll_interval;
                match walk {
                    // It begins well before the present: account time is ahead.
                    Walk::Replay => return self.put_replay_off(now),
                    Walk::Resync => return self.resync.wait_until(later),
                    // Held back below, for everyone.
                    _ => {}
                }
                // Zendesk works: the refusal says only that there is nothing to read yet.
                self.backoff.reset();
                // Holds back a replay as well: it would be too recent just the same.
                self.hold(Hold::until(later, Because::Due));
            }
            // Asked again at once: with a new token, from where the walk can start over, or on a
            // fresh connection.
            Ended::Failed(
                ApiError::TokenExpired | ApiError::CursorLost | ApiError::ConnectionLost(_),
            )
            | Ended::NoToken(ApiError::ConnectionLost(_)) => {}
            Ended::Failed(error) => {
                self.page_sizes.on_failure(walk, Blame::from_error(error));
                self.on_failure(walk, error, now);
            }
            // The page was not asked for, so its size is not to blame.
            Ended::NoToken(error) => self.on_failure(walk, error, now),
            Ended::Unusable | Ended::NoProgress if walk == Walk::Resync => {
                self.resync.on_unusable(now);
            }
            Ended::Unusable | Ended::NoProgress => {
                // A replay that goes in a circle would do so again at once. The main walk cannot be put
                // off like that, because nothing else reads new tickets.
                if walk == Walk::Replay && matches!(ended, Ended::NoProgress) {
                    self.put_replay_off(now);
                }
                let delay = self.backoff.next_delay();
                self.hold(Hold::until(now.monotonic + delay, Because::Backoff));
            }
            Ended::GivenUp => self.put_replay_off(now),
        }
    }

    fn on_page(&mut self, walk: Walk, end_of_stream: bool, now: Moment) {
        if walk == Walk::Resync {
            self.resync.on_page(now);
        } else {
            self.on_success();
        }
        self.page_sizes.on_page(walk);
        self.move_on(walk, end_of_stream, now);
    }

    /// What is due after a page that came at `now`.
    fn move_on(&mut self, walk: Walk, end_of_stream: bool, now: Moment) {
        match (walk, end_of_stream) {
            (Walk::Main, true) => {
                self.caught_up = true;
                self.poll_at = now.monotonic + self.pacing.poll_interval;
            }
            (Walk::Main, false) => self.poll_at = now.monotonic,
            // The state says when the next one is due, once the end of this one is stored.
            (Walk::Replay, true) => self.replay_at = None,
            (Walk::Replay, false) => self.replay_at = Some(now.monotonic),
            // When it goes on depends on its stage, which the ledger knows.
            _ => {}
        }
    }

    fn on_success(&mut self) {
        self.backoff.reset();
        self.not_before = None;
    }

    fn on_failure(&mut self, walk: Walk, error: &ApiError, now: Moment) {
        if walk == Walk::Resync {
            // It may fail for the old pages of this walk alone.
            self.resync.on_failure(error, now);
            return self.wait_as_asked(error, now);
        }
        let wait = self.backoff.wait_after(error, self.took);
        self.hold(Hold::after(wait, Because::from_error(error), now.monotonic));
    }

    /// An answer said to wait, or that a limit is spent, whatever was asked: no request goes out
    /// before.
    pub fn wait_as_asked(&mut self, error: &ApiError, now: Moment) {
        if let Some(wait) = self.backoff.asked_wait(error) {
            self.hold(Hold::after(wait, Because::from_error(error), now.monotonic));
        }
    }

    /// Holds everything back, without ending an earlier hold: not every end is that of a request
    /// which had waited for it.
    pub(super) fn hold(&mut self, hold: Hold) {
        self.not_before = Some(match self.not_before {
            Some(before) => before.or_later(hold),
            None => hold,
        });
    }
}
