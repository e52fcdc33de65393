//! An exporter on a simulated clock, with simulated accounts: the past of the demo and of the pictures.
//!
//! Everything but the clock is that of the program: settings, client, poller, ledger, state and exposition,
//! over real sockets. The clock goes from one thing that is due to the next, so a month takes seconds. The
//! demo continues from such a past, and the pictures of the dashboards show one.

mod plan;

mod clock;

mod delayed_source;

mod scrapes;

mod sample_names;

#[cfg(test)]
mod tests;

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use zendesk_simulator::Simulator;

pub use plan::{PastPlan, Stretch, Tick};
pub use sample_names::SampleNames;
pub use scrapes::{BLOCK_HOURS, Target, Window, block_end};

use super::account::client;
use super::account::loops::Loops;
use super::account::open_state::open_state;
use super::start_error::StartError;
use crate::config::Account;
use crate::metrics::{AccountMetrics, ExporterMetrics, Exposition};
use crate::server;
use crate::ticket::UnixSeconds;
use crate::zendesk::{Client, Trust};
use clock::{PastClock, Timeline};
use delayed_source::DelayedSource;

/// An exporter whose time is simulated.
#[derive(Debug)]
pub struct Past {
    directory: PathBuf,
    timeline: Arc<Timeline>,
    /// The simulated accounts, also those that the exporter does not read.
    simulators: Vec<Arc<Simulator>>,
    accounts: Vec<PastAccount>,
    exporter: ExporterMetrics,
    exposition: Exposition,
}

/// An account that the exporter reads.
#[derive(Debug)]
struct PastAccount {
    loops: Loops<PastClock, DelayedSource<Client>>,
    /// That of the poller and that of the lookups. Each knows until when its loop waits.
    clocks: [Arc<PastClock>; 2],
}

/// What the exporter of a past has counted of itself. The exporter that continues from its states takes it.
#[derive(Debug)]
pub struct InheritedMetrics {
    pub(super) exporter: ExporterMetrics,
    /// The metrics of an account are shown as long as this or its loops hold them.
    _accounts: Vec<AccountMetrics>,
}

/// The past cannot continue.
#[derive(Debug, thiserror::Error)]
#[error("the state of an account is no longer usable; see the log")]
pub struct StateUnusable;

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

    /// From now on sets the time of `simulator`, which must have a manual clock, to the simulated time.
    pub fn follow(&mut self, simulator: &Arc<Simulator>) {
        self.simulators.push(Arc::clone(simulator));
        self.tell_simulators();
    }

    /// From now on reads `account`, and continues from its state if there is one.
    ///
    /// # Errors
    ///
    /// [`StartError`] for what cannot be opened.
    pub fn read(&mut self, account: &Account) -> Result<(), StartError> {
        let path = self.directory.join(account.base_url.state_file_name());
        let clocks = [(); 2].map(|()| Arc::new(PastClock::new(Arc::clone(&self.timeline))));
        let (state, _) = open_state(account, &path, true, UnixSeconds(self.now()))?;
        let client = client(account, &Trust::default())?;
        let source = DelayedSource::new(client, Arc::clone(&self.timeline), &account.name);
        let source = Arc::new(source);
        let loops = Loops::new(account, source, clocks.clone(), state, &self.exporter);
        self.accounts.push(PastAccount { loops, clocks });
        self.show();
        Ok(())
    }

    /// Ends the exporter between two requests: closes its states, and shows nothing. Accounts that are
    /// [read](Self::read) after that have a new exporter, whose counters of itself start at 0.
    pub fn stop(&mut self) {
        self.accounts.clear();
        self.exporter = ExporterMetrics::new(UnixSeconds(self.now()));
        self.show();
    }

    /// Ends the past and closes its states. Returns what the exporter has counted of itself.
    pub fn end(self) -> InheritedMetrics {
        let accounts = self.accounts.into_iter();
        InheritedMetrics {
            exporter: self.exporter,
            _accounts: accounts
                .map(|account| account.loops.outlets.metrics)
                .collect(),
        }
    }

    /// The simulated time, in Unix seconds.
    pub fn now(&self) -> i64 {
        self.timeline.now()
    }

    /// What a scrape shows at the simulated time.
    pub const fn exposition(&self) -> &Exposition {
        &self.exposition
    }

    /// The status page at the simulated time, as HTML.
    pub fn status_page(&self) -> String {
        server::status_page_of(&self.exposition, UnixSeconds(self.now()))
    }

    /// Whether `zendesk_up` is 1 for each account.
    pub fn is_well(&self) -> bool {
        self.accounts.iter().all(|account| {
            let shown = account.loops.outlets.published.load();
            shown
                .status()
                .is_some_and(|status| status.state.up == Some(true))
        })
    }

    /// Whether the exporter reads any account.
    pub const fn is_running(&self) -> bool {
        !self.accounts.is_empty()
    }

    /// Sets the time to `at`, in Unix seconds, without doing what is due until then. It is done later.
    pub fn skip_to(&mut self, at: i64) {
        self.timeline.go_to(at.saturating_mul(1000));
        self.tell_simulators();
    }

    /// Runs until `at`, in Unix seconds, and does each thing when it is due.
    ///
    /// # Errors
    ///
    /// [`StateUnusable`] if an account can no longer be read.
    pub async fn run_until(&mut self, at: i64) -> Result<(), StateUnusable> {
        let end_ms = at.saturating_mul(1000);
        loop {
            let mut next = None;
            for account in &mut self.accounts {
                let waits = account.run_until_waiting().await?;
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

impl PastAccount {
    /// Lets both loops take steps until they wait. Returns when the first of them continues, on the monotonic
    /// clock.
    async fn run_until_waiting(&mut self) -> Result<Duration, StateUnusable> {
        let shutdown = CancellationToken::new();
        let Self { loops, clocks } = self;
        let [poller_clock, lookup_clock] = clocks;
        let poller = loop {
            match poller_clock.or_waits(loops.poller.step(&shutdown)).await {
                Ok(ControlFlow::Continue(())) => {}
                Ok(ControlFlow::Break(())) => return Err(StateUnusable),
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
