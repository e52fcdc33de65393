//! The loop that requests counts of Zendesk's search and names for ids.
//!
//! Each account has a loop for lookups. The poller remains the only loop that reads tickets, so an endpoint that is
//! slow, refused or not in the account's plan never delays the ledger. A failed lookup is neither a failed poll nor
//! a change of `zendesk_up`. The loop makes no decisions: `agenda` says what to request and when.
//!
//! It shares the poller's client, and so its token. The poller publishes the results with the tickets.

mod agenda;

mod answers;

mod findings;

mod report;

mod settings;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::metrics::TicketCounts;
use crate::reload::{Mailbox, MailboxSender};
use crate::source::{Login, LookupSource, TokenUse};
use crate::ticket::NamedSet;
use agenda::{Agenda, Lookup, NextLookup};
pub use agenda::{COUNTED, NAMES_EVERY, NAMES_MAX, PAGES_MAX, RETRIES_PER_HOUR_MAX};
pub use findings::{Findings, SearchCount, SharedFindings};
use report::Troubles;
pub use settings::{LookupOutlets, LookupSettings, NewLookups};

/// The loop over the lookups of one account. It runs as long as the program.
#[derive(Debug)]
pub struct Lookups<C, S> {
    clock: Arc<C>,
    source: Arc<S>,
    outlets: LookupOutlets,
    agenda: Agenda,
    findings: Findings,
    /// As [`LookupSettings::is_whole`].
    is_whole: bool,
    /// The sets of which some pages were read.
    reading: BTreeMap<NamedSet, Reading>,
    troubles: Troubles,
    /// Whether a new token has not been used by a request yet.
    has_new_token: bool,
    mailbox: Mailbox<NewLookups<S>>,
}

/// The pages of a set that were read so far.
#[derive(Debug, Default)]
struct Reading {
    /// The names; at most [`NAMES_MAX`].
    names: Vec<(i64, String)>,
    /// How many names were left out because they repeat a credential.
    withheld: usize,
}

impl<C: Clock, S: LookupSource> Lookups<C, S> {
    /// Lookups without results. Sends no request.
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

    /// Runs until `shutdown`, which aborts a request that is running.
    pub async fn run(mut self, shutdown: CancellationToken) {
        while self.step(&shutdown).await.is_continue() {}
    }

    /// Waits until a request is due, sends it, and publishes the result. If the settings want no lookups, it waits
    /// for `shutdown`.
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
            // A lookup that was refused with the old credentials is due now, so the next wait is computed again.
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

    /// The most requests in any hour, with those for tokens. It grows if names turn out to take more pages.
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
            .compare(|status| counts.map(|counts| counts.count_of_status(status)));
        self.publish();
    }

    async fn ask(&mut self, next: NextLookup) {
        let sent = self.clock.now();
        // The poller makes early renewals, because it sends requests far more often. A new token is used once even
        // if it has expired by then; otherwise a token with a very short lifetime would never be used.
        let has_new_token = std::mem::take(&mut self.has_new_token);
        if !has_new_token
            && self.source.login(TokenUse::Lookups, sent) == Login::Required
            && let Some(exchange) = self.source.renew(TokenUse::Lookups, sent).await
        {
            // The lookup follows when the budget allows another request.
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
                // A round that begins again, e.g. after a refused position, must not keep the names of its first
                // attempt.
                if after.is_none() {
                    self.reading.remove(&set);
                }
                self.on_names(set, exchange, sent);
            }
        }
    }

    /// The tickets of the ledger for comparison; `None` before the first sync is complete, or if they are only a part
    /// of the account's tickets: by the settings, or because archived tickets were not read.
    fn ledger_counts(&self) -> Option<TicketCounts> {
        let snapshot = self.outlets.published.load();
        let status = snapshot.status()?;
        let is_whole =
            self.is_whole && !status.settings_changed && status.sources.archived.are_counted();
        status.tickets.filter(|_| is_whole)
    }

    fn publish(&self) {
        self.outlets.findings.store(self.findings.clone());
    }
}
