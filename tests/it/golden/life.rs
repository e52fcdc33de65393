//! An exporter that lives a past, and what is seen of it.

use std::path::PathBuf;
use std::sync::Arc;

use tempfile::TempDir;
use zendesk_exporter::app::past::Past;
use zendesk_exporter::config;
use zendesk_simulator::{Fault, Options, Simulator, Time};

use super::log::Log;
use super::recording::Recording;
use super::{mask, view};

/// A Monday at ten, when the lives begin.
pub(super) const BEGINS: i64 = 1_789_984_800;

/// Minutes after which a life goes nowhere.
const STEPS_MAX: usize = 300;

/// A run: simulated accounts, an exporter that reads them, and the record of what it shows.
pub(super) struct Life {
    recording: Recording,
    /// What the names of its files begin with.
    part: &'static str,
    log: Log,
    past: Past,
    pub(super) simulators: Vec<Arc<Simulator>>,
    states: TempDir,
    moments: usize,
    /// What names this run, and what stands for it.
    masks: Vec<(String, String)>,
}

impl Life {
    /// Accounts with these options, whose time is the exporter's, and no exporter yet.
    pub(super) async fn of(name: &'static str, accounts: Vec<Options>) -> Self {
        Self::part_of(Recording::of(name), "", accounts).await
    }

    /// The same, as a part of a record of several lives.
    pub(super) async fn part_of(
        recording: Recording,
        part: &'static str,
        accounts: Vec<Options>,
    ) -> Self {
        let states = TempDir::new().expect("a directory");
        let mut life = Self {
            recording,
            part,
            log: Log::begin(),
            past: Past::starting_at(BEGINS, states.path().to_owned()),
            simulators: Vec::new(),
            moments: 0,
            masks: vec![(states.path().display().to_string(), "<states>".to_owned())],
            states,
        };
        for (place, options) in accounts.into_iter().enumerate() {
            let time = Time::manual(BEGINS);
            let simulator = Simulator::start(Options { time, ..options }).await;
            let simulator = Arc::new(simulator.expect("a free port"));
            life.past.follow(&simulator);
            life.masks
                .push((simulator.base_url(), format!("<account {place}>")));
            life.simulators.push(simulator);
        }
        life
    }

    /// Starts the exporter with these settings, `{0}` being the address of the first account.
    pub(super) fn start(&mut self, settings: &str) {
        let mut text = settings.to_owned();
        for (place, simulator) in self.simulators.iter().enumerate() {
            text = text.replace(&format!("{{{place}}}"), &simulator.base_url());
        }
        let config = config::from_text(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        self.mark("start");
        for warning in &config.warnings {
            self.log.mark(&format!("warning: {warning}"));
        }
        for account in &config.accounts {
            let file = account.base_url.state_file_name();
            self.masks
                .push((file, format!("<state of {}>", account.name)));
            self.past.read(account).expect("opened");
        }
    }

    /// Where the state of an account is.
    pub(super) fn state_path(&self, account: usize) -> PathBuf {
        let address = self.simulators[account].base_url();
        let settings =
            format!("accounts: [{{ base_url: '{address}', auth: {{ access_token: x }} }}]");
        let config = config::from_text(&settings).expect("good settings");
        self.states
            .path()
            .join(config.accounts[0].base_url.state_file_name())
    }

    /// Stops the exporter between two requests.
    pub(super) fn stop(&mut self) {
        self.mark("stop");
        self.past.stop();
    }

    /// Lives on for so many seconds.
    pub(super) async fn live(&mut self, seconds: i64) {
        let until = self.past.now() + seconds;
        self.past.run_until(until).await.expect("it lives");
    }

    /// Lets so many seconds pass without doing what is due.
    pub(super) fn skip(&mut self, seconds: i64) {
        self.past.skip_to(self.past.now() + seconds);
    }

    /// Lives until each account has been read from now on.
    pub(super) async fn live_until_read(&mut self) {
        let now = self.past.now();
        for _ in 0..STEPS_MAX {
            self.live(60).await;
            if self.latest_successes().iter().all(|at| *at > now as f64) {
                return;
            }
        }
        panic!("the accounts are not read again");
    }

    fn latest_successes(&self) -> Vec<f64> {
        let text = self.past.exposition().encode();
        let samples = text
            .lines()
            .filter(|line| line.starts_with("zendesk_exporter_last_success_"));
        let values = samples.filter_map(|line| line.rsplit_once(' ')?.1.parse().ok());
        values.collect()
    }

    /// Lets all answers of an account's export go wrong.
    pub(super) fn set_fault(&self, account: usize, fault: Fault) {
        self.mark(&format!("account {account} has the fault {fault:?}"));
        self.simulators[account].set_fault(fault, u32::MAX);
    }

    /// Nothing goes wrong any more.
    pub(super) fn clear_faults(&self, account: usize) {
        self.mark(&format!("account {account} is well again"));
        self.simulators[account].clear_faults();
    }

    /// The value that a sample has now.
    pub(super) fn value(&self, sample: &str) -> Option<f64> {
        let text = self.past.exposition().encode();
        let line = text.lines().find_map(|line| line.strip_prefix(sample));
        line?.trim().parse().ok()
    }

    /// Says in the log what happens.
    pub(super) fn mark(&self, what: &str) {
        let passed = self.past.now() - BEGINS;
        self.log.mark(&format!("--- {passed:>6} s: {what}"));
    }

    /// Records all that users see now.
    pub(super) async fn show(&mut self, moment: &str) {
        self.mark(&format!("shown as {moment}"));
        let seen = view::of(self.past.exposition(), self.past.now()).await;
        let number = self.next_number();
        let [metrics, json, page] =
            [mask::metrics(&seen.metrics), seen.json, seen.page].map(|text| self.masked(&text));
        self.recording
            .add(&format!("{number}-{moment}.prom"), &metrics);
        self.recording
            .add(&format!("{number}-{moment}.json"), &json);
        self.recording
            .add(&format!("{number}-{moment}.html"), &page);
    }

    /// Records the lines of a scrape that `is_wanted`, and of all of it the number of lines and a checksum. For scrapes
    /// that are too long to be kept.
    pub(super) async fn show_in_brief(&mut self, moment: &str, is_wanted: fn(&str) -> bool) {
        self.mark(&format!("shown as {moment}"));
        let seen = view::of(self.past.exposition(), self.past.now()).await;
        let number = self.next_number();
        let metrics = self.masked(&mask::metrics(&seen.metrics));
        let lines = metrics.lines().filter(|line| is_wanted(line));
        let lines: String = lines.map(|line| format!("{line}\n")).collect();
        let whole = format!(
            "# {} lines, CRC-32 {:08x}\n",
            metrics.lines().count(),
            crc32fast::hash(metrics.as_bytes())
        );
        self.recording
            .add(&format!("{number}-{moment}.brief"), &(whole + &lines));
    }

    /// Records how the accounts are doing.
    pub(super) async fn show_status(&mut self, moment: &str) {
        let seen = view::of(self.past.exposition(), self.past.now()).await;
        let number = self.next_number();
        let json = self.masked(&seen.json);
        self.recording
            .add(&format!("{number}-{moment}.json"), &json);
    }

    /// Ends the run, and compares.
    #[track_caller]
    pub(super) fn end(self) {
        self.recorded().finish();
    }

    /// Ends the run, for a record of several.
    pub(super) fn recorded(mut self) -> Recording {
        self.mark("end");
        let log = self.masked(&self.log.text());
        self.recording.add(&format!("{}log.txt", self.part), &log);
        self.recording
    }

    fn next_number(&mut self) -> String {
        self.moments += 1;
        format!("{}{:02}", self.part, self.moments)
    }

    fn masked(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (of_this_run, mask) in &self.masks {
            text = text.replace(of_this_run, mask);
        }
        text
    }
}
