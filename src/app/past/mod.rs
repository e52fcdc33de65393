//! A past that the exporter lives on a clock of its own, against simulated accounts.
//!
//! What it shows is what the program shows: the same settings, client, poller, ledger, state and
//! exposition, over real sockets. Only time is another: it goes from one thing that is due to the
//! next, or as far as the driver lets it, so that a month takes seconds. The demo goes on from such a
//! past, and the pictures of the dashboards are drawn from one.

mod clock;

mod delayed_source;

mod sample_names;

mod plan;

mod scrapes;

#[cfg(test)]
mod tests;

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use zendesk_simulator::Simulator;

pub use plan::{Plan, Stretch, Tick};
pub use sample_names::SampleNames;
pub use scrapes::{BLOCK_HOURS, Target, Window, block_end};

use super::account::client;
use super::account::loops::Loops;
use super::account::open_state::open_state;
use super::start_error::StartError;
use crate::config::Account;
use crate::metrics::{AccountMetrics, ExporterMetrics, Exposition};
use crate::server;
use crate::store::state_path;
use crate::ticket::UnixSeconds;
use crate::zendesk::{Client, Trust};
use clock::{PastClock, Timeline};
use delayed_source::Distant;

/// An exporter that lives a past.
#[derive(Debug)]
pub struct Past {
    directory: PathBuf,
    timeline: Arc<Timeline>,
    /// The accounts that there are, whether the exporter reads them or not.
    simulators: Vec<Arc<Simulator>>,
    accounts: Vec<Reading>,
    exporter: ExporterMetrics,
    exposition: Exposition,
}

/// An account that is being read.
#[derive(Debug)]
struct Reading {
    loops: Loops<PastClock, Distant<Client>>,
    /// The poller's and that of the lookups: each tells what its loop waits for.
    clocks: [Arc<PastClock>; 2],
}

/// What an exporter has counted of itself, for the one that goes on from its states.
#[derive(Debug)]
pub struct Inherited {
    pub(super) exporter: ExporterMetrics,
    /// What is counted of an account is shown as long as somebody holds it.
    _accounts: Vec<AccountMetrics>,
}

/// A past that came to a premature end.
#[derive(Debug, thiserror::Error)]
#[error("the state of an account is no longer usable; see the log")]
pub struct Broken;

impl Past {
    /// An exporter that starts at `at`, in Unix seconds, and keeps its states in `directory`.
    pub fn starting_at(at: i64, directory: PathBuf) -> Self {
        let exporter = ExporterMetrics::new(UnixSeconds(at));
        Self {
            directory,
            timeline: Arc::new(Timeline::starting_at(at)),
            simulators: Vec::new(),
            accounts: Vec::new(),
            exposition: Exposition::new(Vec::new(), exporter.clone()),
            exporter,
        }
    }

    /// The account of `simulator`, whose time must be told to it, is there: its time follows ours.
    pub fn follow(&mut self, simulator: &Arc<Simulator>) {
        self.simulators.push(Arc::clone(simulator));
        self.tell_simulators();
    }

    /// Reads `account` from now on, from its state if there is one.
    ///
    /// # Errors
    ///
    /// [`StartError`] for what cannot be opened.
    pub fn read(&mut self, account: &Account) -> Result<(), StartError> {
        let path = state_path(&self.directory, &account.base_url.state_file_name());
        let clocks = [(); 2].map(|()| Arc::new(PastClock::of(Arc::clone(&self.timeline))));
        let (store, _) = open_state(account, &path, UnixSeconds(self.now()))?;
        let client = client(account, &Trust::default())?;
        let source = Distant::new(client, Arc::clone(&self.timeline), &account.name);
        let source = Arc::new(source);
        let loops = Loops::new(account, source, clocks.clone(), store, &self.exporter);
        self.accounts.push(Reading { loops, clocks });
        self.show();
        Ok(())
    }

    /// Ends the exporter between two requests: its states are closed, and it shows nothing. What is
    /// [read](Self::read) after that is read by another one, whose own counters begin at 0.
    pub fn stop(&mut self) {
        self.accounts.clear();
        self.exporter = ExporterMetrics::new(UnixSeconds(self.now()));
        self.show();
    }

    /// Ends the past: its states are closed. What the exporter has counted of itself is for the one
    /// that opens them next.
    pub fn end(self) -> Inherited {
        let accounts = self.accounts.into_iter();
        Inherited {
            exporter: self.exporter,
            _accounts: accounts
                .map(|account| account.loops.outlets.metrics)
                .collect(),
        }
    }

    /// Unix seconds.
    pub fn now(&self) -> i64 {
        self.timeline.now()
    }

    /// What a scrape shows now.
    pub const fn exposition(&self) -> &Exposition {
        &self.exposition
    }

    /// The status page of now, as HTML.
    pub fn status_page(&self) -> String {
        server::status_page_of(&self.exposition, UnixSeconds(self.now()))
    }

    /// Whether the latest request for each account was understood, and its answer kept.
    pub fn is_well(&self) -> bool {
        self.accounts.iter().all(|account| {
            let shown = account.loops.outlets.published.load();
            shown
                .status()
                .is_some_and(|status| status.state.up == Some(true))
        })
    }

    /// Whether the exporter runs.
    pub const fn is_running(&self) -> bool {
        !self.accounts.is_empty()
    }

    /// Goes to `at`, in Unix seconds, without doing what is due until then; it is late after that.
    pub fn skip_to(&mut self, at: i64) {
        self.timeline.go_to(at.saturating_mul(1000));
        self.tell_simulators();
    }

    /// Lives until `at`, in Unix seconds, doing each thing when it is due.
    ///
    /// # Errors
    ///
    /// [`Broken`] when an account cannot be read any more.
    pub async fn live_until(&mut self, at: i64) -> Result<(), Broken> {
        let end_ms = at.saturating_mul(1000);
        loop {
            let mut next = None;
            for account in &mut self.accounts {
                let waits = account.do_what_is_due().await?;
                next = next.into_iter().chain([waits]).min();
            }
            let Some(due_ms) = next.map(|due| self.timeline.wall_ms_at(due)) else {
                break;
            };
            if due_ms > end_ms {
                break;
            }
            self.timeline.go_to(due_ms);
            self.tell_simulators();
        }
        self.skip_to(at);
        Ok(())
    }

    fn show(&mut self) {
        let accounts = self.accounts.iter();
        let published = accounts.map(|account| Arc::clone(&account.loops.outlets.published));
        self.exposition = Exposition::new(published.collect(), self.exporter.clone());
    }

    fn tell_simulators(&self) {
        let now = self.now();
        for simulator in &self.simulators {
            simulator.advance((now - simulator.now()).max(0));
        }
    }
}

impl Reading {
    /// Takes steps until both loops wait for later; returns when the first of them goes on, on the
    /// monotonic clock.
    async fn do_what_is_due(&mut self) -> Result<Duration, Broken> {
        let shutdown = CancellationToken::new();
        let Self { loops, clocks } = self;
        let [poller_clock, lookup_clock] = clocks;
        let poller = loop {
            match poller_clock.or_waits(loops.poller.step(&shutdown)).await {
                Ok(ControlFlow::Continue(())) => {}
                Ok(ControlFlow::Break(())) => return Err(Broken),
                Err(deadline) => break deadline,
            }
        };
        let lookups = loop {
            if let Err(deadline) = lookup_clock.or_waits(loops.lookups.step(&shutdown)).await {
                break deadline;
            }
        };
        Ok(poller.min(lookups))
    }
}
