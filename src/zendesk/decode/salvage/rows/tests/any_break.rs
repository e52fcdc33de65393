//! Rows that are broken in any way, at any byte.

mod kinds;

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{RngSeed, TestRunner};
use serde::de::IgnoredAny;

use crate::source::Row;
use crate::ticket::TicketChange;
use kinds::{EXPORT, Kind, LISTS};

/// How a row is broken.
#[derive(Clone, Debug)]
enum Break {
    /// It ends there.
    Cut(Index),
    /// It begins there.
    Behead(Index),
    /// So much of it is missing there.
    Lose(Index, usize),
    /// Something stands there in addition.
    Put(Index, Vec<u8>),
    /// Something stands there instead.
    Swap(Index, u8),
    /// So much of it comes twice.
    Double(Index, usize),
}

impl Break {
    fn of(&self, row: &str) -> Vec<u8> {
        let row = row.as_bytes();
        let place = |index: &Index| index.index(row.len());
        let joined = |end: usize, put: &[u8], start: usize| {
            [&row[..end], put, &row[start.min(row.len())..]].concat()
        };
        match self {
            Self::Cut(at) => row[..place(at)].to_vec(),
            Self::Behead(at) => row[place(at)..].to_vec(),
            Self::Lose(at, length) => joined(place(at), b"", place(at) + length),
            Self::Put(at, put) => joined(place(at), put, place(at)),
            Self::Swap(at, byte) => joined(place(at), &[*byte], place(at) + 1),
            Self::Double(at, length) => {
                let end = (place(at) + length).min(row.len());
                joined(end, &row[place(at)..end], end)
            }
        }
    }
}

fn any_break() -> impl Strategy<Value = Break> {
    let at = any::<Index>;
    let known = [
        "NaN",
        "\"},{\"",
        "},{",
        "],\"end_of_stream\":true}",
        "]},{",
        "}]}",
        "\\",
        "null,",
        "\"id\":7,",
    ];
    let put = prop_oneof![
        3 => "[\\[\\]{}:,\"\\\\ \t\n]{1,4}".prop_map(String::into_bytes),
        1 => prop::collection::vec(any::<u8>(), 1..4),
        1 => prop::sample::select(known.to_vec()).prop_map(|text| text.as_bytes().to_vec()),
    ];
    let byte = prop::sample::select(b"{}[],:\"\\ a0\x00\xff".to_vec());
    prop_oneof![
        at().prop_map(Break::Cut),
        at().prop_map(Break::Behead),
        (at(), 1usize..40).prop_map(|(at, length)| Break::Lose(at, length)),
        (at(), put).prop_map(|(at, put)| Break::Put(at, put)),
        (at(), byte).prop_map(|(at, byte)| Break::Swap(at, byte)),
        (at(), 1usize..40).prop_map(|(at, length)| Break::Double(at, length)),
    ]
}

/// A page of which some rows are broken.
#[derive(Clone, Debug)]
struct BrokenPage {
    kind: &'static Kind,
    /// Which form its rows have.
    form: usize,
    body: Vec<u8>,
    /// Those that are not.
    whole: Vec<Row>,
    /// What those that are say, where they are JSON all the same, and what they should have said.
    others: Vec<Row>,
}

fn any_broken_page(kind: &'static Kind, most: usize) -> impl Strategy<Value = BrokenPage> {
    let breaks = prop::collection::vec((any::<Index>(), any_break()), 1..=most);
    let between = prop::sample::select(vec![",", ", ", " ,\n"]);
    let form = 0..kind.forms.len();
    (form, between, 0..kind.endings.len(), 1usize..15, breaks).prop_map(
        move |(form, between, ending, count, breaks)| {
            let good: Vec<String> = (10..).take(count).map(kind.forms[form]).collect();
            let mut rows: Vec<Vec<u8>> = good.iter().map(|row| row.clone().into_bytes()).collect();
            let mut broken = BTreeSet::new();
            for (row, how) in &breaks {
                let row = row.index(count);
                if broken.insert(row) {
                    rows[row] = how.of(&good[row]);
                }
            }
            let said = |row: usize| kind.row(good[row].as_bytes()).expect("a ticket");
            let wrong = broken.iter().filter_map(|row| kind.row(&rows[*row]));
            let others = broken.iter().map(|row| said(*row)).chain(wrong).collect();
            BrokenPage {
                kind,
                form,
                body: kind.body(&rows, between, kind.endings[ending]),
                whole: (0..count)
                    .filter(|row| !broken.contains(row))
                    .map(said)
                    .collect(),
                others,
            }
        },
    )
}

fn any_broken_list(most: usize) -> impl Strategy<Value = BrokenPage> {
    let [tickets, deleted, shown] = &LISTS;
    prop_oneof![
        any_broken_page(tickets, most),
        any_broken_page(deleted, most),
        any_broken_page(shown, most),
    ]
}

impl BrokenPage {
    /// Brackets that are missing in one row and too many in another may make JSON of the whole page.
    fn is_json(&self) -> bool {
        serde_json::from_slice::<IgnoredAny>(&self.body).is_ok()
    }

    fn shown(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// One broken row costs itself, and no part of it is taken for a row.
fn check_costs_itself(broken: &BrokenPage) -> Result<(), TestCaseError> {
    let page = broken.kind.decoded(&broken.body);
    prop_assert!(page.is_ok(), "{:?}: {}", page, broken.shown());
    let page = page.expect("a page");
    let (whole, others) = (&broken.whole, &broken.others);
    prop_assert!(
        whole.iter().all(|row| page.rows.contains(row)),
        "{}",
        broken.shown()
    );
    // No part of a row is taken for a ticket, if there are others to compare it with, and if not
    // all that a ticket has may stand in such a part; the last number may be cut all the same.
    let is_known = |row: &Row| {
        let is_same = |known: &Row| match (row, known) {
            (Row::Ticket(row), Row::Ticket(known)) => {
                let order_key = known.order_key;
                TicketChange {
                    order_key,
                    ..row.clone()
                } == *known
            }
            (row, known) => row == known,
        };
        whole.contains(row) || others.iter().any(is_same)
    };
    let can_tell = whole.len() > 1 && broken.kind.short != Some(broken.form);
    prop_assert!(
        !can_tell || page.rows.iter().all(is_known),
        "{}",
        broken.shown()
    );
    Ok(())
}

/// Each row that is not broken is read, or named.
fn check_loses_no_other_untold(broken: &BrokenPage) -> Result<(), TestCaseError> {
    if let (Ok(page), false) = (broken.kind.decoded(&broken.body), broken.is_json()) {
        let is_left_out = |row: &Row| {
            let rejected = &page.rejected;
            rejected
                .iter()
                .any(|rejected| rejected.id == Some(row.id().0))
        };
        let is_told = |row| page.rows.contains(row) || is_left_out(row);
        prop_assert!(broken.whole.iter().all(is_told), "{}", broken.shown());
    }
    Ok(())
}

fn check_is_cut(broken: &BrokenPage, at: Index) -> Result<(), TestCaseError> {
    let cut = &broken.body[..at.index(broken.body.trim_ascii_end().len())];
    let page = broken.kind.decoded(cut);
    prop_assert!(page.is_err(), "{}", String::from_utf8_lossy(cut));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn a_row_broken_in_any_way_costs_itself(broken in any_broken_page(&EXPORT, 1)) {
        check_costs_itself(&broken)?;
    }

    #[test]
    fn a_row_of_a_list_broken_in_any_way_costs_itself(broken in any_broken_list(1)) {
        check_costs_itself(&broken)?;
    }

    #[test]
    fn ten_rows_broken_in_any_way_lose_no_other_untold(broken in any_broken_page(&EXPORT, 10)) {
        check_loses_no_other_untold(&broken)?;
    }

    #[test]
    fn ten_rows_of_a_list_broken_in_any_way_lose_no_other_untold(broken in any_broken_list(10)) {
        check_loses_no_other_untold(&broken)?;
    }

    #[test]
    fn a_page_whose_rows_are_broken_in_any_way_is_cut_where_it_is_cut(
        broken in any_broken_page(&EXPORT, 2),
        at in any::<Index>(),
    ) {
        check_is_cut(&broken, at)?;
    }

    #[test]
    fn a_list_whose_rows_are_broken_in_any_way_is_cut_where_it_is_cut(
        broken in any_broken_list(2),
        at in any::<Index>(),
    ) {
        check_is_cut(&broken, at)?;
    }
}

/// Where several rows are broken, it may be in doubt which is the odd one, or two may look like one. With
/// the breaks of these pages, which are the same each time, that is rarer than one in a thousand.
#[test]
fn ten_rows_broken_in_any_way_cost_no_other() {
    let config = ProptestConfig {
        cases: 600,
        rng_seed: RngSeed::Fixed(11),
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let result = TestRunner::new(config).run(&any_broken_page(&EXPORT, 10), |broken| {
        let page = broken.kind.decoded(&broken.body);
        prop_assert!(page.is_ok(), "{:?}: {}", page, broken.shown());
        let rows = page.expect("a page").rows;
        let is_kept = broken.whole.iter().all(|row| rows.contains(row));
        prop_assert!(is_kept || broken.is_json(), "{}", broken.shown());
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
}
