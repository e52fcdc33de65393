//! What an exact exporter must show, computed from what was served.
//!
//! PURE, and independent of the exporter: a second writing of the rules, in the plainest form, for
//! the first to be held against. A request that goes on from where an answer led proves that the
//! answer was kept; an answer that is asked for again was not.

use std::collections::BTreeMap;

use super::world::SimTicket;
use crate::ticket::Status;

/// A page that was served and perhaps kept.
#[derive(Clone, Debug)]
pub struct Served {
    /// The position that was asked for.
    pub asked: String,
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
    unconfirmed: Option<Served>,
    known: BTreeMap<i64, SimTicket>,
    baseline: Option<i64>,
    synced: bool,
    counters: BTreeMap<String, u64>,
}

impl Oracle {
    /// A page is asked for at `position`.
    pub fn on_request(&mut self, position: &str) {
        let Some(served) = self.unconfirmed.take() else {
            return;
        };
        if served.asked != position || served.rows.is_empty() {
            self.keep(served);
        }
    }

    /// A page was served.
    pub fn on_served(&mut self, served: Served) {
        self.unconfirmed = Some(served);
    }

    /// The exporter has had time to keep the latest answer too.
    pub fn settle(&mut self) {
        if let Some(served) = self.unconfirmed.take() {
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
mod tests {
    use super::*;
    use crate::simulator::world::{Draft, World};

    fn served(asked: &str, world: &World) -> Served {
        Served {
            asked: asked.to_owned(),
            rows: world
                .rows_after((0, 0))
                .map(|(id, ticket)| (id, ticket.clone()))
                .collect(),
            end_of_stream: true,
            date: 50,
        }
    }

    #[test]
    fn an_answer_counts_once_the_next_request_goes_on_from_it() {
        let mut world = World::new(10);
        let id = world.create(&Draft::default());
        let mut oracle = Oracle::default();
        oracle.on_request("start");
        oracle.on_served(served("start", &world));
        oracle.on_request("a");

        world.set_status(id, Status::Solved);
        oracle.on_served(served("a", &world));
        // Killed before it was kept: asked again, and it was reopened meanwhile.
        oracle.on_request("a");
        world.set_status(id, Status::Open);
        oracle.on_served(served("a", &world));
        oracle.settle();
        assert_eq!(
            oracle.expected("acme"),
            "zendesk_ticket_status_changes_total{account=\"acme\",from=\"new\",to=\"open\"} 1\n\
             zendesk_tickets{account=\"acme\",status=\"open\",priority=\"none\",type=\"none\",channel=\"web\"} 1\n\
             zendesk_unassigned_tickets{account=\"acme\",status=\"open\",priority=\"none\"} 1\n"
        );
    }
}
