//! The time of an answer, judged from three clocks: the local one, account time, and the answer's `Date`.

use super::ORDER_KEY_AHEAD_SECONDS_MAX;
use crate::source::Page;
use crate::ticket::UnixSeconds;

/// The `Date` of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerDate {
    /// The answer has none.
    Missing,
    /// It is far from account time, and nothing has confirmed it.
    Doubted(UnixSeconds),
    /// It agrees with account time.
    Believed(UnixSeconds),
}

/// The clocks at the time of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnswerTime {
    /// The `Date` of the answer.
    pub date: AnswerDate,
    /// Account time when the answer came.
    pub came_at: UnixSeconds,
    /// Account time when the answer is applied.
    pub account_now: UnixSeconds,
    /// The local wall clock.
    pub our_now: UnixSeconds,
    /// The latest time that the order keys of at least two rows have reached; `None` for fewer rows. Without a
    /// `Date`, only the rows show Zendesk's clock, and a single row can be wrong. Example: for the keys 100, 900
    /// and 120 it is 120.
    pub rows_reach: Option<UnixSeconds>,
}

impl AnswerTime {
    /// An answer at `now` on which all clocks agree.
    pub const fn agreed(now: UnixSeconds) -> Self {
        Self {
            date: AnswerDate::Believed(now),
            came_at: now,
            account_now: now,
            our_now: now,
            rows_reach: None,
        }
    }

    /// The baseline, if this is the first answer: tickets that were created from then on count as created.
    pub const fn baseline(&self) -> UnixSeconds {
        match self.date {
            AnswerDate::Believed(date) => date,
            AnswerDate::Missing | AnswerDate::Doubted(_) => self.came_at,
        }
    }

    /// The latest time of all clocks: a row far beyond it is from the future. If the clocks differ, one of them is
    /// wrong, and a row is only rejected if all clocks say so. `None` if the answer has no `Date`, because the
    /// local clock may be slow.
    pub fn latest_now(&self) -> Option<UnixSeconds> {
        match self.date {
            AnswerDate::Missing => None,
            AnswerDate::Doubted(_) | AnswerDate::Believed(_) => {
                Some(self.zendesk_now().max(self.our_now))
            }
        }
    }

    /// The latest time that Zendesk's clock can show, whether account time or `Date` is wrong.
    pub fn zendesk_now(&self) -> UnixSeconds {
        match self.date {
            AnswerDate::Missing => self.account_now_by_rows(),
            AnswerDate::Doubted(date) | AnswerDate::Believed(date) => self.account_now.max(date),
        }
    }

    /// The latest time that a page can lead to without skipping rows. Without a `Date`, the last row may be later
    /// than what two rows have reached.
    pub fn present(&self) -> UnixSeconds {
        match self.date {
            AnswerDate::Missing => self.zendesk_now().plus(ORDER_KEY_AHEAD_SECONDS_MAX),
            AnswerDate::Doubted(_) | AnswerDate::Believed(_) => self.zendesk_now(),
        }
    }

    /// The latest position that a page can lead to when Zendesk's clock shows `now`. The source leaves out the rows
    /// of the last seconds, so the position is that much earlier, unless some of these rows came.
    pub fn position_max(&self, now: UnixSeconds, hold_back_seconds: i64) -> UnixSeconds {
        let latest = now.plus(-hold_back_seconds);
        match (self.date, self.rows_reach) {
            (AnswerDate::Missing, Some(reached)) => latest.max(reached),
            _ => latest,
        }
    }

    /// The time up to which marks that never fall may rise. A `Date` that is not believed does not raise them.
    pub fn certain_now(&self) -> UnixSeconds {
        match self.date {
            AnswerDate::Missing => self.account_now_by_rows(),
            AnswerDate::Believed(_) => self.account_now,
            AnswerDate::Doubted(date) => self.account_now.min(date),
        }
    }

    fn account_now_by_rows(&self) -> UnixSeconds {
        self.rows_reach
            .map_or(self.account_now, |reached| self.account_now.max(reached))
    }

    /// When Zendesk gave an answer without further rows; `None` if unknown. Without a `Date` it is the time when it
    /// came.
    pub const fn given_at(&self) -> Option<UnixSeconds> {
        match self.date {
            AnswerDate::Believed(date) => Some(date),
            AnswerDate::Missing => Some(self.came_at),
            AnswerDate::Doubted(_) => None,
        }
    }
}

/// The latest time that the order keys of at least two rows of a page have reached; `None` for fewer rows.
pub fn rows_reach(page: &Page) -> Option<UnixSeconds> {
    let (mut latest, mut before) = (None, None);
    for key in page.order_times().map(Some) {
        before = before.max(key.min(latest));
        latest = latest.max(key);
    }
    before
}
