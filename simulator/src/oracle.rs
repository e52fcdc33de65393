//! What an exact exporter must show, computed from what was served.
//!
//! PURE, and independent of the exporter: a second writing of the rules, in the plainest form, for
//! the first to be held against. Families that depend on the clock are not here, nor what other
//! endpoints than those with tickets tell.

mod account;

mod answers;

mod arrival;

mod known;

mod measures;

mod row_order;

mod samples;

mod settings;

mod solves;

mod targets;

mod true_counts;

mod waiting;

mod was;

use std::collections::BTreeMap;

use crate::list_faults::ListEndpoint;
pub use account::Seen;
pub use answers::{Listed, ListedRow, Served};
use arrival::Arrival;
pub use arrival::Carried;
use known::Known;
use row_order::RowTime;
use samples::Samples;
pub use settings::{BusinessHours, OracleSettings};
pub use true_counts::TrueCounts;
use waiting::{Answer, Waiting};

/// What an exporter knows and has counted.
#[derive(Clone, Debug, Default)]
pub struct Oracle {
    waiting: Waiting,
    known: BTreeMap<i64, Known>,
    baseline: Option<i64>,
    truth: Truth,
    synced: Synced,
    /// Metric sets of the export say when the status last changed.
    export_tells_status_changes: bool,
    /// Unknown tickets that the list shows, and that were last updated before it, are passed over.
    start_time: i64,
    counted: Samples,
    true_counts: TrueCounts,
    hidden_status_changes: u64,
}

/// Which source is the truth for an exporter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Truth {
    /// The export.
    #[default]
    Export,
    /// The list.
    List,
}

/// How far the first sync is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Synced {
    #[default]
    No,
    /// The list of tickets was read to its end; that of deleted tickets was not since then.
    ListEnded,
    Yes,
}

/// Which answers were kept. Whoever watches the exporter says so with [`Self::settle`] and
/// [`Self::lose_latest`]. Until then it is inferred: a request that goes on from where an answer
/// led proves that the answer was kept, and an answer that is asked for again was not. That is
/// exact for cursors. Of the time-based export two walks may ask for the same second, or a page
/// may lead to its own beginning, and an exporter that was killed then leaves no trace in its
/// requests of what it had kept. An answer of the lists leaves none either, since their rows are
/// read again as a matter of course: it counts as kept from the second one after it on, because an
/// exporter that does not know the time yet lets its first answer wait for the next one.
impl Oracle {
    /// Metric sets of the export say when the status last changed, as those of the lists do.
    #[must_use]
    pub fn told_of_status_changes(self, is_told: bool) -> Self {
        Self {
            export_tells_status_changes: is_told,
            ..self
        }
    }

    /// Which source is the truth for what is served from now on. What was served before was kept.
    pub fn set_truth(&mut self, truth: Truth) {
        self.settle();
        self.truth = truth;
    }

    /// The exporter passes over what was last updated before this.
    pub const fn set_start_time(&mut self, start_time: i64) {
        self.start_time = start_time;
    }

    /// The exporter has understood its first answer at this time. Without being told, that is the
    /// first answer with rows.
    pub fn set_baseline(&mut self, at: i64) {
        self.baseline = Some(at);
    }

    /// A page is asked for at `position`.
    pub fn on_request(&mut self, position: &str) {
        self.waiting.on_request(position);
        self.fold_in_order();
    }

    /// A page was served.
    pub fn on_served(&mut self, served: Served) {
        self.wait(Answer::Page(served));
    }

    /// An answer of the lists was served.
    pub fn on_listed(&mut self, listed: Listed) {
        self.wait(Answer::Listed(listed));
    }

    /// The list of deleted tickets was asked for, and answered that it may not be read.
    pub fn on_deleted_refused(&mut self) {
        self.wait(Answer::DeletedRefused);
    }

    fn wait(&mut self, answer: Answer) {
        self.waiting.push(answer);
        self.fold_in_order();
    }

    /// Every answer so far was kept.
    pub fn settle(&mut self) {
        while let Some(answer) = self.waiting.next() {
            self.keep(answer);
        }
    }

    /// The exporter has ended before it kept the latest answer. It takes one answer after the
    /// other, so all before that were kept.
    pub fn lose_latest(&mut self, answers: usize) {
        self.waiting.lose_latest(answers);
        self.settle();
    }

    /// The exporter has swept every ticket that is not there any more and was not said to be
    /// deleted.
    pub fn sweep(&mut self, is_there: impl Fn(i64) -> bool) {
        self.sweep_but(0, is_there);
    }

    /// The same in a walk that met so many rows without an id: as many of the tickets that it has
    /// not seen stay, those with the greatest ids.
    pub fn sweep_but(&mut self, without_id: usize, is_seen: impl Fn(i64) -> bool) {
        let unseen = self
            .known
            .iter_mut()
            .rev()
            .filter(|(id, known)| known.is_live() && !is_seen(**id));
        for (_, known) in unseen.skip(without_id) {
            known.sweep();
        }
    }

    /// The exporter has swept every ticket that is not closed, that two rounds by ids missed, and that
    /// the list of deleted tickets does not name.
    pub fn sweep_unclosed(&mut self, is_seen: impl Fn(i64) -> bool) {
        let unseen = self
            .known
            .iter_mut()
            .filter(|(id, known)| known.is_live() && !known.is_closed() && !is_seen(**id));
        for (_, known) in unseen {
            known.sweep();
        }
    }

    /// The sample lines that are not zero, sorted, with this value of the label `account`.
    pub fn expected(&self, account: &str, settings: &OracleSettings) -> String {
        if self.synced != Synced::Yes {
            return String::new();
        }
        let mut samples = self.counted.clone();
        for known in self.known.values() {
            known.gauge(&settings.tags, &mut samples);
        }
        samples.shown(account, settings)
    }

    /// Statuses that moved and came back between two rows.
    pub const fn hidden_status_changes(&self) -> u64 {
        self.hidden_status_changes
    }

    fn fold_in_order(&mut self) {
        while let Some(answer) = self.waiting.next_kept() {
            self.keep(answer);
        }
    }

    fn keep(&mut self, answer: Answer) {
        match answer {
            Answer::Page(served) => {
                for (id, ticket) in served.rows {
                    let tells = self.export_tells_status_changes && served.carried.metric_sets;
                    let time = RowTime::of_export(&ticket, tells);
                    self.arrive(id, Arrival::new(ticket, served.carried, time), served.date);
                }
                if served.end_of_stream && self.truth == Truth::Export {
                    self.synced = Synced::Yes;
                }
                self.baseline.get_or_insert(served.date);
            }
            Answer::Listed(listed) => self.keep_listed(listed),
            Answer::DeletedRefused => self.deleted_ended(),
        }
    }

    fn keep_listed(&mut self, listed: Listed) {
        let is_deleted = listed.endpoint == ListEndpoint::DeletedTickets;
        for ListedRow {
            id,
            ticket,
            generated_timestamp,
        } in listed.rows
        {
            let time = if is_deleted {
                RowTime::of_deletion(&ticket)
            } else {
                RowTime::of_list(&ticket, generated_timestamp, listed.carried.metric_sets)
            };
            if !self.known.contains_key(&id) && time.updated_at < self.start_time {
                continue;
            }
            let row = if is_deleted {
                let stored = self.known.get(&id).map(|known| &known.row);
                Arrival::deleted(stored.unwrap_or(&ticket), time)
            } else {
                Arrival::new(ticket, listed.carried, time)
            };
            self.arrive(id, row, listed.date);
        }
        self.baseline.get_or_insert(listed.date);
        let is_end = !listed.has_more && self.truth == Truth::List;
        match listed.endpoint {
            ListEndpoint::Tickets if is_end && self.synced == Synced::No => {
                self.synced = Synced::ListEnded;
            }
            ListEndpoint::DeletedTickets if is_end => self.deleted_ended(),
            _ => {}
        }
    }

    fn deleted_ended(&mut self) {
        if self.synced == Synced::ListEnded {
            self.synced = Synced::Yes;
        }
    }

    /// A row has come in an answer of this date.
    fn arrive(&mut self, id: i64, row: Arrival, date: i64) {
        let baseline = *self.baseline.get_or_insert(date);
        // During the first sync only what happens to tickets created since the baseline counts.
        let counts = self.synced == Synced::Yes || row.ticket.created_at >= baseline;
        let baseline = counts.then_some(baseline);
        let row = row.dated(date);
        let known = self.known.get(&id);
        if known.is_some_and(|known| !known.yields_to(&row, self.truth == Truth::List)) {
            return;
        }
        let step = known::step(known, row, baseline, &mut self.counted);
        self.true_counts.add(step.true_counts);
        self.hidden_status_changes += u64::from(step.hides_a_change);
        self.known.insert(id, step.after);
    }
}

#[cfg(test)]
mod tests;
