//! Request limits: so many per clock minute of the account.
//!
//! PURE.

/// Requests counted in the present minute.
#[derive(Debug)]
pub struct MinuteLimit {
    /// `None` for no limit.
    per_minute: Option<u32>,
    minute: i64,
    used: u32,
}

/// What the headers say of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Requests per minute.
    pub total: u32,
    /// Left in this minute.
    pub remaining: u32,
    /// Seconds until the next minute.
    pub resets: i64,
}

impl MinuteLimit {
    /// A limit, or none.
    pub const fn new(per_minute: Option<u32>) -> Self {
        Self {
            per_minute,
            minute: i64::MIN,
            used: 0,
        }
    }

    /// Whether there is one.
    pub const fn is_on(&self) -> bool {
        self.per_minute.is_some()
    }

    /// Counts a request at `now`. `Err` if it is one too many; `None` without a limit.
    pub const fn count(&mut self, now: i64) -> Result<Option<Standing>, Standing> {
        let Some(total) = self.per_minute else {
            return Ok(None);
        };
        self.enter_minute(now);
        let allowed = self.used < total;
        self.used = self.used.saturating_add(1);
        let standing = Standing {
            total,
            remaining: total.saturating_sub(self.used),
            resets: 60 - now.rem_euclid(60),
        };
        if allowed {
            Ok(Some(standing))
        } else {
            Err(standing)
        }
    }

    /// Others have sent so many requests in this minute.
    pub const fn spend(&mut self, requests: u32, now: i64) {
        self.enter_minute(now);
        self.used = self.used.saturating_add(requests);
    }

    const fn enter_minute(&mut self, now: i64) {
        let minute = now.div_euclid(60);
        if minute != self.minute {
            self.minute = minute;
            self.used = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_minute_is_the_clocks() {
        let mut limit = MinuteLimit::new(Some(2));
        let standing = |remaining, resets| Standing {
            total: 2,
            remaining,
            resets,
        };
        assert_eq!(limit.count(58), Ok(Some(standing(1, 2))));
        assert_eq!(limit.count(59), Ok(Some(standing(0, 1))));
        assert_eq!(limit.count(59), Err(standing(0, 1)));
        assert_eq!(limit.count(60), Ok(Some(standing(1, 60))));
    }
}
