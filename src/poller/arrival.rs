//! A page that came: whether account time is sure enough to use it, and what becomes of it.

use std::ops::ControlFlow;

use tracing::debug;

use super::Poller;
use super::outcome::Unusable;
use crate::clock::{Clock, Moment};
use crate::ledger::{AnswerDate, AnswerTime, PageRead, Walk, rows_reach};
use crate::schedule::{DATE_APART_SECONDS_MAX, Ended};
use crate::source::{Endpoint, Page, Position, TicketSource};
use crate::store::Store;
use crate::ticket::UnixSeconds;
use crate::walk::Trail;

/// A page, and what is known of its answer.
#[derive(Debug)]
pub(super) struct Arrived {
    pub(super) walk: Walk,
    /// Where it was asked to begin.
    pub(super) start: Position,
    pub(super) page: Page,
    pub(super) endpoint: Endpoint,
    /// The answer's `Date`.
    pub(super) date: Option<UnixSeconds>,
    pub(super) sent: Moment,
    pub(super) received: Moment,
    /// Account time rested on a `Date` when it was asked for.
    pub(super) is_sure: bool,
}

/// A page that is being applied.
#[derive(Clone, Copy, Debug)]
pub(super) struct InUse {
    pub(super) walk: Walk,
    /// It was asked for by a cursor.
    pub(super) by_cursor: bool,
    /// The walk can go on from it.
    pub(super) leads_on: bool,
    /// When it came, if it has waited since for another answer.
    pub(super) waited_since: Option<Moment>,
}

/// When a page is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    /// As soon as it comes.
    AtOnce,
    /// After another answer.
    Late,
}

impl<C: Clock, S: TicketSource> Poller<C, S> {
    /// Takes the account's clock as it is known by now, from answers to anybody. If account time
    /// was set, whatever follows from it is said anew.
    pub(super) fn follow_account_clock(&mut self) {
        let Some(store) = &self.store else { return };
        let (clock, now) = (self.outlets.account_clock.read(), self.clock.now());
        if !self.schedule.set_account_clock(clock, now) {
            return;
        }
        self.schedule.on_account_time_set(store.progress(), now);
        // It began by another time.
        self.replay = None;
        self.publish(false);
    }

    /// A page came. It is used unless account time is in doubt and nothing has been believed yet:
    /// then it waits until another answer has come, which it asks for itself.
    pub(super) async fn on_arrival(&mut self, arrived: Arrived) -> ControlFlow<()> {
        let walk = arrived.walk;
        if !self.schedule.account_clock().is_settled() {
            debug!(
                account = self.settings.account,
                "a page waits until another answer confirms the time"
            );
            self.kept.get_or_insert(arrived);
            let now = self.clock.now();
            self.schedule.on_ended(walk, &Ended::Kept, now);
            self.on_understood(walk, now);
            self.publish(false);
            return ControlFlow::Continue(());
        }
        let is_wanted = self.is_wanted(&arrived);
        // It was asked for at the same place.
        if let Some(kept) = self.kept.take()
            && is_wanted
        {
            let flow = self.use_page(kept, Use::Late).await;
            if flow.is_break() {
                return flow;
            }
        }
        if is_wanted {
            return self.use_page(arrived, Use::AtOnce).await;
        }
        self.schedule.on_ended(walk, &Ended::Kept, self.clock.now());
        ControlFlow::Continue(())
    }

    /// The page that has waited, if it need not wait any longer.
    pub(super) fn take_kept(&mut self) -> Option<Arrived> {
        if self.schedule.account_clock().is_settled() {
            self.kept.take()
        } else {
            None
        }
    }

    /// Uses a page that has waited, unless another one would be asked for by now.
    pub(super) async fn use_kept(&mut self, kept: Arrived) -> ControlFlow<()> {
        if let Err(flow) = self.recover_store() {
            return flow;
        }
        if self.is_wanted(&kept) {
            return self.use_page(kept, Use::Late).await;
        }
        ControlFlow::Continue(())
    }

    /// Whether a page is the one that would be asked for by the time that is known now. With our own
    /// clock alone a walk may begin before what the settings ask for.
    fn is_wanted(&mut self, arrived: &Arrived) -> bool {
        if arrived.is_sure {
            return true;
        }
        match (&arrived.start, self.place(arrived.walk)) {
            (Position::Time(asked), Position::Time(place)) => {
                asked.since(place).saturating_abs() <= DATE_APART_SECONDS_MAX
            }
            (asked, place) => *asked == place,
        }
    }

    async fn use_page(&mut self, arrived: Arrived, when: Use) -> ControlFlow<()> {
        let time = self.time_of(&arrived);
        if time.date == AnswerDate::Missing {
            self.tell_of_missing_date();
        }
        let Arrived {
            walk,
            start,
            page,
            endpoint,
            received,
            ..
        } = arrived;
        // A replay that its own answer ended, because account time was set, goes nowhere.
        let mut no_trail = Trail::default();
        let trail = match (walk, &mut self.replay) {
            (Walk::Main, _) => &mut self.main_trail,
            (Walk::Replay, Some((_, trail))) => trail,
            (Walk::Replay, None) => &mut no_trail,
            (Walk::Resync, _) => &mut self.resync.trail,
        };
        if let Err(problem) = trail.follow(&start, &page) {
            let url = self.source.address(endpoint);
            let unusable = Unusable {
                reason: "no_progress",
                problem: format!("{problem} ({url}); the exporter asks again"),
                advice: Some("if it persists, set export.source to the other export"),
            };
            if walk == Walk::Replay {
                self.replay = None;
                self.schedule.put_replay_off(received);
            }
            self.on_unusable(walk, &unusable, received);
            return ControlFlow::Continue(());
        }
        let is_stuck = trail.is_stuck(&page, time.present());
        let in_use = InUse {
            walk,
            by_cursor: matches!(start, Position::Cursor(_)),
            leads_on: !is_stuck,
            waited_since: (when == Use::Late).then_some(received),
        };
        let read = PageRead { walk, page, time };
        let flow = self.apply(in_use, read).await;
        if is_stuck && walk == Walk::Replay {
            // It has read what there is until now; the main walk tells the rest.
            self.replay = None;
            self.schedule.put_replay_off(received);
        } else if is_stuck && flow.is_continue() {
            let url = self.source.address(endpoint);
            let unusable = Unusable {
                reason: "no_progress",
                problem: format!(
                    "Zendesk says that more pages follow, but the next page begins in the future ({url}); the exporter asks again"
                ),
                advice: Some("check the clock of this machine"),
            };
            self.on_unusable(walk, &unusable, received);
        }
        flow
    }

    fn time_of(&self, arrived: &Arrived) -> AnswerTime {
        let clock = self.schedule.account_clock();
        let now = self.clock.now();
        let (sent, received) = (arrived.sent, arrived.received);
        AnswerTime {
            date: match arrived.date {
                None => AnswerDate::Missing,
                Some(date) if clock.agrees(sent, received, date) => AnswerDate::Believed(date),
                Some(date) => AnswerDate::Doubted(date),
            },
            came_at: clock.now(received),
            account_now: clock.now(now),
            our_now: now.wall(),
            rows_reach: rows_reach(&arrived.page),
        }
    }

    async fn apply(&mut self, in_use: InUse, read: PageRead) -> ControlFlow<()> {
        let walk = in_use.walk;
        let began = self.clock.now().monotonic;
        let work = move |store: &mut Store| {
            let begins_resync = walk == Walk::Resync && !store.progress().resync.is_under_way();
            let applied = store.apply(&read);
            (begins_resync, read.page, applied)
        };
        let (begins_resync, page, applied) = match self.with_store(work).await {
            Ok(done) => done,
            Err(flow) => return flow,
        };
        let now = self.clock.now();
        match applied {
            Ok(applied) => {
                let took = now.monotonic.saturating_sub(began);
                if begins_resync {
                    self.log_resync_begins();
                }
                self.on_applied(in_use, page, &applied, took);
                if in_use.by_cursor {
                    self.log_cursor_taken(walk);
                }
                ControlFlow::Continue(())
            }
            Err(failure) => self.on_store_failure(walk, &failure, now),
        }
    }
}
