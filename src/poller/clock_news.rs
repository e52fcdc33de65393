//! What people are told of clocks.

use std::time::Duration;

use crate::schedule::Verdict;
use crate::streak::Streak;

/// For so long no `Date` must have been doubted before a doubt is news again. Two servers of Zendesk
/// whose clocks differ take turns within minutes.
const CALM: Duration = Duration::from_secs(3600);

/// What was told, so that nothing is said with every answer.
#[derive(Debug, Default)]
pub(super) struct ClockNews {
    /// Answers whose `Date` was not believed.
    doubted: Streak,
    /// Answers that set account time.
    set: Streak,
    /// When the latest of either came, on the monotonic clock.
    latest: Duration,
    /// That answers have no `Date`.
    pub(super) told_missing: bool,
}

impl ClockNews {
    /// Takes what an answer's `Date` came to. Returns how often the same has happened, if it is to be
    /// told.
    pub(super) fn take(&mut self, verdict: Verdict, now: Duration) -> Option<u32> {
        let streak = match verdict {
            Verdict::Missing => return None,
            Verdict::Believed => {
                if now.saturating_sub(self.latest) >= CALM {
                    self.doubted.on_success(now);
                    self.set.on_success(now);
                }
                return None;
            }
            Verdict::Set { .. } => &mut self.set,
            Verdict::Doubted { .. } => &mut self.doubted,
        };
        self.latest = now;
        streak.on_failure("clock", now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);
    const BELIEVED: Verdict = Verdict::Believed;
    const SET: Verdict = Verdict::Set { by_seconds: 3_600 };
    const DOUBTED: Verdict = Verdict::Doubted { by_seconds: 3_600 };

    /// Takes these verdicts again and again, one a minute; how often which was told by then.
    #[track_caller]
    fn check(verdicts: &[Verdict], minutes: u32, expected: &[(Verdict, u32)]) {
        let mut news = ClockNews::default();
        let told: Vec<(Verdict, u32)> = (0..minutes)
            .zip(verdicts.iter().cycle())
            .filter_map(|(minute, verdict)| {
                let times = news.take(*verdict, MINUTE * (minute + 1))?;
                Some((*verdict, times))
            })
            .collect();
        assert_eq!(told, expected, "{verdicts:?}");
    }

    #[test]
    fn two_clocks_that_take_turns_are_told_now_and_then() {
        let once_and_every_tenth = [
            (DOUBTED, 1),
            (SET, 1),
            (DOUBTED, 10),
            (SET, 10),
            (DOUBTED, 20),
            (SET, 20),
        ];
        check(&[DOUBTED, SET], 58, &once_and_every_tenth);
        check(
            &[DOUBTED, SET, BELIEVED, BELIEVED],
            116,
            &once_and_every_tenth,
        );
        let doubts = [(DOUBTED, 1), (DOUBTED, 10)];
        check(&[DOUBTED, BELIEVED], 38, &doubts);
    }

    #[test]
    fn after_an_hour_of_calm_a_doubt_is_news() {
        let mut rare = vec![BELIEVED; 100];
        (rare[0], rare[1]) = (DOUBTED, SET);
        let told = [(DOUBTED, 1), (SET, 1)].repeat(3);
        check(&rare, 300, &told);
        check(&[Verdict::Missing, BELIEVED], 300, &[]);
    }
}
