//! Finds the end of the rows of a page by the keys that follow them.
//!
//! PURE.

use serde::de::IgnoredAny;

use super::likeness::Likeness;
use super::text::{NoValue, Text};
use crate::zendesk::json::cut::{Scanner, Token};

/// The keys of a page outside of its rows.
const PAGE_KEYS: [&[u8]; 13] = [
    b"\"end_of_stream\"",
    b"\"after_cursor\"",
    b"\"after_url\"",
    b"\"before_cursor\"",
    b"\"before_url\"",
    b"\"end_time\"",
    b"\"next_page\"",
    b"\"count\"",
    b"\"previous_page\"",
    b"\"meta\"",
    b"\"links\"",
    ROWS[0],
    ROWS[1],
];

/// The keys of arrays of rows.
const ROWS: [&[u8]; 2] = [b"\"tickets\"", b"\"deleted_tickets\""];

/// The metric sets next to the rows. One that is not JSON costs itself.
const METRIC_SETS: &[u8] = b"\"metric_sets\"";

/// What follows a `]` in the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rest {
    /// The rest of a page up to the end of the body, with one of [`PAGE_KEYS`].
    Page,
    /// A possible rest of a page, without any of these keys.
    Nameless,
    /// Only the bracket that ends a page.
    Bracket,
    /// One of [`PAGE_KEYS`], followed by bytes that are not JSON.
    Spoiled,
    /// Anything else: a part of a row, or a body that ends too early.
    Other,
}

/// Determines what follows a `]`, from `at` on. Keys that rows have are not keys of a page.
pub(super) fn rest(text: &Text<'_>, at: usize, likeness: &Likeness<'_>) -> Rest {
    let (mut at, mut is_first, mut has_page_key) = (at, true, false);
    loop {
        match step(text, at) {
            Step::End if is_first => return Rest::Bracket,
            Step::End if has_page_key => return Rest::Page,
            Step::End => return Rest::Nameless,
            Step::Entry { key, value } if PAGE_KEYS.contains(&key) || !likeness.has(key) => {
                has_page_key |= PAGE_KEYS.contains(&key);
                let first = text.next(value).map(|(_, first)| first);
                let end = match text.value_end(value) {
                    Err(_) if key == METRIC_SETS => array_end(text, value),
                    end => end,
                };
                match end {
                    // More rows, which may be damaged themselves.
                    _ if ROWS.contains(&key) && first == Some(b'[') => return Rest::Page,
                    Ok(end) => at = end,
                    Err(no_value) if !no_value.is_cut && has_page_key => return Rest::Spoiled,
                    Err(_) => return Rest::Other,
                }
            }
            Step::Spoiled if has_page_key => return Rest::Spoiled,
            Step::Entry { .. } | Step::Spoiled | Step::Cut => return Rest::Other,
        }
        is_first = false;
    }
}

/// The end of the array at `at` that is not JSON, as its brackets and strings say.
fn array_end(text: &Text<'_>, at: usize) -> Result<usize, NoValue> {
    let mut scanner = Scanner::starting_at(text.bytes, at);
    let array = scanner.value();
    text.charge(scanner.at() - at);
    match array {
        Some(array) if array.starts_with(b"[") && array.ends_with(b"]") => Ok(scanner.at()),
        Some(_) => Err(NoValue { is_cut: false }),
        None => Err(NoValue { is_cut: true }),
    }
}

/// The next part of an object after a value.
enum Step<'a> {
    /// A comma and a key, as written, whose value begins at `value`.
    Entry { key: &'a [u8], value: usize },
    /// The end of the object and of the body.
    End,
    /// The end of the body without that of the object.
    Cut,
    /// Anything else.
    Spoiled,
}

fn step<'a>(text: &Text<'a>, at: usize) -> Step<'a> {
    let mut scanner = Scanner::starting_at(text.bytes, at);
    let step = match scanner.next() {
        None => Step::Cut,
        Some((Token::Close(b'}'), _)) if scanner.peek().is_none() => Step::End,
        Some((Token::Comma, _)) => match (scanner.next(), scanner.next()) {
            (Some((Token::Text, key)), Some((Token::Colon, _)))
                if serde_json::from_slice::<IgnoredAny>(key).is_ok() =>
            {
                let value = scanner.at();
                Step::Entry { key, value }
            }
            (None | Some((Token::Endless, _)), _) | (_, None) => Step::Cut,
            _ => Step::Spoiled,
        },
        Some(_) => Step::Spoiled,
    };
    text.charge(scanner.at() - at);
    step
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_a_bracket_is_the_rest_of_a_page_or_a_part_of_a_row() {
        let row: &[u8] = br#"{"id":1,"tags":[],"group_id":2,"generated_timestamp":5}"#;
        let likeness = Likeness::of_rows(&[row], row);
        let table = [
            (r#","after_cursor":"c","end_of_stream":true}"#, Rest::Page),
            (" ,\n\"count\" : 2 } \n", Rest::Page),
            (r#","users":[{"id":1}],"count":2}"#, Rest::Page),
            (r#","count":2,"tickets":[{"id":NaN"#, Rest::Page),
            (r#","users":[]}"#, Rest::Nameless),
            (
                r#","metric_sets":[],"meta":{"has_more":false}}"#,
                Rest::Page,
            ),
            (r#","metric_sets":[{"id":NaN}],"meta":{}}"#, Rest::Page),
            (r#","metric_sets":[{"id":NaN}]}"#, Rest::Nameless),
            (r#","metric_sets":[{"id":NaN}],"meta":{]}"#, Rest::Spoiled),
            (r#","metric_sets":{"id":NaN},"meta":{}}"#, Rest::Other),
            (r#","metric_sets":[{"id":NaN},"meta":{}}"#, Rest::Other),
            (r#","links":{"next":null}}"#, Rest::Page),
            (r#","deleted_tickets":[{"id":NaN"#, Rest::Page),
            ("}", Rest::Bracket),
            (" } ", Rest::Bracket),
            (r#","end_of_stream":True}"#, Rest::Spoiled),
            (r#","end_of_stream":true}}"#, Rest::Spoiled),
            (r#","end_of_stream":true},{"id":2}"#, Rest::Spoiled),
            (r#","end_of_stream":true "more":1}"#, Rest::Spoiled),
            ("", Rest::Other),
            (",", Rest::Other),
            (r#","end_of"#, Rest::Other),
            (r#","end_of_stream""#, Rest::Other),
            (r#","end_of_stream":"#, Rest::Other),
            (r#","end_of_stream":tr"#, Rest::Other),
            (r#","end_of_stream":true"#, Rest::Other),
            (r#","end_of_stream":true,"#, Rest::Other),
            (r#","group_id":2,"generated_timestamp":5}"#, Rest::Other),
            (r#","rel":null,"group_id":2}"#, Rest::Other),
            (r#","count":2,"group_id":2}"#, Rest::Other),
            (r#","rel":null}},{"id":2"#, Rest::Other),
            ("}]}", Rest::Other),
            ("},{\"id\":2}", Rest::Other),
            (",{\"id\":2}", Rest::Other),
            ("]", Rest::Other),
        ];
        for (json, expected) in table {
            let text = Text::new(json.as_bytes());
            assert_eq!(rest(&text, 0, &likeness), expected, "{json}");
        }
    }

    #[test]
    fn where_no_row_was_read_zendesks_own_keys_tell_rows_from_pages() {
        let likeness = Likeness::of_rows(&[], b"{\"id\":");
        let table = [
            (r#","custom_fields":[],"end_of_stream":true}"#, Rest::Other),
            (r#","count":1,"end_of_stream":true}"#, Rest::Page),
        ];
        for (json, expected) in table {
            let text = Text::new(json.as_bytes());
            assert_eq!(rest(&text, 0, &likeness), expected, "{json}");
        }
    }
}
