//! What an exact exporter must show, computed from what was served.
//!
//! PURE, and independent of the exporter: a second writing of the rules, in the plainest form, for
//! the first to be held against. Families that depend on the clock are not here, nor what other
//! endpoints than the exports tell.

mod known;

mod measures;

mod samples;

mod settings;

use std::collections::{BTreeMap, VecDeque};

use super::world::SimTicket;
pub use known::Carried;
use known::Known;
use samples::Samples;
pub use settings::{BusinessHours, OracleSettings};

/// A page that was served and perhaps kept.
#[derive(Clone, Debug)]
pub struct Served {
    /// The position that was asked for.
    pub asked: String,
    /// Where it goes on: its `after_cursor` or `end_time`.
    pub leads_to: Option<String>,
    /// Its rows.
    pub rows: Vec<(i64, SimTicket)>,
    /// What its rows carried.
    pub carried: Carried,
    /// Whether there was nothing more.
    pub end_of_stream: bool,
    /// Its `Date`.
    pub date: i64,
}

/// What an exporter knows and has counted.
#[derive(Clone, Debug, Default)]
pub struct Oracle {
    /// Pages of which it is not known yet whether they were kept, or that wait for such a one:
    /// they are folded in the order in which they were served.
    waiting: VecDeque<(Served, Verdict)>,
    known: BTreeMap<i64, Known>,
    baseline: Option<i64>,
    synced: bool,
    counted: Samples,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Unknown,
    Kept,
}

/// Pages that wait. The last page of a replay leads nowhere that is ever asked for, so that at some
/// point it counts as kept; a killed exporter asks for a lost page again much sooner.
const WAITING_MAX: usize = 8;

/// Which answers were kept. Whoever watches the exporter says so with [`Self::settle`] and
/// [`Self::lose_latest`]. Until then it is inferred: a request that goes on from where an answer
/// led proves that the answer was kept, and an answer that is asked for again was not. That is
/// exact for cursors. Of the time-based export two walks may ask for the same second, or a page
/// may lead to its own beginning, and an exporter that was killed then leaves no trace in its
/// requests of what it had kept.
impl Oracle {
    /// A page is asked for at `position`.
    pub fn on_request(&mut self, position: &str) {
        for (served, verdict) in &mut self.waiting {
            // An empty page leaves the exporter where it was, and has nothing to lose. A page of
            // the time-based export may lead to its own beginning.
            let stays = served.rows.is_empty() && served.asked == position;
            if stays || served.leads_to.as_deref() == Some(position) {
                *verdict = Verdict::Kept;
            }
        }
        self.waiting
            .retain(|(served, verdict)| *verdict == Verdict::Kept || served.asked != position);
        self.fold_in_order();
    }

    /// A page was served.
    pub fn on_served(&mut self, served: Served) {
        self.waiting.push_back((served, Verdict::Unknown));
        if self.waiting.len() > WAITING_MAX
            && let Some((_, verdict)) = self.waiting.front_mut()
        {
            *verdict = Verdict::Kept;
        }
        self.fold_in_order();
    }

    /// Every answer so far was kept.
    pub fn settle(&mut self) {
        while let Some((served, _)) = self.waiting.pop_front() {
            self.keep(served);
        }
    }

    /// The exporter has ended before it kept the latest answer. It takes one answer after the
    /// other, so all before that were kept.
    pub fn lose_latest(&mut self) {
        self.waiting.pop_back();
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
            .filter(|(id, known)| known.row.status.is_some() && !known.swept && !is_seen(**id));
        for (_, known) in unseen.skip(without_id) {
            known.sweep();
        }
    }

    /// The sample lines that are not zero, sorted, with this value of the label `account`.
    pub fn expected(&self, account: &str, settings: &OracleSettings) -> String {
        if !self.synced {
            return String::new();
        }
        let mut samples = self.counted.clone();
        for known in self.known.values() {
            known.gauge(&settings.tags, &mut samples);
        }
        samples.shown(account, settings)
    }

    fn fold_in_order(&mut self) {
        while let Some((_, Verdict::Kept)) = self.waiting.front()
            && let Some((served, _)) = self.waiting.pop_front()
        {
            self.keep(served);
        }
    }

    fn keep(&mut self, served: Served) {
        let baseline = *self.baseline.get_or_insert(served.date);
        for (id, row) in served.rows {
            // During the first sync only what happens to tickets created since the baseline counts.
            let counts = self.synced || row.created_at >= baseline;
            let baseline = counts.then_some(baseline);
            let known = self.known.get(&id);
            if known.is_some_and(|known| known::is_stale(known, &row)) {
                continue;
            }
            let after = known::step(known, row, served.carried, baseline, &mut self.counted);
            self.known.insert(id, after);
        }
        self.synced |= served.end_of_stream;
    }
}

#[cfg(test)]
mod tests;
