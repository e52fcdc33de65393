mod arrival;

mod settings;

use std::time::Duration;

use super::*;
use crate::clock::Moment;
use crate::ledger::testing::page_of_keys;
use crate::ledger::{AnswerDate, Marks, Truth};
use crate::source::{AnswerHead, Cursor, Endpoint, PageRequest, SourceKind, SourceReason};

pub(super) const NOW: UnixSeconds = UnixSeconds(100_000);
const START: UnixSeconds = UnixSeconds(7);
const REFUSED: ApiError = ApiError::StartTimeRefused {
    status: 400,
    explanation: None,
};
const BROKEN: ApiError = ApiError::Timeout;

pub(super) fn cursor(name: &str) -> Position {
    Position::Cursor(Cursor(name.to_owned()))
}

pub(super) const fn time(seconds: i64) -> Position {
    Position::Time(UnixSeconds(seconds))
}

const fn reading(source: SourceKind) -> WalkSettings {
    WalkSettings {
        source,
        start_time: START,
        replay_window: Duration::from_secs(900),
    }
}

fn walks(source: SourceKind) -> Walks {
    Walks::new(reading(source))
}

fn at(position: Option<Position>, high_water: Option<i64>) -> Progress {
    Progress {
        exports: Marks {
            position,
            high_water: high_water.map(UnixSeconds),
            ..Marks::default()
        },
        ..Progress::new(UnixSeconds(0))
    }
}

/// A state with a resync under way that has come this far.
fn resyncing(position: Option<Position>, last_row: Option<i64>) -> Progress {
    let mut progress = Progress::new(UnixSeconds(0));
    let keys = last_row.map(|last| (last, last));
    let mut read = page_of_keys(Walk::Resync, keys, false, NOW);
    read.page.next = position;
    progress.resync.begin();
    progress.pass(&read);
    progress
}

/// A request that was answered at [`NOW`].
fn asked(walk: Walk, start: Position) -> AnsweredRequest {
    let moment = Moment {
        monotonic: Duration::ZERO,
        wall_ms: NOW.0 * 1000,
    };
    AnsweredRequest {
        walk,
        request: PageRequest {
            start,
            page_size: 100,
            account_now: NOW,
            is_time_sure: true,
        },
        head: AnswerHead::unanswered(Endpoint::TicketsCursor),
        sent: moment,
        received: moment,
        has_waited: false,
    }
}

pub(super) fn page(next: Option<Position>, end_of_stream: bool) -> Page {
    Page {
        source: SourceKind::Cursor,
        rows: Vec::new(),
        rejected: Vec::new(),
        is_last_rejected: false,
        end_of_stream,
        next,
    }
}

impl Walks {
    /// Whether a page waits for another answer.
    pub(crate) const fn has_waiting_page(&self) -> bool {
        self.waiting.is_some()
    }

    /// A page of `walk` comes for a request from `start` on, and is applied if it is of use.
    fn read(&mut self, walk: Walk, start: Position, page: &Page) -> (Meaning, Option<Ended<'_>>) {
        let asked = asked(walk, start);
        let meaning = self.on_page(&asked, page, &AnswerTime::agreed(NOW));
        if meaning == Meaning::NoProgress {
            return (meaning, None);
        }
        (meaning, self.on_applied(&asked, page, meaning))
    }

    /// Where a replay goes on, or begins.
    fn replays_from(&mut self) -> Position {
        self.next_page(Walk::Replay, &at(None, None), NOW)
    }
}

/// What an outcome is, apart from what it carries.
fn kind(ended: &Ended<'_>) -> &'static str {
    match ended {
        Ended::Page { .. } => "page",
        Ended::Kept => "kept",
        Ended::PageThatWaited { .. } => "page that waited",
        Ended::Failed(_) => "failed",
        Ended::NoToken(_) => "no token",
        Ended::Unusable => "unusable",
        Ended::NoProgress => "no progress",
        Ended::GivenUp => "given up",
    }
}

#[test]
fn a_walk_goes_on_where_it_was_and_starts_over_when_the_source_changed() {
    use SourceKind::{Cursor, Time};
    let table = [
        (at(None, None), Cursor, time(7)),
        (at(None, None), Time, time(7)),
        (at(Some(cursor("a")), Some(5_000)), Cursor, cursor("a")),
        (at(Some(time(5_000)), Some(5_000)), Time, time(5_000)),
        (at(Some(cursor("a")), Some(5_000)), Time, time(4_100)),
        (at(Some(time(5_000)), Some(5_000)), Cursor, time(4_100)),
        (at(None, Some(5_000)), Cursor, time(4_100)),
        // Too recent for Zendesk.
        (at(Some(time(99_950)), Some(99_950)), Time, time(99_939)),
    ];
    for (progress, source, expected) in table {
        let start = walks(source).next_page(Walk::Main, &progress, NOW);
        assert_eq!(start, expected, "{progress:?}");
    }
}

#[test]
fn a_resync_goes_on_where_it_was_and_never_before_what_is_wanted() {
    use SourceKind::{Cursor, Time};
    let table = [
        (Progress::new(UnixSeconds(0)), Cursor, time(7)),
        (resyncing(None, None), Cursor, time(7)),
        (
            resyncing(Some(cursor("a")), Some(5_000)),
            Cursor,
            cursor("a"),
        ),
        (resyncing(Some(time(5_000)), Some(5_000)), Time, time(5_000)),
        (resyncing(Some(cursor("a")), Some(5_000)), Time, time(4_100)),
        // Its end is read again.
        (resyncing(None, Some(5_000)), Cursor, time(4_100)),
        (resyncing(None, Some(500)), Cursor, time(7)),
        (
            resyncing(Some(time(99_950)), Some(99_950)),
            Time,
            time(99_939),
        ),
    ];
    for (progress, source, expected) in table {
        let start = walks(source).next_page(Walk::Resync, &progress, NOW);
        assert_eq!(start, expected, "{progress:?}");
    }
}

#[test]
fn a_replay_begins_a_window_before_the_held_back_minute() {
    assert_eq!(walks(SourceKind::Time).replays_from(), time(99_040));
    let mut late = Walks::new(WalkSettings {
        start_time: UnixSeconds(99_500),
        ..reading(SourceKind::Time)
    });
    assert_eq!(late.replays_from(), time(99_500));
}

#[test]
fn our_own_slow_clock_sends_no_walk_back_before_what_was_read() {
    use SourceKind::{Cursor, Time};
    let slow = UnixSeconds(50);
    let progress = at(Some(time(4_990)), Some(5_000));
    let main = |source| walks(source).next_page(Walk::Main, &progress, slow);
    assert_eq!(main(Time), time(4_939));
    assert_eq!(main(Cursor), time(4_100));
    let mut resync = progress.clone();
    resync.resync.begin();
    let start = walks(Time).next_page(Walk::Resync, &resync, slow);
    assert_eq!(start, time(7));
    let not_too_recent = |start| reading(Time).not_too_recent(&start, NOW);
    assert_eq!(not_too_recent(time(99_000)), time(99_000));
    assert_eq!(not_too_recent(time(200_000)), time(99_939));
    assert_eq!(not_too_recent(cursor("a")), cursor("a"));
}

#[test]
fn a_lost_cursor_starts_its_walk_over_and_the_second_in_a_row_waits() {
    // What follows for the schedule when one is lost, when the next one is lost too, and where the
    // walk goes on.
    let table = [
        (Walk::Main, ["failed", "unusable"], time(4_100)),
        (Walk::Resync, ["failed", "unusable"], time(4_100)),
        (Walk::Replay, ["unusable", "given up"], time(99_040)),
    ];
    for (walk, ended, goes_on) in table {
        let mut progress = resyncing(Some(cursor("r")), Some(5_000));
        (progress.exports.position, progress.exports.high_water) =
            (Some(cursor("m")), Some(UnixSeconds(5_000)));
        let mut walks = walks(SourceKind::Cursor);
        for expected in ended {
            let outcome = walks.on_failure(walk, &ApiError::CursorLost);
            assert_eq!(kind(&outcome), expected, "{walk:?}");
        }
        assert_eq!(walks.next_page(walk, &progress, NOW), goes_on, "{walk:?}");
        // A page by time says nothing of cursors, but the walk goes on from it.
        let more = page(Some(cursor("x")), false);
        walks.read(walk, goes_on, &more);
        let outcome = walks.on_failure(walk, &ApiError::CursorLost);
        assert_eq!(kind(&outcome), ended[1], "{walk:?}");
        walks.read(walk, time(4_100), &more);
        walks.read(walk, cursor("x"), &page(Some(cursor("y")), false));
        let outcome = walks.on_failure(walk, &ApiError::CursorLost);
        assert_eq!(kind(&outcome), ended[0], "a cursor was taken: {walk:?}");
    }
}

#[test]
fn a_walk_that_started_over_goes_on_where_the_state_then_is() {
    let mut walks = walks(SourceKind::Cursor);
    let progress = at(Some(cursor("a")), Some(5_000));
    walks.on_failure(Walk::Main, &ApiError::CursorLost);
    let next = |walks: &mut Walks| walks.next_page(Walk::Main, &progress, NOW);
    assert_eq!(next(&mut walks), time(4_100));
    assert_eq!(next(&mut walks), time(4_100), "until a page came");
    walks.read(Walk::Main, time(4_100), &page(Some(cursor("a")), false));
    assert_eq!(next(&mut walks), cursor("a"));
}

#[test]
fn a_resync_that_lost_its_cursor_and_ends_leaves_nothing_to_the_next_one() {
    let mut walks = walks(SourceKind::Cursor);
    walks.on_failure(Walk::Resync, &ApiError::CursorLost);
    let none = Progress::new(UnixSeconds(0));
    assert_eq!(walks.next_page(Walk::Resync, &none, NOW), time(7));
    let run = resyncing(Some(cursor("a")), Some(5_000));
    assert_eq!(walks.next_page(Walk::Resync, &run, NOW), cursor("a"));
}

#[test]
fn a_full_walk_whose_page_leads_nowhere_begins_anew() {
    let mut progress = at(None, None);
    progress.truth = Truth::list(SourceReason::Configured);
    let stored = Position::List(Some(Cursor("a".to_owned())));
    progress.list.full_walk = Some(stored.clone());
    let mut walks = walks(SourceKind::Cursor);
    let of_list = |end_of_stream| Page {
        source: SourceKind::List,
        ..page(Some(stored.clone()), end_of_stream)
    };
    for _ in 0..2 {
        let (meaning, _) = walks.read(Walk::Resync, stored.clone(), &of_list(false));
        assert_eq!(meaning, Meaning::NoProgress);
        let next = walks.next_page(Walk::Resync, &progress, NOW);
        assert_eq!(next, Position::List(None));
    }
    // From its first page on the state knows where it is.
    walks.read(Walk::Resync, Position::List(None), &of_list(true));
    assert_eq!(walks.next_page(Walk::Resync, &progress, NOW), stored);
}

#[test]
fn a_replay_goes_on_page_by_page_until_its_end() {
    let mut walks = walks(SourceKind::Cursor);
    assert_eq!(walks.replays_from(), time(99_040));
    let pages = [
        (time(99_040), page(Some(cursor("a")), false), cursor("a")),
        (cursor("a"), page(None, false), cursor("a")),
        (cursor("a"), page(Some(cursor("b")), false), cursor("b")),
        (cursor("b"), page(Some(cursor("c")), true), time(99_040)),
    ];
    for (start, page, expected) in pages {
        walks.read(Walk::Replay, start, &page);
        if page.next.is_none() {
            // It leads nowhere, and the replay begins anew.
            assert_eq!(walks.replays_from(), time(99_040));
            walks.read(
                Walk::Replay,
                time(99_040),
                &self::page(Some(cursor("a")), false),
            );
        }
        assert_eq!(walks.replays_from(), expected);
    }
}

#[test]
fn what_ends_a_replay_and_what_does_not() {
    type Event = fn(&mut Walks) -> &'static str;
    // What happens, what follows for the schedule, and whether the replay begins anew.
    let table: [(Event, &str, bool); 9] = [
        (
            |walks| kind(&walks.on_failure(Walk::Replay, &REFUSED)),
            "given up",
            true,
        ),
        (
            |walks| kind(&walks.on_failure(Walk::Main, &REFUSED)),
            "failed",
            false,
        ),
        (
            |walks| kind(&walks.on_failure(Walk::Replay, &BROKEN)),
            "failed",
            false,
        ),
        (
            |walks| kind(&walks.on_failure(Walk::Replay, &ApiError::StartTimeTooRecent)),
            "failed",
            true,
        ),
        (
            |walks| kind(&walks.on_failure(Walk::Main, &ApiError::StartTimeTooRecent)),
            "failed",
            true,
        ),
        (
            |walks| kind(&walks.on_failure(Walk::Main, &ApiError::CursorLost)),
            "failed",
            true,
        ),
        (
            |walks| kind(&walks.on_failure(Walk::Resync, &ApiError::CursorLost)),
            "failed",
            false,
        ),
        (
            |walks| {
                walks.on_account_time_set();
                ""
            },
            "",
            true,
        ),
        (
            |walks| {
                let circle = page(Some(cursor("a")), false);
                let (meaning, _) = walks.read(Walk::Replay, cursor("a"), &circle);
                assert_eq!(meaning, Meaning::NoProgress);
                ""
            },
            "",
            true,
        ),
    ];
    for (number, (event, expected, begins_anew)) in table.into_iter().enumerate() {
        let mut walks = walks(SourceKind::Cursor);
        walks.replays_from();
        walks.read(Walk::Replay, time(99_040), &page(Some(cursor("a")), false));
        assert_eq!(event(&mut walks), expected, "{number}");
        let goes_on = if begins_anew {
            time(99_040)
        } else {
            cursor("a")
        };
        assert_eq!(walks.replays_from(), goes_on, "{number}");
    }
}

#[test]
fn a_replay_that_begins_anew_by_another_account_time_has_been_nowhere() {
    let beyond = page(Some(time(200_000)), false);
    for sets_account_time in [false, true] {
        let mut walks = walks(SourceKind::Time);
        walks.replays_from();
        let (first, _) = walks.read(Walk::Replay, time(90_000), &beyond);
        assert_eq!(first, Meaning::Advances);
        if sets_account_time {
            walks.on_account_time_set();
        }
        let (second, _) = walks.read(Walk::Replay, time(90_000), &beyond);
        let ends = second == Meaning::EndsReplay;
        assert_eq!(ends, !sets_account_time, "{second:?}");
    }
}

#[test]
fn a_page_advances_or_leads_beyond_the_present_or_nowhere() {
    use Meaning::{Advances, EndsReplay, LeadsBeyondPresent, NoProgress};
    let beyond = || page(Some(time(200_000)), false);
    // For each walk: pages in a row that are asked for from 90,000 on, what each means, and what
    // follows for the schedule.
    let both = [Walk::Main, Walk::Resync];
    for walk in both.into_iter().chain([Walk::Replay]) {
        let mut walks = walks(SourceKind::Time);
        let mut check = |page: &Page, meaning, expected: Option<&str>| {
            let (found, ended) = walks.read(walk, time(90_000), page);
            let ended = ended.as_ref().map(kind);
            assert_eq!((found, ended), (meaning, expected), "{walk:?}");
        };
        check(&page(Some(time(90_001)), false), Advances, Some("page"));
        check(&page(Some(time(90_000)), false), NoProgress, None);
        check(&page(None, false), NoProgress, None);
        check(&page(None, true), Advances, Some("page"));
        check(&beyond(), Advances, Some("page"));
        let (meaning, ended) = match walk {
            Walk::Replay => (EndsReplay, Some("given up")),
            _ => (LeadsBeyondPresent, None),
        };
        check(&beyond(), meaning, ended);
    }
}

#[test]
fn each_walk_has_a_way_of_its_own() {
    let mut walks = walks(SourceKind::Cursor);
    let more = |next| page(Some(cursor(next)), false);
    for walk in [Walk::Main, Walk::Replay, Walk::Resync] {
        walks.read(walk, cursor("a"), &more("b"));
        let (meaning, _) = walks.read(walk, cursor("b"), &more("c"));
        assert_eq!(meaning, Meaning::Advances, "{walk:?}");
    }
    for walk in [Walk::Main, Walk::Replay, Walk::Resync] {
        let (meaning, _) = walks.read(walk, cursor("c"), &more("a"));
        assert_eq!(meaning, Meaning::NoProgress, "{walk:?}");
    }
}

#[test]
fn a_page_that_waited_says_so_to_the_schedule() {
    let mut walks = walks(SourceKind::Cursor);
    let asked = AnsweredRequest {
        has_waited: true,
        ..asked(Walk::Main, cursor("a"))
    };
    let last = page(None, true);
    let meaning = walks.on_page(&asked, &last, &AnswerTime::agreed(NOW));
    let ended = walks.on_applied(&asked, &last, meaning);
    assert_eq!(ended.as_ref().map(kind), Some("page that waited"));
}
