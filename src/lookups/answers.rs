//! Handles the answers to lookups and to their requests for tokens.

use tracing::debug;

use super::agenda::{Lookup, NAMES_MAX, NamesRead};
use super::report::Subject;
use super::{Lookups, Reading, SearchCount};
use crate::clock::{Clock, Moment};
use crate::error_chain::with_sources;
use crate::schedule::Verdict;
use crate::source::{
    AnswerHead, ApiError, Exchange, Login, LookupSource, NamesPage, TokenLease, TokenUse,
};
use crate::ticket::{NamedSet, Status, UnixSeconds};

impl<C: Clock, S: LookupSource> Lookups<C, S> {
    pub(super) fn on_renewal(&mut self, exchange: &Exchange<TokenLease>, sent: Moment) {
        self.on_answer(&exchange.head, sent);
        let now = self.clock.now();
        match &exchange.outcome {
            // The connection no longer worked. The lookup is still due, and is sent again on a new connection.
            Err(lost @ ApiError::ConnectionLost(_)) => self.troubles.on_lost(Subject::Login, lost),
            Ok(_) => {
                self.has_new_token = true;
                self.troubles.on_good(Subject::Login);
            }
            // A new token was only advised and was refused; the present one may still be good.
            Err(failure) if self.source.login(TokenUse::Lookups, now) != Login::Required => {
                debug!(
                    account = self.troubles.account(),
                    error = with_sources(failure),
                    "cannot get another OAuth token, keeping the current one"
                );
            }
            Err(failure) => {
                self.agenda.on_login_failed(failure, now);
                let request_id = exchange.head.request_id.as_deref();
                self.troubles.on_failed(Subject::Login, failure, request_id);
            }
        }
    }

    pub(super) fn on_count(
        &mut self,
        status: Status,
        exchange: Exchange<Option<u64>>,
        sent: Moment,
    ) {
        let at = self.on_answer(&exchange.head, sent);
        let lookup = Lookup::Count(status);
        match exchange.outcome {
            Ok(count) => {
                self.agenda.on_counted(status, self.clock.now());
                let Some(count) = count else {
                    self.troubles.on_unknown(lookup);
                    return;
                };
                self.troubles.on_good(Subject::Lookup(lookup));
                self.findings.set_count(SearchCount {
                    status,
                    count,
                    at,
                    ours: self
                        .ledger_counts()
                        .map(|counts| counts.count_of_status(status)),
                });
                self.publish();
            }
            Err(failure) => self.on_failure(lookup, &failure, &exchange.head),
        }
    }

    fn on_failure(&mut self, lookup: Lookup, failure: &ApiError, head: &AnswerHead) {
        let subject = Subject::Lookup(lookup);
        if let ApiError::ConnectionLost(_) = failure {
            // As with a token: the lookup is still due.
            return self.troubles.on_lost(subject, failure);
        }
        self.agenda.on_failed(lookup, failure, self.clock.now());
        self.troubles
            .on_failed(subject, failure, head.request_id.as_deref());
    }

    pub(super) fn on_names(&mut self, set: NamedSet, exchange: Exchange<NamesPage>, sent: Moment) {
        self.on_answer(&exchange.head, sent);
        let lookup = Lookup::Names(set);
        let page = match exchange.outcome {
            Ok(page) => page,
            Err(failure) => return self.on_failure(lookup, &failure, &exchange.head),
        };
        let reading = self.reading.entry(set).or_default();
        // A page can be longer than requested.
        let room = NAMES_MAX - reading.names.len();
        let is_full = page.names.len() > room;
        reading.names.extend(page.names.into_iter().take(room));
        reading.withheld += page.withheld;
        let read = self.agenda.on_page(set, page.after, self.clock.now());
        match read {
            NamesRead::InPart => return,
            // The names are incomplete, so those of the last round stay.
            NamesRead::Circling => {
                self.reading.remove(&set);
                self.troubles.on_circling(lookup);
                return;
            }
            NamesRead::Whole | NamesRead::CutOff => {}
        }
        if is_full || read == NamesRead::CutOff {
            self.troubles.on_too_many(lookup);
        } else {
            self.troubles.on_good(Subject::Lookup(lookup));
        }
        let Reading { names, withheld } = self.reading.remove(&set).unwrap_or_default();
        self.troubles.on_withheld(set, withheld);
        self.findings.set_names(set, names);
        self.publish();
    }

    /// Records what the head of every answer states, and returns when the answer was given, by account time.
    fn on_answer(&mut self, head: &AnswerHead, sent: Moment) -> UnixSeconds {
        let received = self.clock.now();
        let took = received.monotonic.saturating_sub(sent.monotonic);
        self.troubles.on_answer(received.monotonic);
        self.outlets
            .metrics
            .on_request(head.endpoint, head.status, took);
        let clock = &self.outlets.account_clock;
        if head.status.is_none() {
            return clock.read().now(received);
        }
        match (clock.observe(sent, received, head.date), head.date) {
            (Verdict::Believed | Verdict::Set { .. }, Some(date)) => date,
            _ => clock.read().now(received),
        }
    }
}
