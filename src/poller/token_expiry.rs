//! When the present token ends, for people.

use super::Poller;
use crate::clock::{Clock, Moment};
use crate::source::TicketSource;
use crate::ticket::UnixSeconds;

/// Between two readings of when one token ends; tokens that follow each other end minutes apart.
const TOKEN_END_APART_SECONDS_MAX: i64 = 2;

impl<C: Clock, S: TicketSource> Poller<C, S> {
    /// When the present token ends, by account time. Known to a second at best, so what was shown
    /// stays unless it is another token's.
    pub(super) fn token_expires_at(&self) -> Option<UnixSeconds> {
        let ends = self.source.token_expires_at()?;
        let now = self.clock.now();
        let left = ends.as_secs_f64() - now.monotonic.as_secs_f64();
        let at = Moment {
            monotonic: ends,
            wall_ms: now.wall_ms.saturating_add((left * 1000.0) as i64),
        };
        let by_now = self.schedule.account_clock().now(at);
        let is_same = |shown: &UnixSeconds| {
            shown.since(by_now).saturating_abs() <= TOKEN_END_APART_SECONDS_MAX
        };
        let shown = self.publisher.status.state.token_expires_at.filter(is_same);
        Some(shown.unwrap_or(by_now))
    }
}
