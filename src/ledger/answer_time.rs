//! When an answer came, as far as three clocks tell: ours, account time, and the answer's own
//! `Date`.

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
}

impl AnswerTime {
    /// An answer of this moment, on which all clocks agree.
    pub const fn agreed(now: UnixSeconds) -> Self {
        Self {
            date: AnswerDate::Believed(now),
            came_at: now,
            account_now: now,
            our_now: now,
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
    /// apart one is wrong, and no row is lost unless all think so.
    pub fn latest_now(&self) -> UnixSeconds {
        self.zendesk_now().max(self.our_now)
    }

    /// The latest that Zendesk's clock can show, whichever of account time and `Date` is wrong.
    pub fn zendesk_now(&self) -> UnixSeconds {
        match self.date {
            AnswerDate::Missing => self.account_now,
            AnswerDate::Doubted(date) | AnswerDate::Believed(date) => self.account_now.max(date),
        }
    }

    /// The moment up to which marks that never fall may rise: a `Date` that is not believed raises
    /// none.
    pub fn certain_now(&self) -> UnixSeconds {
        match self.date {
            AnswerDate::Missing | AnswerDate::Believed(_) => self.account_now,
            AnswerDate::Doubted(date) => self.account_now.min(date),
        }
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
