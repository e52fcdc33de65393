//! A page that came, and whether account time is sure enough to use it.

use super::Walks;
use crate::clock::Moment;
use crate::ledger::{AnswerDate, AnswerTime, Progress, Walk, rows_reach};
use crate::schedule::{AccountClock, DATE_APART_SECONDS_MAX};
use crate::source::{AnswerHead, ExportRequest, Page, Position};
use crate::ticket::UnixSeconds;

/// A request for a page, and its answer apart from the page.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The walk that asked.
    pub walk: Walk,
    /// What it asked for.
    pub request: ExportRequest,
    /// The answer apart from the page.
    pub head: AnswerHead,
    /// When the request was sent.
    pub sent: Moment,
    /// When the answer came.
    pub received: Moment,
    /// Whether the page has waited since for a later answer to confirm the time.
    pub has_waited: bool,
}

/// A page that came.
#[derive(Clone, Debug)]
pub struct Arrived {
    /// The request that it answers.
    pub asked: Asked,
    /// The page itself.
    pub page: Page,
}

/// What to do with a page that came.
#[derive(Clone, Debug)]
pub enum Arrival {
    /// Nothing yet: it waits in [`Walks`] until another answer confirms the time. The next request
    /// is that answer.
    Waits,
    /// Nothing: it began at a time that is known to be wrong by now.
    Outdated,
    /// These pages are used, in this order: one that has waited, and the one that came.
    Use(Vec<Arrived>),
}

impl Asked {
    /// When the answer came, by the account's clock as it is known `now`, when `page` is used.
    pub fn answer_time(&self, page: &Page, clock: &AccountClock, now: Moment) -> AnswerTime {
        AnswerTime {
            date: match self.head.date {
                None => AnswerDate::Missing,
                Some(date) if clock.agrees(self.sent, self.received, date) => {
                    AnswerDate::Believed(date)
                }
                Some(date) => AnswerDate::Doubted(date),
            },
            came_at: clock.now(self.received),
            account_now: clock.now(now),
            our_now: now.wall(),
            rows_reach: rows_reach(page),
        }
    }
}

impl Walks {
    /// A page came. It is used unless account time is in doubt and no `Date` has been believed yet:
    /// then it waits until another answer has come.
    pub fn on_arrival(
        &mut self,
        mut arrived: Arrived,
        progress: &Progress,
        clock: &AccountClock,
        now: Moment,
    ) -> Arrival {
        if !clock.is_settled() {
            arrived.asked.has_waited = true;
            self.waiting.get_or_insert(arrived);
            return Arrival::Waits;
        }
        let waited = self.waiting.take();
        if !self.is_wanted(&arrived.asked, progress, clock.now(now)) {
            return Arrival::Outdated;
        }
        // Both were asked for at the same position.
        Arrival::Use(waited.into_iter().chain([arrived]).collect())
    }

    /// Whether a page waits for another answer.
    pub const fn has_waiting_page(&self) -> bool {
        self.waiting.is_some()
    }

    /// The page that has waited, if it need not wait any longer because an answer to another request
    /// has confirmed the time.
    pub fn take_waiting(&mut self, clock: &AccountClock) -> Option<Arrived> {
        self.waiting.take_if(|_| clock.is_settled())
    }

    /// Whether a page begins where it would be asked for by the time that is known now. By our own
    /// clock alone a walk may have begun before what the settings ask for.
    pub fn is_wanted(
        &mut self,
        asked: &Asked,
        progress: &Progress,
        account_now: UnixSeconds,
    ) -> bool {
        if asked.request.is_time_sure {
            return true;
        }
        match (
            &asked.request.start,
            self.next_page(asked.walk, progress, account_now),
        ) {
            (Position::Time(began), Position::Time(begins)) => {
                began.since(begins).saturating_abs() <= DATE_APART_SECONDS_MAX
            }
            (began, begins) => *began == begins,
        }
    }
}
