use proptest::prelude::*;

use super::*;
use crate::ledger::page::PageRead;
use crate::ledger::progress::resync::run::FINGERPRINTS_MAX;
use crate::ledger::progress::resync::tests::{NOW, page, stage, walked};
use crate::ledger::testing::plain_record;
use crate::source::{RejectedRow, SupportTypeScope};
use crate::ticket::SupportType;

fn judging(live: u64) -> Judging {
    Judging {
        ticket_scope: None,
        live,
        account_now: NOW,
    }
}

/// A page of the walk with rows whose id could not be read, at these fingerprints.
fn page_without_ids(fingerprints: impl Iterator<Item = u64>) -> PageRead {
    let mut read = page(None, false);
    read.page.rejected = fingerprints
        .map(|fingerprint| RejectedRow {
            id: None,
            reason: "it is not JSON",
            fingerprint,
        })
        .collect();
    read
}

/// What is counted of one record.
fn counted(resync: &Resync, record: TicketRecord, ticket_scope: Option<TicketScope>) -> Unseen {
    let mut resync = resync.clone();
    let judging = Judging {
        ticket_scope,
        ..judging(1)
    };
    resync.count(&[(TicketId(1), record)], Unseen::default(), judging);
    match stage(&resync) {
        Some(Stage::Count {
            after: Some(TicketId(1)),
            unseen,
        }) => unseen,
        other => panic!("{other:?}"),
    }
}

#[test]
fn too_many_are_refused_and_so_is_a_walk_that_ended_before_the_newest() {
    use Refusal::{EndedEarly, TooMany};
    // (missing, newer than the walk, tickets, whether the settings changed, refusal)
    let table = [
        (0, 0, 0, false, None),
        (1_000, 0, 1_000, false, None),
        (1_001, 0, 1_001, false, Some(TooMany)),
        (1_001, 0, 10_009, false, Some(TooMany)),
        (1_001, 0, 10_010, false, None),
        (100_000, 0, 1_000_000, false, None),
        (100_001, 0, 1_000_000, false, Some(TooMany)),
        (100_001, 0, 1_000_000, true, None),
        (100, 10, 1_000, false, None),
        (100, 11, 1_000, false, Some(EndedEarly)),
        (100, 11, 1_000, true, Some(EndedEarly)),
        (3, 3, 5, false, Some(EndedEarly)),
        (3, 2, 5, false, None),
    ];
    for (all, beyond, live, settings_changed, expected) in table {
        let mut resync = walked(&[page(None, true), page(None, true)]);
        resync.settings_changed = settings_changed;
        let end = resync.on_counted(Unseen { all, beyond }, judging(live));
        let why = match end {
            Some(ResyncEnd::Refused { why, .. }) => Some(why),
            _ => None,
        };
        assert_eq!(why, expected, "{all} {beyond} {live} {settings_changed}");
        assert_eq!(resync.refused, u64::from(expected.is_some()));
        if expected.is_some() {
            // It is tried again when the next one is due, and what was asked for is not forgotten.
            assert_eq!((&resync.run, resync.ended_at), (&None, Some(NOW)));
            assert_eq!(resync.settings_changed, settings_changed);
        }
    }
}

#[test]
fn rows_without_an_id_spare_as_many_records_and_the_brakes_judge_what_would_go() {
    use Refusal::{EndedEarly, TooMany};
    // (missing, newer than the walk, rows without an id, tickets, refusal)
    let table = [
        (1, 0, 1, 10, None),
        (1, 1, 1, 10, None),
        (20, 20, 20, 100, None),
        (20, 20, 21, 100, None),
        (20, 20, 19, 100, Some(EndedEarly)),
        (20, 19, 19, 100, None),
        // An old ticket is gone, and rows of the newest show no id.
        (12, 11, 11, 100, None),
        (40, 31, 20, 100, Some(EndedEarly)),
        (40, 30, 20, 100, None),
        (1_005, 0, 5, 1_000, None),
        (1_006, 0, 5, 1_000, Some(TooMany)),
        (5_000, 0, 5_000, 6_000, None),
    ];
    for (all, beyond, without_id, live, expected) in table {
        let mut resync = walked(&[page(None, true), page(None, true)]);
        resync.pass(&page_without_ids(0..without_id));
        let end = resync.on_counted(Unseen { all, beyond }, judging(live));
        let why = match end {
            Some(ResyncEnd::Refused { why, .. }) => Some(why),
            _ => None,
        };
        assert_eq!(why, expected, "{all} {beyond} {without_id} {live}");
        assert_eq!(resync.refused, u64::from(expected.is_some()));
        if expected.is_none() {
            let missed = plain_record();
            assert!(resync.spares(&missed, None, without_id - 1));
            assert!(!resync.spares(&missed, None, without_id));
        }
    }
}

#[test]
fn rows_without_an_id_count_for_their_own_walk_alone() {
    let mut resync = Resync::NONE;
    // Outside a walk nobody asks.
    resync.pass(&page_without_ids(1..9));
    resync.begin();
    resync.pass(&page_without_ids([7].into_iter()));
    resync.pass(&page(Some((100, 200)), true));
    // The end is read again.
    resync.pass(&page_without_ids([7, 8].into_iter()));
    resync.pass(&page(None, true));
    assert_eq!(
        resync.on_counted(Unseen { all: 3, beyond: 0 }, judging(9)),
        None
    );
    let end = ResyncEnd::CompleteBut {
        swept: 1,
        spared: 2,
        without_id: 2,
    };
    assert_eq!(resync.on_swept(1, 2, NOW), end);
    resync.begin();
    assert!(!resync.spares(&plain_record(), None, 0));
}

#[test]
fn fingerprints_are_remembered_up_to_a_bound_and_counted_beyond_it() {
    let mut resync = walked(&[]);
    let most = u64::try_from(FINGERPRINTS_MAX).expect("small");
    for _ in 0..2 {
        resync.pass(&page_without_ids(0..most));
        assert_eq!(resync.without_id(), most);
    }
    resync.pass(&page_without_ids(0..most + 2));
    assert_eq!(resync.without_id(), most + 2);
    let run = resync.run.expect("under way");
    assert_eq!(run.without_id.len(), FINGERPRINTS_MAX);
}

#[test]
fn what_the_settings_do_not_ask_for_is_not_spared() {
    let mut resync = walked(&[page(Some((100, 200)), true)]);
    resync.pass(&page_without_ids(0..1));
    let ticket_scope = |start_time| {
        Some(TicketScope {
            scope: SupportTypeScope::All,
            start_time: UnixSeconds(start_time),
        })
    };
    let key = plain_record().order_key.0;
    assert!(resync.spares(&plain_record(), ticket_scope(key), 0));
    assert!(!resync.spares(&plain_record(), ticket_scope(key + 1), 0));
}

#[test]
fn what_the_settings_leave_out_is_missed_but_not_newer_than_the_walk() {
    let ticket_scope = |scope, start_time| {
        Some(TicketScope {
            scope,
            start_time: UnixSeconds(start_time),
        })
    };
    use SupportTypeScope::{Agent, AiAgent, All};
    // (row's key, support type, what is asked for, counted as newer)
    let table = [
        (200, SupportType::Agent, None, 0),
        (201, SupportType::Agent, None, 1),
        (201, SupportType::Agent, ticket_scope(All, 0), 1),
        (201, SupportType::Agent, ticket_scope(All, 201), 1),
        (201, SupportType::Agent, ticket_scope(All, 202), 0),
        (201, SupportType::Agent, ticket_scope(AiAgent, 0), 0),
        (201, SupportType::AiAgent, ticket_scope(Agent, 0), 0),
        (201, SupportType::AiAgent, ticket_scope(All, 0), 1),
    ];
    let resync = walked(&[page(Some((100, 200)), true)]);
    for (key, support_type, ticket_scope, beyond) in table {
        let record = TicketRecord {
            order_key: UnixSeconds(key),
            support_type,
            ..plain_record()
        };
        let found = counted(&resync, record, ticket_scope);
        assert_eq!(found, Unseen { all: 1, beyond }, "{key} {ticket_scope:?}");
    }
}

#[test]
fn only_live_records_without_the_mark_are_missed() {
    let resync = walked(&[page(Some((100, 200)), true)]);
    for (life, resync_mark, missed) in [
        (Life::Live, 0, true),
        (Life::Live, 255, true),
        (Life::Live, 256, false),
        (Life::Tombstone, 0, false),
        (Life::Swept, 0, false),
    ] {
        let record = TicketRecord {
            life,
            resync_mark,
            ..plain_record()
        };
        assert_eq!(resync.has_missed(&record), missed, "{record:?}");
    }
}

#[test]
fn a_walk_that_saw_nothing_ended_before_everything() {
    let resync = walked(&[page(None, true)]);
    let found = counted(&resync, plain_record(), None);
    assert_eq!(found, Unseen { all: 1, beyond: 1 });
}

/// What can happen to a walk.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Complete,
    Refused,
    GivenUp,
}

proptest! {
    #[test]
    fn no_walk_uses_a_mark_that_records_have_already(
        // What a version left that used 255 marks again and again.
        mark: u8,
        marks in prop::collection::vec(any::<u8>(), 300),
        fates in prop::collection::vec(
            prop_oneof![Just(Fate::Complete), Just(Fate::Refused), Just(Fate::GivenUp)],
            30,
        ),
        seed in any::<u64>(),
    ) {
        let mut dice = fastrand::Rng::with_seed(seed);
        let mut resync = Resync { mark: u64::from(mark), ..Resync::NONE };
        let marked = |mark| TicketRecord { resync_mark: u64::from(mark), ..plain_record() };
        let mut records: Vec<TicketRecord> = marks.into_iter().map(marked).collect();
        for fate in fates {
            resync.begin();
            let used = records.iter().filter(|record| record.resync_mark == resync.mark);
            prop_assert_eq!(used.count(), 0, "{} is in use", resync.mark);
            for record in &mut records {
                if dice.u8(0..4) == 0 {
                    record.resync_mark = resync.mark;
                }
            }
            match fate {
                Fate::Complete => {
                    for record in &mut records {
                        // Those that were missed are swept, and come back one day.
                        record.resync_mark = resync.mark;
                    }
                    resync.on_swept(0, 0, NOW);
                }
                Fate::Refused => {
                    let too_many = Unseen { all: 5_000, beyond: 100 };
                    resync.on_counted(too_many, judging(300));
                }
                Fate::GivenUp => resync.on_settings_changed(),
            }
        }
    }
}
