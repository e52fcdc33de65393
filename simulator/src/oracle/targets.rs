//! SLA targets: how many were met and missed.

use super::samples::{Samples, Series};
use crate::ticket::SimTicket;
use crate::vocabulary::{SlaStage, SlaTarget};

const fn is_open(target: &SlaTarget) -> bool {
    matches!(target.stage, SlaStage::Active | SlaStage::Paused)
}

/// The targets that somebody waits for.
pub(super) fn open_targets(row: &SimTicket) -> Vec<SlaTarget> {
    let open = |target: &&SlaTarget| is_open(target);
    row.sla().iter().filter(open).copied().collect()
}

/// Counts the targets that somebody waited for at one row and nobody does at the next. The one before
/// comes with the time that it speaks of, the other one with the time at which it ended them.
pub(super) fn count_targets(
    known: (&[SlaTarget], i64),
    (row, ended_at): (&SimTicket, i64),
    carried: bool,
    open: &[SlaTarget],
    samples: &mut Samples,
) {
    let (waited_for, key_before) = known;
    for target in waited_for {
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
                        SlaStage::Paused => key_before,
                        _ => ended_at,
                    };
                    target.breach_at.is_some_and(|at| at <= until)
                },
                |at| at <= ended_at,
            );
        if breached {
            samples.add(series("zendesk_sla_targets_breached_total"));
        }
    }
}
