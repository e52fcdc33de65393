//! The rendered lines of families, with the text that replaces some of them later.
//!
//! PURE. The later text is rendered in advance, because the ledger may be busy with a page when it is needed.

use std::ops::Range;
use std::time::Duration;

use super::catalog::Family;
use super::text::{Lines, write_sample};

/// The sample lines of some families. They are rendered again when their values change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FamilyLines {
    pub(super) families: Vec<(&'static Family, Lines)>,
    /// The replacements that follow as time passes; those of one family are in the order of the text.
    pub(super) later: Vec<Later>,
}

/// A part of a family's lines, and its later text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Later {
    /// The family.
    pub(super) family: &'static Family,
    /// The bytes that are replaced.
    pub(super) at: Range<usize>,
    /// The text that replaces them.
    pub(super) text: String,
    /// The time of the replacement, on the monotonic clock.
    pub(super) until: Duration,
}

impl FamilyLines {
    /// The time of the next replacement, on the monotonic clock.
    pub fn changes_at(&self) -> Option<Duration> {
        self.later.iter().map(|later| later.until).min()
    }

    /// The lines at `now`; `None` if they are the same as these.
    pub fn as_of(&self, now: Duration) -> Option<Self> {
        if self.changes_at().is_none_or(|at| now < at) {
            return None;
        }
        let mut later = Vec::new();
        let families = self.families.iter().map(|(family, lines)| {
            let of_family = self
                .later
                .iter()
                .filter(|later| later.family.name == family.name);
            let mut of_family = of_family.peekable();
            if of_family.peek().is_none() {
                return (*family, lines.clone());
            }
            let lines = lines.as_str();
            // The parts are in the order of the text, so one pass copies it.
            let mut text = String::with_capacity(lines.len());
            let mut copied = 0;
            for part in of_family {
                text.push_str(&lines[copied..part.at.start]);
                copied = part.at.end;
                if part.until <= now {
                    text.push_str(&part.text);
                } else {
                    let start = text.len();
                    text.push_str(&lines[part.at.clone()]);
                    // This part is not due yet. Its place moves, because parts before it can have changed their
                    // length.
                    later.push(Later {
                        at: start..text.len(),
                        ..part.clone()
                    });
                }
            }
            text.push_str(&lines[copied..]);
            (*family, text.into())
        });
        Some(Self {
            families: families.collect(),
            later,
        })
    }
}

/// Writes the lines of one account.
pub(super) struct Writer<'a> {
    pub(super) account: &'a str,
    families: Vec<(&'static Family, String)>,
}

impl<'a> Writer<'a> {
    pub(super) const fn new(account: &'a str) -> Self {
        Self {
            account,
            families: Vec::new(),
        }
    }

    /// Writes a sample; `labels` are names and values.
    pub(super) fn write<'l>(
        &mut self,
        family: &'static Family,
        labels: impl IntoIterator<Item = (&'l str, &'l str)>,
        value: f64,
    ) {
        let account = self.account;
        write_sample(self.lines_of(family), family, account, labels, value);
    }

    /// The lines of a family so far.
    pub(super) fn lines_of(&mut self, family: &'static Family) -> &mut String {
        let is_it = |(other, _): &(&Family, String)| other.name == family.name;
        // The samples of most families follow each other, so the search begins at the end.
        let index = self.families.iter().rposition(is_it);
        let index = index.unwrap_or_else(|| {
            self.families.push((family, String::new()));
            self.families.len() - 1
        });
        &mut self.families[index].1
    }

    pub(super) fn into_families(self) -> Vec<(&'static Family, Lines)> {
        let families = self.families.into_iter();
        families
            .map(|(family, lines)| (family, lines.into()))
            .collect()
    }
}

impl From<Writer<'_>> for FamilyLines {
    fn from(writer: Writer<'_>) -> Self {
        Self {
            families: writer.into_families(),
            later: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::catalog;

    fn later(family: &'static Family, at: Range<usize>, text: &str, seconds: u64) -> Later {
        Later {
            family,
            at,
            text: text.to_owned(),
            until: Duration::from_secs(seconds),
        }
    }

    #[test]
    fn each_part_becomes_another_when_its_time_has_come_and_the_rest_stays() {
        let (created, solved) = (&catalog::CREATED, &catalog::SOLVED);
        let lines = FamilyLines {
            families: vec![
                (created, "a 0\nb 0\nc 7\n".to_owned().into()),
                (solved, "d 0\n".to_owned().into()),
            ],
            later: vec![
                later(created, 2..3, "1234", 20),
                later(created, 6..7, "5", 10),
                later(solved, 2..3, "6", 30),
            ],
        };
        let table = [
            (9, None, Some(10)),
            (10, Some(("a 0\nb 5\nc 7\n", "d 0\n")), Some(20)),
            (20, Some(("a 1234\nb 5\nc 7\n", "d 0\n")), Some(30)),
            (99, Some(("a 1234\nb 5\nc 7\n", "d 6\n")), None),
        ];
        // Step by step, and at once.
        let mut step = lines.clone();
        for (seconds, expected, next) in table {
            let now = Duration::from_secs(seconds);
            let at_once = lines.as_of(now);
            let texts = |lines: &FamilyLines| {
                let texts = lines
                    .families
                    .iter()
                    .map(|(_, text)| text.as_str().to_owned());
                texts.collect::<Vec<_>>()
            };
            let expected = expected.map(|(one, other)| vec![one.to_owned(), other.to_owned()]);
            assert_eq!(at_once.as_ref().map(texts), expected, "{seconds}");
            let stepped = step.as_of(now);
            assert_eq!(stepped, at_once, "{seconds}");
            step = stepped.unwrap_or(step);
            assert_eq!(
                step.changes_at(),
                next.map(Duration::from_secs),
                "{seconds}"
            );
            assert_eq!(step.as_of(now), None, "{seconds}");
        }
    }
}
