use super::*;
use crate::source::{NAME_CHARS_MAX, NamesPage};

#[test]
fn counts_come_bare_or_dated_and_null_is_not_zero() {
    let table = [
        (r#"{"count":42}"#, Ok(Some(42))),
        (r#"{"count":0}"#, Ok(Some(0))),
        (r#"{"count":100000}"#, Ok(Some(100_000))),
        (r#"{"count":null}"#, Ok(None)),
        (r#"{"count":{"value":null,"refreshed_at":null}}"#, Ok(None)),
        (
            r#"{"count":{"value":100000,"refreshed_at":null}}"#,
            Ok(None),
        ),
        (r#"{"count":{"value":100000}}"#, Ok(None)),
        (
            r#"{"count":{"value":100000,"refreshed_at":"2026-10-07T15:43:00+00:00"}}"#,
            Ok(Some(100_000)),
        ),
        (r#"{"count":{"value":7,"refreshed_at":null}}"#, Ok(Some(7))),
    ];
    for (body, expected) in table {
        assert_eq!(search_count(body.as_bytes()), expected, "{body}");
    }
}

#[test]
fn what_is_no_count_is_an_error() {
    for body in [
        "",
        "<html>",
        "[]",
        "{}",
        r#"{"count":-1}"#,
        r#"{"count":1.5}"#,
        r#"{"count":"42"}"#,
        r#"{"count":[42]}"#,
        r#"{"count":{}}"#,
        r#"{"count":{"value":"42"}}"#,
    ] {
        assert!(search_count(body.as_bytes()).is_err(), "{body}");
    }
}

#[track_caller]
fn page(set: NamedSet, body: &str) -> NamesPage {
    names_page(set, body.as_bytes()).expect("a page of names")
}

#[test]
fn names_are_read_under_each_sets_own_keys() {
    let table = [
        (
            NamedSet::Group,
            r#"{"groups":[{"id":46130852536001,"name":"Support","deleted":false}]}"#,
            (46_130_852_536_001, "Support"),
        ),
        (
            NamedSet::Brand,
            r#"{"brands":[{"id":8,"name":"Acme"}],"meta":null}"#,
            (8, "Acme"),
        ),
        (
            NamedSet::Form,
            r#"{"ticket_forms":[{"name":"Default","id":6}],"meta":{"has_more":false}}"#,
            (6, "Default"),
        ),
        (
            NamedSet::CustomStatus,
            r#"{"custom_statuses":[{"id":5,"agent_label":"In work","end_user_label":"Open"}],"meta":{"has_more":true}}"#,
            (5, "In work"),
        ),
    ];
    for (set, body, (id, name)) in table {
        let expected = NamesPage {
            names: vec![(id, name.to_owned())],
            ..NamesPage::default()
        };
        assert_eq!(page(set, body), expected, "{body}");
    }
}

#[test]
fn whether_more_follows_is_said_by_has_more_alone() {
    let after = |meta: &str| {
        let body = format!(
            r#"{{"groups":[],"meta":{meta},"links":{{"next":"https://elsewhere.example/"}}}}"#
        );
        names_page(NamedSet::Group, body.as_bytes()).map(|page| page.after)
    };
    let more = r#"{"has_more":true,"after_cursor":"eyJv","before_cursor":"x"}"#;
    assert_eq!(after(more), Ok(Some("eyJv".to_owned())));
    // Recorded last pages have a cursor all the same.
    assert_eq!(
        after(r#"{"has_more":false,"after_cursor":"eyJv"}"#),
        Ok(None)
    );
    assert_eq!(after("{}"), Ok(None));
    let endless = format!(
        r#"{{"has_more":true,"after_cursor":"{}"}}"#,
        "x".repeat(9_999)
    );
    for nowhere in [
        r#"{"has_more":true}"#,
        r#"{"has_more":true,"after_cursor":null}"#,
        r#"{"has_more":true,"after_cursor":""}"#,
        r#"{"has_more":"yes"}"#,
        &endless,
        "5",
    ] {
        assert!(after(nowhere).is_err(), "{nowhere}");
    }
}

#[test]
fn ids_are_read_in_any_spelling() {
    for (spelling, id) in [
        ("21", Some(21)),
        (r#"" 021 ""#, Some(21)),
        ("21.0", Some(21)),
        ("4.6130852536346e13", Some(46_130_852_536_346)),
        ("21.5", None),
        ("9007199254740993.0", Some(9_007_199_254_740_993)),
        ("18446744073709551615", None),
        (r#""x""#, None),
        ("true", None),
    ] {
        let body = format!(r#"{{"groups":[{{"id":{spelling},"name":"x"}}]}}"#);
        let names = page(NamedSet::Group, &body).names;
        let expected: Vec<_> = id.into_iter().map(|id| (id, "x".to_owned())).collect();
        assert_eq!(names, expected, "{spelling}");
    }
}

#[test]
fn an_entry_that_is_no_name_is_left_out() {
    let body = r#"{"groups":[null,5,{"id":1},{"name":"x"},{"id":"2","name":"x"},{"id":3,"name":null},{"id":-4,"name":"kept"}]}"#;
    let names = page(NamedSet::Group, body).names;
    assert_eq!(names, [(2, "x".to_owned()), (-4, "kept".to_owned())]);
    for body in ["", "[]", "{}", r#"{"brands":[]}"#, r#"{"groups":{}}"#] {
        assert!(
            names_page(NamedSet::Group, body.as_bytes()).is_err(),
            "{body}"
        );
    }
}

#[test]
fn a_name_that_cannot_be_read_costs_itself() {
    for odd in [
        &b"{\"id\":1,\"name\":\"\\ud83d\"}"[..],
        b"{\"id\":1,\"name\":\"\xff\"}",
        b"{\"id\":1e999,\"name\":\"x\"}",
        b"{\"\\ud800\":1,\"name\":\"x\"}",
    ] {
        let body = [b"{\"groups\":[", odd, b",{\"id\":2,\"name\":\"x\"}]}"].concat();
        let told = String::from_utf8_lossy(&body).into_owned();
        let page = names_page(NamedSet::Group, &body).expect(&told);
        assert_eq!(page.names, [(2, "x".to_owned())], "{told}");
    }
    // But half a list is none.
    for cut in [
        r#"{"groups":[{"id":1,"name":"x"}]"#,
        r#"{"groups":[{"id":1,"name":"x"}],"meta":{"has_more":true,"#,
        r#"{"groups":[{"id":1,"name":"x"},{"id":"#,
        r#"{"groups":[{"id":1,"name":"x"},:],"meta":{}}"#,
    ] {
        let page = names_page(NamedSet::Group, cut.as_bytes());
        assert_eq!(page, Err(NOT_JSON), "{cut}");
    }
}

#[test]
fn no_more_names_are_read_of_an_answer_than_show_that_there_are_too_many() {
    let entry = r#"{"id":1,"name":"x"},"#;
    let body = format!(
        "{{\"groups\":[{}5]}}",
        entry.repeat(NAMES_PER_ANSWER_MAX + 5)
    );
    let names = page(NamedSet::Group, &body).names;
    assert_eq!(names.len(), NAMES_PER_ANSWER_MAX);
}

#[test]
fn names_that_repeat_a_credential_are_left_out_and_counted() {
    let body = r#"{"groups":[{"id":1,"name":"Support"},{"id":2,"name":"a s3cr3t-of-mine"},{"id":3,"name":"S3CR3T-OF"}]}"#;
    let secrets = Secrets::new(["s3cr3t-of-mine"].into_iter());
    let page = page(NamedSet::Group, body).without(&secrets);
    assert_eq!(page.names, [(1, "Support".to_owned())]);
    assert_eq!(page.withheld, 2);
}

#[test]
fn names_are_short_and_have_no_control_characters_but_line_breaks() {
    let name = |json: &str| {
        let body = format!(r#"{{"groups":[{{"id":1,"name":{json}}}]}}"#);
        page(NamedSet::Group, &body).names.remove(0).1
    };
    assert_eq!(
        name(r#""a\"b\\c\nd\re\tf\u0000\u001b[1mg\u2603""#),
        "a\"b\\c\ndef[1mg☃"
    );
    let long = "☃".repeat(NAME_CHARS_MAX + 1);
    assert_eq!(name(&format!("\"{long}\"")).chars().count(), NAME_CHARS_MAX);
}

#[test]
fn a_page_is_asked_for_by_size_and_place() {
    let query = |set, after| {
        let mut url: Url = "https://acme.zendesk.com/api/v2/x".parse().expect("a URL");
        append_paging(&mut url, set, after);
        url.query().map(str::to_owned)
    };
    assert_eq!(
        query(NamedSet::Group, None).as_deref(),
        Some("exclude_deleted=false&page%5Bsize%5D=100")
    );
    assert_eq!(
        query(NamedSet::Brand, Some("a=&b")).as_deref(),
        Some("page%5Bsize%5D=100&page%5Bafter%5D=a%3D%26b")
    );
    assert_eq!(query(NamedSet::CustomStatus, None), None);
}
