//! Zendesk's clock, as far as its answers tell.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::clock::Moment;
use crate::ticket::UnixSeconds;

/// Furthest that a `Date` may lie from account time and be believed at once, in seconds; also how
/// far two answers that confirm each other may lie apart. A day off or two years off is the same
/// then: one wrong clock among Zendesk's servers changes nothing, and our own wrong clock is
/// noticed with the second answer.
pub const DATE_APART_SECONDS_MAX: i64 = 300;

/// Answers that are awaited while nothing confirms the first `Date`. One is enough where only one
/// clock is wrong; the rest is for accounts whose answers contradict each other.
const ANSWERS_AWAITED_MAX: u32 = 3;

/// Our clock corrected by the `Date` of answers: account time.
///
/// A `Date` has whole seconds and was written at some moment between sending and receiving, so
/// each answer bounds how far Zendesk's clock is ahead; the bounds of successive answers are cut
/// together. What is compared is our monotonic clock, which nobody sets: account time goes on
/// evenly while somebody corrects the machine's wall clock. That one counts only until a `Date` is
/// believed.
///
/// Example, in seconds of our monotonic clock: a request is sent at 100.0 and answered at 100.4 with a
/// `Date` of 500. The date was written between the two, and 500 can be anything from 500.000 to 500.999.
/// So Zendesk's clock is ahead by 399.6 to 400.999 s. The next answer says 400.1 to 401.4, and both
/// together leave 400.1 to 400.999.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AccountClock {
    /// Zendesk's clock less our monotonic one; `None` until a `Date` is believed.
    ahead: Option<Bounds>,
    /// The same by the latest answer, if its `Date` is not believed yet.
    doubted: Option<Bounds>,
    /// Answers since the first `Date`, that one included, while none is believed.
    unsure_answers: u32,
}

/// What the `Date` of an answer came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The answer has none.
    Missing,
    /// It is within five minutes of account time.
    Believed,
    /// It is further off, but so was the one before: account time is set.
    Set {
        /// How far account time moved, in seconds; negative for back.
        by_seconds: i64,
    },
    /// It is further off, and nothing confirms it yet.
    Doubted {
        /// How far it is ahead of account time, in seconds.
        by_seconds: i64,
    },
}

/// Least and most that one clock is ahead of another, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Bounds {
    least: i64,
    most: i64,
}

impl Bounds {
    /// How far Zendesk's clock is ahead by an answer.
    fn seen(sent: Moment, received: Moment, date: UnixSeconds) -> Self {
        let date_ms = date.0.saturating_mul(1000);
        Self {
            least: date_ms.saturating_sub(monotonic_ms(received)),
            // `Date` leaves out the fraction of its second.
            most: date_ms
                .saturating_add(999)
                .saturating_sub(monotonic_ms(sent)),
        }
    }

    /// How far `self` lies beyond `other`, negative for before; 0 where they overlap.
    const fn beyond(self, other: Self) -> i64 {
        if self.least > other.most {
            self.least.saturating_sub(other.most)
        } else if self.most < other.least {
            self.most.saturating_sub(other.least)
        } else {
            0
        }
    }

    const fn confirms(self, other: Self) -> bool {
        self.beyond(other).saturating_abs() <= DATE_APART_SECONDS_MAX * 1000
    }

    /// What both leave possible. Bounds that exclude each other mean that a clock was set: the
    /// newest answer is right.
    fn cut_with(self, newer: Self) -> Self {
        let both = Self {
            least: self.least.max(newer.least),
            most: self.most.min(newer.most),
        };
        if both.least <= both.most { both } else { newer }
    }
}

impl AccountClock {
    /// Takes what an answer says of the time.
    pub fn observe(
        &mut self,
        sent: Moment,
        received: Moment,
        date: Option<UnixSeconds>,
    ) -> Verdict {
        let verdict = match date {
            Some(date) => self.judge(Bounds::seen(sent, received, date), received),
            None => Verdict::Missing,
        };
        // Answers without a `Date` are counted too, once one with a doubted `Date` came: an endpoint
        // that never sends one must not keep pages waiting for ever.
        if self.ahead.is_some() {
            self.unsure_answers = 0;
        } else if self.unsure_answers > 0 || self.doubted.is_some() {
            self.unsure_answers = self.unsure_answers.saturating_add(1);
        }
        verdict
    }

    fn judge(&mut self, seen: Bounds, received: Moment) -> Verdict {
        let before = self.bounds(received);
        if seen.confirms(before) {
            self.ahead = Some(self.ahead.map_or(seen, |ahead| ahead.cut_with(seen)));
            self.doubted = None;
            return Verdict::Believed;
        }
        let by_seconds = seen.beyond(before) / 1000;
        match self.doubted.take() {
            // Two answers in a row agree with each other and not with us, so we were wrong.
            Some(doubted) if seen.confirms(doubted) => {
                self.ahead = Some(doubted.cut_with(seen));
                Verdict::Set { by_seconds }
            }
            // Only the latest doubt is kept: two wrong clocks that alternate never confirm each other.
            _ => {
                self.doubted = Some(seen);
                Verdict::Doubted { by_seconds }
            }
        }
    }

    /// Whether an answer's `Date` agrees with account time as it is known by now.
    pub fn agrees(&self, sent: Moment, received: Moment, date: UnixSeconds) -> bool {
        let seen = Bounds::seen(sent, received, date);
        self.ahead.is_some_and(|ahead| seen.confirms(ahead))
    }

    /// Whether account time is as sure as it will be: a `Date` is believed, or none has come, or
    /// those that came contradict each other for good. Until then no page should be applied.
    pub const fn is_settled(&self) -> bool {
        self.ahead.is_some()
            || self.unsure_answers == 0
            || self.unsure_answers > ANSWERS_AWAITED_MAX
    }

    /// Whether account time rests on a `Date`, rather than on our wall clock alone.
    pub const fn is_believed(&self) -> bool {
        self.ahead.is_some()
    }

    /// Account time: the middle of what is possible.
    pub fn now(&self, now: Moment) -> UnixSeconds {
        let (earliest, latest) = self.now_ms(now);
        // `(earliest + latest) / 2` can overflow.
        UnixSeconds((earliest + (latest - earliest) / 2).div_euclid(1000))
    }

    /// The earliest and latest that account time can be, in milliseconds since the epoch. Our own
    /// wall clock until a `Date` is believed.
    pub fn now_ms(&self, now: Moment) -> (i64, i64) {
        let Bounds { least, most } = self.bounds(now);
        let monotonic = monotonic_ms(now);
        (
            monotonic.saturating_add(least),
            monotonic.saturating_add(most),
        )
    }

    fn bounds(&self, now: Moment) -> Bounds {
        self.ahead.unwrap_or_else(|| {
            let ahead = now.wall_ms.saturating_sub(monotonic_ms(now));
            Bounds {
                least: ahead,
                most: ahead,
            }
        })
    }
}

fn monotonic_ms(moment: Moment) -> i64 {
    i64::try_from(moment.monotonic.as_millis()).unwrap_or(i64::MAX)
}

/// The one clock of an account, for all loops that ask it: the answers of every endpoint count,
/// in the order in which they come.
#[derive(Clone, Debug, Default)]
pub struct SharedAccountClock(Arc<Mutex<AccountClock>>);

impl SharedAccountClock {
    /// As [`AccountClock::observe`].
    pub fn observe(&self, sent: Moment, received: Moment, date: Option<UnixSeconds>) -> Verdict {
        self.lock().observe(sent, received, date)
    }

    /// The clock as it is known now.
    pub fn read(&self) -> AccountClock {
        *self.lock()
    }

    fn lock(&self) -> MutexGuard<'_, AccountClock> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
