//! The body of a damaged page, with a bound for attempts to read values in it.
//!
//! PURE.

use std::cell::Cell;

use serde::de::IgnoredAny;

use crate::zendesk::json::cut::blanks;

/// How many times the length of the body may be read without a result. A page with ten damaged rows needs two or
/// three.
const READINGS_MAX: usize = 8;

/// The bytes that may be read without a result in any case, however small the body is.
const BYTES_FREE: usize = 64 * 1024;

/// The bytes, and how many of them may still be read without a result. The beginning of a row is tried in many
/// places, and in a hostile body each attempt could read to its end.
pub(super) struct Text<'a> {
    pub(super) bytes: &'a [u8],
    left: Cell<usize>,
}

/// The error that there is no JSON value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NoValue {
    /// Whether the bytes are the beginning of a value, and the body ends.
    pub(super) is_cut: bool,
}

impl<'a> Text<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        let left = bytes.len().saturating_mul(READINGS_MAX) + BYTES_FREE;
        Self {
            bytes,
            left: Cell::new(left),
        }
    }

    /// Whether the bound is reached. From then on no value is found.
    pub(super) const fn is_exhausted(&self) -> bool {
        self.left.get() == 0
    }

    /// The end of the JSON value at `at`.
    pub(super) fn value_end(&self, at: usize) -> Result<usize, NoValue> {
        if self.is_exhausted() {
            return Err(NoValue { is_cut: false });
        }
        let rest = &self.bytes[at..];
        let mut values = serde_json::Deserializer::from_slice(rest).into_iter::<IgnoredAny>();
        let (read, end) = match values.next() {
            Some(Ok(IgnoredAny)) => (values.byte_offset(), Ok(at + values.byte_offset())),
            Some(Err(error)) => {
                let is_cut = error.is_eof();
                (offset(rest, &error), Err(NoValue { is_cut }))
            }
            None => (rest.len(), Err(NoValue { is_cut: true })),
        };
        self.charge(read);
        end
    }

    /// Counts bytes that were read, perhaps without a result.
    pub(super) fn charge(&self, read: usize) {
        self.left.set(self.left.get().saturating_sub(read.max(1)));
    }

    /// The first byte from `at` on that is not white space, with its index.
    pub(super) fn next(&self, at: usize) -> Option<(usize, u8)> {
        let at = at + blanks(self.bytes.get(at..)?);
        Some((at, *self.bytes.get(at)?))
    }
}

/// How many bytes of `json` were read up to this error.
fn offset(json: &[u8], error: &serde_json::Error) -> usize {
    let lines = json.split_inclusive(|byte| *byte == b'\n');
    let before: usize = lines
        .take(error.line().saturating_sub(1))
        .map(<[u8]>::len)
        .sum();
    (before + error.column()).min(json.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_ends_where_json_says_and_its_cost_is_known() {
        let cut = |is_cut| Err(NoValue { is_cut });
        let table: [(&str, Result<usize, NoValue>, usize); 9] = [
            (r#"{"a":[1,"}"]},5"#, Ok(13), 13),
            ("  7 ,", Ok(3), 3),
            ("7x", cut(false), 2),
            ("NaN", cut(false), 1),
            ("{\"a\":\n\n{\"b\":1,\n\"c\":NaN}}", cut(false), 20),
            ("[1,[2", cut(true), 5),
            (r#"{"a":"b"#, cut(true), 7),
            ("", cut(true), 1),
            ("  ", cut(true), 2),
        ];
        for (json, end, cost) in table {
            let text = Text::new(json.as_bytes());
            let all = text.left.get();
            assert_eq!(text.value_end(0), end, "{json}");
            assert_eq!(all - text.left.get(), cost, "{json}");
        }
    }

    #[test]
    fn what_was_read_in_vain_too_often_is_no_value_any_more() {
        let text = Text::new(b"[0]");
        let (mut reads, all) = (0, text.left.get());
        while text.value_end(0).is_ok() {
            reads += 1;
        }
        assert!(text.is_exhausted());
        assert_eq!(reads, all.div_ceil(3));
    }
}
