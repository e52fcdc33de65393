//! Fingerprints, which identify a row without an id when Zendesk sends it again.
//!
//! PURE. Some rows are sent twice: the time-based export repeats the last second of a page, and a walk reads its
//! end twice. A row whose id cannot be read is identified by its second, or by the row before it.

use std::collections::HashMap;

use crate::source::{Position, Row, SourceKind};

/// The rows without an id in a page, collected while its rows are read in order.
#[derive(Debug, Default)]
pub(super) struct Fingerprints {
    /// The id and the time of the row with an id before, if there is one.
    before: Option<(i64, i64)>,
    /// The number of rows without an id since then.
    since: u64,
    rows: Vec<RowWithoutId>,
}

/// A row without an id.
#[derive(Clone, Copy, Debug)]
struct RowWithoutId {
    before: Option<(i64, i64)>,
    since: u64,
    generated_timestamp: Option<i64>,
}

impl Fingerprints {
    /// Records a row with an id.
    pub(super) fn on_row(&mut self, row: &Row) {
        let time = match row {
            Row::Ticket(change) => change.order_key.time(),
            Row::Deletion { at, .. } => *at,
        };
        self.before = Some((row.id().0, time.0));
        self.since = 0;
    }

    /// Records a row without an id, with its `generated_timestamp` if that could be read.
    pub(super) fn on_row_without_id(&mut self, generated_timestamp: Option<i64>) {
        self.since += 1;
        self.rows.push(RowWithoutId {
            before: self.before,
            since: self.since,
            generated_timestamp,
        });
    }

    /// The fingerprints, in order, for a page of `source` that leads to `next`.
    pub(super) fn of_page(
        self,
        source: SourceKind,
        next: Option<&Position>,
    ) -> impl Iterator<Item = u64> {
        let beginning = beginning(next);
        // A page of the time-based export begins with a second, so the number of such rows in a second is the same
        // in each page. Pages of the other export begin anywhere, but contain no row twice.
        let mut of_second = HashMap::<i64, u64>::new();
        self.rows.into_iter().map(move |row| {
            let is_by_second = source == SourceKind::Time;
            match row.generated_timestamp.filter(|_| is_by_second) {
                Some(second) => {
                    let nth = of_second.entry(second).or_default();
                    *nth += 1;
                    hash(hash(START, second), *nth)
                }
                None => {
                    let before = row.before;
                    let start = before.map_or(beginning, |(id, key)| hash(hash(START, id), key));
                    hash(start, row.since)
                }
            }
        })
    }
}

/// The number that replaces the ticket before, if there is none: it depends on the position to which the page
/// leads.
fn beginning(next: Option<&Position>) -> u64 {
    match next {
        None => START,
        Some(Position::Time(time)) => hash(START, time.0),
        Some(position) => {
            let cursor = position.cursor();
            cursor.map_or(START, |cursor| hash_bytes(START, cursor.0.as_bytes()))
        }
    }
}

/// The start value of FNV-1a with 64 bits. Fingerprints are stored, so the function must stay the same in every
/// version. A collision gives nobody an advantage.
const START: u64 = 0xcbf2_9ce4_8422_2325;

fn hash_bytes(start: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(start, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

fn hash(start: u64, number: impl Into<i128>) -> u64 {
    hash_bytes(start, &number.into().to_be_bytes())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use crate::source::SourceKind;
    use crate::zendesk::{TagsAndFields, decode};

    /// The fingerprints of the rows without an id among `rows`, of which numbers are tickets written in
    /// that second.
    fn fingerprints(source: SourceKind, rows: &[&str], next: u32) -> Vec<u64> {
        let rows: Vec<String> = rows
            .iter()
            .map(|row| match row.parse::<i64>() {
                Ok(id) => format!(r#"{{"id":{id},"status":"open","generated_timestamp":{id}}}"#),
                Err(_) => (*row).to_owned(),
            })
            .collect();
        let body = format!(
            r#"{{"tickets":[{}],"after_cursor":"c{next}","end_time":{next},"end_of_stream":false}}"#,
            rows.join(",")
        );
        let page = decode(body.as_bytes(), source, &TagsAndFields::default()).expect("a page");
        let without_id = page.rejected.iter().filter(|row| row.id.is_none());
        without_id.map(|row| row.fingerprint).collect()
    }

    const NAMED: &str = r#"{"id":8,"status":null}"#;

    #[test]
    fn a_row_that_comes_again_has_the_same_fingerprint() {
        for source in [SourceKind::Cursor, SourceKind::Time] {
            let rows = ["null", "1", "null", "{}", "2", r#"{"id":NaN}"#];
            let walk = fingerprints(source, &rows, 9);
            assert_eq!(walk.iter().collect::<BTreeSet<_>>().len(), 4);
            assert_eq!(fingerprints(source, &rows, 9), walk);
            // A page that begins or ends elsewhere.
            assert_eq!(fingerprints(source, &["1", "null", "{}"], 5), walk[1..3]);
            assert_eq!(
                fingerprints(source, &["1", NAMED, "null", "{}"], 5),
                walk[1..3]
            );
            // Where nothing stands before, pages are told apart by where they lead.
            assert_eq!(fingerprints(source, &["null"], 9), walk[..1]);
            assert_ne!(fingerprints(source, &["null"], 8), walk[..1]);
        }
    }

    #[test]
    fn the_second_that_time_based_pages_share_is_known_again() {
        let (broken, text) = (
            r#"{"x":NaN,"generated_timestamp":5}"#,
            r#"{"generated_timestamp":"5"}"#,
        );
        let first = fingerprints(SourceKind::Time, &["4", broken], 5);
        let second = fingerprints(
            SourceKind::Time,
            &[broken, text, "6", r#"{"generated_timestamp":6}"#],
            6,
        );
        assert_eq!(first, second[..1]);
        assert_eq!(second.iter().collect::<BTreeSet<_>>().len(), 3);
        // By cursor no row comes in two pages of one walk, and a second may be cut in two.
        let first = fingerprints(SourceKind::Cursor, &["4", text], 5);
        let second = fingerprints(SourceKind::Cursor, &[text], 6);
        assert_ne!(first, second);
    }
}
