//! Pages of the list of tickets.

use super::*;
use crate::source::RejectedRow;

/// A page of the list of tickets whose entries beside the rows are `rest`.
pub(super) fn list(rows: &str, rest: &str) -> Result<Page, DecodeError> {
    let body = format!(r#"{{"tickets":[{rows}]{rest}}}"#);
    let page = |body: &str| decode(body.as_bytes(), SourceKind::List, &TagsAndFields::default());
    let read = page(&body);
    // The same in pieces, which a row that is not JSON brings about.
    if let Ok(read) = &read {
        let broken = format!(
            r#"{{"tickets":[{rows}{}NaN]{rest}}}"#,
            if rows.is_empty() { "" } else { "," }
        );
        let in_pieces = page(&broken).expect("a page");
        assert_eq!(in_pieces.rows, read.rows, "{body}");
        assert_eq!(in_pieces.rejected.len(), read.rejected.len() + 1, "{body}");
        assert_eq!(
            (in_pieces.end_of_stream, in_pieces.next),
            (read.end_of_stream, read.next.clone()),
            "{body}"
        );
    }
    read
}

pub(super) fn deleted(rows: &str, rest: &str) -> Result<Page, DecodeError> {
    let body = format!(r#"{{"deleted_tickets":[{rows}]{rest}}}"#);
    let wanted = TagsAndFields::default();
    decode_page(body.as_bytes(), PageShape::DeletedTickets, &wanted)
}

pub(super) const LAST: &str =
    r#","meta":{"has_more":false,"after_cursor":"eyJvIj==","before_cursor":"a"}"#;

pub(super) fn rejected(page: &Page) -> Vec<(Option<i64>, &str)> {
    let rows = page.rejected.iter();
    rows.map(|RejectedRow { id, reason, .. }| (*id, *reason))
        .collect()
}

#[test]
fn has_more_decides_whether_a_list_goes_on_and_not_its_links() {
    let cursor = |cursor: &str| Some(Position::List(Some(Cursor(cursor.to_owned()))));
    let table = [
        (
            r#""has_more":true,"after_cursor":"b=","before_cursor":"a""#,
            false,
            cursor("b="),
        ),
        (
            r#""has_more":false,"after_cursor":"b=""#,
            true,
            cursor("b="),
        ),
        (r#""has_more":false,"after_cursor":null"#, true, None),
        (r#""has_more":false"#, true, None),
        (r#""after_cursor":"","has_more":false"#, true, None),
        // That leads nowhere, and the walk says so.
        (r#""has_more":true,"after_cursor":null"#, false, None),
        // Escaped, and with keys that are not known.
        (
            r#""has_more":true,"\u0061fter_cursor":"\u0062","x":[1e999]"#,
            false,
            cursor("b"),
        ),
    ];
    for (meta, end_of_stream, next) in table {
        for links in [
            "",
            r#","links":null"#,
            r#","links":{"next":"https://elsewhere.example/?page%5Bafter%5D=z","prev":null}"#,
        ] {
            // An export's keys mean nothing in a list.
            for more in [
                "",
                r#","end_of_stream":7,"after_cursor":7,"end_time":7,"count":3"#,
            ] {
                let page = list("", &format!(r#","meta":{{{meta}}}{links}{more}"#));
                let page = page.unwrap_or_else(|error| panic!("{meta}: {error}"));
                assert_eq!(page.source, SourceKind::List);
                assert_eq!(
                    (page.end_of_stream, page.next),
                    (end_of_stream, next.clone())
                );
            }
            let page = deleted("", &format!(r#","meta":{{{meta}}}{links}"#)).expect("a page");
            assert_eq!(page.end_of_stream, end_of_stream, "{meta}");
            let of_list = next.as_ref().and_then(Position::cursor).cloned();
            let next = of_list.map(|cursor| Position::Deleted(Some(cursor)));
            assert_eq!(page.next, next, "{meta}");
        }
    }
}

#[test]
fn a_page_tells_whether_its_last_row_was_rejected() {
    let (good, bad) = (
        r#"{"id":1,"status":"open","updated_at":"2026-01-02T03:04:05Z"}"#,
        r#"{"id":2,"status":null,"updated_at":"2026-01-02T03:04:05Z"}"#,
    );
    for (rows, expected) in [
        (String::new(), false),
        (good.to_owned(), false),
        (format!("{good},{bad}"), true),
        (format!("{bad},{good}"), false),
    ] {
        let page = list(&rows, LAST).expect("a page");
        assert_eq!(page.is_last_rejected, expected, "{rows}");
        assert_eq!(page.last_order_time().is_some(), rows.ends_with(good));
    }
}

#[test]
fn a_list_that_does_not_say_whether_it_goes_on_is_no_page() {
    let missing = |key| Err(DecodeError::Missing { key });
    assert_eq!(list("", ""), missing("meta"));
    assert_eq!(list("", r#","meta":null"#), missing("meta"));
    assert_eq!(list("", r#","end_of_stream":true"#), missing("meta"));
    assert_eq!(list("", r#","meta":{}"#), missing("meta.has_more"));
    let no_more = r#","meta":{"has_more":null,"after_cursor":"b"}"#;
    assert_eq!(list("", no_more), missing("meta.has_more"));
    assert_eq!(deleted("", no_more), missing("meta.has_more"));
    for meta in [
        "true",
        "\"has_more\"",
        "[]",
        r#"{"has_more":"false"}"#,
        r#"{"has_more":0}"#,
        r#"{"has_more":true,"after_cursor":5}"#,
        r#"{"has_more":true,"after_cursor":"\ud800"}"#,
        r#"{"has_more":true,"after_cursor":{}}"#,
        r#"{"has_more":NaN}"#,
        r#"{"has_more":true"#,
    ] {
        let meta = format!(r#","meta":{meta}"#);
        let error = list("", &meta).expect_err(&meta).to_string();
        assert!(!error.contains("b="), "{error}");
        assert!(deleted("", &meta).is_err(), "{meta}");
    }
    let long = "A".repeat(CURSOR_BYTES_MAX + 1);
    let meta = format!(r#","meta":{{"has_more":true,"after_cursor":"{long}"}}"#);
    assert_eq!(list("", &meta), Err(DecodeError::CursorTooLong));
    assert_eq!(deleted("", &meta), Err(DecodeError::CursorTooLong));
    // Nor is a page of another kind.
    let body = format!(r#"{{"tickets":[]{LAST}}}"#);
    let wanted = TagsAndFields::default();
    for shape in [PageShape::DeletedTickets, PageShape::CursorExport] {
        assert!(decode_page(body.as_bytes(), shape, &wanted).is_err());
    }
    let export = r#"{"tickets":[],"after_cursor":"c","end_of_stream":true}"#;
    let read = decode(export.as_bytes(), SourceKind::List, &wanted);
    assert_eq!(read, missing("meta"));
}

#[test]
fn a_row_of_the_list_is_ordered_by_what_it_says_of_its_times() {
    let generated = |time| Ok(RowKey::Generated(UnixSeconds(time)));
    let updated = |time| Ok(RowKey::Updated(UnixSeconds(time)));
    let unordered = Err("its updated_at and its generated_timestamp are missing or not times");
    let update = r#""updated_at":"1970-01-01T00:16:40Z""#;
    let table = [
        (
            format!(r#"{update},"generated_timestamp":1000"#),
            generated(1_000),
        ),
        (
            format!(r#"{update},"generated_timestamp":1005"#),
            generated(1_005),
        ),
        (
            format!(r#"{update},"generated_timestamp":"1005""#),
            generated(1_005),
        ),
        // As rows of 2023 have it, and answers to writes.
        (update.to_owned(), updated(1_000)),
        (
            format!(r#"{update},"generated_timestamp":0"#),
            updated(1_000),
        ),
        (
            format!(r#"{update},"generated_timestamp":999"#),
            updated(1_000),
        ),
        (
            format!(r#"{update},"generated_timestamp":null"#),
            updated(1_000),
        ),
        (
            format!(r#"{update},"generated_timestamp":-1"#),
            updated(1_000),
        ),
        (
            format!(r#"{update},"generated_timestamp":"soon""#),
            updated(1_000),
        ),
        (r#""generated_timestamp":1000"#.to_owned(), generated(1_000)),
        (
            r#""updated_at":"soon","generated_timestamp":1000"#.to_owned(),
            generated(1_000),
        ),
        (r#""updated_at":null"#.to_owned(), unordered),
        (r#""updated_at":1000"#.to_owned(), unordered),
        (
            r#""updated_at":"1969-12-31T23:59:59Z""#.to_owned(),
            unordered,
        ),
        (r#""generated_timestamp":-5"#.to_owned(), unordered),
        (r#""priority":"low""#.to_owned(), unordered),
    ];
    for (times, expected) in table {
        let row = format!(r#"{{"id":7,"status":"open",{times}}}"#);
        let page = list(&row, LAST).expect("a page");
        let read = match (page.rows.first(), rejected(&page).first()) {
            (Some(Row::Ticket(change)), None) => Ok(change.order_key),
            (None, Some((Some(7), reason))) => Err(*reason),
            other => panic!("{times}: {other:?}"),
        };
        assert_eq!(read, expected, "{times}");
    }
}

#[test]
fn a_row_of_an_export_needs_its_generated_timestamp() {
    let row = |times: &str| format!(r#"{{"id":7,"status":"open",{times}}}"#);
    let update = r#""updated_at":"1970-01-01T00:16:40Z""#;
    let change = only_change(&row(&format!(r#"{update},"generated_timestamp":1000"#)));
    assert_eq!(change.order_key, RowKey::Generated(UnixSeconds(1_000)));
    let change = only_change(&row(&format!(r#"{update},"generated_timestamp":999"#)));
    assert_eq!(change.order_key, RowKey::Updated(UnixSeconds(1_000)));
    let page = decoded(&page_of(&row(update)));
    assert_eq!(
        rejected(&page),
        [(Some(7), "its generated_timestamp is missing or not a time")]
    );
}

#[test]
fn the_status_of_a_row_of_the_list_is_what_it_says() {
    let row =
        |status| format!(r#"{{"id":7,"status":"{status}","updated_at":"2026-01-01T00:00:00Z"}}"#);
    for (status, expected) in [
        ("hold", Standing::Live(Status::Hold)),
        ("deleted", Standing::Deleted),
        ("parked", Standing::Live(Status::Other)),
    ] {
        let page = list(&row(status), LAST).expect("a page");
        let change = page.tickets().next().expect("a ticket");
        assert_eq!(change.standing, expected);
    }
}
