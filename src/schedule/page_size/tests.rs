use proptest::prelude::*;

use super::*;

/// What happens to a request: `p` a page comes, `o` an outage, `s` the size may be to blame, `t` it is,
/// `n` it failed for another reason.
fn after(size: &mut PageSize, event: char) -> u32 {
    match event {
        'p' => size.on_page(),
        'o' => _ = size.on_failure(Blame::Outage),
        's' => _ = size.on_failure(Blame::Size),
        't' => _ = size.on_failure(Blame::SizeAtOnce),
        'n' => _ = size.on_failure(Blame::Nothing),
        _ => panic!("{event}"),
    }
    size.size
}

/// The sizes asked for, one after another, each named once.
fn sizes(wanted: u32, events: &str) -> String {
    let mut size = PageSize::new(wanted);
    let mut sizes = vec![wanted];
    sizes.extend(events.chars().map(|event| after(&mut size, event)));
    sizes.dedup();
    let sizes: Vec<_> = sizes.iter().map(u32::to_string).collect();
    sizes.join(" ")
}

#[track_caller]
fn check(table: &[(&str, &str)]) {
    for (events, expected) in table {
        assert_eq!(sizes(1000, events), *expected, "{events}");
    }
}

#[test]
fn an_outage_halves_pages_from_the_second_failure_and_each_page_doubles_them_until_one_fails() {
    check(&[
        ("o", "1000"),
        ("oo", "1000 500"),
        ("ooooooooo", "1000 500 250 125 62 31 25"),
        ("ooop", "1000 500 250 500"),
        ("ooopp", "1000 500 250 500 1000"),
        (
            "oooooooppppppp",
            "1000 500 250 125 62 31 25 50 100 200 400 800 1000",
        ),
        // One fails, and from then on it takes ten pages.
        ("oooopop", "1000 500 250 125 250"),
        ("oooopoppppppppp", "1000 500 250 125 250"),
        ("oooopopppppppppp", "1000 500 250 125 250 500"),
        // Only 125 come through, or only 500.
        ("oooopooppppppppp", "1000 500 250 125 250 125"),
        ("oooopoopppppppppp", "1000 500 250 125 250 125 250"),
        ("oopoopoopoo", "1000 500 1000 500 250 500 250"),
        ("oooopooppooppp", "1000 500 250 125 250 125 62 124 125"),
    ]);
}

#[test]
fn a_size_that_is_to_blame_itself_is_regained_after_ten_pages() {
    check(&[
        ("s", "1000"),
        ("ssppppppppp", "1000 500"),
        ("sspppppppppp", "1000 500 1000"),
        ("tppppppppp", "1000 500"),
        ("tpppppppppp", "1000 500 1000"),
        ("ttttttttt", "1000 500 250 125 62 31 25"),
    ]);
}

#[test]
fn a_page_ends_a_row_of_failures_other_failures_do_not_and_in_a_mixed_row_the_worst_counts() {
    check(&[
        ("opopop", "1000"),
        ("spspsp", "1000"),
        ("nnnnnn", "1000"),
        ("nonnno", "1000 500"),
        ("snns", "1000 500"),
        ("osppppppppp", "1000 500"),
        ("soppppppppp", "1000 500"),
        ("toppppppppp", "1000 500 250"),
        ("oootoppppppppp", "1000 500 250 125 62"),
        // It was an outage from the page on.
        ("spoop", "1000 500 1000"),
    ]);
}

#[test]
fn after_an_outage_a_size_that_was_found_slowly_is_regained_at_once_and_no_more() {
    // A time-out says 250; then Zendesk is down.
    check(&[("ttpooopppppp", "1000 500 250 125 62 124 248 250")]);
}

#[test]
fn a_page_size_below_the_smallest_is_never_changed() {
    for wanted in [1, 24, 25] {
        let same = wanted.to_string();
        assert_eq!(sizes(wanted, "oooosssstttppppppppppppp"), same);
    }
    assert_eq!(sizes(26, "oop"), "26 25 26");
}

#[test]
fn every_failure_has_its_blame() {
    let server = |status| ApiError::Server {
        status,
        retry_after: None,
        explanation: None,
    };
    for status in [408, 500, 502, 503, 520, 599] {
        assert_eq!(
            Blame::from_error(&server(status)),
            Blame::Outage,
            "{status}"
        );
    }
    for status in [504, 524] {
        assert_eq!(
            Blame::from_error(&server(status)),
            Blame::SizeAtOnce,
            "{status}"
        );
    }
    let problem = String::new;
    let cut = || Box::new(std::io::Error::from(std::io::ErrorKind::ConnectionReset));
    let table = [
        (ApiError::Timeout, Blame::SizeAtOnce),
        (ApiError::TooLarge { limit_bytes: 1 }, Blame::SizeAtOnce),
        (ApiError::Cut(cut()), Blame::Size),
        (ApiError::EndsEarly { problem: problem() }, Blame::Size),
        (
            ApiError::ContentTooLarge {
                retry_after: None,
                explanation: None,
            },
            Blame::Size,
        ),
        (ApiError::Transport(cut()), Blame::Nothing),
        (ApiError::Decode { problem: problem() }, Blame::Nothing),
        (ApiError::TokenExpired, Blame::Nothing),
        (ApiError::RateLimited { retry_after: None }, Blame::Nothing),
    ];
    for (error, expected) in table {
        assert_eq!(Blame::from_error(&error), expected, "{error:?}");
    }
}

#[test]
fn each_walk_has_its_own_row_of_failures_and_its_own_size() {
    let all =
        |sizes: &PageSizes| [Walk::Main, Walk::Replay, Walk::Resync].map(|walk| sizes.rows(walk));
    let mut sizes = PageSizes::new(1000);
    for _ in 0..2 {
        sizes.on_failure(Walk::Resync, Blame::Outage);
        sizes.on_page(Walk::Main);
        sizes.on_page(Walk::Replay);
    }
    assert_eq!(all(&sizes), [1000, 1000, 500]);
    // What is too large for the polls is too large for the others, and not the other way round.
    sizes.on_failure(Walk::Resync, Blame::SizeAtOnce);
    assert_eq!(all(&sizes), [1000, 1000, 250]);
    sizes.on_failure(Walk::Main, Blame::SizeAtOnce);
    assert_eq!(all(&sizes), [500, 500, 250]);
    // An outage concerns nobody's size but that of who asked.
    sizes.on_page(Walk::Main);
    for _ in 0..2 {
        sizes.on_failure(Walk::Main, Blame::Outage);
    }
    assert_eq!(all(&sizes), [250, 500, 250]);
}

#[test]
fn other_settings_change_only_a_size_that_nothing_made_smaller() {
    let mut size = PageSize::new(1000);
    after(&mut size, 't');
    for (wanted, expected) in [(1000, 500), (400, 400), (600, 600), (1000, 1000)] {
        size.set_wanted(wanted);
        assert_eq!(size.size, expected, "{wanted}");
    }
}

proptest! {
    /// Whatever limit there is and whichever way a page above it fails, a walk ends.
    #[test]
    fn a_walk_gets_through_every_limit_with_few_failures(
        limit in 25u32..1200,
        wanted in 1u32..=1000,
        failures in prop::collection::vec(prop::sample::select(vec!['o', 's', 't']), 1..20),
    ) {
        let mut size = PageSize::new(wanted);
        let (mut rows, mut failed) = (0, 0);
        let mut failures = failures.iter().cycle();
        for _ in 0..2_000 {
            if size.size > limit {
                failed += 1;
                after(&mut size, *failures.next().expect("endless"));
            } else {
                rows += size.size;
                after(&mut size, 'p');
            }
            prop_assert!(size.size <= wanted && size.size >= wanted.min(PAGE_SIZE_MIN));
        }
        prop_assert!(rows >= 1_600 * limit.min(wanted).min(PAGE_SIZE_MIN));
        // Two for each ten pages, and those of the beginning.
        prop_assert!(failed <= 2_000 / 6 + 12, "{failed}");
    }

    #[test]
    fn after_an_outage_of_any_length_the_size_is_regained_within_six_pages(
        wanted in 1u32..=1000,
        outage in 0usize..100,
    ) {
        let mut size = PageSize::new(wanted);
        after(&mut size, 'p');
        for _ in 0..outage {
            after(&mut size, 'o');
        }
        for _ in 0..6 {
            after(&mut size, 'p');
        }
        prop_assert_eq!(size.size, wanted);
    }
}
