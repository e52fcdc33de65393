use proptest::prelude::*;

use super::page_parts::{CURSOR_BYTES_MAX, ROWS_MAX};
use super::*;
use crate::source::{Cursor, Position, Row};
use crate::ticket::{
    Channel, FieldValue, MetricSet, Minutes, NamedSet, PerSet, Priority, Reference, RowKey, Score,
    SlaMetric, SlaStage, SlaTarget, Standing, Status, SupportType, TagSet, TicketChange, TicketId,
    TicketType, UnixSeconds,
};
use crate::zendesk::ListedField;

/// A ticket as the export sends it, every kind of free text included.
const FULL_TICKET: &str = r#"{
    "url": "https://acme.zendesk.com/api/v2/tickets/35.json", "id": 35, "external_id": null,
    "via": {"channel": "email", "source": {"from": {"address": "jo@customer.example", "name": "Jo \"J\" Doe"}, "to": {}, "rel": null}},
    "created_at": "2023-09-09T23:52:05Z", "updated_at": "2023-09-10T00:16:50+02:00", "due_at": "2023-09-11T00:00:00.250Z",
    "type": "task", "subject": "My prínter is \n on fire", "raw_subject": "x", "description": "Hi there,\n\nhelp", "priority": "urgent",
    "status": "pending", "recipient": "support@acme.example", "requester_id": 6130869168922, "submitter_id": -1,
    "assignee_id": 6130907993114, "organization_id": null, "group_id": 46130852536346, "tags": ["a", "b"],
    "custom_fields": [{"id": 1, "value": ["x"]}, {"id": 2, "value": null}], "fields": [{"id": 1, "value": 1.5}],
    "satisfaction_rating": {"score": "good", "comment": "Thanks, Ann!"}, "custom_status_id": 5, "brand_id": 6,
    "ticket_form_id": 7, "support_type": "ai_agent", "generated_timestamp": 1694303526,
    "metric_set": {"id": 1, "ticket_id": 35, "replies": 2, "reopens": 0,
        "reply_time_in_minutes": {"calendar": 12, "business": 3},
        "full_resolution_time_in_minutes": {"calendar": null, "business": null},
        "reply_time_in_seconds": {"calendar": 720}, "assigned_at": null}
}"#;

fn page_of(tickets: &str) -> String {
    format!(
        r#"{{"tickets":[{tickets}],"after_url":"https://elsewhere.example/","after_cursor":"MTY5==","before_cursor":null,"end_of_stream":true}}"#
    )
}

fn decoded(body: &str) -> Page {
    decode(
        body.as_bytes(),
        SourceKind::Cursor,
        &TagsAndFields::default(),
    )
    .expect("a page")
}

/// A tag and a field that [`FULL_TICKET`] has, and one of each that it has not.
fn wanted() -> TagsAndFields {
    let field = |id, values: &[&str]| ListedField {
        id,
        values: values.iter().map(|&value| value.to_owned()).collect(),
    };
    TagsAndFields {
        tags: vec!["vip".to_owned(), "b".to_owned()],
        fields: vec![field(3, &[]), field(1, &["x"])],
    }
}

fn only_change(ticket: &str) -> TicketChange {
    only_change_with(ticket, &TagsAndFields::default())
}

fn only_change_with(ticket: &str, wanted: &TagsAndFields) -> TicketChange {
    let page = decode(page_of(ticket).as_bytes(), SourceKind::Cursor, wanted).expect("a page");
    assert_eq!(page.rejected, []);
    assert_eq!(page.rows.len(), 1);
    page.tickets().next().expect("a ticket").clone()
}

/// A ticket with only what it must have, and these entries.
fn ticket_with(entries: &str) -> TicketChange {
    only_change(&format!(
        r#"{{"id":1,"status":"open","generated_timestamp":1694303526{entries}}}"#
    ))
}

#[test]
fn a_full_ticket_gives_every_fact_and_no_text() {
    let change = only_change(FULL_TICKET);
    assert_eq!(
        change,
        TicketChange {
            id: TicketId(35),
            order_key: RowKey::Generated(UnixSeconds(1_694_303_526)),
            standing: Standing::Live(Status::Pending),
            created_at: Some(UnixSeconds(1_694_303_525)),
            updated_at: Some(UnixSeconds(1_694_297_810)),
            due_at: Some(UnixSeconds(1_694_390_400)),
            priority: Priority::Urgent,
            ticket_type: TicketType::Task,
            channel: Channel::from_static("email"),
            support_type: SupportType::AiAgent,
            references: PerSet([
                Reference::Id(46_130_852_536_346),
                Reference::Id(6),
                Reference::Id(7),
                Reference::Id(5)
            ]),
            assigned: true,
            score: Score::Good,
            metric_set: Some(MetricSet {
                reply: Minutes {
                    calendar: Some(12),
                    business: Some(3),
                },
                replies: Some(2),
                reopens: Some(0),
                ..MetricSet::default()
            }),
            sla: None,
            tags: TagSet::default(),
            fields: Vec::new()
        }
    );
}

#[test]
fn null_is_none_and_unknown_is_other() {
    let bare = ticket_with("");
    assert_eq!(
        (bare.priority, bare.ticket_type, &bare.channel, bare.score),
        (
            Priority::None,
            TicketType::None,
            &Channel::NONE,
            Score::None
        )
    );
    assert_eq!(
        (bare.created_at, bare.assigned, bare.metric_set),
        (None, false, None)
    );
    let nulls = ticket_with(
        r#","priority":null,"type":null,"via":null,"satisfaction_rating":null,"created_at":null,
        "assignee_id":null,"metric_set":null,"group_id":null,"support_type":null"#,
    );
    assert_eq!(nulls, bare);
    let unknown = ticket_with(
        r#","priority":"asap","type":"none","via":{"channel":"smoke_signal"},"satisfaction_rating":{"score":"meh"},"support_type":"robot""#,
    );
    assert_eq!(
        (
            unknown.priority,
            unknown.ticket_type,
            unknown.channel,
            unknown.score,
            unknown.support_type
        ),
        (
            Priority::Other,
            TicketType::Other,
            Channel::from_static("smoke_signal"),
            Score::Other,
            SupportType::Other
        )
    );
    let status = only_change(r#"{"id":1,"status":"parked","generated_timestamp":5}"#);
    assert_eq!(status.standing, Standing::Live(Status::Other));
    let deleted = only_change(r#"{"id":1,"status":"deleted","generated_timestamp":5}"#);
    assert_eq!(deleted.standing, Standing::Deleted);
}

#[test]
fn a_fact_of_the_wrong_kind_does_not_lose_the_ticket() {
    let odd = ticket_with(
        r#","priority":3,"type":[],"via":"Sample Ticket","satisfaction_rating":"good","created_at":"yesterday",
        "updated_at":17,"assignee_id":"x","group_id":1.5,"metric_set":[1,{"a":2}],"brand_id":{"id":1},"due_at":true"#,
    );
    assert_eq!(
        (odd.priority, odd.ticket_type, odd.channel, odd.score),
        (
            Priority::Other,
            TicketType::Other,
            Channel::OTHER,
            Score::Good
        )
    );
    assert_eq!(
        (
            odd.created_at,
            odd.updated_at,
            odd.assigned,
            odd.references[NamedSet::Group],
            odd.metric_set
        ),
        (None, None, true, Reference::Other, None)
    );
}

#[test]
fn channels_come_as_names_escaped_names_and_old_numbers() {
    let table = [
        (r#""web""#, "web"),
        (r#""em\u0061il""#, "email"),
        ("4", "email"),
        ("34", "voice"),
        ("74", "whatsapp"),
        ("12345", "other"),
        ("-1", "other"),
        ("null", "none"),
        (r#""jo@customer.example""#, "other"),
    ];
    for (channel, expected) in table {
        let change = ticket_with(&format!(r#","via":{{"source":{{}},"channel":{channel}}}"#));
        assert_eq!(change.channel.as_str(), expected, "{channel}");
    }
}

#[test]
fn metric_sets_are_taken_from_the_ticket_or_from_beside_it() {
    let body = r#"{"metric_sets":[{"ticket_id":1,"replies":7},{"ticket_id":2,"replies":8},null,3],
        "tickets":[{"id":1,"status":"open","generated_timestamp":5},
                   {"id":2,"status":"open","generated_timestamp":5,"metric_set":{"replies":9}}],
        "end_of_stream":true}"#;
    let replies: Vec<_> = decoded(body)
        .tickets()
        .map(|change| change.metric_set.and_then(|set| set.replies))
        .collect();
    assert_eq!(replies, [Some(7), Some(9)]);
}

#[test]
fn metric_sets_of_a_shape_that_nobody_knows_do_not_lose_the_page() {
    for odd in ["{\"7\":[]}", "null", "true", "\"x\"", "1.5"] {
        let body = format!(
            r#"{{"metric_sets":{odd},"tickets":[{{"id":1,"status":"open","generated_timestamp":5}}],"end_of_stream":true}}"#
        );
        assert_eq!(decoded(&body).rows.len(), 1, "{odd}");
    }
}

#[test]
fn rows_that_are_no_tickets_are_named_and_the_rest_is_kept() {
    let body = page_of(
        r#"{"id":1,"status":"open","generated_timestamp":5}, null, "x",
        {"status":"open","generated_timestamp":5}, {"id":"7","status":"open","generated_timestamp":5},
        {"id":8,"status":null,"generated_timestamp":5}, {"id":9,"generated_timestamp":5},
        {"id":10,"status":"open"}, {"id":11,"status":"open","generated_timestamp":-5},
        {"id":12,"status":"open","generated_timestamp":"soon"},
        {"id":13,"status":"closed","generated_timestamp":6}"#,
    );
    let page = decoded(&body);
    let kept: Vec<i64> = page.rows.iter().map(|row| row.id().0).collect();
    assert_eq!(kept, [1, 7, 13]);
    let rejected: Vec<(Option<i64>, &str)> = page
        .rejected
        .iter()
        .map(|row| (row.id, row.reason))
        .collect();
    let (id, status, key) = (
        "its id is missing or not a number",
        "its status is missing or not a string",
        "its generated_timestamp is missing or not a time",
    );
    assert_eq!(
        rejected,
        [
            (None, "it is not a ticket"),
            (None, "it is not a ticket"),
            (None, id),
            (Some(8), status),
            (Some(9), status),
            (Some(10), key),
            (Some(11), key),
            (Some(12), key),
        ]
    );
}

#[test]
fn positions_are_read_as_each_export_gives_them() {
    let cursor = |body: &str| {
        decode(
            body.as_bytes(),
            SourceKind::Cursor,
            &TagsAndFields::default(),
        )
        .expect("a page")
        .next
    };
    let time = |body: &str| {
        decode(body.as_bytes(), SourceKind::Time, &TagsAndFields::default())
            .expect("a page")
            .next
    };
    let empty = r#"{"tickets":[],"count":0,"end_of_stream":true,"next_page":null,"end_time":null}"#;
    assert_eq!(time(empty), None);
    let one_second = r#"{"tickets":[],"count":0,"end_of_stream":false,"end_time":1694305013,
        "next_page":"https://elsewhere.example/api/v2/incremental/tickets.json?start_time=1694305013"}"#;
    assert_eq!(
        time(one_second),
        Some(Position::Time(UnixSeconds(1_694_305_013)))
    );
    let no_more = r#"{"tickets":[],"after_url":null,"after_cursor":null,"before_url":null,"before_cursor":null,"end_of_stream":true}"#;
    assert_eq!(cursor(no_more), None);
    assert_eq!(
        cursor(&page_of("")),
        Some(Position::Cursor(Cursor("MTY5==".to_owned())))
    );
}

#[test]
fn a_body_that_is_no_page_says_what_and_where() {
    let table = [
        ("", "it is not a page of tickets (the body is empty)"),
        ("  \n", "it is not a page of tickets (the body is empty)"),
        (
            "<html>",
            "it is not a page of tickets (it is not JSON at line 1 column 1)",
        ),
        (
            r#"{"foo":1}"#,
            "it is not a page of tickets (tickets is missing)",
        ),
        (
            r#"{"tickets":[]}"#,
            "it is not a page of tickets (end_of_stream is missing)",
        ),
        (
            r#"{"tickets":{},"end_of_stream":true}"#,
            "it is not a page of tickets (a value has the wrong type at line 1 column 11)",
        ),
        (
            r#"{"tickets":[],"end_of_stream":"yes"}"#,
            "it is not a page of tickets (a value has the wrong type at line 1 column 35)",
        ),
        (
            r#"{"tickets":[],"end_of_stream":null}"#,
            "it is not a page of tickets (a value has the wrong type at line 1 column 34)",
        ),
        (
            "[]",
            "it is not a page of tickets (a value has the wrong type at line 1 column 0)",
        ),
        (
            r#"{"tickets":[{"id":1"#,
            "it is not a page of tickets (the JSON ends early at line 1 column 19)",
        ),
        (
            r#"{"tickets":[],"end_of_stream":true} more"#,
            "it is not a page of tickets (it is not JSON at line 1 column 37)",
        ),
    ];
    for (body, expected) in table {
        let error = decode(
            body.as_bytes(),
            SourceKind::Cursor,
            &TagsAndFields::default(),
        )
        .expect_err("no page");
        assert_eq!(error.to_string(), expected, "{body}");
    }
}

#[test]
fn tags_and_fields_are_read_as_far_as_they_are_wanted() {
    let change = only_change_with(FULL_TICKET, &wanted());
    assert_eq!(change.tags, TagSet(0b10));
    let x = FieldValue::Value("x".to_owned());
    assert_eq!(change.fields, [FieldValue::None, x]);
    let without = TicketChange {
        tags: TagSet::default(),
        fields: Vec::new(),
        ..change
    };
    assert_eq!(without, only_change(FULL_TICKET));
}

#[test]
fn odd_tags_and_fields_do_not_lose_the_ticket() {
    for odd in [
        "null",
        "true",
        "1.5",
        "1e999",
        r#""b""#,
        r#"{"b":[1,{}]}"#,
        r#"["\ud800",1e999,{"id":1e999,"value":1},{"id":"\ud800"},{"\ud800":1}]"#,
    ] {
        let row = format!(
            r#"{{"id":1,"status":"open","generated_timestamp":5,"tags":{odd},"custom_fields":{odd},"fields":{odd}}}"#
        );
        let change = only_change_with(&row, &wanted());
        assert_eq!(change.tags, TagSet::default(), "{odd}");
        assert_eq!(change.fields.len(), 2, "{odd}");
        // The same where a row beside it makes every row be read alone.
        let body = page_of(&format!("{row},null"));
        let page = decode(body.as_bytes(), SourceKind::Cursor, &wanted()).expect("a page");
        assert_eq!(
            (page.rows, page.rejected.len()),
            (vec![Row::Ticket(change)], 1)
        );
    }
}

#[test]
fn bytes_that_are_no_text_in_a_wanted_value_cost_the_value() {
    let body = page_of(
        r#"{"id":1,"status":"open","generated_timestamp":5,"tags":["b","?"],"custom_fields":[{"id":3,"value":"?"},{"id":1,"value":"x"}]}"#,
    );
    let body: Vec<u8> = body
        .bytes()
        .map(|byte| if byte == b'?' { 0xff } else { byte })
        .collect();
    let page = decode(&body, SourceKind::Cursor, &wanted()).expect("a page");
    let change = page.tickets().next().expect("a ticket");
    assert_eq!(change.tags, TagSet(0b10));
    let x = FieldValue::Value("x".to_owned());
    assert_eq!(change.fields, [FieldValue::Other, x]);
}

#[test]
fn sla_targets_are_read_from_within_the_ticket() {
    let change = ticket_with(
        r#","slas":{"policy_metrics":[{"breach_at":"2023-09-09T23:52:05Z","stage":"active","metric":"reply_time"}]}"#,
    );
    let target = SlaTarget {
        metric: SlaMetric::ReplyTime,
        stage: SlaStage::Active,
        breach_at: Some(UnixSeconds(1_694_303_525)),
    };
    assert_eq!(change.sla, Some(vec![target]));
    assert_eq!(ticket_with(r#","slas":null"#).sla, None);
    let none = ticket_with(r#","slas":{"policy_metrics":[]}"#);
    assert_eq!(none.sla, Some(vec![]));
}

#[test]
fn deeply_nested_json_in_an_unread_value_is_skipped() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for key in ["fields", "tags", "custom_fields"] {
        let row = format!(r#"{{"id":1,"status":"open","generated_timestamp":5,"{key}":{deep}}}"#);
        assert_eq!(only_change_with(&row, &wanted()).id, TicketId(1), "{key}");
    }
}

/// Rows of all kinds, good and bad.
fn any_row() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        Just("null".to_owned()),
        Just("1".to_owned()),
        Just("1.5".to_owned()),
        Just("true".to_owned()),
        Just(r#""open""#.to_owned()),
        Just(r#""2023-09-09T23:52:05Z""#.to_owned()),
        Just("[1,[]]".to_owned()),
        Just(r#"["b","vip",3]"#.to_owned()),
        Just(r#"[{"id":1,"value":"x"},{"id":3,"value":[]}]"#.to_owned()),
        Just(
            r#"{"channel":"web","score":"good","policy_metrics":[{"stage":"active"}]}"#.to_owned()
        ),
    ];
    let key = prop::sample::select(
        &[
            "id",
            "status",
            "generated_timestamp",
            "updated_at",
            "deleted_at",
            "priority",
            "type",
            "via",
            "created_at",
            "metric_set",
            "assignee_id",
            "satisfaction_rating",
            "subject",
            "tags",
            "custom_fields",
            "slas",
        ][..],
    );
    let entries = prop::collection::btree_map(key, value, 0..8);
    entries.prop_map(|entries| {
        let entries: Vec<String> = entries
            .iter()
            .map(|(key, value)| format!("\"{key}\":{value}"))
            .collect();
        format!("{{{}}}", entries.join(","))
    })
}

proptest! {
    #[test]
    fn no_bytes_make_decoding_panic(body in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = decode(&body, SourceKind::Cursor, &wanted());
    }

    #[test]
    fn a_page_cut_off_anywhere_is_no_page(cut in 1usize..1_000) {
        let body = page_of(FULL_TICKET);
        let cut = cut.min(body.len() - 1);
        prop_assert!(decode(&body.as_bytes()[..cut], SourceKind::Cursor, &TagsAndFields::default()).is_err());
    }

    #[test]
    fn one_pass_and_pieces_agree(rows in prop::collection::vec(any_row(), 0..6)) {
        let body = page_of(&rows.join(","));
        let wanted = wanted();
        let page = decode(body.as_bytes(), SourceKind::Cursor, &wanted).expect("a page");
        let slow = salvage::read(body.as_bytes(), &RowReader::new(PageShape::CursorExport, &wanted)).expect("JSON is cut apart");
        prop_assert_eq!(Ok(page.clone()), slow.into_page(PageShape::CursorExport));
        prop_assert_eq!(page.rows.len() + page.rejected.len(), rows.len());
    }
}

proptest! {
    #[test]
    fn one_pass_and_pieces_agree_on_every_shape(
        rows in prop::collection::vec(any_row(), 0..6),
        one in any_row(),
        has_more in any::<bool>(),
        shape in 0usize..4,
    ) {
        let requested = [1].map(TicketId);
        let shapes = [
            PageShape::TicketsList,
            PageShape::DeletedTickets,
            PageShape::ShowMany(&requested),
            PageShape::ShowOne(TicketId(1)),
        ];
        let (rows, shape, wanted) = (rows.join(","), shapes[shape], wanted());
        let body = format!(
            r#"{{"tickets":[{rows}],"metric_sets":[{{"ticket_id":1,"replies":2}},{{"ticket_id":"\ud800"}}],"meta":{{"has_more":{has_more},"after_cursor":"x"}},"deleted_tickets":[{rows}],"ticket":{one}}}"#
        );
        let pieces = salvage::read(body.as_bytes(), &RowReader::new(shape, &wanted));
        let pieces = pieces.expect("JSON is cut apart").into_page(shape);
        prop_assert_eq!(decode_page(body.as_bytes(), shape, &wanted), pieces);
    }
}

#[test]
fn what_a_small_body_decodes_to_is_bounded() {
    let many = |element: &str| vec![element; ROWS_MAX + 1].join(",");
    let rows = page_of(&many("0"));
    let refused = decode(
        rows.as_bytes(),
        SourceKind::Cursor,
        &TagsAndFields::default(),
    );
    assert_eq!(refused, Err(DecodeError::TooManyRows));
    let sets = format!(
        r#"{{"tickets":[],"metric_sets":[{}],"end_of_stream":true}}"#,
        many("0")
    );
    assert_eq!(decoded(&sets).rows, []);
}

#[test]
fn a_cursor_that_no_url_can_carry_is_no_place_to_go_on_from() {
    let body = format!(
        r#"{{"tickets":[],"after_cursor":"{}","end_of_stream":true}}"#,
        "A".repeat(CURSOR_BYTES_MAX + 1)
    );
    let refused = decode(
        body.as_bytes(),
        SourceKind::Cursor,
        &TagsAndFields::default(),
    );
    assert_eq!(refused, Err(DecodeError::CursorTooLong));
}

mod list_pages;

mod sets_beside_rows;

mod deleted_tickets;

mod shown_tickets;
