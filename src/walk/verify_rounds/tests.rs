use super::*;
use crate::source::SHOWN_MAX;

fn ids(ids: &[i64]) -> Vec<TicketId> {
    ids.iter().copied().map(TicketId).collect()
}

/// These tickets, alive.
fn live(ids: &[i64]) -> Vec<(TicketId, Life)> {
    ids.iter().map(|id| (TicketId(*id), Life::Live)).collect()
}

/// A whole round over the tickets 1 to 3, of which those in `shown` exist. `between` were shown by the list
/// after the round.
fn round(rounds: &mut VerifyRounds, shown: &[i64], between: &[i64]) -> Vec<TicketId> {
    rounds.begin();
    assert_eq!(rounds.wants_records(), Some((None, SHOWN_MAX)));
    rounds.on_records(&live(&[1, 2, 3]), None);
    let asked = rounds.next_request().expect("a request");
    rounds.on_answered(&asked, &ids(shown).into_iter().collect());
    rounds.on_seen(ids(between).into_iter());
    rounds.on_deleted_end();
    while let Some(asked) = rounds.next_request() {
        assert_eq!(asked.by, ShowBy::One);
        rounds.on_answered(&asked, &BTreeSet::new());
    }
    gone(rounds)
}

/// The tickets that the round found gone, which is over.
fn gone(rounds: &mut VerifyRounds) -> Vec<TicketId> {
    match rounds.take_end(|| 10) {
        Some(RoundEnd::Complete { gone, .. }) => gone,
        end => panic!("{end:?}"),
    }
}

#[test]
fn a_ticket_that_two_rounds_running_miss_is_gone() {
    let mut rounds = VerifyRounds::default();
    assert_eq!(round(&mut rounds, &[1, 3], &[]), ids(&[]));
    assert_eq!(round(&mut rounds, &[1, 3], &[]), ids(&[2]));
    assert_eq!(round(&mut rounds, &[1, 2, 3], &[]), ids(&[]));
}

#[test]
fn an_answer_that_does_not_say_which_ticket_is_missing_is_asked_in_halves() {
    let mut rounds = VerifyRounds::default();
    let missing = [TicketId(40), TicketId(77)];
    let all = live(&(1..=100).collect::<Vec<_>>());
    let mut gone = Vec::new();
    for _ in 0..2 {
        rounds.begin();
        rounds.on_records(&all, None);
        let mut requests = 0;
        while let Some(asked) = rounds
            .next_request()
            .filter(|asked| asked.by == ShowBy::Many)
        {
            requests += 1;
            if asked.ids.iter().any(|id| missing.contains(id)) {
                rounds.on_not_found(&asked);
            } else {
                rounds.on_answered(&asked, &asked.ids.iter().copied().collect());
            }
        }
        assert!(requests < 30, "{requests}");
        rounds.on_deleted_end();
        while let Some(asked) = rounds.next_request() {
            rounds.on_not_found(&asked);
        }
        match rounds.take_end(|| 100) {
            Some(RoundEnd::Complete { gone: found, .. }) => gone.push(found),
            end => panic!("{end:?}"),
        }
    }
    assert_eq!(gone, [vec![], missing.to_vec()]);
}

#[test]
fn a_ticket_that_a_row_showed_in_between_is_not_missing() {
    let mut rounds = VerifyRounds::default();
    assert_eq!(round(&mut rounds, &[1, 3], &[2]), ids(&[]));
    assert_eq!(round(&mut rounds, &[1, 3], &[2]), ids(&[]));
    assert_eq!(round(&mut rounds, &[1, 3], &[]), ids(&[]));
    assert_eq!(round(&mut rounds, &[1, 3], &[]), ids(&[2]));
}

#[test]
fn a_round_with_a_failed_request_counts_for_nothing() {
    let mut rounds = VerifyRounds::default();
    assert_eq!(round(&mut rounds, &[1, 3], &[]), ids(&[]));
    rounds.begin();
    rounds.on_records(&live(&[1, 2, 3]), None);
    rounds.abandon();
    assert!(!rounds.is_under_way());
    assert_eq!(round(&mut rounds, &[1, 3], &[]), ids(&[2]));
}

#[test]
fn a_ticket_that_the_request_for_itself_shows_is_not_gone() {
    let mut rounds = VerifyRounds::default();
    assert_eq!(round(&mut rounds, &[1, 3], &[]), ids(&[]));
    rounds.begin();
    rounds.on_records(&live(&[1, 2, 3]), None);
    let asked = rounds.next_request().expect("a request");
    rounds.on_answered(&asked, &ids(&[1, 3]).into_iter().collect());
    assert!(rounds.awaits_deleted());
    assert_eq!(rounds.next_request(), None);
    rounds.on_deleted_end();
    let asked = rounds.next_request().expect("a request for one");
    rounds.on_seen(ids(&[2]).into_iter());
    rounds.on_answered(&asked, &ids(&[2]).into_iter().collect());
    assert_eq!(gone(&mut rounds), ids(&[]));
}

#[test]
fn where_several_ids_show_archived_tickets_no_ticket_is_asked_by_itself() {
    let mut rounds = VerifyRounds::default();
    rounds.on_archived_asked(ArchivedShown::Yes);
    assert_eq!(round(&mut rounds, &[1], &[]), ids(&[]));
    rounds.begin();
    rounds.on_records(&live(&[1, 2, 3]), None);
    let asked = rounds.next_request().expect("a request");
    rounds.on_answered(&asked, &ids(&[1]).into_iter().collect());
    rounds.on_deleted_end();
    assert_eq!(rounds.next_request(), None);
    assert_eq!(gone(&mut rounds), ids(&[2, 3]));
}

#[test]
fn more_missing_tickets_than_are_plausible_end_the_round_at_once() {
    let mut rounds = VerifyRounds::default();
    rounds.begin();
    let mut end = None;
    for batch in 0..12 {
        let first = batch * 100;
        let tickets = live(&(first..first + 100).collect::<Vec<_>>());
        rounds.on_records(&tickets, Some(TicketId(first + 99)));
        let asked = rounds.next_request().expect("a request");
        rounds.on_answered(&asked, &BTreeSet::new());
        end = rounds.take_end(|| 5_000);
        if end.is_some() {
            break;
        }
    }
    assert_eq!(
        end,
        Some(RoundEnd::Refused {
            missing: 1_100,
            live: 5_000
        })
    );
    assert!(!rounds.is_under_way());
}

#[test]
fn an_account_without_such_tickets_completes_its_round_without_a_request() {
    let mut rounds = VerifyRounds::default();
    rounds.begin();
    rounds.on_records(&[], None);
    assert_eq!(rounds.next_request(), None);
    assert_eq!(gone(&mut rounds), ids(&[]));
}

#[test]
fn tickets_that_were_removed_before_are_neither_suspects_nor_too_many() {
    let mut rounds = VerifyRounds::default();
    for _ in 0..3 {
        rounds.begin();
        for batch in 0..12 {
            let tickets = (batch * 100..batch * 100 + 100).map(|id| (TicketId(id), Life::Swept));
            let tickets: Vec<_> = tickets.collect();
            rounds.on_records(&tickets, (batch < 11).then_some(TicketId(batch * 100 + 99)));
            let asked = rounds.next_request().expect("a request");
            if batch == 5 {
                rounds.on_not_found(&asked);
            } else {
                rounds.on_answered(&asked, &BTreeSet::new());
            }
            while let Some(half) = rounds.next_request() {
                rounds.on_answered(&half, &BTreeSet::new());
            }
        }
        assert!(!rounds.awaits_deleted());
        assert_eq!(gone(&mut rounds), []);
    }
}

#[test]
fn a_ticket_that_zendesk_refuses_to_show_is_not_gone_and_ends_no_round() {
    let mut rounds = VerifyRounds::default();
    let mut found = Vec::new();
    for _ in 0..4 {
        rounds.begin();
        rounds.on_records(&live(&[1, 2, 3]), None);
        let asked = rounds.next_request().expect("a request");
        rounds.on_answered(&asked, &BTreeSet::from([TicketId(1)]));
        rounds.on_deleted_end();
        while let Some(asked) = rounds.next_request() {
            if asked.ids == [TicketId(2)] {
                rounds.on_refused_alone(&asked);
            } else {
                rounds.on_not_found(&asked);
            }
        }
        match rounds.take_end(|| 10) {
            Some(RoundEnd::Complete { gone, alone }) => found.push((gone, alone)),
            end => panic!("{end:?}"),
        }
    }
    let alone = |answered, refused| AskedAlone { answered, refused };
    // In this test nothing stores that ticket 3 was removed, so the rounds meet it again.
    let expected = [
        (vec![], alone(0, 0)),
        (ids(&[3]), alone(1, 1)),
        (vec![], alone(0, 0)),
        (ids(&[3]), alone(1, 1)),
    ];
    assert_eq!(found, expected);
}
