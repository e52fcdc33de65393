//! Which connection is closed if a client connects and the limit is reached.
//!
//! PURE.

use std::time::Duration;

use super::activity::{Activity, Phase};

/// A connection that is younger than this may not have had time to send its request.
const YOUNG: Duration = Duration::from_secs(1);

/// How many young connections are kept while others can be closed. Without this, a client that occupies
/// every place with idle connections could make each new client displace the one before. The bound
/// prevents that many new connections displace all others.
const YOUNG_MAX: usize = 16;

/// The number of the connection that is closed for a new one. `connections` are in the order in which
/// they came.
///
/// The first rank that has a connection decides, and within it the connection that has been silent
/// longest. The ranks are: connections whose first head never became complete; those that wait for the
/// next request; those whose response the client does not read; young ones; those whose response is
/// being made.
pub(super) fn to_close(
    connections: impl DoubleEndedIterator<Item = (u64, Activity)>,
    now: Duration,
) -> Option<u64> {
    let mut young = 0;
    // The last ones first, because the newest of the young ones are kept.
    let ranked = connections.rev().map(|(number, activity)| {
        let age = now.saturating_sub(activity.since);
        let rank = match activity.phase {
            Phase::FirstHead if age < YOUNG && young < YOUNG_MAX => {
                young += 1;
                3
            }
            Phase::FirstHead => 0,
            Phase::Idle | Phase::NextHead => 1,
            Phase::Unread => 2,
            Phase::Responding => 4,
        };
        (rank, activity.since, number)
    });
    ranked.min().map(|(_, _, number)| number)
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(phase: Phase, second: u64) -> Activity {
        Activity {
            phase,
            since: Duration::from_secs(second),
            response_ended: false,
        }
    }

    /// `now` is second 100.
    #[track_caller]
    fn check(activities: &[Activity], closed: Option<u64>) {
        let connections = activities.iter().copied();
        let numbered = (0..).zip(connections).collect::<Vec<_>>();
        let now = Duration::from_secs(100);
        assert_eq!(to_close(numbered.into_iter(), now), closed);
    }

    #[test]
    fn the_connection_that_was_silent_longest_is_closed_and_one_without_a_head_first() {
        use Phase::{FirstHead, Idle, NextHead, Responding, Unread};
        check(&[], None);
        check(
            &[at(Idle, 1), at(FirstHead, 90), at(FirstHead, 80)],
            Some(2),
        );
        check(&[at(Idle, 7), at(Idle, 3), at(Idle, 9)], Some(1));
        check(&[at(Idle, 7), at(NextHead, 3)], Some(1));
        check(&[at(Unread, 1), at(Responding, 0), at(Idle, 99)], Some(2));
        check(
            &[at(Responding, 0), at(Unread, 99), at(Unread, 98)],
            Some(2),
        );
        check(&[at(Responding, 5), at(Responding, 4)], Some(1));
        check(&[at(FirstHead, 50), at(FirstHead, 50)], Some(0));
    }

    #[test]
    fn a_new_connection_is_not_closed_for_the_next_one_while_others_are_idle() {
        use Phase::{FirstHead, Idle, Responding, Unread};
        check(&[at(Idle, 99), at(FirstHead, 100)], Some(0));
        check(&[at(Unread, 99), at(FirstHead, 100)], Some(0));
        check(&[at(Responding, 0), at(FirstHead, 100)], Some(1));
        check(&[at(Idle, 0), at(FirstHead, 99)], Some(1));
        // Many new connections do not displace those that got a response.
        let mut connections = vec![at(Idle, 1)];
        connections.extend([at(FirstHead, 100); YOUNG_MAX + 1]);
        check(&connections, Some(1));
    }
}
