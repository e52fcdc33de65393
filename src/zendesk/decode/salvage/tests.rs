use proptest::prelude::*;

use crate::source::{Page, Position, SourceKind};
use crate::zendesk::{DecodeError, TagsAndFields, decode};

pub(super) fn decoded(body: impl AsRef<[u8]>) -> Result<Page, DecodeError> {
    decode(body.as_ref(), SourceKind::Cursor, &TagsAndFields::default())
}

pub(super) fn ticket(id: i64) -> String {
    format!(
        r#"{{"url":"https://acme.example/{id}.json","id":{id},"via":{{"channel":"email","source":{{"from":{{}},"rel":null}}}},"subject":"say \"hi\" {{[","status":"open","tags":["a","b"],"custom_fields":[{{"id":901,"value":null}},{{"id":902,"value":"x"}}],"group_id":21,"due_at":null,"generated_timestamp":170000{id}}}"#
    )
}

pub(super) fn page_of(rows: &[String]) -> String {
    format!(
        r#"{{"tickets":[{}],"after_cursor":"c2","end_of_stream":true}}"#,
        rows.join(",")
    )
}

/// What of a page is kept: ids of tickets, and of rows that were left out.
pub(super) fn kept(page: &Page) -> (Vec<i64>, Vec<(Option<i64>, &'static str)>) {
    let rejected = page.rejected.iter().map(|row| (row.id, row.reason));
    let ids = page.rows.iter().map(|row| row.id().0);
    (ids.collect(), rejected.collect())
}

pub(super) const NOT_JSON: &str = "it is not JSON";

/// Four rows, the second of which is made of `broken`: it costs itself, and its id is read.
#[track_caller]
fn check_costs_itself(broken: &[u8], id: Option<i64>) {
    let [first, third, fourth] = [1, 3, 4].map(ticket);
    let body = [
        br#"{"tickets":["#.as_slice(),
        first.as_bytes(),
        b",",
        broken,
        b" , ",
        third.as_bytes(),
        b",",
        fourth.as_bytes(),
        br#"],"after_cursor":"c2","end_of_stream":false}"#,
    ]
    .concat();
    let shown = String::from_utf8_lossy(&broken[..broken.len().min(200)]);
    let page = decoded(&body).unwrap_or_else(|error| panic!("{shown}: {error}"));
    assert_eq!(
        kept(&page),
        (vec![1, 3, 4], vec![(id, NOT_JSON)]),
        "{shown}"
    );
    let good = decoded(page_of(&[first, third, fourth])).expect("a page");
    assert_eq!(page.rows, good.rows, "{shown}");
    let cursor = crate::source::Cursor("c2".to_owned());
    assert_eq!(page.next, Some(Position::Cursor(cursor)));
    assert!(!page.end_of_stream);
}

/// The second row with `part` of it replaced.
fn with(part: &str, broken: &str) -> Vec<u8> {
    let row = ticket(2);
    assert!(row.contains(part), "{part}");
    row.replacen(part, broken, 1).into_bytes()
}

#[test]
fn a_row_that_is_no_json_costs_itself() {
    let end = "\"generated_timestamp\":1700002}";
    let table: [(&str, &str); 34] = [
        // Words that other languages' serializers write.
        (r#""due_at":null"#, r#""due_at":NaN"#),
        (r#""due_at":null"#, r#""due_at":-Infinity"#),
        (r#""due_at":null"#, r#""due_at":undefined"#),
        (r#""due_at":null"#, r#""due_at":None"#),
        (r#""due_at":null"#, r#""due_at":#<Proc:0x1>"#),
        (r#""group_id":21"#, r#""group_id":0x15"#),
        (r#""group_id":21"#, r#""group_id":+21"#),
        (r#""group_id":21"#, r#""group_id":021"#),
        (r#""group_id":21"#, r#""group_id":21."#),
        (r#""group_id":21"#, r#""group_id":.5"#),
        // Control characters as they are.
        ("say", "s\tay"),
        ("say", "s\nay"),
        ("say", "s\r\nay"),
        ("say", "s\0ay"),
        ("say", "s\u{1b}[0may"),
        (r#""subject""#, "\"sub\tject\""),
        (r#""due_at":null"#, "\u{b}\"due_at\":null"),
        // Escapes that JSON does not have.
        ("say", r"\x41"),
        ("say", r"\'"),
        ("say", r"\u12"),
        // Separators too many, too few, or others.
        (end, "\"generated_timestamp\":1700002,}"),
        (r#"["a","b"]"#, r#"["a","b",]"#),
        (r#"["a","b"]"#, r#"["a" "b"]"#),
        (r#","due_at":null"#, r#",,"due_at":null"#),
        (r#","due_at":null"#, r#" "due_at":null"#),
        (r#""due_at":null"#, r#""due_at" null"#),
        (r#""due_at":null"#, r#""due_at"=null"#),
        (r#""due_at":null"#, r"due_at:null"),
        (r#""due_at":null"#, r#""due_at":"#),
        (r#""due_at":null"#, r"'due_at':'x'"),
        // Quotes within a text: as long as they come in pairs, what is around stays what it is.
        (r#""say \"hi\" {["#, r#""say "hi" [["#),
        (r#""say \"hi\" {["#, r#""say "hi", ho"#),
        // Brackets that do not end.
        (r#"["a","b"]"#, r#"["a","b""#),
        (r#"{"id":902,"value":"x"}]"#, r#"{"id":902,"value":"x"]"#),
    ];
    for (part, broken) in table {
        // The row's own id, and not one of those within.
        check_costs_itself(&with(part, broken), Some(2));
    }
    check_costs_itself(
        &[&ticket(2).into_bytes()[..], b" trailing"].concat(),
        Some(2),
    );
    // Where such a value comes first, the id behind it is found all the same.
    check_costs_itself(br#"{"x":NaN,"id":2,"status":"open"}"#, Some(2));
    check_costs_itself(
        b"{\"x\":\"\t\",\"metric_set\":{\"id\":7},\"id\":\"2\"}",
        Some(2),
    );
    check_costs_itself(br#"{"x":NaN,"\u0069d":2.0,"id":2}"#, Some(2));
    let (open, close) = ("[{\"a\":".repeat(10_000), "}]".repeat(10_000));
    let deep = format!(r#"{{"id":2,"x":NaN,"y":{open}1{close}}}"#);
    check_costs_itself(deep.as_bytes(), Some(2));
}

#[test]
fn an_id_that_is_not_sure_is_none() {
    for broken in [
        r#"{"x":NaN}"#,
        r#"{"id":NaN}"#,
        r#"{"id":,"x":1}"#,
        r#"{"id":null,"x":NaN}"#,
        r#"{"id":2.5,"x":NaN}"#,
        r#"{"id":"two","x":NaN}"#,
        r#"{"id":2,"x":NaN,"id":3}"#,
        r#"{"id":2,"x":NaN,"id":null}"#,
        r#"{"id":2,"x":"a","id":7,"y":"b","z":NaN}"#,
        r#"{"x":NaN,"metric_set":{"id":7}}"#,
        r#"{"x":NaN,"custom_fields":[{"id":7}]}"#,
        r#"{"x":NaN,"y":"id","z":7}"#,
        r#"{"x":NaN,id:7}"#,
        r#"{"x":["a","id":7}"#,
        r#"["id":7]"#,
        r#""id":7"#,
        "NaN",
        "undefined",
        "-",
        "",
        "nul",
        "'id'",
    ] {
        check_costs_itself(broken.as_bytes(), None);
    }
}

#[test]
fn bytes_that_are_no_text_cost_no_row_where_they_are_not_read() {
    let mut body = page_of(&[ticket(1), ticket(2).replace("say", "s?y"), ticket(3)]).into_bytes();
    let place = body.iter().position(|byte| *byte == b'?').expect("there");
    body[place] = 0xff;
    let page = decoded(&body).expect("a page");
    assert_eq!(kept(&page), (vec![1, 2, 3], vec![]));
    // The same where another row makes the page be read in pieces.
    let broken = String::from_utf8_lossy(&body).replace("\"id\":3,", "\"id\":3,\"x\":NaN,");
    let mut body = broken.into_bytes();
    let place = body.iter().position(|byte| *byte == 0xef).expect("there");
    body.splice(place..place + 3, [0xff]);
    let page = decoded(&body).expect("a page");
    assert_eq!(kept(&page), (vec![1, 2], vec![(Some(3), NOT_JSON)]));
}

#[test]
fn rows_that_are_no_tickets_are_named_beside_rows_that_are_no_json() {
    let rows = [
        ticket(1),
        "null".to_owned(),
        r#"{"id":5,"x":NaN}"#.to_owned(),
        "\"},\"".to_owned(),
        r#"{"id":6,"status":"open"}"#.to_owned(),
        r#"{"id":"7","status":"open","generated_timestamp":1e1,"priority":"\ud83d"}"#.to_owned(),
        "[1,{}]".to_owned(),
    ];
    let page = decoded(page_of(&rows)).expect("a page");
    let no_ticket = (None, "it is not a ticket");
    let no_key = "its generated_timestamp is missing or not a time";
    let left_out = vec![
        no_ticket,
        (Some(5), NOT_JSON),
        no_ticket,
        (Some(6), no_key),
        no_ticket,
    ];
    assert_eq!(kept(&page), (vec![1, 7], left_out));
}

#[test]
fn at_most_ten_rows_may_be_no_json() {
    let broken = |id| format!(r#"{{"id":{id},"x":NaN}}"#);
    let page = |count: i64| {
        let mut rows = vec![ticket(1)];
        rows.extend((0..count).map(|place| broken(100 + place)));
        rows.push(ticket(3));
        decoded(page_of(&rows))
    };
    let ten = page(10).expect("a page");
    assert_eq!((ten.rows.len(), ten.rejected.len()), (2, 10));
    let first = 12 + ticket(1).len() + r#",{"id":100,"x":N"#.len();
    let eleven = page(11).expect_err("no page").to_string();
    assert_eq!(
        eleven,
        format!("it is not a page of tickets (it is not JSON at line 1 column {first})")
    );
    // A comma without a row counts as one: something may have stood there.
    let lost = decoded(r#"{"tickets":[,],"end_of_stream":true}"#).expect("a page");
    assert_eq!(kept(&lost), (vec![], vec![(None, NOT_JSON); 2]));
    assert!(
        decoded(format!(
            r#"{{"tickets":[{}],"end_of_stream":true}}"#,
            ",".repeat(11)
        ))
        .is_err()
    );
}

#[test]
fn what_is_around_the_rows_must_be_json() {
    let rows = format!("[{},{{\"id\":2,\"x\":NaN}}]", ticket(1));
    for good in [
        format!(r#"{{"count":2,"end_of_stream":true,"tickets":{rows}}}"#),
        format!(r#"{{"note":"\"tickets\":[","end_of_stream":true,"tickets":{rows}}}"#),
        format!(r#"{{"end_of_stream":true,"t\u0069ckets":{rows}}}"#),
        format!("\n {{ \"end_of_stream\" : true ,\n \"tickets\" : {rows} }} \r\n"),
        format!(r#"{{"users":[{{"tickets":[]}}],"tickets":{rows},"end_of_stream":true}}"#),
        // Of equal keys the last one; rows are all taken, as none may be lost.
        format!(r#"{{"tickets":[],"end_of_stream":false,"tickets":{rows},"end_of_stream":true}}"#),
    ] {
        let page = decoded(&good).unwrap_or_else(|error| panic!("{good}: {error}"));
        assert_eq!(kept(&page), (vec![1], vec![(Some(2), NOT_JSON)]), "{good}");
        assert!(page.end_of_stream, "{good}");
    }
    for bad in [
        format!(r#"{{"count":NaN,"tickets":{rows},"end_of_stream":true}}"#),
        format!(r#"{{"tickets":{rows},"end_of_stream":True}}"#),
        format!(r#"{{"tickets":{rows},"end_of_stream":null}}"#),
        format!(r#"{{"tickets":{rows},"end_of_stream":true,}}"#),
        format!(r#"{{"tickets":{rows} "end_of_stream":true}}"#),
        format!(r#"{{"tickets":{rows},"end_of_stream":true}}}}"#),
        format!(r#"{{"tickets":{rows},"end_of_stream":true}} more"#),
        format!(r#"{{"tickets":{rows},"after_cursor":5,"end_of_stream":true}}"#),
        format!(r#"{{"tickets":{rows},"after_cursor":"\ud800","end_of_stream":true}}"#),
        format!("{{\"tickets\":{rows},\"note\":\"a\tb\",\"end_of_stream\":true}}"),
        format!(r#"{{"tickets":{rows},note:1,"end_of_stream":true}}"#),
        format!(r#"{{"tickets":{rows},"no\te":1,"end_of_stream":true,"users":[1,]}}"#),
        format!(r#"{{"tickets":{rows}}}"#),
        format!(r#"{{"rows":{rows},"end_of_stream":true}}"#),
        format!(r#"{{"end_of_stream":true,"tickets":{{"0":{rows}}}}}"#),
        format!(r#"{{"end_of_stream":true,"tickets":{rows}"#),
        format!(
            r#"{{"end_of_stream":true,"tickets":{}"#,
            &rows[..rows.len() - 1]
        ),
        format!(r#"{{"tickets":{rows}}},{{"end_of_stream":true}}"#),
        rows.clone(),
        String::new(),
    ] {
        assert!(decoded(&bad).is_err(), "{bad}");
    }
}

/// The row without quotes and brackets in its text.
fn plain(id: i64) -> String {
    ticket(id).replace(r#" \"hi\" {["#, "")
}

/// The first row and these: `ids` are read, and `left_out` are no JSON.
#[track_caller]
fn check_told_apart(rows: &[String], ids: &[i64], left_out: &[i64]) {
    let body = page_of(&[&[plain(1)], rows].concat());
    let page = decoded(&body).unwrap_or_else(|error| panic!("{error}: {body}"));
    let left_out: Vec<_> = left_out.iter().map(|id| (Some(*id), NOT_JSON)).collect();
    assert_eq!(kept(&page), (ids.to_vec(), left_out), "{body}");
}

#[test]
fn rows_whose_quotes_are_wrong_are_told_apart() {
    // A quote too many turns what is between the rows into a text, until the next such row.
    let pipe = |id, text| plain(id).replace("say", text);
    check_told_apart(&[pipe(2, "5\" pipe"), plain(3)], &[1, 3], &[2]);
    let table = [
        [pipe(2, "5\" pipe"), pipe(3, "3\" pipe")],
        [pipe(2, "5\" } pipe"), pipe(3, "3\" pipe")],
        [pipe(2, "5\" pipe"), plain(3).replace("\"due_at", "due_at")],
    ];
    for [second, third] in table {
        check_told_apart(&[second, third, plain(4)], &[1, 4], &[2, 3]);
    }
    // A text that merely ends like this costs nothing in a row that is JSON.
    let innocent = ticket(2).replace("say", "},{");
    let rows = [ticket(1), innocent, r#"{"id":3,"x":NaN}"#.to_owned()];
    let page = decoded(page_of(&rows)).expect("a page");
    assert_eq!(kept(&page), (vec![1, 2], vec![(Some(3), NOT_JSON)]));
}

#[test]
fn rows_whose_brackets_are_wrong_are_told_apart() {
    // A bracket too many may be one of those around the rows, and one too few lets the row go on.
    let (second, third, fourth) = (plain(2), plain(3), plain(4));
    let (array, object) = ("[\"a\",\"b\"]", "\"rel\":null}}");
    let cut = &second[..second.len() - 1];
    for broken in [
        second.replace(array, "[\"a\",\"b\"]]"),
        second.replace(object, "\"rel\":null}}}"),
        second.replace(object, "\"rel\":null}"),
        cut.to_owned(),
        second[..100].to_owned(),
        format!("NaN {second}"),
    ] {
        check_told_apart(&[broken, third.clone()], &[1, 3], &[2]);
    }
    let rows = [
        second.replace(object, "\"rel\":null}"),
        third.replace(object, "\"rel\":null}}}"),
        fourth.clone(),
    ];
    check_told_apart(&rows, &[1, 4], &[2, 3]);
    let rows = [cut.to_owned(), third.clone(), format!("{fourth}}}")];
    check_told_apart(&rows, &[1, 3], &[2, 4]);
    let rows = [format!("{second} {third}"), fourth];
    check_told_apart(&rows, &[1, 2, 3, 4], &[]);
}

#[test]
fn a_hostile_body_costs_one_pass() {
    const LONG: usize = 2_000_000;
    let bodies = [
        "[".repeat(LONG),
        "{\"tickets\":[".repeat(LONG / 12),
        format!("{{\"tickets\":{}", "[".repeat(LONG)),
        format!("{{\"tickets\":[{}", "[{\"a\":".repeat(LONG / 6)),
        format!("{{\"tickets\":[{}", "]".repeat(LONG)),
        format!("{{\"tickets\":[{}", "\"".repeat(LONG + 1)),
        format!("{{\"tickets\":[{}", "\\".repeat(LONG)),
        format!("{{\"tickets\":[{{\"id\":{}", "{\"id\":".repeat(LONG / 6)),
        format!("{{\"tickets\":[{{\"id\":{}]}}", "\"id\":".repeat(LONG / 5)),
        format!("{{\"tickets\":[{{\"x\":{}1{}]}}", "[".repeat(LONG), "}"),
        format!("{{{}", "\"a\":1,".repeat(LONG / 6)),
        format!("{{\"tickets\":[{{{}}}]}}", "\"id\":1,".repeat(LONG / 7)),
        format!(
            "{{\"tickets\":[NaN,{{\"tags\":{}{}}}],\"end_of_stream\":true}}",
            "[".repeat(LONG),
            "]".repeat(LONG)
        ),
    ];
    for body in bodies {
        // That it ends at all is the claim: twice the square of its length would be hours.
        let _ = decoded(&body);
    }
    let many = format!("{{\"tickets\":[NaN,{}0]}}", "0,".repeat(200_000));
    assert_eq!(decoded(&many), Err(DecodeError::TooManyRows));
}

/// How one row is spoiled: a part of it is taken out, doubled, or another text is put in.
fn spoiled(row: &str, at: usize, length: usize, put: &str) -> Vec<u8> {
    let bytes = row.as_bytes();
    let (at, end) = (at.min(bytes.len()), (at + length).min(bytes.len()));
    [&bytes[..at], put.as_bytes(), &bytes[end..]].concat()
}

fn any_put() -> impl Strategy<Value = String> {
    prop_oneof![
        "[\\[\\]{}:,\"\\\\ \t\n]{0,4}",
        "[a-z0-9]{0,3}",
        Just("NaN".to_owned()),
        Just("\u{0}".to_owned()),
        Just("\"},{\"".to_owned()),
        Just("},{".to_owned()),
        Just("\"id\":7,".to_owned()),
        Just("],\"end_of_stream\":true}".to_owned()),
        Just("{\"id\":77,\"status\":\"open\",\"generated_timestamp\":5}".to_owned()),
        Just("\\ud83d".to_owned()),
        Just("1e400".to_owned()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]
    #[test]
    fn one_spoiled_row_loses_no_other(
        count in 1usize..6,
        place in 0usize..6,
        at in 0usize..400,
        length in 0usize..30,
        put in any_put(),
    ) {
        let place = place % count;
        let ids: Vec<i64> = (0..count).map(|id| 10 + i64::try_from(id).expect("small")).collect();
        let rows: Vec<Vec<u8>> = ids
            .iter()
            .enumerate()
            .map(|(row, id)| {
                let row_text = ticket(*id);
                if row == place { spoiled(&row_text, at, length, &put) } else { row_text.into_bytes() }
            })
            .collect();
        let body = [
            br#"{"tickets":["#.as_slice(),
            &rows.join(&b","[..]),
            br#"],"after_cursor":"c2","end_of_stream":true}"#,
        ]
        .concat();
        // No page is no loss: it is asked for again. Of a page, every other row is there as it was.
        if let Ok(page) = decoded(&body) {
            for (row, id) in ids.iter().enumerate() {
                if row != place {
                    let alone = decoded(page_of(&[ticket(*id)])).expect("a page");
                    prop_assert!(page.rows.contains(&alone.rows[0]), "{} of {:?}", id, page);
                }
            }
        }
    }

    #[test]
    fn two_spoiled_rows_lose_no_other(
        spoils in prop::collection::vec((0usize..5, 0usize..400, 0usize..6, any_put()), 2..4),
    ) {
        let mut rows: Vec<Vec<u8>> = (10..15).map(|id| ticket(id).into_bytes()).collect();
        for (place, at, length, put) in &spoils {
            let row = String::from_utf8_lossy(&rows[*place]).into_owned();
            rows[*place] = spoiled(&row, *at, *length, put);
        }
        let body = [
            br#"{"tickets":["#.as_slice(),
            &rows.join(&b","[..]),
            br#"],"after_cursor":"c2","end_of_stream":true}"#,
        ]
        .concat();
        if let Ok(page) = decoded(&body) {
            for (row, id) in (10..15).enumerate() {
                if spoils.iter().all(|spoil| spoil.0 != row) {
                    let alone = decoded(page_of(&[ticket(id)])).expect("a page");
                    prop_assert!(page.rows.contains(&alone.rows[0]), "{} of {:?}", id, page);
                }
            }
        }
    }

    #[test]
    fn a_page_with_a_broken_row_cut_off_anywhere_is_no_page(cut in 1usize..2_000, at in 0usize..3) {
        let mut rows = [ticket(1), ticket(2), ticket(3)];
        rows[at] = rows[at].replace("\"due_at\":null", "\"due_at\":NaN");
        let body = page_of(&rows);
        prop_assert!(decoded(&body).is_ok());
        let cut = cut.min(body.len() - 1);
        prop_assert!(decoded(&body[..cut]).is_err());
    }
}
