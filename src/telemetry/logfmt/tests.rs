//! Lines are read back by the rules of go-logfmt's decoder, written a second time here: a bare
//! value ends at a blank and holds neither `=` nor `"`; a quoted one is a JSON string.

use proptest::prelude::*;

use super::*;
use crate::telemetry::captured::Captured;

/// The pairs of a line, or where go-logfmt would stop and why.
fn read(line: &str) -> Result<Vec<(String, String)>, String> {
    let mut pairs = Vec::new();
    let mut rest = line.trim_start_matches(|character| character <= ' ');
    while !rest.is_empty() {
        let end = rest
            .find(|character| character <= ' ' || matches!(character, '=' | '"'))
            .unwrap_or(rest.len());
        let key = &rest[..end];
        if key.is_empty() || key.contains('\u{fffd}') || rest[end..].starts_with('"') {
            return Err(format!("no key at {rest:?}"));
        }
        rest = &rest[end..];
        let mut value = String::new();
        if let Some(after) = rest.strip_prefix('=') {
            (value, rest) = read_value(after)?;
        }
        pairs.push((key.to_owned(), value));
        rest = rest.trim_start_matches(|character| character <= ' ');
    }
    Ok(pairs)
}

fn read_value(text: &str) -> Result<(String, &str), String> {
    if !text.starts_with('"') {
        let end = text
            .find(|character| character <= ' ')
            .unwrap_or(text.len());
        let value = &text[..end];
        return if value.contains(['=', '"']) {
            Err(format!("an unexpected sign in {value:?}"))
        } else {
            Ok((value.to_owned(), &text[end..]))
        };
    }
    let mut is_escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => {
                let value = serde_json::from_str(&text[..=at])
                    .map_err(|error| format!("{error} in {:?}", &text[..=at]))?;
                return Ok((value, &text[at + 1..]));
            }
            _ => {}
        }
    }
    Err(format!("no end of the quoted {text:?}"))
}

/// What `log` writes.
fn logged(log: impl FnOnce()) -> String {
    let captured = Captured::start();
    log();
    captured.text()
}

/// The pairs behind the time.
#[track_caller]
fn pairs(log: impl FnOnce()) -> Vec<(String, String)> {
    let text = logged(log);
    let line = text.strip_suffix('\n').expect("a whole line");
    assert!(!line.contains('\n'), "one event is one line: {line:?}");
    let pairs = read(line).expect(line);
    let (key, time) = &pairs[0];
    assert_eq!(key, "ts");
    assert!(time.parse::<jiff::Timestamp>().is_ok(), "{time}");
    pairs[1..].to_vec()
}

#[test]
fn an_event_is_one_line_with_its_fields_in_order() {
    let text = logged(|| {
        tracing::warn!(
            account = "acme",
            ticket.id = 35_436_i64,
            rows = 7_u64,
            share = 0.5,
            over = true,
            error = %"it is \"off\"",
            request_id = Option::<&str>::None,
            "cannot read it"
        );
    });
    let (_, behind_time) = text.split_once(' ').expect("a time and more");
    assert_eq!(
        behind_time,
        "level=warn target=zendesk_exporter::telemetry::logfmt::tests message=\"cannot read it\" account=acme ticket.id=35436 rows=7 share=0.5 over=true error=\"it is \\\"off\\\"\"\n"
    );
}

#[track_caller]
fn check(value: &str, expected: &str) {
    let mut line = String::new();
    pair(&mut line, "key", value).expect("a string takes everything");
    assert_eq!(line, format!(" key={expected}"));
    let read_back = read(&line).expect(&line);
    assert_eq!(read_back, [("key".to_owned(), value.to_owned())]);
}

#[test]
fn every_value_is_written_as_go_logfmt_reads_it() {
    check("plain", "plain");
    check("", "\"\"");
    check("two words", "\"two words\"");
    check("a=b", "\"a=b\"");
    check("say \"so\"", "\"say \\\"so\\\"\"");
    check("\"", "\"\\\"\"");
    check("it's", "it's");
    check("not here's", "\"not here's\"");
    check("C:\\tickets", "C:\\tickets");
    check("C:\\my tickets\\", "\"C:\\\\my tickets\\\\\"");
    check("\\u{200b}", "\\u{200b}");
    check(
        "two\nlines\r\n\tand a tab",
        "\"two\\nlines\\r\\n\\tand a tab\"",
    );
    check("\0", "\"\\u0000\"");
    check("\u{1b}[1mbold", "\"\\u001b[1mbold\"");
    check("\u{7f}\u{85}", "\"\\u007f\\u0085\"");
    check(
        "soft\u{ad}hyphen zero\u{200b}width",
        "\"soft\\u00adhyphen zero\\u200bwidth\"",
    );
    check("\u{feff}mark", "\"\\ufeffmark\"");
    check("\u{202e}turned", "\"\\u202eturned\"");
    check("a\u{2028}b", "\"a\\u2028b\"");
    check("\u{e000}", "\"\\ue000\"");
    check("\u{10fffd}", "\"\\udbff\\udffd\"");
    check("\u{e0041}", "\"\\udb40\\udc41\"");
    check("\u{fffd}", "\"\u{fffd}\"");
    check("Störungen", "Störungen");
    check("e\u{301}", "e\u{301}");
    check("夜勤 🎫", "\"夜勤 🎫\"");
    check("\u{1f469}\u{200d}\u{1f4bb}", "\"👩\\u200d💻\"");
}

#[test]
fn a_key_never_breaks_its_line() {
    let mut line = String::new();
    pair(&mut line, "a key=\"\n\u{fffd}", "x").expect("a string takes everything");
    assert_eq!(line, " a_key____=x");
}

proptest! {
    #[test]
    fn whatever_is_logged_is_read_back(
        message in any::<String>(),
        account in proptest::collection::vec(any::<char>(), 0..8),
        error in "\\PC*|[ =\"\\\\\0-\u{1f}\u{7f}-\u{a0}\u{ad}\u{200b}-\u{2064}\u{fff0}-\u{10000}]*",
        number in any::<i64>(),
    ) {
        let account: String = account.into_iter().collect();
        let seen = pairs(|| {
            tracing::error!(account, error = %error, number, "{message}");
        });
        let values: Vec<&str> = seen[2..].iter().map(|(_, value)| value.as_str()).collect();
        prop_assert_eq!(values, [message.as_str(), &account, &error, &number.to_string()]);
    }
}
