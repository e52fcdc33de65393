//! Searches for the beginnings and ends of rows next to one whose brackets and strings are damaged.
//!
//! PURE.

use super::broken;
use super::ending::{Rest, rest};
use super::likeness::Likeness;
use super::rows::{Rows, Taken};
use super::unsalvageable::Unsalvageable;
use crate::zendesk::decode::ended_early::is_open;
use crate::zendesk::json::cut::{Scanner, Token, is_blank};

/// How many rows are used to learn the keys of rows.
const ROWS_SEEN: usize = 8;

/// The result of a search after the beginning of a row that is not JSON.
pub(super) struct NextRow {
    /// Where the next row that is JSON begins.
    pub(super) row: Option<usize>,
    /// Where other rows that are not JSON begin before it.
    pub(super) others: Vec<usize>,
    /// Whether a ticket with other keys was found: it may be a row, or be inside one.
    pub(super) is_in_doubt: bool,
}

impl<'a> Rows<'a> {
    /// The keys of rows, from the first few that are JSON.
    pub(super) fn likeness(&self) -> &Likeness<'a> {
        self.likeness.get_or_init(|| {
            let bytes = self.text.bytes;
            let (mut seen, mut behind) = (Vec::new(), self.start);
            for at in objects(bytes, self.start, b',', b",}") {
                if at >= behind
                    && let Ok(end) = self.text.value_end(at)
                    && matches!(self.text.next(end), Some((_, b',' | b']')))
                    && self.is_ticket(at)
                {
                    seen.push(&bytes[at..end]);
                    behind = end;
                }
                // Enough rows, so that a damaged one does not decide.
                if seen.len() == ROWS_SEEN {
                    break;
                }
            }
            let first = self.text.next(self.start).map_or(bytes.len(), |(at, _)| at);
            Likeness::of_rows(&seen, &bytes[first..])
        })
    }

    fn is_ticket(&self, at: usize) -> bool {
        self.read_json(at).is_some_and(|(row, _)| row.is_ok())
    }

    /// Whether an array contains tickets.
    pub(super) fn holds_tickets(&self, from: usize, to: usize) -> bool {
        objects(&self.text.bytes[..to], from, b'[', b"[,}").any(|at| self.is_ticket(at))
    }

    /// Whether the element at `at` contains objects with all keys of a row.
    pub(super) fn holds_complete_rows(&self, at: usize, to: usize) -> bool {
        objects(&self.text.bytes[..to], at + 1, b' ', b",}").any(|object| {
            let end = self.text.value_end(object);
            end.is_ok_and(|end| self.likeness().is_complete(&self.text.bytes[object..end]))
        })
    }

    /// Searches for the next row like the others, after the beginning of one at `at` and before `to`.
    pub(super) fn next_row(&self, at: usize, to: usize) -> NextRow {
        let likeness = self.likeness();
        let mut found = NextRow {
            row: None,
            others: Vec::new(),
            is_in_doubt: false,
        };
        for object in objects(&self.text.bytes[..to], at + 1, b' ', b",}") {
            let begins = likeness.begins(&self.text, object);
            let Ok(end) = self.text.value_end(object) else {
                let row = found.others.last().map_or(at, |other| *other);
                let is_row = begins.unwrap_or_else(|| !self.is_within(row, object));
                found.others.extend(is_row.then_some(object));
                continue;
            };
            let json = &self.text.bytes[object..end];
            let has_place = self.next(end).is_some();
            let is_ticket = has_place && self.is_ticket(object);
            let (begins, is_like) = (begins != Some(false), likeness.is_like(json));
            if has_place && is_like && (begins || is_ticket && likeness.is_complete(json)) {
                found.row = Some(object);
                break;
            }
            if is_like && (begins || is_ticket) || begins && likeness.ended_early(json) {
                found.others.push(object);
            } else {
                found.is_in_doubt |= is_ticket;
            }
        }
        found
    }

    /// Whether an object is inside the row that begins at `at`, if brackets and strings are valid up to there.
    fn is_within(&self, at: usize, object: usize) -> bool {
        self.text.charge(object - at);
        broken::depth_at(self.text.bytes, at, object).is_some_and(|depth| depth > 1)
    }

    /// Whether a row ends an array at `at` after which an object continues. Then this row, and those found before
    /// it, are inside a row.
    pub(super) fn ends_an_array_within(&self, at: usize) -> bool {
        let bytes = self.text.bytes;
        let row = self.text.value_end(at).ok();
        let row = row.filter(|end| self.likeness().is_complete(&bytes[at..*end]));
        let Some((bracket, b']')) = row.and_then(|end| self.text.next(end)) else {
            return false;
        };
        let mut scanner = Scanner::starting_at(bytes, bracket + 1);
        match scanner.next() {
            Some((Token::Close(b'}'), _)) => true,
            Some((Token::Comma, _)) => scanner.peek() == Some(b'"'),
            _ => false,
        }
    }

    /// Searches for the bracket that ends the rows, from the beginning `at` of the last row and before `to`.
    pub(super) fn end_of_rows(&self, at: usize, to: usize) -> Option<usize> {
        let bytes = self.text.bytes;
        brackets(bytes, at, to).find(|bracket| {
            match rest(&self.text, bracket + 1, self.likeness()) {
                Rest::Page => true,
                // A body that was cut can also end like this.
                Rest::Bracket => self.likeness().ends(&bytes[at..*bracket]),
                Rest::Nameless | Rest::Spoiled | Rest::Other => false,
            }
        })
    }

    /// Where the row begins whose damage shows at `at`. An additional bracket ends a row too early, and the rest of
    /// the row looks like separate elements. These elements, and the part that was taken for the row, are given
    /// back.
    pub(super) fn reopened(&mut self, at: usize) -> usize {
        let (text, likeness) = (&self.text, self.likeness());
        if likeness.may_begin(text, at) {
            return at;
        }
        let is_row = |taken: &Taken| taken.row.is_ok() || likeness.may_begin(text, taken.start);
        let Some(index) = self.taken.iter().rposition(is_row) else {
            return at;
        };
        let start = self.taken[index].start;
        let row = &text.bytes[start..self.taken[index].end];
        let goes_on = key(text.bytes, at)
            .filter(|_| index + 1 == self.taken.len())
            .is_some_and(|key| likeness.may_go_on(row, key));
        if !goes_on && !likeness.ended_early(row) {
            return at;
        }
        // They are a part of the damaged row, and must not count twice.
        let back = self.taken.drain(index..);
        self.not_json -= back.filter(|taken| !taken.is_json).count();
        start
    }

    /// The error if the rows can no longer be determined.
    pub(super) fn refused(&self) -> Unsalvageable {
        let bytes = self.text.bytes;
        let from = self.taken.last().map_or(self.start, |taken| taken.end);
        let has_end = brackets(bytes, from, bytes.len()).any(|bracket| {
            let rest = rest(&self.text, bracket + 1, self.likeness());
            matches!(rest, Rest::Page | Rest::Spoiled)
        });
        // There the brackets of the rows and of the page are open. A complete page ends with one.
        let ends_with_bracket = bytes.trim_ascii_end().ends_with(b"}");
        let is_cut = !has_end && (!ends_with_bracket || is_open(&bytes[from..], 2));
        Unsalvageable::NotAPage {
            is_cut: (!self.text.is_exhausted()).then_some(is_cut),
        }
    }
}

/// Where objects with a key begin from `from` on, if `before` or one of `behind` precedes them.
fn objects(
    bytes: &[u8],
    from: usize,
    mut before: u8,
    behind: &'static [u8],
) -> impl Iterator<Item = usize> {
    let mut places = from..bytes.len();
    std::iter::from_fn(move || {
        places.find(|at| {
            let byte = bytes[*at];
            if is_blank(byte) {
                return false;
            }
            let is_behind = behind.contains(&before);
            before = byte;
            byte == b'{' && is_behind && Scanner::starting_at(bytes, at + 1).peek() == Some(b'"')
        })
    })
}

/// The indices of brackets that end an array.
fn brackets(bytes: &[u8], from: usize, to: usize) -> impl Iterator<Item = usize> {
    (from..to).filter(|at| bytes[*at] == b']')
}

/// The key at `at`, if a colon follows it.
fn key(bytes: &[u8], at: usize) -> Option<&[u8]> {
    let mut scanner = Scanner::starting_at(bytes, at);
    match (scanner.next(), scanner.peek()) {
        (Some((Token::Text, key)), Some(b':')) => Some(key),
        _ => None,
    }
}
