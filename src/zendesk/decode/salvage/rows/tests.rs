use serde::de::IgnoredAny;

use crate::source::ApiError;
use crate::source::Row;
use crate::zendesk::decode::ended_early::unreadable;
use crate::zendesk::decode::salvage::tests::{NOT_JSON, decoded, kept, ticket};

/// The row as others write it, with the three keys that make a ticket first.
fn spaced(id: i64) -> String {
    format!(
        r#"{{"id": {id}, "status": "open", "generated_timestamp": 170000{id}, "via": {{"channel": "email", "source": {{"to": [], "rel": null}}}}, "group_id": 21, "satisfaction_rating": null, "tags": ["a", "b"], "custom_fields": [{{"id": 901, "value": null}}, {{"id": 902, "value": "x"}}], "metric_set": {{"id": 5, "replies": 2}}, "subject": "s", "due_at": null}}"#
    )
}

/// The row with nothing in it that need not be there.
fn short(id: i64) -> String {
    format!(r#"{{"id":{id},"status":"open","generated_timestamp":170000{id}}}"#)
}

/// The row on several lines.
fn pretty(id: i64) -> String {
    let row: serde_json::Value = serde_json::from_str(&ticket(id)).expect("JSON");
    serde_json::to_string_pretty(&row).expect("JSON")
}

const FORMS: [fn(i64) -> String; 4] = [ticket, spaced, short, pretty];

/// The place of [`short`] in [`FORMS`].
const SHORT: usize = 2;

const ENDINGS: [&str; 4] = [
    r#"],"after_cursor":"c2","end_of_stream":true}"#,
    r#"],"count":7,"end_of_stream":true,"next_page":null,"end_time":1700009}"#,
    " ] ,\n \"end_of_stream\" : true ,\n \"after_cursor\" : \"c2\" }\n",
    r#"],"metric_sets":[{"url":"https://acme.example/a.json","id":1,"ticket_id":7000,"replies":1},{"url":"https://acme.example/b.json","id":2,"ticket_id":8000,"replies":1}],"end_of_stream":true}"#,
];

fn body(rows: &[impl AsRef<[u8]>], between: &str, ending: &str) -> Vec<u8> {
    let rows: Vec<&[u8]> = rows.iter().map(AsRef::as_ref).collect();
    let rows = rows.join(between.as_bytes());
    [br#"{"tickets":["#, &rows[..], ending.as_bytes()].concat()
}

/// What a row gives that is JSON.
fn row_of(row: &[u8]) -> Option<Row> {
    let _: IgnoredAny = serde_json::from_slice(row).ok()?;
    let page = decoded(body(&[row], ",", ENDINGS[0])).ok()?;
    page.rows.into_iter().next()
}

/// Puts `broken` at every place among `others`: it costs itself, its id is `id`, and nothing around
/// it changes.
#[track_caller]
fn check_costs_itself(broken: &[u8], others: &[String], id: Option<i64>) {
    let expected: Vec<Row> = others
        .iter()
        .map(|row| row_of(row.as_bytes()).expect("a ticket"))
        .collect();
    let shown = String::from_utf8_lossy(broken);
    for place in 0..=others.len() {
        let mut rows: Vec<&[u8]> = others.iter().map(String::as_bytes).collect();
        rows.insert(place, broken);
        for ending in ENDINGS {
            let page = decoded(body(&rows, ",", ending));
            let page = page.unwrap_or_else(|error| panic!("{place} {ending} {shown}: {error}"));
            assert_eq!(page.rows, expected, "{place} {ending} {shown}");
            assert_eq!(kept(&page).1, [(id, NOT_JSON)], "{place} {ending} {shown}");
            assert!(page.end_of_stream);
            let good = decoded(body(others, ",", ending)).expect("a page");
            assert_eq!(page.next, good.next);
        }
    }
}

/// Row 2 of every form with `part` of it replaced, if it is there, and the others.
fn with<'a>(part: &'a str, broken: &'a str) -> impl Iterator<Item = (Vec<u8>, Vec<String>)> + 'a {
    FORMS.into_iter().filter_map(move |form| {
        let row = form(2);
        let broken = row.replacen(part, broken, 1).into_bytes();
        (row.as_bytes() != broken).then(|| (broken, [1, 3, 4].map(form).to_vec()))
    })
}

#[test]
fn a_row_whose_quotes_or_brackets_are_wrong_costs_itself() {
    let table = [
        // A quote too many or too few within a text, and a backslash that takes a quote away.
        (r#""open""#, r#""o"pen""#),
        (r#""open""#, r#""open"#),
        (r#""open""#, r#"open""#),
        (r#""open""#, r#""C:\""#),
        (r#""open""#, r#""a \\" b""#),
        (r#""open""#, r#""say "},{" and""#),
        (r#""open""#, r#""say "{" NaN"#),
        (r#""a""#, r#""a"#),
        (r#""x""#, r#""x"#),
        (r#""status""#, r#""status"#),
        (r#""status""#, r#"status""#),
        // A bracket too few.
        (r#""b"]"#, r#""b""#),
        (r#"["a""#, r#""a""#),
        (r#""x"}]"#, r#""x"]"#),
        (r#""x"}]"#, r#""x"}"#),
        (r#""x"}]"#, r#""x""#),
        (r#"[{"id":901"#, r#"{"id":901"#),
        (r#"[{"id":901"#, r#""id":901"#),
        (r#""via": {"#, r#""via": "#),
        ("null}}", "null}"),
        // A bracket too many.
        (r#""b"]"#, r#""b"]]"#),
        (r#""b"]"#, r#""b"]}"#),
        (r#""b"]"#, r#""b"}]"#),
        (r#"["a""#, r#"[["a""#),
        (r#"["a""#, r#"[{"a""#),
        (r#""x"}]"#, r#""x"}]]"#),
        (r#""x"}]"#, r#""x"}]}"#),
        (r#""x"}]"#, r#""x"}}]"#),
        ("null}}", "null}}}"),
        ("null}}", "null}]}"),
        (r#""open""#, r#""open"}"#),
        (r#""open""#, r#""open"]"#),
        (r#""open""#, r#""open"]}"#),
        (r#""open""#, r#"{"open""#),
        (r#""open""#, r#"["open""#),
        (r#""open""#, r#"],"end_of_stream":true}"#),
    ];
    for (part, broken) in table {
        let forms: Vec<_> = with(part, broken).collect();
        assert!(!forms.is_empty(), "{part}");
        for (row, others) in forms {
            // In the last form the id stands behind what is broken, or behind what is nested.
            let id = (others[0] != pretty(1)).then_some(2);
            check_costs_itself(&row, &others, id);
        }
    }
}

#[test]
fn a_row_that_is_cut_anywhere_costs_itself() {
    for form in FORMS {
        let (row, others) = (form(2), [1, 3].map(form));
        let good = decoded(body(&others, ",", ENDINGS[0]))
            .expect("a page")
            .rows;
        for length in 1..row.len() {
            for place in 0..3 {
                let mut rows = others.to_vec();
                rows.insert(place, row[..length].to_owned());
                let body = body(&rows, ",", ENDINGS[0]);
                let page = decoded(&body);
                let page = page.unwrap_or_else(|error| panic!("{place} {length}: {error}"));
                assert_eq!(page.rows, good, "{place} {length}");
                assert_eq!(page.rejected.len(), 1, "{place} {length}");
            }
        }
    }
}

#[test]
fn garbage_in_the_place_of_a_row_costs_no_other() {
    let others = [1, 3, 4].map(ticket);
    for garbage in [
        "",
        "<html><body class=\"x\">502</body></html>",
        "Internal Server Error",
        "\"",
        "{\"",
        "{\"url\":\"",
        "'",
        "\\",
        "}",
        "]",
        "{",
        "[",
        "[{",
        "}{",
        ":",
        "\"a\":1",
        "{\"error\":\"",
        "NaN,NaN}",
    ] {
        for place in 0..3 {
            let mut rows = others.to_vec();
            rows.insert(place, garbage.to_owned());
            let page = decoded(body(&rows, ",", ENDINGS[0]));
            let page = page.unwrap_or_else(|error| panic!("{place} {garbage}: {error}"));
            assert_eq!(kept(&page).0, [1, 3, 4], "{place} {garbage}");
            assert!(!page.rejected.is_empty(), "{place} {garbage}");
        }
    }
}

#[test]
fn a_missing_comma_costs_nothing() {
    for form in FORMS {
        let page = decoded(body(&[1, 2, 3].map(form), " ", ENDINGS[0])).expect("a page");
        assert_eq!(kept(&page), (vec![1, 2, 3], vec![]));
    }
}

#[test]
fn an_object_within_a_broken_row_is_never_taken_for_a_row() {
    let within = [
        r#""metric_set":{"url":"https://acme.example/m.json","id":77,"ticket_id":2,"created_at":null}"#,
        r#""custom_fields":[{"id":77,"value":null},{"id":78,"value":"x"},{"id":79,"value":true}]"#,
        r#""child_events":[{"id":77,"via":"Web form","status":"open"},{"id":78,"event_type":"Change","status":"new"},{"id":79}]"#,
        r#""via":{"channel":"web","source":{"from":{"id":77,"ticket_id":5,"status":"open"},"rel":"follow_up"}}"#,
        r#""related":{"id":77,"status":"open","generated_timestamp":5}"#,
        r#""related":[{"id":77,"status":"open","generated_timestamp":5},{"id":78,"status":"open","generated_timestamp":5}]"#,
    ];
    for (form, many) in [
        (ticket as fn(i64) -> String, false),
        (spaced, false),
        (short, true),
    ] {
        for nested in within
            .iter()
            .filter(|nested| !many || !nested.contains("related\":["))
        {
            for broken in [r#""C:\""#, r#""a " b""#, "NaN", r#""a"}"#] {
                let row = form(2);
                let row = row.replacen('{', &format!("{{{nested},\"x\":{broken},"), 1);
                let rows = [form(1), row, form(3), form(4)];
                let page = decoded(body(&rows, ",", ENDINGS[0]));
                let page = page.unwrap_or_else(|error| panic!("{}: {error}", rows[1]));
                assert_eq!(kept(&page).0, [1, 3, 4], "{}", rows[1]);
            }
        }
    }
    // Where the rows have nothing that the objects within lack, a doubt remains.
    let many = [77, 78, 79, 80].map(short).join(",");
    let rows = |form: fn(i64) -> String, value: &str| {
        let row = form(2).replacen('{', &format!("{{\"x\":{value},\"related\":[{many}],"), 1);
        decoded(body(&[form(1), row, form(3)], ",", ENDINGS[0]))
    };
    assert!(rows(short, r#""C:\""#).is_err());
    assert!(rows(short, "NaN").is_err());
    for value in [r#""C:\""#, "NaN"] {
        let page = rows(spaced, value).expect("a page");
        assert_eq!(kept(&page).0, [1, 3], "{value}");
    }
}

#[test]
fn where_it_is_in_doubt_which_rows_there_were_there_is_no_page() {
    let broken = ticket(2).replace("say", "5\" pipe");
    let table = [
        // A ticket that is not like the rows may be one, or stand within one.
        body(
            &[ticket(1), broken.clone(), short(3), ticket(4)],
            ",",
            ENDINGS[0],
        ),
        // The end of a row was lost with its brackets, and all up to the end of another went into it.
        body(
            &[
                ticket(1),
                ticket(2)[..ticket(2).find("902").expect("there") - 6].to_owned(),
                ticket(3),
                ticket(4)[ticket(4).find("{\"id\":902").expect("there")..].to_owned() + ",",
                ticket(5),
            ],
            ",",
            ENDINGS[0],
        ),
        // Rows may have ended before others of another list.
        body(
            &[ticket(1), broken.clone()],
            ",",
            &format!(
                r#"],"count":2,"others":[{},{}],"end_of_stream":true}}"#,
                ticket(3),
                ticket(4)
            ),
        ),
        // The last row may have been cut, with all behind it.
        body(&[ticket(1), broken], ",", "]}"),
    ];
    for body in table {
        let shown = String::from_utf8_lossy(&body);
        let error = decoded(&body).expect_err(&shown);
        assert!(
            !matches!(unreadable(&error, &body), ApiError::EndsEarly { .. }),
            "{shown}"
        );
    }
}

#[test]
fn where_nothing_follows_the_rows_only_the_end_of_the_last_one_tells_it_from_a_cut() {
    let page = |last: &str| {
        let rows = [ticket(1), last.to_owned()].join(",");
        decoded(format!(
            r#"{{"after_cursor":"c2","end_of_stream":true,"tickets":[{rows}]}}"#
        ))
    };
    for (part, broken) in [
        ("say", "5\" pipe"),
        ("null}}", "null}"),
        ("\"b\"]", "\"b\""),
    ] {
        let page = page(&ticket(2).replace(part, broken)).expect("a page");
        assert_eq!(kept(&page), (vec![1], vec![(Some(2), NOT_JSON)]), "{part}");
    }
    let row = ticket(2);
    for lost in [1, 2, 30] {
        assert!(page(&row[..row.len() - lost]).is_err(), "{lost}");
    }
}

#[test]
fn ten_rows_of_any_kind_may_be_broken_and_an_eleventh_is_no_sign_of_a_cut() {
    let rows = |broken: i64| -> Vec<String> {
        let row = |id: i64| match id % 4 {
            _ if id > broken => ticket(id),
            0 => ticket(id).replace("say", "5\" pipe"),
            1 => ticket(id).replace("null}}", "null}}}"),
            2 => ticket(id)[..ticket(id).len() / 2].to_owned(),
            _ => ticket(id).replace("21", "NaN"),
        };
        (1..=15).map(row).collect()
    };
    let page = decoded(body(&rows(10), ",", ENDINGS[0])).expect("a page");
    let ids: Vec<(Option<i64>, &str)> = (1..=10).map(|id| (Some(id), NOT_JSON)).collect();
    assert_eq!(kept(&page), ((11..=15).collect(), ids));
    let body = body(&rows(11), ",", ENDINGS[0]);
    let error = decoded(&body).expect_err("eleven");
    assert!(matches!(unreadable(&error, &body), ApiError::Decode { .. }));
}

#[test]
fn a_page_that_is_cut_ends_early_whatever_its_rows_are() {
    for broken in [
        r#"5" pipe"#,
        r"C:\",
        r#"NaN": NaN, "x"#,
        r#"a",,""#,
        r#"a"]"#,
    ] {
        let second = ticket(2).replace(r#"say \"hi\" {["#, broken);
        let rows = [ticket(1), second, ticket(3), ticket(4)];
        let first = format!(
            r#"{{"after_cursor":"c2","end_of_stream":false,"tickets":[{}]}}"#,
            rows.join(",")
        );
        let bodies = [
            body(&rows, ",", ENDINGS[0]),
            body(&rows, ",", ENDINGS[3]),
            first.into_bytes(),
        ];
        for body in bodies {
            let page = decoded(&body).expect("a page");
            assert_eq!(kept(&page).0, [1, 3, 4]);
            for length in 0..body.trim_ascii_end().len() {
                let cut = &body[..length];
                let shown = String::from_utf8_lossy(cut);
                let error = decoded(cut).expect_err(&shown);
                assert!(
                    matches!(unreadable(&error, cut), ApiError::EndsEarly { .. }),
                    "{shown}"
                );
            }
        }
    }
}

#[test]
fn a_hostile_body_is_given_up_after_a_few_readings() {
    const LONG: usize = 2_000_000;
    let row = short(1);
    let bodies = [
        // Each of these might begin a row, and each might be read to the end.
        format!(
            "{{\"tickets\":[{row},{}",
            "{\"id\":1,\"x\":[0,".repeat(LONG / 15)
        ),
        format!(
            "{{\"tickets\":[{row},NaN,{}",
            "{\"id\":1,\"status\":[0,".repeat(LONG / 20)
        ),
        format!("{{\"tickets\":[{row},x\"{}", ",{\"id\":\"".repeat(LONG / 8)),
        format!("{{\"tickets\":[{row},\"{}", ",{\"".repeat(LONG / 3)),
        format!("{{\"tickets\":[{row},x\"{}", "],\"a\":1".repeat(LONG / 7)),
        format!(
            "{{\"tickets\":[{row},x\"{}",
            "],\"count\":[".repeat(LONG / 10)
        ),
        format!(
            "{{\"tickets\":[{row},{}",
            "[{\"id\":1,\"x\":".repeat(LONG / 13)
        ),
        format!(
            "{{\"tickets\":[{row},NaN,{}0{}],\"end_of_stream\":true}}",
            "[{\"id\":1,\"x\":".repeat(LONG / 16),
            "}]".repeat(LONG / 16)
        ),
        format!(
            "{{\"tickets\":[{row},x\"{}",
            format!("],\"{}\":1", "k".repeat(1_000)).repeat(LONG / 1_000)
        ),
    ];
    for body in bodies {
        // That it ends at all is the claim: the square of its length would be hours.
        assert!(decoded(&body).is_err(), "{}", &body[..100]);
    }
}

mod any_break;
