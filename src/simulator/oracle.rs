//! What an exact exporter must show, computed from what was served.
//!
//! PURE, and independent of the exporter: a second writing of the rules, in the plainest form, for
//! the first to be held against. A request that goes on from where an answer led proves that the
//! answer was kept; an answer that is asked for again was not.

use std::collections::{BTreeMap, VecDeque};

use super::world::SimTicket;
use crate::ticket::Status;

/// A page that was served and perhaps kept.
#[derive(Clone, Debug)]
pub struct Served {
    /// The position that was asked for.
    pub asked: String,
    /// Where it goes on: its `after_cursor` or `end_time`.
    pub leads_to: Option<String>,
    /// Its rows.
    pub rows: Vec<(i64, SimTicket)>,
    /// Whether there was nothing more.
    pub end_of_stream: bool,
    /// Its `Date`.
    pub date: i64,
}

/// What an exporter knows and has counted.
#[derive(Debug, Default)]
pub struct Oracle {
    /// Pages of which it is not known yet whether they were kept, or that wait for such a one:
    /// they are folded in the order in which they were served.
    waiting: VecDeque<(Served, Verdict)>,
    known: BTreeMap<i64, SimTicket>,
    baseline: Option<i64>,
    synced: bool,
    counters: BTreeMap<String, u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Unknown,
    Kept,
}

/// Pages that wait. The last page of a replay leads nowhere that is ever asked for, so that at some
/// point it counts as kept; a killed exporter asks for a lost page again much sooner.
const WAITING_MAX: usize = 8;

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

    /// The exporter has had time to keep the latest answers too.
    pub fn settle(&mut self) {
        while let Some((served, _)) = self.waiting.pop_front() {
            self.keep(served);
        }
    }

    fn fold_in_order(&mut self) {
        while let Some((_, Verdict::Kept)) = self.waiting.front()
            && let Some((served, _)) = self.waiting.pop_front()
        {
            self.keep(served);
        }
    }

    /// The sample lines that are not zero, sorted, with this value of the label `account`.
    pub fn expected(&self, account: &str) -> String {
        if !self.synced {
            return String::new();
        }
        let mut samples = self.counters.clone();
        for ticket in self.known.values() {
            let Some(status) = ticket.status else {
                continue;
            };
            let labels = format!("status=\"{}\",{}", status.label(), event_labels(ticket));
            *samples
                .entry(format!("zendesk_tickets{{{labels}}}"))
                .or_default() += 1;
            if status.is_unsolved() && ticket.assignee.is_none() {
                let (status, priority) = (status.label(), ticket.priority.label());
                let sample = format!(
                    "zendesk_unassigned_tickets{{status=\"{status}\",priority=\"{priority}\"}}"
                );
                *samples.entry(sample).or_default() += 1;
            }
        }
        let with_account = format!("{{account=\"{account}\",");
        let mut lines: Vec<String> = samples
            .iter()
            .map(|(sample, value)| format!("{} {value}\n", sample.replacen('{', &with_account, 1)))
            .collect();
        lines.sort_unstable();
        lines.concat()
    }

    fn keep(&mut self, served: Served) {
        self.baseline.get_or_insert(served.date);
        for (id, row) in served.rows {
            self.fold(id, row);
        }
        self.synced |= served.end_of_stream;
    }

    fn fold(&mut self, id: i64, row: SimTicket) {
        let before = self.known.get(&id).cloned();
        if let Some(before) = &before {
            let older = row.generated_at < before.generated_at;
            let same = row.generated_at == before.generated_at && *before == row;
            let buried = row.generated_at == before.generated_at && before.status.is_none();
            if older || same || buried {
                return;
            }
        }
        if self.synced {
            self.count(before.as_ref(), &row);
        }
        self.known.insert(id, row);
    }

    fn count(&mut self, before: Option<&SimTicket>, row: &SimTicket) {
        let unsolved = |status: Status| status.is_unsolved();
        let mut event = |name: &str, ticket: &SimTicket| {
            let sample = format!("zendesk_tickets_{name}_total{{{}}}", event_labels(ticket));
            *self.counters.entry(sample).or_default() += 1;
        };
        let is_new = before.is_none() && Some(row.created_at) >= self.baseline;
        match (before.map(|before| before.status), row.status) {
            (None, Some(status)) if is_new => {
                event("created", row);
                if !unsolved(status) {
                    event("solved", row);
                }
            }
            (Some(Some(from)), Some(to)) if unsolved(from) && !unsolved(to) => event("solved", row),
            (Some(Some(from)), Some(to)) if !unsolved(from) && unsolved(to) => {
                event("reopened", row);
            }
            (Some(Some(_)), None) => {
                if let Some(before) = before {
                    event("deleted", before);
                }
            }
            (Some(None), Some(_)) => event("restored", row),
            _ => {}
        }
        let touched = before.map_or(is_new, |before| before.updated_at != row.updated_at);
        if let Some(status) = row.status
            && touched
        {
            let labels = format!("status=\"{}\",{}", status.label(), event_labels(row));
            let sample = format!("zendesk_tickets_updated_total{{{labels}}}");
            *self.counters.entry(sample).or_default() += 1;
        }
        if let (Some(Some(from)), Some(to)) = (before.map(|before| before.status), row.status)
            && from != to
        {
            let (from, to) = (from.label(), to.label());
            let sample =
                format!("zendesk_ticket_status_changes_total{{from=\"{from}\",to=\"{to}\"}}");
            *self.counters.entry(sample).or_default() += 1;
        }
    }
}

fn event_labels(ticket: &SimTicket) -> String {
    format!(
        "priority=\"{}\",type=\"{}\",channel=\"{}\"",
        ticket.priority.label(),
        ticket.ticket_type.label(),
        ticket.channel.as_str()
    )
}

#[cfg(test)]
mod tests;
