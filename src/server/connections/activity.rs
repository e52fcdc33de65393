//! What a client's connection is doing, and which of several is closed for a new one.
//!
//! PURE.

use std::time::Duration;

/// What a connection waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// For the head of its first request: the client has not sent all of it yet.
    FirstHead,
    /// For the program, which makes the response. The client is not waited for.
    Responding,
    /// For the client, which has not read what was written.
    Unread,
    /// For the next request: the client has read the response, and no byte came since.
    Idle,
    /// For the rest of the head of a later request.
    NextHead,
}

/// What happens on a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ConnectionEvent {
    /// Bytes came from the client.
    Bytes,
    /// The head of a request is complete.
    Head,
    /// A write has to wait until the client reads.
    Blocked,
    /// hyper has taken all of the response. Some of it may not be written yet.
    ResponseEnded,
    /// The system took everything that was written.
    Flushed,
}

/// What a connection waits for, and since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Activity {
    pub(super) phase: Phase,
    /// Since when the client has been silent: since it connected, since it read the last response, or
    /// since a response first had to wait for it. A part of a head, or of a response that the client
    /// reads, does not end the silence.
    ///
    /// For example, a client that connects at second 0 and then sends one byte of its head each second
    /// is silent since second 0.
    pub(super) since: Duration,
    response_ended: bool,
}

impl Activity {
    pub(super) const fn new(now: Duration) -> Self {
        Self {
            phase: Phase::FirstHead,
            since: now,
            response_ended: false,
        }
    }

    /// The activity after `event`, which happens at `now`.
    pub(super) fn after(self, event: ConnectionEvent, now: Duration) -> Self {
        let begun = |phase| Self {
            phase,
            since: now,
            response_ended: false,
        };
        match (event, self.phase) {
            (ConnectionEvent::Head, _) => begun(Phase::Responding),
            (ConnectionEvent::Bytes, Phase::Idle) => Self {
                phase: Phase::NextHead,
                ..self
            },
            (ConnectionEvent::Blocked, Phase::Responding) => Self {
                phase: Phase::Unread,
                since: now,
                ..self
            },
            (ConnectionEvent::ResponseEnded, _) => Self {
                response_ended: true,
                ..self
            },
            // A flush between two parts of a response changes nothing. Otherwise a client that reads a
            // little now and then would get more time with each part.
            (ConnectionEvent::Flushed, Phase::Responding | Phase::Unread)
                if self.response_ended =>
            {
                begun(Phase::Idle)
            }
            _ => self,
        }
    }
}

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

    #[test]
    fn what_happens_changes_the_phase_of_a_connection() {
        use ConnectionEvent::{Blocked, Bytes, Flushed, Head, ResponseEnded};
        use Phase::{FirstHead, Idle, NextHead, Responding, Unread};
        // The phase after each event, and the second since when it is silent.
        let lives: [&[(ConnectionEvent, Phase, u64)]; 5] = [
            &[(Bytes, FirstHead, 0), (Bytes, FirstHead, 0)],
            &[
                (Bytes, FirstHead, 0),
                (Head, Responding, 2),
                (Flushed, Responding, 2),
                (ResponseEnded, Responding, 2),
                (Flushed, Idle, 5),
                (Flushed, Idle, 5),
                (Bytes, NextHead, 5),
                (Bytes, NextHead, 5),
                (Head, Responding, 9),
            ],
            &[
                (Head, Responding, 1),
                (Blocked, Unread, 2),
                (Flushed, Unread, 2),
                (Blocked, Unread, 2),
                (ResponseEnded, Unread, 2),
                (Blocked, Unread, 2),
                (Flushed, Idle, 7),
                (Blocked, Idle, 7),
            ],
            // A response to a head that cannot be read.
            &[(Bytes, FirstHead, 0), (Blocked, FirstHead, 0)],
            // Two requests in one piece.
            &[
                (Head, Responding, 1),
                (ResponseEnded, Responding, 1),
                (Head, Responding, 3),
                (Flushed, Responding, 3),
            ],
        ];
        for life in lives {
            let mut activity = Activity::new(Duration::ZERO);
            for (second, (event, phase, since)) in (1..).zip(life) {
                activity = activity.after(*event, Duration::from_secs(second));
                let expected = (*phase, Duration::from_secs(*since));
                assert_eq!((activity.phase, activity.since), expected, "{life:?}");
            }
        }
    }
}
