use std::time::Duration;

use proptest::prelude::*;

use super::*;

const DAY: i64 = 24 * 3600;
const YEARS: i64 = 2 * 365 * DAY;

/// A moment so many milliseconds after the start, on a machine whose wall clock is right.
const fn at(ms: i64) -> Moment {
    Moment {
        monotonic: Duration::from_millis(ms.unsigned_abs()),
        wall_ms: ms,
    }
}

/// The same where the wall clock is `off` by so many seconds.
fn at_off(seconds: i64, off: i64) -> Moment {
    Moment {
        wall_ms: (seconds + off) * 1000,
        ..at(seconds * 1000)
    }
}

#[test]
fn several_answers_narrow_down_how_far_the_clocks_are_apart() {
    let mut clock = AccountClock::default();
    // Zendesk is 5.0 s ahead; answers take 100 ms.
    for sent in [1_000_050, 1_001_350, 1_002_650, 1_003_950] {
        let date = UnixSeconds((sent + 50 + 5_000) / 1000);
        let verdict = clock.observe(at(sent), at(sent + 100), Some(date));
        assert_eq!(verdict, Verdict::Believed);
    }
    let (earliest, latest) = clock.now_ms(at(0));
    assert!(earliest <= 5_000 && 5_000 <= latest, "{earliest}..{latest}");
    assert!(latest - earliest < 500, "{earliest}..{latest}");
}

#[test]
fn a_clock_that_was_set_is_followed_with_the_second_answer() {
    let mut clock = AccountClock::default();
    let mut observe = |ms, date| clock.observe(at(ms), at(ms + 100), Some(UnixSeconds(date)));
    assert_eq!(observe(1_000_000, 1_000), Verdict::Believed);
    assert!(matches!(observe(1_001_000, 4_601), Verdict::Doubted { .. }));
    assert!(matches!(observe(1_002_000, 4_602), Verdict::Set { .. }));
    assert_eq!(clock.now(at(1_002_100)), UnixSeconds(4_602));
}

/// What becomes of answers a minute apart whose `Date` is so many seconds ahead of the truth, on a
/// machine whose clock is off: `b`elieved, `s`et, `d`oubted, or `-` for none. At the end account
/// time is wrong by so many seconds.
#[track_caller]
fn check(off: i64, dates: &[Option<i64>], verdicts: &str, wrong_by: i64) {
    let mut clock = AccountClock::default();
    let mut seen = String::new();
    let start = 1_700_000_000;
    let mut now = at_off(start, off);
    for (minute, date) in (0..).zip(dates) {
        let seconds = start + minute * 60;
        now = at_off(seconds, off);
        let date = date.map(|ahead| UnixSeconds(seconds + ahead));
        seen.push(match clock.observe(now, now, date) {
            Verdict::Missing => '-',
            Verdict::Believed => 'b',
            Verdict::Set { .. } => 's',
            Verdict::Doubted { .. } => 'd',
        });
    }
    let wrong = clock.now(now).0 - start - (i64::try_from(dates.len()).expect("small") - 1) * 60;
    assert_eq!((seen.as_str(), wrong), (verdicts, wrong_by), "{dates:?}");
}

#[test]
fn a_date_is_believed_near_account_time_or_when_the_next_answer_is_off_by_the_same() {
    let [right, none] = [Some(0), None];
    for off in [-YEARS, -DAY, -3600, 3600, DAY, YEARS] {
        // Our own clock is wrong: known with the second answer, whatever comes between.
        check(off, &[right], "d", off);
        check(off, &[right, right], "ds", 0);
        check(off, &[right, none, right], "d-s", 0);
        check(off, &[right, Some(299)], "ds", 299);
        check(off, &[right, Some(-900), right, right], "ddds", 0);
        check(off, &[none, none], "--", off);

        // A `Date` is wrong, first, later, several, with and without an answer between.
        let wrong = Some(off);
        check(0, &[wrong], "d", 0);
        check(0, &[wrong, right], "db", 0);
        check(0, &[right, wrong, right], "bdb", 0);
        check(0, &[right, wrong, right, wrong, right], "bdbdb", 0);
        check(0, &[right, wrong, none, right], "bd-b", 0);
        check(0, &[right, wrong, Some(off + 900), right], "bddb", 0);
        // Two that agree are believed, until two right ones come.
        check(0, &[right, wrong, wrong], "bds", off);
        check(0, &[right, wrong, none, wrong], "bd-s", off);
        check(0, &[right, wrong, wrong, right], "bdsd", off);
        check(0, &[right, wrong, wrong, right, right], "bdsds", 0);
        check(
            0,
            &[right, wrong, wrong, right, wrong, right],
            "bdsdbd",
            off,
        );
    }
    // Within five minutes either way.
    for near in [-300, -299, -1, 1, 299, 300] {
        check(0, &[Some(near)], "b", near);
        check(0, &[right, Some(near), right], "bbb", 0);
        check(-near, &[right], "b", 0);
    }
    for far in [-302, 302] {
        check(0, &[right, Some(far)], "bd", 0);
        check(far, &[right], "d", far);
    }
}

#[test]
fn our_wall_clock_counts_only_until_a_date_is_believed() {
    let mut clock = AccountClock::default();
    assert!(!clock.is_believed());
    assert_eq!(clock.now(at_off(100, DAY)), UnixSeconds(100 + DAY));
    clock.observe(at(100_000), at(100_000), Some(UnixSeconds(100)));
    assert!(clock.is_believed());
    for off in [-YEARS, -DAY, 0, DAY, YEARS] {
        let now = at_off(160, off);
        assert_eq!(clock.now(now), UnixSeconds(160), "{off}");
        let verdict = clock.observe(now, now, Some(UnixSeconds(160)));
        assert_eq!(verdict, Verdict::Believed, "{off}");
    }
}

#[test]
fn pages_wait_for_the_answer_that_confirms_the_first_but_not_for_ever() {
    let settled_after = |off: i64, dates: &[Option<i64>]| {
        let mut clock = AccountClock::default();
        assert!(clock.is_settled());
        let mut settled = Vec::new();
        for (second, date) in (1_000..).zip(dates) {
            let now = at_off(second, off);
            clock.observe(now, now, date.map(|ahead| UnixSeconds(second + ahead)));
            settled.push(clock.is_settled());
        }
        settled
    };
    let right = Some(0);
    assert_eq!(settled_after(0, &[right, Some(DAY)]), [true, true]);
    assert_eq!(settled_after(0, &[Some(DAY), right]), [false, true]);
    assert_eq!(settled_after(YEARS, &[right, right]), [false, true]);
    // Dates that contradict each other, or are missing.
    let nonsense = [Some(DAY), Some(2 * DAY), Some(3 * DAY), Some(4 * DAY)];
    let never_sure = [false, false, false, true];
    assert_eq!(settled_after(0, &nonsense), never_sure);
    assert_eq!(settled_after(0, &[Some(DAY), None, None, None]), never_sure);
    assert_eq!(settled_after(0, &[None, None, None]), [true, true, true]);
    // What was sure once stays so.
    let later = [right, Some(DAY), Some(-DAY), Some(DAY)];
    assert_eq!(settled_after(0, &later), [true; 4]);
}

#[test]
fn an_answer_is_judged_anew_by_what_is_known_later() {
    let mut clock = AccountClock::default();
    let (first, second) = (at_off(1_000, -YEARS), at_off(1_001, -YEARS));
    let [wrong, right] = [UnixSeconds(1_000 + DAY), UnixSeconds(1_000)];
    clock.observe(first, first, Some(right));
    assert!(!clock.agrees(first, first, right));
    clock.observe(second, second, Some(UnixSeconds(1_001)));
    assert!(clock.agrees(first, first, right));
    assert!(!clock.agrees(first, first, wrong));
}

#[test]
fn all_loops_of_an_account_share_one_clock() {
    let shared = SharedAccountClock::default();
    let other = shared.clone();
    let now = at_off(1_000, YEARS);
    let date = Some(UnixSeconds(1_000));
    assert!(matches!(
        shared.observe(now, now, date),
        Verdict::Doubted { .. }
    ));
    assert!(matches!(other.observe(now, now, date), Verdict::Set { .. }));
    assert_eq!(shared.read().now(now), UnixSeconds(1_000));
}

proptest! {
    /// Whatever comes, account time is believed only if two answers running agree on it, or one
    /// with what was believed; and no arithmetic goes wrong at the ends of time.
    #[test]
    fn no_single_answer_moves_account_time_by_more_than_five_minutes(
        answers in prop::collection::vec(
            (prop::option::of(-62_000_000_000i64..253_402_300_800), 0u64..600_000, 0u64..120_000),
            1..20,
        ),
        wall in prop::sample::select(vec![i64::MIN, 0, 1_700_000_000_000, i64::MAX]),
    ) {
        let mut clock = AccountClock::default();
        let mut monotonic = 0;
        let mut before: Option<UnixSeconds> = None;
        for (date, gap, took) in answers {
            let sent = Moment { monotonic: Duration::from_millis(monotonic + gap), wall_ms: wall };
            monotonic += gap + took;
            let received = Moment { monotonic: Duration::from_millis(monotonic), wall_ms: wall };
            let was = clock.now(received);
            let date = date.map(UnixSeconds);
            let verdict = clock.observe(sent, received, date);
            let moved = clock.now(received).since(was).saturating_abs();
            // Half of what an answer took is uncertain.
            let most = DATE_APART_SECONDS_MAX + 122;
            prop_assert!(moved <= most || matches!(verdict, Verdict::Set { .. }), "{moved}");
            if let (Verdict::Set { .. }, Some(date), Some(before)) = (verdict, date, before) {
                prop_assert!(date.since(before).saturating_abs() <= 600 + 20 * 720);
            }
            before = date.or(before);
        }
    }
}
