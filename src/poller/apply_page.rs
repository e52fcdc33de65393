//! A page that came: what the walks make of it, and its transaction.

use tracing::debug;

use super::{Poller, STOP, Step};
use crate::clock::Clock;
use crate::ledger::{AnswerDate, PageRead, Walk};
use crate::schedule::Ended;
use crate::source::TicketSource;
use crate::state::State;
use crate::walk::{AnsweredRequest, Arrival, Arrived, Meaning};

impl<C: Clock, S: TicketSource> Poller<C, S> {
    /// Takes the account's clock as it is known by now, from answers to anybody. If account time
    /// was set, whatever follows from it is said anew.
    pub(super) fn follow_account_clock(&mut self) {
        let Some(state) = &self.state else { return };
        let (clock, now) = (self.outlets.account_clock.read(), self.clock.now());
        if self.schedule.set_account_clock(clock, now) {
            self.schedule.on_account_time_set(state.progress(), now);
            self.walks.on_account_time_set();
            self.publish(false);
        }
    }

    /// A page came: it is used, or waits for another answer, or is given up.
    pub(super) async fn on_arrival(&mut self, arrived: Arrived) -> Step {
        let (walk, now) = (arrived.asked.walk, self.clock.now());
        let progress = self.state.as_ref().ok_or(STOP)?.progress();
        let account_clock = self.schedule.account_clock();
        match self.walks.on_arrival(arrived, progress, account_clock, now) {
            Arrival::Use(pages) => {
                for page in pages {
                    // If a page that has waited cannot be stored, the page behind it is not used either:
                    // both are requested again after the back-off, in their order.
                    self.use_page(page).await?;
                }
            }
            Arrival::Outdated => self.schedule.on_ended(walk, &Ended::Kept, now),
            Arrival::Waits => {
                debug!(
                    account = self.settings.account,
                    "a page waits until another answer confirms the time"
                );
                self.schedule.on_ended(walk, &Ended::Kept, now);
                self.on_understood(walk, now);
                self.publish(false);
            }
        }
        Ok(())
    }

    /// Uses a page that has waited, unless another one would be asked for by now.
    pub(super) async fn use_waiting(&mut self, page: Arrived) -> Step {
        self.recover_state()?;
        let account_now = self.account_now();
        let progress = self.state.as_ref().ok_or(STOP)?.progress();
        if self.walks.is_wanted(&page.asked, progress, account_now) {
            self.use_page(page).await?;
        }
        Ok(())
    }

    async fn use_page(&mut self, arrived: Arrived) -> Step {
        let Arrived { asked, page } = arrived;
        let time = asked.answer_time(&page, self.schedule.account_clock(), self.clock.now());
        if time.date == AnswerDate::Missing {
            self.log_missing_date();
        }
        let walk = asked.walk;
        let meaning = self.walks.on_page(&asked, &page, &time);
        if meaning != Meaning::NoProgress {
            let read = PageRead { walk, page, time };
            self.apply(&asked, read, meaning).await?;
        }
        let ended = match meaning {
            // `apply` has told the schedule.
            Meaning::Advances | Meaning::EndsReplay => return Ok(()),
            Meaning::LeadsBeyondPresent => Ended::Unusable,
            Meaning::NoProgress => Ended::NoProgress,
        };
        let problem = self.leads_nowhere(&asked, meaning);
        self.on_unusable(walk, &ended, problem);
        Ok(())
    }

    /// Applies a page in one transaction, and takes what follows from it.
    async fn apply(&mut self, asked: &AnsweredRequest, read: PageRead, meaning: Meaning) -> Step {
        let began = self.clock.now().monotonic;
        let progress = self.state.as_ref().ok_or(STOP)?.progress();
        // Asked before the transaction, which stores that the resync is under way.
        let is_export = read.page.source.is_export();
        let begins_resync =
            asked.walk == Walk::Resync && is_export && !progress.resync.is_under_way();
        let truth_before = progress.truth;
        let work = move |state: &mut State| Ok((state.apply(&read)?, read.page));
        let (applied, page) = self.with_state(asked.walk, work).await?;
        let took = self.clock.now().monotonic.saturating_sub(began);
        if begins_resync {
            self.log_resync_begins();
        }
        let ended = self.walks.on_applied(asked, &page, meaning);
        self.rounds.on_seen(page.ids());
        self.on_applied(asked, ended.as_ref(), &page, &applied, took);
        self.after_page(asked.walk, truth_before);
        if asked.walk == Walk::Deleted && page.end_of_stream {
            self.rounds.on_deleted_end();
            self.advance_round().await?;
        }
        Ok(())
    }
}
