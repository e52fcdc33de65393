//! What other settings do to walks that are under way.

use super::*;

/// Walks under way: each has read the page after cursor `a`.
fn under_way() -> Walks {
    let mut walks = walks(SourceKind::Cursor);
    walks.replays_from();
    let mut start = time(99_040);
    for next in ["a", "b"] {
        for walk in [Walk::Main, Walk::Replay, Walk::Resync] {
            walks.read(walk, start.clone(), &page(Some(cursor(next)), false));
        }
        start = cursor(next);
    }
    walks
}

/// Whether the walk takes a page that leads back to cursor `a`.
fn forgets_its_way(walks: &mut Walks, walk: Walk) -> bool {
    let back = page(Some(cursor("a")), false);
    walks.read(walk, cursor("b"), &back).0 == Meaning::Advances
}

#[test]
fn only_settings_of_a_walk_make_it_begin_anew() {
    let before = reading(SourceKind::Cursor);
    let window = WalkSettings {
        replay_window: Duration::from_secs(60),
        ..before
    };
    let later = WalkSettings {
        start_time: UnixSeconds(8),
        ..before
    };
    // The settings, whether replays are due otherwise, and whether replay and resync begin anew.
    let table = [
        (before, false, false, false),
        (before, true, true, false),
        (window, false, true, false),
        (later, false, true, true),
        (reading(SourceKind::Time), false, true, true),
    ];
    for (settings, replays_otherwise, replay, resync) in table {
        let mut walks = under_way();
        walks.on_settings(settings, replays_otherwise);
        let goes_on = walks.replays_from();
        assert_eq!(goes_on != cursor("b"), replay, "{settings:?}");
        let forgets = forgets_its_way(&mut walks, Walk::Resync);
        assert_eq!(forgets, resync, "{settings:?}");
        assert!(forgets_its_way(&mut walks, Walk::Main), "{settings:?}");
    }
}

#[test]
fn a_cursor_that_was_lost_stays_lost() {
    let progress = resyncing(Some(cursor("r")), Some(5_000));
    let mut walks = under_way();
    for walk in [Walk::Main, Walk::Resync] {
        walks.on_failure(walk, &ApiError::CursorLost);
    }
    walks.on_settings(reading(SourceKind::Cursor), false);
    let goes_on = walks.next_page(Walk::Resync, &progress, NOW);
    assert_eq!(goes_on, time(4_100));
    // To read another source is to begin elsewhere, but Zendesk still takes no cursor.
    for source in [SourceKind::Time, SourceKind::Cursor] {
        walks.on_settings(reading(source), false);
    }
    let goes_on = walks.next_page(Walk::Resync, &progress, NOW);
    assert_eq!(goes_on, cursor("r"));
    for walk in [Walk::Main, Walk::Resync] {
        let outcome = walks.on_failure(walk, &ApiError::CursorLost);
        assert_eq!(kind(&outcome), "unusable", "{walk:?}");
    }
}

#[test]
fn a_page_that_waits_is_given_up() {
    let mut walks = walks(SourceKind::Cursor);
    walks.waiting = Some(Arrived {
        asked: asked(Walk::Main, cursor("a")),
        page: page(None, true),
    });
    walks.on_settings(reading(SourceKind::Cursor), false);
    assert!(!walks.has_waiting_page());
}
