use super::*;
use crate::ledger::Walk;
use crate::ledger::testing::page_of_keys;
use crate::source::Cursor;
use crate::ticket::TicketId;

pub(super) const NOW: UnixSeconds = UnixSeconds(100_000);
const WEEK: Duration = Duration::from_secs(7 * 24 * 3600);

pub(super) fn page(keys: Option<(i64, i64)>, end_of_stream: bool) -> PageRead {
    page_of_keys(Walk::Resync, keys, end_of_stream, NOW)
}

/// A walk that has read to the end, once or twice.
pub(super) fn walked(pages: &[PageRead]) -> Resync {
    let mut resync = Resync::NONE;
    resync.begin();
    for page in pages {
        resync.pass(page);
    }
    resync
}

pub(super) fn stage(resync: &Resync) -> Option<Stage> {
    resync.run.as_ref().map(|run| run.stage)
}

#[test]
fn a_walk_is_read_to_its_end_twice_and_then_the_records_are_counted() {
    let mut resync = walked(&[page(Some((100, 200)), false)]);
    assert_eq!((stage(&resync), resync.mark), (Some(Stage::Walk), 256));
    let run = resync.run.clone().expect("under way");
    assert_eq!(
        run.position,
        Some(Position::Cursor(Cursor("200".to_owned())))
    );
    resync.begin();
    assert_eq!(resync.mark, 256, "only the first page begins it");

    resync.pass(&page(Some((300, 400)), true));
    let from = NOW.plus(SETTLE_SECONDS);
    assert_eq!(stage(&resync), Some(Stage::Settle { from }));
    assert_eq!(resync.request_due(WEEK), Some(from));
    // It starts again from its last row, and not from where the walk ended.
    assert_eq!(
        resync.run.as_ref().and_then(|run| run.position.clone()),
        None
    );
    let overlap = Duration::from_secs(150);
    assert_eq!(resync.restart(UnixSeconds(7), overlap), UnixSeconds(250));

    resync.pass(&page(None, true));
    assert_eq!(resync.next_records(), Some(IdRange::Rising { after: None }));
    assert_eq!(resync.request_due(WEEK), None);
}

#[test]
fn a_resync_is_due_a_while_after_the_last_one_and_at_once_after_other_settings() {
    let week = 7 * 24 * 3600;
    let mut resync = Resync::NONE;
    resync.on_initial_sync(NOW);
    assert_eq!(resync.request_due(WEEK), Some(NOW.plus(week)));
    resync.on_settings_changed();
    assert!(resync.request_due(WEEK) < Some(NOW));
    // Also when they changed while the initial sync was under way.
    resync.on_initial_sync(NOW);
    assert!(resync.request_due(WEEK) < Some(NOW));
    resync.begin();
    resync.on_swept(0, 0, NOW.plus(5));
    assert_eq!(resync.request_due(WEEK), Some(NOW.plus(5 + week)));
    assert!(!resync.settings_changed);
}

#[test]
fn other_settings_give_up_a_walk_and_what_it_saw() {
    let mut resync = walked(&[page(Some((100, 200)), true)]);
    resync.on_settings_changed();
    assert_eq!(resync.run, None);
    resync.begin();
    assert_eq!((stage(&resync), resync.mark), (Some(Stage::Walk), 257));
}

#[test]
fn the_ratio_is_the_way_from_the_first_row_to_now() {
    let mut resync = Resync::NONE;
    assert_eq!(resync.ratio(NOW), None);
    resync.begin();
    assert_eq!(resync.ratio(NOW), Some(0.0));
    resync.pass(&page(Some((20_000, 40_000)), false));
    assert_eq!(resync.ratio(NOW), Some(0.25));
    assert_eq!(resync.settles_at(), None);
    resync.pass(&page(Some((30_000, 99_900)), false));
    assert_eq!(resync.ratio(NOW), Some(0.99));
    // The last part is read again, and what was not seen is swept: the resync is not complete yet.
    resync.pass(&page(Some((99_900, 99_900)), true));
    assert_eq!(resync.ratio(NOW), Some(0.99));
    assert_eq!(resync.settles_at(), Some(NOW.plus(SETTLE_SECONDS)));
    resync.pass(&page(None, true));
    assert_eq!(resync.ratio(NOW), Some(0.99));
    assert_eq!(resync.settles_at(), None);
    resync.on_swept(0, 0, NOW);
    assert_eq!(resync.ratio(NOW), Some(1.0));
}

#[test]
fn times_that_were_stored_by_a_wrong_clock_put_nothing_off() {
    let years = 2 * 365 * 24 * 3600;
    let ended = |at: i64| Resync {
        ended_at: Some(UnixSeconds(at)),
        ..Resync::NONE
    };
    let week = 7 * 24 * 3600;
    let due = |resync: &Resync| resync.request_due_by(WEEK, NOW).map(|at| at.0);
    assert_eq!(due(&ended(90_000)), Some(90_000 + week));
    assert_eq!(due(&ended(NOW.0)), Some(NOW.0 + week));
    // Account time is known somewhat better now.
    assert_eq!(due(&ended(NOW.0 + 200)), Some(NOW.0 + 200 + week));
    assert_eq!(due(&ended(NOW.0 + years)), Some(0), "at once");
    let settling = |from: i64| {
        let mut resync = ended(0);
        resync.begin();
        if let Some(run) = &mut resync.run {
            run.stage = Stage::Settle {
                from: UnixSeconds(from),
            };
        }
        resync
    };
    assert_eq!(due(&settling(NOW.0 + 600)), Some(NOW.0 + 600));
    assert_eq!(due(&settling(NOW.0 + years)), Some(NOW.0 + SETTLE_SECONDS));
    assert_eq!(due(&walked(&[page(Some((1, 2)), false)])), Some(0));
}

#[test]
fn every_stage_is_read_back_as_it_was_written() {
    let unseen = Unseen { all: 3, beyond: 1 };
    let stages = [
        (Stage::Walk, r#""walk""#),
        (
            Stage::Settle {
                from: UnixSeconds(9),
            },
            r#"{"settle":{"from":9}}"#,
        ),
        (
            Stage::Count {
                after: Some(TicketId(7)),
                unseen,
            },
            r#"{"count":{"after":7,"all":3,"beyond":1}}"#,
        ),
        (
            Stage::Sweep {
                before: Some(TicketId(7)),
                swept: 2,
                spared: 1,
            },
            r#"{"sweep":{"before":7,"swept":2,"spared":1}}"#,
        ),
    ];
    let positions = [
        (None, "null"),
        (Some(Position::Time(UnixSeconds(5))), r#""time 5""#),
        (
            Some(Position::Cursor(Cursor("a b".to_owned()))),
            r#""cursor a b""#,
        ),
    ];
    for (stage, position) in stages.into_iter().zip(positions.into_iter().cycle()) {
        let (stage, stage_text) = stage;
        let (position, position_text) = position;
        let resync = Resync {
            mark: u64::MAX,
            ended_at: Some(UnixSeconds(4)),
            settings_changed: true,
            scope_changed: false,
            run: Some(Run {
                stage,
                position,
                first_row: Some(UnixSeconds(1)),
                last_row: None,
                without_id: [9, u64::MAX].into(),
                without_id_more: 3,
            }),
            vanished: 11,
            refused: 1,
        };
        let text = serde_json::to_string(&resync).expect("JSON");
        let expected = format!(
            r#"{{"mark":18446744073709551615,"ended_at":4,"settings_changed":true,"run":{{"stage":{stage_text},"position":{position_text},"first_row":1,"last_row":null,"without_id":[9,18446744073709551615],"without_id_more":3}},"vanished":11,"refused":1}}"#
        );
        assert_eq!(text, expected);
        assert_eq!(serde_json::from_str::<Resync>(&text).ok(), Some(resync));
    }
}

#[test]
fn a_run_of_a_program_that_counted_no_rows_without_an_id_goes_on() {
    let table = [
        (r#""walk""#, Stage::Walk),
        (
            r#"{"sweep":{"after":40,"swept":2}}"#,
            Stage::Sweep {
                before: None,
                swept: 2,
                spared: 0,
            },
        ),
    ];
    for (stored, stage) in table {
        let text = format!(
            r#"{{"mark":7,"complete_mark":6,"ended_at":null,"settings_changed":false,"run":{{"stage":{stored},"position":"cursor c","first_row":1,"last_row":9}},"vanished":11,"refused":1}}"#
        );
        let resync: Resync = serde_json::from_str(&text).expect("a resync");
        let run = Run {
            stage,
            position: Some(Position::Cursor(Cursor("c".to_owned()))),
            first_row: Some(UnixSeconds(1)),
            last_row: Some(UnixSeconds(9)),
            without_id: BTreeSet::new(),
            without_id_more: 0,
        };
        assert_eq!(resync.run, Some(run), "{stored}");
    }
}

#[test]
fn marks_that_were_being_taken_off_are_no_walk() {
    for after in ["null", "40"] {
        let text = format!(
            r#"{{"mark":255,"complete_mark":255,"ended_at":9,"settings_changed":true,"run":{{"stage":{{"clear":{{"after":{after}}}}},"position":null,"first_row":null,"last_row":null,"without_id":[],"without_id_more":0}},"vanished":11,"refused":1}}"#
        );
        let resync = Resync {
            mark: 255,
            ended_at: Some(UnixSeconds(9)),
            settings_changed: true,
            scope_changed: false,
            run: None,
            vanished: 11,
            refused: 1,
        };
        assert_eq!(serde_json::from_str::<Resync>(&text).ok(), Some(resync));
        let unknown = text.replace("clear", "clean");
        assert!(serde_json::from_str::<Resync>(&unknown).is_err());
    }
}
