//! The lists among the other walks.

use std::time::Duration;

use super::Schedule;
use super::export_tries::EXPORT_TRIED_EVERY;
use super::list_role::ListRole;
use super::page_size::Blame;
use super::request_end::Ended;
use super::turns::NextRequest;
use crate::clock::Moment;
use crate::ledger::Walk;
use crate::source::ApiError;

impl Schedule {
    /// What the lists are read for from now on.
    pub fn set_list_role(&mut self, role: ListRole, now: Moment) {
        let before = self.list.role();
        self.list.set_role(role, &self.pacing, now);
        if role == before {
            return;
        }
        if role == ListRole::Truth {
            // The export is tried again later.
            self.poll_at = now.monotonic + EXPORT_TRIED_EVERY;
            self.replay_at = None;
            self.not_before = None;
            self.tries.reset();
            // When the export is read again, it has changes to read that came meanwhile.
            self.caught_up = false;
        } else if before == ListRole::Truth {
            self.poll_at = now.monotonic;
            // The export is no longer read beside the list, so only a wait that Zendesk asked for goes on.
            if let Some(hold) = &mut self.not_before {
                hold.shorten_to(now.monotonic);
            }
            self.caught_up = false;
        }
    }

    /// What the lists are read for.
    pub const fn list_role(&self) -> ListRole {
        self.list.role()
    }

    /// Whether the requests of `walk` go to the lists. Those of a resync do while the list is the truth.
    pub fn is_of_list(&self, walk: Walk) -> bool {
        match walk {
            Walk::List | Walk::Deleted | Walk::Verify | Walk::Archive => true,
            Walk::Resync => self.list.role() == ListRole::Truth,
            Walk::Main | Walk::Replay => false,
        }
    }

    /// Whether the walk through the list has reached its end in this role.
    pub const fn list_has_caught_up(&self) -> bool {
        self.list.has_caught_up
    }

    /// Whether the request limits allow a request to the list of tickets now.
    pub fn may_ask_list(&self, now: Moment) -> bool {
        let budget = &self.list.budget;
        budget
            .free_at(Walk::List, now, &self.account_clock, 0)
            .is_none()
    }

    /// Requests per minute that the lists may use.
    pub fn list_requests_per_minute(&self) -> u32 {
        self.list.budget.per_minute()
    }

    /// Whether the share of the account's limit is enough to read the lists every `every` between polls.
    pub fn has_room_for_lane(&self, every: Duration) -> bool {
        self.list.has_room_for(every)
    }

    /// Whether a verify round is due.
    pub fn is_round_due(&self, now: Moment) -> bool {
        self.list.is_round_due(now)
    }

    /// A verify round is complete. The next one begins `verify_every` after this one did, at once if this one took
    /// longer.
    pub fn on_round_ended(&mut self, now: Moment) {
        self.list.on_round_ended(now);
    }

    /// A verify round was given up, because it would remove too many tickets. The next one begins after `verify_every`.
    pub fn on_round_refused(&mut self, now: Moment) {
        self.list.on_round_refused(now);
    }

    /// A request of a verify round failed: another round begins sooner than usual.
    pub fn on_round_failed(&mut self, now: Moment) {
        self.list.on_round_failed(now);
    }

    /// Whether the main walk has reached the end of the stream since the start.
    pub const fn main_has_caught_up(&self) -> bool {
        self.caught_up
    }

    /// A request of `walk` is due now.
    pub fn ask_list(&mut self, walk: Walk, now: Moment) {
        self.list.set_due_by(walk, now.monotonic);
    }

    /// Zendesk refuses the list of deleted tickets.
    pub fn on_deleted_refused(&mut self, now: Moment) {
        self.list.on_deleted_refused(now);
    }

    /// Whether there is time to look at records before the next request.
    pub fn may_scan(&self, now: Moment) -> bool {
        self.next(now).at > now.monotonic
    }

    /// The next request to the lists if its turn comes before `other`, the next one to an export.
    pub(super) fn next_of_list(&self, now: Moment, other: &NextRequest) -> Option<NextRequest> {
        let (due, at, because, walk) = self.list.next(now, &self.account_clock)?;
        let [at_list, at_other] = [at, other.at].map(|at| at.max(now.monotonic));
        let goes_first = match self.list.role() {
            ListRole::Truth => at_list <= at_other,
            ListRole::FastLane | ListRole::Off => at_list < at_other,
        };
        goes_first.then(|| NextRequest {
            at,
            due,
            walk,
            page_size: self.page_sizes.rows(sized_as(walk)),
            because,
        })
    }

    pub(super) fn on_list_ended(&mut self, walk: Walk, ended: &Ended<'_>, now: Moment) {
        if let Ended::Failed(error) = ended
            && matches!(error, ApiError::Server { .. })
        {
            // Maintenance concerns whatever is asked.
            self.wait_as_asked(error, now);
        }
        match ended {
            Ended::Page { .. } => self.page_sizes.on_page(sized_as(walk)),
            Ended::Failed(error) => {
                let blame = Blame::from_error(error);
                self.page_sizes.on_failure(sized_as(walk), blame);
            }
            _ => {}
        }
        self.list.on_ended(walk, ended, now, self.took);
    }
}

/// The walk whose page size a request to the lists has: a full walk reads the pages of the list, not those of a resync.
const fn sized_as(walk: Walk) -> Walk {
    match walk {
        Walk::Resync => Walk::List,
        _ => walk,
    }
}
