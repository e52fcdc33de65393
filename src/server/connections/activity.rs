//! What a client's connection is doing, and since when.
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
    pub(super) response_ended: bool,
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

#[cfg(test)]
mod tests {
    use super::*;

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
