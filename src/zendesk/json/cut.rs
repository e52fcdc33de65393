//! Divides JSON into tokens, members and elements by its brackets and strings, without parsing it.
//!
//! PURE. No function here reads backwards, calls itself, or fails on unusual input. So input with a million nested
//! brackets, or input that is nearly JSON, takes one pass. Callers check whether a piece is JSON; if it is not, its
//! limits are a guess.

/// The tokens of JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::zendesk) enum Token {
    /// `{` or `[`.
    Open(u8),
    /// `}` or `]`.
    Close(u8),
    /// `,`
    Comma,
    /// `:`
    Colon,
    /// A string with its quotes.
    Text,
    /// A string that does not end.
    Endless,
    /// A number, a word, or anything else up to the next of the above, or white space.
    Bare,
}

/// Reads tokens one after the other.
#[derive(Clone, Debug)]
pub(in crate::zendesk) struct Scanner<'a> {
    json: &'a [u8],
    at: usize,
}

impl<'a> Scanner<'a> {
    pub(in crate::zendesk) const fn new(json: &'a [u8]) -> Self {
        Self::starting_at(json, 0)
    }

    /// A scanner that begins at the byte `at`, which must be outside of a string.
    pub(in crate::zendesk) const fn starting_at(json: &'a [u8], at: usize) -> Self {
        Self { json, at }
    }

    /// The index of the next byte.
    pub(in crate::zendesk) const fn at(&self) -> usize {
        self.at
    }

    /// The next byte that is not white space; it is not consumed.
    pub(in crate::zendesk) fn peek(&mut self) -> Option<u8> {
        self.at += blanks(&self.json[self.at..]);
        self.json.get(self.at).copied()
    }

    /// The next token and its bytes.
    pub(in crate::zendesk) fn next(&mut self) -> Option<(Token, &'a [u8])> {
        let first = self.peek()?;
        let rest = &self.json[self.at..];
        let (token, length) = match first {
            b'{' | b'[' => (Token::Open(first), 1),
            b'}' | b']' => (Token::Close(first), 1),
            b',' => (Token::Comma, 1),
            b':' => (Token::Colon, 1),
            b'"' => match text_length(rest) {
                Some(length) => (Token::Text, length),
                None => (Token::Endless, rest.len()),
            },
            _ => {
                let ends = |byte: &u8| is_blank(*byte) || b"{}[],:\"".contains(byte);
                let length = rest.iter().position(ends).unwrap_or(rest.len());
                (Token::Bare, length)
            }
        };
        self.at += length;
        Some((token, &rest[..length]))
    }

    /// The next value, up to the bracket that closes it; `None` if there is none.
    pub(in crate::zendesk) fn value(&mut self) -> Option<&'a [u8]> {
        self.peek()?;
        let (start, mut depth) = (self.at, 0usize);
        loop {
            match self.next()?.0 {
                Token::Open(_) => depth += 1,
                Token::Close(_) => depth = depth.checked_sub(1)?,
                Token::Endless => return None,
                Token::Comma | Token::Colon if depth == 0 => return None,
                Token::Comma | Token::Colon | Token::Text | Token::Bare => {}
            }
            if depth == 0 {
                return Some(&self.json[start..self.at]);
            }
        }
    }
}

/// The number of white-space bytes at the beginning of `json`.
pub(in crate::zendesk) fn blanks(json: &[u8]) -> usize {
    json.iter().take_while(|byte| is_blank(**byte)).count()
}

/// JSON's white space.
pub(in crate::zendesk) const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// The length of the string at the beginning of `json`, with its quotes.
fn text_length(json: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        let rest = json.get(at..)?;
        at += rest.iter().position(|byte| matches!(byte, b'"' | b'\\'))?;
        if json[at] == b'"' {
            return Some(at + 1);
        }
        at += 2;
    }
}

/// The keys and values of an object, as written; empty if it is not an object.
pub(in crate::zendesk) fn members(object: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut scanner = Scanner::new(object);
    let is_object = matches!(scanner.next(), Some((Token::Open(b'{'), _)));
    std::iter::from_fn(move || {
        if !is_object {
            return None;
        }
        let mut token = scanner.next()?;
        if token.0 == Token::Comma {
            token = scanner.next()?;
        }
        let (Token::Text, key) = token else {
            return None;
        };
        let (Token::Colon, _) = scanner.next()? else {
            return None;
        };
        Some((key, scanner.value()?))
    })
}

/// The elements of an array, as written; empty if it is not an array.
pub(in crate::zendesk) fn elements(array: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut scanner = Scanner::new(array);
    let is_array = matches!(scanner.next(), Some((Token::Open(b'['), _)));
    std::iter::from_fn(move || {
        if !is_array {
            return None;
        }
        if scanner.peek()? == b',' {
            scanner.next();
        }
        scanner.value()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<&'a str> {
        let text = |piece| std::str::from_utf8(piece).expect("text");
        pieces.into_iter().map(text).collect()
    }

    #[test]
    fn an_object_is_cut_into_keys_and_values() {
        let table: [(&str, &[(&str, &str)]); 8] = [
            (
                r#" {"a" : 1 ,"b":[1,{"c":2}],"b":"x,\"]}", "\u0061":-1.5e3 }"#,
                &[
                    (r#""a""#, "1"),
                    (r#""b""#, r#"[1,{"c":2}]"#),
                    (r#""b""#, r#""x,\"]}""#),
                    (r#""\u0061""#, "-1.5e3"),
                ],
            ),
            ("{}", &[]),
            (r#"{"a":""}"#, &[(r#""a""#, r#""""#)]),
            (r#"{"a":"\\"}"#, &[(r#""a""#, r#""\\""#)]),
            // What is no object has no members, and what is none from somewhere on ends there.
            (r#"["a",1]"#, &[]),
            ("", &[]),
            (r#"{"a":1,b:2,"c":3}"#, &[(r#""a""#, "1")]),
            (r#"{"a":1,"b":[1,2"#, &[(r#""a""#, "1")]),
        ];
        for (json, expected) in table {
            let read: Vec<(&str, &str)> = members(json.as_bytes())
                .map(|(key, value)| {
                    let pair = shown([key, value]);
                    (pair[0], pair[1])
                })
                .collect();
            assert_eq!(read, expected, "{json}");
        }
    }

    #[test]
    fn an_array_is_cut_into_elements() {
        let table: [(&str, &[&str]); 7] = [
            (
                r#"[ 1 , "a]b" ,[[2],3],{"x":[]}, null ]"#,
                &["1", r#""a]b""#, "[[2],3]", r#"{"x":[]}"#, "null"],
            ),
            ("[]", &[]),
            ("[[]]", &["[]"]),
            ("{}", &[]),
            ("5", &[]),
            ("[1,[2", &["1"]),
            (r#"[1,"a"#, &["1"]),
        ];
        for (json, expected) in table {
            assert_eq!(shown(elements(json.as_bytes())), expected, "{json}");
        }
    }

    #[test]
    fn depth_and_length_cost_one_pass() {
        const DEEP: usize = 1_000_000;
        let nested = format!("[{}{},7]", "[{\"a\":".repeat(DEEP), "}]".repeat(DEEP));
        let parts: Vec<&[u8]> = elements(nested.as_bytes()).collect();
        assert_eq!(parts.len(), 2);
        assert_eq!(shown([parts[1]]), ["7"]);
        let open = "[".repeat(DEEP);
        assert_eq!(elements(open.as_bytes()).count(), 0);
        let quotes = format!("[{}]", "\"\\\\\",".repeat(DEEP));
        assert_eq!(elements(quotes.as_bytes()).count(), DEEP);
    }
}
