//! What people are told of answers that could not be used.

use tracing::{error, warn};

use super::{Poller, Source};
use crate::clock::Clock;
use crate::telemetry::with_sources;
use crate::zendesk::{ApiError, Endpoint, RejectedRow};

/// Rows of one page that are named when they are left out.
const REJECTED_NAMED_MAX: usize = 20;

impl<C: Clock, S: Source> Poller<C, S> {
    /// Names the rows that were left out: some of them, as a broken page can have a thousand.
    pub(super) fn log_rejected(&self, undecoded: &[RejectedRow], refused: &[RejectedRow]) {
        let account = &self.settings.account;
        let rejected = undecoded.iter().chain(refused);
        for row in rejected.take(REJECTED_NAMED_MAX) {
            warn!(
                account,
                ticket.id = row.id,
                reason = row.reason,
                "left out a row of the export"
            );
        }
        let further = (undecoded.len() + refused.len()).saturating_sub(REJECTED_NAMED_MAX);
        if further > 0 {
            warn!(
                account,
                rows = further,
                "left out further rows of the same page"
            );
        }
    }

    /// Says what went wrong, where, and what somebody can do about it.
    pub(super) fn log_failure(
        &self,
        failure: &ApiError,
        (endpoint, request_id): (Endpoint, Option<&str>),
    ) {
        let next = self.schedule.next(self.clock.now());
        let retry_in_seconds = next
            .at
            .saturating_sub(self.clock.now().monotonic)
            .as_secs_f64();
        let account = &self.settings.account;
        let url = self.source.address(endpoint);
        let error = with_sources(failure);
        let advice = failure.advice(self.source.auth_method());
        if failure.needs_a_person() {
            error!(
                account,
                url, error, request_id, retry_in_seconds, "cannot read the export: {advice}"
            );
        } else {
            warn!(
                account,
                url, error, request_id, retry_in_seconds, "cannot read the export: {advice}"
            );
        }
    }
}
