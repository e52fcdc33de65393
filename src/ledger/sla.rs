//! SLA targets of one ticket: what is kept of them, which are breached, and which came to an end.

use crate::ticket::{SlaMetric, SlaStage, SlaTarget, UnixSeconds};

/// What a row says of its ticket, as far as SLA targets care.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Somebody still has to act.
    Unsolved,
    /// The work is done: all targets come to an end.
    Done,
    /// The ticket is gone, or nobody knows: its targets are forgotten.
    Gone,
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

/// The targets to keep after a row, which carried `carried` if it carried any. Only those that
/// somebody waits for are kept: a fulfilled one shows nowhere.
pub(super) fn kept(
    known: &[SlaTarget],
    carried: Option<&[SlaTarget]>,
    standing: Standing,
) -> Vec<SlaTarget> {
    match (standing, carried) {
        (Standing::Done | Standing::Gone, _) => Vec::new(),
        (Standing::Unsolved, None) => known.to_vec(),
        (Standing::Unsolved, Some(carried)) => {
            carried.iter().filter(|t| is_open(t)).copied().collect()
        }
    }
}

/// The targets that came to an end with a row: that somebody waited for, and nobody does any more.
///
/// `known` are the kept ones and `known_key` the order key they came with; `key` is the row's. The
/// row's own word on a target's time wins: it may have been moved before it ended.
pub(super) fn ended(
    (known, known_key): (&[SlaTarget], UnixSeconds),
    (carried, key): (Option<&[SlaTarget]>, UnixSeconds),
    standing: Standing,
) -> Vec<Ended> {
    if standing == Standing::Gone {
        return Vec::new();
    }
    let now_of = |metric| carried.and_then(|all| all.iter().find(|t| t.metric == metric));
    known
        .iter()
        .filter(|target| {
            let goes_on = match carried {
                None => true,
                Some(_) => now_of(target.metric).is_some_and(is_open),
            };
            standing == Standing::Done || !goes_on
        })
        .map(|target| {
            let named = now_of(target.metric).and_then(|now| now.breach_at);
            let breached = match named {
                Some(at) => at <= key,
                None => is_breached(target, known_key, key),
            };
            Ended {
                metric: target.metric,
                breached,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN_AT: UnixSeconds = UnixSeconds(1_000);
    const ROW_AT: UnixSeconds = UnixSeconds(2_000);

    const fn target(stage: SlaStage, breach_at: i64) -> SlaTarget {
        SlaTarget {
            metric: SlaMetric::FirstReplyTime,
            stage,
            breach_at: Some(UnixSeconds(breach_at)),
        }
    }

    /// What ends when a target that was known so meets a row: `Some(breached)` if it does.
    #[track_caller]
    fn check(
        known: SlaTarget,
        carried: Option<&[SlaTarget]>,
        standing: Standing,
        expected: Option<bool>,
    ) {
        let ends = ended((&[known], KNOWN_AT), (carried, ROW_AT), standing);
        let breached: Vec<bool> = ends.iter().map(|end| end.breached).collect();
        assert_eq!(breached, Vec::from_iter(expected), "{known:?} {carried:?}");
        let again = kept(&[known], carried, standing);
        assert_eq!(
            again.is_empty(),
            expected.is_some() || standing == Standing::Gone
        );
    }

    #[test]
    fn a_target_ends_once_when_nobody_waits_for_it_any_more() {
        use SlaStage::{Active, Fulfilled, Paused};
        use Standing::{Done, Gone, Unsolved};
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
        let breached = [1_499, 1_500, 9_000].map(|now| is_breached(&active, KNOWN_AT, at(now)));
        assert_eq!(breached, [false, true, true]);
        let paused = target(SlaStage::Paused, 1_500);
        assert!(!is_breached(&paused, KNOWN_AT, at(9_000)));
        assert!(is_breached(&paused, at(1_500), at(9_000)));
        let fulfilled = target(SlaStage::Fulfilled, 500);
        assert!(!is_breached(&fulfilled, KNOWN_AT, at(9_000)));
        let undated = SlaTarget {
            breach_at: None,
            ..active
        };
        assert!(!is_breached(&undated, KNOWN_AT, at(9_000)));
    }
}
