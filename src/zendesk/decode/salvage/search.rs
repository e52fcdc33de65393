//! Where rows begin and end beside one whose brackets and strings cannot tell.
//!
//! PURE.

use super::broken;
use super::ending::{Rest, rest};
use super::likeness::Likeness;
use super::rows::{Rows, Taken};
use super::unsalvageable::Unsalvageable;
use crate::zendesk::decode::ended_early::is_open;
use crate::zendesk::json::cut::{Scanner, Token, is_blank};

/// So many rows show what rows look like.
const ROWS_SEEN: usize = 8;

/// What was found behind the beginning of a row that is no JSON.
pub(super) struct Found {
    /// Where the next row begins that is JSON.
    pub(super) row: Option<usize>,
    /// Where others begin before that, which are no JSON either.
    pub(super) others: Vec<usize>,
    /// A ticket was met that is not like the rows: it may be one of them, or stand within one.
    pub(super) is_in_doubt: bool,
}

impl<'a> Rows<'a> {
    /// What rows look like, by the first few that are JSON.
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
                // Enough of them to outvote a broken one.
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

    /// Whether an array holds tickets.
    pub(super) fn holds_tickets(&self, from: usize, to: usize) -> bool {
        objects(&self.text.bytes[..to], from, b'[', b"[,}").any(|at| self.is_ticket(at))
    }

    /// Whether objects with all the keys of a row stand within the element that begins at `at`.
    pub(super) fn holds_complete_rows(&self, at: usize, to: usize) -> bool {
        objects(&self.text.bytes[..to], at + 1, b' ', b",}").any(|object| {
            let end = self.text.value_end(object);
            end.is_ok_and(|end| self.likeness().is_complete(&self.text.bytes[object..end]))
        })
    }

    /// Looks for the next row that is like the others, behind the beginning of one at `at` and
    /// before `to`.
    pub(super) fn next_row(&self, at: usize, to: usize) -> Found {
        let likeness = self.likeness();
        let mut found = Found {
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

    /// Whether an object stands within the row that begins at `at`, by brackets and strings that are
    /// right up to there.
    fn is_within(&self, at: usize, object: usize) -> bool {
        self.text.charge(object - at);
        broken::depth_at(self.text.bytes, at, object).is_some_and(|depth| depth > 1)
    }

    /// Whether a row ends an array at `at` behind which an object goes on: then it, and what was found
    /// before it, stand within a row.
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

    /// Looks for the bracket that ends the rows, from the beginning `at` of the last one on and
    /// before `to`.
    pub(super) fn end_of_rows(&self, at: usize, to: usize) -> Option<usize> {
        let bytes = self.text.bytes;
        brackets(bytes, at, to).find(|bracket| {
            match rest(&self.text, bracket + 1, self.likeness()) {
                Rest::Page => true,
                // A body that was cut may end like this, too.
                Rest::Bracket => self.likeness().ends(&bytes[at..*bracket]),
                Rest::Nameless | Rest::Spoiled | Rest::Other => false,
            }
        })
    }

    /// Where the row begins whose break shows at `at`. A bracket too many ends a row before its end,
    /// and what follows in it looks like elements of their own: these, and what was taken for the
    /// row, are given back.
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
        // They are a part of the broken row, and must not count twice.
        let back = self.taken.drain(index..);
        self.not_json -= back.filter(|taken| !taken.is_json).count();
        start
    }

    /// Why there is no page, where the rows cannot be told apart any more.
    pub(super) fn refused(&self) -> Unsalvageable {
        let bytes = self.text.bytes;
        let from = self.taken.last().map_or(self.start, |taken| taken.end);
        let has_end = brackets(bytes, from, bytes.len()).any(|bracket| {
            let rest = rest(&self.text, bracket + 1, self.likeness());
            matches!(rest, Rest::Page | Rest::Spoiled)
        });
        // The brackets of the rows and of the page are open there. A whole page ends with one.
        let ends_with_bracket = bytes.trim_ascii_end().ends_with(b"}");
        let is_cut = !has_end && (!ends_with_bracket || is_open(&bytes[from..], 2));
        Unsalvageable::NotAPage {
            is_cut: (!self.text.is_exhausted()).then_some(is_cut),
        }
    }
}

/// Where objects begin from `from` on that have a key, with `before` or one of `behind` before
/// them.
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

/// Where brackets stand that end an array.
fn brackets(bytes: &[u8], from: usize, to: usize) -> impl Iterator<Item = usize> {
    (from..to).filter(|at| bytes[*at] == b']')
}

/// The key that stands at `at`, with a colon behind it.
fn key(bytes: &[u8], at: usize) -> Option<&[u8]> {
    let mut scanner = Scanner::starting_at(bytes, at);
    match (scanner.next(), scanner.peek()) {
        (Some((Token::Text, key)), Some(b':')) => Some(key),
        _ => None,
    }
}
