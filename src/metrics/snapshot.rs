//! What one account publishes: immutable, swapped whole, copied at a scrape.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::catalog::{self, Family};
use super::text::{write_histogram, write_sample};
use crate::ledger::{Buckets, Cell, LabelValue, Measure};
use crate::ticket::{Priority, UnixSeconds};

/// The sample lines of the ticket families, rendered when the aggregates change.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct TicketLines {
    families: Vec<(&'static Family, String)>,
}

impl TicketLines {
    /// Renders every cell of an account.
    pub fn render<'a>(
        account: &str,
        cells: impl Iterator<Item = (Cell, u64)>,
        channel_name: impl Fn(LabelValue) -> &'a str,
        buckets: &Buckets,
    ) -> Self {
        let mut families: Vec<(&'static Family, String)> = TICKET_FAMILIES
            .iter()
            .map(|family| (*family, String::new()))
            .collect();
        let mut histograms = Histograms::default();
        for (cell, value) in cells {
            if histograms.take(&cell, value) {
                continue;
            }
            let family = cell.family();
            let Some((family, lines)) = families.iter_mut().find(|(known, _)| known.name == family)
            else {
                continue;
            };
            write_cell(lines, family, account, &cell, value, &channel_name);
        }
        for ((measure, priority), histogram) in histograms.0 {
            let family = measure.family();
            if let Some((family, lines)) =
                families.iter_mut().find(|(known, _)| known.name == family)
            {
                let buckets = (buckets.of(measure), histogram.buckets.as_slice());
                let labels = [priority.label()];
                write_histogram(lines, family, account, &labels, buckets, histogram.sum);
            }
        }
        families.retain(|(_, lines)| !lines.is_empty());
        Self { families }
    }
}

/// Histograms put together from their cells.
#[derive(Default)]
struct Histograms(BTreeMap<(Measure, Priority), Histogram>);

#[derive(Default)]
struct Histogram {
    buckets: Vec<u64>,
    sum: u64,
}

impl Histograms {
    /// Takes a cell of a histogram, in the order of the aggregates; `false` for any other.
    fn take(&mut self, cell: &Cell, value: u64) -> bool {
        match *cell {
            Cell::HistogramBucket {
                measure, priority, ..
            } => {
                let histogram = self.0.entry((measure, priority)).or_default();
                histogram.buckets.push(value);
            }
            Cell::HistogramSum {
                measure, priority, ..
            } => self.0.entry((measure, priority)).or_default().sum = value,
            _ => return false,
        }
        true
    }
}

/// The families that are made of cells.
const TICKET_FAMILIES: &[&Family] = &[
    &catalog::TICKETS,
    &catalog::UNASSIGNED,
    &catalog::UNREPLIED,
    &catalog::CREATED,
    &catalog::SOLVED,
    &catalog::REOPENED,
    &catalog::DELETED,
    &catalog::RESTORED,
    &catalog::UPDATED,
    &catalog::STATUS_CHANGES,
    &catalog::FIRST_REPLY,
    &catalog::FIRST_REPLY_BUSINESS,
    &catalog::FIRST_RESOLUTION,
    &catalog::FIRST_RESOLUTION_BUSINESS,
    &catalog::FULL_RESOLUTION,
    &catalog::FULL_RESOLUTION_BUSINESS,
    &catalog::REQUESTER_WAIT,
    &catalog::REQUESTER_WAIT_BUSINESS,
    &catalog::AGENT_WAIT,
    &catalog::AGENT_WAIT_BUSINESS,
    &catalog::ON_HOLD,
    &catalog::ON_HOLD_BUSINESS,
    &catalog::REPLIES,
    &catalog::REOPENS,
    &catalog::SATISFACTION,
    &catalog::RATINGS,
];

fn write_cell<'a>(
    lines: &mut String,
    family: &Family,
    account: &str,
    cell: &Cell,
    value: u64,
    channel_name: &impl Fn(LabelValue) -> &'a str,
) {
    let channel = cell
        .dimensions()
        .map_or("", |dimensions| channel_name(dimensions.channel));
    let support_type = cell
        .dimensions()
        .and_then(|dimensions| dimensions.support_type)
        .map(|support_type| ("support_type", support_type.label()));
    // Counts stay far below 2^53, where f64 begins to round.
    let mut write = |values: &[&str]| {
        write_sample(lines, family, account, values, support_type, value as f64);
    };
    match cell {
        Cell::Tickets {
            status,
            priority,
            ticket_type,
            ..
        }
        | Cell::Updated {
            status,
            priority,
            ticket_type,
            ..
        } => write(&[
            status.label(),
            priority.label(),
            ticket_type.label(),
            channel,
        ]),
        Cell::Event {
            priority,
            ticket_type,
            ..
        } => write(&[priority.label(), ticket_type.label(), channel]),
        Cell::Unassigned {
            status, priority, ..
        }
        | Cell::Unreplied {
            status, priority, ..
        } => write(&[status.label(), priority.label()]),
        Cell::StatusChange { from, to, .. } => write(&[from.label(), to.label()]),
        Cell::Satisfaction { score, .. } | Cell::Ratings { score } => write(&[score.label()]),
        // Kept, and shown when their families are in the catalogue.
        Cell::Unsolved { .. }
        | Cell::Tagged { .. }
        | Cell::SlaTargets { .. }
        | Cell::SlaBreached { .. }
        | Cell::HistogramBucket { .. }
        | Cell::HistogramSum { .. } => {}
    }
}

/// How the reading of an account goes.
#[derive(Clone, Debug, PartialEq)]
pub struct AccountState {
    /// Whether the latest completed request was understood; `None` before the first.
    pub up: Option<bool>,
    /// When a request last succeeded, by our clock.
    pub last_success: Option<UnixSeconds>,
    /// The moment of which the ticket families are true.
    pub data_timestamp: Option<UnixSeconds>,
    /// Whether the first sync is over.
    pub initial_sync_complete: bool,
    /// How far it is, 0 to 1.
    pub initial_sync_ratio: f64,
    /// How far the resync is, 0 to 1; 1 while there is none, `None` before the first.
    pub resync_ratio: Option<f64>,
    /// Tickets that left the export without a word.
    pub vanished_tickets: u64,
    /// Resyncs that swept nothing because it would have been too much.
    pub sweeps_refused: u64,
    /// Records that are not tombstones.
    pub state_tickets: u64,
    /// Bytes on disk.
    pub state_size_bytes: u64,
    /// When the state was made.
    pub state_created: UnixSeconds,
    /// When the OAuth token ends.
    pub token_expires_at: Option<UnixSeconds>,
    /// How the account is logged in to.
    pub auth_method: &'static str,
}

/// Everything an account shows that must fit together: sync state, freshness and tickets.
#[derive(Debug, Default)]
pub struct Snapshot {
    state: Vec<(&'static Family, String)>,
    tickets: Option<Arc<TicketLines>>,
}

impl Snapshot {
    /// Renders `state`; `tickets` are left out until the first sync is complete.
    pub fn new(account: &str, state: &AccountState, tickets: Option<Arc<TicketLines>>) -> Self {
        let seconds = |time: Option<UnixSeconds>| time.map(|time| time.0 as f64);
        let flag = |flag: bool| f64::from(u8::from(flag));
        let samples: [(&'static Family, &[&str], Option<f64>); 13] = [
            (&catalog::UP, &[], state.up.map(flag)),
            (&catalog::LAST_SUCCESS, &[], seconds(state.last_success)),
            (&catalog::DATA_TIMESTAMP, &[], seconds(state.data_timestamp)),
            (
                &catalog::INITIAL_SYNC_COMPLETE,
                &[],
                Some(flag(state.initial_sync_complete)),
            ),
            (
                &catalog::SYNC_PROGRESS,
                &["initial"],
                Some(state.initial_sync_ratio),
            ),
            (&catalog::SYNC_PROGRESS, &["resync"], state.resync_ratio),
            (&catalog::VANISHED, &[], Some(state.vanished_tickets as f64)),
            (
                &catalog::SWEEPS_REFUSED,
                &[],
                Some(state.sweeps_refused as f64),
            ),
            (
                &catalog::STATE_TICKETS,
                &[],
                Some(state.state_tickets as f64),
            ),
            (
                &catalog::STATE_SIZE,
                &[],
                Some(state.state_size_bytes as f64),
            ),
            (
                &catalog::STATE_CREATED,
                &[],
                seconds(Some(state.state_created)),
            ),
            (&catalog::TOKEN_EXPIRY, &[], seconds(state.token_expires_at)),
            (&catalog::AUTH_INFO, &[state.auth_method], Some(1.0)),
        ];
        let mut state_lines: Vec<(&'static Family, String)> = Vec::new();
        for (family, values, sample) in samples {
            let Some(sample) = sample else { continue };
            match state_lines.last_mut() {
                Some((known, lines)) if known.name == family.name => {
                    write_sample(lines, family, account, values, None, sample);
                }
                _ => {
                    let mut line = String::new();
                    write_sample(&mut line, family, account, values, None, sample);
                    state_lines.push((family, line));
                }
            }
        }
        Self {
            state: state_lines,
            tickets: tickets.filter(|_| state.initial_sync_complete),
        }
    }

    /// The lines of one family, empty if it has none now.
    pub fn lines(&self, family: &Family) -> &str {
        let tickets = self.tickets.iter().flat_map(|tickets| &tickets.families);
        self.state
            .iter()
            .chain(tickets)
            .find(|(known, _)| known.name == family.name)
            .map_or("", |(_, lines)| lines)
    }
}
