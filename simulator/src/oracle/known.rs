//! What is known of one ticket, and what follows from a row of it: the table of the design.

use super::measures::Memory;
use super::samples::{Samples, Series};
use crate::ticket::SimTicket;
use crate::vocabulary::{Score, SlaStage, SlaTarget, Status};

/// A ticket as its latest row had it.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) row: SimTicket,
    /// It was found to be gone from the export.
    pub(super) swept: bool,
    memory: Memory,
    /// The SLA targets that somebody waits for.
    targets: Vec<SlaTarget>,
}

/// What came along with the rows of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Carried {
    /// Zendesk's measurements.
    pub metric_sets: bool,
    /// SLA targets.
    pub slas: bool,
}

/// What was known, as the rows of the design's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Was {
    Unborn,
    Unknown,
    Unsolved,
    Done,
    /// A status that is neither.
    Other,
    Deleted,
    Swept,
}

impl Was {
    fn of(known: Option<&Known>, row: &SimTicket, baseline: i64) -> Self {
        let Some(known) = known else {
            return if row.created_at >= baseline {
                Self::Unborn
            } else {
                Self::Unknown
            };
        };
        match known.row.status {
            _ if known.swept => Self::Swept,
            None => Self::Deleted,
            Some(status) if status.is_unsolved() => Self::Unsolved,
            Some(status) if status.is_done() => Self::Done,
            Some(_) => Self::Other,
        }
    }
}

/// Whether the row is older than what is known, or may not lift a deletion.
pub(super) fn is_stale(known: &Known, row: &SimTicket) -> bool {
    let is_buried = known.row.status.is_none() && !known.swept && row.status.is_some();
    row.generated_at < known.row.generated_at
        || (row.generated_at == known.row.generated_at && is_buried)
}

/// Takes a row. Counts what follows from it if events are counted since a `baseline`.
pub(super) fn step(
    known: Option<&Known>,
    row: SimTicket,
    carried: Carried,
    baseline: Option<i64>,
    samples: &mut Samples,
) -> Known {
    let mut memory = known.map_or_else(Memory::default, |known| known.memory);
    let mut is_solved = false;
    let was = baseline.map(|baseline| Was::of(known, &row, baseline));
    if let Some(was) = was {
        let events = events(was, row.status);
        is_solved = events.contains(&"zendesk_tickets_solved_total");
        if events.contains(&"zendesk_tickets_reopened_total") {
            memory.reopened();
        }
        for event in events {
            let deleted = known.filter(|_| row.status.is_none());
            let labels = deleted.map_or(&row, |known| &known.row);
            samples.add(Series::of(event).event(labels).owner(labels));
        }
        count_touches(was, known, &row, samples);
    }
    if row.status.is_none() {
        memory.reopened();
    }
    let is_adopted = matches!(was, None | Some(Was::Unknown | Was::Swept))
        || (was != Some(Was::Unborn) && !memory.carried);
    let set = row.metric_set().filter(|_| carried.metric_sets);
    if is_solved && (memory.carried || set.is_some()) {
        memory.solved();
    }
    let told = set.map_or_else(Vec::new, |set| memory.read(&set));
    if !is_adopted {
        samples.observe_all(&told, &row);
    }
    let targets = match row.status {
        Some(status) if status.is_unsolved() && carried.slas => open_targets(&row),
        Some(status) if status.is_unsolved() => {
            known.map_or_else(Vec::new, |known| known.targets.clone())
        }
        _ => Vec::new(),
    };
    if let (Some(known), Some(_), true) = (known, row.status, was.is_some()) {
        count_targets(known, &row, carried.slas, &targets, samples);
    }
    Known {
        row,
        swept: false,
        memory,
        targets,
    }
}

/// The table.
fn events(was: Was, now: Option<Status>) -> Vec<&'static str> {
    const CREATED: &str = "zendesk_tickets_created_total";
    const SOLVED: &str = "zendesk_tickets_solved_total";
    let is_unsolved = now.is_some_and(Status::is_unsolved);
    let is_done = now.is_some_and(Status::is_done);
    match was {
        Was::Unborn if is_unsolved => vec![CREATED],
        Was::Unborn if is_done => vec![CREATED, SOLVED],
        Was::Unsolved if is_done => vec![SOLVED],
        Was::Done if is_unsolved => vec!["zendesk_tickets_reopened_total"],
        Was::Unsolved | Was::Done if now.is_none() => vec!["zendesk_tickets_deleted_total"],
        Was::Deleted if is_unsolved || is_done => vec!["zendesk_tickets_restored_total"],
        _ => Vec::new(),
    }
}

/// Updates, status changes and ratings.
fn count_touches(was: Was, known: Option<&Known>, row: &SimTicket, samples: &mut Samples) {
    let Some(status) = row.status else {
        return;
    };
    if let Some(from) = known
        .filter(|known| !known.swept)
        .and_then(|k| k.row.status)
        && from != status
    {
        let series = Series::of("zendesk_ticket_status_changes_total")
            .with("from", from.label())
            .with("to", status.label());
        samples.add(series.owner(row));
    }
    if matches!(was, Was::Unknown | Was::Swept) {
        return;
    }
    let is_touched = known.is_none_or(|known| known.row.updated_at != row.updated_at);
    if is_touched && status != Status::Other {
        let series = Series::of("zendesk_tickets_updated_total").status(status);
        samples.add(series.event(row).owner(row));
    }
    let is_rated = known.is_none_or(|known| known.row.score != row.score);
    if is_rated && matches!(row.score, Score::Good | Score::Bad) {
        let series = Series::of("zendesk_satisfaction_ratings_total");
        samples.add(series.with("score", row.score.label()));
    }
}

const fn is_open(target: &SlaTarget) -> bool {
    matches!(target.stage, SlaStage::Active | SlaStage::Paused)
}

fn open_targets(row: &SimTicket) -> Vec<SlaTarget> {
    let open = |target: &&SlaTarget| is_open(target);
    row.sla().iter().filter(open).copied().collect()
}

/// Targets that somebody waited for and nobody does any more.
fn count_targets(
    known: &Known,
    row: &SimTicket,
    carried: bool,
    open: &[SlaTarget],
    samples: &mut Samples,
) {
    for target in &known.targets {
        if open.iter().any(|still| still.metric == target.metric) {
            continue;
        }
        let series = |family| {
            Series::of(family)
                .with("metric", target.metric.label())
                .priority(row)
                .owner(row)
        };
        samples.add(series("zendesk_sla_targets_total"));
        let named = row.sla().iter().filter(|_| carried);
        let breached = named
            .filter(|named| named.metric == target.metric)
            .find_map(|named| named.breach_at)
            .map_or_else(
                || {
                    // The time of a paused target stood still since the row that paused it.
                    let until = match target.stage {
                        SlaStage::Paused => known.row.generated_at,
                        _ => row.generated_at,
                    };
                    target.breach_at.is_some_and(|at| at <= until)
                },
                |at| at <= row.generated_at,
            );
        if breached {
            samples.add(series("zendesk_sla_targets_breached_total"));
        }
    }
}

impl Known {
    /// The ticket is found to be gone.
    pub(super) fn sweep(&mut self) {
        self.swept = true;
        self.memory.reopened();
        self.targets.clear();
    }

    /// Adds the ticket to the gauges.
    pub(super) fn gauge(&self, tags: &[String], gauges: &mut Samples) {
        let row = &self.row;
        let Some(status) = row.status.filter(|_| !self.swept) else {
            return;
        };
        let tickets = Series::of("zendesk_tickets").status(status);
        gauges.add(tickets.event(row).owner(row));
        let by_priority = |family| Series::of(family).status(status).priority(row).owner(row);
        if status.is_unsolved() {
            if row.assignee.is_none() {
                gauges.add(by_priority("zendesk_unassigned_tickets"));
            }
            if self.memory.carried && !self.memory.replied {
                gauges.add(by_priority("zendesk_unreplied_tickets"));
            }
        }
        if matches!(row.score, Score::Offered | Score::Good | Score::Bad) {
            let series = Series::of("zendesk_ticket_satisfaction");
            gauges.add(series.with("score", row.score.label()).owner(row));
        }
        for tag in tags.iter().filter(|tag| row.tags.contains(tag)) {
            let series = Series::of("zendesk_tagged_tickets").with("tag", tag.as_str());
            gauges.add(series.status(status).priority(row));
        }
    }
}
