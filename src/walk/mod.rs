//! What each walk through a source asks for next, and what a page means for its walk.
//!
//! PURE. [`Walks`] is the one value that decides this. It remembers what the state does not hold:
//! where a replay and a walk through a list are, which cursors were lost, and where each walk has been, so that a circle is
//! noticed. What follows for the schedule comes out as [`Ended`].

mod start;

mod choice;

mod verify_rounds;

mod trail;

mod page_request;

mod uncertain_time;

pub use choice::{Choice, Refused};
pub use page_request::{AnsweredRequest, Arrived};
pub use start::WalkSettings;
pub use uncertain_time::Arrival;
pub use verify_rounds::{ArchivedShown, AskedAlone, RoundEnd, ToAsk, VerifyRounds};

use crate::ledger::{AnswerTime, Progress, Walk};
use crate::schedule::Ended;
use crate::source::{ApiError, Page, Position};
use crate::ticket::UnixSeconds;
use start::RESTART_OVERLAP;
use trail::Trail;

/// The walks of one account.
#[derive(Debug)]
pub struct Walks {
    settings: WalkSettings,
    memories: [Memory; Walk::COUNT],
    /// A page that waits until another answer confirms what time it is.
    waiting: Option<Arrived>,
}

/// What is remembered of one walk.
#[derive(Debug, Default)]
struct Memory {
    trail: Trail,
    /// Where the next page begins of a replay, or of a walk through a list, that is under way. The state does not
    /// know that: it keeps no position of a replay, and of a list only one that is some minutes old.
    under_way: Option<Position>,
    /// The walk lost its cursor and has read no page since: it starts over.
    starts_over: bool,
    /// Zendesk has taken no cursor of the walk since it lost one.
    cursors_fail: bool,
}

impl Memory {
    /// The position, unless the walk starts over.
    fn usable<'a>(&self, position: Option<&'a Position>) -> Option<&'a Position> {
        position.filter(|_| !self.starts_over)
    }

    /// The walk begins anew. Whether Zendesk takes cursors is a question of its own.
    fn begin_anew(&mut self) {
        self.trail = Trail::default();
        self.starts_over = false;
    }

    /// Where the walk through a list goes on, if `stored` is its stored position.
    fn in_list(&self, stored: Option<&Position>, oldest: Position) -> Position {
        let under_way = self.under_way.as_ref();
        let next = under_way.or_else(|| self.usable(stored));
        next.cloned().unwrap_or(oldest)
    }
}

/// What a page means for its walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// The walk has read everything, or goes on behind the page.
    Advances,
    /// The next page of a replay begins in the future for the second time running. The rows are used, and
    /// the replay has read what there is until now: the main walk reads the rest.
    EndsReplay,
    /// The next page begins in the future for the second time running. The rows are used, but to ask
    /// for the next page would be a loop.
    LeadsBeyondPresent,
    /// The page leads to where the walk has been. It is not used.
    NoProgress,
}

impl Walks {
    /// The walks of an account that nobody has asked yet.
    pub fn new(settings: WalkSettings) -> Self {
        Self {
            settings,
            memories: Default::default(),
            waiting: None,
        }
    }

    /// Where the next page of a walk begins. A replay that is not under way begins with it.
    pub fn next_page(
        &mut self,
        walk: Walk,
        progress: &Progress,
        account_now: UnixSeconds,
    ) -> Position {
        let settings = self.settings;
        let start_time = settings.start_time;
        // Before the first answer account time is our own clock. If that is slow, what was read
        // proves a later time: a walk must not go back for years.
        let proven_now = progress.exports.at_least(account_now);
        match walk {
            Walk::Main => {
                let position = self.memory(walk).usable(progress.exports.position.as_ref());
                let restart = progress.exports.restart(start_time, RESTART_OVERLAP);
                settings.go_on(position, restart, proven_now)
            }
            Walk::Replay => {
                let replay = self.memory(walk);
                let next = match &replay.under_way {
                    Some(position) => settings.not_too_recent(position, account_now),
                    None => settings.replay_start(account_now),
                };
                // Remembered before a page came, so that a request that is repeated begins at the same
                // time.
                if replay.under_way.is_none() {
                    replay.begin_anew();
                    replay.under_way = Some(next.clone());
                }
                next
            }
            Walk::Resync if progress.truth.is_list => {
                if progress.list.full_walk.is_none() {
                    self.memory(walk).begin_anew();
                }
                let stored = progress.list.full_walk.as_ref();
                let next = self.memory(walk).usable(stored);
                next.cloned().unwrap_or(Position::List(None))
            }
            Walk::Resync => {
                // The state says when a resync ends. What an earlier one remembered ends here.
                if !progress.resync.is_under_way() {
                    self.memory(walk).begin_anew();
                }
                let position = self.memory(walk).usable(progress.resync.position());
                let restart = progress.resync.restart(start_time, RESTART_OVERLAP);
                settings.go_on(position, restart, proven_now)
            }
            Walk::List => {
                let stored = progress.list.marks.position.as_ref();
                self.memory(walk).in_list(stored, Position::List(None))
            }
            Walk::Deleted => {
                let stored = progress.list.deleted.as_ref();
                self.memory(walk).in_list(stored, Position::Deleted(None))
            }
            Walk::Verify | Walk::Archive => unreachable!("they ask for tickets by their ids"),
        }
    }

    /// What a page means that came for a request. Of [`Meaning::NoProgress`] nothing is used.
    pub fn on_page(&mut self, asked: &AnsweredRequest, page: &Page, time: &AnswerTime) -> Meaning {
        let walk = asked.walk;
        let memory = self.memory(walk);
        // A list that has more rows has at least one in each page.
        let is_empty = page.rows.is_empty() && page.rejected.is_empty();
        let is_void = is_empty && !page.end_of_stream && !page.source.is_export();
        if is_void || !memory.trail.follow(&asked.request.start, page) {
            // The walks have positions that the state keeps, and ask there again. In a list that is before the
            // pages that the walk remembers.
            if memory.under_way.take().is_some() {
                memory.begin_anew();
            }
            // The stored position of a full walk is that of the page which leads nowhere.
            if walk == Walk::Resync && !page.source.is_export() {
                memory.begin_anew();
                memory.starts_over = true;
            }
            return Meaning::NoProgress;
        }
        match (memory.trail.is_stuck(page, time.present()), walk) {
            (false, _) => Meaning::Advances,
            (true, Walk::Replay) => Meaning::EndsReplay,
            (true, _) => Meaning::LeadsBeyondPresent,
        }
    }

    /// A page was applied. Returns what follows for the schedule, nothing where it is a failure that
    /// the page leads nowhere.
    pub fn on_applied(
        &mut self,
        asked: &AnsweredRequest,
        page: &Page,
        meaning: Meaning,
    ) -> Option<Ended<'static>> {
        let memory = self.memory(asked.walk);
        memory.starts_over = false;
        // A page by time proves nothing about cursors.
        if asked.request.start.cursor().is_some() {
            memory.cursors_fail = false;
        }
        let end_of_stream = page.end_of_stream;
        match asked.walk {
            _ if end_of_stream || meaning == Meaning::EndsReplay => memory.under_way = None,
            Walk::List | Walk::Deleted => memory.under_way.clone_from(&page.next),
            _ => {
                // `None` if the replay was ended while its page waited: the page must not begin it again.
                if let (Some(position), Some(next)) = (&mut memory.under_way, &page.next) {
                    position.clone_from(next);
                }
            }
        }
        match meaning {
            Meaning::Advances if asked.has_waited => Some(Ended::PageThatWaited { end_of_stream }),
            Meaning::Advances => Some(Ended::Page { end_of_stream }),
            Meaning::EndsReplay => Some(Ended::GivenUp),
            Meaning::LeadsBeyondPresent | Meaning::NoProgress => None,
        }
    }

    /// Zendesk gave no page. Returns what follows for the schedule.
    pub fn on_failure<'a>(&mut self, walk: Walk, failure: &'a ApiError) -> Ended<'a> {
        match failure {
            ApiError::CursorLost => self.on_cursor_lost(walk, failure),
            ApiError::StartTimeTooRecent => {
                // A replay began by an account time that was ahead.
                self.end_replay();
                Ended::Failed(failure)
            }
            // Perhaps where the replay began makes no sense: it begins anew when it is due again.
            _ if walk == Walk::Replay && failure.may_concern_the_position() => {
                self.end_replay();
                Ended::GivenUp
            }
            _ => Ended::Failed(failure),
        }
    }

    fn on_cursor_lost<'a>(&mut self, walk: Walk, failure: &'a ApiError) -> Ended<'a> {
        let memory = self.memory(walk);
        memory.trail = Trail::default();
        memory.starts_over = true;
        memory.under_way = None;
        // Twice in a row is no lost cursor any more, but an answer that makes no sense.
        let is_again = std::mem::replace(&mut memory.cursors_fail, true);
        // A main walk that starts over reads the last minutes again, as a replay does, so a replay that
        // is under way begins anew.
        if walk == Walk::Main {
            self.end_replay();
        }
        match walk {
            // Zendesk takes the time at which the replay begins each time, so no back-off would
            // grow.
            Walk::Replay if is_again => Ended::GivenUp,
            // Asked again at once, from a time.
            Walk::Replay => Ended::Unusable,
            _ if !is_again => Ended::Failed(failure),
            _ => Ended::Unusable,
        }
    }

    /// Account time was set: a replay that is under way began by another time.
    ///
    /// Where it has been by that time says nothing of a page that is under way, or that comes later.
    pub fn on_account_time_set(&mut self) {
        self.end_replay();
        self.memory(Walk::Replay).begin_anew();
    }

    /// Other settings from now on. `replays_otherwise` says that replays are due at other times.
    pub fn on_settings(&mut self, settings: WalkSettings, replays_otherwise: bool) {
        let before = std::mem::replace(&mut self.settings, settings);
        let begins_elsewhere =
            before.source != settings.source || before.start_time != settings.start_time;
        if begins_elsewhere {
            self.memory(Walk::Resync).begin_anew();
        }
        if begins_elsewhere || replays_otherwise || before.replay_window != settings.replay_window {
            self.end_replay();
        }
        // It was asked for with the settings of before.
        self.waiting = None;
        // Where the walk has been says nothing of where it goes from now on.
        self.memory(Walk::Main).trail = Trail::default();
    }

    fn end_replay(&mut self) {
        self.memory(Walk::Replay).under_way = None;
    }

    const fn memory(&mut self, walk: Walk) -> &mut Memory {
        &mut self.memories[walk as usize]
    }
}

#[cfg(test)]
mod tests;
