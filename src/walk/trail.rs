//! Whether a walk makes progress. It does not in a circle of cursors, or if its times do not advance.

use std::collections::HashSet;

use crate::source::{Cursor, Page, Position, Row};
use crate::ticket::{TicketId, UnixSeconds};

/// The cursors that a walk has asked for since it last reached the end of the stream.
#[derive(Debug, Default)]
pub(super) struct Trail {
    visited: HashSet<Cursor>,
    /// One cursor, replaced at steps 1, 2, 4, 8 and so on, so that a circle of any length is noticed
    /// after some rounds (Brent's algorithm).
    landmark: Option<Cursor>,
    steps: u64,
    /// The latest page led beyond the present.
    is_beyond: bool,
    /// The latest page of a list that had rows.
    listed: Option<Listed>,
}

/// A page of a list, as far as it tells whether the next one follows it.
#[derive(Debug)]
struct Listed {
    start: Position,
    /// The time of its oldest row. A ticket that is updated while Zendesk makes the answer can have its new time at its
    /// old place, so only this time tells where in the list the page is.
    oldest: UnixSeconds,
    last: TicketId,
}

/// Most cursors remembered beside the landmark: circles up to this length are noticed at once.
const VISITED_MAX: usize = 1024;

impl Trail {
    /// Whether `page`, which was asked for at `start`, leads on: there is nothing more, or the page
    /// names a position where this walk has not been; of times, a later one than `start`.
    ///
    /// To ask for the same page again because it could not be stored is no circle: what is
    /// remembered is where the walk asked.
    pub(super) fn follow(&mut self, start: &Position, page: &Page) -> bool {
        if page.end_of_stream {
            *self = Self::default();
            return true;
        }
        let Some(next) = &page.next else {
            return false;
        };
        if self.repeats_list(start, page) {
            return false;
        }
        match (start.cursor(), next.cursor()) {
            (Some(from), Some(to))
                if from == to
                    || self.visited.contains(to)
                    || self.landmark.as_ref() == Some(to) =>
            {
                false
            }
            (Some(from), _) => {
                // Bounded memory: the landmark finds a longer circle.
                if self.visited.len() >= VISITED_MAX {
                    self.visited.clear();
                }
                self.visited.insert(from.clone());
                self.steps += 1;
                if self.steps.is_power_of_two() {
                    self.landmark = Some(from.clone());
                }
                true
            }
            (None, _) => match (start, next) {
                (Position::Time(from), Position::Time(to)) => to > from,
                // A cursor that a time, or the beginning of a list, led to.
                _ => true,
            },
        }
    }

    /// Whether a page of a list is before the page before it, or the same, though its cursor is another one: a list that
    /// is in no order, or whose cursors mean nothing, could be read for ever.
    fn repeats_list(&mut self, start: &Position, page: &Page) -> bool {
        let oldest = page.order_times().filter(|time| time.0 > 0).min();
        let last = page.rows.last().map(Row::id);
        let Some((oldest, last)) = oldest.zip(last).filter(|_| !page.source.is_export()) else {
            return false;
        };
        let before = self.listed.replace(Listed {
            start: start.clone(),
            oldest,
            last,
        });
        before.is_some_and(|before| {
            let is_same = oldest == before.oldest && last == before.last;
            before.start != *start && (oldest < before.oldest || is_same)
        })
    }

    /// Whether a page leads on to a time beyond `zendesk_now`, and so did the page before it. Then the
    /// next request could only ask for the same page again, because Zendesk refuses a start in the
    /// future.
    ///
    /// Rows from the future cause this, and so does our own clock if it is slow and no `Date` corrects
    /// it. The rows of such a page are used, but to ask for the next page would be a loop.
    pub(super) fn is_stuck(&mut self, page: &Page, zendesk_now: UnixSeconds) -> bool {
        let is_beyond = !page.end_of_stream
            && matches!(page.next, Some(Position::Time(time)) if time > zendesk_now);
        std::mem::replace(&mut self.is_beyond, is_beyond) && is_beyond
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceKind;
    use crate::walk::tests::{NOW, cursor, page, time};

    #[test]
    fn a_page_that_leads_nowhere_is_refused_unless_it_is_the_end() {
        let table = [
            (cursor("a"), Some(cursor("b")), true),
            (cursor("a"), Some(cursor("a")), false),
            (cursor("a"), None, false),
            (time(5), Some(cursor("a")), true),
            (time(5), Some(time(6)), true),
            (time(5), Some(time(5)), false),
            (time(5), Some(time(4)), false),
            (time(5), None, false),
        ];
        for (start, next, advances) in table {
            let followed = Trail::default().follow(&start, &page(next.clone(), false));
            assert_eq!(followed, advances, "{start:?} -> {next:?}");
            assert!(Trail::default().follow(&start, &page(next, true)));
        }
    }

    #[test]
    fn cursors_that_lead_in_a_circle_are_noticed() {
        let mut trail = Trail::default();
        let more = |next| page(Some(cursor(next)), false);
        assert!(trail.follow(&time(0), &more("a")));
        assert!(trail.follow(&cursor("a"), &more("b")));
        assert!(!trail.follow(&cursor("b"), &more("a")));
        // A page that could not be stored is asked for again, and leads where it led.
        assert!(trail.follow(&cursor("b"), &more("c")));
        assert!(trail.follow(&cursor("b"), &more("c")));
        // After the end the same cursor may come again: an idle account repeats it.
        assert!(trail.follow(&cursor("b"), &page(None, true)));
        assert!(trail.follow(&cursor("b"), &more("a")));
    }

    #[test]
    fn a_list_that_goes_back_or_shows_a_page_again_leads_nowhere_whatever_its_cursors_say() {
        let listed = |at: i64, id: i64, next: &str| Page {
            source: SourceKind::List,
            rows: vec![Row::Deletion {
                id: TicketId(id),
                at: UnixSeconds(at),
            }],
            ..page(Some(cursor(next)), false)
        };
        let first = listed(100, 1, "b");
        for (second, advances) in [
            (listed(101, 2, "c"), true),
            (listed(100, 2, "c"), true),
            (listed(100, 1, "c"), false),
            (listed(99, 2, "c"), false),
            (page(Some(cursor("c")), false), true),
        ] {
            let mut trail = Trail::default();
            assert!(trail.follow(&cursor("a"), &first));
            // It could not be stored, and is requested again.
            assert!(trail.follow(&cursor("a"), &first));
            assert_eq!(trail.follow(&cursor("b"), &second), advances, "{second:?}");
        }
        // A page of an export may be of any time.
        let mut trail = Trail::default();
        for start in ["a", "b"] {
            let next = if start == "a" { "b" } else { "c" };
            let exported = Page {
                source: SourceKind::Cursor,
                ..listed(100, 1, next)
            };
            assert!(trail.follow(&cursor(start), &exported));
        }
    }

    #[test]
    fn a_circle_of_any_length_is_noticed() {
        for length in [1, 2, 1_024, 1_500, 5_000] {
            let mut trail = Trail::default();
            let rounds = (0..4 * length).find(|step| {
                let [from, to] =
                    [*step, step + 1].map(|place| cursor(&(place % length).to_string()));
                !trail.follow(&from, &page(Some(to), false))
            });
            assert!(rounds.is_some(), "{length}");
        }
        let mut trail = Trail::default();
        for step in 0..5_000 {
            let [from, to] = [step, step + 1].map(|place| cursor(&place.to_string()));
            assert!(trail.follow(&from, &page(Some(to), false)));
        }
    }

    #[test]
    fn a_second_page_that_leads_beyond_the_present_is_the_end_of_the_way() {
        // (where it leads, end of the stream, stuck)
        let table = [
            (time(200_000), false, false),
            (time(200_000), false, true),
            (time(200_000), false, true),
            // A full page of the second that has just come out of the held-back minute.
            (time(100_000), false, false),
            (time(200_000), false, false),
            (time(200_000), true, false),
            (time(200_000), false, false),
            (cursor("a"), false, false),
            (time(200_000), false, false),
            (time(200_000), false, true),
        ];
        let mut trail = Trail::default();
        for (number, (next, end, stuck)) in table.into_iter().enumerate() {
            assert_eq!(
                trail.is_stuck(&page(Some(next), end), NOW),
                stuck,
                "{number}"
            );
        }
    }
}
