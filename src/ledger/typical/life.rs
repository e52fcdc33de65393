//! Simulates the rows of one ticket from its creation on, as on a usual support desk.

use fastrand::Rng;

use super::population::Population;
use super::ticket::{is_assigned, pick, score, targets};
use crate::ledger::SeriesSettings;
use crate::ticket::{NamedSet, RowKey, Standing, Status, TicketChange};

/// The next status out of each status, in percent. Closed tickets do not change.
const STEPS: &[(Status, &[(Status, u32)])] = &[
    (Status::New, &[(Status::Open, 90), (Status::Solved, 10)]),
    (
        Status::Open,
        &[
            (Status::Solved, 50),
            (Status::Pending, 40),
            (Status::Hold, 5),
            // The ticket was merged into another one.
            (Status::Closed, 5),
        ],
    ),
    (Status::Pending, &[(Status::Solved, 50), (Status::Open, 50)]),
    (Status::Hold, &[(Status::Open, 60), (Status::Solved, 40)]),
    (Status::Solved, &[(Status::Closed, 93), (Status::Open, 7)]),
];

/// Deletions per thousand steps, and restored tickets per hundred deletions.
const DELETED: u32 = 4;
const RESTORED: u32 = 20;

/// Most steps from new to closed; most tickets take four or five.
const STEPS_MAX: i64 = 20;

/// Seconds from one step to the next.
const STEP_SECONDS: i64 = 60;

/// The longest time from creation to the last row, in seconds.
pub(super) const SECONDS_MAX: i64 = (STEPS_MAX + 3) * STEP_SECONDS;

impl Population {
    /// The rows of a ticket that is created by `change`.
    pub(super) fn life(
        &self,
        change: TicketChange,
        settings: &SeriesSettings,
        rng: &mut Rng,
    ) -> Vec<TicketChange> {
        let mut status = Status::New;
        let mut rows = vec![change];
        for _ in 0..STEPS_MAX {
            let Some(before) = rows.last() else { break };
            if rng.u32(0..1000) < DELETED {
                let deleted = next(before, Standing::Deleted);
                let restored = next(&deleted, before.standing);
                rows.push(deleted);
                if rng.u32(0..100) < RESTORED {
                    rows.push(restored);
                }
                break;
            }
            let Some((_, steps)) = STEPS.iter().find(|(from, _)| *from == status) else {
                break;
            };
            status = pick(steps, rng);
            let created_at = before.created_at.unwrap_or_else(|| before.order_key.time());
            rows.push(TicketChange {
                references: before
                    .references
                    .with(NamedSet::CustomStatus, self.custom_status(status, rng)),
                assigned: is_assigned(status, rng),
                score: score(status, rng),
                metric_set: settings.metric_sets.then(|| self.measured(status)),
                sla: settings.slas.then(|| targets(status, created_at)),
                ..next(before, Standing::Live(status))
            });
        }
        rows
    }
}

/// The row of the same ticket a step later.
fn next(before: &TicketChange, standing: Standing) -> TicketChange {
    let written_at = before.order_key.time().plus(STEP_SECONDS);
    TicketChange {
        order_key: RowKey::Generated(written_at),
        updated_at: Some(written_at),
        standing,
        ..before.clone()
    }
}
