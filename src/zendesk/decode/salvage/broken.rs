//! Reads a row that is not JSON: where its brackets and strings say that it ends, and the integers in it.
//!
//! PURE.

use crate::zendesk::json::cut::{Scanner, Token};
use crate::zendesk::json::numbers::Integer;
use crate::zendesk::json::piece;

/// Reads tokens while each is valid after the one before. A missing or additional quote or bracket ends this,
/// mostly at once. After it, it is unknown what is inside a string.
struct Orderly<'a> {
    scanner: Scanner<'a>,
    /// The brackets that are open.
    open: Vec<u8>,
    before: Option<Token>,
    /// Whether every token so far was valid in its place.
    is_orderly: bool,
}

impl<'a> Orderly<'a> {
    const fn new(json: &'a [u8], at: usize) -> Self {
        Self {
            scanner: Scanner::starting_at(json, at),
            open: Vec::new(),
            before: None,
            is_orderly: true,
        }
    }

    /// The next token; `None` at the end, and at a token that is not valid in its place.
    fn next(&mut self) -> Option<(Token, &'a [u8])> {
        let (token, json) = self.scanner.next()?;
        let before = self.before;
        let has_place = match token {
            Token::Endless => false,
            // An additional comma does not change where the row ends.
            Token::Comma => true,
            Token::Text => matches!(
                before,
                None | Some(Token::Open(_) | Token::Comma | Token::Colon)
            ),
            Token::Bare => !matches!(before, Some(Token::Text | Token::Close(_))),
            Token::Colon => {
                self.open.last() == Some(&b'{') && matches!(before, Some(Token::Text | Token::Bare))
            }
            Token::Open(_) => match self.open.last() {
                None => before.is_none(),
                Some(b'{') => before == Some(Token::Colon),
                Some(_) => matches!(before, Some(Token::Comma | Token::Open(_))),
            },
            Token::Close(b'}') => self.open.last() == Some(&b'{'),
            Token::Close(_) => self.open.last().is_none_or(|open| *open == b'['),
        };
        if !has_place {
            self.is_orderly = false;
            return None;
        }
        match token {
            Token::Open(bracket) => self.open.push(bracket),
            Token::Close(_) => {
                self.open.pop();
            }
            _ => {}
        }
        self.before = Some(token);
        Some((token, json))
    }
}

/// The end of the element that begins at `at`: a comma between elements, or the bracket after all of them. `None`
/// if its brackets and strings do not show it.
pub(super) fn end_of(json: &[u8], at: usize) -> Option<usize> {
    let mut orderly = Orderly::new(json, at);
    let mut end = at;
    loop {
        let is_outside = orderly.open.is_empty();
        let (token, _) = orderly.next()?;
        if is_outside && matches!(token, Token::Comma | Token::Close(_)) {
            return Some(end);
        }
        end = orderly.scanner.at();
    }
}

/// How many brackets of the element at `start` are open after the one at `bracket`. `None` if the brackets before
/// it, or the strings, do not show it.
pub(super) fn depth_at(json: &[u8], start: usize, bracket: usize) -> Option<usize> {
    let mut orderly = Orderly::new(json, start);
    while orderly.scanner.at() <= bracket {
        orderly.next()?;
    }
    (orderly.scanner.at() == bracket + 1).then_some(orderly.open.len())
}

/// How many rows there can be in the bytes between two others, if every row has `key` exactly once.
pub(super) fn count_of_rows(json: &[u8], key: &[u8]) -> usize {
    let windows = json.windows(key.len());
    windows.filter(|window| *window == key).count().max(1)
}

/// The integer at `key` in a row that is not JSON, if it is the same in all places. After the place where the
/// strings become invalid, nothing is used, except what precedes all nested values.
pub(super) fn integer_in(row: &[u8], key: &str) -> Option<i64> {
    let start = beginning(row)?;
    match in_order(row, start, key) {
        Said::Integer(integer) => Some(integer),
        Said::Nothing { is_orderly: false } => in_disorder(row, start, key),
        Said::Nothing { is_orderly: true } | Said::Unsure => None,
    }
}

/// The beginning of the object. Invalid bytes can precede it, but no other value.
fn beginning(row: &[u8]) -> Option<usize> {
    let mut scanner = Scanner::new(row);
    loop {
        match scanner.next()?.0 {
            Token::Open(b'{') if scanner.peek() != Some(b'{') => return Some(scanner.at() - 1),
            Token::Open(_) | Token::Close(_) | Token::Bare => {}
            Token::Comma | Token::Colon | Token::Text | Token::Endless => return None,
        }
    }
}

/// The value of a key in a row.
enum Said {
    /// There is none up to the end, or up to the place where the strings become invalid.
    Nothing {
        is_orderly: bool,
    },
    /// The value is not an integer, or there are two of them.
    Unsure,
    Integer(i64),
}

/// The value of `key` in the object at `start`, up to the place where its strings become invalid.
fn in_order(row: &[u8], start: usize, key: &str) -> Said {
    let mut orderly = Orderly::new(row, start);
    let mut said = None;
    loop {
        let before = orderly.before;
        let Some((token, json)) = orderly.next() else {
            let is_orderly = orderly.is_orderly;
            return said.map_or(Said::Nothing { is_orderly }, Said::Integer);
        };
        let is_key = token == Token::Text
            && orderly.open == [b'{']
            && matches!(before, Some(Token::Open(_) | Token::Comma))
            && orderly.scanner.peek() == Some(b':')
            && piece::text(json).as_deref() == Some(key);
        if is_key {
            let found = value_of_key(orderly.scanner.clone());
            // If two rows were joined, each has an id of its own.
            if found.is_none() || said.is_some_and(|said| Some(said) != found) {
                return Said::Unsure;
            }
            said = found;
        }
    }
}

/// The value of `key` in an object whose strings become invalid before it, if no nested value precedes it.
fn in_disorder(row: &[u8], start: usize, key: &str) -> Option<i64> {
    let row = &row[start + 1..];
    let is_nested = |byte: &u8| b"{}[]".contains(byte);
    let end = row.iter().position(is_nested).unwrap_or(row.len());
    let key = format!("\"{key}\"");
    let mut said = None;
    for (at, window) in row[..end].windows(key.len()).enumerate() {
        // After a comma it is a key, unless it is inside a string. A string cannot contain unescaped quotes.
        if window == key.as_bytes() && row[..at].trim_ascii_end().ends_with(b",") {
            let found = value_of_key(Scanner::starting_at(row, at + key.len()));
            if found.is_none() || said.is_some_and(|said| Some(said) != found) {
                return None;
            }
            said = found;
        }
    }
    said
}

/// The integer after a key, if it is complete: a comma, a bracket or the next key follows.
fn value_of_key(mut scanner: Scanner<'_>) -> Option<i64> {
    let (Token::Colon, _) = scanner.next()? else {
        return None;
    };
    let (Token::Text | Token::Bare, json) = scanner.next()? else {
        return None;
    };
    let has_ended = match scanner.peek()? {
        b',' | b'}' => true,
        _ => scanner.next()?.0 == Token::Text && scanner.peek() == Some(b':'),
    };
    Integer::from_json(json).filter(|_| has_ended)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_element_ends_where_its_brackets_and_strings_leave_no_doubt() {
        let table = [
            (r#"{"a":NaN,"b":[1,,2],},{"a""#, Some(21)),
            (r#"{"a":"{","b":"x },{"} ,"#, Some(21)),
            ("{\"a\":\"\n\",b:'c'}]", Some(15)),
            (r#"NaN NaN,"#, Some(7)),
            (",1", Some(0)),
            ("]", Some(0)),
            // Quotes that do not come in pairs, or not between what separates values.
            (r#"{"a":"b " c","d":1},"#, None),
            (r#"{"a":"C:\","b":1},"#, None),
            (r#"{"a":"b,{"c":1},"#, None),
            (r#"{"a" "b"},"#, None),
            (r#"{"a":1 "b":2},"#, None),
            (r#"{"a":"b"#, None),
            // Brackets that do not, or an object where none can be.
            (r#"{"a":[1},"#, None),
            (r#"{"a":1]},"#, None),
            (r#"{"a":1}},"#, None),
            (r#"{"a":1,{"b":2}},"#, None),
            (r#"{"a":["b":1]},"#, None),
            (r#"{"a":1}{"b":2},"#, None),
            (r#"{"a":1}"#, None),
            (r#""a":1,"#, None),
            ("", None),
        ];
        for (json, expected) in table {
            assert_eq!(end_of(json.as_bytes(), 0), expected, "{json}");
        }
    }

    #[test]
    fn how_deep_an_object_stands_is_told_up_to_where_strings_go_wrong() {
        let table = [
            (r#"{"a":[{"b":1},?"#, Some(3)),
            (r#"{"a":NaN,"b":?"#, Some(2)),
            (r#"?"#, Some(1)),
            (r#"{"a":1,?"#, None),
            (r#"{"a":"b " c",[?"#, None),
            (r#"{"a":"?"}"#, None),
        ];
        for (json, expected) in table {
            let place = json.find('?').expect("marked");
            let json = json.replace('?', "{");
            assert_eq!(depth_at(json.as_bytes(), 0, place), expected, "{json}");
        }
    }

    #[test]
    fn an_id_is_read_as_far_as_it_is_sure() {
        let table = [
            // Before the strings go wrong, whatever comes later.
            (r#"{"id":2,"a":"b " c","id":7}"#, Some(2)),
            (r#"{"url":"u","id":"2","a":"C:\","m":{"id":7}}"#, Some(2)),
            (r#"{"id":2,"a":[1,{"id":7"#, Some(2)),
            (r#"{"id":2}}"#, Some(2)),
            (r#"{"id":2 "a":1}"#, Some(2)),
            // Something before the object.
            (r#"[{"id":2,"a":1}"#, Some(2)),
            (r#"{{"id":2,"a":1}"#, Some(2)),
            (r#"NaN {"id":2,"a":1}"#, Some(2)),
            (r#"[1,{"id":2,"a":1}"#, None),
            (r#""x":{"id":2,"a":1}"#, None),
            // Behind that place, if nothing nested comes first.
            (r#"{"url":"u"v","id":2,"a":1}"#, Some(2)),
            (r#"{"url":"C:\","id" : 2 ,"a":1}"#, Some(2)),
            (r#"{"url":"u"v","m":{},"id":2,"a":1}"#, None),
            (r#"{"url":"u"v","id":2,"id":3,"a":1}"#, None),
            // Cut, or going on otherwise.
            (r#"{"id":2"#, None),
            (r#"{"id":2"5,"a":1}"#, None),
            (r#"{"id" 2,"a":1}"#, None),
            (r#"{"id":{"id":2},"a":1}"#, None),
            (r#"{"a":{"id":2},"b":NaN}"#, None),
        ];
        for (row, expected) in table {
            assert_eq!(integer_in(row.as_bytes(), "id"), expected, "{row}");
        }
    }
}
