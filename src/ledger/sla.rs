//! The SLA targets of one ticket: which are stored, which are breached, and which ended.

use crate::ticket::{SlaMetric, SlaStage, SlaTarget, UnixSeconds};

/// The phase of a ticket after a row, for its SLA targets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// The ticket is unsolved.
    Unsolved,
    /// The ticket is solved or closed: all targets end.
    Done,
    /// The ticket is deleted, or its status is not known: its targets are dropped without an end.
    Gone,
}

/// The SLA targets of a stored record.
#[derive(Clone, Copy, Debug)]
pub(super) struct Targets<'a> {
    pub(super) list: &'a [SlaTarget],
    /// The time for which a row stated them.
    pub(super) stated_at: UnixSeconds,
}

/// The data of a row for SLA targets.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<'a> {
    /// The targets in the row; `None` if the row has no list of targets.
    pub(super) carried: Option<&'a [SlaTarget]>,
    /// The time for which the row states them.
    pub(super) stated_at: UnixSeconds,
    /// When targets ended that the row shows as ended.
    pub(super) ended_at: UnixSeconds,
    pub(super) phase: Phase,
}

/// A target that ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// What the target measured.
    pub metric: SlaMetric,
    /// Whether it was breached.
    pub breached: bool,
}

/// Whether a target is not fulfilled.
const fn is_open(target: &SlaTarget) -> bool {
    matches!(target.stage, SlaStage::Active | SlaStage::Paused)
}

/// Whether a target of an unsolved ticket is breached at `now`. `stated_at` is the time for which a row stated it. The
/// time of a paused target does not run, so it is judged at `stated_at`. Example: a target with `breach_at` 10:00 in a
/// row of 09:50 is breached at 10:05 if it is active, and is not if it is paused.
pub fn is_breached(target: &SlaTarget, stated_at: UnixSeconds, now: UnixSeconds) -> bool {
    let passed = |by: UnixSeconds| target.breach_at.is_some_and(|at| at <= by);
    match target.stage {
        SlaStage::Active => passed(now),
        SlaStage::Paused => passed(stated_at),
        SlaStage::Fulfilled => false,
    }
}

/// The targets that the record stores after a row: only those that are not fulfilled, because no family shows
/// others.
pub(super) fn kept(previous: &[SlaTarget], row: Row<'_>) -> Vec<SlaTarget> {
    match (row.phase, row.carried) {
        (Phase::Done | Phase::Gone, _) => Vec::new(),
        (Phase::Unsolved, None) => previous.to_vec(),
        (Phase::Unsolved, Some(carried)) => {
            let open = carried.iter().filter(|target| is_open(target));
            open.copied().collect()
        }
    }
}

/// The targets of `previous` that ended with a row.
///
/// Example: the stored target breaches at 10:00, and a row of 10:30 says that it is fulfilled. It ended
/// breached. If that row says that it would have breached at 11:00, it did not: the time was moved
/// before the target ended.
pub(super) fn ended(previous: Targets<'_>, row: Row<'_>) -> Vec<Ended> {
    if row.phase == Phase::Gone {
        return Vec::new();
    }
    let now_of = |metric| {
        let mut carried = row.carried.unwrap_or_default().iter();
        carried.find(|target| target.metric == metric)
    };
    let goes_on = |target: &SlaTarget| match row.carried {
        None => true,
        Some(_) => now_of(target.metric).is_some_and(is_open),
    };
    let ends = |target: &&SlaTarget| row.phase == Phase::Done || !goes_on(target);
    let end = |target: &SlaTarget| Ended {
        metric: target.metric,
        breached: match now_of(target.metric).and_then(|now| now.breach_at) {
            Some(at) => at <= row.ended_at,
            // The row has no new time for the target, so the stored one counts.
            None => is_breached(target, previous.stated_at, row.ended_at),
        },
    };
    previous.list.iter().filter(ends).map(end).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const STORED_AT: UnixSeconds = UnixSeconds(1_000);
    const ROW_AT: UnixSeconds = UnixSeconds(2_000);

    const fn target(stage: SlaStage, breach_at: i64) -> SlaTarget {
        SlaTarget {
            metric: SlaMetric::FirstReplyTime,
            stage,
            breach_at: Some(UnixSeconds(breach_at)),
        }
    }

    /// What ends when a row comes for this stored target: `Some(breached)` if it does.
    #[track_caller]
    fn check(
        stored: SlaTarget,
        carried: Option<&[SlaTarget]>,
        phase: Phase,
        expected: Option<bool>,
    ) {
        let previous = Targets {
            list: &[stored],
            stated_at: STORED_AT,
        };
        let row = Row {
            carried,
            stated_at: ROW_AT,
            ended_at: ROW_AT,
            phase,
        };
        let ends = ended(previous, row);
        let breached: Vec<bool> = ends.iter().map(|end| end.breached).collect();
        assert_eq!(breached, Vec::from_iter(expected), "{stored:?} {carried:?}");
        let again = kept(previous.list, row);
        assert_eq!(again.is_empty(), expected.is_some() || phase == Phase::Gone);
    }

    #[test]
    fn a_target_ends_once_when_nobody_waits_for_it_any_more() {
        use Phase::{Done, Gone, Unsolved};
        use SlaStage::{Active, Fulfilled, Paused};
        let (early, late) = (1_500, 2_500);
        // It goes on.
        check(target(Active, late), None, Unsolved, None);
        check(
            target(Active, late),
            Some(&[target(Active, late)]),
            Unsolved,
            None,
        );
        check(
            target(Active, late),
            Some(&[target(Paused, late)]),
            Unsolved,
            None,
        );
        // It is fulfilled, dropped, or the ticket is solved.
        check(
            target(Active, late),
            Some(&[target(Fulfilled, late)]),
            Unsolved,
            Some(false),
        );
        check(
            target(Active, early),
            Some(&[target(Fulfilled, early)]),
            Unsolved,
            Some(true),
        );
        check(target(Active, early), Some(&[]), Unsolved, Some(true));
        check(target(Active, late), Some(&[]), Unsolved, Some(false));
        check(target(Active, late), None, Done, Some(false));
        check(target(Active, early), Some(&[]), Done, Some(true));
        check(
            target(Active, late),
            Some(&[target(Active, late)]),
            Done,
            Some(false),
        );
        // Its time was moved before it ended.
        check(
            target(Active, early),
            Some(&[target(Fulfilled, late)]),
            Unsolved,
            Some(false),
        );
        // It stood still.
        check(target(Paused, early), Some(&[]), Unsolved, Some(false));
        check(target(Paused, 900), Some(&[]), Unsolved, Some(true));
        check(target(Active, early), None, Gone, None);
    }

    #[test]
    fn an_active_target_is_breached_when_its_time_comes_and_a_paused_one_is_not() {
        let at = |seconds| UnixSeconds(seconds);
        let active = target(SlaStage::Active, 1_500);
        let breached = [1_499, 1_500, 9_000].map(|now| is_breached(&active, STORED_AT, at(now)));
        assert_eq!(breached, [false, true, true]);
        let paused = target(SlaStage::Paused, 1_500);
        assert!(!is_breached(&paused, STORED_AT, at(9_000)));
        assert!(is_breached(&paused, at(1_500), at(9_000)));
        let fulfilled = target(SlaStage::Fulfilled, 500);
        assert!(!is_breached(&fulfilled, STORED_AT, at(9_000)));
        let undated = SlaTarget {
            breach_at: None,
            ..active
        };
        assert!(!is_breached(&undated, STORED_AT, at(9_000)));
    }
}
