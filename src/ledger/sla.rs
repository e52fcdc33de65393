//! SLA targets of one ticket: what is kept of them, which are breached, and which came to an end.

use crate::ticket::{SlaMetric, SlaStage, SlaTarget, UnixSeconds};

/// What a ticket is after a row, as far as SLA targets depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Somebody still has to act.
    Unsolved,
    /// The ticket is solved or closed: all targets end.
    Done,
    /// The ticket is deleted, or its status is not known: its targets are dropped without an end.
    Gone,
}

/// The targets of a stored record.
#[derive(Clone, Copy, Debug)]
pub(super) struct Targets<'a> {
    pub(super) list: &'a [SlaTarget],
    /// Order key of the row that carried them.
    pub(super) order_key: UnixSeconds,
}

/// A row, as far as targets depend on it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<'a> {
    /// The targets that the row carries; `None` if it says nothing of targets.
    pub(super) carried: Option<&'a [SlaTarget]>,
    pub(super) order_key: UnixSeconds,
    pub(super) phase: Phase,
}

/// A target that came to an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// What it measured.
    pub metric: SlaMetric,
    /// Whether its time had passed.
    pub breached: bool,
}

/// Whether somebody still waits for a target.
const fn is_open(target: &SlaTarget) -> bool {
    matches!(target.stage, SlaStage::Active | SlaStage::Paused)
}

/// Whether a target of an unsolved ticket is breached at `now`; `row` is the order key of the row
/// that said how it stands. A paused one stands as it stood then.
pub fn is_breached(target: &SlaTarget, row: UnixSeconds, now: UnixSeconds) -> bool {
    let passed = |by: UnixSeconds| target.breach_at.is_some_and(|at| at <= by);
    match target.stage {
        SlaStage::Active => passed(now),
        SlaStage::Paused => passed(row),
        SlaStage::Fulfilled => false,
    }
}

/// The targets that the record keeps after a row: only those that somebody waits for, because no family
/// shows a fulfilled one.
pub(super) fn kept(previous: Targets<'_>, row: Row<'_>) -> Vec<SlaTarget> {
    match (row.phase, row.carried) {
        (Phase::Done | Phase::Gone, _) => Vec::new(),
        (Phase::Unsolved, None) => previous.list.to_vec(),
        (Phase::Unsolved, Some(carried)) => {
            let open = carried.iter().filter(|target| is_open(target));
            open.copied().collect()
        }
    }
}

/// The targets that ended with a row: those of `previous` that nobody waits for any more.
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
            Some(at) => at <= row.order_key,
            None => is_breached(target, previous.order_key, row.order_key),
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
            order_key: STORED_AT,
        };
        let row = Row {
            carried,
            order_key: ROW_AT,
            phase,
        };
        let ends = ended(previous, row);
        let breached: Vec<bool> = ends.iter().map(|end| end.breached).collect();
        assert_eq!(breached, Vec::from_iter(expected), "{stored:?} {carried:?}");
        let again = kept(previous, row);
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
