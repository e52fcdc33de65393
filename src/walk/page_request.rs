//! A request for a page, and what came.

use crate::clock::Moment;
use crate::ledger::{AnswerDate, AnswerTime, Walk, rows_reach};
use crate::schedule::AccountClock;
use crate::source::{AnswerHead, Page, PageRequest};

/// A request for a page, and its answer apart from the page.
#[derive(Clone, Debug)]
pub struct AnsweredRequest {
    /// The walk that asked.
    pub walk: Walk,
    /// What it asked for.
    pub request: PageRequest,
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
    pub asked: AnsweredRequest,
    /// The page itself.
    pub page: Page,
}

impl AnsweredRequest {
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
