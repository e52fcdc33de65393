//! Tickets that were requested by their ids.

use super::*;

fn row(id: i64) -> String {
    format!(
        r#"{{"url":"u","id":{id},"status":"open","updated_at":"2026-01-01T00:00:00Z","due_at":null,"subject":"s"}}"#
    )
}

fn shown(body: &str, requested: &[i64]) -> Result<Page, DecodeError> {
    let requested: Vec<TicketId> = requested.iter().copied().map(TicketId).collect();
    let shape = PageShape::ShowMany(&requested);
    decode_page(body.as_bytes(), shape, &TagsAndFields::default())
}

fn one(body: &str, requested: i64) -> Result<Page, DecodeError> {
    let shape = PageShape::ShowOne(TicketId(requested));
    decode_page(body.as_bytes(), shape, &TagsAndFields::default())
}

fn ids(page: &Page) -> (Vec<i64>, Vec<(Option<i64>, &str)>) {
    let rejected = page.rejected.iter().map(|row| (row.id, row.reason));
    let rows = page.rows.iter().map(|row| row.id().0);
    (rows.collect(), rejected.collect())
}

#[test]
fn tickets_that_were_requested_by_id_are_all_in_one_answer() {
    let sets = r#""metric_sets":[{"ticket_id":2,"reopens":3},{"ticket_id":9,"reopens":9}]"#;
    for rest in [
        format!(r#"{sets},"count":2,"next_page":null,"previous_page":null"#),
        format!(r#"{sets},"meta":{{"has_more":false,"after_cursor":"x"}}"#),
        format!(r#"{sets},"meta":null,"end_of_stream":false,"after_cursor":"x""#),
        sets.to_owned(),
    ] {
        let body = format!(r#"{{"tickets":[{},{}],{rest}}}"#, row(1), row(2));
        let page = shown(&body, &[1, 2, 3]).unwrap_or_else(|error| panic!("{rest}: {error}"));
        assert_eq!(ids(&page), (vec![1, 2], vec![]));
        let reopens = page.tickets().map(|change| change.metric_set?.reopens);
        assert_eq!(reopens.collect::<Vec<_>>(), [None, Some(3)]);
        assert_eq!(
            (page.source, page.end_of_stream, page.next),
            (SourceKind::List, true, None)
        );
    }
    let none = shown(r#"{"tickets":[]}"#, &[1]).expect("a page");
    assert_eq!(ids(&none), (vec![], vec![]));
}

#[test]
fn an_answer_that_may_be_only_a_part_says_of_no_ticket_that_it_does_not_exist() {
    for rest in [
        r#""next_page":"https://elsewhere.example/api/v2/tickets/show_many?page=2""#,
        r#""next_page":2"#,
        r#""meta":{"has_more":true,"after_cursor":"x"}"#,
    ] {
        let body = format!(r#"{{"tickets":[{}],{rest}}}"#, row(1));
        assert_eq!(shown(&body, &[1, 2]), Err(DecodeError::OnlyAPart), "{rest}");
        // The same in pieces.
        let body = format!(r#"{{{rest},"tickets":[{},NaN]}}"#, row(1));
        assert_eq!(shown(&body, &[1, 2]), Err(DecodeError::OnlyAPart), "{rest}");
    }
    for body in [
        "{}",
        r#"{"error":"RecordNotFound","description":"Not found"}"#,
        r#"{"tickets":null}"#,
        r#"{"tickets":{}}"#,
        r#"{"ticket":{"id":1}}"#,
        r#"{"tickets":["#,
    ] {
        assert!(shown(body, &[1, 2]).is_err(), "{body}");
    }
}

#[test]
fn a_row_that_was_not_requested_is_rejected_and_one_that_cannot_be_read_keeps_its_id() {
    let (other, status) = (
        "it was not requested",
        "its status is missing or not a string",
    );
    let table = [
        (row(7), (Some(7), other), vec![1, 3]),
        (
            r#"{"id":2,"status":null,"updated_at":"2026-01-01T00:00:00Z"}"#.to_owned(),
            (Some(2), status),
            vec![1, 2, 3],
        ),
        (
            row(2).replace("null", "NaN"),
            (Some(2), "it is not JSON"),
            vec![1, 2, 3],
        ),
        (
            row(2).replace("\"s\"", "\"5\" pipe\""),
            (Some(2), "it is not JSON"),
            vec![1, 2, 3],
        ),
        (
            row(2).replace("updated_at", "created_at"),
            (
                Some(2),
                "its updated_at and its generated_timestamp are missing or not times",
            ),
            vec![1, 2, 3],
        ),
        // It may be any of those that were requested.
        (
            "null".to_owned(),
            (None, "it is not a ticket"),
            vec![1, 2, 3, 4],
        ),
        (
            row(2).replace("\"id\":2,", ""),
            (None, "its id is missing or not a number"),
            vec![1, 2, 3, 4],
        ),
    ];
    for (broken, rejected, existing) in table {
        let body = format!(
            r#"{{"tickets":[{},{broken},{}],"count":3}}"#,
            row(1),
            row(3)
        );
        let page = shown(&body, &[1, 2, 3, 4]).unwrap_or_else(|error| panic!("{broken}: {error}"));
        assert_eq!(ids(&page), (vec![1, 3], vec![rejected]), "{broken}");
        let found = page.existing(&[1, 2, 3, 4].map(TicketId));
        let found: Vec<_> = found.iter().map(|id| id.0).collect();
        assert_eq!(found, existing, "{broken}");
    }
}

#[test]
fn the_ticket_that_was_requested_by_itself_is_the_only_row() {
    let sets = r#","metric_sets":[{"ticket_id":1,"reopens":3}]"#;
    for (rest, reopens) in [(sets, Some(3)), ("", None), (r#","users":[1e999]"#, None)] {
        let body = format!(r#"{{"ticket":{}{rest}}}"#, row(1));
        let page = one(&body, 1).unwrap_or_else(|error| panic!("{rest}: {error}"));
        assert_eq!(ids(&page), (vec![1], vec![]));
        let set = page.tickets().next().and_then(|change| change.metric_set);
        assert_eq!(set.and_then(|set| set.reopens), reopens);
        assert_eq!(
            (page.source, page.end_of_stream, page.next),
            (SourceKind::List, true, None)
        );
    }
}

#[test]
fn a_ticket_that_cannot_be_read_exists_all_the_same() {
    let table = [
        ("null", "it is not a ticket"),
        ("[]", "it is not a ticket"),
        (r#"{"status":"open"}"#, "its id is missing or not a number"),
        (
            r#"{"id":1,"status":5}"#,
            "its status is missing or not a string",
        ),
        // Read in pieces.
        (
            r#"{"id":1.0,"status":1e400}"#,
            "its status is missing or not a string",
        ),
    ];
    for (ticket, reason) in table {
        let page = one(&format!(r#"{{"ticket":{ticket}}}"#), 1).expect("a page");
        assert_eq!(ids(&page), (vec![], vec![(Some(1), reason)]), "{ticket}");
        assert_eq!(page.existing(&[TicketId(1)]).len(), 1);
    }
}

#[test]
fn an_answer_without_the_requested_ticket_is_no_answer() {
    let other = Err(DecodeError::OtherTicket);
    assert_eq!(one(&format!(r#"{{"ticket":{}}}"#, row(2)), 1), other);
    assert_eq!(one(r#"{"ticket":{"id":2,"status":null}}"#, 1), other);
    let both = format!(r#"{{"ticket":{},"ticket":{}}}"#, row(1), row(2));
    assert_eq!(one(&both, 1), other);
    let missing = Err(DecodeError::Missing { key: "ticket" });
    for body in [
        "{}".to_owned(),
        r#"{"error":"RecordNotFound","description":"Not found"}"#.to_owned(),
        format!(r#"{{"tickets":[{}]}}"#, row(1)),
    ] {
        assert_eq!(one(&body, 1), missing, "{body}");
    }
    for body in [
        "",
        "[]",
        "<html>",
        r#"{"ticket":{"id":1,"status":NaN}}"#,
        r#"{"ticket":{"id":1"#,
    ] {
        assert!(one(body, 1).is_err(), "{body}");
    }
}
