//! What counts as one poll.

use std::time::Duration;

use super::pacing::PAGES_PER_POLL_MAX;
use crate::ledger::Walk;

/// The poll that is under way: requests of the main walk, of replays and of the lists, from the first one to the
/// end of the stream or a failure. A resync is beside all polls.
#[derive(Debug, Default)]
pub struct Polls(Option<Poll>);

#[derive(Debug)]
struct Poll {
    began: Duration,
    pages: u32,
}

impl Polls {
    /// A request of `walk` is due `now`: it belongs to the poll that is under way, or begins one.
    pub fn on_turn(&mut self, walk: Walk, now: Duration) {
        if is_poll(walk) {
            self.0.get_or_insert(Poll {
                began: now,
                pages: 0,
            });
        }
    }

    /// A page of `walk` was applied. Returns how long the poll took if it is over.
    pub fn on_page(&mut self, walk: Walk, end_of_stream: bool, now: Duration) -> Option<Duration> {
        if !is_poll(walk) {
            return None;
        }
        // No poll is under way for a page that waited while the poll of its request failed.
        let pages = self.0.as_mut().map_or(0, |poll| {
            poll.pages += 1;
            poll.pages
        });
        if !end_of_stream && pages < PAGES_PER_POLL_MAX {
            return None;
        }
        self.end(now)
    }

    /// A request of `walk` failed. Returns how long the poll took that is over with it.
    pub fn on_failure(&mut self, walk: Walk, now: Duration) -> Option<Duration> {
        if !is_poll(walk) {
            return None;
        }
        self.end(now)
    }

    /// Returns how long the poll took that is over, if one was under way.
    fn end(&mut self, now: Duration) -> Option<Duration> {
        self.0.take().map(|poll| now.saturating_sub(poll.began))
    }
}

/// Whether requests of `walk` are polls: a resync, a verify round and the archive are read beside them.
const fn is_poll(walk: Walk) -> bool {
    matches!(walk, Walk::Main | Walk::Replay | Walk::List | Walk::Deleted)
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_poll_lasts_from_its_first_request_to_the_end_of_the_stream_or_a_failure() {
        let mut polls = Polls::default();
        polls.on_turn(Walk::Main, at(10));
        assert_eq!(polls.on_page(Walk::Main, false, at(11)), None);
        polls.on_turn(Walk::Replay, at(12));
        assert_eq!(polls.on_page(Walk::Replay, true, at(15)), Some(at(5)));
        assert_eq!(polls.on_failure(Walk::Main, at(16)), None, "none began");
        polls.on_turn(Walk::Main, at(20));
        assert_eq!(polls.on_failure(Walk::Main, at(21)), Some(at(1)));
    }

    #[test]
    fn a_poll_of_many_pages_is_counted_as_several() {
        let mut polls = Polls::default();
        let ended = (1..=250).filter(|page| {
            polls.on_turn(Walk::Main, at(*page));
            polls.on_page(Walk::Main, false, at(*page)).is_some()
        });
        assert_eq!(ended.collect::<Vec<_>>(), [100, 200]);
    }

    #[test]
    fn a_resync_neither_begins_nor_ends_a_poll() {
        let mut polls = Polls::default();
        polls.on_turn(Walk::Resync, at(10));
        assert_eq!(polls.on_page(Walk::Main, true, at(11)), None);
        polls.on_turn(Walk::Main, at(20));
        assert_eq!(polls.on_page(Walk::Resync, true, at(21)), None);
        assert_eq!(polls.on_failure(Walk::Resync, at(22)), None);
        assert_eq!(polls.on_page(Walk::Main, true, at(23)), Some(at(3)));
    }
}
