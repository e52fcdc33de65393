//! What is known of one ticket, and what follows from a row of it: the table of the design.

use super::arrival::{Arrival, Carried};
use super::measures::Memory;
use super::row_order::{Life, RecordTime, RowTime, Sides};
use super::samples::{Samples, Series};
use super::solves::{Between, Reopens};
use super::targets::{count_targets, open_targets};
use super::true_counts::{self, TrueCounts, TrueReopens};
use super::was::Was;
use crate::ticket::SimTicket;
use crate::vocabulary::{Score, SlaTarget, Status};

/// A ticket as its latest row had it.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) row: SimTicket,
    /// It was found to be gone.
    swept: bool,
    time: RecordTime,
    /// The time that its latest row speaks of.
    key: i64,
    reopens: Reopens,
    true_reopens: TrueReopens,
    memory: Memory,
    /// The SLA targets that somebody waits for.
    targets: Vec<SlaTarget>,
}

/// What follows from a row.
pub(super) struct Stepped {
    pub(super) after: Known,
    /// What truly happened since the row before, where it counts.
    pub(super) true_counts: TrueCounts,
    /// The status has moved and come back.
    pub(super) hides_a_change: bool,
}

/// Takes a row. Counts what follows from it if events are counted since a `baseline`.
pub(super) fn step(
    known: Option<&Known>,
    arrival: Arrival,
    baseline: Option<i64>,
    samples: &mut Samples,
) -> Stepped {
    let Arrival {
        ticket: row,
        carried,
        time,
        key,
    } = arrival;
    let mut memory = known.map_or_else(Memory::default, |known| known.memory);
    let mut reopens = known.map_or_else(Reopens::default, |known| known.reopens);
    let mut true_reopens = known.map_or_else(TrueReopens::default, |known| known.true_reopens);
    let set = row.metric_set().filter(|_| carried.metric_sets);
    let was = baseline.map(|baseline| match known {
        Some(known) => Was::with_record(known.row.status, known.swept),
        None => Was::without_record(row.created_at, baseline),
    });
    let sides = was.and_then(|was| was.sides(row.status));
    let is_adopted = matches!(was, None | Some(Was::Unknown | Was::Swept))
        || (was != Some(Was::Unborn) && !memory.carried);
    let is_first = is_adopted || sides.is_none();
    let told = set.as_ref().and_then(|set| set.reopens);
    let told = told.map(|told| told + u32::from(is_first && lacks_reopen(&row, time)));
    let mut true_counts = TrueCounts::default();
    let between = match sides {
        Some(sides) => {
            true_counts = true_reopens.count(&row, sides);
            reopens.count(sides, told, is_adopted)
        }
        None => {
            reopens.follow(told);
            true_reopens.follow(&row);
            Between::default()
        }
    };
    if between.reopened > 0 || row.status.is_none() {
        memory.reopened();
    }
    if let Some(was) = was {
        count_events(was, between, known, &row, samples);
    }
    let is_solved = between.solved > 0 && row.status.is_some_and(Status::is_done);
    if is_solved && (memory.carried || set.is_some()) {
        memory.solved();
    }
    let told = set.map_or_else(Vec::new, |set| memory.read(&set));
    if !is_adopted {
        samples.observe_all(&told, &row);
    }
    let targets = targets_after(known, &row, carried);
    if let (Some(known), Some(_), true) = (known, row.status, was.is_some()) {
        let before = (known.targets.as_slice(), known.key);
        let ended_at = ended_at(known, &row, time, key);
        count_targets(before, (&row, ended_at), carried.slas, &targets, samples);
    }
    let moved_after = |known: &Known| time.status_updated_at > Some(known.time.generated);
    let is_as_before = |known: &&Known| known.is_live() && known.row.status == row.status;
    let hides = known.filter(is_as_before).is_some_and(moved_after);
    Stepped {
        hides_a_change: hides && was.is_some(),
        true_counts,
        after: Known {
            time: record_time(known, &row, time),
            row,
            swept: false,
            key,
            reopens,
            true_reopens,
            memory,
            targets,
        },
    }
}

/// Whether an unsolved ticket comes with the metric set that it had when it was solved.
fn lacks_reopen(row: &SimTicket, time: RowTime) -> bool {
    let is_unsolved = row.status.is_some_and(Status::is_unsolved);
    let is_latest = |solved_at| time.status_updated_at.is_none_or(|at| at <= solved_at);
    row.shown_set()
        .filter(|_| is_unsolved)
        .is_some_and(|shown| {
            shown.set.full_resolution.calendar.is_some() || shown.solved_at.is_some_and(is_latest)
        })
}

/// The times of the record after a row that replaces it.
fn record_time(known: Option<&Known>, row: &SimTicket, time: RowTime) -> RecordTime {
    known.map_or_else(
        || RecordTime::of(&time),
        |known| {
            let differs = known.swept || known.row.status != row.status;
            known.time.after(&time, differs)
        },
    )
}

/// When the SLA targets ended that a row shows as ended: with the update that it shows, if it shows one.
fn ended_at(known: &Known, row: &SimTicket, time: RowTime, key: i64) -> i64 {
    let is_touched = row.updated_at > known.time.updated_at;
    let updated_at = if is_touched { row.updated_at } else { key };
    time.generated().unwrap_or(updated_at)
}

/// The SLA targets that somebody waits for after this row.
fn targets_after(known: Option<&Known>, row: &SimTicket, carried: Carried) -> Vec<SlaTarget> {
    match row.status {
        Some(status) if status.is_unsolved() && carried.slas => open_targets(row),
        Some(status) if status.is_unsolved() => {
            known.map_or_else(Vec::new, |known| known.targets.clone())
        }
        _ => Vec::new(),
    }
}

/// Counts what has happened to the ticket.
fn count_events(
    was: Was,
    between: Between,
    known: Option<&Known>,
    row: &SimTicket,
    samples: &mut Samples,
) {
    let deleted = known.filter(|_| row.status.is_none());
    let labels = deleted.map_or(row, |known| &known.row);
    let mut add = |event: &'static str, times: u32| {
        for _ in 0..times {
            samples.add(Series::of(event).event(labels).owner(labels));
        }
    };
    if let Some(event) = was.event(row.status) {
        add(event, 1);
    }
    add("zendesk_tickets_solved_total", between.solved);
    add("zendesk_tickets_reopened_total", between.reopened);
    count_touches(was, known, row, samples);
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
    let is_touched = known.is_none_or(|known| row.updated_at > known.time.updated_at);
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

impl Known {
    /// A ticket as whoever looks at the account finds it.
    pub(super) fn found(ticket: SimTicket) -> Self {
        let mut memory = Memory::default();
        if let Some(set) = ticket.metric_set() {
            memory.read(&set);
        }
        Self {
            time: RecordTime::of(&RowTime::of_export(&ticket, false)),
            key: ticket.generated_at,
            row: ticket,
            swept: false,
            reopens: Reopens::default(),
            true_reopens: TrueReopens::default(),
            memory,
            targets: Vec::new(),
        }
    }

    /// Whether a row replaces this one.
    pub(super) fn yields_to(&self, row: &Arrival, list_is_truth: bool) -> bool {
        let sides = Sides {
            was: match self.row.status {
                _ if self.swept => Life::Swept,
                Some(_) => Life::Live,
                None => Life::Deleted,
            },
            is_live: row.ticket.status.is_some(),
            status_differs: row.ticket.status != self.row.status,
        };
        self.time.yields_to(&row.time, sides, list_is_truth)
    }

    /// Whether the gauges hold it.
    pub(super) const fn is_live(&self) -> bool {
        self.row.status.is_some() && !self.swept
    }

    /// What has truly happened to the ticket since its latest row, where that counts.
    pub(super) fn true_counts_until(&self, now: &SimTicket) -> TrueCounts {
        let was_done = true_counts::is_done(self.row.status.filter(|_| !self.swept));
        let sides = was_done.zip(true_counts::is_done(now.status));
        sides.map_or_else(TrueCounts::default, |sides| {
            self.true_reopens.until(now, sides)
        })
    }

    /// Whether it was closed.
    pub(super) fn is_closed(&self) -> bool {
        self.row.status == Some(Status::Closed)
    }

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
