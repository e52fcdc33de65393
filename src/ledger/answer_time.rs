//! When an answer came, as far as three clocks tell: ours, account time, and the answer's own
//! `Date`.

use super::ORDER_KEY_AHEAD_SECONDS_MAX;
use crate::source::Page;
use crate::ticket::UnixSeconds;

/// The `Date` of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerDate {
    /// It has none.
    Missing,
    /// It is far from account time, and nothing has confirmed it.
    Doubted(UnixSeconds),
    /// It agrees with account time.
    Believed(UnixSeconds),
}

/// When an answer came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnswerTime {
    /// What it says itself.
    pub date: AnswerDate,
    /// Account time when it came.
    pub came_at: UnixSeconds,
    /// Account time now, when it is applied.
    pub account_now: UnixSeconds,
    /// Our own wall clock now.
    pub our_now: UnixSeconds,
    /// The latest time that two of its rows have reached; `None` for fewer rows. Without a `Date` the
    /// rows are all that tells of Zendesk's clock, and of one row alone nobody knows whether it is right.
    pub rows_reach: Option<UnixSeconds>,
}

impl AnswerTime {
    /// An answer of this moment, on which all clocks agree.
    pub const fn agreed(now: UnixSeconds) -> Self {
        Self {
            date: AnswerDate::Believed(now),
            came_at: now,
            account_now: now,
            our_now: now,
            rows_reach: None,
        }
    }

    /// From when on tickets are created rather than adopted, if this is the first answer.
    pub const fn baseline(&self) -> UnixSeconds {
        match self.date {
            AnswerDate::Believed(date) => date,
            AnswerDate::Missing | AnswerDate::Doubted(_) => self.came_at,
        }
    }

    /// The latest that any clock shows: a row well beyond is from the future. Of clocks that are
    /// apart one is wrong, and no row is lost unless all think so. `None` where the answer has no
    /// `Date`: then it may be our own clock that is slow.
    pub fn latest_now(&self) -> Option<UnixSeconds> {
        match self.date {
            AnswerDate::Missing => None,
            AnswerDate::Doubted(_) | AnswerDate::Believed(_) => {
                Some(self.zendesk_now().max(self.our_now))
            }
        }
    }

    /// The latest that Zendesk's clock can show, whichever of account time and `Date` is wrong.
    pub fn zendesk_now(&self) -> UnixSeconds {
        match self.date {
            AnswerDate::Missing => self.account_now_by_rows(),
            AnswerDate::Doubted(date) | AnswerDate::Believed(date) => self.account_now.max(date),
        }
    }

    /// The latest time that a page can name without leading beyond the present. Without a `Date` a
    /// last row may be later than what two have reached.
    pub fn present(&self) -> UnixSeconds {
        match self.date {
            AnswerDate::Missing => self.zendesk_now().plus(ORDER_KEY_AHEAD_SECONDS_MAX),
            AnswerDate::Doubted(_) | AnswerDate::Believed(_) => self.zendesk_now(),
        }
    }

    /// The latest position that a page can lead to, `now` at Zendesk: the source leaves out the rows of
    /// the last seconds, unless some of them have come.
    pub fn position_max(&self, now: UnixSeconds, hold_back_seconds: i64) -> UnixSeconds {
        let latest = now.plus(-hold_back_seconds);
        match (self.date, self.rows_reach) {
            (AnswerDate::Missing, Some(reached)) => latest.max(reached),
            _ => latest,
        }
    }

    /// The moment up to which marks that never fall may rise: a `Date` that is not believed raises
    /// none.
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

    /// When an answer was given that had nothing more to come; `None` if nobody knows. Without a
    /// `Date` it is for our own clock to say.
    pub const fn given_at(&self) -> Option<UnixSeconds> {
        match self.date {
            AnswerDate::Believed(date) => Some(date),
            AnswerDate::Missing => Some(self.came_at),
            AnswerDate::Doubted(_) => None,
        }
    }
}

/// The latest time that two rows of a page have reached; `None` for fewer rows.
pub fn rows_reach(page: &Page) -> Option<UnixSeconds> {
    let (mut latest, mut before) = (None, None);
    for key in page.tickets().map(|change| Some(change.order_key)) {
        before = before.max(key.min(latest));
        latest = latest.max(key);
    }
    before
}
