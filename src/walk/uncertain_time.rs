//! Whether account time is sure enough to use a page that came.

use super::Walks;
use super::page_request::{AnsweredRequest, Arrived};
use crate::clock::Moment;
use crate::ledger::Progress;
use crate::schedule::{AccountClock, DATE_APART_SECONDS_MAX};
use crate::source::Position;
use crate::ticket::UnixSeconds;

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

impl Walks {
    /// A page came. It is used, unless account time is in doubt and no `Date` has been believed yet:
    /// then it waits until another answer has come.
    ///
    /// Example: the first answer after a start says 2026, and our clock says 2024. One of them is wrong,
    /// and a ticket's age depends on which. The page waits, and the same request goes out again. Its
    /// answer says 2026 too, so account time is 2026, and both pages are used.
    pub fn on_arrival(
        &mut self,
        mut arrived: Arrived,
        progress: &Progress,
        clock: &AccountClock,
        now: Moment,
    ) -> Arrival {
        if !clock.is_settled() {
            arrived.asked.has_waited = true;
            // The first one is kept, as later ones were asked for at the same position and repeat it.
            self.waiting.get_or_insert(arrived);
            return Arrival::Waits;
        }
        // Both are given up together: both began by the same wrong time.
        let waited = self.waiting.take();
        if !self.is_wanted(&arrived.asked, progress, clock.now(now)) {
            return Arrival::Outdated;
        }
        // Both were asked for at the same position.
        Arrival::Use(waited.into_iter().chain([arrived]).collect())
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
        asked: &AnsweredRequest,
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
            // Account time moves on between two requests, so the same start differs by seconds.
            (Position::Time(began), Position::Time(begins)) => {
                began.since(begins).saturating_abs() <= DATE_APART_SECONDS_MAX
            }
            (began, begins) => *began == begins,
        }
    }
}
