//! How a connection stands, and which of several makes room for a new one.
//!
//! PURE.

use std::time::Duration;

/// What a connection is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// No whole head of a request has come yet.
    Arriving,
    /// A request is being answered, and nothing waits for the client.
    Working,
    /// The client has yet to take what was written.
    Stalled,
    /// Answered, and nothing has come since.
    Idle,
    /// Answered, and a part of the next head has come.
    ArrivingAgain,
}

/// What happens on a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// Bytes came.
    Bytes,
    /// The head of a request is whole.
    Head,
    /// A write has to wait for the client.
    Blocked,
    /// Nothing of the answer is left but what was written already.
    AnswerEnded,
    /// The system took everything that was written.
    Flushed,
}

/// One connection as the rest of the program sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) stage: Stage,
    /// Since when the client has been silent: since it came, since it was answered, or since it
    /// first let an answer wait. A part of a head or of an answer does not count as a sign of life.
    pub(super) since: Duration,
    answer_ended: bool,
}

impl Standing {
    pub(super) const fn new(now: Duration) -> Self {
        Self {
            stage: Stage::Arriving,
            since: now,
            answer_ended: false,
        }
    }

    /// What it is after `event`.
    pub(super) fn after(self, event: Event, now: Duration) -> Self {
        let Self { stage, since, .. } = self;
        match (event, stage) {
            (Event::Head, _) => Self {
                stage: Stage::Working,
                since: now,
                answer_ended: false,
            },
            (Event::Bytes, Stage::Idle) => Self {
                stage: Stage::ArrivingAgain,
                ..self
            },
            (Event::Blocked, Stage::Working) => Self {
                stage: Stage::Stalled,
                since: now,
                ..self
            },
            (Event::AnswerEnded, _) => Self {
                answer_ended: true,
                ..self
            },
            // Between two parts of an answer nothing begins anew: a client that takes a little now
            // and then gains no time by it.
            (Event::Flushed, Stage::Working | Stage::Stalled) if self.answer_ended => Self {
                stage: Stage::Idle,
                since: now,
                answer_ended: false,
            },
            _ => Self {
                stage,
                since,
                ..self
            },
        }
    }
}

/// A connection that came less than this ago is about to say what it wants...
const YOUNG: Duration = Duration::from_secs(1);

/// ... and so many of these stay while there are others: otherwise whoever holds every place with
/// connections that were answered could send each newcomer away with the next one.
const YOUNG_MAX: usize = 16;

/// Which of these connections, in the order in which they came, makes room: of those whose head
/// never was whole the one that has been silent longest, failing that of those that were answered, then
/// of those that do not take their answer. One that is being answered only if there is no other.
pub(super) fn makes_room(
    connections: impl DoubleEndedIterator<Item = (u64, Standing)>,
    now: Duration,
) -> Option<u64> {
    let mut young = 0;
    let ranked = connections.rev().map(|(number, standing)| {
        let age = now.saturating_sub(standing.since);
        let rank = match standing.stage {
            Stage::Arriving if age < YOUNG && young < YOUNG_MAX => {
                young += 1;
                3
            }
            Stage::Arriving => 0,
            Stage::Idle | Stage::ArrivingAgain => 1,
            Stage::Stalled => 2,
            Stage::Working => 4,
        };
        (rank, standing.since, number)
    });
    ranked.min().map(|(_, _, number)| number)
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(stage: Stage, second: u64) -> Standing {
        Standing {
            stage,
            since: Duration::from_secs(second),
            answer_ended: false,
        }
    }

    /// `now` is second 100.
    #[track_caller]
    fn check(standings: &[Standing], leaves: Option<u64>) {
        let connections = standings.iter().copied();
        let numbered = (0..).zip(connections).collect::<Vec<_>>();
        let now = Duration::from_secs(100);
        assert_eq!(makes_room(numbered.into_iter(), now), leaves);
    }

    #[test]
    fn the_connection_that_was_silent_longest_makes_room_and_one_without_a_head_first() {
        use Stage::{Arriving, ArrivingAgain, Idle, Stalled, Working};
        check(&[], None);
        check(&[at(Idle, 1), at(Arriving, 90), at(Arriving, 80)], Some(2));
        check(&[at(Idle, 7), at(Idle, 3), at(Idle, 9)], Some(1));
        check(&[at(Idle, 7), at(ArrivingAgain, 3)], Some(1));
        check(&[at(Stalled, 1), at(Working, 0), at(Idle, 99)], Some(2));
        check(&[at(Working, 0), at(Stalled, 99), at(Stalled, 98)], Some(2));
        check(&[at(Working, 5), at(Working, 4)], Some(1));
        check(&[at(Arriving, 50), at(Arriving, 50)], Some(0));
    }

    #[test]
    fn a_newcomer_is_not_sent_away_by_the_next_one_while_others_are_idle() {
        use Stage::{Arriving, Idle, Stalled, Working};
        check(&[at(Idle, 99), at(Arriving, 100)], Some(0));
        check(&[at(Stalled, 99), at(Arriving, 100)], Some(0));
        check(&[at(Working, 0), at(Arriving, 100)], Some(1));
        check(&[at(Idle, 0), at(Arriving, 99)], Some(1));
        // A crowd of newcomers does not drive out those that were answered.
        let mut crowd = vec![at(Idle, 1)];
        crowd.extend([at(Arriving, 100); YOUNG_MAX + 1]);
        check(&crowd, Some(1));
    }

    #[test]
    fn what_happens_moves_a_connection_on() {
        use Event::{AnswerEnded, Blocked, Bytes, Flushed, Head};
        use Stage::{Arriving, ArrivingAgain, Idle, Stalled, Working};
        // The stage after each event, and the second since when it is silent.
        let lives: [&[(Event, Stage, u64)]; 5] = [
            &[(Bytes, Arriving, 0), (Bytes, Arriving, 0)],
            &[
                (Bytes, Arriving, 0),
                (Head, Working, 2),
                (Flushed, Working, 2),
                (AnswerEnded, Working, 2),
                (Flushed, Idle, 5),
                (Flushed, Idle, 5),
                (Bytes, ArrivingAgain, 5),
                (Bytes, ArrivingAgain, 5),
                (Head, Working, 9),
            ],
            &[
                (Head, Working, 1),
                (Blocked, Stalled, 2),
                (Flushed, Stalled, 2),
                (Blocked, Stalled, 2),
                (AnswerEnded, Stalled, 2),
                (Blocked, Stalled, 2),
                (Flushed, Idle, 7),
                (Blocked, Idle, 7),
            ],
            // An answer to a head that cannot be read.
            &[(Bytes, Arriving, 0), (Blocked, Arriving, 0)],
            // Two requests in one piece.
            &[
                (Head, Working, 1),
                (AnswerEnded, Working, 1),
                (Head, Working, 3),
                (Flushed, Working, 3),
            ],
        ];
        for life in lives {
            let mut standing = Standing::new(Duration::ZERO);
            for (second, (event, stage, since)) in (1..).zip(life) {
                standing = standing.after(*event, Duration::from_secs(second));
                let expected = (*stage, Duration::from_secs(*since));
                assert_eq!((standing.stage, standing.since), expected, "{life:?}");
            }
        }
    }
}
