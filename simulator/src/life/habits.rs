//! What a desk is like.

use super::desk::Rhythm;
use crate::policy::SlaPolicy;
use crate::vocabulary::Score;

/// How busy the desk is.
#[derive(Clone, Copy, Debug)]
pub struct Rates {
    /// New tickets per day, on average over the week; 0 switches life off.
    pub tickets_per_day: f64,
}

/// What the account does beyond what every account does; nothing of it by default.
#[derive(Clone, Copy, Debug, Default)]
pub struct Habits {
    /// Of a thousand resolutions, how many are measured only some minutes later.
    pub late_per_thousand: u32,
    /// Of a thousand things that happen, how many are a ticket that is deleted permanently, which the
    /// export does not tell.
    pub vanished_per_thousand: u32,
    /// Of a thousand things that happen to an open or solved ticket, how many are a solve that is undone
    /// some seconds later, or a reopen. Not at a [`Desk`].
    pub flips_per_thousand: u32,
    /// Which SLA targets tickets are given.
    pub sla_policy: SlaPolicy,
    /// How many channels customers use, the most usual first; `None` for all.
    pub channels: Option<usize>,
    /// How the agents keep up; `None` for a desk where things happen to tickets at random, and more
    /// come in than are solved.
    pub desk: Option<Desk>,
}

impl Habits {
    /// A bit of everything, for demonstrations.
    pub const LIVELY: Self = Self {
        late_per_thousand: 100,
        vanished_per_thousand: 1,
        flips_per_thousand: 0,
        sla_policy: SlaPolicy::ByPriority,
        channels: None,
        desk: None,
    };

    /// The same of a desk whose agents keep up around the clock, with a wave of customers each hour
    /// before and after `crest`, in Unix seconds.
    pub const fn keeping_up(crest: i64) -> Self {
        Self {
            desk: Some(Desk {
                rhythm: Rhythm::Hourly { crest },
                rush: None,
            }),
            // Each makes hundreds of series.
            channels: Some(7),
            ..Self::LIVELY
        }
    }
}

/// How such a desk works.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Desk {
    /// When customers write and agents work.
    pub rhythm: Rhythm,
    /// When everybody writes at once.
    pub rush: Option<Rush>,
}

/// Hours in which many customers have the same trouble.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rush {
    /// When it begins, in Unix seconds.
    pub from: i64,
    /// When it ends, in Unix seconds.
    pub until: i64,
    /// Times as many tickets as usual.
    pub times: f64,
}

/// How late measurements come, in seconds.
pub(super) const LATE_SECONDS: i64 = 420;

/// The requester is asked, answers, and sometimes thinks better of it.
pub(super) const fn next_score(score: Score, roll: u32) -> Option<Score> {
    match score {
        Score::None => Some(Score::Offered),
        Score::Offered if roll.is_multiple_of(8) => Some(Score::Bad),
        Score::Offered => Some(Score::Good),
        Score::Bad if roll.is_multiple_of(4) => Some(Score::Good),
        Score::Bad | Score::Good | Score::Other => None,
    }
}
