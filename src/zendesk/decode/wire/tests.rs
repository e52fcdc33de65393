use crate::source::{RejectedRow, Row, SourceKind};
use crate::ticket::{
    Channel, FieldValue, MetricSet, Minutes, NamedSet, PerSet, Priority, Reference, RowKey, Score,
    SlaMetric, SlaStage, SlaTarget, Standing, Status, SupportType, TagSet, TicketChange, TicketId,
    TicketType, UnixSeconds,
};
use crate::zendesk::{ListedField, TagsAndFields, decode};

/// A ticket with every fact that is read.
const WHOLE: &str = r#""id":2,"status":"open","generated_timestamp":1694303526,"created_at":"2023-09-09T23:52:05Z","updated_at":"2023-09-09T23:52:06Z","due_at":"2023-09-11T00:00:00Z","priority":"high","type":"task","via":{"channel":"email"},"support_type":"agent","group_id":21,"brand_id":6,"ticket_form_id":7,"custom_status_id":5,"assignee_id":9,"satisfaction_rating":{"score":"good"},"metric_set":{"replies":2,"reopens":1,"solved_at":"2023-09-09T23:52:04Z","status_updated_at":"2023-09-09T23:52:03Z","reply_time_in_minutes":{"calendar":12,"business":3}},"slas":{"policy_metrics":[{"metric":"reply_time","stage":"active","breach_at":"2023-09-10T00:00:00Z"}]},"tags":["vip"],"custom_fields":[{"id":1,"value":"x"}],"subject":"s""#;

fn whole() -> TicketChange {
    TicketChange {
        id: TicketId(2),
        order_key: RowKey::Generated(UnixSeconds(1_694_303_526)),
        standing: Standing::Live(Status::Open),
        created_at: Some(UnixSeconds(1_694_303_525)),
        updated_at: Some(UnixSeconds(1_694_303_526)),
        due_at: Some(UnixSeconds(1_694_390_400)),
        priority: Priority::High,
        ticket_type: TicketType::Task,
        channel: Channel::from_static("email"),
        support_type: SupportType::Agent,
        references: PerSet([
            Reference::Id(21),
            Reference::Id(6),
            Reference::Id(7),
            Reference::Id(5),
        ]),
        assigned: true,
        score: Score::Good,
        metric_set: Some(MetricSet {
            reply: Minutes {
                calendar: Some(12),
                business: Some(3),
            },
            replies: Some(2),
            reopens: Some(1),
            solved_at: Some(UnixSeconds(1_694_303_524)),
            status_updated_at: Some(UnixSeconds(1_694_303_523)),
            ..MetricSet::default()
        }),
        sla: Some(vec![SlaTarget {
            metric: SlaMetric::ReplyTime,
            stage: SlaStage::Active,
            breach_at: Some(UnixSeconds(1_694_304_000)),
        }]),
        tags: TagSet(1),
        fields: vec![FieldValue::Value("x".to_owned())],
    }
}

/// Reads `row` between two others, which must both be there.
#[track_caller]
fn read_between(row: &str) -> Result<TicketChange, RejectedRow> {
    let body = format!(
        r#"{{"tickets":[{{"id":1,"status":"new","generated_timestamp":5}},{row},{{"id":3,"status":"new","generated_timestamp":5}}],"after_cursor":"c","end_of_stream":true}}"#
    );
    let wanted = TagsAndFields {
        tags: vec!["vip".to_owned()],
        fields: vec![ListedField {
            id: 1,
            values: Vec::new(),
        }],
    };
    let mut page = decode(body.as_bytes(), SourceKind::Cursor, &wanted).expect("a page");
    let mut changes: Vec<TicketChange> = page.tickets().cloned().collect();
    let shown = &row[..row.len().min(900)];
    assert_eq!(
        changes.first().map(|change| change.id.0),
        Some(1),
        "{shown}"
    );
    assert_eq!(changes.last().map(|change| change.id.0), Some(3), "{shown}");
    assert_eq!(changes.len() + page.rejected.len(), 3, "{shown}");
    match page.rejected.pop() {
        Some(row) => Err(row),
        None => Ok(changes.remove(1)),
    }
}

/// [`WHOLE`] with `entries` put behind its own, and of those that it has already, in their place.
#[track_caller]
fn check(entries: &str, change: impl FnOnce(&mut TicketChange)) {
    let mut expected = whole();
    change(&mut expected);
    let shown = &entries[..entries.len().min(200)];
    let read = read_between(&format!("{{{WHOLE},{entries}}}"));
    assert_eq!(read, Ok(expected), "{shown}");
}

#[test]
fn of_equal_keys_the_last_one_counts() {
    assert_eq!(read_between(&format!("{{{WHOLE}}}")), Ok(whole()));
    check(r#""id":20,"id":35"#, |ticket| ticket.id = TicketId(35));
    check(r#""status":"solved""#, |ticket| {
        ticket.standing = Standing::Live(Status::Solved);
    });
    check(r#""generated_timestamp":1694303527"#, |ticket| {
        ticket.order_key = RowKey::Generated(UnixSeconds(1_694_303_527));
    });
    // One before `updated_at` says nothing.
    check(r#""generated_timestamp":9"#, |ticket| {
        ticket.order_key = RowKey::Updated(UnixSeconds(1_694_303_526));
    });
    check(r#""priority":"low","priority":"urgent""#, |ticket| {
        ticket.priority = Priority::Urgent;
    });
    check(r#""priority":null"#, |ticket| {
        ticket.priority = Priority::None
    });
    check(r#""prior\u0069ty":"low""#, |ticket| {
        ticket.priority = Priority::Low;
    });
    check(r#""due_at":null"#, |ticket| ticket.due_at = None);
    check(r#""assignee_id":null"#, |ticket| ticket.assigned = false);
    check(r#""group_id":1,"group_id":"22""#, |ticket| {
        ticket.references[NamedSet::Group] = Reference::Id(22);
    });
    check(r#""tags":[]"#, |ticket| ticket.tags = TagSet(0));
    check(r#""tags":null"#, |ticket| ticket.tags = TagSet(0));
    check(r#""custom_fields":[{"id":1,"value":"y"}]"#, |ticket| {
        ticket.fields = vec![FieldValue::Value("y".to_owned())];
    });
    check(r#""metric_set":null"#, |ticket| ticket.metric_set = None);
    check(r#""subject":1,"subject":2"#, |_| {});
}

#[test]
fn of_equal_keys_within_a_value_the_last_one_counts() {
    check(r#""via":{"channel":"web","channel":"chat"}"#, |ticket| {
        ticket.channel = Channel::from_static("chat");
    });
    check(
        r#""satisfaction_rating":{"score":"bad","score":"offered"}"#,
        |ticket| ticket.score = Score::Offered,
    );
    check(
        r#""metric_set":{"replies":1,"replies":5,"reply_time_in_minutes":{"calendar":1},"reply_time_in_minutes":{"calendar":7,"calendar":8}}"#,
        |ticket| {
            ticket.metric_set = Some(MetricSet {
                replies: Some(5),
                reply: Minutes {
                    calendar: Some(8),
                    business: None,
                },
                ..MetricSet::default()
            });
        },
    );
    check(
        r#""slas":{"policy_metrics":[{"metric":"reply_time"}],"policy_metrics":[{"metric":"reply_time","metric":"agent_work_time","stage":"active","stage":"paused"}]}"#,
        |ticket| {
            ticket.sla = Some(vec![SlaTarget {
                metric: SlaMetric::AgentWorkTime,
                stage: SlaStage::Paused,
                breach_at: None,
            }]);
        },
    );
    check(
        r#""custom_fields":[{"id":9,"value":"a","id":1,"value":"b"}]"#,
        |ticket| ticket.fields = vec![FieldValue::Value("b".to_owned())],
    );
}

/// Values that nobody expects. All of them are JSON.
fn odd_values() -> Vec<String> {
    let mut odd: Vec<String> = [
        "1e400",
        "-1e400",
        "1e-400",
        "0.5",
        "99999999999999999999",
        "true",
        "[]",
        "[null]",
        "{}",
        r#"{"":{}}"#,
        r#""""#,
        r#""\ud83d""#,
        r#""\udc00\ud83d""#,
        r#""\u0000""#,
        r#"["\ud83d",1e400]"#,
        r#"{"\ud83d":1e400,"channel":[],"score":{},"replies":{},"policy_metrics":0}"#,
    ]
    .map(str::to_owned)
    .into();
    odd.push("9".repeat(100_000));
    odd.push(format!("0.{}", "9".repeat(100_000)));
    odd.push(format!("\"{}\"", "long ".repeat(100_000)));
    for (open, close) in [("[", "]"), ("{\"score\":", "}"), ("[{\"via\":", "}]")] {
        let inner = if open == "[" { "" } else { "1" };
        let deep = [open.repeat(10_000), inner.to_owned(), close.repeat(10_000)];
        odd.push(deep.concat());
    }
    odd
}

#[test]
fn an_odd_value_costs_itself() {
    for odd in odd_values() {
        let one = |key: &str, change: fn(&mut TicketChange)| {
            check(&format!("\"{key}\":{odd}"), change);
        };
        for key in ["subject", "fields", "description", "via.source", "\\ud83d"] {
            one(key, |_| {});
        }
        one("priority", |ticket| ticket.priority = Priority::Other);
        one("type", |ticket| ticket.ticket_type = TicketType::Other);
        one("support_type", |ticket| {
            ticket.support_type = SupportType::Other;
        });
        one("created_at", |ticket| ticket.created_at = None);
        one("updated_at", |ticket| ticket.updated_at = None);
        one("due_at", |ticket| ticket.due_at = None);
        one("assignee_id", |ticket| ticket.assigned = true);
        one("group_id", |ticket| {
            ticket.references[NamedSet::Group] = Reference::Other
        });
        one("brand_id", |ticket| {
            ticket.references[NamedSet::Brand] = Reference::Other
        });
        one("ticket_form_id", |ticket| {
            ticket.references[NamedSet::Form] = Reference::Other
        });
        one("custom_status_id", |ticket| {
            ticket.references[NamedSet::CustomStatus] = Reference::Other;
        });
        one("tags", |ticket| ticket.tags = TagSet(0));
    }
}

#[test]
fn an_odd_value_within_another_costs_itself() {
    for odd in odd_values() {
        let one = |entry: &str, change: fn(&mut TicketChange)| {
            check(&entry.replace('?', &odd), change);
        };
        one(r#""via":{"channel":?,"source":?}"#, |ticket| {
            ticket.channel = Channel::OTHER;
        });
        one(
            r#""via":{"source":?,"\ud83d":?,"channel":"web"}"#,
            |ticket| {
                ticket.channel = Channel::from_static("web");
            },
        );
        one(
            r#""satisfaction_rating":{"score":?,"comment":?}"#,
            |ticket| {
                ticket.score = Score::Other;
            },
        );
        one(
            r#""satisfaction_rating":{"comment":?,"score":"bad"}"#,
            |ticket| ticket.score = Score::Bad,
        );
        one(
            r#""metric_set":{"id":?,"replies":?,"solved_at":?,"on_hold_time_in_minutes":?,"reply_time_in_minutes":{"calendar":?,"business":3},"reopens":4}"#,
            |ticket| {
                ticket.metric_set = Some(MetricSet {
                    reopens: Some(4),
                    reply: Minutes {
                        calendar: None,
                        business: Some(3),
                    },
                    ..MetricSet::default()
                });
            },
        );
        one(
            r#""slas":{"policy_metrics":[{"hours":?,"breach_at":?,"stage":"active","metric":?}]}"#,
            |ticket| {
                ticket.sla = Some(vec![SlaTarget {
                    metric: SlaMetric::Other,
                    stage: SlaStage::Active,
                    breach_at: None,
                }]);
            },
        );
        one(
            r#""tags":[?,"vip"],"custom_fields":[?,{"id":?,"value":?},{"value":"z","id":1}]"#,
            |ticket| ticket.fields = vec![FieldValue::Value("z".to_owned())],
        );
    }
}

#[test]
fn bytes_that_are_no_text_cost_the_value_that_they_stand_in() {
    let row = format!(
        "{{{WHOLE},\"subject\":\"?\",\"?\":1,\"priority\":\"hi?gh\",\"via\":{{\"?\":0,\"channel\":\"web\"}}}}"
    );
    let body = format!(r#"{{"tickets":[{row}],"end_of_stream":true}}"#);
    let body: Vec<u8> = body
        .bytes()
        .map(|byte| if byte == b'?' { 0xff } else { byte })
        .collect();
    let page = decode(&body, SourceKind::Cursor, &TagsAndFields::default()).expect("a page");
    let expected = TicketChange {
        priority: Priority::Other,
        channel: Channel::from_static("web"),
        tags: TagSet(0),
        fields: Vec::new(),
        ..whole()
    };
    assert_eq!(page.rows, [Row::Ticket(expected)]);
}

#[test]
fn ids_are_read_in_any_spelling() {
    for spelling in [
        "35",
        "35.0",
        "3.5e1",
        "350E-1",
        r#""35""#,
        r#"" +0035 ""#,
        r#""35.0""#,
        r#""3\u0035""#,
    ] {
        let is = Reference::Id(35);
        check(
            &format!(
                "\"id\":{spelling},\"group_id\":{spelling},\"brand_id\":{spelling},\"ticket_form_id\":{spelling},\"custom_status_id\":{spelling},\"assignee_id\":{spelling},\"updated_at\":null,\"generated_timestamp\":{spelling}"
            ),
            |ticket| {
                ticket.id = TicketId(35);
                ticket.updated_at = None;
                ticket.order_key = RowKey::Generated(UnixSeconds(35));
                ticket.references[NamedSet::Group] = is;
                ticket.references[NamedSet::Brand] = is;
                ticket.references[NamedSet::Form] = is;
                ticket.references[NamedSet::CustomStatus] = is;
            },
        );
    }
    for spelling in ["1", "1.0", "0.1e1", r#""1""#, r#"" +01 ""#, r#""\u0031""#] {
        check(
            &format!("\"custom_fields\":[{{\"id\":{spelling},\"value\":\"spelled\"}}]"),
            |ticket| ticket.fields = vec![FieldValue::Value("spelled".to_owned())],
        );
    }
    check(
        r#""via":{"channel":4.0},"metric_set":{"replies":3.0}"#,
        |ticket| {
            ticket.metric_set = Some(MetricSet {
                replies: Some(3),
                ..MetricSet::default()
            });
        },
    );
}

#[test]
fn a_row_without_what_makes_a_ticket_is_named_by_its_id() {
    let (id, status, key) = (
        "its id is missing or not a number",
        "its status is missing or not a string",
        "its generated_timestamp is missing or not a time",
    );
    let table = [
        (r#""status":null"#, Some(2), status),
        (r#""status":"\ud800""#, Some(2), status),
        (r#""status":1e400"#, Some(2), status),
        (r#""status":["open"]"#, Some(2), status),
        (r#""id":"35","status":5"#, Some(35), status),
        (r#""generated_timestamp":null"#, Some(2), key),
        (r#""generated_timestamp":1e400"#, Some(2), key),
        (r#""generated_timestamp":-1"#, Some(2), key),
        (r#""generated_timestamp":5.5"#, Some(2), key),
        (r#""generated_timestamp":"\ud800""#, Some(2), key),
        (
            r#""generated_timestamp":"2023-09-09T23:52:05Z""#,
            Some(2),
            key,
        ),
        (r#""id":3.5e1,"generated_timestamp":{}"#, Some(35), key),
        (r#""id":null"#, None, id),
        (r#""id":1e400"#, None, id),
        (r#""id":"\ud83d""#, None, id),
        (r#""id":"two""#, None, id),
        (r#""id":2.5"#, None, id),
        (r#""id":[2]"#, None, id),
        (r#""id":9223372036854775808"#, None, id),
        // Of several things wrong, the first.
        (r#""id":{},"status":null"#, None, id),
        (
            r#""status":null,"generated_timestamp":null"#,
            Some(2),
            status,
        ),
    ];
    for (entries, id, reason) in table {
        let read = read_between(&format!("{{{WHOLE},{entries}}}"));
        let read = read.map_err(|row| (row.id, row.reason));
        assert_eq!(read, Err((id, reason)), "{entries}");
    }
    for row in [
        "null",
        "1e400",
        r#""\ud83d""#,
        "[]",
        "5",
        "true",
        r#"["id",2]"#,
    ] {
        let read = read_between(row).map_err(|row| (row.id, row.reason));
        assert_eq!(read, Err((None, "it is not a ticket")), "{row}");
    }
}

#[test]
fn an_odd_value_beside_the_rows_costs_itself() {
    for odd in odd_values() {
        let body = format!(
            r#"{{"count":{odd},"\ud83d":{odd},"metric_sets":[{odd},{{"ticket_id":"2","replies":7}}],"users":{odd},"tickets":[{{"id":2,"status":"open","generated_timestamp":5}}],"end_time":3.5e1,"next_page":{odd},"end_of_stream":true}}"#
        );
        let page =
            decode(body.as_bytes(), SourceKind::Time, &TagsAndFields::default()).expect("a page");
        let replies = page.tickets().next().and_then(|change| change.metric_set);
        let replies = replies.and_then(|set| set.replies);
        assert_eq!(replies, Some(7));
        let next = crate::source::Position::Time(UnixSeconds(35));
        assert_eq!(page.next, Some(next));
    }
}
