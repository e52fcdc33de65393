//! What the log says of clocks.

use tracing::warn;

use super::Poller;
use crate::clock::Clock;
use crate::schedule::Verdict;
use crate::source::TicketSource;

impl<C: Clock, S: TicketSource> Poller<C, S> {
    /// Says what an answer's `Date` came to, as far as somebody should know.
    pub(super) fn log_clock_verdict(&mut self, verdict: Verdict) {
        let now = self.clock.now().monotonic;
        let Some(times) = self.clock_news.take(verdict, now) else {
            return;
        };
        let account = &self.settings.account;
        match verdict {
            Verdict::Believed | Verdict::Missing => {}
            Verdict::Set { by_seconds } => warn!(
                account,
                by_seconds,
                times,
                advice = "check the clock of this machine",
                "two answers in a row have another time, using it from now on"
            ),
            Verdict::Doubted { by_seconds } => warn!(
                account,
                by_seconds,
                times,
                "the Date header of an answer is far from the account's time, ignoring it unless the next answer confirms it"
            ),
        }
    }

    /// Says once that the data is dated by this machine's clock.
    pub(super) fn log_missing_date(&mut self) {
        if std::mem::replace(&mut self.clock_news.told_missing, true) {
            return;
        }
        warn!(
            account = self.settings.account,
            advice = "check the clock of this machine",
            "Zendesk's answers have no Date header, using the clock of this machine"
        );
    }
}
