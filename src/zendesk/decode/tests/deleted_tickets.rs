//! Pages of the list of deleted tickets.

use super::list_pages::{LAST, deleted, rejected};
use super::*;

#[test]
fn a_deletion_is_an_id_and_a_time_and_nothing_else() {
    let page = deleted(
        r#"{"id":7,"subject":"My \"printer\"","actor":{"id":5,"name":"Jo Doe"},"deleted_at":"2026-01-01T00:00:00Z","previous_state":"open"},
        {"deleted_at":"2026-01-01T00:00:01Z","id":"8","status":"closed","metric_set":{"replies":1}}"#,
        r#","metric_sets":[{"ticket_id":7}],"meta":{"has_more":true,"after_cursor":"x"}"#,
    )
    .expect("a page");
    let deletion = |id, seconds: i64| Row::Deletion {
        id: TicketId(id),
        at: UnixSeconds(1_767_225_600 + seconds),
    };
    assert_eq!(page.rows, [deletion(7, 0), deletion(8, 1)]);
    assert_eq!(page.rejected, []);
    assert_eq!(
        page.next,
        Some(Position::Deleted(Some(Cursor("x".to_owned()))))
    );
    assert!(!page.end_of_stream);
}

#[test]
fn an_entry_that_is_no_deletion_costs_itself() {
    let (id, at, other) = (
        "its id is missing or not a number",
        "its deleted_at is missing or not a time",
        "it is not a deleted ticket",
    );
    let table = [
        (r#"{"id":1,"subject":"x"}"#, Some(1), at),
        (r#"{"id":1,"deleted_at":null}"#, Some(1), at),
        (r#"{"id":1,"deleted_at":1767225600}"#, Some(1), at),
        (r#"{"id":1,"deleted_at":"yesterday"}"#, Some(1), at),
        (
            r#"{"id":1,"deleted_at":"1969-01-01T00:00:00Z"}"#,
            Some(1),
            at,
        ),
        (
            r#"{"id":1,"updated_at":"2026-01-01T00:00:00Z"}"#,
            Some(1),
            at,
        ),
        (r#"{"deleted_at":"2026-01-01T00:00:00Z"}"#, None, id),
        (
            r#"{"id":null,"deleted_at":"2026-01-01T00:00:00Z"}"#,
            None,
            id,
        ),
        (r#"{"id":"one","deleted_at":null}"#, None, id),
        ("null", None, other),
        ("5", None, other),
        ("[]", None, other),
        (
            r#"{"id":1,"subject":NaN,"deleted_at":"2026-01-01T00:00:00Z"}"#,
            Some(1),
            "it is not JSON",
        ),
        (
            "{\"id\":1,\"subject\":\"a\nb\",\"deleted_at\":\"2026-01-01T00:00:00Z\"}",
            Some(1),
            "it is not JSON",
        ),
        (
            r#"{"id":1,"subject":"5" pipe","deleted_at":"2026-01-01T00:00:00Z"}"#,
            Some(1),
            "it is not JSON",
        ),
    ];
    let good = |id| {
        format!(
            r#"{{"id":{id},"subject":"s","actor":{{"id":5,"name":"Jo"}},"deleted_at":"2026-01-01T00:00:00Z"}}"#
        )
    };
    for (row, id, reason) in table {
        let page = deleted(&format!("{},{row},{}", good(8), good(9)), LAST);
        let page = page.unwrap_or_else(|error| panic!("{row}: {error}"));
        let ids: Vec<_> = page.rows.iter().map(|row| row.id().0).collect();
        assert_eq!(
            (ids, rejected(&page)),
            (vec![8, 9], vec![(id, reason)]),
            "{row}"
        );
        assert!(page.end_of_stream && page.next.is_some());
    }
}
