//! Metric sets next to the rows of a list.

use super::list_pages::{LAST, list, rejected};
use super::*;

#[test]
fn metric_sets_of_the_list_are_found_by_their_ticket() {
    let row = |id: i64, more: &str| {
        format!(r#"{{"id":{id},"status":"open","generated_timestamp":5{more}}}"#)
    };
    let rows = [
        row(1, ""),
        row(2, r#","metric_set":{"reopens":9}"#),
        row(3, ""),
        row(4, r#","metric_set":null"#),
    ];
    let sets = r#"[{"id":3,"ticket_id":1,"reopens":1,"status_updated_at":"1970-01-01T00:16:40Z"},
        {"ticket_id":2,"reopens":2},{"ticket_id":"4","reopens":4},{"ticket_id":77,"reopens":7},
        {"reopens":8},{"ticket_id":null},null,[],5]"#;
    for rest in [
        format!(r#","metric_sets":{sets}{LAST}"#),
        format!(r#"{LAST},"metric_sets":{sets}"#),
    ] {
        let page = list(&rows.join(","), &rest).expect("a page");
        let read: Vec<_> = page.tickets().map(|change| change.metric_set).collect();
        let reopens = |reopens| MetricSet {
            reopens: Some(reopens),
            ..MetricSet::default()
        };
        let first = MetricSet {
            status_updated_at: Some(UnixSeconds(1_000)),
            ..reopens(1)
        };
        let expected = [Some(first), Some(reopens(9)), None, Some(reopens(4))];
        assert_eq!(read, expected, "{rest}");
        assert_eq!(page.rejected, []);
    }
}

#[test]
fn a_metric_set_that_is_no_json_costs_itself() {
    let row = |id| format!(r#"{{"id":{id},"status":"open","generated_timestamp":5}}"#);
    let rows = format!("{},{},{}", row(1), row(2), row(3));
    for broken in [
        r#"{"ticket_id":2,"reopens":NaN}"#,
        r#"{"ticket_id":2,"reopens":}"#,
        "{\"ticket_id\":2,\"url\":\"a\tb\"}",
        r#"{"ticket_id":2 "reopens":2}"#,
        "NaN",
    ] {
        let sets =
            format!(r#"[{{"ticket_id":1,"reopens":1}},{broken},{{"ticket_id":3,"reopens":3}}]"#);
        for rest in [
            format!(r#","metric_sets":{sets}{LAST}"#),
            format!(r#"{LAST},"metric_sets":{sets}"#),
        ] {
            let page = list(&rows, &rest).unwrap_or_else(|error| panic!("{broken}: {error}"));
            let reopens = page.tickets().map(|change| change.metric_set?.reopens);
            assert_eq!(
                reopens.collect::<Vec<_>>(),
                [Some(1), None, Some(3)],
                "{broken}"
            );
            let cursor = Cursor("eyJvIj==".to_owned());
            assert_eq!(page.next, Some(Position::List(Some(cursor))));
        }
    }
    let page = |sets: &str| {
        let body = format!(r#"{{"tickets":[{rows}],"metric_sets":{sets}{LAST}}}"#);
        let wanted = TagsAndFields::default();
        decode(body.as_bytes(), SourceKind::List, &wanted)
    };
    // Where a quote is missing, the row before the sets is in doubt, and is named.
    let doubtful = page(r#"[{"ticket_id":"1,"reopens":1}]"#).expect("a page");
    assert_eq!(doubtful.rows.len(), 2);
    assert_eq!(rejected(&doubtful), [(Some(3), "it is not JSON")]);
    // What does not end is no page.
    for sets in [r#"[{"ticket_id":1,"reopens":1}"#, "NaN"] {
        assert!(page(sets).is_err(), "{sets}");
    }
}
