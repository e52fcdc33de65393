use proptest::prelude::*;

use super::*;
use crate::source::NAMES_PER_PAGE;

const RETRY: Retry = Retry {
    initial: Duration::from_secs(1),
    maximum: Duration::from_secs(300),
};

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn at(moment: u64) -> Moment {
    Moment {
        monotonic: seconds(moment),
        wall_ms: 0,
    }
}

fn agenda(search_counts_every: Option<Duration>, names: &[NamedSet]) -> Agenda {
    let plan = Plan {
        search_counts_every,
        names: names.to_vec(),
        retry: RETRY,
    };
    Agenda::new(&plan, 7, at(0))
}

fn default_agenda() -> Agenda {
    agenda(Some(HOUR), &[])
}

/// Answers the next request well, at its time.
fn answer(agenda: &mut Agenda, pages: u32) -> (u64, Lookup) {
    let next = agenda.next().expect("something is wanted");
    let now = Moment {
        monotonic: next.at,
        wall_ms: 0,
    };
    agenda.on_request(now);
    match next.lookup {
        Lookup::Count(status) => agenda.on_counted(status, now),
        Lookup::Names(set) => {
            let read: u32 = next.after.map_or(0, |after| after.parse().expect("ours"));
            let after = (read + 1 < pages).then(|| (read + 1).to_string());
            agenda.on_page(set, after, now);
        }
    }
    (next.at.as_secs(), next.lookup)
}

fn refused() -> ApiError {
    ApiError::ExportForbidden { explanation: None }
}

fn broken() -> ApiError {
    ApiError::Server {
        status: 500,
        retry_after: None,
        explanation: None,
    }
}

#[test]
fn nothing_wanted_is_nothing_to_ask() {
    assert_eq!(agenda(None, &[]).next(), None);
}

#[test]
fn a_new_account_has_its_totals_in_seconds_and_again_every_hour() {
    let mut agenda = default_agenda();
    let first: Vec<_> = (0..6).map(|_| answer(&mut agenda, 1)).collect();
    let expected: Vec<_> = COUNTED.map(|status| (0, Lookup::Count(status))).into();
    assert_eq!(first, expected);
    let second: Vec<_> = (0..6).map(|_| answer(&mut agenda, 1)).collect();
    let expected: Vec<_> = (3600..=3605).zip(COUNTED.map(Lookup::Count)).collect();
    assert_eq!(second, expected);
}

#[test]
fn a_first_count_that_fails_holds_up_no_other_and_is_asked_again() {
    for failure in [broken(), ApiError::Timeout, refused()] {
        let mut agenda = agenda(Some(HOUR), &[NamedSet::Group]);
        for status in &COUNTED[..2] {
            assert_eq!(answer(&mut agenda, 1), (0, Lookup::Count(*status)));
        }
        let pending = Lookup::Count(Status::Pending);
        assert_eq!(agenda.next().map(|next| next.lookup), Some(pending));
        agenda.on_request(at(0));
        agenda.on_failed(pending, &failure, at(0));
        for status in &COUNTED[3..] {
            assert_eq!(answer(&mut agenda, 1), (0, Lookup::Count(*status)));
        }
        assert_eq!(answer(&mut agenda, 1), (1, Lookup::Names(NamedSet::Group)));
        let (again, lookup) = answer(&mut agenda, 1);
        let expected = if failure.needs_a_person() {
            3_600..=3_600
        } else {
            2..=3
        };
        let is_that = if failure.needs_a_person() {
            lookup != pending
        } else {
            lookup == pending
        };
        assert!(expected.contains(&again) && is_that, "{failure:?}: {again}");
    }
}

#[test]
fn first_counts_wait_as_all_does_where_two_fail_in_a_row_or_zendesk_asks_for_it() {
    let asked = |retry_after| ApiError::Server {
        status: 503,
        retry_after: Some(seconds(retry_after)),
        explanation: None,
    };
    let limited = |retry_after| ApiError::RateLimited {
        retry_after: Some(seconds(retry_after)),
    };
    let table: [(&[ApiError], u64, u64); 4] = [
        (&[broken(), broken()], 2, 4),
        (&[broken(), refused(), ApiError::Timeout], 2, 4),
        (&[asked(40)], 40, 41),
        (&[limited(93)], 93, 94),
    ];
    for (failures, least, most) in table {
        let mut agenda = default_agenda();
        for failure in failures {
            let next = agenda.next().expect("more");
            assert_eq!(next.at, Duration::ZERO);
            agenda.on_request(at(0));
            agenda.on_failed(next.lookup, failure, at(0));
        }
        let next = agenda.next().expect("more");
        assert!(
            (seconds(least)..=seconds(most)).contains(&next.at),
            "{next:?}"
        );
        assert_eq!(next.lookup, Lookup::Count(COUNTED[failures.len()]));
        // When that is over, what was not asked for yet still goes without spacing.
        let first = answer(&mut agenda, 1).0;
        assert_eq!(answer(&mut agenda, 1).0, first);
    }
}

#[test]
fn what_was_refused_for_the_login_is_asked_again_once_the_login_works() {
    let unauthorized = || ApiError::Unauthorized { explanation: None };
    let mut agenda = default_agenda();
    for status in COUNTED {
        agenda.on_request(at(0));
        let failure = match status {
            Status::Closed => refused(),
            _ => unauthorized(),
        };
        agenda.on_failed(Lookup::Count(status), &failure, at(0));
    }
    assert_eq!(agenda.next().expect("later").at, HOUR);
    agenda.on_login_works(at(100));
    // Four retries an hour: that is the budget, whatever the reason.
    let asked: Vec<_> = (0..5).map(|_| answer(&mut agenda, 1)).collect();
    let expected = [
        (100, Lookup::Count(Status::New)),
        (101, Lookup::Count(Status::Open)),
        (102, Lookup::Count(Status::Pending)),
        (103, Lookup::Count(Status::Hold)),
        (3_600, Lookup::Count(Status::Solved)),
    ];
    assert_eq!(asked, expected);

    let mut agenda = default_agenda();
    agenda.on_request(at(0));
    agenda.on_login_failed(&unauthorized(), at(0));
    assert_eq!(agenda.next().expect("later").at, HOUR);
    agenda.on_login_works(at(100));
    assert_eq!(agenda.next().expect("now").at, seconds(100));
    // What Zendesk asked to wait for is waited for.
    let limited = ApiError::RateLimited {
        retry_after: Some(seconds(500)),
    };
    agenda.on_failed(Lookup::Count(Status::New), &limited, at(100));
    agenda.on_login_works(at(101));
    assert!(agenda.next().expect("later").at >= seconds(600));
}

#[test]
fn names_are_read_page_by_page_and_again_every_hour() {
    let mut agenda = agenda(None, &[NamedSet::Group, NamedSet::Form]);
    let (group, form) = (
        Lookup::Names(NamedSet::Group),
        Lookup::Names(NamedSet::Form),
    );
    let asked: Vec<_> = (0..8).map(|_| answer(&mut agenda, 3)).collect();
    // What has waited longest goes first.
    assert_eq!(
        asked,
        [
            (1, group),
            (2, form),
            (3, group),
            (4, form),
            (5, group),
            (6, form),
            (3605, group),
            (3606, group),
        ]
    );
}

#[test]
fn a_set_without_end_is_cut_off() {
    let mut agenda = agenda(None, &[NamedSet::Group]);
    let mut pages = 0;
    let read = loop {
        let next = agenda.next().expect("more");
        let now = at(next.at.as_secs());
        agenda.on_request(now);
        pages += 1;
        match agenda.on_page(NamedSet::Group, Some(format!("more {pages}")), now) {
            NamesRead::InPart => {}
            read => break (read, now),
        }
    };
    assert_eq!((read.0, pages), (NamesRead::CutOff, PAGES_MAX));
    assert!(PAGES_MAX * NAMES_PER_PAGE >= u32::try_from(NAMES_MAX).expect("small"));
    let next = agenda.next().expect("the next round");
    assert_eq!((next.at, next.after), (read.1.monotonic + HOUR, None));
}

#[test]
fn pages_that_lead_back_end_the_round_where_they_do() {
    let table: [(&[&str], u32); 4] = [
        (&["a", "a"], 2),
        (&["a", "b", "a"], 3),
        (&["a", "b", "b"], 3),
        (&["a", "b", "c", "d", "b"], 5),
    ];
    for (cursors, pages) in table {
        let mut agenda = agenda(None, &[NamedSet::Group]);
        // Each round anew: what a round before read does not count.
        for round in 0..2 {
            let mut read = 0;
            for cursor in cursors {
                let next = agenda.next().expect("more");
                if read == 0 {
                    assert_eq!(next.after, None);
                    assert!(next.at >= seconds(round * 3600));
                }
                let now = at(next.at.as_secs());
                agenda.on_request(now);
                read += 1;
                let came = agenda.on_page(NamedSet::Group, Some((*cursor).to_owned()), now);
                let expected = if read == pages {
                    NamesRead::Circling
                } else {
                    NamesRead::InPart
                };
                assert_eq!(came, expected, "{cursors:?}, page {read}");
            }
            let next = agenda.next().expect("the next round");
            assert_eq!(next.after, None);
        }
        let budget = agenda.requests_per_hour_max();
        assert_eq!(budget, pages + RETRIES_PER_HOUR_MAX, "{cursors:?}");
    }
}

#[test]
fn a_refused_lookup_waits_for_its_round_and_holds_up_no_other() {
    for (every, wait) in [(60, 3600), (3600, 3600), (86_400, 86_400)] {
        let mut agenda = agenda(Some(seconds(every)), &[]);
        agenda.on_request(at(1));
        agenda.on_failed(Lookup::Count(Status::New), &refused(), at(1));
        for status in &COUNTED[1..] {
            assert_eq!(answer(&mut agenda, 1), (0, Lookup::Count(*status)));
        }
        let slot = agenda.slot(Lookup::Count(Status::New)).expect("there");
        assert_eq!(slot.due, seconds(1 + wait));
    }
}

#[test]
fn a_failure_holds_everything_back_and_lets_the_others_go_first() {
    let mut agenda = default_agenda();
    for _ in 0..6 {
        answer(&mut agenda, 1);
    }
    agenda.on_request(at(3_700));
    agenda.on_failed(Lookup::Count(Status::New), &broken(), at(3_700));
    let next = agenda.next().expect("more");
    assert_eq!(next.lookup, Lookup::Count(Status::Open));
    assert!(
        (seconds(3_701)..=seconds(3_702)).contains(&next.at),
        "{next:?}"
    );
}

#[test]
fn a_limit_holds_everything_back_for_as_long_as_zendesk_asks_but_no_longer_than_a_day() {
    for (asked, least) in [
        (None, 60),
        (Some(93), 93),
        (Some(7_200), 7_200),
        (Some(1_000_000), 86_400),
    ] {
        let mut agenda = default_agenda();
        agenda.on_request(at(1));
        let limited = ApiError::RateLimited {
            retry_after: asked.map(seconds),
        };
        agenda.on_failed(Lookup::Count(Status::New), &limited, at(1));
        let next = agenda.next().expect("more").at;
        let (least, most) = (seconds(1 + least), seconds(2 + least));
        assert!((least..=most).contains(&next), "{asked:?}: {next:?}");
    }
}

#[test]
fn a_position_that_may_be_wrong_is_given_up_and_a_broken_line_is_not() {
    let unexpected = ApiError::Unexpected {
        retry_after: None,
        status: 400,
        explanation: None,
    };
    for (failure, after) in [(unexpected, None), (ApiError::Timeout, Some("1"))] {
        let mut agenda = agenda(None, &[NamedSet::Group]);
        answer(&mut agenda, 3);
        agenda.on_failed(Lookup::Names(NamedSet::Group), &failure, at(2));
        let next = agenda.next().expect("more");
        assert_eq!(next.after.as_deref(), after, "{failure:?}");
    }
}

#[test]
fn without_a_login_nothing_is_asked() {
    let mut agenda = default_agenda();
    agenda.on_request(at(1));
    let refused = ApiError::Unauthorized { explanation: None };
    agenda.on_login_failed(&refused, at(1));
    assert_eq!(agenda.next().expect("later").at, seconds(3601));
    agenda.on_login_failed(&ApiError::Timeout, at(3601));
    assert!(agenda.next().expect("later").at <= seconds(3605));
}

#[test]
fn the_budget_is_what_is_planned_and_a_few_retries() {
    assert_eq!(default_agenda().requests_per_hour_max(), 10);
    let daily = agenda(Some(seconds(86_400)), &[]);
    assert_eq!(daily.requests_per_hour_max(), 10);
    let often = agenda(Some(seconds(1)), &[]);
    assert_eq!(often.requests_per_hour_max(), 6 * 60 + 4);
    let mut named = agenda(Some(HOUR), NamedSet::ALL);
    assert_eq!(named.requests_per_hour_max(), 14);
    let group = NamedSet::Group;
    named.on_page(group, Some("2".to_owned()), at(1));
    assert_eq!(named.requests_per_hour_max(), 15);
    named.on_page(group, None, at(2));
    assert_eq!(named.requests_per_hour_max(), 15);
}

/// How a request ends.
fn any_end() -> impl Strategy<Value = Option<ApiError>> {
    prop_oneof![
        4 => Just(()).prop_map(|()| None),
        2 => Just(()).prop_map(|()| Some(broken())),
        2 => Just(()).prop_map(|()| Some(ApiError::Timeout)),
        1 => Just(()).prop_map(|()| Some(refused())),
        1 => Just(()).prop_map(|()| Some(ApiError::Decode { problem: String::new() })),
        2 => prop::option::of(0u64..5_000).prop_map(|asked| {
            Some(ApiError::RateLimited { retry_after: asked.map(seconds) })
        }),
    ]
}

/// Runs an agenda for a day; returns when requests were sent.
fn day(agenda: &mut Agenda, ends: &[(Option<ApiError>, u64, u32)]) -> Vec<Duration> {
    let mut sent = Vec::new();
    let mut now = at(0);
    for (end, took, pages) in ends.iter().cycle() {
        let next = agenda.next().expect("something is wanted");
        now.monotonic = now.monotonic.max(next.at);
        if now.monotonic >= 24 * HOUR {
            break;
        }
        sent.push(now.monotonic);
        agenda.on_request(now);
        now.monotonic += seconds(*took);
        match (end, next.lookup) {
            (Some(failure), lookup) => agenda.on_failed(lookup, failure, now),
            (None, Lookup::Count(status)) => agenda.on_counted(status, now),
            (None, Lookup::Names(set)) => {
                let after = (*pages > 0).then(|| "1".to_owned());
                agenda.on_page(set, after, now);
            }
        }
    }
    sent
}

/// The most requests of any hour.
fn most_in_an_hour(sent: &[Duration]) -> usize {
    let in_hour = |first: usize| {
        let end = sent[first] + HOUR;
        sent[first..].iter().take_while(|at| **at < end).count()
    };
    (0..sent.len()).map(in_hour).max().unwrap_or(0)
}

proptest! {
    #[test]
    fn by_default_no_hour_of_a_day_has_more_than_ten_requests(
        ends in prop::collection::vec((any_end(), 0u64..70, Just(0)), 1..60),
    ) {
        let sent = day(&mut default_agenda(), &ends);
        prop_assert!(most_in_an_hour(&sent) <= 10);
        // Nor is anything given up.
        prop_assert!(sent.len() >= 6 * 3, "{}", sent.len());
        // The first counts follow each other at once.
        let mut pairs = sent.windows(2).skip(COUNTED.len() - 1);
        let spaced = pairs.all(|pair| pair[1] - pair[0] >= SPACING);
        prop_assert!(spaced);
    }

    #[test]
    fn names_of_sets_of_any_size_stay_within_their_pages_and_the_retries(
        ends in prop::collection::vec((any_end(), 0u64..70, 0u32..5), 1..60),
    ) {
        let mut agenda = agenda(Some(HOUR), NamedSet::ALL);
        let sent = day(&mut agenda, &ends);
        let pages = usize::try_from(PAGES_MAX).expect("small") * NamedSet::ALL.len();
        prop_assert!(most_in_an_hour(&sent) <= 6 + pages + 4);
        prop_assert!(agenda.sent.len() <= sent.len());
    }

    #[test]
    fn whatever_happened_everything_is_asked_again_once_zendesk_answers(
        ends in prop::collection::vec((any_end(), 0u64..70, 0u32..5), 1..60),
    ) {
        let mut agenda = agenda(Some(HOUR), &[NamedSet::Group]);
        day(&mut agenda, &ends);
        let mut seen = std::collections::BTreeSet::new();
        // Two rounds: what was refused last waits for one.
        for _ in 0..40 {
            let next = agenda.next().expect("more");
            if next.at > 27 * HOUR {
                break;
            }
            seen.insert(answer(&mut agenda, 1).1);
        }
        prop_assert_eq!(seen.len(), 7);
    }
}

#[test]
fn other_settings_bring_forward_only_what_is_newly_wanted_or_wanted_more_often() {
    let mut agenda = agenda(Some(HOUR), &[NamedSet::Group]);
    for _ in 0..7 {
        answer(&mut agenda, 1);
    }
    let plan = |search_counts_every, names: &[NamedSet]| Plan {
        search_counts_every,
        names: names.to_vec(),
        retry: RETRY,
    };
    let next = |agenda: &Agenda| {
        let next = agenda.next().expect("something is wanted");
        (next.at.as_secs(), next.lookup)
    };
    let before = next(&agenda);
    // The same again, whatever often.
    for _ in 0..100 {
        agenda.replan(&plan(Some(HOUR), &[NamedSet::Group]), at(20));
    }
    assert_eq!(next(&agenda), before);
    // Less often: what is due stays due.
    agenda.replan(&plan(Some(HOUR * 2), &[NamedSet::Group]), at(20));
    assert_eq!(next(&agenda), before);
    agenda.replan(&plan(Some(seconds(600)), &[NamedSet::Group]), at(20));
    assert_eq!(next(&agenda).0, 620);
    let both = [NamedSet::Group, NamedSet::Brand];
    agenda.replan(&plan(Some(seconds(600)), &both), at(20));
    assert_eq!(next(&agenda), (20, Lookup::Names(NamedSet::Brand)));
    agenda.replan(&plan(None, &[NamedSet::Group]), at(20));
    assert_eq!(next(&agenda).1, Lookup::Names(NamedSet::Group));
}

#[test]
fn settings_that_change_all_the_time_send_no_more_than_the_budget_of_an_hour() {
    let mut agenda = default_agenda();
    let with = Plan {
        search_counts_every: Some(HOUR),
        names: vec![NamedSet::Group],
        retry: RETRY,
    };
    let without = Plan {
        search_counts_every: None,
        ..with.clone()
    };
    let mut sent = 0;
    for moment in 0..3_000 {
        let plan = if moment % 2 == 0 { &with } else { &without };
        agenda.replan(plan, at(moment));
        if agenda.next().is_some_and(|next| next.at <= seconds(moment)) {
            agenda.on_request(at(moment));
            let next = agenda.next().expect("something is wanted");
            if let Lookup::Count(status) = next.lookup {
                agenda.on_counted(status, at(moment));
            }
            sent += 1;
        }
    }
    // Six counts, one page of names, four retries.
    assert!((7..=11).contains(&sent), "{sent}");
}
