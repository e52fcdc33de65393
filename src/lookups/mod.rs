//! What is asked of Zendesk beside the export: the search's counts, and names for ids.
//!
//! A loop of its own per account. The poller stays the only loop over the export, so that an
//! endpoint that is slow, refused or not on the account's plan never holds the ledger back: what
//! fails here fails neither `zendesk_up` nor any poll. Takes no decisions: when and what to ask
//! comes from `agenda`.
//!
//! Shares the poller's client, for its token and login; what is found is shown by the poller's
//! publisher, beside the tickets.

mod agenda;

mod findings;

mod report;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tracing::debug;

use crate::clock::{Clock, Moment};
use crate::error_chain::with_sources;
use crate::metrics::{AccountMetrics, Published, TicketCounts};
use crate::reload::{Mailbox, MailboxSender};
use crate::schedule::{Retry, SharedAccountClock, Verdict};
use crate::source::{
    AnswerHead, ApiError, Endpoint, Exchange, Login, LookupSource, NamesPage, TokenLease, TokenUse,
};
use crate::ticket::{NamedSet, Status, UnixSeconds};
use agenda::{Agenda, Lookup, NamesRead, Next, Plan};
pub use agenda::{COUNTED, NAMES_EVERY, NAMES_MAX, PAGES_MAX, RETRIES_PER_HOUR_MAX};
pub use findings::{Findings, SearchCount, SharedFindings};
use report::{Subject, Troubles};

/// The settings of one account's lookups.
#[derive(Clone, Debug)]
pub struct LookupSettings {
    /// Label value.
    pub account: String,
    /// How often tickets are counted by the search, at most every
    /// [`SEARCH_COUNTS_EVERY_MIN`](crate::schedule::SEARCH_COUNTS_EVERY_MIN);
    /// `None` for never.
    pub search_counts_every: Option<Duration>,
    /// Whether the settings ask for all tickets of the account
    /// ([`Reach::is_whole`](crate::ledger::Reach::is_whole)), so that the ledger's counts can be
    /// compared with Zendesk's.
    pub is_whole: bool,
    /// Sets whose label is on, none twice.
    pub names: Vec<NamedSet>,
    /// How failures are retried.
    pub retry: Retry,
    /// Seed of the jitter.
    pub seed: u64,
}

impl LookupSettings {
    fn plan(&self) -> Plan {
        Plan {
            search_counts_every: self.search_counts_every,
            names: self.names.clone(),
            retry: self.retry,
        }
    }

    /// What is asked with these settings.
    pub fn endpoints(&self) -> Vec<Endpoint> {
        let counts = self.search_counts_every.map(|_| Endpoint::SearchCount);
        let names = self.names.iter().map(|set| Endpoint::Names(*set));
        counts.into_iter().chain(names).collect()
    }
}

/// Where lookups show what they found.
#[derive(Clone, Debug)]
pub struct LookupOutlets {
    /// Self-metrics; of these, requests are counted.
    pub metrics: AccountMetrics,
    /// What was found. Nothing else may store into it.
    pub findings: SharedFindings,
    /// What a scrape shows of the account: its tickets are what counts are compared with.
    pub published: Published,
    /// The account's clock, which the answers here help to know.
    pub account_clock: SharedAccountClock,
}

/// What the lookups of an account do from now on.
#[derive(Debug)]
pub struct NewLookups<S> {
    /// Their settings; the seed is not used again.
    pub settings: LookupSettings,
    /// Where counts and names come from.
    pub source: Arc<S>,
    /// Self-metrics.
    pub metrics: AccountMetrics,
}

/// Looks up what the settings of one account want, for as long as the program runs.
#[derive(Debug)]
pub struct Lookups<C, S> {
    clock: Arc<C>,
    source: Arc<S>,
    outlets: LookupOutlets,
    agenda: Agenda,
    findings: Findings,
    /// As [`LookupSettings::is_whole`].
    is_whole: bool,
    /// Sets that were read in part.
    reading: BTreeMap<NamedSet, Reading>,
    troubles: Troubles,
    /// Whether a token was just got and no request has used it.
    has_new_token: bool,
    mailbox: Mailbox<NewLookups<S>>,
}

/// What was read of a set so far.
#[derive(Debug, Default)]
struct Reading {
    /// At most [`NAMES_MAX`].
    names: Vec<(i64, String)>,
    /// Names that were left out because they repeat a credential.
    withheld: usize,
}

impl<C: Clock, S: LookupSource> Lookups<C, S> {
    /// Lookups that have found nothing yet. Asks nothing.
    pub fn new(
        settings: LookupSettings,
        clock: Arc<C>,
        source: Arc<S>,
        outlets: LookupOutlets,
    ) -> Self {
        let plan = settings.plan();
        Self {
            agenda: Agenda::new(&plan, settings.seed, clock.now()),
            findings: Findings::default(),
            is_whole: settings.is_whole,
            reading: BTreeMap::new(),
            troubles: Troubles::new(&settings.account),
            clock,
            source,
            outlets,
            has_new_token: false,
            mailbox: Mailbox::default(),
        }
    }

    /// Sends new settings to this loop, which takes them between two requests.
    pub fn sender(&self) -> MailboxSender<NewLookups<S>> {
        self.mailbox.sender()
    }

    /// Looks up until `shutdown`. A request that is under way then is given up.
    pub async fn run(mut self, shutdown: CancellationToken) {
        while self.step(&shutdown).await.is_continue() {}
    }

    /// One request: waits until it is due, asks, publishes. Waits for `shutdown` if the settings
    /// want nothing.
    pub async fn step(&mut self, shutdown: &CancellationToken) -> ControlFlow<()> {
        if let Some(new) = self.mailbox.take() {
            self.adopt(&new);
        }
        let next = self.agenda.next();
        let is_time = async {
            match &next {
                Some(next) => self.clock.sleep_until(next.at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = shutdown.cancelled() => return ControlFlow::Break(()),
            () = self.mailbox.arrival() => return ControlFlow::Continue(()),
            () = self.outlets.findings.login_works() => {
                self.agenda.on_login_works(self.clock.now());
                return ControlFlow::Continue(());
            }
            () = is_time => {}
        }
        let Some(next) = next else {
            return ControlFlow::Continue(());
        };
        tokio::select! {
            biased;
            () = shutdown.cancelled() => ControlFlow::Break(()),
            () = self.ask(next) => ControlFlow::Continue(()),
        }
    }

    /// Most requests in any hour, tokens included, as far as is known of how many pages names take.
    pub fn requests_per_hour_max(&self) -> u32 {
        self.agenda.requests_per_hour_max()
    }

    fn adopt(&mut self, new: &NewLookups<S>) {
        let plan = new.settings.plan();
        self.agenda.replan(&plan, self.clock.now());
        let keeps_counts = plan.search_counts_every.is_some();
        self.findings.keep(&plan.names, keeps_counts);
        self.reading.retain(|set, _| plan.names.contains(set));
        self.troubles.rename(&new.settings.account);
        self.source = Arc::clone(&new.source);
        self.has_new_token = false;
        self.outlets.metrics = new.metrics.clone();
        self.is_whole = new.settings.is_whole;
        let counts = self.ledger_counts();
        self.findings
            .compare(|status| counts.map(|counts| counts.with(status)));
        self.publish();
    }

    async fn ask(&mut self, next: Next) {
        let sent = self.clock.now();
        // Early renewals are left to the poller, which asks far more often. A token that has ended
        // by the time of its first request is used for it all the same, or none would ever be.
        let has_new_token = std::mem::take(&mut self.has_new_token);
        if !has_new_token
            && self.source.login(TokenUse::Lookups, sent) == Login::Required
            && let Some(exchange) = self.source.renew(TokenUse::Lookups, sent).await
        {
            // The request itself follows when the budget allows another one.
            self.agenda.on_request(sent);
            self.on_renewal(&exchange, sent);
            return;
        }
        let sent = self.clock.now();
        self.agenda.on_request(sent);
        let account_now = self.outlets.account_clock.read().now(sent);
        match next.lookup {
            Lookup::Count(status) => {
                let exchange = self.source.search_count(status, account_now).await;
                self.on_count(status, exchange, sent);
            }
            Lookup::Names(set) => {
                let after = next.after.as_deref();
                let exchange = self.source.names(set, after, account_now).await;
                if after.is_none() {
                    self.reading.remove(&set);
                }
                self.on_names(set, exchange, sent);
            }
        }
    }

    fn on_renewal(&mut self, exchange: &Exchange<TokenLease>, sent: Moment) {
        self.on_answer(&exchange.head, sent);
        let now = self.clock.now();
        match &exchange.outcome {
            // No failure yet: it is still due, and is asked once more on a fresh connection.
            Err(lost @ ApiError::ConnectionLost(_)) => self.troubles.on_lost(Subject::Login, lost),
            Ok(_) => {
                self.has_new_token = true;
                self.troubles.on_good(Subject::Login);
            }
            // Another token was only wished for and is refused: the one that there is may do for the
            // others.
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

    /// What counts are compared with; `None` before the first sync is complete, or where the ledger
    /// holds only a part of the account.
    fn ledger_counts(&self) -> Option<TicketCounts> {
        let snapshot = self.outlets.published.load();
        let status = snapshot.status()?;
        let is_whole = self.is_whole && !status.settings_changed;
        status.tickets.filter(|_| is_whole)
    }

    fn on_count(&mut self, status: Status, exchange: Exchange<Option<u64>>, sent: Moment) {
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
                    ours: self.ledger_counts().map(|counts| counts.with(status)),
                });
                self.publish();
            }
            // As with a token: it is still due.
            Err(lost @ ApiError::ConnectionLost(_)) => {
                self.troubles.on_lost(Subject::Lookup(lookup), &lost);
            }
            Err(failure) => {
                self.agenda.on_failed(lookup, &failure, self.clock.now());
                let request_id = exchange.head.request_id.as_deref();
                self.troubles
                    .on_failed(Subject::Lookup(lookup), &failure, request_id);
            }
        }
    }

    fn on_names(&mut self, set: NamedSet, exchange: Exchange<NamesPage>, sent: Moment) {
        self.on_answer(&exchange.head, sent);
        let lookup = Lookup::Names(set);
        let page = match exchange.outcome {
            Ok(page) => page,
            // As with a token: it is still due.
            Err(lost @ ApiError::ConnectionLost(_)) => {
                self.troubles.on_lost(Subject::Lookup(lookup), &lost);
                return;
            }
            Err(failure) => {
                self.agenda.on_failed(lookup, &failure, self.clock.now());
                let request_id = exchange.head.request_id.as_deref();
                self.troubles
                    .on_failed(Subject::Lookup(lookup), &failure, request_id);
                return;
            }
        };
        let reading = self.reading.entry(set).or_default();
        let room = NAMES_MAX - reading.names.len();
        let is_full = page.names.len() > room;
        reading.names.extend(page.names.into_iter().take(room));
        reading.withheld += page.withheld;
        let read = self.agenda.on_page(set, page.after, self.clock.now());
        match read {
            NamesRead::InPart => return,
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

    /// Notes what every answer says beside its content. Returns when it was given.
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

    fn publish(&self) {
        self.outlets.findings.store(self.findings.clone());
    }
}
